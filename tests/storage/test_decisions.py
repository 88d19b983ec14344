"""How decisions are kept, and what of them an undo takes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from diffing.words import Decision, Digest, Name, Opinion
from storage import decisions
from tests.storage import making
from tests.storage.making import HEAD, NOW, digest

A, B, C = (Name(f"goldens/{letter}.png") for letter in "abc")


@pytest.fixture
def place(db: Connection) -> tuple[int, str]:
    """Make a change with a run."""
    change_id = making.change(db)
    return change_id, making.concluded(db, change_id)


def say(
    db: Connection,
    place: tuple[int, str],
    who: str,
    opinion: Opinion,
    *names: Name,
    act: str,
    candidate: Digest | None = None,
) -> list[Decision]:
    """Have somebody say the same of several goldens in one go."""
    rows = [Decision(name=name, candidate=candidate, opinion=opinion, who=who) for name in names]
    decisions.add(
        db,
        change_id=place[0],
        run_id=place[1],
        head=HEAD,
        rows=rows,
        via="page",
        granted="has write",
        act=act,
        now=NOW,
    )
    return rows


def test_the_audit_trail_has_it_all(db: Connection, place: tuple[int, str]) -> None:
    """Who, what, when, how, of which bytes, and by what right."""
    say(db, place, "ann", Opinion.APPROVED, A, act="act-1", candidate=digest("2"))
    (row,) = decisions.audit(db, place[0])
    assert (row.run_id, row.head, row.name, row.candidate) == (place[1], HEAD, A, digest("2"))
    assert (row.opinion, row.who, row.via, row.granted, row.act, row.at) == (
        Opinion.APPROVED,
        "ann",
        "page",
        "has write",
        "act-1",
        NOW,
    )


def test_a_golden_s_decisions_are_found_over_changes(db: Connection, place: tuple[int, str]) -> None:
    """Oldest first, of this golden only, and of these changes only."""
    other = making.change(db)
    elsewhere = other, making.concluded(db, other)
    say(db, elsewhere, "bob", Opinion.REJECTED, A, B, act="act-1")
    say(db, place, "ann", Opinion.APPROVED, A, act="act-2")
    found = decisions.on_golden(db, [place[0], other], A)
    assert [(each.who, each.name, each.run_id) for each in found] == [
        ("bob", A, elsewhere[1]),
        ("ann", A, place[1]),
    ]
    assert [each.who for each in decisions.on_golden(db, [place[0]], A)] == ["ann"]
    assert decisions.on_golden(db, [], A) == []


def test_decisions_come_oldest_first(db: Connection, place: tuple[int, str]) -> None:
    """The last one counts, so their order is their meaning."""
    said = say(db, place, "ann", Opinion.APPROVED, A, B, act="1")
    said += say(db, place, "bob", Opinion.REJECTED, A, act="2")
    say(db, (making.change(db), place[1]), "ann", Opinion.APPROVED, C, act="3")
    assert decisions.of_change(db, place[0]) == said


def test_nothing_said_is_nothing_kept(db: Connection, place: tuple[int, str]) -> None:
    """An act without rows leaves no trace."""
    say(db, place, "ann", Opinion.APPROVED, act="1")
    assert decisions.audit(db, place[0]) == []
    assert decisions.last_act(db, place[0], "ann") == []


def test_the_last_act_comes_whole(db: Connection, place: tuple[int, str]) -> None:
    """What was said in one go is taken back in one go; acts before it and other people's are left."""
    say(db, place, "ann", Opinion.APPROVED, A, act="1")
    last = say(db, place, "ann", Opinion.REJECTED, B, C, act="2")
    say(db, place, "bob", Opinion.APPROVED, A, act="3")
    assert decisions.last_act(db, place[0], "ann") == last


def test_undo_goes_back_act_by_act(db: Connection, place: tuple[int, str]) -> None:
    """After one is withdrawn, the one before it is the last."""
    first = say(db, place, "ann", Opinion.APPROVED, A, act="1")
    say(db, place, "ann", Opinion.APPROVED, B, C, act="2")
    say(db, place, "ann", Opinion.WITHDRAWN, B, C, act="3")
    assert decisions.last_act(db, place[0], "ann") == first
    say(db, place, "ann", Opinion.WITHDRAWN, A, act="4")
    assert decisions.last_act(db, place[0], "ann") == []


def test_what_another_person_said_since_is_not_taken_back(db: Connection, place: tuple[int, str]) -> None:
    """Ann's undo does not wipe out Bob's rejection of what she approved."""
    approved = say(db, place, "ann", Opinion.APPROVED, A, B, act="1")
    say(db, place, "bob", Opinion.REJECTED, A, act="2")
    assert decisions.last_act(db, place[0], "ann") == approved[1:]


def test_a_removal_is_a_candidate_too(db: Connection, place: tuple[int, str]) -> None:
    """Approving that a golden goes is not approving what later stands there."""
    going = say(db, place, "ann", Opinion.APPROVED, A, act="1", candidate=None)
    say(db, place, "ann", Opinion.WITHDRAWN, A, act="2", candidate=digest("2"))
    assert decisions.last_act(db, place[0], "ann") == going


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob"]), st.sampled_from(Opinion), st.sets(st.sampled_from([A, B, C]), min_size=1)
    ),
    max_size=8,
)


@given(ACTS)
def test_undoing_to_the_end_leaves_nothing_of_ones_own(
    lasting: Engine, acts: list[tuple[str, Opinion, set[Name]]]
) -> None:
    """Whoever says undo until nothing is left has no opinion left that counts, and changed nobody else's."""
    with lasting.begin() as db:
        change_id = making.change(db)
        place = change_id, making.concluded(db, change_id)
        for number, (who, opinion, names) in enumerate(acts):
            say(db, place, who, opinion, *sorted(names), act=str(number))
        others = _counting(db, change_id, "bob")
        undone = 0
        while last := decisions.last_act(db, change_id, "ann"):
            say(db, place, "ann", Opinion.WITHDRAWN, *(each.name for each in last), act=f"undo-{undone}")
            undone += 1
            assert undone <= len(acts)
        assert _counting(db, change_id, "ann") == {}
        assert _counting(db, change_id, "bob") == others


def _counting(db: Connection, change_id: int, who: str) -> dict[Name, Opinion]:
    last = {each.name: each for each in decisions.of_change(db, change_id)}
    return {
        name: each.opinion
        for name, each in last.items()
        if each.who == who and each.opinion is not Opinion.WITHDRAWN
    }
