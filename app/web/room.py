"""Lay out what a run's page says of the run: counts, what will be committed, and by whom. Data only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.web import places, sight
from app.web.sessions import Session
from app.web.site import Identity, Site
from bots import commands
from bots.forge import User, Vocabulary
from diffing.verdict import verdict_of
from diffing.words import Comparison, Digest, Name, Opinion, Outcome, Verdict
from storage import approvals, changes, comparisons, listings, repos, runs
from storage.approvals import StoredApproval
from storage.changes import StoredChange
from storage.listings import Tally
from storage.repos import StoredRepo
from storage.runs import StoredRun

_WORDS = Vocabulary(change="change", sign="")
_MOST_SAME = 200
"""So many names of unchanged goldens stand on a page; the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One run's page."""

    run: StoredRun
    change: StoredChange
    repo: StoredRepo
    words: Vocabulary
    tally: Sequence[Tally]
    same: Sequence[Name]
    """Goldens as they stand in git; not all of them where there are many."""
    approvals: Sequence[StoredApproval]
    """Those of this head, oldest first."""
    committable: int
    """How many are approved and not yet asked to be committed."""
    siblings: Sequence[StoredRun]
    """Other runs on the same head."""
    newer: StoredRun | None
    """The run that replaced this one; None while it stands, or where there is none yet."""
    last: int
    """The number of the change's newest decision; 0 where there is none."""
    who: User | None
    """Who is looking, on this run's host; None for a visitor, who may look only."""
    door: tuple[str, Identity] | None
    """Where they may sign in."""
    waits: str
    """Why deciding must wait: their forge does not answer now. Empty where it does."""
    home: str
    """The address of the repository's page; empty where only this run is theirs to see."""

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """How many comparisons have each outcome."""
        counted: Counter[Outcome] = Counter()
        for each in self.tally:
            counted[each.outcome] += each.count
        return counted

    @property
    def shown(self) -> int:
        """How many call for a look: so long is the list."""
        return sum(count for outcome, count in self.counts.items() if outcome is not Outcome.SAME)

    @property
    def verdict(self) -> Verdict:
        """What follows from what was said."""
        return verdict_of({each.opinion for each in self.tally if each.outcome is not Outcome.SAME})

    @property
    def busy(self) -> bool:
        """Is it still to be compared?"""
        return self.run.state in ("queued", "comparing")

    @property
    def over(self) -> bool:
        """Was it replaced, so that nothing is decided on it any more?"""
        return self.run.state == "superseded" or self.run.head != self.change.head

    @property
    def decidable(self) -> bool:
        """May this visitor decide here?"""
        return self.who is not None and self.run.state == "concluded" and not self.over and self.change.open

    @property
    def askable(self) -> int:
        """On how many a decision can be made."""
        return sum(each.count for each in self.tally if each.decidable)

    @property
    def open(self) -> int:
        """How many await a decision."""
        return sum(each.count for each in self.tally if each.decidable and each.opinion is None)

    @property
    def live(self) -> bool:
        """Is it a page of ours, rather than a file that shows what was found once?"""
        return True

    def picture(self, digest: Digest) -> str:
        """Give the address of a file."""
        return f"/pictures/{digest}?run={self.run.id}"

    def drawn(self, digest: Digest) -> str:
        """Give the address of a file as it is drawn, where browsers show no such file."""
        return f"/pictures/{digest}/drawn?run={self.run.id}"

    def difference(self, comparison: Comparison) -> str:
        """Give the address of the picture of what differs."""
        return f"/pictures/{self.run.id}/{comparison.id}/difference"

    def marks(self, comparison: Comparison) -> str:
        """Give the address of what differs alone, to be laid over the candidate."""
        return f"/pictures/{self.run.id}/{comparison.id}/marks"

    def alone(self, comparison: Comparison) -> str:
        """Give the address of the page of one comparison, whatever it is called."""
        return f"/runs/{self.run.id}/comparisons/{comparison.id}"

    def said(self, opinion: Opinion) -> int:
        """How many have this opinion."""
        return sum(each.count for each in self.tally if each.opinion == opinion)

    def command(self, name: Name | None = None) -> str:
        """Give the comment that approves one golden, or all; on a fork it must name the commit that was seen."""
        fork = self.change.head_repo != self.repo.forge_id
        words = (
            "/golddigger approve",
            commands.argument(name) if name else "",
            self.run.head[:12] if fork else "",
        )
        return " ".join(word for word in words if word)


def lay_out(site: Site, session: Session, run: StoredRun) -> Room:
    """Read what a run's page says of the run, in one short transaction.

    It costs one count over the run's rows, each with a look at the last decision on it (10,000: a fiftieth of a
    second), and no comparison is read whole."""
    with site.parts.reading() as db:
        change = changes.get(db, run.change_id)
        repo = repos.get(db, change.repo_id)
        asked = [each for each in approvals.of_change(db, change.id) if each.head == run.head]
        standing = runs.at_head(db, change.id, change.head)
        tally = listings.tally(db, run.id, change.id)
        same = comparisons.same(db, run.id, most=_MOST_SAME)
        last, _ = listings.newest(db, change.id)
        committable = _committable(db, run, tally, asked, {each.id for each in standing})
    forge = site.parts.forges.get(repo.host)
    return Room(
        run=run,
        change=change,
        repo=repo,
        words=forge.words() if forge else _WORDS,
        tally=tally,
        same=same,
        approvals=asked,
        committable=committable,
        siblings=[each for each in standing if each.id != run.id and each.head == run.head],
        newer=_newer(run, standing),
        last=last,
        who=session.people.get(repo.host),
        door=site.identity_of(repo.host),
        waits=sight.waits(site, session, repo),
        home=places.repository(repo.host, repo.path) if sight.repos(site, session, [repo.id]) else "",
    )


def repo_of(site: Site, run: StoredRun) -> StoredRepo:
    """Give the repository of a run."""
    with site.parts.reading() as db:
        return repos.get(db, changes.get(db, run.change_id).repo_id)


def _committable(
    db: Connection,
    run: StoredRun,
    tally: Sequence[Tally],
    asked: Sequence[StoredApproval],
    live: Collection[str],
) -> int:
    def holds(each: StoredApproval) -> bool:
        # What was committed for a run that is over is gone where the branch was put back since.
        committed = each.state == "committed" and (each.run_id in live or bool(each.beside))
        return committed or each.state in ("requested", "committing")

    if not any(each.opinion is Opinion.APPROVED for each in tally):
        return 0
    under_way = {(file.name, file.candidate) for each in asked if holds(each) for file in each.files}
    return len(listings.approved(db, run.id, run.change_id) - under_way)


def _newer(run: StoredRun, standing: Sequence[StoredRun]) -> StoredRun | None:
    """Runs never come back: whatever stands while this one does not is newer."""
    later = [each for each in standing if each.id != run.id and each.created_at >= run.created_at]
    if run.state != "superseded":
        return None
    return max(later, key=lambda each: (each.source == run.source, each.created_at), default=None)
