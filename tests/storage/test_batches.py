"""How the batches of a large run are claimed, ended and gathered, by many at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import Connection, Engine

from diffing.words import Difference, Kind, Outcome
from storage import batches, runs
from storage.batches import Batch
from tests.storage import making
from tests.storage.making import HEAD, LATER, LEASE, MINUTE, NOW, OTHER

FOUND = [making.comparison("a.png"), making.comparison("b.png")]


def laid_out(db: Connection, run_id: str, *made: Batch, total: int = 0) -> list[int]:
    """Lay a queued run out in batches; give the ids of those that wait."""
    claim = runs.claim(db, run_id, now=NOW, until=LEASE)
    assert claim is not None
    ids = runs.lay_out(
        db, run_id, claim=claim, notes=["a note"], globs={"phone": ["*.png"]}, done=0, total=total, made=made
    )
    assert ids is not None
    return ids


def waiting(number: int = 1) -> Batch:
    """Make a batch of which so many pairs wait."""
    return Batch(size=number, pairs={"pairs": [number]})


@pytest.fixture
def run(db: Connection) -> str:
    """A queued run."""
    return making.run(db, making.change(db))


def test_a_run_that_is_laid_out_is_nobodys_until_all_is_measured(db: Connection, run: str) -> None:
    """Whoever wants to compare it meanwhile is sent away; then one may gather it."""
    one, other = laid_out(db, run, waiting(), waiting(), total=2)
    assert runs.claim(db, run, now=LATER, until=LATER) is None
    for id_ in (one, other):
        claim = batches.claim(db, id_, now=NOW, until=LEASE)
        assert claim
        assert batches.finish(db, id_, claim=claim, found=FOUND) == (run if id_ == other else None)
    assert runs.claim(db, run, now=NOW, until=LEASE) == 2
    assert runs.claim(db, run, now=NOW, until=LEASE) is None
    stored = runs.get(db, run)
    assert (stored.state, stored.done, stored.total) == ("comparing", 2, 2)
    assert (stored.notes, stored.globs) == (("a note",), {"phone": ("*.png",)})


def test_a_batch_is_one_measurers_until_the_lease_lapses(db: Connection, run: str) -> None:
    """A second one is sent away; after the lease it is the second one's, and its tries are counted."""
    (id_,) = laid_out(db, run, waiting(3))
    assert batches.claim(db, id_, now=NOW, until=LEASE) == 1
    assert batches.claim(db, id_, now=NOW, until=LEASE) is None
    batches.renew(db, id_, claim=1, until=LATER)
    assert batches.claim(db, id_, now=LEASE, until=LATER) is None
    assert batches.claim(db, id_, now=LATER, until=LATER + MINUTE) == 2
    stored = batches.get(db, id_)
    assert (stored.run_id, stored.number, stored.size, stored.tries) == (run, 0, 3, 2)
    assert stored.pairs == {"pairs": [3]}


def test_whoever_lost_a_batch_records_nothing(db: Connection, run: str) -> None:
    """The lease lapsed, another has it: what the first one found on waking is refused, also after the other."""
    one, _ = laid_out(db, run, waiting(), waiting(), total=2)
    first = batches.claim(db, one, now=NOW, until=LEASE)
    second = batches.claim(db, one, now=LATER, until=LATER + MINUTE)
    assert first
    assert second
    assert batches.finish(db, one, claim=first, found=[]) is None
    assert batches.unfinished(db, run) == 2
    assert not batches.is_held(db, one, claim=first)
    assert not batches.release(db, one, claim=first)
    assert batches.broke(db, one, claim=first) == 0
    assert batches.is_held(db, one, claim=second)
    batches.finish(db, one, claim=second, found=FOUND)
    assert batches.finish(db, one, claim=first, found=[]) is None
    assert batches.finish(db, one, claim=second, found=[]) is None
    assert batches.unfinished(db, run) == 1
    assert runs.get(db, run).done == 1


def test_a_batch_that_is_put_off_waits(db: Connection, run: str) -> None:
    """It was given back because storage was away: nobody has it before the moment that was named."""
    (id_,) = laid_out(db, run, waiting())
    claim = batches.claim(db, id_, now=NOW, until=LEASE)
    assert claim
    assert batches.broke(db, id_, claim=claim) == 1
    assert batches.release(db, id_, claim=claim, until=NOW + MINUTE)
    assert batches.claim(db, id_, now=NOW, until=LEASE) is None
    assert batches.waiting(db, now=NOW, most=9) == []
    assert batches.waiting(db, now=NOW + MINUTE, most=9) == [(run, id_)]
    assert batches.claim(db, id_, now=NOW + MINUTE, until=LEASE) == 2


def test_the_sweep_is_told_of_what_nobody_measures(db: Connection, run: str) -> None:
    """Queued ones and lapsed ones; not those that are measured, and not those that are done."""
    ids = laid_out(db, run, *[waiting()] * 4, Batch(size=0, pairs={}, found=FOUND))
    held, left, done = (batches.claim(db, id_, now=NOW, until=LEASE) for id_ in ids[:3])
    assert held
    assert left
    assert done
    batches.finish(db, ids[2], claim=done, found=[])
    batches.renew(db, ids[0], claim=held, until=LATER)
    assert batches.waiting(db, now=LEASE, most=9) == [(run, ids[1]), (run, ids[3])]
    assert batches.waiting(db, now=LEASE, most=1) == [(run, ids[1])]


def test_what_was_found_comes_back_in_order(db: Connection, run: str) -> None:
    """Settled neighbours and measured ones, each as it was: a difference, a mask, a reason."""
    difference = Difference(outcome=Outcome.CHANGED, kind=Kind.CONTENT, pixels=7, ratio=0.5, fingerprint="f")
    measured = making.comparison(
        "c.png", difference=difference, mask=making.digest("3"), flaky=True, why="because"
    )
    ids = laid_out(db, run, Batch(size=0, pairs={}, found=FOUND), waiting())
    assert len(ids) == 1
    claim = batches.claim(db, ids[0], now=NOW, until=LEASE)
    assert claim
    assert batches.finish(db, ids[0], claim=claim, found=[measured]) == run
    found = [each for id_ in batches.of_run(db, run) for each in batches.found(db, id_)]
    assert found == [*FOUND, measured]


def concluded(db: Connection, run_id: str) -> None:
    """Conclude a run with nothing."""
    assert runs.conclude(db, run_id, kept=True, notes=[], comparisons=[], now=NOW)


@pytest.mark.parametrize(
    "end",
    [
        concluded,
        lambda db, run_id: runs.fail(db, run_id, why="no", now=NOW),
        lambda db, run_id: runs.requeue(db, run_id),
        lambda db, run_id: runs.supersede(db, runs.get(db, run_id).change_id, keep_head=OTHER, now=NOW),
        lambda db, run_id: runs.supersede_older(
            db, runs.get(db, run_id).change_id, HEAD, "ci.yml on push", "100", 2, 1
        ),
    ],
    ids=["concluded", "failed", "queued again", "superseded", "superseded by an attempt"],
)
def test_batches_go_with_their_run(db: Connection, run: str, end: Callable[[Connection, str], object]) -> None:
    """However it ends, no batch of it is left, and whoever measures one is refused; others' stay."""
    elsewhere = making.run(db, making.change(db))
    theirs = laid_out(db, elsewhere, waiting())
    (id_,) = laid_out(db, run, waiting())
    claim = batches.claim(db, id_, now=NOW, until=LEASE)
    assert claim
    end(db, run)
    assert batches.of_run(db, run) == []
    assert batches.claim(db, id_, now=LATER, until=LATER) is None
    assert batches.finish(db, id_, claim=claim, found=FOUND) is None
    assert not batches.is_held(db, id_, claim=claim)
    assert batches.of_run(db, elsewhere) == theirs


def test_whoever_lost_a_run_lays_nothing_out(db: Connection, run: str) -> None:
    """Its lease lapsed and another compares it: the first one's batches, conclusion and failure are refused."""
    first = runs.claim(db, run, now=NOW, until=LEASE)
    second = runs.claim(db, run, now=LATER, until=LATER + MINUTE)
    assert first
    assert second
    lay_out = partial(runs.lay_out, db, run, made=[waiting()], notes=[], globs={}, done=0, total=1)
    assert lay_out(claim=first) is None
    assert not runs.conclude(db, run, kept=True, notes=[], comparisons=[], now=LATER, claim=first)
    assert not runs.fail(db, run, why="no", now=LATER, claim=first)
    assert not runs.requeue(db, run, claim=first)
    assert runs.broke(db, run, claim=first) == 0
    assert batches.of_run(db, run) == []
    assert lay_out(claim=second)


def test_who_says_that_it_is_still_at_it_is_heard_while_it_is(db: Connection, run: str) -> None:
    """A timer renews what is in hand: also in the moment after a run was laid out, or when another has it."""
    first = runs.claim(db, run, now=NOW, until=LEASE)
    assert first
    runs.renew(db, run, claim=first, until=LEASE + MINUTE)
    assert runs.get(db, run).lease_until == LEASE + MINUTE
    second = runs.claim(db, run, now=LATER, until=LATER)
    assert second
    runs.renew(db, run, claim=first, until=LATER + MINUTE)
    assert runs.get(db, run).lease_until == LATER
    runs.lay_out(db, run, claim=second, notes=[], globs={}, done=0, total=1, made=[waiting()])
    runs.renew(db, run, claim=second, until=LATER + MINUTE)
    assert runs.get(db, run).lease_until is None
    (id_,) = batches.of_run(db, run)
    assert batches.claim(db, id_, now=NOW, until=LEASE) == 1
    assert batches.claim(db, id_, now=LEASE, until=LATER) == 2
    batches.renew(db, id_, claim=1, until=LATER + MINUTE)
    assert batches.claim(db, id_, now=LATER, until=LATER + MINUTE) == 3


def test_a_gatherer_that_breaks_leaves_what_was_found(db: Connection, run: str) -> None:
    """Letting go of a run that is gathered keeps its batches: another gathers; letting go of another queues it."""
    (id_,) = laid_out(db, run, waiting())
    claim = batches.claim(db, id_, now=NOW, until=LEASE)
    assert claim
    batches.finish(db, id_, claim=claim, found=FOUND)
    gathering = runs.claim(db, run, now=NOW, until=LEASE)
    assert gathering
    assert runs.broke(db, run, claim=gathering) == 1
    runs.release(db, run, claim=gathering)
    assert runs.lapsed(db, now=NOW, most=9) == [run]
    assert batches.of_run(db, run) == [id_]
    other = making.run(db, making.change(db))
    comparing = runs.claim(db, other, now=NOW, until=LEASE)
    assert comparing
    runs.release(db, other, claim=comparing)
    assert runs.get(db, other).state == "queued"


@pytest.mark.slow
def test_of_all_who_end_at_once_one_is_told_that_it_was_the_last(engine: Engine) -> None:
    """Many batches end in the same moment: exactly one hears so, nothing is counted twice."""
    many = 8
    for _ in range(5):
        with engine.begin() as db:
            run = making.run(db, making.change(db))
            ids = laid_out(db, run, *[waiting(2)] * many, total=2 * many)
            claims = {id_: batches.claim(db, id_, now=NOW, until=LEASE) for id_ in ids}
        barrier = Barrier(many)

        def end(id_: int, barrier: Barrier = barrier, claims: dict[int, int | None] = claims) -> str | None:
            barrier.wait()
            with engine.begin() as db:
                return batches.finish(db, id_, claim=claims[id_] or 0, found=FOUND)

        with ThreadPoolExecutor(many) as threads:
            told = list(threads.map(end, ids))
        assert [each for each in told if each] == [run]
        with engine.begin() as db:
            assert runs.get(db, run).done == 2 * many


@pytest.mark.slow
def test_a_run_that_ends_while_its_batches_do_waits_for_none(engine: Engine) -> None:
    """A push supersedes it while many record: no deadlock, no batch is left, and nobody is told to gather."""
    many = 6
    with engine.begin() as db:
        change = making.change(db)
        run = making.run(db, change)
        ids = laid_out(db, run, *[waiting()] * many)
        claims = {id_: batches.claim(db, id_, now=NOW, until=LEASE) for id_ in ids[1:]}
    barrier = Barrier(many)

    def act(id_: int) -> object:
        barrier.wait()
        with engine.begin() as db:
            if id_ not in claims:
                return runs.supersede(db, change, keep_head=OTHER, now=NOW)
            return batches.finish(db, id_, claim=claims[id_] or 0, found=FOUND)

    with ThreadPoolExecutor(many) as threads:
        told = list(threads.map(act, ids))
    assert told == [[run], *[None] * (many - 1)]
    with engine.begin() as db:
        assert batches.of_run(db, run) == []
