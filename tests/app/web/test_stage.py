"""The stage of one comparison: what the server writes of it, with scripts or without."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw

from diffing.words import Digest
from storage import forgotten
from tests.app.web.stage import SHOP, Stage, picture

pytestmark = pytest.mark.slow

SIZES = {"goldens/grows.png": (picture("Small"), picture("Large", size=(140, 100)))}


def staged(stage: Stage, run: str, name: str) -> str:
    """Give the fragment of one golden's stage, as a page that is open fetches it."""
    each = stage.found(run)[f"goldens/{name}"]
    answer = stage.enter().get(f"/runs/{run}/comparisons/{each.id}/stage")
    assert answer.status_code == 200
    return answer.text


def attribute(shown: str, name: str) -> Any:
    """Read what an attribute of the viewer says."""
    (found,) = re.findall(rf'<golden-viewer[^>]* {name}="([^"]*)"', shown)
    return unescape(found)


def test_a_viewer_is_given_what_it_needs(stage: Stage) -> None:
    """Where it differs as boxes, the mask's address, and the two pictures with their sizes."""
    run = stage.run()
    shown, each = staged(stage, run, "menu.png"), stage.found(run)["goldens/menu.png"]
    assert each.difference is not None
    boxes = json.loads(attribute(shown, "data-boxes"))
    assert boxes == [[box.left, box.top, box.width, box.height] for box in each.difference.boxes]
    assert boxes
    assert attribute(shown, "data-marks") == f"/pictures/{run}/{each.id}/marks"
    assert re.findall(r'<figure class="pane[^>]*data-side="(\w+)"', shown) == ["before", "after", "difference"]
    assert shown.count('width="120" height="80"') == 3


def test_without_scripts_it_is_a_row_of_pictures(stage: Stage) -> None:
    """Each picture stands there with words for those who do not see it, and leads to itself."""
    run = stage.run()
    shown, each = staged(stage, run, "menu.png"), stage.found(run)["goldens/menu.png"]
    assert f'<a href="/pictures/{each.golden}?run={run}"><img' in shown
    assert 'alt="Before: goldens/menu.png"' in shown
    assert 'alt="After: goldens/menu.png"' in shown
    assert 'alt="Where goldens/menu.png differs"' in shown


def test_a_header_names_it_and_leads_to_its_past(stage: Stage) -> None:
    """The path can be copied; the history of the golden is a link; numbers and kind are told."""
    run = stage.run()
    shown = staged(stage, run, "menu.png")
    assert 'data-copy="goldens/menu.png"' in shown
    assert re.search(r'href="/goldens/\d+/goldens/menu.png"', shown)
    assert "largest distance" in shown
    assert "region" in shown
    assert "The same shapes in other colours." in shown


def test_sizes_that_differ_stand_by_their_pictures(stage: Stage) -> None:
    """Each side has its own size, and a sentence says what became of it."""
    shown = staged(stage, stage.run(SIZES), "grows.png")
    assert "Before <span>120×80</span>" in shown
    assert "After <span>140×100</span>" in shown
    assert "120×80 became 140×100." in shown


def test_what_stands_alone_has_nothing_to_be_laid_over(stage: Stage) -> None:
    """An added golden has neither marks nor a difference, and says that there is none before it."""
    shown = staged(stage, stage.run(), "new.png")
    assert "data-marks" not in shown
    assert "data-boxes" not in shown
    assert 'data-side="before" data-none' in shown
    assert "No golden yet" in shown


def test_an_unreadable_one_says_why(stage: Stage) -> None:
    """In words, with the file to open."""
    run = stage.run()
    shown, each = staged(stage, run, "torn.png"), stage.found(run)["goldens/torn.png"]
    assert "damaged PNG" in shown
    assert f'Cannot be shown. <a href="/pictures/{each.candidate}?run={run}">Open the file</a>' in shown


def test_a_deleted_picture_says_since_when(stage: Stage) -> None:
    """A placeholder with the day stands for it; nothing asks for what is gone, nor for what was drawn from it."""
    run = stage.run()
    each = stage.found(run)["goldens/menu.png"]
    _forget(stage, each.golden)
    shown = staged(stage, run, "menu.png")
    assert "Deleted on 19 November 2026" in shown
    assert f'src="/pictures/{each.golden}' not in shown
    assert f"/pictures/{run}/{each.id}/difference" not in shown
    assert f'src="/pictures/{each.candidate}?run={run}"' in shown


def test_a_deleted_text_says_since_when(stage: Stage) -> None:
    """Without both texts there are no lines to show, and the page says why."""
    run = stage.run()
    _forget(stage, stage.found(run)["goldens/order.json"].golden)
    shown = staged(stage, run, "order.json")
    assert "Before: deleted on 19 November 2026" in shown
    assert "<table" not in shown


def test_unchanged_lines_are_counted(stage: Stage) -> None:
    """Between what differs it is said how many lines are left out; line numbers stand on both sides."""
    before = "".join(f"line {at}\n" for at in range(1, 41)).encode()
    after = before.replace(b"line 10\n", b"line ten\n").replace(b"line 30\n", b"line thirty\n")
    shown = staged(stage, stage.run({"goldens/long.txt": (before, after)}), "long.txt")
    assert re.findall(r"(\d+) unchanged lines", shown) == ["6", "13"]
    assert '<th scope="row">10</th>' in shown
    assert "<ins>ten</ins>" in shown


def test_only_formatting_is_said(stage: Stage) -> None:
    """A JSON golden that was written in another way is no other content."""
    shown = staged(stage, stage.run({"goldens/fork.json": (b'{"a": 1}\n', b'{ "a": 1 }\n')}), "fork.json")
    assert "formatting only" in shown
    assert "The same JSON, written in another way." in shown


def test_what_moved_is_told(stage: Stage) -> None:
    """Rows that stand further down say by how much, once."""
    tall = {"goldens/moved.png": (_rows(0), _rows(9))}
    shown = staged(stage, stage.run(tall), "moved.png")
    assert len(re.findall(r"Rows \d+–\d+ moved down by 9 px\.", shown)) == 1


def test_a_hostile_name_stays_a_name(stage: Stage) -> None:
    """Quotes and markup in a path end no attribute, neither in the boxes nor anywhere else."""
    name = "goldens/\"><img src=x onerror='1'>.png"
    run = stage.run({name: SHOP["goldens/menu.png"]})
    each = stage.found(run)[name]
    shown = stage.enter().get(f"/runs/{run}/comparisons/{each.id}/stage").text
    assert "<img src=x" not in shown
    assert attribute(shown, "data-name") == name
    assert json.loads(attribute(shown, "data-boxes"))


def _forget(stage: Stage, digest: Digest | None) -> None:
    assert digest is not None
    forgotten.forget(stage.parts.db, stage.parts.blobs, [digest], now=stage.clock() - timedelta(days=2))


def _rows(down: int) -> bytes:
    image = Image.new("RGB", (120, 200), "white")
    draw = ImageDraw.Draw(image)
    for at in range(12):
        draw.rectangle((10 + 3 * at, down + 8 + 15 * at, 40 + 5 * at, down + 14 + 15 * at), fill=(20 * at, 40, 90))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
