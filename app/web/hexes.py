"""Show bytes side by side, for those comparisons that are neither pictures nor texts."""

from __future__ import annotations

from collections.abc import Iterable

from app.web.cards import Card, Shown
from app.web.site import Site
from diffing import formats, hexview
from diffing.formats import Format
from diffing.hexview import Row
from diffing.words import Digest, Outcome, Refused

_MOST_BYTES = 8 * 1024 * 1024
_MOST_ON_A_PAGE = 10


def of_cards(site: Site, cards: Iterable[Card]) -> dict[str, tuple[Row, ...]]:
    """Give by card the rows around the first byte that differs; none where it can be read or drawn."""
    bare = [card for card in cards if _is_bare(card)]
    found = ((card.id, _rows(site, card)) for card in bare[:_MOST_ON_A_PAGE])
    return {id_: rows for id_, rows in found if rows}


def _is_bare(card: Card) -> bool:
    changed = card.comparison.outcome is Outcome.CHANGED
    return changed and card.shown is not Shown.PICTURE and not card.drawn


def _rows(site: Site, card: Card) -> tuple[Row, ...]:
    before, after = _bytes(site, card.before.digest), _bytes(site, card.after.digest)
    if before is None or after is None or formats.sniff(before) is formats.sniff(after) is Format.TEXT:
        return ()
    return hexview.rows(before, after)


def _bytes(site: Site, digest: Digest | None) -> bytes | None:
    """None: there is none, it is too long, or gone."""
    if digest is None:
        return None
    try:
        content = site.parts.blobs.get(digest)
    except Refused:
        return None
    return content if len(content) <= _MOST_BYTES else None
