"""Lay pairs out: settle what is the same by id, keep what differs, so that it can be measured anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from app.flow.cutting import Cut
from app.flow.goldens import Goldens
from app.flow.parts import Parts
from app.flow.shelf import Shelf
from diffing import pointers
from diffing.digests import blob_id, digest
from diffing.guard import Ground
from diffing.pointers import Pointer
from diffing.words import (
    BlobId,
    Comparison,
    Digest,
    Found,
    Name,
    Outcome,
    Pair,
    Refused,
    Unavailable,
)

_THREADS = 8
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Laid:
    """A pair whose files are kept: all that it takes to measure it, on whichever machine."""

    comparison: Comparison
    """Where it is not settled, its outcome is what it is if every byte counts."""
    settled: bool
    refusal: str = ""
    """Why its candidate could never be committed; empty where it could."""
    weight: int = 0
    """Bytes of both files."""
    doubted: bool = False
    """Did an earlier try on the same commit draw other bytes?"""

    @property
    def golden(self) -> tuple[str, Name]:
        """Name the golden: its suite's name, and its own."""
        return self.comparison.suite, self.comparison.name


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A pair whose candidate was read, and kept where it is not the golden: many wait here, so by digest."""

    pair: Pair
    digest: Digest | None = None
    """None where there is no candidate, or it could not be read."""
    same: bool = False
    """Equal to the golden by git's own id: nothing was decoded, nothing is kept."""
    unreadable: str = ""
    flaky: bool = False
    refusal: str = ""
    size: int = 0


def lay(
    parts: Parts,
    pairs: Sequence[Pair],
    kept: Shelf,
    goldens: Goldens,
    ground: Ground,
    told: Callable[[int], None],
) -> list[Laid]:
    """Lay out every pair; `told` hears now and then of how many it is known already that they are the same.

    Goldens are fetched when all candidates were read, so that few calls ask for many."""
    drawn: list[_Drawn] = []
    same = 0
    cut = Cut(parts, kept, pairs)
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="lay") as threads:
        for start in range(0, len(pairs), _AT_ONCE):
            some = pairs[start : start + _AT_ONCE]
            drawn += threads.map(lambda pair: _draw(parts, pair, kept, cut, ground), some)
            same += sum(each.same for each in drawn[start:])
            told(same)
        stored = goldens.digests(_unequal(drawn))
        goldens.make_ready(set(stored.values()) - {each.digest for each in drawn})
        return list(threads.map(lambda each: _lay(parts, each, stored), drawn))


def _draw(parts: Parts, pair: Pair, kept: Shelf, cut: Cut, ground: Ground) -> _Drawn:
    if pair.found is None:
        return _Drawn(pair, refusal=_refusal(pair, None, ground))
    with parts.room.of(_weight(kept, pair.found)):
        try:
            content = cut.read(pair.found)
        except Refused as refused:
            return _Drawn(pair, unreadable=str(refused))
        if pair.golden is not None and (
            blob_id(content) == pair.golden.id or _as_pointer(content) == pair.golden.id
        ):
            return _Drawn(pair, digest(content), same=True)
        refusal = _refusal(pair, content, ground)
        put, flaky = parts.blobs.put(content), _disagree(pair.found, content, cut)
        return _Drawn(pair, put, flaky=flaky, refusal=refusal, size=len(content))


def _weight(kept: Shelf, found: Found) -> int:
    """Give how much memory reading a candidate takes: while it is cut or kept, or held against another, twice."""
    return 2 * max(kept.size(each.member) for each in (found, *found.earlier))


def _refusal(pair: Pair, content: bytes | None, ground: Ground) -> str:
    return (ground.refusal(pair.name, content, None) or "") if pair.placed else ""


def _as_pointer(content: bytes) -> BlobId:
    """Give the id that git's blob has where git LFS keeps these bytes."""
    return blob_id(pointers.write(Pointer(digest(content), len(content))))


def _disagree(found: Found, content: bytes, cut: Cut) -> bool:
    """Did an earlier try of the same test, on the same commit, draw something else?"""
    try:
        return any(cut.read(each) != content for each in found.earlier)
    except Refused:
        return True


def _unequal(drawn: Iterable[_Drawn]) -> list[BlobId]:
    return [each.pair.golden.id for each in drawn if each.pair.golden is not None and not each.same]


def _lay(parts: Parts, drawn: _Drawn, stored: Mapping[BlobId, Digest]) -> Laid:
    pair = drawn.pair
    golden = stored.get(pair.golden.id) if pair.golden else None
    base = Comparison(
        id="",
        suite=pair.suite,
        name=pair.name,
        outcome=Outcome.SAME,
        placed=pair.placed,
        golden=golden,
        golden_blob=pair.golden.id if pair.golden else None,
        candidate=drawn.digest,
        flaky=drawn.flaky,
        why=" ".join([pair.why, *pair.notes]).strip(),
    )
    if drawn.same or (golden is not None and golden == drawn.digest):  # the latter: an LFS file
        return Laid(replace(base, golden=drawn.digest), settled=True)
    if drawn.unreadable:
        return Laid(replace(base, outcome=Outcome.UNREADABLE, why=drawn.unreadable), settled=True)
    if drawn.digest is None:
        return Laid(replace(base, outcome=Outcome.REMOVED), settled=True, refusal=drawn.refusal)
    if pair.golden is None:
        return Laid(replace(base, outcome=Outcome.ADDED), settled=False, refusal=drawn.refusal, weight=drawn.size)
    there = parts.blobs.about(golden) if golden else None
    if there is None:
        raise Unavailable(f"the golden {pair.name} could not be fetched")
    changed = replace(base, outcome=Outcome.CHANGED)
    return Laid(changed, settled=False, refusal=drawn.refusal, weight=drawn.size + there.size)
