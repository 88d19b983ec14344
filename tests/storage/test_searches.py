"""Runs among many: found by what is known of them, in order, a piece at a time."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection

from diffing.words import Decision, Digest, Name, Opinion, Outcome, Verdict
from storage import decisions, runs, searches
from storage.listings import Tally
from storage.searches import Mark, Sought, View
from tests.storage.making import HEAD, MINUTE, NOW, change, comparison, concluded, digest, fresh, repo, run

ALL = View(hosts=None)


def found(db: Connection, sought: Sought, view: View = ALL) -> list[str]:
    """Give the ids of the newest runs that fit."""
    return [each.id for each in searches.older(db, sought, view, than=None, most=100)]


def say(db: Connection, of: int, run_id: str, name: str, opinion: Opinion, candidate: Digest) -> None:
    """Decide on a candidate."""
    row = Decision(name=Name(name), candidate=candidate, opinion=opinion, who="ann")
    said: dict[str, Any] = {
        "change_id": of,
        "run_id": run_id,
        "head": HEAD,
        "via": "page",
        "granted": "",
        "act": "1",
    }
    decisions.add(db, rows=[row], now=NOW, **said)


def test_runs_come_newest_first_in_pieces_both_ways(db: Connection) -> None:
    """Every one once, also those of one moment; whoever goes back finds what was there."""
    of = change(db)
    made = [run(db, of, pipeline_id=fresh(), now=NOW + (number // 3) * MINUTE) for number in range(10)]
    first = searches.older(db, Sought(), ALL, than=None, most=4)
    second = searches.older(db, Sought(), ALL, than=first[-1].mark, most=4)
    third = searches.older(db, Sought(), ALL, than=second[-1].mark, most=4)
    listed = [each.id for each in (*first, *second, *third)]
    assert sorted(listed) == sorted(made)
    assert [each.created_at for each in (*first, *second, *third)] == sorted(
        (each.created_at for each in (*first, *second, *third)), reverse=True
    )
    back = searches.newer(db, Sought(), ALL, than=third[0].mark, most=4)
    assert [each.id for each in back][::-1] == [each.id for each in second]


def test_a_mark_needs_no_run(db: Connection) -> None:
    """A run that was removed since still marks a place."""
    made = run(db, change(db))
    assert [each.id for each in searches.older(db, Sought(), ALL, than=Mark(NOW + MINUTE, "gone"), most=5)] == [
        made
    ]
    assert searches.newer(db, Sought(), ALL, than=Mark(NOW + MINUTE, "gone"), most=5) == []


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        (("SHOP",), True),
        (("acme/sh",), True),
        (("feature/x",), True),
        (("redesign", "the"), True),
        (("redesign", "nothing"), False),
        (("#77",), True),
        (("!77",), True),
        (("77",), True),
        (("7",), False),
        (("100%",), True),
        (("1%0",), False),
        (("_",), False),
        (("\\",), False),
        ((), True),
    ],
)
def test_words_are_looked_for_in_what_people_call_a_run(
    db: Connection, words: tuple[str, ...], fits: bool
) -> None:
    """Its repository, branch, and the change's number and title; all of them, and no sign is a wild card."""
    of = repo(db, path="acme/shop")
    made = run(db, change(db, of, number="77", title="Redesign the page 100%", branch="feature/x"))
    assert found(db, Sought(words=words)) == ([made] if fits else [])


def test_of_one_repository_only_its_runs(db: Connection) -> None:
    """Not those of another by the same words."""
    one, two = change(db, shop := repo(db)), change(db)
    made = run(db, one)
    run(db, two)
    assert found(db, Sought(repo_id=shop)) == [made]


def test_only_what_may_be_anybody_s_to_see(db: Connection) -> None:
    """Public repositories, private ones of a host where somebody is known, and runs whose link they have; a
    repository that was asked about in vain is left out, its opened run is not."""
    public = run(db, change(db, open_to_all := repo(db, private=False)))
    private = run(db, change(db, hidden := repo(db, host="github.com")))
    elsewhere = run(db, change(db, repo(db, host="gitlab.com")))
    assert found(db, Sought(), View()) == [public]
    assert found(db, Sought(), View(public=False)) == []
    assert set(found(db, Sought(), View(hosts=["github.com"]))) == {public, private}
    assert set(found(db, Sought(), View(opened=[elsewhere]))) == {public, elsewhere}
    view = View(hosts=["github.com"], hidden=[hidden, open_to_all], opened=[public])
    assert found(db, Sought(), view) == [public]
    assert set(found(db, Sought())) == {public, private, elsewhere}


def test_a_run_says_what_it_is(db: Connection) -> None:
    """All that a line of a list tells comes with it."""
    of = change(db, shop := repo(db, path="acme/shop"), number="5", title="Redesign", branch="redesign")
    made = run(db, of)
    [each] = searches.older(db, Sought(), ALL, than=None, most=5)
    assert (each.id, each.change_id, each.repo_id, each.state) == (made, of, shop, "queued")
    assert (each.path, each.number, each.change_title, each.branch) == ("acme/shop", "5", "Redesign", "redesign")
    assert (each.head, each.title, each.created_at) == (HEAD, "CI", NOW)


def test_only_concluded_runs_have_a_verdict(db: Connection) -> None:
    """One that waits has none; for an opinion, somebody must have spoken on the change."""
    of, silent = change(db), change(db)
    run(db, of, pipeline_id="1")
    over = concluded(db, of, comparison("a", candidate=digest("2")), pipeline_id="2")
    runs.supersede(db, of, keep_head=None, now=NOW)
    stands = concluded(db, of, comparison("a", candidate=digest("2")), pipeline_id="3")
    quiet = concluded(db, silent, comparison("a", candidate=digest("2")))
    say(db, of, over, "a", Opinion.APPROVED, digest("2"))
    assert set(found(db, Sought(verdict=Verdict.PENDING))) == {stands, quiet}
    assert found(db, Sought(verdict=Verdict.APPROVED)) == [stands]


def test_what_was_found_is_counted_with_the_last_that_was_said(db: Connection) -> None:
    """Of many runs at once, each by its own change's decisions, on the very candidate."""
    of, other = change(db), change(db)
    one = concluded(
        db,
        of,
        *(comparison(name, candidate=digest("2")) for name in ("a", "b", "c")),
        comparison("gone", outcome=Outcome.REMOVED, candidate=None),
        comparison("same", outcome=Outcome.SAME),
        comparison("torn", outcome=Outcome.UNREADABLE),
        comparison("lost", placed=False),
    )
    two = concluded(db, other, comparison("a", candidate=digest("2")))
    for name, opinion in (("a", Opinion.APPROVED), ("b", Opinion.APPROVED), ("b", Opinion.WITHDRAWN)):
        say(db, of, one, name, opinion, digest("2"))
    say(db, of, one, "c", Opinion.APPROVED, digest("9"))
    say(db, of, one, "torn", Opinion.APPROVED, digest("2"))
    nothing = run(db, other, pipeline_id="9")
    counted = searches.tallies(db, [one, two, nothing])
    assert set(counted[one]) == {
        Tally(Outcome.CHANGED, True, Opinion.APPROVED, 1),
        Tally(Outcome.CHANGED, True, None, 2),
        Tally(Outcome.CHANGED, False, None, 1),
        Tally(Outcome.REMOVED, True, None, 1),
        Tally(Outcome.SAME, False, None, 1),
        Tally(Outcome.UNREADABLE, False, None, 1),
    }
    assert counted[two] == [Tally(Outcome.CHANGED, True, None, 1)]
    assert nothing not in counted


@pytest.mark.parametrize(
    ("golden", "fits"),
    [("HOME", True), ("s/home", True), ("phone", True), ("quiet", False), ("nothing", False), ("%", False)],
)
def test_a_golden_counts_where_it_was_not_as_in_git(db: Connection, golden: str, fits: bool) -> None:
    """Every run compares every golden: it is told by those that called for a look, or by its suite."""
    found_these = [comparison("goldens/home.png"), comparison("goldens/quiet.png", outcome=Outcome.SAME)]
    made = concluded(db, change(db), *found_these)
    assert searches.having(db, [made], golden) == ({made} if fits else set())
