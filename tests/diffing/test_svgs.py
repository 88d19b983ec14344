"""An SVG is a text that is also drawn, without anything that leads out of it."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffing import svgs
from diffing.differ import differ, within
from diffing.words import Box, Difference, Kind, Outcome, Refused, Rules, Size, Tolerance
from tests.diffing import drawing

SPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
RED = '<rect x="10" y="5" width="20" height="10" fill="red"/>'
LAUGHS = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))


def svg(inside: str = RED, size: str = 'width="40" height="20"', before: str = "") -> bytes:
    """Write an SVG of three lines."""
    return f"{before}<svg {SPACES} {size}>\n{inside}\n</svg>\n".encode()


def found(golden: bytes, candidate: bytes) -> Difference:
    """Compare under the usual rules."""
    return differ(golden, candidate, Rules())


def shown(content: bytes) -> int:
    """Count the pixels that are drawn at all."""
    return int(np.count_nonzero(svgs.read(content, most_pixels=10**6).frames[0][:, :, 3]))


# ------------------------------------------------------------------------------------------ comparing


def test_a_changed_drawing_is_measured() -> None:
    """Pixels, boxes and a mask as of pictures, beside the lines of the text."""
    difference = found(svg(), svg(RED.replace('width="20"', 'width="24"')))
    assert (difference.kind, difference.lines, difference.pixels) == (Kind.CONTENT, 1, 40)
    assert difference.boxes == (Box(30, 5, 4, 10),)
    assert difference.golden_size == difference.candidate_size == Size(40, 20)
    assert difference.mask is not None
    assert difference.why.startswith("1 line differs.")


def test_what_no_picture_shows_is_part_of_the_exchange() -> None:
    """The same drawing with a script in it is no golden that another one's picture may stand for."""
    golden, wider = svg(), RED.replace('width="20"', 'width="24"')
    plain, scripted = found(golden, svg(wider)), found(golden, svg(f"{wider}<script>x()</script>"))
    assert (plain.fingerprint, plain.pixels, plain.lines) == (
        scripted.fingerprint,
        scripted.pixels,
        scripted.lines,
    )
    assert plain.exchange != scripted.exchange


def test_another_size() -> None:
    """Both are drawn in one scale."""
    difference = found(svg(), svg(size='width="48" height="20"'))
    assert (difference.kind, difference.why) == (Kind.RESIZED, "1 line differs. 40×20 became 48×20.")


@pytest.mark.parametrize(
    "candidate",
    [
        svg('<rect fill="red" height="10" width="20" y="5" x="10"/>'),
        svg("<rect x='10' y='5' width='20' height='10' fill='red' />\n\n<!-- drawn today -->"),
        svg(before='<?xml version="1.0" encoding="UTF-8"?>\n'),
        svg(RED.replace("red", "r&#101;d")),
    ],
)
def test_the_same_in_other_writing(candidate: bytes) -> None:
    """Order of attributes, quotes, comments, space between elements: nothing is drawn or said otherwise."""
    difference = found(svg(), candidate)
    assert (difference.kind, difference.pixels) == (Kind.FORMATTING_ONLY, 0)
    assert difference.why == "The same drawing, written in another way."


@pytest.mark.parametrize(
    "inside",
    [
        f"{RED}<script>alert(1)</script>",
        f"{RED}<title>red</title>",
        f"{RED}<rect width='0' height='0'/>",
        f"<a xlink:href='https://a.example'>{RED}</a>",
    ],
)
def test_what_is_not_drawn_is_content(inside: str) -> None:
    """A script, a title, a link: every pixel is the same, and it is no matter of formatting."""
    difference = found(svg(), svg(inside))
    assert (difference.kind, difference.pixels, difference.mask) == (Kind.CONTENT, 0, None)
    assert difference.why == "1 line differs. Drawn, every pixel is the same."


@pytest.mark.parametrize(
    "candidate", [svg(RED.replace("20", "21")), svg(f"{RED}<title>x</title>"), svg(f"{RED} ")]
)
def test_no_tolerance_lets_an_svg_pass(candidate: bytes) -> None:
    """What a drawing does not show may matter, so a changed text is a change."""
    assert not within(found(svg(), candidate), Tolerance(pixels=10**9, ratio=1.0, size=99))


def test_what_cannot_be_drawn_is_compared_as_text() -> None:
    """The lines are there whatever becomes of the drawing, and it is said why there is none."""
    broken = svg()[:-8]
    difference = found(svg(), broken)
    assert (difference.outcome, difference.kind, difference.lines) == (Outcome.CHANGED, Kind.CONTENT, 0)
    assert "Not drawn: the candidate is an SVG that cannot be read" in difference.why
    assert "Not drawn beside its golden, which" in found(broken, svg()).why


def test_a_new_svg_has_a_size() -> None:
    """Beside nothing, and beside a text that is no SVG, it is only looked at."""
    assert found(b"", svg()).candidate_size == found(b"plain\n", svg()).candidate_size == Size(40, 20)


def test_without_the_extra_it_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can draw it, and where that took too long, its lines are compared."""
    candidate = svg(RED.replace("20", "21"))
    assert "It was not drawn" in differ(svg(), candidate, Rules(draw=False)).why
    monkeypatch.setattr(svgs, "available", lambda: False)
    difference = found(svg(), candidate)
    assert (difference.golden_size, difference.pixels, difference.why) == (None, 1, "1 line differs.")
    with pytest.raises(Refused, match="add the extra"):
        svgs.read(svg(), most_pixels=10**6)


def test_texts_without_fonts_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a text is not drawn, a reviewer knows that its drawing is not all of it."""
    golden, candidate = svg('<text y="15">12</text>'), svg('<text y="15">15</text>')
    assert "no fonts" not in found(golden, candidate).why
    monkeypatch.setattr(svgs, "_has_fonts", lambda: False)
    assert found(golden, candidate).why.endswith("This machine has no fonts, so the texts in it are not drawn.")
    assert "no fonts" not in found(svg(), svg(RED.replace("20", "21"))).why


# --------------------------------------------------------------------------------------------- its size


@pytest.mark.parametrize(
    ("size", "drawn"),
    [
        ('width="40" height="20"', Size(40, 20)),
        ('width="40.4px" height="19.6"', Size(40, 20)),
        ('width="1in" height="2.54cm"', Size(96, 96)),
        ('width="72pt" height="6pc"', Size(96, 96)),
        ('viewBox="0 0 24 48"', Size(24, 48)),
        ('width="100%" height="100%" viewBox="0,0,24,48"', Size(24, 48)),
        ('width="48" viewBox="0 0 24 12"', Size(48, 24)),
        ('height="48" viewBox="0 0 24 12"', Size(96, 48)),
        ('width="auto" height="-1"', Size(300, 150)),
        ("", Size(300, 150)),
        ('viewBox="0 0 x 2"', Size(300, 150)),
    ],
)
def test_it_is_drawn_at_its_own_size(size: str, drawn: Size) -> None:
    """Width and height in any unit, else the view box, else what browsers take."""
    assert svgs.read(svg(size=size), most_pixels=10**6).size == drawn


@pytest.mark.parametrize(
    "size",
    [
        'width="100000" height="100000"',
        'width="1e9" height="1"',
        'width="1e999" height="1"',
        f'width="{"1" * 1_000_000}x" height="{"9" * 1_000_000}"',
        'viewBox="0 0 1e8 1e8"',
        'width="0" height="0"',
    ],
)
def test_a_size_beyond_bounds_is_refused(size: str) -> None:
    """It is judged before a pixel is drawn."""
    began = time.process_time()
    with pytest.raises(Refused):
        svgs.read(svg(size=size), most_pixels=10**7)
    assert time.process_time() - began < 1


# --------------------------------------------------------------------------------------- what it may not


def embedded(content: bytes, kind: str) -> str:
    """Bring a file along in an address."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def test_no_other_file_is_drawn(tmp_path: Path) -> None:
    """Paths, addresses, entities, style sheets, filters and nested drawings lead nowhere."""
    file = tmp_path / "secret.png"
    file.write_bytes(drawing.encoded(np.full((20, 40, 4), 255, np.uint8)))
    inner = svg(f'<image href="{file}" width="40" height="20"/>')
    for image in (
        f'<image href="{file}" width="40" height="20"/>',
        f'<image xlink:href="file://{file}" width="40" height="20"/>',
        f'<image href=" {file}" width="40" height="20"/>',
        '<image href="&f;" width="40" height="20"/>',
        f'<image href="{embedded(inner, "svg+xml")}" width="40" height="20"/>',
        f'<filter id="f"><feImage href="{file}"/></filter><rect filter="url(#f)" width="40" height="20"/>',
        f'<style>@import url("{file}"); image {{ href: url({file}) }}</style>',
        f'<foreignObject><img xmlns="http://www.w3.org/1999/xhtml" src="{file}"/></foreignObject>',
    ):
        assert shown(svg(image, before=f'<!DOCTYPE svg [<!ENTITY f "{file}">]>')) == 0, image


def test_an_entity_of_another_file_is_refused(tmp_path: Path) -> None:
    """Nothing of the machine is read into a text that people see."""
    content = svg("<text>&x;</text>", before=f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file://{tmp_path}">]>')
    with pytest.raises(Refused, match="external entity"):
        svgs.read(content, most_pixels=10**6)


def test_pixels_that_it_brings_along_are_drawn() -> None:
    """So do matplotlib and others embed pictures."""
    png = drawing.encoded(np.full((20, 40, 4), 255, np.uint8))
    assert shown(svg(f'<image href="{embedded(png, "png")}" width="40" height="20"/>')) == 800
    assert shown(svg('<defs><g id="a"><rect width="4" height="4"/></g></defs><use xlink:href="#a"/>')) == 16


def test_old_documents_are_drawn() -> None:
    """A document type, entities for namespaces, prefixes on all elements: so Illustrator and others write."""
    public = '"-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"'
    typed = f'<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC {public} [<!ENTITY ns "http://www.w3.org/2000/svg">]>\n'
    content = f'{typed}<s:svg xmlns:s="&ns;" width="9" height="9"><s:rect width="9" height="9"/></s:svg>'.encode()
    assert shown(content) == 81


@pytest.mark.parametrize(
    "content",
    [
        svg("<text>&j;</text>", before=f'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">{LAUGHS}]>'),
        svg("<g>" * 100_000 + "</g>" * 100_000),
        svg("<g>" * 100_000),
        svg("<text>" + "&a;" * 5_000 + "</text>", before=f'<!DOCTYPE svg [<!ENTITY a "{"a" * 20_000}">]>'),
        b"<svg xmlns='http://example.org'/>",
        b"<svg/>",
        b"<html xmlns='http://www.w3.org/1999/xhtml'><svg /></html>",
    ],
)
def test_hostile_documents_are_refused(content: bytes) -> None:
    """Entities of entities, elements in elements without end, and what only looks like an SVG."""
    began = time.process_time()
    with pytest.raises(Refused):
        svgs.read(content, most_pixels=10**6)
    assert time.process_time() - began < 5


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_broken_svgs_are_compared(data: st.DataObject) -> None:
    """Characters flipped, cut and put in: there is always an answer, and the same one each time."""
    content = bytearray(svg(f'{RED}<text y="9">&lt;a&gt;</text><path d="M0 0L9 9"/>', 'viewBox="0 0 40 20"'))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        del content[at : at + data.draw(st.integers(0, 5))]
        content[at:at] = data.draw(st.text(st.sampled_from("<>/\"'=& svgrectxmln0123e#"), max_size=4)).encode()
    candidate = bytes(content)
    difference = differ(svg(), candidate, Rules(most_pixels=10**6))
    assert difference.outcome is Outcome.CHANGED
    assert differ(svg(), candidate, Rules(most_pixels=10**6)) == difference
    opposite = differ(candidate, svg(), Rules(most_pixels=10**6))
    assert (opposite.lines, opposite.golden_size) == (difference.lines, difference.candidate_size) or not (
        difference.golden_size and difference.candidate_size
    )
