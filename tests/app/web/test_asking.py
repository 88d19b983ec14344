"""Asking forges who may see what: once a minute, several at once, closed when in doubt, tenants kept apart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from app.web import asking
from app.web.asking import AWAY, FRESH, GRACE, Asking
from bots.forge import Forge, Permission, Repo, User
from diffing.words import Refused, Unavailable

MIRA = User("mira")


def repo(number: int, *, tenant: str = "1", host: str = "hub.example") -> Repo:
    """Name a repository."""
    return Repo(host=host, id=str(number), path=f"acme/{number}", tenant=tenant)


@dataclass
class Hub:
    """A forge that is asked one thing, and answers as a test wants."""

    answer: Callable[[Repo, User | None], bool] = lambda repo, who: True
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def may_see(self, repo: Repo, who: User | None) -> Permission:
        """Answer."""
        self.asked.append((repo.id, who.name if who else None))
        return Permission(self.answer(repo, who), "because")


@dataclass
class Clock:
    """A clock that moves when told."""

    now: float = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def hub() -> Hub:
    """A forge that lets everybody look."""
    return Hub()


@pytest.fixture
def clock() -> Clock:
    """A clock of the test's own."""
    return Clock()


def desk(hub: Hub, clock: Clock, **more: Any) -> Asking:
    """Make what asks this forge."""
    return Asking({"hub.example": cast("Forge", hub)}, clock=clock, **more)


def fails(_repo: Repo, _who: User | None) -> bool:
    """Be a forge that is down."""
    raise Unavailable("The hub does not answer.")


def refuses(_repo: Repo, _who: User | None) -> bool:
    """Be a forge that the bot was taken off."""
    raise Refused("The app is not installed there.")


def test_what_was_said_counts_for_a_minute(hub: Hub, clock: Clock) -> None:
    """Yes and no alike: asked once, and again when it is old."""
    hub.answer = lambda repo, who: repo.id == "1"
    ours = desk(hub, clock)
    for _ in range(3):
        assert ours.granted(MIRA, [repo(1), repo(2)]) == {repo(1)}
    assert sorted(hub.asked) == [("1", "mira"), ("2", "mira")]
    clock.now += FRESH
    hub.answer = lambda repo, who: False
    assert ours.granted(MIRA, [repo(1), repo(2)]) == set()


def test_nobody_lives_on_anothers_yes(hub: Hub, clock: Clock) -> None:
    """What is kept is of one person, one repository and one host."""
    hub.answer = lambda repo, who: who == MIRA
    ours = desk(hub, clock)
    assert ours.granted(MIRA, [repo(1)])
    assert ours.granted(User("mallory"), [repo(1)]) == set()
    assert ours.granted(MIRA, [repo(1, host="other.example")]) == set()


def test_anybodys_right_is_asked_for_by_itself(hub: Hub, clock: Clock) -> None:
    """That one person may look opens it to no stranger; and what is open to all is asked once for all."""
    hub.answer = lambda repo, who: who == MIRA or (who is None and repo.id == "2")
    ours = desk(hub, clock)
    assert ours.granted(MIRA, [repo(1)]) == {repo(1)}
    for _ in range(3):
        assert ours.granted(None, [repo(1), repo(2)]) == {repo(2)}
    assert hub.asked.count(("2", None)) == 1


def test_a_refusal_is_a_no(hub: Hub, clock: Clock) -> None:
    """The bot was taken off the repository: who may read it, nobody can say."""
    hub.answer = refuses
    ours = desk(hub, clock)
    assert ours.granted(MIRA, [repo(1)]) == set()
    assert ours.away(repo(1)) == ""


def test_while_the_forge_is_down_nobody_new_comes_in_and_nobody_is_thrown_out(hub: Hub, clock: Clock) -> None:
    """A yes counts for a quarter of an hour longer then, a no stays one, and what was never asked is closed."""
    hub.answer = lambda repo, who: repo.id == "1"
    ours = desk(hub, clock)
    assert ours.granted(MIRA, [repo(1), repo(2)]) == {repo(1)}
    hub.answer = fails
    clock.now += FRESH
    assert ours.granted(MIRA, [repo(1), repo(2), repo(3)]) == {repo(1)}
    assert ours.away(repo(1)) == "The hub does not answer."
    clock.now += GRACE
    assert ours.granted(MIRA, [repo(1), repo(2), repo(3)]) == set()


def test_a_forge_that_is_down_is_left_alone_for_a_moment(hub: Hub, clock: Clock) -> None:
    """It is not asked with every page; after that it is, and where it answers all is well again."""
    hub.answer = fails
    ours = desk(hub, clock)
    for number in range(5):
        ours.granted(MIRA, [repo(number)])
    assert len(hub.asked) == 1
    clock.now += AWAY
    hub.answer = lambda repo, who: True
    assert ours.granted(MIRA, [repo(1)])
    assert ours.away(repo(1)) == ""


def test_one_tenants_trouble_is_its_own(hub: Hub, clock: Clock) -> None:
    """Whose limits are used up, or whose repository the forge chokes on, closes nothing of another's."""

    def only_the_second(repo: Repo, who: User | None) -> bool:
        return fails(repo, who) if repo.tenant == "1" else True

    hub.answer = only_the_second
    ours = desk(hub, clock)
    theirs = repo(2, tenant="2")
    assert ours.granted(MIRA, [repo(1), theirs]) == {theirs}
    assert (ours.away(repo(1)), ours.away(theirs)) == ("The hub does not answer.", "")


def test_a_forge_that_hangs_costs_a_moment_once(hub: Hub, clock: Clock) -> None:
    """Nobody waits longer than patience lasts, and the next does not wait at all. A late answer is kept."""
    held = threading.Event()
    hub.answer = lambda repo, who: held.wait(5)
    ours = desk(hub, clock, patience=0.1)
    assert ours.granted(MIRA, [repo(1)]) == set()
    assert "does not answer" in ours.away(repo(1))
    assert ours.granted(MIRA, [repo(2)]) == set()
    assert hub.asked == [("1", "mira")]
    held.set()
    _until(lambda: ours.away(repo(1)) == "")
    assert ours.granted(MIRA, [repo(1)]) == {repo(1)}


def test_a_tenant_that_hangs_takes_no_others_room(hub: Hub, clock: Clock) -> None:
    """Its questions wait for minutes; another's is answered at once, and its forge is not called away."""
    held = threading.Event()
    hub.answer = lambda repo, who: held.wait(5) if repo.tenant == "1" else True
    ours = desk(hub, clock, patience=0.3)
    assert ours.granted(MIRA, [repo(number) for number in range(40)]) == set()
    other = repo(99, tenant="2")
    assert ours.granted(MIRA, [other]) == {other}
    assert ours.away(other) == ""
    held.set()


def test_an_old_yes_counts_only_while_the_forge_is_away(hub: Hub, clock: Clock) -> None:
    """A forge that answers other questions is there: what it says nothing of is closed, as new."""
    ours, held = desk(hub, clock, patience=0.2), threading.Event()
    assert ours.granted(MIRA, [repo(1)]) == {repo(1)}
    clock.now += FRESH
    hub.answer = lambda repo, who: held.wait(5) if repo.id == "1" else True
    assert ours.granted(MIRA, [repo(1), repo(2)]) == {repo(2)}
    assert ours.away(repo(1)) == ""
    held.set()


def test_many_are_asked_at_once_but_not_all(hub: Hub, clock: Clock) -> None:
    """A page of a hundred repositories asks in parallel, within what a forge bears."""
    together, most, lock = 0, 0, threading.Lock()
    gate = threading.Barrier(8)

    def counting(repo: Repo, who: User | None) -> bool:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        if int(repo.id) < 8:
            gate.wait(5)  # passes only where eight are asked at the same time
        with lock:
            together -= 1
        return True

    hub.answer = counting
    assert len(desk(hub, clock).granted(MIRA, [repo(number) for number in range(100)])) == 100
    assert most <= asking._AT_ONCE


def test_the_same_is_asked_once_however_many_wait(hub: Hub, clock: Clock) -> None:
    """A page whose pictures all come at once after a minute asks once."""
    held = threading.Event()
    hub.answer = lambda repo, who: held.wait(5)
    ours = desk(hub, clock)
    found: list[set[Repo]] = []
    waiting = [threading.Thread(target=lambda: found.append(ours.granted(MIRA, [repo(1)]))) for _ in range(6)]
    for each in waiting:
        each.start()
    _until(lambda: len(hub.asked) == 1)
    held.set()
    for each in waiting:
        each.join(5)
    assert found == [{repo(1)}] * 6
    assert hub.asked == [("1", "mira")]


def test_memory_is_bounded(hub: Hub, clock: Clock) -> None:
    """The oldest answers are forgotten, and asked for again."""
    ours = desk(hub, clock, most=3)
    ours.granted(MIRA, [repo(number) for number in range(9)])
    assert len(ours._answers) == 3


def test_what_is_asked_elsewhere_tells_of_the_forge_too(hub: Hub, clock: Clock) -> None:
    """After one that found it down the next is refused at once, in words; one that went through clears it."""
    ours = desk(hub, clock)
    with pytest.raises(Unavailable), ours.heard(repo(1)):
        fails(repo(1), MIRA)
    with pytest.raises(Unavailable, match="Deciding must wait") as refused, ours.heard(repo(1)):
        raise AssertionError("it was asked all the same")
    assert refused.value.after == AWAY
    clock.now += AWAY
    with ours.heard(repo(1)):
        pass
    assert ours.away(repo(1)) == ""


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came to hold")
