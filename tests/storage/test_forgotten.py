"""Files that are no longer kept: gone from the storage, and remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from diffing.words import Digest, Outcome
from storage import blobs, forgotten, thumbnails
from storage.blobs import Blobs
from tests.storage.making import LATER, NOW, change, comparison, concluded, digest


@pytest.fixture
def kept(tmp_path: Path) -> Blobs:
    """Open a folder."""
    return blobs.open(str(tmp_path / "blobs"))


def test_a_forgotten_file_is_gone_and_said_since_when(engine: Engine, kept: Blobs) -> None:
    """Its bytes are deleted, others stay; to forget it again changes nothing, not even the moment."""
    gone, stays = kept.put(b"one"), kept.put(b"two")
    forgotten.forget(engine, kept, [gone], now=NOW)
    forgotten.forget(engine, kept, [gone], now=LATER)
    assert (kept.has(gone), kept.has(stays)) == (False, True)
    with engine.begin() as db:
        assert (forgotten.since(db, gone), forgotten.since(db, stays)) == (NOW, None)


def test_its_small_picture_goes_too(engine: Engine, kept: Blobs) -> None:
    """Nothing is left in which the picture could still be seen."""
    picture, small = kept.put(b"picture"), kept.put(b"small")
    with engine.begin() as db:
        thumbnails.keep(db, picture, small)
    forgotten.forget(engine, kept, [picture], now=NOW)
    assert not kept.has(small)
    with engine.begin() as db:
        assert thumbnails.find(db, picture) is None


def test_what_was_not_deleted_yet_is_deleted_by_doing_it_again(engine: Engine, kept: Blobs) -> None:
    """A cleaner that was stopped after its note begins anew."""
    gone = kept.put(b"one")
    with engine.begin() as db:
        forgotten.note(db, [gone], now=NOW)
    forgotten.forget(engine, kept, [gone], now=LATER)
    assert not kept.has(gone)


def test_many_are_looked_up_at_once(db: Connection) -> None:
    """More than a statement may name; those that are kept are left out."""
    every = [Digest(f"{number:064x}") for number in range(1200)]
    forgotten.note(db, every[::2], now=NOW)
    assert forgotten.among(db, every) == dict.fromkeys(every[::2], NOW)
    assert forgotten.among(db, []) == {}
    forgotten.note(db, [], now=NOW)


def test_a_file_that_a_run_shows_again_is_kept_again(db: Connection) -> None:
    """Its bytes were drawn anew. Those of an unchanged golden were not fetched, so they are still gone."""
    forgotten.note(db, [digest("1"), digest("2"), digest("3"), digest("4")], now=NOW)
    same = comparison("same", outcome=Outcome.SAME, golden=digest("4"), candidate=digest("4"))
    concluded(db, change(db), comparison(golden=digest("1"), candidate=digest("2"), mask=digest("5")), same)
    assert set(forgotten.among(db, [digest(letter) for letter in "12345"])) == {digest("3"), digest("4")}
