"""A forge that fails, limits, dawdles, breaks off or is gone: work is late, and none is lost or done twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import repeat
from threading import Timer
from typing import cast

import pytest

from tests.faults.afterwards import all_is_well
from tests.faults.figures import fault
from tests.faults.scene import Scene
from tests.forges.github.double import GitHubDouble
from tests.forges.pace import Kind

ANYTHING = "^(GET|POST|PATCH|PUT) "
Trouble = Callable[[Scene, str], None]


def failing(status: int) -> Trouble:
    """Answer with a failure, three times: as often as it is asked before a job ends for now."""
    return lambda on, pattern: on.forge.fail(pattern, status, times=3, body=b"<html>Unicorn!</html>")


def limited(kind: Kind) -> Trouble:
    """Meet a limit that is over in a second, whatever is asked."""
    return lambda on, _pattern: cast(GitHubDouble, on.forge).limit(kind, retry_after=1, times=2)


def slow(on: Scene, pattern: str) -> None:
    """Answer three seconds late: by the installation's clock nine minutes."""
    held = on.wire.hold_back(pattern)
    Timer(3.0, held.let_go).start()


def half(on: Scene, pattern: str) -> None:
    """Break off in the middle of an answer, twice."""
    for each in repeat(pattern, 2):
        on.wire.half(each)


def cut(on: Scene, pattern: str) -> None:
    """Carry a request out and hang up, twice."""
    for each in repeat(pattern, 2):
        on.wire.cut(each)


TROUBLES: dict[str, Trouble] = {
    "500": failing(500),
    "502": failing(502),
    "403, a secondary limit": limited("secondary"),
    "403, the primary limit": limited("primary"),
    "429": limited("secondary-429"),
    "slow": slow,
    "half a body": half,
    "no answer": cut,
}
STEPS: dict[str, Callable[[Scene], str]] = {
    "reading": lambda on: on.host.asked.tree,
    "fetching": lambda on: on.host.asked.artifact,
    "telling": lambda on: on.host.asked.verdict,
}


@pytest.mark.parametrize("on", ["embedded"], indirect=True)  # what is asked of a forge is the same everywhere
@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_on_the_way_to_a_verdict(on: Scene, trouble: str) -> None:
    """At reading, at fetching, at telling, one after the other."""
    pull = on.pull()
    for step in STEPS.values():
        TROUBLES[trouble](on, step(on))
        fault(on, trouble)
    on.finish(pull)
    all_is_well(on, pull, approved=False)


@pytest.mark.parametrize("on", ["embedded", "redis"], indirect=True)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_at_a_commit(on: Scene, trouble: str) -> None:
    """A commit whose answer is lost is found again by its trailer, and not made twice."""
    pull = on.reported()
    TROUBLES[trouble](on, on.host.asked.commit)
    fault(on, trouble)
    on.approve(pull)
    on.settle()
    on.finish(pull)
    all_is_well(on, pull, approved=True)


@pytest.mark.parametrize("on", ["embedded", "redis"], indirect=True)
def test_a_forge_that_is_gone_for_a_while(on: Scene) -> None:
    """Nobody answers for five seconds, at whatever is asked."""
    pull = on.reported()
    on.approve(pull)
    for _ in range(200):
        on.wire.cut(ANYTHING)
    fault(on, "gone")
    time.sleep(5.0)
    on.wire.mend()
    on.settle()
    on.finish(pull)
    all_is_well(on, pull, approved=True)
