"""Tell which deliveries are ours, and what each says."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.events import Commanded, Delivery, Ignored, PipelineFinished, Unverified
from bots.forge import Repo, User
from bots.local import webhook
from bots.local.webhook import LocalWebhook, sign
from diffing.words import Sha

SECRET = b"a secret of this process"
REPO = Repo(host="local", id="0123456789abcdef", path="shop")
HEAD = Sha("a" * 40)
NOON = datetime(2026, 5, 11, 12, tzinfo=UTC)
HOOK = LocalWebhook(SECRET)


def _delivered(event: str, body: bytes) -> Delivery:
    return HOOK.verify(sign(SECRET, event=event, id="1", body=body), body)


def test_an_artifact_was_handed_over() -> None:
    """What is signed and sent is what is read."""
    delivery = _delivered("pipeline_finished", webhook.pipeline_finished(REPO, "redesign", HEAD))
    assert HOOK.read(delivery) == PipelineFinished(repo=REPO, head=HEAD, branch="redesign", head_path="shop")


def test_a_command_was_given() -> None:
    """With who gave it, and when."""
    body = webhook.commanded(
        REPO, "redesign", comment="7", who="Robin", text="/golddigger approve", written_at=NOON
    )
    assert HOOK.read(_delivered("commanded", body)) == Commanded(
        repo=REPO,
        number="redesign",
        comment="7",
        who=User("Robin"),
        text="/golddigger approve",
        written_at=NOON,
    )


@pytest.mark.parametrize(
    "changed", ["event", "id", "body", "secret", "signature", "none", "not ascii", "surrogate"]
)
def test_a_delivery_that_is_not_ours_is_unverified(changed: str) -> None:
    """Whatever was changed after signing, by whomever, in whatever letters."""
    body = webhook.pipeline_finished(REPO, "redesign", HEAD)
    secret = b"somebody else's secret" if changed == "secret" else SECRET
    headers = sign(secret, event="pipeline_finished", id="1", body=body)
    match changed:
        case "event":
            headers["x-golddigger-event"] = "commanded"
        case "id":
            headers["x-golddigger-delivery"] = "2"
        case "body":
            body = body.replace(b"redesign", b"main")
        case "signature":
            headers["x-golddigger-signature-256"] = "sha256=" + "0" * 64
        case "none":
            del headers["x-golddigger-signature-256"]
        case "not ascii":
            headers["x-golddigger-signature-256"] = "sha256=é"
        case "surrogate":
            headers["x-golddigger-event"] = "\udcff"
    with pytest.raises(Unverified):
        HOOK.verify(headers, body)


@pytest.mark.parametrize("missing", ["x-golddigger-event", "x-golddigger-delivery"])
def test_a_delivery_needs_event_and_id(missing: str) -> None:
    """Without an id copies could not be told."""
    headers = sign(SECRET, event="pipeline_finished", id="1", body=b"{}")
    del headers[missing]
    with pytest.raises(Unverified):
        HOOK.verify(headers, b"{}")


def test_header_names_may_be_written_in_any_case() -> None:
    """HTTP does not tell them apart."""
    body = webhook.pipeline_finished(REPO, "redesign", HEAD)
    shouted = {
        key.upper(): value for key, value in sign(SECRET, event="pipeline_finished", id="1", body=body).items()
    }
    assert HOOK.verify(shouted, body).id == "1"


def test_a_short_secret_is_not_taken() -> None:
    """It could be guessed."""
    with pytest.raises(ValueError, match="secret"):
        LocalWebhook(b"short")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["repository", "id", "path", "branch", "head", "comment", "who", "text", "written_at"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(event=st.sampled_from(["pipeline_finished", "commanded", "else"]), words=_JSON)
def test_whatever_is_sent_is_an_event_or_ignored(event: str, words: object) -> None:
    """Reading never fails."""
    read = HOOK.read(Delivery("local", "1", event, json.dumps(words).encode()))
    assert isinstance(read, PipelineFinished | Commanded | Ignored)


@given(st.binary(max_size=40))
def test_bytes_that_are_no_json_are_ignored(body: bytes) -> None:
    """As are numbers and texts."""
    assert isinstance(HOOK.read(Delivery("local", "1", "commanded", body)), Ignored)


@pytest.mark.parametrize("written", ["yesterday", "2026-05-11T12:00:00"])
def test_a_command_without_a_moment_is_ignored(written: str) -> None:
    """Whether its author had seen the pictures could not be told."""
    body = webhook.commanded(REPO, "redesign", comment="7", who="Robin", text="x", written_at=NOON)
    body = body.replace(NOON.isoformat().encode(), written.encode())
    assert isinstance(HOOK.read(Delivery("local", "1", "commanded", body)), Ignored)
