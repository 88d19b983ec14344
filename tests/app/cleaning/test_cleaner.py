"""The clock: who cleans when, how an operator looks before, and what forges are asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any, cast

import pytest

from app.flow import asking, foresight
from app.flow.disposal import Done
from app.flow.jobs import Job
from app.flow.retention import Retention
from app.worker.cleaning import CLEAN, Cleaner
from app.worker.rounds import Rounds
from bots.forge import Change, Forge, Repo
from diffing.words import NoSuch, Refused, Sha, Unavailable
from storage import changes, duties, repos, runs
from tests.app.cleaning.yard import DAY, HOUR, Yard

pytestmark = pytest.mark.slow


class Answers:
    """A forge that says of every change the same: how it stands, or that it does not tell."""

    def __init__(self, yard: Yard) -> None:
        self._yard = yard
        self.says: Exception | None = None
        self.open = True
        self.asked: list[str] = []
        self.pipelines: Callable[[Change], list[Any]] = lambda _: []

    def change(self, repo: Repo, number: str) -> Change:
        self.asked.append(number)
        if self.says is not None:
            raise self.says
        kept = self._kept(number)
        return Change(
            repo=repo,
            number=number,
            title="",
            author="",
            url="",
            branch="b",
            head=Sha(kept.head),
            head_repo="1",
            head_path="o/r",
            base_branch="main",
            base=Sha("f" * 40),
            open=self.open,
        )

    def _kept(self, number: str) -> changes.StoredChange:
        with self._yard.parts.reading() as db:
            found = changes.find(db, self._yard.repo_id, number)
        assert found
        return found


@pytest.fixture
def forge(yard: Yard) -> Answers:
    """Give the forge of the yard's repository."""
    answers = Answers(yard)
    yard.forges["github.com"] = cast("Forge", answers)
    return answers


def ask(yard: Yard, days: float = 0) -> list[Sequence[Job]]:
    """Let days pass, and ask."""
    yard.now += days * DAY
    return list(asking.ask(yard.parts, yard.now))


def open_(yard: Yard, change: int) -> bool:
    """Is a change open, as far as we know?"""
    with yard.parts.reading() as db:
        return changes.get(db, change).open


def test_a_closing_that_was_never_heard_of_is_found_by_asking(yard: Yard, forge: Answers) -> None:
    """Once a week each quiet change is asked about; from then on it is like any that was closed."""
    change = yard.change()
    run = yard.run(change, "home")
    forge.open = False
    assert ask(yard) == []
    assert (forge.asked, open_(yard, change)) == ([], True)
    ask(yard, 8)
    assert open_(yard, change) is False
    with yard.parts.reading() as db:
        assert runs.get(db, run).state == "superseded"
    yard.clean_for(34)
    assert list(yard.folder.walk()) == []


def test_few_are_asked_about_at_once_and_each_in_its_turn(yard: Yard, forge: Answers) -> None:
    """What a forge allows in an hour is for those who work."""
    for _ in range(30):
        yard.change()
    ask(yard)
    ask(yard, 8)
    assert len(forge.asked) == 20
    ask(yard)
    assert len(set(forge.asked)) == len(forge.asked) == 30
    ask(yard)
    assert len(forge.asked) == 30


def test_a_forge_that_is_away_is_left_alone(yard: Yard, forge: Answers) -> None:
    """One question a round, and nothing is concluded from silence."""
    made = [yard.change() for _ in range(5)]
    ask(yard)
    forge.says = Unavailable("away")
    ask(yard, 8)
    assert len(forge.asked) == 1
    assert all(open_(yard, each) for each in made)
    forge.says = None
    ask(yard, 1)
    assert len(forge.asked) == 6


def test_a_change_that_the_forge_does_not_know_three_times_is_gone(yard: Yard, forge: Answers) -> None:
    """A day apart: the first time may be an outage of rights. An answer in between begins anew."""
    change = yard.change()
    ask(yard)
    forge.says = NoSuch("GitHub knows no such pull request.")
    for _ in range(2):
        ask(yard, 8)
    assert open_(yard, change)
    forge.says = None
    ask(yard, 2)
    forge.says = NoSuch("GitHub knows no such pull request.")
    for _ in range(2):
        ask(yard, 8)
    assert open_(yard, change)
    ask(yard, 2)
    assert open_(yard, change) is False


def test_a_refusal_closes_nothing(yard: Yard, forge: Answers) -> None:
    """A token without a right says nothing of a change."""
    change = yard.change()
    ask(yard)
    forge.says = Refused("GitLab refused GET /projects/1: insufficient_scope (403).")
    for _ in range(6):
        ask(yard, 3)
    assert open_(yard, change)


def test_what_was_hidden_for_days_is_asked_about_again(yard: Yard, forge: Answers) -> None:
    """The bot was left out of a project for a week: then the change is as open as before."""
    change = yard.change()
    ask(yard)
    forge.says = NoSuch("There is no such merge request.")
    for _ in range(3):
        ask(yard, 8)
    assert not open_(yard, change)
    yard.clean()
    forge.says = None
    ask(yard, 8)
    assert open_(yard, change)


def test_an_answer_that_breaks_the_asking_holds_up_nobody(yard: Yard, forge: Answers) -> None:
    """The others are asked about all the same, and what is over is cleaned."""
    for _ in range(3):
        yard.change()
    over = yard.change()
    yard.run(over, "home")
    yard.close(over)
    forge.says = KeyError("path_with_namespace")
    rounds = _rounds(yard)
    for _ in range(90):
        yard.now += DAY / 2
        with suppress(KeyError):
            rounds.look()
    assert (yard.count("runs"), len(set(forge.asked))) == (0, 3)


def test_of_what_was_lost_nobody_is_asked(yard: Yard, forge: Answers) -> None:
    """The bot has no right to ask there; nor where no such forge is configured any more."""
    yard.change()
    ask(yard)
    with yard.parts.db.begin() as db:
        repos.leave(db, host="github.com", tenant="7", forge_ids=None)
    ask(yard, 8)
    assert forge.asked == []


def test_one_of_many_cleans_once_an_hour(yard: Yard) -> None:
    """Each looks; one has its turn, the others find nothing due until an hour later."""
    two = [_rounds(yard) for _ in range(2)]
    change = yard.change()
    yard.run(change, "home")
    yard.close(change)

    def over_since() -> Any:
        with yard.parts.reading() as db:
            return bool(duties.mark(db, CLEAN) or _over(yard, change))

    two[0].look()
    assert not over_since()  # who just began leaves it to those who work
    yard.now += HOUR
    two[0].look()
    assert over_since()
    yard.change(number="again")
    for each in two:
        each.look()
    yard.now += 2 * HOUR
    two[1].look()
    for _ in range(40):
        yard.now += DAY
        for each in two:
            each.look()
    assert (yard.count("runs"), list(yard.folder.walk())) == (0, [])


def _rounds(yard: Yard) -> Rounds:
    def clock() -> datetime:
        return yard.now

    return Rounds(yard.parts, Cleaner(yard.parts, Retention(), lambda _: None, clock).duties, clock)


def _over(yard: Yard, change: int) -> bool:
    from sqlalchemy import select

    from storage.tables import changes as table

    with yard.parts.reading() as db:
        return db.execute(select(table.c.over_since).where(table.c.id == change)).scalar_one() is not None


def test_who_is_told_to_stop_stops_between_two_steps(yard: Yard) -> None:
    """And has the rest done soon, by whoever is there."""
    cleaner = _rounds(yard)
    cleaner.look()
    change = yard.change()
    yard.run(change, "home", "menu")
    yard.close(change)
    yard.clean()
    yard.now += 31 * DAY
    cleaner.ended.set()
    cleaner.look()
    assert yard.count("runs") == 1
    other = _rounds(yard)
    yard.now += HOUR / 30
    other.look()
    assert yard.count("runs") == 0


def test_orphans_are_sought_once_a_week(yard: Yard) -> None:
    """What a killed run put is gone within ten days, without anybody's asking."""
    yard.put("orphan")
    cleaner = _rounds(yard)
    for _ in range(10):
        cleaner.look()
        yard.now += DAY
    assert list(yard.folder.walk()) == []


def test_what_would_go_is_what_goes(yard: Yard) -> None:
    """A dry run tells the same numbers as the cleaning after it, and deletes nothing."""
    one, other, stays = yard.change(), yard.change(), yard.change()
    old = yard.run(one, "home:a", "menu:b")
    yard.decide(one, old, "home", "a")
    yard.supersede(one)
    yard.run(other, "cart:c")
    yard.close(other)
    yard.run(stays, "cart:d")
    yard.clean()
    yard.now += 31 * DAY
    foreseen = reduce(add, foresight.foresee(yard.parts, Retention(), yard.now), Done())
    assert yard.count("comparisons") == 4
    done = yard.clean()
    yard.now += 1.5 * DAY
    done += yard.clean()
    assert asdict(replace(done, changes=0)) == asdict(foreseen)
    assert foreseen == Done(runs=1, rows=2, files=5, bytes=foreseen.bytes)
    assert reduce(add, foresight.foresee(yard.parts, Retention(), yard.now), Done()) == Done()


def test_copies_of_what_was_delivered_long_ago_are_known(yard: Yard) -> None:
    """The body goes after two weeks, the id after ninety days; what failed can be tried again until then."""
    from storage import deliveries

    def deliver(name: str) -> int | None:
        with yard.parts.db.begin() as db:
            return deliveries.keep(db, host="github.com", delivery_id=name, event="push", body=b"{}", now=yard.now)

    made = {name: deliver(name) for name in ("done", "failed")}
    with yard.parts.db.begin() as db:
        for name, id_ in made.items():
            assert id_ is not None
            deliveries.claim(db, id_, now=yard.now, until=yard.now + HOUR)
            if name == "done":
                deliveries.finish(db, id_, why="")
            else:
                deliveries.fail(db, id_, why="")
    yard.now += 15 * DAY
    assert yard.clean().deliveries == 1
    with yard.parts.reading() as db:
        assert deliveries.get(db, cast("int", made["done"])).body == b""
        assert deliveries.get(db, cast("int", made["failed"])).body == b"{}"
    assert deliver("done") is None
    yard.now += 80 * DAY
    assert yard.clean().deliveries == 2
    assert yard.count("deliveries") == 0
