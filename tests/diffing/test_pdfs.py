"""PDFs are compared page by page, as they are drawn."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffing import pdfs
from diffing.differ import differ, within
from diffing.words import Box, Difference, Kind, Outcome, Refused, Rules, Size, Tolerance
from tests.diffing import drawing
from tests.diffing.paper import Page, pdf

ONE = pdf()
BLUE = Page(draws="0 0 1 rg 20 20 30 30 re f")
LOCK = f"/Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4"
LOCKED = f"/ID [<00> <00>] /Encrypt << {LOCK} >>"
MOVED = Page(draws="0 0 1 rg 23 20 30 30 re f")


def found(golden: bytes, candidate: bytes) -> Difference:
    """Compare under the usual rules."""
    return differ(golden, candidate, Rules())


def test_a_page_is_a_frame_of_96_pixels_an_inch() -> None:
    """Two inches by one, white where nothing is drawn, each page of its own size."""
    picture = pdfs.read(pdf(Page(), Page(width=36, height=720)), most_pixels=10**7)
    assert picture.sizes == (Size(192, 96), Size(48, 960))
    assert picture.frames[0][5, 5].tolist() == [255, 255, 255, 255]
    assert picture.frames[0][60, 40].tolist() == [255, 0, 0, 255]


def test_other_dates_are_metadata() -> None:
    """What differs each time a PDF is made, and draws nothing, is told as such, and tolerated like a PNG's."""
    golden, candidate = (pdf(info={"CreationDate": f"D:2026112{n}120000Z", "Title": "Bill"}) for n in (4, 5))
    difference = found(golden, candidate)
    assert (difference.outcome, difference.kind, difference.pixels) == (Outcome.CHANGED, Kind.METADATA_ONLY, 0)
    assert difference.why == "Every page looks the same; other dates."
    assert difference.mask is None
    assert within(difference, Tolerance())


def test_other_ids_are_encoding() -> None:
    """A file's id is no part of what it shows."""
    golden, candidate = (pdf(trailer=f"/ID [<{id_ * 16}> <{id_ * 16}>]") for id_ in ("0a", "0b"))
    assert found(golden, candidate).kind is Kind.ENCODING_ONLY


@pytest.mark.parametrize(
    ("golden", "candidate", "said"),
    [
        (pdf(Page(link="https://a.example")), pdf(Page(link="https://b.example")), "other links"),
        (
            pdf(Page(draws="BT /F 12 Tf 3 Tr 10 10 Td (paid) Tj ET")),
            pdf(Page(draws="BT /F 12 Tf 3 Tr 10 10 Td (owed) Tj ET")),
            "other text to copy",
        ),
    ],
)
def test_what_no_page_shows_is_content(golden: bytes, candidate: bytes, said: str) -> None:
    """Where a link leads, or what is only copied: every page looks the same, and no tolerance lets it pass."""
    difference = found(golden, candidate)
    assert (difference.kind, difference.lines, difference.pixels) == (Kind.CONTENT, 1, 0)
    assert said in difference.why
    assert not within(difference, Tolerance(pixels=10**9, ratio=1.0))


def test_another_title_is_metadata() -> None:
    """What only the file's properties show is told, and tolerated."""
    difference = found(pdf(info={"Title": "a"}), pdf(info={"Title": "b"}))
    assert (difference.kind, difference.lines) == (Kind.METADATA_ONLY, 0)
    assert difference.why == "Every page looks the same; other title, author or producer."


def test_a_text_that_changed_does_not_pass_by_its_few_pixels() -> None:
    """12 that became 13 is a handful of pixels, and another text; a line drawn a little thicker is none."""
    twelve, thirteen = (Page(draws=f"BT /F 12 Tf 10 10 Td ({number}) Tj ET") for number in (12, 13))
    assert not within(found(pdf(twelve), pdf(thirteen)), Tolerance(pixels=10**6))
    assert within(found(pdf(BLUE), pdf(MOVED)), Tolerance(pixels=10**6))


def test_the_page_that_differs_is_named() -> None:
    """Boxes and pixels are those of that page."""
    difference = found(pdf(Page(), BLUE, Page()), pdf(Page(), MOVED, Page()))
    assert difference.why.startswith("Page 2 of 3 differs.")
    assert difference.pixels == 2 * 4 * 40
    assert difference.golden_size == difference.candidate_size == Size(192, 96)
    assert difference.mask is not None
    assert difference.ratio == difference.pixels / (192 * 96 * 3)


def test_many_pages_are_named_shortly() -> None:
    """Six pages by number, and that there are more."""
    difference = found(pdf(*[BLUE] * 9), pdf(*[MOVED] * 9))
    assert difference.why.startswith("Pages 1, 2, 3, 4, 5, 6 and more of 9 differ.")


def test_another_number_of_pages() -> None:
    """A page that came, and pages that are not there any more."""
    difference = found(pdf(Page()), pdf(Page(), BLUE))
    assert difference.why == "1 page became 2; page 2 of 2 differs."
    assert difference.boxes == (Box(0, 0, 192, 96),)
    assert found(pdf(Page(), BLUE), pdf(Page())).why == "2 pages became 1; page 2 of 2 differs."


def test_another_paper() -> None:
    """A page of another size is resized."""
    difference = found(pdf(Page()), pdf(Page(height=144)))
    assert (difference.kind, difference.candidate_size) == (Kind.RESIZED, Size(192, 192))


def test_a_new_pdf_has_a_size() -> None:
    """Beside nothing it is only looked at."""
    assert found(b"", ONE).candidate_size == Size(192, 96)


@pytest.mark.parametrize(
    ("candidate", "said"),
    [
        (ONE[:60], "is a damaged PDF"),
        (b"%PDF-1.7\n", "is a damaged PDF"),
        (
            pdf(trailer=LOCKED),
            "asks for a password: let CI keep it without one",
        ),
        (pdf(Page(width=14400, height=14400)), "megapixels in its pages"),
        (pdf(*[Page(width=4000, height=4000)] * 3), "megapixels in its pages"),
        (pdf(*[Page(width=1, height=1)] * 501), "501 pages; at most 500"),
        (b"<html>502 Bad Gateway</html>", "is no PDF: it is text"),
        (b"", "is empty"),
    ],
)
def test_what_cannot_be_drawn_is_unreadable(candidate: bytes, said: str) -> None:
    """Broken, locked, too large, or no PDF at all: a sentence says what mends it."""
    difference = found(ONE, candidate)
    assert difference.outcome is Outcome.UNREADABLE
    assert said in difference.why


def test_a_broken_golden_is_replaced() -> None:
    """The way out of a broken golden is to approve the new one."""
    difference = found(ONE[:60], ONE)
    assert (difference.outcome, difference.candidate_size) == (Outcome.CHANGED, Size(192, 96))
    assert difference.why == "The golden is a damaged PDF. Approving replaces it by the candidate."


def test_pages_are_judged_before_they_are_drawn() -> None:
    """A page of a square kilometre takes no memory and no time."""
    began = time.process_time()
    with pytest.raises(Refused, match="megapixels"):
        pdfs.read(pdf(Page(width=10**7, height=10**7)), most_pixels=80_000_000)
    assert time.process_time() - began < 1


def test_no_page_depends_on_what_was_drawn_before() -> None:
    """A font that is not there is replaced by the same one each time, whatever other files asked for."""
    write = Page(draws="BT /F 12 Tf 10 10 Td (paid) Tj ET")
    usual, strange, other = (
        pdf(write).replace(b"/Helvetica", name) for name in (b"/Helvetica", b"/Nope", b"/No-Bold")
    )
    first = {each: pdfs.read(each, most_pixels=10**6).frames[0] for each in (strange, other, usual)}
    for each in (usual, strange, other, other, usual, strange):
        assert np.array_equal(pdfs.read(each, most_pixels=10**6).frames[0], first[each])
    dated = pdf(write, info={"CreationDate": "D:20261125"}).replace(b"/Helvetica", b"/Nope")
    assert found(strange, dated).kind is Kind.METADATA_ONLY


def test_no_script_runs() -> None:
    """A script that would change what is shown changes nothing."""
    script = "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
    assert np.array_equal(
        pdfs.read(pdf(extra=script), most_pixels=10**6).frames[0], pdfs.read(ONE, most_pixels=10**6).frames[0]
    )


def test_without_the_extra_it_is_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can draw it, the first byte that differs is told, and what to install."""
    monkeypatch.setattr(pdfs, "available", lambda: False)
    difference = found(ONE, pdf(BLUE))
    assert (difference.kind, difference.golden_size) == (Kind.CONTENT, None)
    assert "the first other byte is at" in difference.why
    assert "`golddigger[pdf]`" in difference.why
    with pytest.raises(Refused, match="add the extra"):
        pdfs.read(ONE, most_pixels=10**6)


def test_a_picture_is_no_pdf() -> None:
    """What becomes another kind of file is told."""
    png = drawing.encoded(drawing.written("Total"))
    assert found(png, ONE).outcome is Outcome.UNREADABLE
    assert found(b"text\n", ONE).why == "What was text became a PDF document."


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_broken_pdfs_are_compared_or_refused(data: st.DataObject) -> None:
    """Bytes flipped, cut and put in: there is always an answer."""
    content = bytearray(pdf(Page(link="https://a.example"), BLUE, info={"Title": "x"}))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["cut", "flip", "insert"])):
            case "cut":
                del content[at : at + data.draw(st.integers(1, 60))]
            case "flip":
                content[at] ^= data.draw(st.integers(1, 255))
            case _:
                content[at:at] = data.draw(st.binary(max_size=20))
        if not content:
            break
    difference = differ(ONE, bytes(content), Rules(most_pixels=10**6))
    assert difference.outcome in (Outcome.CHANGED, Outcome.UNREADABLE)
    assert difference.why or difference.kind is Kind.CONTENT
