"""Write the page of a run as files: its list, stage, styles and scripts, with nothing to decide and no server."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.compare import findings, places, reading
from app.compare.running import Evidence
from app.web import lists, texts
from app.web.cards import Card, Shown, Side, card_of
from app.web.texts import Beside
from app.web.writing import HERE, TEMPLATES
from bots import sentences
from diffing import hexview
from diffing.digests import digest
from diffing.formats import Format, is_svg, sniff
from diffing.hexview import Row
from diffing.words import Comparison, Digest, Name, Outcome, Refused

FILES = "files"
_OURS = ("golddigger.css", "golddigger.js", "viewer.js", "icon.svg")
_ENDINGS: Mapping[Format, str] = {
    Format.PNG: "png",
    Format.JPEG: "jpg",
    Format.GIF: "gif",
    Format.WEBP: "webp",
    Format.BMP: "bmp",
    Format.TIFF: "tif",
    Format.AVIF: "avif",
    Format.PDF: "pdf",
    Format.TEXT: "txt",
}
"""SVG and HTML are text: a browser that opens such a file shows it, and runs nothing."""
_SHOWN = frozenset({"png", "jpg", "gif", "webp"})
_DRAWN = frozenset({"bmp", "tif", "avif", "pdf"})
_BY_ENDING = {"txt": Shown.TEXT, "pdf": Shown.PAGES}
_KEPT = re.compile(r"[0-9a-f]{64}\.[a-z]{3,4}")
_MOST_THUMBNAIL = 4_000_000
"""Pixels of a picture that the list shows small: a browser reads all of it to do so."""
_MOST_READ = 500
"""So many texts and other files are laid out on a page."""
_SECTIONS = (Outcome.UNREADABLE, Outcome.CHANGED, Outcome.ADDED, Outcome.REMOVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """What the page shows, under the names by which the templates ask a run's page for it."""

    title: str
    ending: int
    counts: Mapping[Outcome, int]
    same: Sequence[Name]
    suites: Sequence[tuple[str, Sequence[Card]]]
    endings: Mapping[Digest, str]
    """What the files' names end in."""
    sheets: Mapping[Digest, Digest]
    """By the files that browsers do not show, the pictures of them."""
    masks: Mapping[str, Digest]
    """By comparison, the picture of what differs alone."""
    live: bool = False
    decidable: bool = False

    def picture(self, digest: Digest) -> str:
        """Give the address of a file."""
        return f"{FILES}/{digest}.{self.endings[digest]}"

    def drawn(self, digest: Digest) -> str:
        """Give the address of a file as it is drawn, where browsers show no such file; empty where nobody can."""
        return f"{FILES}/{self.sheets[digest]}.png" if digest in self.sheets else ""

    def difference(self, comparison: Comparison) -> str:
        """Give the address of the picture of what differs."""
        return f"{FILES}/{comparison.mask}.png"

    def marks(self, comparison: Comparison) -> str:
        """Give the address of what differs alone, to be laid over the candidate."""
        return f"{FILES}/{self.masks[comparison.id]}.png"

    def thumbnail(self, card: Card) -> str:
        """Give the address of a picture for the list; empty where there is none, or it is too large for that."""
        for side in (card.after, card.before):
            if (
                side.digest
                and side.readable
                and side.size
                and side.size.width * side.size.height <= _MOST_THUMBNAIL
            ):
                return self.picture(side.digest) if card.shown is Shown.PICTURE else self.drawn(side.digest)
        return ""


@dataclass(slots=True)
class Page:
    """A folder with a page in it. What an earlier page left there goes away."""

    folder: Path
    title: str
    _endings: dict[Digest, str] = field(default_factory=dict)
    _sheets: dict[Digest, Digest] = field(default_factory=dict)
    _drawn: dict[str, Digest] = field(default_factory=dict)
    _masks: dict[str, Digest] = field(default_factory=dict)

    def __post_init__(self) -> None:
        places.make(self.folder / FILES)
        for old in (self.folder / FILES).iterdir():
            if _KEPT.fullmatch(old.name):
                places.remove(old)

    def keep(self, evidence: Evidence) -> None:
        """Copy the files of one golden under their digests. Raises Refused."""
        each = evidence.comparison
        for name, content in ((each.golden, evidence.golden), (each.candidate, evidence.candidate)):
            if name is not None and content is not None:
                self._keep(name, content)
                if (ending := self._endings[name]) in _DRAWN or (ending == "txt" and is_svg(content)):
                    self._keep_sheet(name, evidence.sheet(content))
        if evidence.drawn is not None:
            self._drawn[each.id] = digest(evidence.drawn)
            self._keep(self._drawn[each.id], evidence.drawn)
            if evidence.mask is not None:
                self._masks[each.id] = digest(evidence.mask)
                self._keep(self._masks[each.id], evidence.mask)

    def write(self, found: Sequence[Comparison]) -> None:
        """Write the page over what was kept. Raises Refused."""
        for name in _OURS:
            places.write(self.folder / name, (HERE / "static" / name).read_bytes())
        hall = self._hall([replace(each, mask=self._drawn.get(each.id)) for each in found])
        files = _Files(self.folder, hall)
        listed = lists.of_sections(hall.suites, hall.thumbnail)
        words = {"room": hall, "listed": listed, "current": "", "texts": _Texts(files), "hexes": _Hexes(files)}
        places.write(self.folder / "index.html", TEMPLATES.get_template("compared.html").generate(words))

    def _keep(self, name: Digest, content: bytes) -> None:
        ending = _ENDINGS.get(sniff(content), "bin")
        self._endings[name] = ending
        place = self.folder / FILES / f"{name}.{ending}"
        if not place.exists():
            places.write(place, content)

    def _keep_sheet(self, name: Digest, sheet: bytes | None) -> None:
        if sheet is not None:
            self._sheets[name] = digest(sheet)
            self._keep(self._sheets[name], sheet)

    def _hall(self, found: Sequence[Comparison]) -> Hall:
        return Hall(
            title=self.title,
            ending=findings.ending(found),
            counts=Counter(each.outcome for each in found),
            same=[each.name for each in found if not each.open],
            suites=[(title, [self._card(each) for each in members]) for title, members in _sections(found)],
            endings=self._endings,
            sheets=self._sheets,
            masks=self._masks,
        )

    def _card(self, each: Comparison) -> Card:
        """Show what the bytes are, whatever the name promises."""
        card = card_of(each, None)
        kinds = {self._endings[side.digest] for side in (card.before, card.after) if side.digest}
        shown = Shown.PICTURE if kinds & _SHOWN else _BY_ENDING.get("".join(kinds), Shown.FILE)
        before, after = (self._side(side, shown) for side in (card.before, card.after))
        return replace(card, before=before, after=after, shown=shown)

    def _side(self, side: Side, shown: Shown) -> Side:
        if side.digest is None:
            return side
        drawn = self._endings[side.digest] in _SHOWN if shown is Shown.PICTURE else side.digest in self._sheets
        return replace(side, readable=side.readable and drawn)


class _Files:
    """The files that were kept, by card and side, as long as there are not too many for a page."""

    def __init__(self, folder: Path, hall: Hall) -> None:
        self._folder, self._hall = folder, hall
        listed = [card for _, cards in hall.suites for card in cards if card.shown is not Shown.PICTURE]
        self.cards = {card.id: card for card in listed[:_MOST_READ]}

    def both(self, card: Card) -> tuple[bytes, bytes] | None:
        """Give before and after, nothing for a side that is not there; None where one cannot be read."""
        try:
            before, after = (self._bytes(side.digest) for side in (card.before, card.after))
        except Refused:
            return None
        return before, after

    def _bytes(self, name: Digest | None) -> bytes:
        return b"" if name is None else reading.read(str(self._folder / self._hall.picture(name)))


class _Texts:
    """The texts beside each other, by their cards' ids. Only the last one is kept: a page may have many."""

    def __init__(self, files: _Files) -> None:
        self._files = files
        self._last: tuple[str, Beside | None] = ("", None)

    def get(self, id_: str) -> Beside | None:
        """Give what differs; None where it is no text, or too long."""
        if self._last[0] != id_:
            self._last = (id_, self._beside(self._files.cards.get(id_)))
        return self._last[1]

    def __getitem__(self, id_: str) -> Beside | None:
        return self.get(id_)

    def _beside(self, card: Card | None) -> Beside | None:
        if card is None or card.shown is not Shown.TEXT or (both := self._files.both(card)) is None:
            return None
        before, after = both
        return texts.lay(card, texts.shown(before), texts.shown(after), texts.MOST_LINES)


class _Hexes:
    """Where other bytes begin to differ, by their cards' ids."""

    def __init__(self, files: _Files) -> None:
        self._files = files

    def get(self, id_: str) -> tuple[Row, ...]:
        """Give the rows around the first byte that differs; none where the files can be read or drawn."""
        card = self._files.cards.get(id_)
        both = self._files.both(card) if card and card.shown is Shown.FILE and not card.drawn else None
        there = card is not None and card.before.digest and card.after.digest
        return hexview.rows(*both) if both and there else ()

    def __getitem__(self, id_: str) -> tuple[Row, ...]:
        return self.get(id_)


def _sections(found: Sequence[Comparison]) -> Iterator[tuple[str, list[Comparison]]]:
    """Give the same change together, and the rest by outcome: first what most needs eyes."""
    groups = findings.grouped(found)
    single = [members[0] for members in groups if len(members) == 1]
    for outcome in _SECTIONS:
        if outcome is Outcome.CHANGED:
            yield from (
                (f"The same change: {sentences.what(members[0])}", members)
                for members in groups
                if len(members) > 1
            )
        if alone := [each for each in single if each.outcome is outcome]:
            yield outcome.capitalize(), alone
