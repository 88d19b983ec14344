"""Webhooks come twice, in another order, and many at once: each counts once."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.faults.afterwards import all_is_well
from tests.faults.figures import fault
from tests.faults.scene import Scene


def told(on: Scene, webhooks: Sequence[Any], *, times: int, seed: int) -> None:
    """Deliver webhooks so many times each, in any order, many at once."""
    order = [each for each in webhooks for _ in range(times)]
    random.Random(seed).shuffle(order)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(on.forge.redeliver, order)) == {202}


def test_copies_in_another_order(on: Scene) -> None:
    """All that a pipeline and an approval cause, three times each."""
    for seed in range(3):
        pull = on.pull()
        with on.silently():
            first = on.finish(pull)
        told(on, first, times=3, seed=seed)
        on.settle()
        with on.silently():
            second = on.approve(pull)
        told(on, second, times=3, seed=seed)
        fault(on, "copies, in another order")
        on.settle()
        on.finish(pull)
        all_is_well(on, pull, approved=True)


def test_two_workers_are_asked_for_one_run(on: Scene) -> None:
    """Ten deliveries that are no copies tell of the same pipeline, at once."""
    pull = on.pull()
    with on.silently():
        same = [each for _ in range(5) for each in on.forge.opened(pull)]
        same += on.finish(pull)
    told(on, same, times=1, seed=1)
    fault(on, "two workers on one run")
    all_is_well(on, pull, approved=False)


def test_two_people_approve_at_once(on: Scene) -> None:
    """Each golden is committed once, whoever was first."""
    pull = on.reported()
    pull.repo.role("maria", "write")
    with on.silently():
        both = [*on.approve(pull), *on.forge.comment(pull, "maria", "/golddigger approve")]
    told(on, both, times=2, seed=2)
    fault(on, "two approvals at once")
    on.settle()
    on.finish(pull)
    all_is_well(on, pull, approved=True)
