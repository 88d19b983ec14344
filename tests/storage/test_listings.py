"""The list of a run: its order, its pieces, and what was last said of each."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection

from diffing.words import Comparison, Decision, Difference, Digest, Kind, Name, Opinion, Outcome
from storage import decisions, listings
from storage.listings import Place, Tally, Wanted
from tests.storage.making import HEAD, NOW, change, comparison, concluded, digest


def changed(
    name: str, alike: str = "", *, ratio: float = 0.0, kind: Kind | None = None, **said: Any
) -> Comparison:
    """Make a changed golden, of this form."""
    difference = Difference(outcome=Outcome.CHANGED, kind=kind, fingerprint=alike, ratio=ratio)
    return comparison(name, difference=difference, **said)


def listed(db: Connection, run: str, of: int, wanted: Wanted | None = None) -> list[Place]:
    """Give the whole list."""
    return listings.after(db, run, of, wanted or Wanted(), at=0, most=100)


def names(places: list[Place]) -> list[str]:
    """Give what they are called."""
    return [each.name for each in places]


def say(db: Connection, of: int, run: str, name: str, opinion: Opinion, candidate: Digest | None = None) -> None:
    """Decide on the candidate that everything here has, or on another."""
    row = Decision(name=Name(name), candidate=candidate or digest("2"), opinion=opinion, who="ann")
    decisions.add(db, change_id=of, run_id=run, head=HEAD, rows=[row], via="page", granted="", act=name, now=NOW)


def test_what_most_needs_eyes_comes_first_and_the_same_change_together(db: Connection) -> None:
    """Suites stay as they were compared; a group stands where its largest difference would, by name within."""
    of = change(db)
    run = concluded(
        db,
        of,
        changed("b", "f", ratio=0.1),
        changed("quiet", kind=Kind.ANTIALIASING_ONLY, ratio=0.9),
        comparison("new", outcome=Outcome.ADDED),
        changed("alone", "g", ratio=0.3),
        changed("a", "f", ratio=0.5),
        comparison("gone", outcome=Outcome.REMOVED, candidate=None),
        comparison("torn", outcome=Outcome.UNREADABLE),
        comparison("lost", outcome=Outcome.ADDED, placed=False),
        comparison("as it was", outcome=Outcome.SAME),
        changed("other", "f", suite="desk", ratio=1.0),
    )
    places = listed(db, run, of)
    assert names(places) == ["torn", "lost", "a", "b", "alone", "new", "gone", "quiet", "other"]
    assert [each.at for each in places] == list(range(1, 10))
    assert [each.alike for each in places] == ["", "", "f", "f", "", "", "", "", ""]
    assert [each.many for each in places if each.alike] == [2, 2]
    assert {each.in_suite for each in places if each.suite == "phone"} == {8}


def test_a_list_comes_in_pieces(db: Connection) -> None:
    """After a place, or before it, each once and in order; the count is of all."""
    of = change(db)
    run = concluded(db, of, *(changed(f"{number:02}") for number in range(10)))
    first = listings.after(db, run, of, Wanted(), at=0, most=4)
    then = listings.after(db, run, of, Wanted(), at=first[-1].at, most=4)
    back = listings.before(db, run, of, Wanted(), at=then[0].at, most=3)
    assert (names(first)[-1], names(then)[0], names(back)) == ("03", "04", ["01", "02", "03"])
    assert {each.found for each in (*first, *then, *back)} == {10}
    assert [each.number for each in then] == [5, 6, 7, 8]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(words="HOME"), ["home_a", "home_b"]),
        (Wanted(words="e_"), ["home_a", "home_b"]),
        (Wanted(words="100%"), ["100%"]),
        (Wanted(words="\\"), []),
        (Wanted(words="ÜBER"), ["Über"]),
        (Wanted(words="Über"), ["Über"]),
        (Wanted(state="approved"), ["home_a"]),
        (Wanted(state="rejected"), ["home_b"]),
        (Wanted(state="open"), ["100%", "gone"]),
        (Wanted(outcome="removed"), ["gone"]),
        (Wanted(suite="desk"), []),
        (Wanted(suite="phone", alike="f"), ["home_a", "home_b"]),
        (Wanted(words="home", state="approved", outcome="changed"), ["home_a"]),
    ],
)
def test_a_part_of_the_list_is_found(db: Connection, wanted: Wanted, found: list[str]) -> None:
    """By name, where no sign is a wild card, by state, outcome, suite and form; the places stay as they are."""
    of = change(db)
    run = concluded(
        db,
        of,
        changed("home_a", "f"),
        changed("home_b", "f"),
        changed("100%"),
        comparison("Über", outcome=Outcome.UNREADABLE),
        comparison("gone", outcome=Outcome.REMOVED, candidate=None),
        comparison("torn", outcome=Outcome.UNREADABLE),
    )
    say(db, of, run, "home_a", Opinion.APPROVED)
    say(db, of, run, "home_b", Opinion.REJECTED)
    whole = {each.name: each.at for each in listed(db, run, of)}
    places = listed(db, run, of, wanted)
    assert sorted(names(places)) == found
    assert all(whole[each.name] == each.at for each in places)
    assert [each.number for each in places] == list(range(1, len(found) + 1))
    assert all(each.found == len(found) for each in places)


def test_the_last_opinion_of_the_very_candidate_counts(db: Connection) -> None:
    """Not one of other bytes, not one that was taken back, and never one of what cannot be decided."""
    of = change(db)
    torn = comparison("torn", outcome=Outcome.UNREADABLE)
    run = concluded(db, of, *(changed(name) for name in ("twice", "back", "other", "none")), torn)
    for name, opinion in (("twice", Opinion.APPROVED), ("twice", Opinion.REJECTED), ("back", Opinion.APPROVED)):
        say(db, of, run, name, opinion)
    say(db, of, run, "back", Opinion.WITHDRAWN)
    say(db, of, run, "other", Opinion.APPROVED, digest("9"))
    say(db, of, run, "torn", Opinion.APPROVED)
    held = {str(each.name): (each.opinion, each.who) for each in listed(db, run, of)}
    assert held["twice"] == (Opinion.REJECTED, "ann")
    assert {held[name] for name in ("back", "other", "none", "torn")} == {(None, "")}


def test_a_golden_that_is_to_go_has_its_opinion_too(db: Connection) -> None:
    """Its candidate is none, and none is what a decision on it names."""
    of = change(db)
    run = concluded(db, of, comparison("gone", outcome=Outcome.REMOVED, candidate=None))
    row = Decision(name=Name("gone"), candidate=None, opinion=Opinion.APPROVED, who="ann")
    decisions.add(db, change_id=of, run_id=run, head=HEAD, rows=[row], via="page", granted="", act="1", now=NOW)
    [place] = listed(db, run, of)
    assert place.opinion is Opinion.APPROVED
    assert listings.approved(db, run, of) == {("gone", None)}
    assert listings.news(db, run, of, since=0) == {place.id: (Opinion.APPROVED, "ann")}


def test_a_name_of_two_suites_is_told_apart(db: Connection) -> None:
    """The first in the list has the name; the other says that it comes again."""
    of = change(db)
    run = concluded(db, of, changed("a"), changed("a", suite="desk"))
    places = listings.named(db, run, of, Name("a"))
    assert [(each.suite, each.again) for each in places] == [("phone", False), ("desk", True)]


def test_a_run_is_counted_without_being_read(db: Connection) -> None:
    """By outcome, by whether it can be decided, and by what was said; another change's decisions count nothing."""
    of, other = change(db), change(db)
    run = concluded(
        db, of, changed("a"), changed("b"), changed("c", placed=False), comparison("s", outcome=Outcome.SAME)
    )
    say(db, of, run, "a", Opinion.APPROVED)
    say(db, other, run, "b", Opinion.REJECTED)
    assert set(listings.tally(db, run, of)) == {
        Tally(Outcome.CHANGED, True, Opinion.APPROVED, 1),
        Tally(Outcome.CHANGED, True, None, 1),
        Tally(Outcome.CHANGED, False, None, 1),
        Tally(Outcome.SAME, False, None, 1),
    }


def test_news_is_what_was_said_since(db: Connection) -> None:
    """With the decisions shortly before, which on PostgreSQL may be committed later than a higher number."""
    of = change(db)
    run = concluded(db, of, *(changed(f"{number:03}") for number in range(300)))
    for place in listed(db, run, of):
        say(db, of, run, place.name, Opinion.APPROVED)
    number, many = listings.newest(db, of)
    assert many == 100
    say(db, of, run, "000", Opinion.WITHDRAWN)
    news = listings.news(db, run, of, since=number)
    first = listed(db, run, of)[0]
    assert news[first.id] == (None, "")
    assert listings.newest(db, of) == (number + 1, 101)


def test_news_ends_somewhere(db: Connection) -> None:
    """Whoever asks from the last decision on is not told everything again."""
    of = change(db)
    run = concluded(db, of, *(changed(f"{number:03}") for number in range(300)))
    for number in range(300):
        say(db, of, run, f"{number:03}", Opinion.APPROVED)
    number, _ = listings.newest(db, of)
    assert len(listings.news(db, run, of, since=number)) == 200
    assert len(listings.news(db, run, of, since=0)) == 300
