"""How runs are queued, claimed, ended and replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, Engine

from diffing.states import RUN, before
from diffing.words import Refused
from storage import comparisons, runs
from storage.runs import StoredRun
from tests.storage import making
from tests.storage.making import HEAD, LATER, LEASE, MINUTE, NOW, OTHER


@pytest.fixture
def change_id(db: Connection) -> int:
    """Make a change."""
    return making.change(db)


def states(db: Connection, *ids: str) -> list[str]:
    """Tell how runs stand."""
    return [runs.get(db, id_).state for id_ in ids]


def test_a_run_is_queued_once(db: Connection, change_id: int) -> None:
    """The same round of the same attempt makes one run, however often CI's end is heard of."""
    made = making.queue(db, change_id)
    assert made is not None
    assert len(made) == 16
    assert making.queue(db, change_id) is None
    assert making.queue(db, change_id, attempt=2) not in (None, made)


def test_a_run_begins_with_nothing_known(db: Connection, change_id: int) -> None:
    """A queued run says that nothing is known yet, not that nothing was found."""
    stored = runs.get(db, making.run(db, change_id))
    assert (stored.state, stored.kept, stored.notes, stored.globs, stored.why) == ("queued", None, (), {}, "")
    assert (stored.created_at, stored.concluded_at, stored.shown_at, stored.tries) == (NOW, None, None, 0)


def test_find_gives_none_and_get_refuses(db: Connection) -> None:
    """A page asks for what may not be there; a flow asks for what must."""
    assert runs.find(db, "nobody-knows-it") is None
    with pytest.raises(Refused, match="no such run"):
        runs.get(db, "nobody-knows-it")


def test_one_claims(db: Connection, change_id: int) -> None:
    """A claimed run is nobody else's until its lease lapses."""
    id_ = making.run(db, change_id)
    assert runs.claim(db, id_, now=NOW, until=LEASE)
    assert not runs.claim(db, id_, now=NOW, until=LEASE)
    assert runs.claim(db, id_, now=LATER, until=LATER + MINUTE)
    assert runs.get(db, id_).tries == 2


def test_progress_shows_until_it_ends(db: Connection, change_id: int) -> None:
    """Who watches sees how far it is; a late word after the end changes nothing."""
    id_ = making.run(db, change_id)
    runs.progress(db, id_, done=1, total=2)
    assert runs.get(db, id_).total == 0
    runs.claim(db, id_, now=NOW, until=LEASE)
    runs.progress(db, id_, done=32, total=70)
    runs.fail(db, id_, why="no artifact", now=NOW)
    runs.progress(db, id_, done=64, total=70)
    stored = runs.get(db, id_)
    assert (stored.done, stored.total, stored.state, stored.why) == (32, 70, "failed", "no artifact")
    assert stored.concluded_at == NOW


def test_concluding_keeps_everything_at_once(db: Connection, change_id: int) -> None:
    """State, notes, globs and comparisons come together."""
    id_ = making.run(db, change_id)
    runs.claim(db, id_, now=NOW, until=LEASE)
    found = [making.comparison("b.png"), making.comparison("a.png")]
    globs = {"phone": ("goldens/**/*.png", "*.png")}
    assert runs.conclude(db, id_, kept=True, notes=["2 found"], comparisons=found, globs=globs, now=LATER)
    stored = runs.get(db, id_)
    assert (stored.state, stored.kept, stored.notes, stored.globs) == ("concluded", True, ("2 found",), globs)
    assert (stored.concluded_at, stored.lease_until) == (LATER, None)
    assert [each.name for each in comparisons.of_run(db, id_)] == ["b.png", "a.png"]


@pytest.mark.parametrize("meanwhile", ["superseded", "concluded by another", "failed", "never claimed"])
def test_concluding_what_is_over_keeps_nothing(db: Connection, change_id: int, meanwhile: str) -> None:
    """Whoever comes too late records nothing: not a comparison, not a note."""
    id_ = making.run(db, change_id)
    if meanwhile != "never claimed":
        runs.claim(db, id_, now=NOW, until=LEASE)
    if meanwhile == "superseded":
        runs.supersede(db, change_id, keep_head=OTHER, now=NOW)
    if meanwhile == "concluded by another":
        assert runs.conclude(db, id_, kept=False, notes=[], comparisons=[], now=NOW)
    if meanwhile == "failed":
        runs.fail(db, id_, why="no", now=NOW)
    before_it = runs.get(db, id_)
    found = [making.comparison()]
    assert not runs.conclude(db, id_, kept=True, notes=["late"], comparisons=found, now=LATER)
    assert runs.get(db, id_) == before_it
    assert comparisons.of_run(db, id_) == []


def test_a_failed_or_given_back_run_is_queued_again(db: Connection, change_id: int) -> None:
    """Both can be compared again, and nothing of the failure stays."""
    id_ = making.run(db, change_id)
    runs.claim(db, id_, now=NOW, until=LEASE)
    runs.requeue(db, id_)
    assert runs.claim(db, id_, now=NOW, until=LEASE)
    runs.fail(db, id_, why="no", now=NOW)
    runs.requeue(db, id_)
    stored = runs.get(db, id_)
    assert (stored.state, stored.why, stored.concluded_at) == ("queued", "", None)


def test_a_new_head_ends_the_runs_of_others(db: Connection, change_id: int) -> None:
    """Only the named head's runs stand on; the ids of the ended come back, once; other changes are left alone."""
    elsewhere = making.run(db, making.change(db))
    old, done = making.run(db, change_id), making.concluded(db, change_id, pipeline_id="99")
    new = making.run(db, change_id, head=OTHER)
    assert set(runs.supersede(db, change_id, keep_head=OTHER, now=LATER)) == {old, done}
    assert runs.supersede(db, change_id, keep_head=OTHER, now=LATER) == []
    assert states(db, old, done, new, elsewhere) == ["superseded", "superseded", "queued", "queued"]
    assert (runs.get(db, old).concluded_at, runs.get(db, done).concluded_at) == (LATER, NOW)


def test_a_closed_change_ends_all(db: Connection, change_id: int) -> None:
    """With no head to keep, every run ends."""
    ids = {making.run(db, change_id), making.run(db, change_id, head=OTHER)}
    assert set(runs.supersede(db, change_id, keep_head=None, now=NOW)) == ids


@pytest.mark.parametrize(
    ("newer", "ended"),
    [
        ({"attempt": 2, "round": 1}, True),
        ({"attempt": 1, "round": 2}, True),
        ({"pipeline_id": "101"}, True),
        ({"pipeline_id": "1000"}, True),
        ({"pipeline_id": "99"}, False),
        ({"pipeline_id": "101", "source": "other.yml on push"}, False),
        ({"attempt": 2, "head": OTHER}, False),
    ],
)
def test_a_newer_run_replaces_what_it_repeats(
    db: Connection, change_id: int, newer: dict[str, Any], ended: bool
) -> None:
    """Later attempts and rounds of a pipeline, and later pipelines of a source, replace earlier ones at a head."""
    old = making.run(db, change_id)
    given: dict[str, Any] = {
        "head": HEAD,
        "source": "ci.yml on push",
        "pipeline_id": "100",
        "attempt": 1,
        "round": 1,
    }
    given |= newer
    new = making.run(db, change_id, **given)
    runs.supersede_older(db, change_id, **given)
    assert states(db, old, new) == ["superseded" if ended else "queued", "queued"]


def test_at_head_gives_what_counts(db: Connection, change_id: int) -> None:
    """Of each pipeline the newest that stands; nothing of other heads, nothing superseded."""
    making.run(db, change_id, attempt=1)
    second = making.run(db, change_id, attempt=2, round=1, now=LATER)
    third = making.run(db, change_id, attempt=2, round=2, now=LATER)
    other = making.run(db, change_id, pipeline_id="7", source="other.yml on push")
    gone = making.run(db, change_id, pipeline_id="5", head=OTHER)
    assert [run.id for run in runs.at_head(db, change_id, HEAD)] == [other, third]
    runs.supersede(db, change_id, keep_head=HEAD, now=NOW)
    assert runs.at_head(db, change_id, OTHER) == []
    assert {run.id for run in runs.of_change(db, change_id)} >= {second, gone}


def test_a_late_message_of_an_old_attempt_counts_for_nothing(db: Connection, change_id: int) -> None:
    """An earlier attempt that is heard of last does not push the later one aside."""
    new = making.run(db, change_id, attempt=2)
    making.run(db, change_id, attempt=1, now=LATER)
    assert [run.id for run in runs.at_head(db, change_id, HEAD)] == [new]


def test_newest_pages_through_all(db: Connection, change_id: int) -> None:
    """Page by page every run comes once, newest first, however many were made in the same moment."""
    made = {making.run(db, change_id, pipeline_id=str(n), now=NOW + MINUTE * (n // 4)) for n in range(11)}
    paged = list(_pages(db, 3))
    assert {run.id for run in paged} == made
    assert len(paged) == 11
    assert [run.created_at for run in paged] == sorted((run.created_at for run in paged), reverse=True)
    assert runs.newest(db, most=3, before="nobody-knows-it") == []


def _pages(db: Connection, most: int) -> Iterator[StoredRun]:
    before_it = None
    while page := runs.newest(db, most=most, before=before_it):
        yield from page
        before_it = page[-1].id


def test_shown_counts_the_first_time(db: Connection, change_id: int) -> None:
    """When people could first see it stays, however often it is said again."""
    one, two = making.concluded(db, change_id), making.concluded(db, change_id, pipeline_id="101")
    runs.shown(db, [one], NOW)
    runs.shown(db, [one, two], LATER)
    runs.shown(db, [], LATER)
    assert [runs.get(db, id_).shown_at for id_ in (one, two)] == [NOW, LATER]


def test_lapsed_are_the_forgotten(db: Connection, change_id: int) -> None:
    """The sweep gets what is queued for a minute and what a killed comparer left, and nothing else."""
    forgotten = making.run(db, change_id)
    young = making.run(db, change_id, pipeline_id="2", now=NOW + MINUTE)
    left, held = (making.run(db, change_id, pipeline_id=id_) for id_ in "34")
    making.concluded(db, change_id, pipeline_id="5")
    runs.claim(db, left, now=NOW, until=NOW + MINUTE)
    runs.claim(db, held, now=NOW, until=LATER)
    assert set(runs.lapsed(db, now=NOW + MINUTE, most=9)) == {forgotten, left}
    assert set(runs.lapsed(db, now=NOW + 2 * MINUTE, most=9)) == {forgotten, left, young}
    assert len(runs.lapsed(db, now=NOW + 2 * MINUTE, most=1)) == 1


@dataclass
class Seen:
    """What should be true of one run."""

    state: str = "queued"
    lease: datetime | None = None
    found: list[str] = field(default_factory=list)

    def may(self, after: str) -> bool:
        """Does the table of moves allow it?"""
        return self.state in before(RUN, after)


class Runs(RuleBasedStateMachine):
    """Two runs of one change, on two heads, moved at will by flows and by the passing of time."""

    engine: Engine

    @initialize()
    def begin(self) -> None:
        """Queue both."""
        self.now = NOW
        with self.engine.begin() as db:
            self.change = making.change(db)
            self.heads = {making.run(db, self.change, head=head): head for head in (HEAD, OTHER)}
        self.ids = sorted(self.heads)
        self.seen = {id_: Seen() for id_ in self.ids}

    @rule(which=st.integers(0, 1))
    def claim(self, which: int) -> None:
        """Somebody wants to compare it."""
        id_, seen = self._pick(which)
        held = seen.lease is not None and seen.lease > self.now
        may = seen.may("comparing") and not held
        with self.engine.begin() as db:
            assert bool(runs.claim(db, id_, now=self.now, until=self.now + 10 * MINUTE)) is may
        if may:
            seen.state, seen.lease = "comparing", self.now + 10 * MINUTE

    @rule(which=st.integers(0, 1), name=st.sampled_from("abc"))
    def conclude(self, which: int, name: str) -> None:
        """Somebody compared it, be it in time or not."""
        id_, seen = self._pick(which)
        may = seen.may("concluded")
        found = [making.comparison(name)]
        with self.engine.begin() as db:
            assert runs.conclude(db, id_, kept=True, notes=[], comparisons=found, now=self.now) is may
        if may:
            seen.state, seen.lease, seen.found = "concluded", None, [name]

    @rule(which=st.integers(0, 1), after=st.sampled_from(["failed", "queued"]))
    def end(self, which: int, after: str) -> None:
        """It broke somebody, or was given back."""
        id_, seen = self._pick(which)
        with self.engine.begin() as db:
            if after == "failed":
                runs.fail(db, id_, why="no", now=self.now)
            else:
                runs.requeue(db, id_)
        if seen.may(after):
            seen.state, seen.lease = after, None

    @rule(keep=st.sampled_from([HEAD, OTHER, None]))
    def supersede(self, keep: str | None) -> None:
        """The branch moved, or was closed."""
        with self.engine.begin() as db:
            ended = set(runs.supersede(db, self.change, keep_head=keep, now=self.now))
        expected = {id_ for id_ in self.ids if self.heads[id_] != keep and self.seen[id_].may("superseded")}
        assert ended == expected
        for id_ in ended:
            self.seen[id_].state, self.seen[id_].lease = "superseded", None

    @rule(minutes=st.sampled_from([1, 11]))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.now += timedelta(minutes=minutes)

    @invariant()
    def stands_as_expected(self) -> None:
        """The rows, and what counts at each head, are what the model says."""
        if not hasattr(self, "seen"):
            return
        with self.engine.begin() as db:
            for id_, seen in self.seen.items():
                row = runs.get(db, id_)
                assert (row.state, row.lease_until) == (seen.state, seen.lease)
                assert [each.name for each in comparisons.of_run(db, id_)] == seen.found
                counts = [run.id for run in runs.at_head(db, self.change, self.heads[id_])]
                assert counts == ([] if seen.state == "superseded" else [id_])

    def _pick(self, which: int) -> tuple[str, Seen]:
        id_ = self.ids[which]
        return id_, self.seen[id_]


def test_runs_move_as_their_model_does(lasting: Engine) -> None:
    """Whatever order calls and time come in, rows move along `diffing.states.RUN` and no other way."""
    machine = type("OnLasting", (Runs,), {"engine": lasting})
    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=15, deadline=None))
