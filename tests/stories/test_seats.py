"""Two hundred decisions ask the forge a dozen times, and never let anybody in who may no longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

import pytest
from sqlalchemy import select

from app.flow import decide
from app.flow.jobs import Job
from app.web.seats import FRESH, Seats
from bots.forge import User
from diffing.words import Opinion, Refused
from storage import comparisons, decisions, tables
from tests.stories.bench import Stage, change_of
from tests.stories.conftest import Fresh
from tests.stories.hosts import Pull
from tests.stories.screens import CONFIG, LOGIN, NEW, OLD, failures
from tests.stories.trouble import hasty

ANN = User("ann")
_numbers = count()


@pytest.fixture(scope="module")
def stage(host: str, fresh: Fresh, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give one Golddigger at work for all stories here."""
    with fresh() as settings, hasty(host, tmp_path_factory.mktemp("seats"), **settings) as made:
        yield made


@pytest.fixture
def pull(stage: Stage) -> Pull:
    """Give a pull request whose golden changed, in a repository in which ann may decide."""
    files = {LOGIN: OLD, ".golddigger.yml": CONFIG}
    number = next(_numbers)
    repo = stage.forge.repo(f"octo/seats-{number}", files=files)
    repo.role("ann", "write")
    pull = repo.pull(files={"lib/app.dart": b"// %d" % number})
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    stage.shows(pull, "action_required")
    return pull


def run_of(stage: Stage, pull: Pull) -> str:
    """Give the run on a pull request's head."""
    with stage.whole.parts.reading() as db:
        return str(db.scalars(select(tables.runs.c.id).where(tables.runs.c.head == pull.head)).one())


class Desk:
    """Where ann decides, by a clock that the story moves."""

    def __init__(self, stage: Stage, pull: Pull) -> None:
        self.now = 0.0
        self.seats = Seats(clock=lambda: self.now)
        self._stage, self._parts = stage, stage.whole.parts
        self.run = run_of(stage, pull)
        self.change_id = change_of(self._parts, self.run)
        self.owed: list[Job] = []

    def take(self) -> decide.Seat:
        """Sit down for one act."""
        return self.seats.take(self._parts, self.change_id, ANN)

    def say(self, opinion: Opinion) -> None:
        """Decide on the only golden."""
        with self._parts.reading() as db:
            (found,) = comparisons.of_run(db, self.run)
        chosen = [(int(found.id), found.candidate)]
        jobs = decide.decide(
            self._parts,
            self.take(),
            run_id=self.run,
            opinion=opinion,
            chosen=chosen,
            via="page",
            now=datetime.now(UTC),
        )
        self.owed = jobs

    def settle(self) -> None:
        """Have told what was decided."""
        self._stage.whole.carrier.send(self.owed)
        self._stage.settle()

    def asked(self) -> int:
        """How often was the forge asked?"""
        return len(self._stage.forge.asked)


def test_many_decisions_ask_once(stage: Stage, pull: Pull) -> None:
    """In one breath the forge is asked once; each decision is an act of its own, which undo takes back alone."""
    desk = Desk(stage, pull)
    desk.say(Opinion.APPROVED)
    asked = desk.asked()
    for _ in range(20):
        desk.say(Opinion.REJECTED)
        desk.say(Opinion.APPROVED)
    assert desk.asked() == asked
    with stage.whole.parts.reading() as db:
        acts = db.scalars(select(tables.decisions.c.act).where(tables.decisions.c.change_id == desk.change_id))
        assert len(set(acts)) == 41
    desk.now = FRESH
    desk.say(Opinion.APPROVED)
    assert desk.asked() > asked
    desk.settle()


def test_who_may_no_longer_is_out_within_seconds(stage: Stage, pull: Pull) -> None:
    """The seat is kept for seconds only; and the commit, which writes, asks the forge itself."""
    desk = Desk(stage, pull)
    desk.say(Opinion.APPROVED)
    pull.repo.role("ann", "read")
    with pytest.raises(Refused, match="is needed"):
        decide.commit(stage.whole.parts, run_id=desk.run, who=ANN, now=datetime.now(UTC))
    desk.now = FRESH
    with pytest.raises(Refused, match="is needed"):
        desk.take()
    desk.settle()


def test_a_no_is_never_kept(stage: Stage, pull: Pull) -> None:
    """Whoever is let in after they were refused need not wait."""
    desk = Desk(stage, pull)
    pull.repo.role("ann", "read")
    with pytest.raises(Refused):
        desk.take()
    pull.repo.role("ann", "write")
    assert desk.take().granted


def test_a_push_empties_the_seats(stage: Stage, pull: Pull) -> None:
    """As soon as the delivery told of another head, the forge is asked anew, and what was seen is refused."""
    desk = Desk(stage, pull)
    desk.say(Opinion.APPROVED)
    stage.forge.push(pull, {"lib/app.dart": b"// newer"})
    stage.settle()
    with pytest.raises(Refused, match="Look at the newest run"):
        desk.say(Opinion.REJECTED)
    assert desk.take().change.head == pull.head
    with stage.whole.parts.reading() as db:
        assert [each.opinion for each in decisions.of_change(db, desk.change_id)] == [Opinion.APPROVED]


def test_a_seat_is_for_one_change(stage: Stage, pull: Pull) -> None:
    """A decision on another change's run is a mistake of ours, and loud."""
    desk = Desk(stage, pull)
    other = pull.repo.pull(files={"lib/app.dart": b"// third"}, branch="third")
    stage.forge.finish_workflow(other, {"goldens": failures({"login": (OLD, NEW)})})
    stage.shows(other, "action_required")
    with pytest.raises(ValueError, match="one change"):
        decide.decide(
            stage.whole.parts,
            desk.take(),
            run_id=run_of(stage, other),
            opinion=Opinion.APPROVED,
            chosen=[],
            via="page",
            now=datetime.now(UTC),
        )


def test_no_more_seats_are_kept_than_there_is_room(stage: Stage, pull: Pull) -> None:
    """The oldest goes."""
    desk = Desk(stage, pull)
    desk.seats = Seats(clock=lambda: desk.now, most=1)
    pull.repo.role("bob", "write")
    desk.take()
    desk.seats.take(stage.whole.parts, desk.change_id, User("bob"))
    asked = desk.asked()
    desk.take()
    assert desk.asked() > asked
