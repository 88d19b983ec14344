"""How webhook calls are kept, claimed and ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from diffing.words import Refused
from storage import deliveries
from tests.storage.making import LATER, LEASE, MINUTE, NOW, fresh


def keep(db: Connection, id_: str = "guid-1", host: str = "github.com") -> int | None:
    """Keep a delivery of some event."""
    return deliveries.keep(db, host=host, delivery_id=id_, event="workflow_run", body=b'{"a": 1}', now=NOW)


def kept(db: Connection, id_: str = "guid-1") -> int:
    """Keep a delivery that is not done."""
    new = keep(db, id_)
    assert new is not None
    return new


def test_a_delivery_is_kept_whole(db: Connection) -> None:
    """Every byte and header that is needed to read it later stands in its row."""
    row = deliveries.get(db, kept(db))
    assert (row.host, row.delivery_id, row.event, row.body) == (
        "github.com",
        "guid-1",
        "workflow_run",
        b'{"a": 1}',
    )
    assert (row.state, row.tries, row.lease_until, row.received_at) == ("received", 0, None, NOW)


def test_hosts_do_not_share_ids(db: Connection) -> None:
    """The same id from another host is another delivery."""
    assert keep(db, host="github.com") != keep(db, host="gitlab.example.org")


def test_a_copy_of_a_waiting_one_is_the_same_one(db: Connection) -> None:
    """A redelivery before the first was read gives the same row."""
    assert kept(db) == kept(db)


def test_a_copy_of_a_finished_one_is_dropped(db: Connection) -> None:
    """A redelivery of what was handled gives nothing to do, and the row stays done."""
    id_ = kept(db)
    assert deliveries.claim(db, id_, now=NOW, until=LEASE)
    deliveries.finish(db, id_, why="1 open change has this head")
    assert keep(db) is None
    assert (deliveries.get(db, id_).state, deliveries.get(db, id_).why) == ("done", "1 open change has this head")


def test_a_copy_of_a_failed_one_is_read_again(db: Connection) -> None:
    """What broke us can be delivered again, and is then claimed as if new."""
    id_ = kept(db)
    deliveries.claim(db, id_, now=NOW, until=LEASE)
    deliveries.fail(db, id_, why="no")
    assert deliveries.get(db, id_).state == "failed"
    assert not deliveries.claim(db, id_, now=LATER, until=LATER)
    assert keep(db) == id_
    assert deliveries.claim(db, id_, now=NOW, until=LEASE)
    assert deliveries.get(db, id_).tries == 2


def test_a_copy_of_one_that_is_being_read_disturbs_nobody(db: Connection) -> None:
    """A redelivery while the first is being read is not handed to a second reader; after its lease it is."""
    id_ = kept(db)
    assert deliveries.claim(db, id_, now=NOW, until=LEASE)
    assert keep(db) == id_
    assert not deliveries.claim(db, id_, now=NOW, until=LEASE)
    later = deliveries.keep(db, host="github.com", delivery_id="guid-1", event="workflow_run", body=b"", now=LATER)
    assert later == id_
    assert deliveries.get(db, id_).state == "received"
    assert deliveries.claim(db, id_, now=LATER, until=LATER + MINUTE)


def test_a_lapsed_lease_is_taken_over(db: Connection) -> None:
    """Who was killed while reading loses the delivery to the next who asks; a live one does not."""
    id_ = kept(db)
    assert deliveries.claim(db, id_, now=NOW, until=LEASE)
    assert not deliveries.claim(db, id_, now=LEASE - MINUTE, until=LATER)
    assert deliveries.claim(db, id_, now=LEASE, until=LATER)
    assert deliveries.get(db, id_).tries == 2


def test_released_is_to_be_read_again(db: Connection) -> None:
    """What was given back is free at once."""
    id_ = kept(db)
    deliveries.claim(db, id_, now=NOW, until=LEASE)
    deliveries.release(db, id_)
    assert deliveries.claim(db, id_, now=NOW, until=LEASE)


def test_a_failed_one_cannot_be_released(db: Connection) -> None:
    """Only a new delivery brings a failed one back."""
    id_ = kept(db)
    deliveries.claim(db, id_, now=NOW, until=LEASE)
    deliveries.fail(db, id_, why="no")
    deliveries.release(db, id_)
    assert deliveries.get(db, id_).state == "failed"


def test_unhandled_are_the_old_and_the_left(db: Connection) -> None:
    """The sweep gets what waits too long and what a killed reader left, oldest first, and nothing else."""
    waits, left, held, done = (kept(db, f"guid-{each}") for each in range(4))
    for id_, until in ((left, NOW + MINUTE), (held, LATER), (done, NOW + MINUTE)):
        deliveries.claim(db, id_, now=NOW, until=until)
    deliveries.finish(db, done, why="")
    asked_at = NOW + 2 * MINUTE
    assert deliveries.unhandled(db, now=asked_at, before=asked_at - MINUTE, most=10) == [waits, left]
    assert deliveries.unhandled(db, now=asked_at, before=asked_at - MINUTE, most=1) == [waits]
    assert deliveries.unhandled(db, now=asked_at, before=NOW, most=10) == [left]


def test_a_delivery_that_is_gone_is_refused(db: Connection) -> None:
    """A message of the queue may outlive its row; it is told so in words."""
    with pytest.raises(Refused, match="no such delivery"):
        deliveries.get(db, 4711)


@dataclass
class Model:
    """What should be true of one delivery."""

    state: str = "received"
    lease: datetime | None = None
    tries: int = 0

    def held(self, now: datetime) -> bool:
        """Is somebody reading it?"""
        return self.state == "running" and self.lease is not None and self.lease > now


STEPS = st.lists(
    st.sampled_from(["keep", "claim", "finish", "fail", "release", "wait", "wait long"]), min_size=1, max_size=14
)


@given(STEPS)
def test_a_delivery_moves_as_its_model_does(lasting: Engine, steps: list[str]) -> None:
    """Whatever order calls come in, the row is what a few lines of Python say it should be."""
    model, now, name = Model(), NOW, f"model-{fresh()}"
    with lasting.begin() as db:
        id_ = kept(db, name)
        for step in steps:
            now = _step(db, id_, name, model, step, now)
            row = deliveries.get(db, id_)
            assert (row.state, row.lease_until, row.tries) == (model.state, model.lease, model.tries), step


def _step(db: Connection, id_: int, name: str, model: Model, step: str, now: datetime) -> datetime:
    match step:
        case "keep":
            got = deliveries.keep(db, host="github.com", delivery_id=name, event="", body=b"", now=now)
            assert got == (None if model.state == "done" else id_)
            if model.state != "done" and not model.held(now):
                model.state, model.lease = "received", None
        case "claim":
            may = model.state == "received" or (model.state == "running" and not model.held(now))
            assert deliveries.claim(db, id_, now=now, until=now + 10 * MINUTE) is may
            if may:
                model.state, model.lease, model.tries = "running", now + 10 * MINUTE, model.tries + 1
        case "finish" | "fail" | "release":
            after = {"finish": "done", "fail": "failed", "release": "received"}[step]
            if step == "release":
                deliveries.release(db, id_)
            else:
                (deliveries.finish if step == "finish" else deliveries.fail)(db, id_, why="said")
            if model.state == "running":
                model.state, model.lease = after, None
        case _:
            return now + (timedelta(minutes=1) if step == "wait" else timedelta(minutes=11))
    return now
