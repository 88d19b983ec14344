"""Write the page of a run as files: the same cards, styles and script, with nothing to decide and no server."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.compare import findings, places, reading
from app.compare.running import Evidence
from app.web import texts
from app.web.cards import Card, Shown, Side, card_of
from app.web.texts import Beside
from app.web.writing import HERE, TEMPLATES
from bots import sentences
from diffing.digests import digest
from diffing.formats import Format, sniff
from diffing.words import Comparison, Digest, Name, Outcome, Refused

FILES = "files"
_OURS = ("golddigger.css", "golddigger.js", "icon.svg")
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
_KEPT = re.compile(r"[0-9a-f]{64}\.[a-z]{3,4}")
_MOST_TEXTS = 500
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
    live: bool = False
    decidable: bool = False

    def picture(self, digest: Digest) -> str:
        """Give the address of a file."""
        return f"{FILES}/{digest}.{self.endings[digest]}"

    def difference(self, comparison: Comparison) -> str:
        """Give the address of the picture of what differs."""
        return f"{FILES}/{comparison.mask}.png"

    def alone(self, comparison: Comparison) -> str:
        """Give the address of one comparison."""
        return f"#c-{comparison.id}"


@dataclass(slots=True)
class Page:
    """A folder with a page in it. What an earlier page left there goes away."""

    folder: Path
    title: str
    _endings: dict[Digest, str] = field(default_factory=dict)
    _drawn: dict[str, Digest] = field(default_factory=dict)

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
        if evidence.drawn is not None:
            self._drawn[each.id] = digest(evidence.drawn)
            self._keep(self._drawn[each.id], evidence.drawn)

    def write(self, found: Sequence[Comparison]) -> None:
        """Write the page over what was kept. Raises Refused."""
        for name in _OURS:
            places.write(self.folder / name, (HERE / "static" / name).read_bytes())
        hall = self._hall([replace(each, mask=self._drawn.get(each.id)) for each in found])
        words = {"room": hall, "suites": hall.suites, "only": None, "texts": _Texts(self.folder, hall)}
        places.write(self.folder / "index.html", TEMPLATES.get_template("compared.html").generate(words))

    def _keep(self, name: Digest, content: bytes) -> None:
        ending = _ENDINGS.get(sniff(content), "bin")
        self._endings[name] = ending
        place = self.folder / FILES / f"{name}.{ending}"
        if not place.exists():
            places.write(place, content)

    def _hall(self, found: Sequence[Comparison]) -> Hall:
        return Hall(
            title=self.title,
            ending=findings.ending(found),
            counts=Counter(each.outcome for each in found),
            same=[each.name for each in found if not each.open],
            suites=[(title, [self._card(each) for each in members]) for title, members in _sections(found)],
            endings=self._endings,
        )

    def _card(self, each: Comparison) -> Card:
        """Show what the bytes are, whatever the name promises."""
        card = card_of(each, None)
        before, after = (self._side(side) for side in (card.before, card.after))
        kinds = {self._endings[side.digest] for side in (before, after) if side.digest}
        shown = Shown.PICTURE if kinds & _SHOWN else Shown.TEXT if kinds == {"txt"} else Shown.FILE
        return replace(card, before=before, after=after, shown=shown)

    def _side(self, side: Side) -> Side:
        ending = self._endings.get(side.digest, "") if side.digest else ""
        return replace(side, readable=side.readable and ending in {*_SHOWN, "txt"})


class _Texts:
    """The texts beside each other, one at a time, by their cards' ids."""

    def __init__(self, folder: Path, hall: Hall) -> None:
        self._folder, self._hall = folder, hall
        listed = [card for _, cards in hall.suites for card in cards if card.shown is Shown.TEXT]
        self._cards = {card.id: card for card in listed[:_MOST_TEXTS]}
        self._last: tuple[str, Beside | None] = ("", None)

    def get(self, id_: str) -> Beside | None:
        """Give what differs; None where it is no text, or too long."""
        if self._last[0] != id_:
            card = self._cards.get(id_)
            self._last = (id_, self._beside(card) if card else None)
        return self._last[1]

    def __getitem__(self, id_: str) -> Beside | None:
        return self.get(id_)

    def _beside(self, card: Card) -> Beside | None:
        before, after = (self._text(side.digest) for side in (card.before, card.after))
        return texts.lay(card, before, after, texts.MOST_LINES)

    def _text(self, name: Digest | None) -> str | None:
        if name is None:
            return ""
        try:
            return texts.shown(reading.read(str(self._folder / self._hall.picture(name))))
        except Refused:
            return None


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
