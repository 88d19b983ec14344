"""How it is kept who came in."""

from __future__ import annotations

from sqlalchemy import Connection

from storage import signins
from tests.storage.making import LATER, NOW, fresh


def test_each_sign_in_is_a_row_of_its_own(db: Connection) -> None:
    """The same person twice, by two doors: newest first, as many as are asked for."""
    who = f"mira {fresh()}"
    signins.add(db, host="github.com", who=who, via="github", now=NOW)
    signins.add(db, host="local", who=who, via="token", now=LATER)
    kept = [(each.host, each.who, each.via, each.at) for each in signins.newest(db, most=2)]
    assert kept == [("local", who, "token", LATER), ("github.com", who, "github", NOW)]
    assert len(signins.newest(db, most=1)) == 1
