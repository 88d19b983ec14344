"""Compare two files of text: by their lines, and an SVG also as it is drawn."""

from __future__ import annotations

from dataclasses import replace

from diffing import fingerprints, formats, pictures, svgs, text
from diffing.words import Difference, Kind, Refused, Rules

_MARK = "\ufeff".encode()


def compare(golden: bytes, candidate: bytes, rules: Rules) -> Difference:
    """Compare two texts of other bytes. Where drawings are measured too, `lines` counts lines, `pixels` pixels."""
    before, after = formats.text_of(golden) or "", formats.text_of(candidate) or ""
    found = text.compare(before, after, _mark(golden, candidate))
    if not (formats.is_svg(candidate) and svgs.available()):
        return found
    if not rules.draw:
        return _remarked(found, "It was not drawn: that took too much time or memory.")
    return _drawn(golden, candidate, rules, found)


def _mark(golden: bytes, candidate: bytes) -> str:
    """Say that a byte order mark came or went."""
    if golden.startswith(_MARK) == candidate.startswith(_MARK) or not golden:
        return ""
    return f"The byte order mark at its beginning is {'gone' if golden.startswith(_MARK) else 'new'}."


def _drawn(golden: bytes, candidate: bytes, rules: Rules, found: Difference) -> Difference:
    try:
        after = svgs.read(candidate, most_pixels=rules.most_pixels)
    except Refused as refused:
        return _remarked(found, f"Not drawn: the candidate {refused}.")
    alone = replace(found, candidate_size=after.size)
    if not formats.is_svg(golden):
        return alone
    try:
        before = svgs.read(golden, most_pixels=rules.most_pixels)
        seen = pictures.compare(before, after, rules)
    except Refused as refused:
        return _remarked(alone, f"Not drawn beside its golden, which {refused}.")
    if seen.kind in (Kind.ENCODING_ONLY, Kind.METADATA_ONLY):
        told = _alike(golden, candidate, found, seen)
    else:
        exchange = fingerprints.beside(seen.exchange, found.fingerprint)
        told = replace(seen, lines=found.pixels, exchange=exchange, why=f"{found.why} {seen.why}".strip())
    if not svgs.lacks_fonts(candidate):
        return told
    return _remarked(told, "This machine has no fonts, so the texts in it are not drawn.")


def _alike(golden: bytes, candidate: bytes, found: Difference, seen: Difference) -> Difference:
    """Tell of drawings without a difference.

    That alone is no *formatting only*: what no picture shows (a script, a title, a text that there is no font for)
    may be another one."""
    told = replace(
        found,
        golden_size=seen.golden_size,
        candidate_size=seen.candidate_size,
        lines=found.pixels,
        pixels=0,
        ratio=0.0,
    )
    if found.kind is Kind.FORMATTING_ONLY:
        return told
    if svgs.same_writing(golden, candidate):
        return replace(told, kind=Kind.FORMATTING_ONLY, why="The same drawing, written in another way.")
    return _remarked(told, "Drawn, every pixel is the same.")


def _remarked(found: Difference, remark: str) -> Difference:
    return replace(found, why=f"{found.why} {remark}".strip())
