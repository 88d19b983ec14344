"""A large run is measured by many and gathered once, whoever dies on the way; a small one by one, at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine

from app.flow import findings, measure, packing, tries, work
from app.flow.jobs import Compare, Job, Measure, Publish
from app.flow.sweep import sweep
from diffing.words import Difference, Outcome, Refused, Rules, Unavailable
from storage import batches, changes, database, runs
from tests.app.flow.works import NOW, Works, set_up

pytestmark = pytest.mark.slow

LAPSED = NOW + timedelta(minutes=11)
MANY, CHANGED = 300, 100


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Open a fresh, migrated database."""
    url = f"sqlite:///{tmp_path}/own.sqlite"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_database")
    opened = database.connect(url)
    database.migrate(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def works(tmp_path: Path, engine: Engine) -> Works:
    """A run of three hundred goldens of which a hundred changed."""
    return set_up(tmp_path, engine, many=MANY, changed=CHANGED)


@pytest.fixture
def laid(works: Works) -> list[Measure]:
    """Lay it out, and give the jobs that follow."""
    jobs = works.do(Compare(works.run_id))
    return [job for job in jobs if isinstance(job, Measure)]


def swept(works: Works, at: datetime) -> list[Job]:
    """Give what a sweep asks for, of this run's comparing."""
    return [job for job in sweep(works.parts, at) if isinstance(job, Compare | Measure)]


def outcomes(works: Works) -> tuple[int, int]:
    """Count what is the same and what changed."""
    found = works.found
    return sum(not each.open for each in found), sum(each.outcome is Outcome.CHANGED for each in found)


@pytest.mark.parametrize("changed", [0, findings.MOST_AT_ONCE - 2])
def test_a_small_run_is_concluded_where_it_was_begun(tmp_path: Path, engine: Engine, changed: int) -> None:
    """Two batches' worth that differ are measured in the job that laid them out: nobody else has to hear of it."""
    works = set_up(tmp_path, engine, many=120, changed=changed)
    assert works.do(Compare(works.run_id)) == [Publish(works.run.change_id)]
    assert outcomes(works) == (120 - changed, changed)


def test_a_large_run_finds_the_same_whoever_measures_it(
    works: Works, laid: list[Measure], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches are measured on machines that can ask no forge, in any order; rules, masks and order come along."""
    assert len(laid) == 4
    assert (works.run.state, works.run.done, works.run.total) == ("comparing", 201, 303)
    elsewhere = works.elsewhere
    for number, job in enumerate(reversed(laid), start=1):
        follow = work.work(elsewhere, job, NOW)
        assert follow == ([Compare(works.run_id)] if number == len(laid) else [])
    assert works.run.done == 303
    assert work.work(elsewhere, Compare(works.run_id), NOW) == [Publish(works.run.change_id)]
    assert works.run.state == "concluded"
    at_once = works.again()
    monkeypatch.setattr(findings, "MOST_AT_ONCE", 2 * MANY)
    at_once.do(Compare(at_once.run_id))
    assert works.found == at_once.found
    assert outcomes(works) == (200, 100)
    named = {str(each.name): each for each in works.found}
    told = [(named[name].outcome, named[name].placed) for name in ("goldens/new.png", "goldens/gone.png")]
    assert told == [(Outcome.ADDED, True), (Outcome.REMOVED, True)]
    assert not named["goldens/odd.txt"].placed
    assert named["goldens/odd.txt"].why.startswith("It can never be committed: it is neither a picture")
    with works.parts.reading() as db:
        assert batches.of_run(db, works.run_id) == []


def test_who_comes_second_does_nothing(works: Works, laid: list[Measure]) -> None:
    """Copies of messages: the run is not laid out again, no batch is measured twice, nor gathered twice."""
    assert works.do(Compare(works.run_id)) == []
    with works.parts.db.begin() as db:
        assert batches.claim(db, laid[0].batch, now=NOW, until=LAPSED)
    assert works.do(laid[0]) == []
    assert works.do(*laid[1:], *laid[1:]) == []
    with works.parts.db.begin() as db:
        batches.release(db, laid[0].batch, claim=1)
    assert works.do(laid[0], laid[0]) == [Compare(works.run_id)]
    assert works.do(Compare(works.run_id), Compare(works.run_id)) == [Publish(works.run.change_id)]
    assert outcomes(works) == (200, 100)


def test_who_dies_before_it_is_laid_out_is_replaced(works: Works) -> None:
    """It was claimed, perhaps all was fetched, and nothing was recorded: the next one begins anew."""
    with works.parts.db.begin() as db:
        assert runs.claim(db, works.run_id, now=NOW, until=NOW + works.parts.lease)
    assert swept(works, NOW) == []
    assert swept(works, LAPSED) == [Compare(works.run_id)]
    works.drain(works.do(Compare(works.run_id), at=LAPSED), at=LAPSED)
    assert outcomes(works) == (200, 100)


def test_who_dies_over_a_batch_is_replaced(works: Works, laid: list[Measure]) -> None:
    """Its lease lapses, and the sweep asks for that batch and no other that is done."""
    with works.parts.db.begin() as db:
        assert batches.claim(db, laid[2].batch, now=NOW, until=NOW + works.parts.lease)
    works.do(*laid)
    assert swept(works, NOW) == []
    assert swept(works, LAPSED) == [laid[2]]
    works.drain([laid[2]], at=LAPSED)
    assert outcomes(works) == (200, 100)


def test_who_dies_before_gathering_is_replaced(works: Works, laid: list[Measure]) -> None:
    """The last batch was recorded, its message lost; or somebody began to gather and died."""
    assert works.do(*laid) == [Compare(works.run_id)]
    assert swept(works, NOW) == [Compare(works.run_id)]
    with works.parts.db.begin() as db:
        assert runs.claim(db, works.run_id, now=NOW, until=NOW + works.parts.lease)
    assert swept(works, NOW) == []
    assert swept(works, LAPSED) == [Compare(works.run_id)]
    assert works.do(Compare(works.run_id), at=LAPSED) == [Publish(works.run.change_id)]
    assert outcomes(works) == (200, 100)


def test_what_the_queue_lost_the_sweep_finds(works: Works, laid: list[Measure]) -> None:
    """All messages about batches are gone: each is asked for again."""
    assert swept(works, NOW) == laid
    works.drain(laid)
    assert outcomes(works) == (200, 100)


def interrupting(works: Works, act: Callable[[], object]) -> Works:
    """Have something happen while the first pair is measured."""
    acts = [act]

    def slow(golden: bytes, candidate: bytes, rules: Rules) -> Difference:
        if acts:
            acts.pop()()
        return works.parts.differ(golden, candidate, rules)

    return replace(works, parts=replace(works.parts, differ=slow))


def test_who_was_replaced_over_a_batch_is_refused(works: Works, laid: list[Measure]) -> None:
    """Its lease lapsed while it still measured, another was quicker: what it found counts for nothing."""
    told: list[Job] = []
    held = interrupting(works, lambda: told.extend(works.do(laid[0], at=LAPSED)))
    works.do(*laid[1:])
    assert held.do(laid[0]) == []
    assert told == [Compare(works.run_id)]
    assert works.run.done == 303
    works.drain(told, at=LAPSED)
    assert outcomes(works) == (200, 100)


def test_who_was_replaced_over_laying_out_is_refused(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another laid the run out meanwhile, and its batches are under way: there are no others beside them."""
    find, told = findings.find, list[Job]()

    def slowly(*given: object) -> findings.Findings:
        monkeypatch.setattr(findings, "find", find)
        told.extend(works.do(Compare(works.run_id), at=LAPSED))
        return find(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(findings, "find", slowly)
    assert works.do(Compare(works.run_id)) == []
    assert len(told) == 4
    works.drain(told, at=LAPSED)
    assert outcomes(works) == (200, 100)


def test_a_run_that_is_over_stops_early(works: Works, laid: list[Measure]) -> None:
    """A push superseded it between two batches, and within one: nothing is measured or recorded any more."""

    def push() -> None:
        with works.parts.db.begin() as db:
            runs.supersede(db, works.run.change_id, keep_head="f" * 40, now=NOW)

    assert interrupting(works, push).do(laid[0]) == []
    asked = replace(works, parts=replace(works.parts, differ=_never))
    assert asked.do(*laid, Compare(works.run_id)) == []
    assert works.run.state == "superseded"
    assert works.found == []
    assert swept(works, LAPSED) == []


def _never(golden: bytes, candidate: bytes, rules: Rules) -> Difference:
    raise AssertionError("it is over")


def test_what_is_away_puts_a_batch_off(works: Works, laid: list[Measure]) -> None:
    """Nobody has it before it may be back, the other batches go on, and in the end all is there."""

    def away(golden: bytes, candidate: bytes, rules: Rules) -> Difference:
        raise Unavailable("no process could be started", 30)

    (later,) = replace(works, parts=replace(works.parts, differ=away)).do(laid[0])
    assert isinstance(later, Measure)
    assert later.after >= 30
    assert works.do(laid[0]) == []
    soon = NOW + timedelta(seconds=later.after)
    assert works.do(*laid[1:]) == []
    assert swept(works, NOW) == []
    works.drain([later], at=soon)
    assert outcomes(works) == (200, 100)


def test_what_is_away_for_a_week_is_given_up(works: Works, laid: list[Measure]) -> None:
    """The check says so, and nothing of the run is tried any more."""

    def away(golden: bytes, candidate: bytes, rules: Rules) -> Difference:
        raise Unavailable("The storage does not answer.")

    late = replace(works, parts=replace(works.parts, differ=away))
    assert late.do(laid[0], at=NOW + timedelta(days=8)) == [Publish(works.run.change_id)]
    assert works.run.state == "failed"
    assert works.run.why.startswith("The storage does not answer. It was tried for 7 days")


def test_a_file_that_is_gone_fails_the_run_in_words(works: Works, laid: list[Measure]) -> None:
    """Somebody emptied the storage: the check says so, the other batches stop, and a new round finds all."""

    def gone(golden: bytes, candidate: bytes, rules: Rules) -> Difference:
        raise Refused("The file 12ab is no longer in the storage. Compare again.")

    broken = replace(works, parts=replace(works.parts, differ=gone))
    assert broken.do(laid[1]) == [Publish(works.run.change_id)]
    assert (works.run.state, works.run.why[:8]) == ("failed", "The file")
    assert works.do(*laid) == []
    once_more = works.again()
    once_more.drain([Compare(once_more.run_id)])
    assert outcomes(once_more) == (200, 100)


def test_a_batch_that_breaks_us_is_counted_in_the_database(works: Works, laid: list[Measure]) -> None:
    """Whichever message brought it: given back twice, given up the third time, and the run says why."""
    for times in (1, 2, 3):
        taken = work.turn(works.parts, laid[3], NOW)
        assert isinstance(taken, Measure)
        assert taken.batch == laid[0].batch
        assert work.broke(works.parts, taken) == times
        if times == 3:
            follow = work.give_up(works.parts, taken, "Golddigger itself failed.", NOW)
            assert follow == [Publish(works.run.change_id)]
        work.release(works.parts, taken, NOW)
    assert works.run.why == "Golddigger itself failed."
    assert work.turn(works.parts, laid[3], NOW) is None


def test_a_gatherer_that_breaks_us_leaves_it_to_others(works: Works, laid: list[Measure]) -> None:
    """What was measured stays measured."""
    works.do(*laid)
    taken = work.turn(works.parts, laid[0], NOW)
    assert taken == Compare(works.run_id, claim=2)
    assert work.broke(works.parts, taken) == 1
    work.release(works.parts, taken, NOW)
    again = work.turn(works.parts, taken, NOW)
    assert again == Compare(works.run_id, claim=3)
    assert works.do(again) == [Publish(works.run.change_id)]
    assert works.do(taken) == []
    assert outcomes(works) == (200, 100)


def test_what_earlier_tries_say_is_said_of_what_differs_in_the_end(works: Works, laid: list[Measure]) -> None:
    """It is heard before anything is measured, and told only of what the measuring finds to differ."""
    with works.parts.reading() as db:
        waiting = batches.get(db, laid[0].batch)
    pairs, ruling = packing.unpack(waiting.pairs, works.parts.blobs.get)
    doubted = list(findings._doubted(pairs, lambda found: [tries.flaky(each) for each in found]))
    found = measure.measure(works.parts, doubted, ruling)
    changed = [each for each in found if each.open]
    assert len(changed) == 32
    assert all(each.flaky and each.why.startswith(tries.WHY) for each in changed)
    within = replace(works, parts=replace(works.parts, differ=lambda *_: Difference(outcome=Outcome.SAME)))
    found = measure.measure(within.parts, [each for each in doubted if not each.settled], ruling)
    assert not any(each.flaky for each in found)


def test_many_workers_measure_and_one_gathers(works: Works) -> None:
    """Threads that take whatever is due, from the first message to the last: one conclusion, one report owed."""
    barrier = Barrier(6)

    def at_work(_: int) -> list[Job]:
        told: list[Job] = []
        barrier.wait()
        while works.run.state in ("queued", "comparing"):
            job = work.turn(works.parts, Compare("whichever"), NOW)
            told += works.do(job) if job else []
        return told

    with ThreadPoolExecutor(6) as threads:
        told = [job for each in threads.map(at_work, range(6)) for job in each]
    assert [job for job in told if isinstance(job, Publish)] == [Publish(works.run.change_id)]
    assert outcomes(works) == (200, 100)
    assert (works.run.done, works.run.tries) == (303, 2)
    with works.parts.reading() as db:
        assert changes.get(db, works.run.change_id).wanted == 1
