"""Set texts side by side, for those comparisons that are texts and small enough to stand on a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.web.cards import Card, Shown
from app.web.site import Site
from diffing import formats, legible, text
from diffing.text import Hunk
from diffing.words import Digest, Refused

_MOST_BYTES = 512 * 1024
_MOST_ON_A_PAGE = 20
MOST_LINES = 400
_MOST_LINES_ALONE = 5000


@dataclass(frozen=True, slots=True)
class Beside:
    """A golden's text beside its candidate's."""

    hunks: tuple[Hunk, ...]
    cut: bool
    """Is there more than is shown?"""

    @property
    def gaps(self) -> tuple[int, ...]:
        """By hunk, how many unchanged lines are left out before it."""
        ends = (0, *(_last(hunk) for hunk in self.hunks))
        return tuple(_first(hunk) - end - 1 for hunk, end in zip(self.hunks, ends, strict=False))


def of_cards(site: Site, cards: Iterable[Card]) -> dict[str, Beside]:
    """Give by card what differs in its text; a page of one card shows more of it."""
    texts = [card for card in cards if card.shown is Shown.TEXT and card.after.readable]
    most = _MOST_LINES_ALONE if len(texts) == 1 else MOST_LINES
    shown = ((card.id, _beside(site, card, most)) for card in texts[:_MOST_ON_A_PAGE])
    return {id_: beside for id_, beside in shown if beside is not None}


def _beside(site: Site, card: Card, most: int) -> Beside | None:
    return lay(card, _text(site, card.before.digest), _text(site, card.after.digest), most)


def lay(card: Card, before: str | None, after: str | None, most: int) -> Beside | None:
    """Lay two texts side by side, at most so many lines; None where one of them is none, or nothing differs."""
    if before is None or after is None:
        return None
    hunks = tuple(legible.hunk(_there(card, hunk)) for hunk in text.hunks(before, after, most=most))
    return Beside(hunks, sum(len(hunk.lines) for hunk in hunks) >= most) if hunks else None


def _first(hunk: Hunk) -> int:
    """Give the candidate's line at which a hunk begins."""
    return next((each.candidate for each in hunk.lines if each.candidate is not None), 1)


def _last(hunk: Hunk) -> int:
    return next((each.candidate for each in reversed(hunk.lines) if each.candidate is not None), 0)


def _there(card: Card, hunk: Hunk) -> Hunk:
    """Leave out the one empty line that a text of nothing has."""
    golden, candidate = card.before.digest is not None, card.after.digest is not None
    kept = (line for line in hunk.lines if (line.golden and golden) or (line.candidate and candidate))
    return Hunk(tuple(kept))


def _text(site: Site, digest: Digest | None) -> str | None:
    """Nothing is an empty text; None: it is no text, too long, or gone."""
    if digest is None:
        return ""
    try:
        return shown(site.parts.blobs.get(digest))
    except Refused:
        return None


def shown(content: bytes) -> str | None:
    """Read what can stand on a page as text; None: it is no text, or too long."""
    return formats.text_of(content) if len(content) <= _MOST_BYTES else None
