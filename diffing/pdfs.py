"""Draw the pages of a PDF that a stranger made, and compare two of them page by page."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.util import find_spec
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from diffing import fingerprints, formats, hexview, pictures, text
from diffing.formats import Format, sniff
from diffing.images import Picture, Pixels
from diffing.words import Difference, Kind, Outcome, Refused, Rules

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument  # type: ignore[import-untyped]

PIXELS_AN_INCH = 96
"""As browsers take it: an A4 page is 794 × 1123 pixels."""
MOST_PAGES = 500
_POINTS_AN_INCH = 72
_ASKS_FOR_A_PASSWORD = 4  # FPDF_ERR_PASSWORD
_MOST_NAMED = 6
_MOST_ENTRIES = 10_000
_ONE_AT_A_TIME = Lock()
"""The library is not made for threads, and all of it begins anew with each file."""
TEXT, LINKS, OUTLINE = "text to copy", "links", "outline"
"""What a page does not show and its reader uses: no tolerance lets that pass, as in any text."""
_MISSING = "To see its pages compared, install Golddigger with the extra `golddigger[pdf]`."


def available() -> bool:
    """Is the extra `golddigger[pdf]` installed?"""
    return find_spec("pypdfium2") is not None


def compare(golden: bytes, candidate: bytes, rules: Rules) -> Difference:
    """Compare a PDF with what was there before, page by page; by bytes where nothing can draw it."""
    if not available():
        return hexview.compare(golden, candidate, _MISSING)
    try:
        after = read(candidate, most_pixels=rules.most_pixels)
    except Refused as refused:
        return Difference(outcome=Outcome.UNREADABLE, why=f"The candidate {refused}.")
    if sniff(golden) is not Format.PDF:
        became = f"What was {formats.what(golden)} became a PDF document." if golden else ""
        return _instead(after, became)
    try:
        before = read(golden, most_pixels=rules.most_pixels)
    except Refused as refused:
        return _instead(
            after, f"The golden {str(refused).partition(':')[0]}. Approving replaces it by the candidate."
        )
    try:
        return _told(before, after, pictures.compare(before, after, rules))
    except Refused as refused:
        return Difference(outcome=Outcome.UNREADABLE, why=f"The candidate cannot be compared: {refused}.")


def read(content: bytes, *, most_pixels: int) -> Picture:
    """Draw each page as a frame, on white, without forms; no script runs and nothing is loaded.

    The pages' boxes are judged before any is drawn. Raises Refused with a clause."""
    if not available():
        raise Refused("is a PDF, and nothing that draws PDFs is installed: add the extra `golddigger[pdf]`")
    with _ONE_AT_A_TIME, _opened(content) as document:
        sizes = list(_sizes(document, most_pixels))
        frames = tuple(_frame(document, index, width, height) for index, (width, height) in enumerate(sizes))
        return Picture(frames, {label: "\n".join(map(str, said)) for label, said in _said(document).items()})


@contextmanager
def _opened(content: bytes) -> Iterator[PdfDocument]:
    from pypdfium2 import PdfDocument, PdfiumError

    _begin_anew()
    try:
        document = PdfDocument(content)
    except PdfiumError as broken:
        if getattr(broken, "err_code", None) == _ASKS_FOR_A_PASSWORD:
            raise Refused("is a PDF that asks for a password: let CI keep it without one") from broken
        raise Refused("is a damaged PDF: let CI draw and keep it again") from broken
    try:
        yield document
    except PdfiumError as broken:
        raise Refused(f"is a PDF with a broken page ({broken}): let CI draw and keep it again") from broken
    except MemoryError as large:
        raise Refused("needs more memory than one PDF may have: draw a smaller one") from large
    finally:
        document.close()


def _begin_anew() -> None:
    """Have the library forget what it saw.

    It keeps what it made of a font that is not there, and draws the next file with that: the same page would look
    otherwise beside another one. Whoever else uses it in this process must have closed their documents."""
    import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

    pdfium.FPDF_DestroyLibrary()
    config = {"version": 2, "m_pUserFontPaths": None, "m_pIsolate": None, "m_v8EmbedderSlot": 0}
    pdfium.FPDF_InitLibraryWithConfig(pdfium.FPDF_LIBRARY_CONFIG(**config))


def _sizes(document: PdfDocument, most_pixels: int) -> Iterator[tuple[int, int]]:
    count, left = len(document), most_pixels
    if not count:
        raise Refused("is a PDF without pages: the test probably drew nothing")
    if count > MOST_PAGES:
        raise Refused(f"is a PDF of {count} pages; at most {MOST_PAGES} are compared: keep a shorter one")
    for index in range(count):
        width, height = (_pixels(side) for side in document.get_page_size(index))
        left -= width * height
        if left < 0:
            raise Refused(f"has more than {most_pixels / 1e6:g} megapixels in its pages: draw a smaller one")
        yield width, height


def _pixels(points: float) -> int:
    """Give a page's side in pixels: a page is never nothing, and what is no number is too much."""
    pixels = points * PIXELS_AN_INCH / _POINTS_AN_INCH
    return max(1, round(pixels)) if 0 <= pixels < 1e6 else 10**6


def _frame(document: PdfDocument, index: int, width: int, height: int) -> Pixels:
    import pypdfium2.raw as pdfium

    page = document[index]
    canvas: Pixels = np.full((height, width, 4), 255, np.uint8)
    bitmap = pdfium.FPDFBitmap_CreateEx(
        width, height, pdfium.FPDFBitmap_BGRA, canvas.ctypes.data_as(ctypes.c_void_p), width * 4
    )
    if not bitmap:
        raise Refused("needs more memory than one PDF may have: draw a smaller one")
    flags = pdfium.FPDF_REVERSE_BYTE_ORDER | pdfium.FPDF_ANNOT
    try:
        pdfium.FPDF_RenderPageBitmap(bitmap, page.raw, 0, 0, width, height, 0, flags)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
        page.close()
    canvas[:, :, 3] = 255
    return canvas


def _said(document: PdfDocument) -> dict[str, list[object]]:
    """Give what a PDF says without drawing it: what is told of it, what can be copied, where its links lead."""
    info = _tried(lambda: list(document.get_metadata_dict().items()))
    dates = [(key, value) for key, value in info if key.endswith("Date")]
    return {
        "dates": dates,
        "title, author or producer": [each for each in info if each not in dates],
        OUTLINE: _tried(lambda: [entry.get_title() for entry in islice(document.get_toc(4), _MOST_ENTRIES)]),
        TEXT: _tried(lambda: [_text(document, index) for index in range(len(document))]),
        LINKS: _tried(lambda: [each for index in range(len(document)) for each in _links(document, index)]),
    }


def _text(document: PdfDocument, index: int) -> str:
    page = document[index]
    written = page.get_textpage()
    try:
        return str(written.get_text_bounded())
    finally:
        written.close()
        page.close()


def _links(document: PdfDocument, index: int) -> Iterator[str]:
    """Give where the links of a page lead, as far as they lead out of the document."""
    import pypdfium2.raw as pdfium

    page = document[index]
    at, link = ctypes.c_int(0), pdfium.FPDF_LINK()
    for _ in range(_MOST_ENTRIES):
        if not pdfium.FPDFLink_Enumerate(page, at, link):
            break
        action = pdfium.FPDFLink_GetAction(link)
        length = pdfium.FPDFAction_GetURIPath(document, action, None, 0) if action else 0
        buffer = ctypes.create_string_buffer(length)
        pdfium.FPDFAction_GetURIPath(document, action, buffer, length) if length else None
        yield f"page {index + 1}: {buffer.raw!r}"
    page.close()


def _tried(ask: Callable[[], list[Any]]) -> list[Any]:
    """Ask for what is beside the pages: where it is broken, the pages are compared all the same."""
    with suppress(Exception):
        return ask()
    return []


def _instead(after: Picture, why: str) -> Difference:
    return Difference(outcome=Outcome.CHANGED, kind=Kind.CONTENT, candidate_size=after.size, why=why)


def _told(before: Picture, after: Picture, found: Difference) -> Difference:
    """Say it of pages: which differ, and how many there are."""
    one, two = len(before.frames), len(after.frames)
    found = replace(found, lines=_lines(before, after))
    if found.kind in (Kind.ENCODING_ONLY, Kind.METADATA_ONLY):
        why = found.why.replace("Every pixel is", "Every page looks")
        return replace(found, kind=Kind.CONTENT if found.lines else found.kind, why=why)
    differ = [n + 1 for n in range(max(one, two)) if not _same(before, after, n)]
    why = f"{_plural(one)} became {two}; " if one != two else ""
    named = ", ".join(map(str, differ[:_MOST_NAMED])) + (" and more" if len(differ) > _MOST_NAMED else "")
    verb = "page" if len(differ) == 1 else "pages"
    told = f"{why}{verb} {named} of {max(one, two)} {'differs' if len(differ) == 1 else 'differ'}."
    rest = "" if one != two else found.why
    unseen = (picture.facts[label] for picture in (before, after) for label in (TEXT, LINKS, OUTLINE))
    exchange = fingerprints.beside(found.exchange, *unseen)
    return replace(found, exchange=exchange, why=f"{told[0].upper()}{told[1:]} {rest}".strip())


def _lines(before: Picture, after: Picture) -> int:
    """Count the lines that differ in what a reader meets beside the pixels: dates and titles are none of that."""
    said = [(before.facts[label], after.facts[label]) for label in (TEXT, LINKS, OUTLINE)]
    return sum(text.compare(one, two).pixels or 1 for one, two in said if one != two)


def _same(before: Picture, after: Picture, index: int) -> bool:
    if index >= min(len(before.frames), len(after.frames)):
        return False
    return np.array_equal(before.frames[index], after.frames[index])


def _plural(count: int) -> str:
    return f"{count} page" if count == 1 else f"{count} pages"
