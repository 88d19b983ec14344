"""Gather what the batches of a run found, and conclude it. Asks no forge, and holds one batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from app.flow import measure
from app.flow.jobs import Job, Publish
from app.flow.parts import Parts
from diffing import groups
from diffing.words import Comparison, Difference, Digest, Name
from storage import batches, changes, runs
from storage.runs import StoredRun

_MOST_BOXES = 200_000
"""Of a run, in all its comparisons together: whoever tells of the run has them all in memory."""
_FEWEST = 4


@dataclass(frozen=True, slots=True)
class _Whole:
    """What has to be known of all batches before any comparison is settled."""

    fingerprints: Sequence[str]
    """Of every comparison that has a difference, in their order; equal for the same change in several goldens."""
    brought: Mapping[Name, Digest | None]

    @property
    def boxes(self) -> int:
        """How many boxes each comparison may keep: the largest, which come first."""
        return max(_FEWEST, _MOST_BOXES // max(1, len(self.fingerprints)))


def gather(parts: Parts, run: StoredRun, measured: Sequence[int], *, claim: int, now: datetime) -> list[Job]:
    """Conclude a run with what its batches found; nothing follows where somebody else did, or the run ended."""
    whole = _Whole(_fingerprints(parts, measured), measure.approved(parts, run))
    with parts.db.begin() as db:
        concluded = runs.conclude(
            db,
            run.id,
            kept=True,
            notes=run.notes,
            comparisons=_gathered(db, measured, whole),
            globs=run.globs,
            now=now,
            claim=claim,
        )
        if not concluded:
            return []
        changes.want(db, run.change_id)
    return [Publish(run.change_id)]


def _fingerprints(parts: Parts, measured: Sequence[int]) -> list[str]:
    with parts.reading() as db:
        found = [
            Difference(outcome=each.outcome, fingerprint=each.fingerprint, exchange=each.exchange)
            for id_ in measured
            for each in (one.difference for one in batches.found(db, id_))
            if each is not None
        ]
    return [each.fingerprint for each in groups.unite(found)]


def _gathered(db: Connection, measured: Sequence[int], whole: _Whole) -> Iterator[Comparison]:
    fingerprints = iter(whole.fingerprints)
    for each in (each for id_ in measured for each in batches.found(db, id_)):
        if each.difference is None:
            yield measure.proven(whole.brought, each)
            continue
        boxes = each.difference.boxes[: whole.boxes]
        united = replace(each.difference, fingerprint=next(fingerprints), boxes=boxes)
        yield measure.proven(whole.brought, replace(each, difference=united))
