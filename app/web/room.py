"""Lay out what a run's page shows: findings, opinions, what will be committed, and by whom. Data only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from app.web.cards import Card, card_of
from app.web.sessions import Session
from app.web.site import Identity, Site
from bots import commands
from bots.forge import User, Vocabulary
from diffing.verdict import judge
from diffing.words import Comparison, Digest, Name, Opinion, Outcome, Verdict
from storage import approvals, changes, comparisons, decisions, repos, runs
from storage.approvals import StoredApproval
from storage.changes import StoredChange
from storage.repos import StoredRepo
from storage.runs import StoredRun

_WORDS = Vocabulary(change="change", sign="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One run's page."""

    run: StoredRun
    change: StoredChange
    repo: StoredRepo
    words: Vocabulary
    suites: Sequence[tuple[str, Sequence[Card]]]
    """What calls for a look, by suite."""
    same: Sequence[Name]
    counts: Mapping[Outcome, int]
    verdict: Verdict
    approvals: Sequence[StoredApproval]
    """Those of this head, oldest first."""
    committable: int
    """How many are approved and not yet asked to be committed."""
    siblings: Sequence[StoredRun]
    """Other runs on the same head."""
    newer: StoredRun | None
    """The run that replaced this one; None while it stands, or where there is none yet."""
    who: User | None
    """Who is looking, on this run's host; None for a visitor, who may look only."""
    door: tuple[str, Identity] | None
    """Where they may sign in."""

    @property
    def cards(self) -> list[Card]:
        """All of the suites' cards."""
        return [card for _, cards in self.suites for card in cards]

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
        return sum(card.comparison.decidable for card in self.cards)

    @property
    def open(self) -> int:
        """How many await a decision."""
        return sum(card.comparison.decidable and card.opinion is None for card in self.cards)

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
        """Give the address of the mask: what differs in colours, all else transparent."""
        return f"/pictures/{self.run.id}/{comparison.id}/marks"

    def alone(self, comparison: Comparison) -> str:
        """Give the address of the page of one comparison, which shows more of it."""
        return f"/runs/{self.run.id}/comparisons/{comparison.id}"

    def said(self, opinion: Opinion) -> int:
        """How many have this opinion."""
        return sum(card.opinion == opinion for card in self.cards)

    def open_in(self, suite: str) -> int:
        """How many of a suite await a decision."""
        return sum(
            card.comparison.suite == suite and card.comparison.decidable and card.opinion is None
            for card in self.cards
        )

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
    """Read everything that a run's page shows; one short transaction."""
    with site.parts.reading() as db:
        change = changes.get(db, run.change_id)
        repo = repos.get(db, change.repo_id)
        found = comparisons.of_run(db, run.id)
        said = decisions.of_change(db, change.id)
        asked = [each for each in approvals.of_change(db, change.id) if each.head == run.head]
        standing = runs.at_head(db, change.id, change.head)
    last = {(each.name, each.candidate): each for each in said}
    cards = [card_of(each, last.get((each.name, each.candidate))) for each in found if each.open]
    forge = site.parts.forges.get(repo.host)
    return Room(
        run=run,
        change=change,
        repo=repo,
        words=forge.words() if forge else _WORDS,
        suites=[(suite, list(of_suite)) for suite, of_suite in groupby(cards, lambda card: card.comparison.suite)],
        same=[each.name for each in found if not each.open],
        counts=Counter(each.outcome for each in found),
        verdict=judge(found, said),
        approvals=asked,
        committable=_committable(cards, asked, {each.id for each in standing}),
        siblings=[each for each in standing if each.id != run.id and each.head == run.head],
        newer=_newer(run, standing),
        who=session.people.get(repo.host),
        door=site.identity_of(repo.host),
    )


def _committable(cards: Sequence[Card], asked: Sequence[StoredApproval], live: Collection[str]) -> int:
    def holds(each: StoredApproval) -> bool:
        # What was committed for a run that is over is gone where the branch was put back since.
        committed = each.state == "committed" and (each.run_id in live or bool(each.beside))
        return committed or each.state in ("requested", "committing")

    under_way = {(file.name, file.candidate) for each in asked if holds(each) for file in each.files}
    approved = {
        (card.comparison.name, card.comparison.candidate) for card in cards if card.opinion is Opinion.APPROVED
    }
    return len(approved - under_way)


def _newer(run: StoredRun, standing: Sequence[StoredRun]) -> StoredRun | None:
    """Runs never come back: whatever stands while this one does not is newer."""
    later = [each for each in standing if each.id != run.id and each.created_at >= run.created_at]
    if run.state != "superseded":
        return None
    return max(later, key=lambda each: (each.source == run.source, each.created_at), default=None)
