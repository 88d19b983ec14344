"""Looking back: how often a repository's goldens changed, and what became of one."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from diffing.words import Comparison, Name, Outcome
from storage import histories, runs
from storage.histories import MOST_RUNS, Fared, Order, Place
from tests.storage.making import MINUTE, NOW, change, comparison, concluded, fresh, repo, run

HOME = Name("goldens/home.png")


def same(name: str = HOME) -> Comparison:
    """Make a comparison that found nothing."""
    return comparison(name, outcome=Outcome.SAME)


def told(db: Connection, of: int, *found: Comparison, minute: int = 0) -> str:
    """Make a run of a change that found something."""
    return concluded(db, of, *found, pipeline_id=fresh(), now=NOW + minute * MINUTE)


def names(db: Connection, of: int, order: Order, words: str = "") -> list[str]:
    """Give a repository's goldens in an order."""
    return [each.name for each in histories.goldens(db, of, words=words, order=order, after=None, most=100)]


def test_goldens_are_counted_by_runs(db: Connection) -> None:
    """In how many one changed, was flaky, and when it last called for a look; two suites count once."""
    of = change(db, shop := repo(db))
    told(db, of, comparison(HOME), comparison(HOME, suite="desk"))
    told(db, of, comparison(HOME, outcome=Outcome.REMOVED, flaky=True), minute=1)
    told(db, of, same(), minute=2)
    told(db, change(db), comparison(HOME), minute=3)
    [home] = histories.goldens(db, shop, words="", order=Order.CHANGED, after=None, most=9)
    assert (home.name, home.runs, home.changed, home.flaky, home.last) == (HOME, 3, 2, 1, NOW + MINUTE)


def test_what_is_no_golden_is_left_out(db: Connection) -> None:
    """A candidate without a place has a path in an artifact, and no history."""
    of = change(db, shop := repo(db))
    told(db, of, comparison(HOME, placed=False))
    assert names(db, shop, Order.NAME) == []
    assert histories.fared(db, shop, HOME, among=None) is None


def test_goldens_come_in_the_order_asked_for(db: Connection) -> None:
    """By how often they changed or flaked, the rest by name; a word leaves out what does not have it."""
    of = change(db, shop := repo(db))
    told(db, of, comparison("b"), comparison("c"), same("a"), comparison("d", flaky=True))
    told(db, of, comparison("c"), same("a"), same("b"))
    assert names(db, shop, Order.CHANGED) == ["c", "b", "d", "a"]
    assert names(db, shop, Order.FLAKY) == ["d", "a", "b", "c"]
    assert names(db, shop, Order.NAME) == ["a", "b", "c", "d"]
    assert names(db, shop, Order.NAME, "B") == ["b"]
    assert names(db, shop, Order.NAME, "%") == []


@pytest.mark.parametrize("order", list(Order))
def test_goldens_come_in_pieces(db: Connection, order: Order) -> None:
    """Each once, in whatever order, also among those that stand alike."""
    of = change(db, shop := repo(db))
    told(db, of, *(comparison(f"{each:02}") for each in range(7)), *(same(f"{each:02}") for each in range(7, 12)))
    listed: list[str] = []
    place = None
    for _ in range(4):
        piece = histories.goldens(db, shop, words="", order=order, after=place, most=3)
        listed += [each.name for each in piece]
        place = Place(piece[-1].score, piece[-1].name)
    assert listed == names(db, shop, order) == [f"{each:02}" for each in range(12)]
    assert histories.goldens(db, shop, words="", order=order, after=place, most=3) == []


def test_only_the_newest_runs_are_counted(db: Connection) -> None:
    """So that the cost has an end; a run that waits or failed is none of them."""
    of = change(db, shop := repo(db))
    told(db, of, comparison("long ago"))
    for minute in range(1, MOST_RUNS):
        told(db, of, same(), minute=minute)
    failed = run(db, of, pipeline_id=fresh(), now=NOW + 2 * MOST_RUNS * MINUTE)
    assert histories.runs_counted(db, shop) == MOST_RUNS
    assert "long ago" in names(db, shop, Order.NAME)
    told(db, of, same(), minute=MOST_RUNS)
    assert histories.runs_counted(db, shop) == MOST_RUNS
    assert names(db, shop, Order.NAME) == [HOME]
    runs.claim(db, failed, now=NOW, until=NOW)
    runs.fail(db, failed, why="", now=NOW)
    assert histories.goldens(db, shop, words="", order=Order.NAME, after=None, most=9)[0].runs == MOST_RUNS


def test_a_golden_s_history_has_every_run_in_which_it_called_for_a_look(db: Connection) -> None:
    """Newest first, with the run and the change; of this repository, by the very name."""
    of = change(db, shop := repo(db), number="7", title="Redesign", branch="redesign")
    first = told(db, of, comparison(HOME), comparison("other"))
    told(db, of, same(), minute=1)
    third = told(db, of, comparison(HOME, outcome=Outcome.REMOVED, candidate=None), minute=2)
    told(db, change(db), comparison(HOME), minute=3)
    episodes = histories.before(db, shop, HOME, among=None, than=None, most=9)
    assert [each.run_id for each in episodes] == [third, first]
    assert [each.comparison.outcome for each in episodes] == [Outcome.REMOVED, Outcome.CHANGED]
    newest = episodes[0]
    assert (newest.change_id, newest.number, newest.title, newest.branch) == (of, "7", "Redesign", "redesign")
    assert (newest.source, newest.at) == ("CI", NOW + 2 * MINUTE)
    assert histories.fared(db, shop, HOME, among=None) == Fared(3, 2, 0)
    assert histories.fared(db, shop, Name("nothing"), among=None) is None


def test_a_history_is_read_in_pieces_both_ways(db: Connection) -> None:
    """Each episode once; back from the end one finds the piece before."""
    of = change(db, shop := repo(db))
    made = [told(db, of, comparison(HOME), minute=minute) for minute in range(5)][::-1]
    first = histories.before(db, shop, HOME, among=None, than=None, most=2)
    second = histories.before(db, shop, HOME, among=None, than=first[-1].id, most=2)
    third = histories.before(db, shop, HOME, among=None, than=second[-1].id, most=2)
    assert [each.run_id for each in (*first, *second, *third)] == made
    assert histories.after(db, shop, HOME, among=None, than=third[0].id, most=2) == second


def test_a_history_can_be_bound_to_some_runs(db: Connection) -> None:
    """Of the others nothing is told, not even a number."""
    of = change(db, shop := repo(db))
    told(db, of, comparison(HOME))
    opened = told(db, of, comparison(HOME), minute=1)
    assert [each.run_id for each in histories.before(db, shop, HOME, among=[opened], than=None, most=9)] == [
        opened
    ]
    assert histories.fared(db, shop, HOME, among=[opened]) == Fared(1, 1, 0)
    assert histories.fared(db, shop, HOME, among=[]) is None
