"""Keep what runs found: goldens beside candidates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select
from sqlalchemy import insert as plain_insert

from diffing.words import BlobId, Comparison, Difference, Digest, Name, Outcome
from storage import differences, forgotten
from storage.tables import comparisons

_LARGEST_ID = 2**31 - 1
_AT_ONCE = 500
"""Ids in one statement: databases bound how many words it may have."""


def add(db: Connection, run_id: str, found: Sequence[Comparison]) -> None:
    """Keep what a run found. Files of it that were forgotten once are kept again."""
    if found:
        db.execute(plain_insert(comparisons), [{"run_id": run_id, **columns(each)} for each in found])
        forgotten.keep_again(db, _shown(found))


def of_run(db: Connection, run_id: str) -> list[Comparison]:
    """Give what a run found, in the order in which it was given."""
    query = select(comparisons).where(comparisons.c.run_id == run_id).order_by(comparisons.c.id)
    return [of_row(row) for row in db.execute(query)]


def find(db: Connection, run_id: str, comparison_id: int) -> Comparison | None:
    """Give one comparison of a run; None where the run has none of that number."""
    return next(iter(of_ids(db, run_id, [comparison_id])), None)


def of_ids(db: Connection, run_id: str, ids: Sequence[int]) -> list[Comparison]:
    """Give some of what a run found, by their ids; those that it does not have are left out."""
    known = [each for each in ids if 0 < each <= _LARGEST_ID]
    found: list[Comparison] = []
    for at in range(0, len(known), _AT_ONCE):
        query = select(comparisons).where(comparisons.c.id.in_(known[at : at + _AT_ONCE]))
        found += [of_row(row) for row in db.execute(query.where(comparisons.c.run_id == run_id))]
    return found


def same(db: Connection, run_id: str, *, most: int) -> list[Name]:
    """Give the names of goldens that a run found unchanged, in their order."""
    query = select(comparisons.c.name).where(
        comparisons.c.run_id == run_id, comparisons.c.outcome == Outcome.SAME.value
    )
    return [Name(name) for name in db.execute(query.order_by(comparisons.c.name).limit(most)).scalars()]


def of_file(db: Connection, run_id: str, digest: Digest) -> list[Comparison]:
    """Give what a run found of a file, as golden or as candidate."""
    query = select(comparisons).where(comparisons.c.run_id == run_id)
    either = or_(comparisons.c.golden == digest, comparisons.c.candidate == digest)
    return [of_row(row) for row in db.execute(query.where(either))]


def digests(db: Connection, run_id: str) -> set[Digest]:
    """Give every file that a run may show: goldens, candidates and masks."""
    query = select(comparisons.c.golden, comparisons.c.candidate, comparisons.c.mask)
    rows = db.execute(query.where(comparisons.c.run_id == run_id))
    return {Digest(each) for each in chain.from_iterable(rows) if each is not None}


def drawn(db: Connection, run_ids: Collection[str]) -> dict[tuple[str, Name], set[tuple[Digest, Outcome]]]:
    """Give what runs drew of each golden, by suite and name, and what each of them made of it."""
    c = comparisons.c
    query = select(c.suite, c.name, c.candidate, c.outcome).where(c.run_id.in_(run_ids), c.placed)
    found: defaultdict[tuple[str, Name], set[tuple[Digest, Outcome]]] = defaultdict(set)
    for suite, name, candidate, outcome in db.execute(query.where(c.candidate.is_not(None))):
        found[suite, Name(name)].add((Digest(candidate), Outcome(outcome)))
    return dict(found)


def counts(db: Connection, run_ids: Collection[str]) -> dict[str, dict[Outcome, int]]:
    """Count by outcome what each run found; a run that found nothing is left out."""
    query = (
        select(comparisons.c.run_id, comparisons.c.outcome, func.count())
        .where(comparisons.c.run_id.in_(run_ids))
        .group_by(comparisons.c.run_id, comparisons.c.outcome)
    )
    counted: defaultdict[str, dict[Outcome, int]] = defaultdict(dict)
    for run_id, outcome, count in db.execute(query):
        counted[run_id][Outcome(outcome)] = count
    return dict(counted)


def _shown(found: Sequence[Comparison]) -> list[Digest]:
    # An unchanged golden was found by its id in git: its bytes need not have been fetched.
    files = chain.from_iterable((each.golden, each.candidate, each.mask) for each in found if each.open)
    return [each for each in files if each is not None]


def columns(each: Comparison) -> dict[str, Any]:
    """Write a comparison into the columns of a row, each of which JSON can say too."""
    difference = each.difference
    return {
        "suite": each.suite,
        "name": each.name,
        "outcome": each.outcome.value,
        "placed": each.placed,
        "golden": each.golden,
        "golden_blob": each.golden_blob,
        "candidate": each.candidate,
        "mask": each.mask,
        "kind": difference.kind.value if difference and difference.kind else None,
        "fingerprint": difference.fingerprint if difference else "",
        "pixels": difference.pixels if difference else 0,
        "ratio": difference.ratio if difference else 0.0,
        "difference": differences.written(difference) if difference else None,
        "flaky": each.flaky,
        "why": each.why,
    }


def of_columns(written: Mapping[str, Any]) -> Comparison:
    """Read what `columns` wrote; it has no id yet."""
    return of_row(SimpleNamespace(id="", **written))


def of_row(row: Row[Any] | SimpleNamespace) -> Comparison:
    """Read a comparison out of a row that has all of its columns."""
    return Comparison(
        id=str(row.id),
        suite=row.suite,
        name=Name(row.name),
        outcome=Outcome(row.outcome),
        placed=row.placed,
        golden=Digest(row.golden) if row.golden else None,
        golden_blob=BlobId(row.golden_blob) if row.golden_blob else None,
        candidate=Digest(row.candidate) if row.candidate else None,
        difference=_difference(row),
        mask=Digest(row.mask) if row.mask else None,
        flaky=row.flaky,
        why=row.why,
    )


def _difference(row: Row[Any] | SimpleNamespace) -> Difference | None:
    if row.difference is None:
        return None
    return differences.read(
        row.difference, kind=row.kind, fingerprint=row.fingerprint, pixels=row.pixels, ratio=row.ratio
    )
