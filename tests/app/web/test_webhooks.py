"""Webhooks: verified, kept, answered; whatever is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.flow.jobs import Ingest
from app.web.webhooks import MOST_BYTES
from bots.local import webhook
from storage import deliveries
from tests.app.web.stage import SECRET, Stage


def signed(body: bytes, **spoiled: bytes) -> dict[bytes, bytes]:
    """Sign a body as the local forge does, and put other headers over that."""
    headers = webhook.sign(SECRET, event="head_moved", id="delivery-1", body=body)
    sent = {name.encode(): value.encode() for name, value in headers.items()}
    return sent | {name.replace("_", "-").encode(): value for name, value in spoiled.items()}


def test_a_delivery_is_kept_and_asked_for(stage: Stage) -> None:
    """A signed delivery is answered 202, stands in the database to the byte, and becomes a job."""
    body = json.dumps({"any": "thing"}).encode()
    answer = stage.client.post("/webhooks/local", content=body, headers=signed(body))
    assert answer.status_code == 202
    [job] = stage.jobs
    assert isinstance(job, Ingest)
    with stage.parts.db.begin() as db:
        assert deliveries.get(db, job.delivery).body == body


def test_a_copy_of_a_finished_delivery_is_answered_and_dropped(stage: Stage) -> None:
    """A redelivery gets its 202, and no second job."""
    stage.client.post("/webhooks/local", content=b"{}", headers=signed(b"{}"))
    with stage.parts.db.begin() as db:
        deliveries.claim(db, 1, now=stage.clock(), until=stage.clock())
        deliveries.finish(db, 1, why="done")
    stage.jobs.clear()
    assert stage.client.post("/webhooks/local", content=b"{}", headers=signed(b"{}")).status_code == 202
    assert stage.jobs == []


@pytest.mark.parametrize(
    "spoil",
    [
        {"x_golddigger_signature_256": b""},
        {"x_golddigger_signature_256": b"sha256="},
        {"x_golddigger_signature_256": b"sha256=\xff\xfe"},
        {"x_golddigger_delivery": b"another"},
    ],
)
def test_what_is_not_signed_is_refused_in_plain_words(stage: Stage, spoil: dict[str, bytes]) -> None:
    """Missing, malformed, non-ASCII, or made for another delivery: 401, plain text, and nothing is kept."""
    answer = stage.client.post("/webhooks/local", content=b"{}", headers=signed(b"{}", **spoil))
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/plain")
    assert stage.jobs == []


@given(body=st.binary(max_size=300), signature=st.binary(max_size=80).filter(lambda v: not set(v) & {0, 10, 13}))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_body_and_no_header_breaks_us(stage: Stage, body: bytes, signature: bytes) -> None:
    """Whatever comes, the answer is a refusal and never a 5xx."""
    headers = signed(b"{}", x_golddigger_signature_256=signature, host=b"[")
    assert stage.client.post("/webhooks/local", content=body, headers=headers).status_code in (400, 401)


def test_a_large_body_is_refused_before_it_is_read(stage: Stage) -> None:
    """By its stated length, and as it comes where none is stated."""

    def chunks() -> Iterator[bytes]:
        for _ in range(MOST_BYTES // 1_000_000 + 2):
            yield b"x" * 1_000_000

    assert stage.client.post("/webhooks/local", content=b"x" * (MOST_BYTES + 1)).status_code == 413
    assert stage.client.post("/webhooks/local", content=chunks()).status_code == 413


def test_an_unknown_forge_is_told_so(stage: Stage) -> None:
    """404 where no such forge is configured."""
    assert stage.client.post("/webhooks/elsewhere", content=b"{}").status_code == 404


def test_a_database_that_is_away_asks_for_the_delivery_again(stage: Stage) -> None:
    """503 with a time to wait, so that the forge's redelivery can help."""
    with stage.parts.db.begin() as db:
        db.execute(text("ALTER TABLE deliveries RENAME TO away"))
    answer = stage.client.post("/webhooks/local", content=b"{}", headers=signed(b"{}"))
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "away" not in answer.text
