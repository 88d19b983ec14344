"""Read candidates: whole files, and pieces of files that hold more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import ParamSpec

from app.flow.parts import Parts
from app.flow.shelf import Shelf
from diffing import logged
from diffing.words import Digest, Form, Found, Member, Pair, Piece, Refused

P = ParamSpec("P")


class Cut:
    """The candidates of some pairs. Each log is read once, however many pictures stand in it."""

    def __init__(self, parts: Parts, kept: Shelf, pairs: Iterable[Pair]) -> None:
        self._parts = parts
        self._kept = kept
        self._logged: dict[tuple[Member, int], Digest] = {}
        self._broken: dict[tuple[Member, int], str] = {}
        for member, places in _in_logs(pairs).items():
            self._cut(member, places)

    def read(self, found: Found) -> bytes:
        """Give a candidate's bytes; Refused, in a sentence, where they cannot be had."""
        match found.piece:
            case Piece(Form.LOGGED, at):
                return self._from_log(found.member, at)
            case Piece(Form.THIRD):
                composite = self._kept.read(found.member)
                return _said(self._parts.cut, composite)
        return self._kept.read(found.member)

    def _from_log(self, member: Member, at: int) -> bytes:
        if (member, at) in self._broken:
            raise Refused(self._broken[member, at])
        return self._parts.blobs.get(self._logged[member, at])

    def _cut(self, member: Member, places: Iterable[int]) -> None:
        try:
            log = self._kept.read(member)
        except Refused as refused:
            self._broken |= dict.fromkeys(((member, at) for at in places), str(refused))
            return
        for at in places:
            try:
                self._logged[member, at] = self._parts.blobs.put(_said(logged.picture, log, at))
            except Refused as refused:
                self._broken[member, at] = str(refused)


def _said(cut: Callable[P, bytes], *args: P.args, **more: P.kwargs) -> bytes:
    """Cut, and make a sentence of the clause that a cut refuses with."""
    try:
        return cut(*args, **more)
    except Refused as refused:
        raise Refused(f"The candidate {refused}.") from refused


def _in_logs(pairs: Iterable[Pair]) -> Mapping[Member, list[int]]:
    places: defaultdict[Member, list[int]] = defaultdict(list)
    for pair in pairs:
        for each in (pair.found, *pair.found.earlier) if pair.found else ():
            if each.piece is not None and each.piece.form is Form.LOGGED:
                places[each.member].append(each.piece.at)
    return places
