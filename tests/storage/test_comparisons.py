"""How what runs found is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from diffing.words import BlobId, Box, Comparison, Difference, Digest, Kind, Name, Outcome, Shift, Size
from storage import comparisons
from tests.storage import making
from tests.storage.making import comparison, digest

NUMBERS = st.integers(0, 80_000_000)
SHARES = st.floats(0, 1)
SENTENCES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
SIZES = st.builds(Size, st.integers(1, 30_000), st.integers(1, 30_000))
DIGESTS = st.binary(min_size=32, max_size=32).map(lambda each: Digest(each.hex()))
DIFFERENCES = st.builds(
    Difference,
    outcome=st.sampled_from(Outcome),
    kind=st.none() | st.sampled_from(Kind),
    golden_size=st.none() | SIZES,
    candidate_size=st.none() | SIZES,
    pixels=NUMBERS,
    lines=NUMBERS,
    antialiased=NUMBERS,
    ratio=SHARES,
    largest=SHARES,
    mean=SHARES,
    boxes=st.lists(st.builds(Box, NUMBERS, NUMBERS, NUMBERS, NUMBERS), max_size=3).map(tuple),
    shift=st.none()
    | st.builds(Shift, st.sampled_from(["rows", "columns"]), NUMBERS, NUMBERS, st.integers(-64, 64)),
    fingerprint=st.just("") | DIGESTS,
    exchange=st.just("") | DIGESTS,
    why=SENTENCES,
)
COMPARISONS = st.builds(
    Comparison,
    id=st.just(""),
    suite=SENTENCES,
    name=SENTENCES.map(Name),
    outcome=st.sampled_from(Outcome),
    placed=st.booleans(),
    golden=st.none() | DIGESTS,
    golden_blob=st.none() | DIGESTS.map(lambda each: BlobId(each[:40])),
    candidate=st.none() | DIGESTS,
    difference=st.none() | DIFFERENCES,
    mask=st.none() | DIGESTS,
    flaky=st.booleans(),
    why=SENTENCES,
)


@given(st.lists(COMPARISONS, max_size=4, unique_by=lambda each: each.name))
def test_what_is_kept_comes_back(lasting: Engine, found: list[Comparison]) -> None:
    """Every field of every comparison survives, in the given order; only ids are new."""
    with lasting.begin() as db:
        run_id = making.concluded(db, making.change(db), *found)
        kept = comparisons.of_run(db, run_id)
        assert [replace(each, id="") for each in kept] == found
        assert [comparisons.find(db, run_id, int(each.id)) is not None for each in kept] == [True] * len(found)


def test_masks_are_blobs_not_rows(db: Connection) -> None:
    """The mask's bytes lie in the storage; the row knows their digest."""
    drawn = comparison(difference=Difference(outcome=Outcome.CHANGED, mask=b"\x89PNG"), mask=digest("3"))
    run_id = making.concluded(db, making.change(db), drawn)
    (kept,) = comparisons.of_run(db, run_id)
    assert kept.difference is not None
    assert (kept.difference.mask, kept.mask) == (None, digest("3"))


def test_one_is_found_in_its_own_run_alone(db: Connection) -> None:
    """A page's address names run and comparison; the run says whether the visitor may see it."""
    run_id = making.concluded(db, making.change(db), comparison())
    (kept,) = comparisons.of_run(db, run_id)
    assert comparisons.find(db, run_id, int(kept.id)) == kept
    assert comparisons.find(db, "another run", int(kept.id)) is None


@pytest.mark.parametrize("number", [0, -1, 4711, 2**31, 2**63, 10**30])
def test_an_address_may_name_any_number(db: Connection, number: int) -> None:
    """No number in an address breaks the database; it is just not there."""
    assert comparisons.find(db, making.concluded(db, making.change(db)), number) is None


def test_a_run_may_show_its_own_files_only(db: Connection) -> None:
    """Goldens, candidates and masks of the run, and nothing of another."""
    change_id = making.change(db)
    run_id = making.concluded(
        db, change_id, comparison("a", mask=digest("3")), comparison("b", golden=None, candidate=digest("4"))
    )
    making.concluded(db, change_id, comparison("c", candidate=digest("5")), pipeline_id="101")
    assert comparisons.digests(db, run_id) == {digest("1"), digest("2"), digest("3"), digest("4")}
    assert {each.name for each in comparisons.of_file(db, run_id, digest("1"))} == {
        each.name for each in comparisons.of_run(db, run_id) if digest("1") in (each.golden, each.candidate)
    }
    assert comparisons.of_file(db, run_id, digest("1"))
    assert not comparisons.of_file(db, run_id, digest("f"))


def test_outcomes_are_counted_by_run(db: Connection) -> None:
    """Many runs at once; a run that found nothing is left out."""
    change_id = making.change(db)
    some = making.concluded(
        db, change_id, comparison("a"), comparison("b"), comparison("c", outcome=Outcome.ADDED)
    )
    one = making.concluded(db, change_id, comparison("a", outcome=Outcome.SAME), pipeline_id="101")
    none = making.concluded(db, change_id, pipeline_id="102")
    assert comparisons.counts(db, [some, one, none]) == {
        some: {Outcome.CHANGED: 2, Outcome.ADDED: 1},
        one: {Outcome.SAME: 1},
    }
    assert comparisons.counts(db, []) == {}
