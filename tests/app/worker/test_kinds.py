"""How threads are shared between short and long work."""

from __future__ import annotations

import pytest

from app.flow import jobs
from app.flow.jobs import Approve, Compare, Ingest, Job, Measure, Publish
from app.worker.kinds import HEAVY, KINDS, QUEUES, Place, chosen, places
from diffing.words import Refused

LIGHT = frozenset({"approve", "publish", "ingest"})


def test_half_of_the_threads_compare() -> None:
    """Of four, two never compare; of long work no more is taken than is begun."""
    assert places(QUEUES, 4) == [Place("light", LIGHT, 2, 4), Place("heavy", HEAVY, 2, 2)]
    assert places(QUEUES, 5) == [Place("light", LIGHT, 3, 6), Place("heavy", HEAVY, 2, 2)]
    assert places(QUEUES, 2) == [Place("light", LIGHT, 1, 2), Place("heavy", HEAVY, 1, 1)]


def test_whoever_does_one_sort_has_all_threads_for_it() -> None:
    """A machine may only compare, or never."""
    assert places({"compare"}, 8) == [Place("heavy", HEAVY, 8, 8)]
    assert places({"approve", "publish"}, 1) == [Place("light", frozenset({"approve", "publish"}), 1, 2)]
    assert places(QUEUES, 0) == []


def test_one_thread_cannot_do_both() -> None:
    """It would have an approval wait behind a comparison."""
    with pytest.raises(Refused, match="give it two"):
        places(QUEUES, 1)


def test_queues_are_chosen_by_name() -> None:
    """All, where none is named; one that is not there is said, with those that are."""
    assert chosen("") == frozenset(QUEUES)
    assert chosen(" compare, approve,") == {"compare", "approve"}
    with pytest.raises(Refused, match=r"frobnicate is no queue\. There are approve, publish, ingest, compare"):
        chosen("compare,frobnicate")


@pytest.mark.parametrize(
    "job", [Ingest(1), Compare("a", claim=2, after=1.0), Measure("a", 7, 3, 1.0), Publish(2), Approve(3, 5.0)]
)
def test_every_job_is_made_again_from_its_ids(job: Job) -> None:
    """Its kind and its ids are all that a message holds."""
    made = KINDS[jobs.kind(job)].make(*jobs.ids(job))
    assert type(made) is type(job)
    assert jobs.key(made) == jobs.key(job)
