"""Fill a page with runs that a visitor may see, at a cost that has an end.

Candidates come newest first out of an index. Of a repository that was not met before the forge is asked once, and
what it does not show is left out of the next step in SQL. A verdict is not stored (ADR 3): it is derived for the
runs that are passed, two hundred at a time. So a page costs at most `MOST_ASKED` questions to forges, and one look
at about `_MOST_COUNTED` comparisons, half a second; where it stops earlier than full, it says so and goes on from
there. With 300 repositories and 100,000 runs a page takes milliseconds, and a word that nothing has a fifth of a
second."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import takewhile

from sqlalchemy import Connection

from app.flow import standing
from app.web import places, sight
from app.web.searches import Search
from app.web.sessions import Session
from app.web.site import Site
from diffing.verdict import verdict_of
from diffing.words import Outcome, Verdict
from storage import repos, searches
from storage.listings import Tally
from storage.searches import FoundRun, Mark, Sought, View

A_PAGE = 50
MOST_ASKED = 32
"""Repositories of which the forge is asked for one page."""
_MOST_COUNTED = 300_000
"""Comparisons; the runs of one step more, at most."""
_RUN = 50
"""Comparisons for which a run counts by itself: to pass it costs as much as to count so many."""
_AT_ONCE = 200

_Step = Callable[[Connection, View, Mark | None, int], Sequence[FoundRun]]


class Stopped(StrEnum):
    """Why a page ends before it is full."""

    ASKED = "asked"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class Row:
    """One run in a list, with what it found."""

    run: FoundRun
    tally: Sequence[Tally]
    """Empty while nothing was found."""
    home: str = ""
    """The address of its repository's page; empty where that is not theirs to see."""

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """How many comparisons came out how."""
        outcomes = dict.fromkeys(each.outcome for each in self.tally)
        return {outcome: sum(each.count for each in self.tally if each.outcome is outcome) for outcome in outcomes}

    @property
    def verdict(self) -> Verdict:
        """What follows from findings and opinions."""
        return verdict_of({each.opinion for each in self.tally if each.outcome is not Outcome.SAME})


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A page of runs, newest first, with the marks from which its neighbours go on."""

    rows: Sequence[Row]
    newer: Mark | None = None
    """None: nothing is newer."""
    older: Mark | None = None
    """None: nothing is older."""
    stopped: Stopped | None = None
    """None: it is full, or there is no more."""
    at: datetime | None = None
    """As far as it was looked, where it stopped."""
    silent: Sequence[str] = ()
    """What forges that did not answer say of it: runs may be missing."""


def piece(site: Site, session: Session, search: Search, repo_id: int | None = None) -> Piece:
    """Give the page that is asked for. None: of all repositories."""
    if search.after is not None:
        return _newer(_Walk(site, session, search.sought(repo_id)), search.after)
    return _older(_Walk(site, session, search.sought(repo_id)), search.before)


def _older(walk: _Walk, than: Mark | None) -> Piece:
    def step(db: Connection, view: View, mark: Mark | None, most: int) -> Sequence[FoundRun]:
        return searches.older(db, walk.sought, view, than=mark, most=most)

    rows, stopped, at = walk.fill(step, than)
    full = len(rows) > A_PAGE
    shown = rows[:A_PAGE]
    return Piece(
        rows=shown,
        newer=shown[0].run.mark if shown and than else None,
        older=shown[-1].run.mark if full else at,
        stopped=None if full else stopped,
        at=at.at if at else None,
        silent=walk.silent(),
    )


def _newer(walk: _Walk, than: Mark) -> Piece:
    def step(db: Connection, view: View, mark: Mark | None, most: int) -> Sequence[FoundRun]:
        return searches.newer(db, walk.sought, view, than=mark or than, most=most)

    rows, stopped, at = walk.fill(step, than)
    if len(rows) <= A_PAGE and stopped is None:
        return _older(walk, None)  # the top is reached: begin there, so that the first page is whole
    shown = rows[:A_PAGE][::-1]
    full = len(rows) > A_PAGE
    return Piece(
        rows=shown,
        newer=shown[0].run.mark if full else at,
        older=shown[-1].run.mark if shown else than,
        stopped=None if full else stopped,
        at=at.at if at else None,
        silent=walk.silent(),
    )


@dataclass(slots=True)
class _Walk:
    """One request's way through the runs, with what was learnt on it."""

    site: Site
    session: Session
    sought: Sought
    asked: dict[int, bool] = field(default_factory=dict)
    """Repositories, and whether they are to be seen."""

    def fill(self, step: _Step, mark: Mark | None) -> tuple[list[Row], Stopped | None, Mark | None]:
        """Gather one run more than a page shows, or fewer where there are no more, or it costs too much; then say
        why, and as far as it went."""
        rows: list[Row] = []
        counted = 0
        while len(rows) <= A_PAGE:
            most = _AT_ONCE if self.sought.golden or self.sought.verdict else A_PAGE + 1
            with self.site.parts.reading() as db:
                met = step(db, self._view(), mark, most)
            known = self._known(met)
            with self.site.parts.reading() as db:
                seen = [each for each in known if self._sees(each)]
                tallies = searches.tallies(db, [each.id for each in seen])
                rows += _fitting(db, self.sought, [self._row(each, tallies.get(each.id, ())) for each in seen])
            mark = known[-1].mark if known else mark
            counted += len(known) * _RUN + sum(each.count for tally in tallies.values() for each in tally)
            if len(known) < len(met):
                return rows, Stopped.ASKED, mark
            if len(met) < most:
                return rows, None, None
            if counted > _MOST_COUNTED:
                return rows, Stopped.COUNTED, mark
        return rows, None, None

    def silent(self) -> Sequence[str]:
        """Say which forges did not answer when they were asked about what is now hidden."""
        hidden = [repo for repo, seen in self.asked.items() if not seen]
        with self.site.parts.reading() as db:
            kept = repos.of_ids(db, hidden)
        asked = [standing.in_words(each) for each in kept if each.host in self.session.people]
        return [why for why in dict.fromkeys(self.site.asking.away(each) for each in asked) if why]

    def _view(self) -> View:
        hosts = None if self.session.operator else list(self.session.people)
        hidden = [repo for repo, seen in self.asked.items() if not seen]
        public = self.site.access.public_pages
        return View(hosts=hosts, public=public, hidden=hidden, opened=self.session.runs)

    def _known(self, met: Sequence[FoundRun]) -> list[FoundRun]:
        """Ask about the repositories of runs, as far as may be asked; give the runs before the first unknown."""
        new = dict.fromkeys(
            each.repo_id for each in met if each.repo_id not in self.asked and each.id not in self.session.runs
        )
        asked = list(new) if self.session.operator else list(new)[: MOST_ASKED - len(self.asked)]
        if asked:
            seen = sight.repos(self.site, self.session, asked)
            self.asked |= {repo: repo in seen for repo in asked}
        return list(takewhile(lambda each: each.repo_id in self.asked or each.id in self.session.runs, met))

    def _sees(self, run: FoundRun) -> bool:
        return run.id in self.session.runs or self.asked[run.repo_id]

    def _row(self, run: FoundRun, tally: Sequence[Tally]) -> Row:
        return Row(run, tally, places.repository(run.host, run.path) if self.asked.get(run.repo_id) else "")


def _fitting(db: Connection, sought: Sought, rows: Sequence[Row]) -> Sequence[Row]:
    fit = rows
    if sought.verdict is not None:
        fit = [row for row in fit if row.tally and row.verdict is sought.verdict]
    if sought.golden:
        having = searches.having(db, [row.run.id for row in fit], sought.golden)
        fit = [row for row in fit if row.run.id in having]
    return fit
