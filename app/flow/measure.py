"""Measure pairs: what is equal by id is never decoded, what differs is compared side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from app.flow.cutting import Cut
from app.flow.goldens import Goldens
from app.flow.parts import Parts
from app.flow.shelf import Shelf
from bots.forge import Change
from diffing import groups, pairing, pointers
from diffing.digests import blob_id, digest
from diffing.globs import matches
from diffing.guard import Ground
from diffing.pointers import Pointer
from diffing.words import (
    BlobId,
    Comparison,
    Difference,
    Digest,
    Found,
    Name,
    Outcome,
    Pair,
    Refused,
    Rules,
    Suite,
    Tree,
    Unavailable,
)
from storage import approvals, runs
from storage.runs import StoredRun

_THREADS = 8
_BATCH = 32


@dataclass(frozen=True, slots=True)
class Drawn:
    """A pair whose candidate was read, and kept where it is not the golden: many wait here, so by digest."""

    pair: Pair
    digest: Digest | None = None
    """None where there is no candidate, or it could not be read."""
    same: bool = False
    """Equal to the golden by git's own id: nothing was decoded, nothing is kept."""
    unreadable: str = ""
    flaky: bool = False


@dataclass(frozen=True, slots=True)
class Rulebook:
    """By which rules each golden is compared: those of its suite, and masks that are fetched already."""

    suites: Mapping[str, Suite]
    masks: Mapping[Name, bytes]

    def of(self, suite: str, name: Name) -> Rules:
        """Give the rules for one golden."""
        said = [each for each in self.suites[suite].ignore if matches(name, each.path)]
        return Rules(
            tolerance=self.suites[suite].tolerance,
            ignore=tuple(region for each in said for region in each.regions),
            masks=tuple(self.masks[each.mask] for each in said if each.mask),
        )


def measure(
    parts: Parts, run: StoredRun, pairs: Sequence[Pair], rules: Rulebook, kept: Shelf, goldens: Goldens
) -> list[Comparison]:
    """Compare every pair; how far that is stands in the run's row for whoever watches."""
    compared: list[Comparison] = []
    cut = Cut(parts, kept, pairs)
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="measure") as threads:
        for start in range(0, len(pairs), _BATCH):
            drawn = list(threads.map(lambda pair: _draw(parts, pair, cut), pairs[start : start + _BATCH]))
            stored = goldens.digests(_unequal(drawn))
            goldens.make_ready(set(stored.values()) - {each.digest for each in drawn})
            compared += threads.map(lambda each, stored=stored: _compare(parts, each, rules, stored), drawn)
            with parts.db.begin() as db:
                runs.progress(db, run.id, done=len(compared), total=len(pairs))
    return _grouped(compared)


def _grouped(compared: Sequence[Comparison]) -> list[Comparison]:
    """Give the same change in several goldens one fingerprint."""
    united = iter(groups.unite([each.difference for each in compared if each.difference]))
    return [replace(each, difference=next(united)) if each.difference else each for each in compared]


def guard(parts: Parts, tree: Tree, compared: Iterable[Comparison]) -> list[Comparison]:
    """Show, but leave unplaced, what could never be committed: say so before somebody approves it."""
    ground = Ground(tree)
    return [_guarded(parts, ground, each) for each in compared]


def prove(parts: Parts, run: StoredRun, change: Change, compared: Iterable[Comparison]) -> Iterator[Comparison]:
    """Call a golden flaky when it differs again on the very commit that brought what was approved of it."""
    with parts.reading() as db:
        brought = approvals.by_commit(db, run.change_id, change.head)
    approved = {file.name: file.candidate for approval in brought for file in approval.files}
    for each in compared:
        again = each.open and each.placed and each.name in approved and approved[each.name] != each.candidate
        why = "Flaky: drawn differently twice on the same commit."
        yield replace(each, flaky=True, why=f"{why} {each.why}".strip()) if again else each


def _guarded(parts: Parts, ground: Ground, each: Comparison) -> Comparison:
    if not each.decidable:
        return each
    content = parts.blobs.get(each.candidate) if each.candidate else None
    why = ground.refusal(each.name, content, None)
    return each if why is None else replace(each, placed=False, why=f"It can never be committed: {why}.")


def _draw(parts: Parts, pair: Pair, cut: Cut) -> Drawn:
    if pair.found is None:
        return Drawn(pair)
    try:
        content = cut.read(pair.found)
    except Refused as refused:
        return Drawn(pair, unreadable=str(refused))
    if pair.golden is not None and (blob_id(content) == pair.golden.id or _as_pointer(content) == pair.golden.id):
        return Drawn(pair, digest(content), same=True)
    return Drawn(pair, parts.blobs.put(content), flaky=_disagree(pair.found, content, cut))


def _as_pointer(content: bytes) -> BlobId:
    """Give the id that git's blob has where git LFS keeps these bytes."""
    return blob_id(pointers.write(Pointer(digest(content), len(content))))


def _disagree(found: Found, content: bytes, cut: Cut) -> bool:
    """Did an earlier try of the same test, on the same commit, draw something else?"""
    try:
        return any(cut.read(each) != content for each in found.earlier)
    except Refused:
        return True


def _unequal(drawn: Iterable[Drawn]) -> list[BlobId]:
    return [each.pair.golden.id for each in drawn if each.pair.golden is not None and not each.same]


def _compare(parts: Parts, drawn: Drawn, rules: Rulebook, stored: Mapping[BlobId, Digest]) -> Comparison:
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
        return replace(base, golden=drawn.digest)
    if drawn.unreadable:
        return replace(base, outcome=Outcome.UNREADABLE, why=drawn.unreadable)
    if drawn.digest is None:
        return replace(base, outcome=Outcome.REMOVED)
    if pair.golden is not None and (golden is None or not parts.blobs.has(golden)):
        raise Unavailable(f"the golden {pair.name} could not be fetched")
    return _differ(parts, base, parts.blobs.get(drawn.digest), golden, rules)


def _differ(parts: Parts, base: Comparison, content: bytes, golden: Digest | None, rules: Rulebook) -> Comparison:
    own, suite = rules.of(base.suite, base.name), rules.suites[base.suite]
    if golden is None:
        return _added(base, parts.differ(b"", content, own))
    difference = parts.differ(parts.blobs.get(golden), content, own)
    mask = parts.blobs.put(difference.mask) if difference.mask else None
    return replace(
        base,
        outcome=pairing.settled(suite.mode, suite.tolerance, difference),
        difference=replace(difference, mask=None),
        mask=mask,
        why=base.why or difference.why,
    )


def _added(base: Comparison, beside_nothing: Difference) -> Comparison:
    """Find a new candidate readable, and keep its size: there is nothing it could differ from."""
    if beside_nothing.outcome is Outcome.UNREADABLE:
        return replace(base, outcome=Outcome.UNREADABLE, why=beside_nothing.why)
    size = beside_nothing.candidate_size
    return replace(base, outcome=Outcome.ADDED, difference=Difference(outcome=Outcome.ADDED, candidate_size=size))
