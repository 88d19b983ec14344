"""Goldens that are no pictures are shown so that a reviewer sees what differs: texts, SVG, PDF, bytes."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO

import pytest
from PIL import Image

from tests.app.web.stage import Drawn, Stage
from tests.diffing.paper import Page, pdf
from tests.diffing.test_svgs import svg

pytestmark = pytest.mark.slow

BYTES = bytes(range(256))
KINDS: Drawn = {
    "goldens/logo.svg": (svg(), svg('<rect x="10" y="5" width="24" height="10" fill="blue"/>')),
    "goldens/bill.pdf": (pdf(Page(), Page()), pdf(Page(), Page(draws="0 0 1 rg 20 20 30 30 re f"))),
    "goldens/font.bin": (BYTES, BYTES[:100] + b"\xff" + BYTES[101:]),
    "goldens/blank.txt": (b"a b\nc\n", b"a\xc2\xa0b\nc\n"),
    "goldens/evil.txt": (b"if admin\n", "if \u202enimda\n".encode()),
    "goldens/fork.json": (b'{"a": 1}\n', b'{ "a": 1 }\n'),
}


def card(stage: Stage, run: str, name: str) -> str:
    """Give the part of a page that shows one golden."""
    page = stage.enter().get(f"/runs/{run}/goldens/{name}").text
    (found,) = re.findall(r"<article.*?</article>", page, re.DOTALL)
    return unescape(found)


def test_an_svg_is_text_and_drawing(stage: Stage) -> None:
    """Its lines stand below its drawings, which are PNGs; nothing shows the SVG itself."""
    run = stage.run(KINDS)
    shown, each = card(stage, run, "logo.svg"), stage.found(run)["goldens/logo.svg"]
    assert "<del>red</del>" in shown
    assert "1 line differs." in shown
    assert f'src="/pictures/{each.golden}/drawn?run={run}"' in shown
    assert f'src="/pictures/{run}/{each.id}/difference"' in shown
    assert f'src="/pictures/{each.golden}?' not in shown
    answer = stage.client.get(f"/pictures/{each.candidate}/drawn?run={run}")
    assert answer.headers["content-type"] == "image/png"
    with Image.open(BytesIO(answer.content)) as image:
        assert image.size == (40, 20)
    assert "svg" not in stage.client.get(f"/pictures/{each.candidate}?run={run}").headers["content-type"]


def test_a_pdf_is_shown_by_its_pages(stage: Stage) -> None:
    """Before, after, and the page that differs; the file itself is for saving only."""
    run = stage.run(KINDS)
    shown, each = card(stage, run, "bill.pdf"), stage.found(run)["goldens/bill.pdf"]
    assert "Page 2 of 2 differs." in shown
    with Image.open(BytesIO(stage.client.get(f"/pictures/{each.golden}/drawn?run={run}").content)) as image:
        assert image.size == (192, 204)
    with Image.open(BytesIO(stage.client.get(f"/pictures/{run}/{each.id}/difference").content)) as image:
        assert image.size == (192, 96)
    answer = stage.client.get(f"/pictures/{each.golden}?run={run}")
    assert (answer.headers["content-type"], answer.headers["content-disposition"]) == (
        "application/octet-stream",
        "attachment",
    )


def test_bytes_are_shown_in_hexadecimal(stage: Stage) -> None:
    """The row with the first byte that differs, marked on both sides."""
    run = stage.run(KINDS)
    shown = card(stage, run, "font.bin")
    assert "<del>64</del>" in shown
    assert "<ins>ff</ins>" in shown
    assert "00000060" in shown


def test_what_cannot_be_seen_is_written_on_the_page(stage: Stage) -> None:
    """A no-break space has a name, and turned writing turns nothing."""
    run = stage.run(KINDS)
    assert '<i class="unseen" title="U+00A0 NO-BREAK SPACE">NBSP</i>' in card(stage, run, "blank.txt")
    shown = card(stage, run, "evil.txt")
    assert "\u202e" not in shown
    assert 'title="U+202E RIGHT-TO-LEFT OVERRIDE">RLO</i>' in shown


@pytest.mark.parametrize("path", ["/pictures/{}/drawn", "/pictures/{}/drawn?run=x"])
def test_a_drawing_belongs_to_a_run(stage: Stage, path: str) -> None:
    """Nobody else has a file drawn."""
    run = stage.run(KINDS)
    each = stage.found(run)["goldens/logo.svg"]
    assert stage.enter().get(path.format(each.candidate)).status_code == 404
    assert stage.browser().get(f"/pictures/{each.candidate}/drawn?run={run}").status_code == 404
    assert stage.client.get(f"/pictures/../drawn?run={run}").status_code == 404


def test_what_was_not_drawn_is_not_drawn_later(stage: Stage) -> None:
    """A text is no picture, and what took too long to be drawn is not tried for whoever asks."""
    run = stage.run(KINDS)
    each = stage.found(run)["goldens/fork.json"]
    assert stage.enter().get(f"/pictures/{each.candidate}/drawn?run={run}").status_code == 404
