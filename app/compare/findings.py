"""Say what came of comparing many: how it ended, and which are the same change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bots import sentences
from diffing import groups
from diffing.words import Comparison, Outcome

SAME, DIFFERENT, NOT_COMPARED = 0, 1, 2
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def ending(found: Iterable[Comparison]) -> int:
    """Give the exit code, as `diff` does: what could not be compared goes before what is different."""
    outcomes = {each.outcome for each in found}
    if Outcome.UNREADABLE in outcomes:
        return NOT_COMPARED
    return SAME if outcomes <= {Outcome.SAME} else DIFFERENT


def unite(found: Sequence[Comparison]) -> list[Comparison]:
    """Give the members of one group one fingerprint."""
    changed = {each.id: each.difference for each in found if each.outcome is Outcome.CHANGED and each.difference}
    united = dict(zip(changed, groups.unite(list(changed.values())), strict=True))
    return [replace(each, difference=united.get(each.id, each.difference)) for each in found]


def grouped(found: Iterable[Comparison]) -> list[list[Comparison]]:
    """Give what is not the same, the same change together: first what most needs eyes."""
    groups: dict[tuple[str, str], list[Comparison]] = {}
    for each in found:
        if each.open:
            groups.setdefault(_key(each), []).append(each)
    for members in groups.values():
        members.sort(key=lambda each: each.name)
    return sorted(groups.values(), key=lambda members: min(map(sentences.rank, members)))


def reason(each: Comparison) -> str:
    """Give the sentence about a comparison; empty where there is none to say."""
    return each.why or (each.difference.why if each.difference else "")


def plain(text: str) -> str:
    """Leave of a name what cannot steer a terminal, turn a line around, or stand in no XML 1.0 (§ 2.2)."""
    return "".join(char if char.isprintable() or char == NO_BREAK_SPACE else "�" for char in text)


def _key(each: Comparison) -> tuple[str, str]:
    print_ = each.difference.fingerprint if each.difference and each.outcome is Outcome.CHANGED else ""
    return ("change", print_) if print_ else ("alone", each.id)
