"""Say in a tired developer's words what was found. Pure; plain text without foreign words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from diffing.words import QUIET, Comparison, Difference, Kind, Outcome

FLAKY = "flaky: drawn differently twice on the same commit"
_UNMATCHED = "unmatched"
_SPACE = "\N{NO-BREAK SPACE}"
SORTS = ("changed", "added", "removed", "unreadable", _UNMATCHED, "same")
"""The words under which comparisons are counted, in the order in which we speak of them."""
_KINDS = {
    Kind.ENCODING_ONLY: "same pixels in other bytes",
    Kind.METADATA_ONLY: "same pixels, other metadata",
    Kind.FORMATTING_ONLY: "same meaning, other formatting",
    Kind.RESIZED: "another size",
    Kind.ANTIALIASING_ONLY: "only anti-aliasing",
    Kind.SHIFTED: "shifted",
    Kind.RECOLOURED: "recoloured",
    Kind.CONTENT: "other content",
}


def sort_of(comparison: Comparison) -> str:
    """Say under which word a comparison is counted."""
    return str(comparison.outcome) if comparison.placed or not comparison.open else _UNMATCHED


def counted(comparisons: Iterable[Comparison]) -> list[tuple[str, int]]:
    """Count what is not the same, by word, in the order in which we speak of it."""
    tally = Counter(sort_of(each) for each in comparisons if each.open)
    return [(word, tally[word]) for word in SORTS if tally[word]]


def counts(comparisons: Sequence[Comparison]) -> str:
    """Say `14 goldens changed, 2 added`; `120 goldens match` where all is the same."""
    parts = counted(comparisons)
    if not parts:
        return f"{goldens(len(comparisons))} {'matches' if len(comparisons) == 1 else 'match'}"
    (word, number), *others = parts
    return ", ".join([f"{goldens(number)} {word}", *(f"{number:,} {word}" for word, number in others)])


def goldens(number: int) -> str:
    """Say `1 golden`, `1,200 goldens`."""
    return f"{number:,} golden{'' if number == 1 else 's'}"


def what(comparison: Comparison) -> str:
    """Say what is different, in a word or two, without numbers and without foreign words."""
    kind = comparison.difference.kind if comparison.difference else None
    match comparison.outcome:
        case _ if not comparison.placed:
            return _UNMATCHED
        case Outcome.CHANGED:
            return _KINDS[kind] if kind else "changed"
        case Outcome.ADDED:
            return "new"
        case Outcome.REMOVED:
            return "no longer drawn"
        case Outcome.UNREADABLE | Outcome.SAME:
            return str(comparison.outcome)


def numbers(comparison: Comparison) -> str:
    """Say how much is different; empty where there is nothing to measure."""
    seen = comparison.difference
    if seen is None or comparison.outcome is Outcome.UNREADABLE:
        return ""
    sizes = _sizes(seen)
    if comparison.outcome is not Outcome.CHANGED or seen.kind in QUIET[:3]:
        return sizes
    return ", ".join(part for part in (sizes, _extent(seen)) if part)


def rank(comparison: Comparison) -> tuple[int, int, float, str]:
    """Give the place of a comparison in a list: what most needs eyes first."""
    seen = comparison.difference
    quiet = comparison.outcome is Outcome.CHANGED and seen is not None and seen.kind in QUIET
    place = ("unreadable", _UNMATCHED, "changed", "added", "removed", "same").index(sort_of(comparison))
    return (int(quiet), place, -(seen.ratio if seen else 0.0), comparison.name)


def _sizes(seen: Difference) -> str:
    before, after = seen.golden_size, seen.candidate_size
    if before and after and before != after:
        return f"{before} → {after}"
    if before and after:
        return ""
    return str(after or before or "")


def _extent(seen: Difference) -> str:
    if not seen.golden_size or not seen.candidate_size:  # one side alone was drawn: lines are all that was counted
        return _lines(seen.pixels)
    return ", ".join(part for part in (_lines(seen.lines), _pixels(seen)) if part)


def _lines(count: int) -> str:
    return f"{count:,} line{'' if count == 1 else 's'}" if count else ""


def _pixels(seen: Difference) -> str:
    if not seen.pixels:
        return f"{seen.antialiased:,}{_SPACE}px of edges" if seen.antialiased else ""
    return f"{seen.pixels:,}{_SPACE}px ({share(seen.ratio)})"


def share(ratio: float) -> str:
    """Say a share as people read it; what is not nothing is never `0 %`."""
    percent = ratio * 100
    if 0 < percent < 0.01:
        return f"under 0.01{_SPACE}%"
    digits = 2 if percent < 1 else 1 if percent < 10 else 0
    return f"{percent:.{digits}f}{_SPACE}%"
