"""Whatever happens in whatever order, killed in whatever place: no file is missing, and nothing stays for ever."""

from __future__ import annotations

import shutil
from contextlib import suppress
from itertools import islice
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from app.flow import clean, disposal
from app.flow.retention import Retention
from diffing.words import Unavailable
from storage import database, discards, tables
from tests.app.cleaning.yard import DAY, HOUR, Yard, digest_of

pytestmark = pytest.mark.slow

WORDS = st.sampled_from(["one", "two"])
"""Few files, so that many runs share them."""
SHORT = {"closed": DAY, "superseded": DAY}


class AnyOrder(RuleBasedStateMachine):
    """Runs are made, superseded, decided on, closed and cleaned."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.room = Path(mkdtemp(prefix="golddigger-any-order-"))
        shutil.copy(self.template, self.room / "db.sqlite")
        self.engine = database.connect(f"sqlite:///{self.room}/db.sqlite")
        self.yard = Yard.at(self.engine, self.room / "blobs")
        self.open: list[int] = []
        self.over: list[int] = []
        self.decided = 0
        self.heads = 0

    def teardown(self) -> None:
        """Two rounds after the last thing happened, nothing is left that nobody needs."""
        for _ in range(3):
            self.yard.now += 2 * DAY
            self.yard.orphans()
            self.yard.clean(**SHORT)
        held = self._held()
        assert {each.digest for each in self.yard.folder.walk()} == held
        self.engine.dispose()
        shutil.rmtree(self.room)

    @rule()
    def begin(self) -> None:
        """Somebody opens a change."""
        self.open.append(self.yard.change())

    @precondition(lambda self: self.open)
    @rule(data=st.data(), golden=WORDS, candidate=WORDS, hours=st.integers(0, 3))
    def compare(self, data: st.DataObject, golden: str, candidate: str, hours: int) -> None:
        """CI ends on a new head: files are put, hours later their rows come."""
        change = data.draw(st.sampled_from(self.open))
        self.heads += 1
        head = f"{self.heads:040x}"
        with suppress(Unavailable):  # a killed cleaner holds one of them: it is compared later
            before, after = self.yard.found(golden), self.yard.found(candidate)
            mask = self.yard.put(f"mask {golden}:{candidate}")
            self.yard.now += hours * HOUR
            self.yard.clean(**SHORT)  # meanwhile
            self.yard.record(change, golden, (before, after, mask), head=head)
            self.yard.supersede(change, keep=head)

    @rule(word=WORDS)
    def die_comparing(self, word: str) -> None:
        """Somebody who compares is killed when files are put and rows are not."""
        with suppress(Unavailable):
            self.yard.put(word)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def decide(self, data: st.DataObject) -> None:
        """Somebody approves what the newest run of a change shows."""
        change = data.draw(st.sampled_from(self.open))
        c, r = tables.comparisons.c, tables.runs.c
        live = select(r.id, c.name, c.candidate).join(tables.comparisons, c.run_id == r.id)
        with self.yard.parts.reading() as db:
            found = db.execute(live.where(r.change_id == change, r.state == "concluded")).first()
        if found is not None:
            golden = found.name.removeprefix("goldens/").removesuffix(".png")
            shown = next(each for each in ("one", "two") if digest_of(each) == found.candidate)
            self.yard.decide(change, found.id, golden, shown)
            self.decided += 1

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        """A change is merged."""
        change = data.draw(st.sampled_from(self.open))
        self.open.remove(change)
        self.over.append(change)
        self.yard.close(change)

    @rule(days=st.sampled_from([0.01, 1.1]))
    def wait(self, days: float) -> None:
        """Time passes."""
        self.yard.now += days * DAY

    @rule(days=st.integers(1, 3))
    def clean(self, days: int) -> None:
        """Days pass, each with a whole round; the last with none."""
        for _ in range(days):
            self.yard.clean(**SHORT)
            self.yard.now += 1.1 * DAY

    @rule(steps=st.integers(0, 12))
    def die_cleaning(self, steps: int) -> None:
        """A cleaner is killed between two steps."""
        for _ in islice(clean.clean(self.yard.parts, Retention(**SHORT), lambda: self.yard.now), steps):
            pass

    @rule(when=st.sampled_from(["before", "after"]))
    def die_deleting(self, when: str) -> None:
        """A cleaner is killed when it has told that files go: before they went, or before it recorded that."""
        with self.yard.parts.reading() as db:
            due = discards.due(db, before=self.yard.now - DAY, now=self.yard.now, most=2)
        if due:
            claim = disposal.claim(self.yard.parts, due, self.yard.now)
            if when == "after":
                self.yard.folder.discard(claim.standing)

    @rule()
    def seek(self) -> None:
        """The storage is looked through."""
        self.yard.orphans()

    @invariant()
    def nothing_is_missing(self) -> None:
        """Each file that a row needs is there."""
        assert self.yard.missing() == []

    @invariant()
    def the_audit_is_whole(self) -> None:
        """No decision was ever lost, nor the run on which it was made."""
        assert self.yard.count("decisions") == self.decided

    def _held(self) -> set[str]:
        c, r = tables.comparisons.c, tables.runs.c
        live = select(c.golden, c.candidate, c.mask).join(tables.runs, r.id == c.run_id)
        with self.yard.parts.reading() as db:
            rows = db.execute(live.where(r.emptied_at.is_(None), c.outcome != "same")).all()
        return {each for row in rows for each in row if each}


def test_any_order(migrated: Path) -> None:
    """Runs made, superseded, decided on, closed, cleaned, in any order, and killed anywhere."""
    AnyOrder.template = migrated
    run_state_machine_as_test(AnyOrder, settings=settings(max_examples=25, stateful_step_count=40, deadline=None))
