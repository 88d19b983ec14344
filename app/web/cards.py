"""Lay out how one comparison is shown. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from types import MappingProxyType

from diffing.formats import EXTENSIONS, Format
from diffing.words import Comparison, Decision, Digest, Kind, Opinion, Outcome, Size

_KINDS = {
    Kind.ENCODING_ONLY: "The pixels are the same, in other bytes.",
    Kind.METADATA_ONLY: "The pixels are the same; what else stands in the file differs.",
    Kind.FORMATTING_ONLY: "It means the same; only its formatting differs.",
    Kind.RESIZED: "It has another size.",
    Kind.ANTIALIASING_ONLY: "Only smoothed edges differ.",
    Kind.SHIFTED: "Part of it moved.",
    Kind.RECOLOURED: "The same forms have other colours.",
}
"""What is said of a kind where the comparison itself says nothing. Other content is seen, not told."""
_ALL_KEPT: Mapping[Digest, datetime] = MappingProxyType({})


class Shown(StrEnum):
    """How a comparison is shown."""

    PICTURE = "picture"
    TEXT = "text"
    PAGES = "pages"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Side:
    """What stood before, or would stand after."""

    title: str
    digest: Digest | None
    """None where there is nothing on this side."""
    size: Size | None
    readable: bool
    since: datetime | None = None
    """When its file was deleted; None while it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One comparison, with what was said of it."""

    comparison: Comparison
    shown: Shown
    before: Side
    after: Side
    opinion: Opinion | None
    who: str

    @property
    def id(self) -> str:
        """The comparison's id."""
        return self.comparison.id

    @property
    def has_difference(self) -> bool:
        """Is there a third picture, of what differs?"""
        sides = (self.before, self.after)
        both = all(side.digest is not None and side.since is None for side in sides)
        return both and self.comparison.mask is not None and (self.shown is Shown.PICTURE or self.drawn)

    @property
    def drawn(self) -> bool:
        """Is it no picture to a browser, but can be drawn as one: an SVG, a PDF, a TIFF?"""
        return self.shown is not Shown.PICTURE and self.largest is not None

    @property
    def largest(self) -> Size | None:
        """The size of the difference's picture; None where it is not known."""
        sizes = [side.size for side in (self.before, self.after) if side.size]
        if not sizes:
            return None
        return Size(max(size.width for size in sizes), max(size.height for size in sizes))

    @property
    def lie(self) -> str:
        """How its pictures lie best: wide ones in a row or a column, tall ones whole, long ones to be scrolled.

        Tall ones of two sizes are long too: shown whole they would stand in two scales."""
        if self.shown is Shown.PAGES:
            return "long"
        if self.largest is None or self.largest.height <= self.largest.width:
            return "wide"
        sizes = {side.size for side in (self.before, self.after) if side.size}
        return "tall" if len(sizes) == 1 and self.largest.height <= 3 * self.largest.width else "long"

    @property
    def why(self) -> tuple[str, ...]:
        """The sentences about it, each once."""
        found = self.comparison.difference.why if self.comparison.difference else ""
        said = (self.comparison.why, found or self._kind, self._moved)
        return tuple(dict.fromkeys(why for why in said if why))

    @property
    def boxes(self) -> list[tuple[int, int, int, int]]:
        """Where it differs, as left, top, width and height in pixels, largest first."""
        found = self.comparison.difference
        return [(box.left, box.top, box.width, box.height) for box in found.boxes] if found else []

    @property
    def _moved(self) -> str:
        shift = self.comparison.difference.shift if self.comparison.difference else None
        return f"{str(shift).capitalize()}." if shift else ""

    @property
    def _kind(self) -> str:
        found = self.comparison.difference
        return _KINDS.get(found.kind, "") if found and found.kind else ""


def card_of(
    comparison: Comparison, last: Decision | None, forgotten: Mapping[Digest, datetime] = _ALL_KEPT
) -> Card:
    """Show one comparison, with the last thing that was said of its candidate.

    `forgotten`: the files that are not kept any more, and since when."""
    spoken = last is not None and last.opinion is not Opinion.WITHDRAWN and comparison.decidable
    found = comparison.difference
    unreadable = comparison.outcome is Outcome.UNREADABLE
    shown = _shown(comparison)
    golden_size = found.golden_size if found else None
    candidate_size = found.candidate_size if found else None
    return Card(
        comparison=comparison,
        shown=shown,
        before=_side("Before", comparison.golden, golden_size, forgotten, readable=True),
        after=_side("After", comparison.candidate, candidate_size, forgotten, readable=not unreadable),
        opinion=last.opinion if last and spoken else None,
        who=last.who if last and spoken else "",
    )


def _side(
    title: str,
    digest: Digest | None,
    size: Size | None,
    forgotten: Mapping[Digest, datetime],
    *,
    readable: bool,
) -> Side:
    return Side(title, digest, size, readable, forgotten.get(digest) if digest else None)


def _shown(comparison: Comparison) -> Shown:
    promised = EXTENSIONS.get(PurePosixPath(comparison.name).suffix.lower(), Format.TEXT)
    if promised is Format.PDF:
        return Shown.PAGES
    if promised in (Format.BMP, Format.TIFF, Format.AVIF):  # not every browser shows them
        return Shown.FILE
    return Shown.PICTURE if promised.is_image else Shown.TEXT
