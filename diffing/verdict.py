"""Say what follows from comparisons and decisions. A decision counts for the very candidate it saw, by digest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from diffing.words import Comparison, Decision, Opinion, Verdict


def opinions(comparisons: Iterable[Comparison], decisions: Iterable[Decision]) -> Mapping[str, Opinion | None]:
    """Give by comparison id the last opinion of its candidate; None where it is undecided or not decidable.

    `decisions` stand oldest first."""
    last = {(each.name, each.candidate): each.opinion for each in decisions}
    return {
        each.id: _standing(last.get((each.name, each.candidate))) if each.decidable else None
        for each in comparisons
    }


def judge(comparisons: Sequence[Comparison], decisions: Iterable[Decision]) -> Verdict:
    """Derive the verdict: one rejection rejects; what nobody can decide on keeps it pending."""
    said = opinions(comparisons, decisions)
    return verdict_of({said[each.id] for each in comparisons if each.open})


def verdict_of(held: Collection[Opinion | None]) -> Verdict:
    """Derive the verdict from what is held of all that calls for a look; None: nobody decided, or nobody can."""
    if Opinion.REJECTED in held:
        return Verdict.REJECTED
    if None in held:
        return Verdict.PENDING
    return Verdict.APPROVED if held else Verdict.PASSED


def _standing(opinion: Opinion | None) -> Opinion | None:
    return None if opinion is Opinion.WITHDRAWN else opinion
