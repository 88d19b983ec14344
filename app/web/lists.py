"""Lay out the list of a run's goldens: rows in order, with heads where a suite or the same change begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from urllib.parse import quote, urlencode

from sqlalchemy import Connection

from app.web.cards import Card, card_of
from bots import sentences
from diffing.words import Comparison, Decision, Digest, Opinion, Outcome
from storage import comparisons, forgotten, listings
from storage.listings import Place, Wanted
from storage.runs import StoredRun

A_PIECE = 100
"""Rows that come at once. The page of a run of 10,000 is as small as that of one of 100."""
_MOST_WORDS = 200
_STATES = ("", listings.OPEN, Opinion.APPROVED.value, Opinion.REJECTED.value)
_OUTCOMES = ("", *(each.value for each in Outcome if each is not Outcome.SAME))
_TAKEN = frozenset({"comparisons", "commit", "decisions", "events", "list", "state", "undo"})
"""Names of other pages of a run: a golden whose path begins so has its address by number."""


@dataclass(frozen=True, slots=True)
class Head:
    """What begins here: a suite, or the same change in several goldens."""

    title: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the list."""

    card: Card
    href: str
    thumbnail: str = ""
    """The address of its small picture; empty where it is no picture."""
    suite: Head | None = None
    """The suite that begins with it; None where none does."""
    group: Head | None = None
    """The group of the same change that begins with it; None where none does."""
    alike: str = ""
    """By what its group is known; empty where it stands alone."""

    @property
    def what(self) -> str:
        """What is different, in a word or two."""
        return sentences.what(self.card.comparison)

    @property
    def numbers(self) -> str:
        """How much is different; empty where there is nothing to measure."""
        return sentences.numbers(self.card.comparison)

    @property
    def ending(self) -> str:
        """What stands in place of a small picture: the file name's ending."""
        name = self.card.comparison.name.rpartition("/")[2]
        return name.rpartition(".")[2].lower()[:4] if "." in name else "file"

    @property
    def opinion(self) -> str:
        """What was said of it; empty where it is open."""
        return self.card.opinion or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A piece of a list."""

    entries: Sequence[Entry]
    wanted: Wanted = field(default_factory=Wanted)
    count: int = 0
    """How many the whole list has."""
    earlier: str = ""
    """Where the piece before this one is; empty where there is none."""
    more: str = ""
    """Where the piece after this one is; empty where there is none."""

    @property
    def narrowed(self) -> bool:
        """Is only a part of the run asked for?"""
        return self.wanted != Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which piece of a list an address asks for."""

    wanted: Wanted
    after: int
    before: int | None
    """None: the piece is not the one before a place."""


def asked(query: Mapping[str, str]) -> Asked:
    """Read an address; what means nothing is left out, for addresses are copied and cut."""
    state, outcome = query.get("state", ""), query.get("outcome", "")
    return Asked(
        wanted=Wanted(
            words=query.get("q", "").strip()[:_MOST_WORDS],
            state=state if state in _STATES else "",
            outcome=outcome if outcome in _OUTCOMES else "",
        ),
        after=_number(query.get("after")) or 0,
        before=_number(query.get("before")),
    )


def piece(db: Connection, run: StoredRun, what: Asked) -> Listed:
    """Give a piece of a run's list: one walk over the run's rows in SQL, and a hundred rows read whole."""
    of = (run.id, run.change_id, what.wanted)
    if what.before is not None:
        places = listings.before(db, *of, at=what.before, most=A_PIECE)
    else:
        places = listings.after(db, *of, at=what.after, most=A_PIECE)
    if not places:
        return Listed(entries=(), wanted=what.wanted)
    first, last = places[0], places[-1]
    read = _read(db, run, places)
    return Listed(
        entries=list(_entries(run, places, read, _gone(db, read))),
        wanted=what.wanted,
        count=last.found,
        earlier=_address(run, what.wanted, before=first.at) if first.number > 1 else "",
        more=_address(run, what.wanted, after=last.at) if last.number < last.found else "",
    )


def around(place: Place, what: Asked) -> Asked:
    """Ask for the piece in which a place is, where no other one is asked for."""
    if what.after or what.before is not None:
        return what
    return replace(what, after=(place.at - 1) // A_PIECE * A_PIECE)


def address(run: StoredRun, place: Place) -> str:
    """Give the address of one comparison: by its name, where a name can stand in an address and means it."""
    parts = place.name.split("/")
    by_name = not place.again and parts[0] not in _TAKEN and not {"", ".", ".."}.intersection(parts)
    return f"/runs/{run.id}/{quote(place.name)}" if by_name else f"/runs/{run.id}/comparisons/{place.id}"


def of_sections(sections: Sequence[tuple[str, Sequence[Card]]], thumbnail: Callable[[Card], str]) -> Listed:
    """Give the whole list of a page that has every stage in it: each section begins with its title."""
    entries = [
        Entry(
            card=card,
            href=f"#c-{card.id}",
            thumbnail=thumbnail(card),
            suite=Head(title, len(cards)) if number == 0 else None,
        )
        for title, cards in sections
        for number, card in enumerate(cards)
    ]
    return Listed(entries=entries, count=len(entries))


def _read(db: Connection, run: StoredRun, places: Sequence[Place]) -> Mapping[int, Comparison]:
    return {int(each.id): each for each in comparisons.of_ids(db, run.id, [place.id for place in places])}


def _gone(db: Connection, read: Mapping[int, Comparison]) -> Mapping[Digest, datetime]:
    both = chain.from_iterable((each.golden, each.candidate) for each in read.values())
    return forgotten.among(db, [each for each in both if each is not None])


def _entries(
    run: StoredRun,
    places: Sequence[Place],
    read: Mapping[int, Comparison],
    gone: Mapping[Digest, datetime],
) -> Iterator[Entry]:
    suite, group = None, ("", "")
    for place in places:
        card = card_of(read[place.id], _said(place), gone)
        entry = Entry(card=card, href=address(run, place), thumbnail=_thumbnail(run, card), alike=place.alike)
        if place.suite != suite:
            suite, group = place.suite, ("", "")
            entry = replace(entry, suite=Head(place.suite, place.in_suite))
        if place.alike and (suite, place.alike) != group:
            entry = replace(entry, group=Head(f"The same change: {entry.what}", place.many))
        group = (suite, place.alike)
        yield entry


def _said(place: Place) -> Decision | None:
    if place.opinion is None:
        return None
    return Decision(name=place.name, candidate=place.candidate, opinion=place.opinion, who=place.who)


def _thumbnail(run: StoredRun, card: Card) -> str:
    """A picture, or what can be drawn as one, has its size; what it is now is shown rather than what it was."""
    for side in (card.after, card.before):
        if side.digest and side.size and side.readable:
            return "" if side.since else f"/pictures/{side.digest}/thumbnail?run={run.id}"
    return ""


def _address(run: StoredRun, wanted: Wanted, **place: int) -> str:
    words = {"q": wanted.words, "state": wanted.state, "outcome": wanted.outcome}
    query = {key: value for key, value in {**words, **place}.items() if value or key in place}
    return f"/runs/{run.id}?{urlencode(query)}"


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None
