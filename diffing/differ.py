"""Compare a golden's bytes with a candidate's. Never raises, whatever the bytes are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from diffing import formats, images, pictures, text
from diffing.formats import Format, sniff
from diffing.images import Picture
from diffing.words import Difference, Kind, Outcome, Refused, Rules, Tolerance


def differ(golden: bytes, candidate: bytes, rules: Rules) -> Difference:
    """Measure what differs, by pixels, by lines or by bytes, as the bytes themselves ask for.

    Only equal bytes, and nothing else, are *same*: whether a small difference is to be let pass is `within`'s
    question. The threshold and the ignored boxes of the rules do bear on what is counted."""
    if golden == candidate:
        return Difference(outcome=Outcome.SAME)
    try:
        return _differ(golden, candidate, rules)
    except MemoryError:
        return unreadable("needs more memory to compare than it may have: draw a smaller one")


def within(difference: Difference, tolerance: Tolerance) -> bool:
    """Tell whether so little differs that the golden counts as unchanged.

    Only pictures of one size can be: a changed line of text is a change, however long the text."""
    if difference.outcome is Outcome.SAME:
        return True
    if difference.golden_size is None or difference.golden_size != difference.candidate_size:
        return False
    return difference.pixels <= tolerance.pixels or difference.ratio <= tolerance.ratio


def unreadable(clause: str) -> Difference:
    """Give the difference of a candidate that cannot be compared; the clause goes on from "The candidate"."""
    return Difference(outcome=Outcome.UNREADABLE, why=f"The candidate {clause}.")


def _differ(golden: bytes, candidate: bytes, rules: Rules) -> Difference:
    before, after = sniff(golden), sniff(candidate)
    if after.is_image:
        return _pictures(golden, candidate, rules)
    if before.is_image:
        return unreadable(formats.no_image(candidate))
    if before is after is Format.TEXT:
        return text.compare(formats.text_of(golden) or "", formats.text_of(candidate) or "")
    return _bytes(golden, candidate)


def _pictures(golden: bytes, candidate: bytes, rules: Rules) -> Difference:
    try:
        after = images.read(candidate, most_pixels=rules.most_pixels)
    except Refused as refused:
        return unreadable(str(refused))
    try:
        before = images.read(golden, most_pixels=rules.most_pixels)
    except Refused as refused:
        return _golden_unreadable(after, str(refused))
    found = pictures.compare(before, after, rules)
    return replace(found, why=" ".join(filter(None, (found.why, _remark(golden, candidate, found)))))


def _remark(golden: bytes, candidate: bytes, found: Difference) -> str:
    before, after = sniff(golden), sniff(candidate)
    if before is not after:
        return f"{before} became {after}."
    if not found.largest and (images.is_deep(golden) or images.is_deep(candidate)):
        return "Of 16 bits a channel, 8 are compared."
    return ""


def _golden_unreadable(candidate: Picture, clause: str) -> Difference:
    return Difference(
        outcome=Outcome.CHANGED,
        kind=Kind.CONTENT,
        candidate_size=candidate.size,
        why=f"The golden {clause.partition(':')[0]}. Approving replaces it by the candidate.",
    )


def _bytes(golden: bytes, candidate: bytes) -> Difference:
    shortest = min(len(golden), len(candidate))
    unlike = np.frombuffer(golden, np.uint8, shortest) != np.frombuffer(candidate, np.uint8, shortest)
    at = int(unlike.argmax()) if unlike.any() else shortest
    lengths = f"{len(golden)} bytes" + ("" if len(golden) == len(candidate) else f" became {len(candidate)}")
    return Difference(
        outcome=Outcome.CHANGED, kind=Kind.CONTENT, why=f"{lengths}; the first other byte is at {at} ({at:#x})."
    )
