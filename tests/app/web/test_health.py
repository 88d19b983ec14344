"""Health: the process lives, and its parts answer or say which does not."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from diffing.words import Digest
from tests.app.web.stage import Stage


def test_a_healthy_site_says_so(stage: Stage) -> None:
    """Both answers are 200."""
    assert stage.client.get("/healthz").status_code == 200
    assert stage.client.get("/readyz").json() == {"database": "ok", "storage": "ok"}


def test_a_part_that_is_away_is_named_and_nothing_else(stage: Stage) -> None:
    """503 names the part; the error's own words, which may hold a password, are not shown."""
    with stage.parts.db.begin() as db:
        db.execute(text("DROP TABLE alembic_version"))
    answer = stage.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["storage"] == "ok"
    assert answer.json()["database"] != "ok"
    assert str(Path(stage.git.path)) not in answer.text
    assert stage.client.get("/healthz").status_code == 200
    assert not stage.parts.blobs.has(Digest("0" * 64))
