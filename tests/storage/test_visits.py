"""How a word opens a door once."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from storage import visits
from storage.tables import visits as rows
from tests.storage.making import LATER, LEASE, NOW


def test_a_word_works_once(db: Connection) -> None:
    """The second visitor with the same word stays outside."""
    word = visits.issue(db, purpose="operator", until=LEASE)
    assert visits.spend(db, word, purpose="operator", now=NOW)
    assert not visits.spend(db, word, purpose="operator", now=NOW)


def test_words_differ(db: Connection) -> None:
    """Nobody can guess one from another."""
    words = {visits.issue(db, purpose="operator", until=LEASE) for _ in range(20)}
    assert len(words) == 20
    assert min(map(len, words)) >= 32


def test_a_word_opens_its_own_door_only(db: Connection) -> None:
    """Tried at another door it fails, and still opens its own."""
    word = visits.issue(db, purpose="setup", until=LEASE)
    assert not visits.spend(db, word, purpose="operator", now=NOW)
    assert visits.spend(db, word, purpose="setup", now=NOW)


def test_a_word_ends(db: Connection) -> None:
    """Too late is too late, and what is too late does not stay in the table."""
    word = visits.issue(db, purpose="operator", until=LEASE)
    assert not visits.spend(db, word, purpose="operator", now=LEASE)
    assert list(db.execute(select(rows.c.word))) == []
    assert not visits.spend(db, word, purpose="operator", now=LATER)


@pytest.mark.parametrize("word", ["", "guess", "\0", "\ud800", "ü" * 10_000])
def test_a_guess_opens_nothing(db: Connection, word: str) -> None:
    """Whatever a browser sends is a wrong word at most."""
    visits.issue(db, purpose="operator", until=LEASE)
    assert not visits.spend(db, word, purpose="operator", now=NOW)


def test_the_table_opens_no_door(db: Connection) -> None:
    """Who reads the table has no word that works."""
    word = visits.issue(db, purpose="operator", until=LEASE)
    stored = db.execute(select(rows.c.word)).scalar_one()
    assert word not in stored
    assert not visits.spend(db, stored, purpose="operator", now=NOW)
