"""A file is needed again at the very moment at which it is to go; and whoever deletes is stopped anywhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from app.flow import disposal
from app.flow.disposal import Claim
from diffing.words import Digest, Unavailable
from storage import discards, forgotten
from tests.app.cleaning.yard import DAY, HOUR, Yard, digest_of

MINUTE = HOUR / 60

pytestmark = pytest.mark.slow


@pytest.fixture
def leftover(yard: Yard) -> Digest:
    """Give a file to which nothing refers since a day: the only one that is due."""
    change = yard.change()
    yard.run(change, "home:new")
    yard.close(change)
    yard.clean_for(30.6)
    yard.now += DAY
    assert yard.count("comparisons") == 0
    return digest_of("new")


def claimed(yard: Yard) -> Claim:
    """Begin to delete what is due, and stop before it is deleted."""
    with yard.parts.reading() as db:
        due = discards.due(db, before=yard.now - DAY, now=yard.now, most=100)
    assert due
    return disposal.claim(yard.parts, due, yard.now)


def test_who_needs_a_file_before_it_is_claimed_keeps_it(yard: Yard, leftover: Digest) -> None:
    """A comparison that puts it again, or finds it there, takes it off the list; its row comes hours later."""
    assert yard.parts.blobs.has(leftover)
    for _ in range(3):
        yard.clean()
    assert yard.has("new")
    assert not yard.has("home")
    yard.run(yard.change(), "other:new")
    yard.clean_for(4)
    assert yard.missing() == []


def test_who_needs_a_file_while_it_is_deleted_waits(yard: Yard, leftover: Digest) -> None:
    """Deleting ends first; then it is not there, and is put anew: what is put then stays."""
    claim = claimed(yard)
    yard.waits = [lambda: None, lambda: disposal.deleted(yard.parts, claim, lambda: yard.now)]
    yard.run(yard.change(), "other:new")
    assert yard.waits == []
    assert yard.has("new")
    yard.clean_for(40, every=2)
    assert yard.missing() == []


def test_who_finds_a_file_while_it_is_deleted_finds_it_gone(yard: Yard, leftover: Digest) -> None:
    """A golden that was fetched once is fetched again, rather than relied on."""
    claim = claimed(yard)
    yard.waits = [lambda: disposal.deleted(yard.parts, claim, lambda: yard.now)]
    assert not yard.parts.blobs.has(leftover)


def test_a_claim_that_nobody_ends_is_waited_for_and_then_over(yard: Yard, leftover: Digest) -> None:
    """A cleaner was killed: whoever needs the file tries again in a minute, and has it after five."""
    claim = claimed(yard)
    with pytest.raises(Unavailable) as later:
        yard.put("new")
    assert later.value.after == 60
    yard.now = claim.until + MINUTE
    yard.run(yard.change(), "other:new")
    assert yard.has("new")
    yard.clean_for(4)
    assert yard.missing() == []


def test_whoever_deletes_late_deletes_nothing(yard: Yard, leftover: Digest) -> None:
    """A cleaner that slept through its claim finds that it is over."""
    claim = claimed(yard)
    yard.now = claim.until + MINUTE
    yard.run(yard.change(), "other:new")
    assert disposal.deleted(yard.parts, claim, lambda: yard.now).files == 0
    assert yard.missing() == []


def test_a_file_that_was_written_again_is_left(yard: Yard, leftover: Digest) -> None:
    """Even by somebody who asked nobody: the storage tells how old it is."""
    claim = claimed(yard)
    yard.now += MINUTE
    yard.folder.put(b"new")
    assert disposal.deleted(yard.parts, claim, lambda: yard.now).files == 2
    assert yard.has("new")
    yard.clean_for(1.5)
    assert not yard.has("new")


@pytest.mark.parametrize("stop", ["before deleting", "after deleting"])
def test_who_is_killed_in_the_middle_is_followed_by_another(yard: Yard, leftover: Digest, stop: str) -> None:
    """The next round deletes what is left, whichever it is, and the list of what is to go ends empty."""
    claim = claimed(yard)
    if stop == "after deleting":
        yard.folder.discard(claim.standing)
    yard.clean()
    assert yard.count("discards") == 3  # they are held still
    yard.now = claim.until + MINUTE
    yard.clean()
    assert (yard.count("discards"), list(yard.folder.walk())) == (0, [])


def test_a_run_killed_before_its_rows_leaves_nothing_for_ever(yard: Yard) -> None:
    """What it put is found by looking through the storage; not what may just have been put."""
    yard.put("orphan")
    assert yard.orphans() == 0
    yard.now += 2 * DAY
    yard.put("young")
    assert yard.orphans() == 1
    assert yard.orphans() == 0
    yard.clean_for(2)
    assert (yard.has("orphan"), yard.has("young")) == (False, True)


def test_a_file_that_comes_back_is_not_called_deleted(yard: Yard) -> None:
    """The audit's page says since when a picture is gone; when it was drawn again, it shows it again."""
    change = yard.change()
    run = yard.run(change, "home:new")
    yard.decide(change, run, "home", "new")
    yard.close(change)
    yard.clean_for(33)
    candidate = digest_of("new")
    with yard.parts.reading() as db:
        assert forgotten.since(db, candidate)
    yard.run(yard.change(), "other:new")
    with yard.parts.reading() as db:
        assert forgotten.since(db, candidate) is None


def steps(yard: Yard) -> Iterator[str]:
    """Dispose of what is due, and stop between any two steps."""
    with yard.parts.reading() as db:
        due = discards.due(db, before=yard.now - DAY, now=yard.now, most=100)
    yield "read"
    claim = disposal.claim(yard.parts, due, yard.now)
    yield "claimed"
    disposal.deleted(yard.parts, claim, lambda: yard.now)
    yield "deleted"


def finishing(cleaner: Iterator[str]) -> Callable[[], object]:
    """Let the cleaner go on when somebody waits for it."""
    return lambda: next(cleaner, None)


@pytest.mark.parametrize("before", ["read", "claimed", "deleted", "ended"])
@pytest.mark.parametrize("rest", ["nothing", "put", "row"])
def test_at_whatever_moment_a_run_needs_it(yard: Yard, leftover: Digest, before: str, rest: str) -> None:
    """A run relies on a file, puts it where it is not, and records it: each between any two steps of a cleaner."""
    cleaner = steps(yard)
    order = ["read", "claimed", "deleted", "ended"]
    for _ in range(order.index(before)):
        next(cleaner, None)
    yard.waits = [finishing(cleaner)] * 4
    change = yard.change()
    there = yard.parts.blobs.has(leftover)
    if rest != "nothing":
        next(cleaner, None)
    if not there:
        yard.put("new")
    if rest == "row":
        next(cleaner, None)
    yard.now += 3 * HOUR  # so long a run may take
    yard.run(change, "other:new")
    for _ in cleaner:
        pass
    yard.clean_for(3)
    assert yard.missing() == []


def test_a_file_that_was_written_again_after_a_cleaner_was_killed_is_left(yard: Yard, leftover: Digest) -> None:
    """A store that was restored has new times; whoever held the file is gone, and nobody asks for ever."""
    claimed(yard)  # killed here
    yard.now += HOUR
    place = yard.root / leftover[:2] / leftover[2:4] / leftover
    os.utime(place, (yard.now.timestamp(),) * 2)
    assert len(list(islice(disposal.dispose(yard.parts, lambda: yard.now), 20))) < 20
    assert yard.folder.has(leftover)
