"""Find the same change in several goldens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from diffing.words import Difference


def unite(differences: Sequence[Difference]) -> list[Difference]:
    """Give differences of one change one fingerprint: the least of them all.

    One change has the same form, or removes and adds the same pixels. What is like the one and like the other
    brings both together. Which of a group's pictures are the same to the pixel, `exchange` tells."""
    leaders = _leaders(_marks(each) for each in differences)
    names = dict[int, str]()
    for each, leader in zip(differences, leaders, strict=True):
        names[leader] = min(names.get(leader, each.fingerprint), each.fingerprint)
    return [
        replace(each, fingerprint=names[leader]) if each.fingerprint else each
        for each, leader in zip(differences, leaders, strict=True)
    ]


def _marks(difference: Difference) -> tuple[str, ...]:
    """Give by what a difference is known again: its form, and what it exchanged."""
    if not difference.fingerprint:
        return ()
    exchanged = [f"exchange {difference.exchange}"] if difference.exchange else []
    return (f"form {difference.fingerprint}", *exchanged)


def _leaders(marked: Iterable[tuple[str, ...]]) -> list[int]:
    """Give for each the first that it is connected with by equal marks (disjoint sets, by halving paths)."""
    leader, first = list[int](), dict[str, int]()
    for at, marks in enumerate(marked):
        leader.append(at)
        for mark in marks:
            one, two = _found(leader, first.setdefault(mark, at)), _found(leader, at)
            leader[max(one, two)] = min(one, two)
    return [_found(leader, at) for at in range(len(leader))]


def _found(leader: list[int], at: int) -> int:
    while leader[at] != at:
        leader[at] = leader[leader[at]]
        at = leader[at]
    return at
