"""Compare a golden's bytes with a candidate's. Never raises, whatever the bytes are."""

from __future__ import annotations

from dataclasses import replace

from diffing import depth, formats, images, pictures
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

    Only pictures can be, of one size or as near to it as the tolerance says: a changed line of text is a change,
    however long the text, and however little its drawing differs."""
    if difference.outcome is Outcome.SAME:
        return True
    before, after = difference.golden_size, difference.candidate_size
    if before is None or after is None or difference.lines or difference.kind is Kind.FORMATTING_ONLY:
        return False
    if max(abs(before.width - after.width), abs(before.height - after.height)) > tolerance.size:
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
    if before is Format.PDF is not after:
        return unreadable(formats.no_pdf(candidate))
    return _others(golden, candidate, rules)


def _others(golden: bytes, candidate: bytes, rules: Rules) -> Difference:
    """Compare what is no image; what that takes is imported only where there is some."""
    if sniff(candidate) is Format.PDF:
        from diffing import pdfs

        return pdfs.compare(golden, candidate, rules)
    if sniff(golden) is sniff(candidate) is Format.TEXT:
        from diffing import written

        return written.compare(golden, candidate, rules)
    from diffing import hexview

    return hexview.compare(golden, candidate)


def _pictures(golden: bytes, candidate: bytes, rules: Rules) -> Difference:
    before, after = images.look_at_both(golden, candidate, most_pixels=rules.most_pixels)
    if isinstance(after, Refused):
        return unreadable(str(after))
    if isinstance(before, Refused):
        return _golden_unreadable(after, str(before))
    try:
        found = pictures.compare(before, after, rules)
    except Refused as refused:
        return unreadable(f"cannot be compared: {refused}")
    return _with_depth(golden, candidate, _with_format(golden, candidate, found))


def _with_format(golden: bytes, candidate: bytes, found: Difference) -> Difference:
    before, after = sniff(golden), sniff(candidate)
    return found if before is after else _remarked(found, f"{before} became {after}.")


def _with_depth(golden: bytes, candidate: bytes, found: Difference) -> Difference:
    """Say what lies below the 8 bits that are compared, where those are the same."""
    if found.largest or not (depth.deep(golden) or depth.deep(candidate)):
        return found
    match depth.differ_below(golden, candidate):
        case True:
            why = "Only the lower 8 of 16 bits a sample differ; the upper 8 are compared."
            return replace(found, kind=Kind.CONTENT, why=why)
        case False:
            return found
    return _remarked(found, "Of 16 bits a sample, 8 are compared.")


def _remarked(found: Difference, remark: str) -> Difference:
    return replace(found, why=f"{found.why} {remark}".strip())


def _golden_unreadable(candidate: Picture, clause: str) -> Difference:
    return Difference(
        outcome=Outcome.CHANGED,
        kind=Kind.CONTENT,
        candidate_size=candidate.size,
        why=f"The golden {clause.partition(':')[0]}. Approving replaces it by the candidate.",
    )
