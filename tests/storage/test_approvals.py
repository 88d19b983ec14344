"""How approvals are requested, claimed in batches, and ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, Engine

from diffing.words import BlobId, Name
from storage import approvals
from storage.approvals import File
from tests.storage import making
from tests.storage.making import LATER, LEASE, MINUTE, NOW, digest


@pytest.fixture
def place(db: Connection) -> tuple[int, str]:
    """Make a change with a run that found something."""
    change_id = making.change(db)
    return change_id, making.concluded(db, change_id, making.comparison())


def test_an_approval_is_kept_whole(db: Connection, place: tuple[int, str]) -> None:
    """What binds it, who asked and where they asked come back as they were given."""
    files = [
        File(name=Name("a.png"), candidate=digest("2"), golden_blob=BlobId("c" * 40), suite="phone"),
        File(name=Name("gone.png"), candidate=None, golden_blob=BlobId("d" * 40), suite="desk"),
        File(name=Name("new.png"), candidate=digest("3"), golden_blob=None, suite="desk"),
    ]
    id_ = making.approval(db, *place, files=files, author="Ann <ann@example.org>", comment_id="55")
    (kept,) = approvals.of_change(db, place[0])
    assert (kept.id, kept.files, kept.author, kept.comment_id) == (
        id_,
        tuple(files),
        "Ann <ann@example.org>",
        "55",
    )
    assert (kept.state, kept.batch, kept.commit, kept.tries, kept.requested_at) == (
        "requested",
        None,
        None,
        0,
        NOW,
    )


def test_those_that_arrive_together_are_claimed_together(db: Connection, place: tuple[int, str]) -> None:
    """All that wait on a change go into one batch, oldest first; those of other changes do not."""
    second = making.approval(db, *place, now=NOW + MINUTE)
    first = making.approval(db, *place)
    other = making.change(db)
    making.approval(db, other, making.concluded(db, other))
    claimed = approvals.claim(db, place[0], batch="b1", now=NOW, until=LEASE)
    assert [each.id for each in claimed] == [first, second]
    assert {(each.state, each.batch, each.tries, each.lease_until) for each in claimed} == {
        ("committing", "b1", 1, LEASE)
    }
    assert approvals.waiting(db, now=NOW, most=9) == [other]


def test_one_commits_at_a_time(db: Connection, place: tuple[int, str]) -> None:
    """What arrives while somebody commits to a change waits for its end."""
    making.approval(db, *place)
    (first,) = approvals.claim(db, place[0], batch="b1", now=NOW, until=LEASE)
    late = making.approval(db, *place)
    assert approvals.claim(db, place[0], batch="b2", now=NOW, until=LEASE) == []
    approvals.commit(db, [first.id], commit="e" * 40, url="https://github.com/o/r/commit/e")
    claimed = approvals.claim(db, place[0], batch="b2", now=NOW, until=LEASE)
    assert [(each.id, each.batch) for each in claimed] == [(late, "b2")]


@pytest.mark.parametrize("let_go", ["killed", "released"])
def test_what_was_begun_comes_back_alone(db: Connection, place: tuple[int, str], let_go: str) -> None:
    """Its commit may stand already under its own trailers, so nothing new joins a batch that was begun."""
    making.approval(db, *place)
    (first,) = approvals.claim(db, place[0], batch="b1", now=NOW, until=NOW + MINUTE)
    if let_go == "released":
        approvals.release(db, [first.id])
    late = making.approval(db, *place)
    claimed = approvals.claim(db, place[0], batch="b2", now=NOW + MINUTE, until=LEASE)
    assert [(each.id, each.batch, each.tries) for each in claimed] == [(first.id, "b1", 2)]
    approvals.stale(db, [first.id], why="moved")
    assert [each.id for each in approvals.claim(db, place[0], batch="b2", now=LATER, until=LATER)] == [late]


def test_a_commit_is_recorded(db: Connection, place: tuple[int, str]) -> None:
    """Who carried it out is found by the commit, on this change only."""
    making.approval(db, *place)
    (claimed,) = approvals.claim(db, place[0], batch="b1", now=NOW, until=LEASE)
    approvals.commit(db, [claimed.id], commit="e" * 40, url="https://x/e", beside="golddigger/pr-1")
    (kept,) = approvals.by_commit(db, place[0], "e" * 40)
    assert (kept.state, kept.commit, kept.commit_url, kept.beside, kept.lease_until) == (
        "committed",
        "e" * 40,
        "https://x/e",
        "golddigger/pr-1",
        None,
    )
    assert approvals.committed(db, [place[0]]) == [kept]
    assert approvals.committed(db, [making.change(db)]) == []
    assert approvals.by_commit(db, place[0], "f" * 40) == []
    assert approvals.by_commit(db, making.change(db), "e" * 40) == []
    assert approvals.waiting(db, now=LATER, most=9) == []


def test_what_ended_stays_ended(db: Connection, place: tuple[int, str]) -> None:
    """A late word from whoever lost the lease changes nothing that is decided."""
    making.approval(db, *place)
    (claimed,) = approvals.claim(db, place[0], batch="b1", now=NOW, until=LEASE)
    approvals.commit(db, [claimed.id], commit="e" * 40, url="")
    ended = approvals.of_change(db, place[0])
    approvals.fail(db, [claimed.id], why="late")
    approvals.stale(db, [claimed.id], why="late")
    approvals.release(db, [claimed.id])
    approvals.commit(db, [claimed.id], commit="f" * 40, url="")
    assert approvals.of_change(db, place[0]) == ended


def test_what_nobody_claimed_cannot_end(db: Connection, place: tuple[int, str]) -> None:
    """An approval ends only after somebody took it."""
    id_ = making.approval(db, *place)
    approvals.commit(db, [id_], commit="e" * 40, url="")
    assert approvals.of_change(db, place[0])[0].state == "requested"


def test_waiting_gives_the_longest_first(db: Connection) -> None:
    """Changes come once each, in the order in which their oldest approval was asked for."""
    waits = []
    for minutes in (3, 1, 2):
        change_id = making.change(db)
        run_id = making.concluded(db, change_id)
        making.approval(db, change_id, run_id, now=NOW + minutes * MINUTE)
        making.approval(db, change_id, run_id, now=NOW + 9 * MINUTE)
        waits.append(change_id)
    expected = [waits[1], waits[2], waits[0]]
    assert approvals.waiting(db, now=LATER, most=9) == expected
    assert approvals.waiting(db, now=LATER, most=2) == expected[:2]


@dataclass
class Seen:
    """What should be true of one approval."""

    state: str = "requested"
    batch: str | None = None
    lease: datetime | None = None


class Approvals(RuleBasedStateMachine):
    """The approvals of one change, asked for, claimed and ended at will, while time passes."""

    engine: Engine

    @initialize()
    def begin(self) -> None:
        """Make a change with nothing asked for."""
        self.now, self.batches, self.seen = NOW, 0, dict[str, Seen]()
        with self.engine.begin() as db:
            self.change = making.change(db)
            self.run = making.concluded(db, self.change)

    @rule()
    def request(self) -> None:
        """Somebody approves."""
        with self.engine.begin() as db:
            self.seen[making.approval(db, self.change, self.run, now=self.now)] = Seen()

    @rule()
    def claim(self) -> None:
        """Somebody wants to commit: a batch that was begun, alone, or all that is new."""
        self.batches += 1
        begun = {each.batch for each in self.seen.values() if each.batch and each.state in _UNENDED}
        assert len(begun) <= 1
        batch = next(iter(begun), None)
        expected = {
            id_
            for id_, each in self.seen.items()
            if each.state in _UNENDED and each.batch == batch and not (each.lease and each.lease > self.now)
        }
        until = self.now + 10 * MINUTE
        with self.engine.begin() as db:
            claimed = approvals.claim(db, self.change, batch=f"b{self.batches}", now=self.now, until=until)
        assert {each.id for each in claimed} == expected
        for id_ in expected:
            self.seen[id_] = Seen("committing", batch or f"b{self.batches}", until)

    @rule(after=st.sampled_from(["committed", "stale", "failed", "requested"]))
    def end(self, after: str) -> None:
        """Whoever committed records how it went; on what is not being committed, that changes nothing."""
        with self.engine.begin() as db:
            match after:
                case "committed":
                    approvals.commit(db, list(self.seen), commit="e" * 40, url="")
                case "stale":
                    approvals.stale(db, list(self.seen), why="moved")
                case "failed":
                    approvals.fail(db, list(self.seen), why="no")
                case _:
                    approvals.release(db, list(self.seen))
        for id_, each in self.seen.items():
            if each.state == "committing":
                self.seen[id_] = Seen(after, each.batch)

    @rule(minutes=st.sampled_from([1, 11]))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.now += timedelta(minutes=minutes)

    @invariant()
    def stands_as_expected(self) -> None:
        """The rows are what the model says, and a change waits when one of its approvals is nobody's."""
        if not hasattr(self, "seen"):
            return
        with self.engine.begin() as db:
            rows = {each.id: Seen(each.state, each.batch, each.lease_until) for each in _all(db, self.change)}
            waiting = self.change in approvals.waiting(db, now=self.now, most=10_000)
        assert rows == self.seen
        assert waiting == any(
            each.state in _UNENDED and not (each.lease and each.lease > self.now) for each in self.seen.values()
        )


_UNENDED = ("requested", "committing")


def _all(db: Connection, change_id: int) -> list[approvals.StoredApproval]:
    return approvals.of_change(db, change_id)


def test_approvals_move_as_their_model_does(lasting: Engine) -> None:
    """Whatever order calls and time come in, each approval is in one commit at most, and none is lost."""
    machine = type("OnLasting", (Approvals,), {"engine": lasting})
    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=15, deadline=None))
