"""How changes are remembered, and how reports on them are owed and said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from diffing.words import Refused
from storage import changes, publications
from tests.storage import making
from tests.storage.making import HEAD, LATER, LEASE, MINUTE, NOW, OTHER


@pytest.fixture
def change_id(db: Connection) -> int:
    """Make a change."""
    return making.change(db)


def test_a_change_is_remembered_as_last_described(db: Connection) -> None:
    """A second description replaces the first, in the same row, and what is owed and said stays."""
    repo_id = making.repo(db)
    id_ = making.change(db, repo_id, number="7", title="Draft")
    changes.want(db, id_, "Look.")
    changes.set_comment(db, id_, "55")
    assert making.change(db, repo_id, number="7", title="Redesign", head=OTHER, open=False) == id_
    kept = changes.find(db, repo_id, "7")
    assert kept is not None
    assert kept == changes.get(db, id_)
    assert (kept.title, kept.head, kept.open) == ("Redesign", OTHER, False)
    assert (kept.wanted, kept.said, kept.notice, kept.comment_id) == (1, 0, "Look.", "55")


def test_what_was_never_met_is_none(db: Connection, change_id: int) -> None:
    """An unknown number is None; an unknown row is refused in words."""
    assert changes.find(db, changes.get(db, change_id).repo_id, "nobody-knows-it") is None
    with pytest.raises(Refused, match="no such change"):
        changes.get(db, 4711)


def test_at_head_gives_every_change_there(db: Connection) -> None:
    """Two changes may share a head; other repositories and heads are left out."""
    repo_id = making.repo(db)
    one, two = making.change(db, repo_id), making.change(db, repo_id)
    making.change(db, repo_id, head=OTHER)
    making.change(db)
    assert [each.id for each in changes.at_head(db, repo_id, HEAD)] == [one, two]


def test_closing_closes(db: Connection, change_id: int) -> None:
    """A closed change is known still, and closed."""
    changes.close(db, change_id)
    assert not changes.get(db, change_id).open


def test_a_notice_stays_until_it_was_said(db: Connection, change_id: int) -> None:
    """A wish without a sentence leaves the one that stands; saying it clears it."""
    changes.want(db, change_id, "The branch moved.")
    changes.want(db, change_id)
    assert changes.get(db, change_id).notice == "The branch moved."
    wanted = changes.claim(db, change_id, now=NOW, until=LEASE)
    assert wanted == 2
    changes.said(db, change_id, wanted)
    kept = changes.get(db, change_id)
    assert (kept.said, kept.notice, kept.lease_until) == (2, "", None)


def test_a_notice_that_came_meanwhile_is_not_lost(db: Connection, change_id: int) -> None:
    """What is wished while the report is being said is said by the next."""
    changes.want(db, change_id)
    wanted = changes.claim(db, change_id, now=NOW, until=LEASE)
    assert wanted is not None
    changes.want(db, change_id, "Reload.")
    changes.said(db, change_id, wanted)
    assert changes.get(db, change_id).notice == "Reload."
    assert changes.claim(db, change_id, now=NOW, until=LEASE) == 2


def test_a_report_given_back_is_owed_again(db: Connection, change_id: int) -> None:
    """What could not be said is free for the next at once."""
    changes.want(db, change_id)
    changes.claim(db, change_id, now=NOW, until=LEASE)
    assert changes.owed(db, now=NOW, most=9) == []
    changes.release(db, change_id)
    assert changes.owed(db, now=NOW, most=9) == [change_id]


def test_owed_gives_at_most_so_many(db: Connection) -> None:
    """A sweep after a long night takes them in parts."""
    ids = [making.change(db) for _ in range(3)]
    for id_ in ids:
        changes.want(db, id_)
    assert changes.owed(db, now=NOW, most=2) == ids[:2]


def test_pending_gives_those_nothing_was_said_of_lately(db: Connection) -> None:
    """An open change whose report was not final comes back when it is old; a final or closed one never."""
    old, young, never, final, closed = (making.change(db) for _ in range(5))
    for id_ in (old, young, never, closed):
        changes.set_pending(db, id_, True)
    changes.close(db, closed)
    for id_, at in ((old, NOW), (young, LATER), (final, NOW), (closed, NOW)):
        publications.put(db, id_, HEAD, check_id="1", annotated="", said_at=at)
    assert changes.pending(db, said_before=NOW + MINUTE, most=9) == [old, never]
    assert changes.pending(db, said_before=NOW + MINUTE, most=1) == [old]
    changes.set_pending(db, old, False)
    assert changes.pending(db, said_before=NOW + MINUTE, most=9) == [never]


def test_a_publication_is_edited(db: Connection, change_id: int) -> None:
    """One row a head: what is said again replaces what was said."""
    assert publications.get(db, change_id, HEAD) is None
    publications.put(db, change_id, HEAD, check_id=None, annotated="", said_at=None)
    publications.put(db, change_id, HEAD, check_id="9", annotated="d1", said_at=NOW)
    publications.put(db, change_id, OTHER, check_id="10", annotated="", said_at=LATER)
    kept = publications.get(db, change_id, HEAD)
    assert kept is not None
    assert (kept.check_id, kept.annotated, kept.said_at) == ("9", "d1", NOW)


@dataclass
class Model:
    """What should be true of the report on one change."""

    wanted: int = 0
    said: int = 0
    notice: str = ""
    lease: datetime | None = None


STEPS = st.lists(
    st.sampled_from(["want", "notice", "claim", "said", "said late", "release", "wait"]), min_size=1, max_size=14
)


@given(STEPS)
def test_a_report_is_owed_as_its_model_says(lasting: Engine, steps: list[str]) -> None:
    """No wish is ever lost, none is said by two at once, and no notice is cleared unsaid."""
    model, now, taken = Model(), NOW, 0
    with lasting.begin() as db:
        id_ = making.change(db)
        for step in steps:
            held = model.lease is not None and model.lease > now
            match step:
                case "want" | "notice":
                    changes.want(db, id_, "Look." if step == "notice" else "")
                    model.wanted += 1
                    model.notice = "Look." if step == "notice" else model.notice
                case "claim":
                    got = changes.claim(db, id_, now=now, until=now + 10 * MINUTE)
                    assert got == (model.wanted if model.said < model.wanted and not held else None)
                    if got is not None:
                        taken, model.lease = got, now + 10 * MINUTE
                case "said" | "said late":
                    wish = taken if step == "said" else max(0, taken - 1)
                    changes.said(db, id_, wish)
                    model.said, model.lease = max(model.said, wish), None
                    model.notice = "" if model.wanted <= wish else model.notice
                case "release":
                    changes.release(db, id_)
                    model.lease = None
                case _:
                    now += 11 * MINUTE
            row = changes.get(db, id_)
            assert (row.wanted, row.said, row.notice, row.lease_until) == (
                model.wanted,
                model.said,
                model.notice,
                model.lease,
            )
            free = model.lease is None or model.lease <= now
            assert (id_ in changes.owed(db, now=now, most=10_000)) == (model.said < model.wanted and free)


def test_what_strangers_choose_may_be_long(db: Connection) -> None:
    """A forge may allow longer branches than we ever met; one must not break whoever keeps it."""
    long = "b/" * 600
    kept = changes.get(db, making.change(db, branch=long, base_branch=long, head_path=long, author=long))
    assert (kept.branch, kept.base_branch, kept.head_path, kept.author) == (long, long, long, long)
