"""Measure what was laid out: what differs is compared side by side, from kept files alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from app.flow import tries
from app.flow.laying import Laid
from app.flow.parts import Parts
from diffing import groups, pairing
from diffing.globs import matches
from diffing.words import Comparison, Difference, Digest, Mode, Name, Outcome, Rules, Suite
from storage import approvals
from storage.runs import StoredRun

_THREADS = 8
_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Ruling:
    """How one golden is compared: what CI kept of its suite, and the rules."""

    mode: Mode
    rules: Rules


@dataclass(frozen=True, slots=True)
class Rulebook:
    """By which rules each golden is compared: those of its suite, and masks that are fetched already."""

    suites: Mapping[str, Suite]
    masks: Mapping[Name, bytes]

    def of(self, suite: str, name: Name) -> Ruling:
        """Give the rules for one golden."""
        said = [each for each in self.suites[suite].ignore if matches(name, each.path)]
        rules = Rules(
            tolerance=self.suites[suite].tolerance,
            ignore=tuple(region for each in said for region in each.regions),
            masks=tuple(self.masks[each.mask] for each in said if each.mask),
        )
        return Ruling(self.suites[suite].mode, rules)


def measure(
    parts: Parts,
    laid: Sequence[Laid],
    ruling: Callable[[Laid], Ruling],
    told: Callable[[int], None] = lambda _: None,
) -> list[Comparison]:
    """Give what comes of every pair, comparing those that are not settled; `told` hears how many are done."""
    waiting = [each for each in laid if not each.settled]
    measured: list[Comparison] = []
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="measure") as threads:
        for start in range(0, len(waiting), _AT_ONCE):
            some = waiting[start : start + _AT_ONCE]
            measured += threads.map(lambda each: _measured(parts, each, ruling(each)), some)
            told(len(laid) - len(waiting) + len(measured))
    found = iter(measured)
    return [judged(each, each.comparison if each.settled else next(found)) for each in laid]


def united(measured: Sequence[Comparison]) -> list[Comparison]:
    """Give the same change in several goldens one fingerprint."""
    together = iter(groups.unite([each.difference for each in measured if each.difference]))
    return [replace(each, difference=next(together)) if each.difference else each for each in measured]


def judged(laid: Laid, found: Comparison) -> Comparison:
    """Say of what differs what was known before: show, but leave unplaced, what could never be committed."""
    if laid.refusal and found.decidable:
        found = replace(found, placed=False, why=f"It can never be committed: {laid.refusal}.")
    return tries.flaky(found) if laid.doubted and found.open else found


def approved(parts: Parts, run: StoredRun) -> Mapping[Name, Digest | None]:
    """Give what the very commit of a run brought, as it was approved."""
    with parts.reading() as db:
        brought = approvals.by_commit(db, run.change_id, run.head)
    return {file.name: file.candidate for approval in brought for file in approval.files}


def proven(brought: Mapping[Name, Digest | None], each: Comparison) -> Comparison:
    """Call a golden flaky when it differs again on the very commit that brought what was approved of it."""
    again = each.open and each.placed and each.name in brought and brought[each.name] != each.candidate
    why = "Flaky: drawn differently twice on the same commit."
    return replace(each, flaky=True, why=f"{why} {each.why}".strip()) if again else each


def _measured(parts: Parts, laid: Laid, ruling: Ruling) -> Comparison:
    with parts.room.of(laid.weight):
        return _differ(parts, laid.comparison, ruling)


def _differ(parts: Parts, base: Comparison, ruling: Ruling) -> Comparison:
    content = parts.blobs.get(_kept(base.candidate))
    if base.golden is None:
        return _added(base, parts.differ(b"", content, ruling.rules))
    difference = parts.differ(parts.blobs.get(base.golden), content, ruling.rules)
    mask = parts.blobs.put(difference.mask) if difference.mask else None
    return replace(
        base,
        outcome=pairing.settled(ruling.mode, ruling.rules.tolerance, difference),
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


def _kept(candidate: Digest | None) -> Digest:
    if candidate is None:
        raise AssertionError("without a candidate there is nothing to measure")
    return candidate
