"""Whose turn it is to have something compared: lanes share the places, and none waits for all of another."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, text

from storage import batches, runs, turns
from storage.batches import Batch
from storage.turns import Turn
from tests.storage import making
from tests.storage.making import LATER, LEASE, MINUTE, NOW

WAITING = Batch(size=1, pairs={})


@pytest.fixture
def change(db: Connection) -> int:
    """Make a change."""
    return making.change(db)


def queue(db: Connection, change: int, lane: str, minutes: float = 0) -> str:
    """Queue a run in a lane, so many minutes after the first."""
    return making.run(db, change, pipeline_id=making.fresh(), lane=lane, now=NOW + minutes * MINUTE)


def large(db: Connection, change: int, lane: str, many: int) -> str:
    """Lay out a run in so many batches."""
    run = queue(db, change, lane)
    claim = runs.claim(db, run, now=NOW, until=LEASE)
    assert claim
    runs.lay_out(db, run, claim=claim, notes=[], globs={}, done=0, total=many, made=[WAITING] * many)
    return run


def take(db: Connection) -> Turn | None:
    """Take what is due."""
    return turns.take(db, now=NOW, until=LEASE)


def finish(db: Connection, turn: Turn) -> None:
    """Do a piece: measure a batch, or conclude a run."""
    if turn.batch_id is None:
        assert runs.conclude(db, turn.run_id, kept=True, notes=[], comparisons=[], now=NOW, claim=turn.claim)
    else:
        batches.finish(db, turn.batch_id, claim=turn.claim, found=[])


def test_nothing_is_due_where_nothing_waits(db: Connection, change: int) -> None:
    """Neither with no run at all, nor where all are taken or put off."""
    assert take(db) is None
    run = queue(db, change, "a")
    assert take(db) == Turn(run, None, 1)
    assert take(db) is None
    runs.requeue(db, run, claim=1, until=NOW + MINUTE)
    assert take(db) is None
    assert turns.take(db, now=NOW + MINUTE, until=LEASE) == Turn(run, None, 2)


def test_a_small_run_passes_a_monorepos_four_hundred_batches(db: Connection, change: int) -> None:
    """One place only, and the batches came first: between its turns each other lane has one, and no more."""
    monorepo = large(db, change, "monorepo", 400)
    for _ in range(10):
        finish(db, take(db) or pytest.fail("nothing was due"))
    small = queue(db, change, "small", minutes=5)
    for _ in range(2):
        finish(db, take(db) or pytest.fail("nothing was due"))
    assert runs.get(db, small).state == "concluded"
    assert runs.get(db, monorepo).state == "comparing"


def test_lanes_that_wait_share_the_places(db: Connection, change: int) -> None:
    """Of six places three lanes have two each, however many pieces one has, and however long each takes."""
    large(db, change, "a", 50)
    large(db, change, "b", 50)
    for minute in range(5):
        queue(db, change, "c", minute)
    held = [take(db) or pytest.fail("nothing was due") for _ in range(6)]
    lanes = Counter(runs.get(db, each.run_id).lane for each in held)
    assert lanes == {"a": 2, "b": 2, "c": 2}
    of_c = [each for each in held if runs.get(db, each.run_id).lane == "c"]
    for _ in range(3):  # it is quick, and yet the others' places are not taken by those who are slow
        finish(db, of_c.pop(0))
        of_c.append(take(db) or pytest.fail("nothing was due"))
        assert runs.get(db, of_c[-1].run_id).lane == "c"


def test_a_lane_alone_has_all_places(db: Connection, change: int) -> None:
    """Nobody waits in vain: shares are only of those who want something."""
    large(db, change, "a", 50)
    assert all(take(db) for _ in range(12))


def test_new_runs_and_batches_of_a_lane_take_turns(db: Connection, change: int) -> None:
    """In a company with one installation neither the large run waits for all small ones, nor they for it."""
    run = large(db, change, "a", 4)
    small = [queue(db, change, "a", minute) for minute in range(4)]
    taken = [take(db) or pytest.fail("nothing was due") for _ in range(8)]
    kinds = [each.batch_id is None for each in taken]
    assert kinds in ([True, False] * 4, [False, True] * 4)
    assert [each.run_id for each in taken if each.batch_id is None] == small
    numbers = [each.batch_id for each in taken if each.batch_id]
    assert numbers == batches.of_run(db, run)


def test_what_is_measured_whole_is_gathered_first(db: Connection, change: int) -> None:
    """People wait for it, and its batches take up room."""
    run = large(db, change, "a", 1)
    queue(db, change, "a")
    finish(
        db,
        Turn(
            run,
            batches.of_run(db, run)[0],
            batches.claim(db, batches.of_run(db, run)[0], now=NOW, until=LEASE) or 0,
        ),
    )
    assert take(db) == Turn(run, None, 2)


def test_what_lapsed_is_taken_again(db: Connection, change: int) -> None:
    """Whoever had it died: a batch, a run that was laid out, and one that was gathered."""
    large(db, change, "a", 1)
    run = queue(db, change, "b")
    first = {take(db), take(db)}
    assert take(db) is None
    again = {turns.take(db, now=LATER, until=LATER + MINUTE) for _ in range(2)}
    assert {each.claim for each in again if each} == {2}
    assert {(each.run_id, each.batch_id) for each in again if each} == {
        (each.run_id, each.batch_id) for each in first if each
    }
    assert runs.get(db, run).tries == 2


@pytest.mark.slow
def test_many_who_ask_at_once_get_each_piece_once(engine: Engine) -> None:
    """Threads on one database: no piece is given twice, none is forgotten, and every lane has its share."""
    with engine.begin() as db:
        change = making.change(db)
        for lane in "abc":
            large(db, change, lane, 20)

    def one(_: int) -> Turn | None:
        with engine.begin() as db:
            return take(db)

    with ThreadPoolExecutor(6) as threads:
        taken = [each for each in threads.map(one, range(66)) if each]
    assert len({each.batch_id for each in taken}) == len(taken) == 60
    with engine.begin() as db:
        shares = Counter(runs.get(db, each.run_id).lane for each in taken[:30])
    assert max(shares.values()) - min(shares.values()) <= 6


@pytest.mark.slow
def test_a_turn_is_cheap_however_much_waits(engine: Engine) -> None:
    """Ten thousand runs of fifty lanes, and as many batches: whoever takes one reads some, and not all."""
    with engine.begin() as db:
        change = making.change(db)
        for number in range(10_000):
            queue(db, change, f"lane {number % 50}")
        large(db, change, "lane 7", 10_000)
        db.execute(text("ANALYZE"))  # a server does so by itself, a while after
    begun = time.perf_counter()
    for _ in range(20):
        with engine.begin() as db:
            assert take(db)
    assert time.perf_counter() - begun < 20 * timedelta(milliseconds=60).total_seconds()
