"""Small pictures: made once, of files that a run shows, for those who may see it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.web import application, thumbnails
from app.web.site import Access
from bots.forge import User
from diffing.rendering import difference, sheet
from diffing.words import Digest, Refused
from storage import thumbnails as kept
from tests.app.web.stage import BASE, Stage, picture
from tests.app.web.test_kinds import KINDS

pytestmark = pytest.mark.slow

TALL = {"goldens/page.png": (picture("a", size=(300, 4000)), picture("b", size=(300, 4000)))}


@dataclass
class Counting:
    """Counts how often it is asked, and may refuse."""

    refuse: str = ""
    asked: list[int] = field(default_factory=list)

    def __call__(self, content: bytes) -> bytes:
        """Make a small picture."""
        self.asked.append(len(content))
        if self.refuse:
            raise Refused(self.refuse)
        return picture("small", size=(40, 20))


def browser(stage: Stage, run: str, shrink: Callable[[bytes], bytes]) -> TestClient:
    """Open a run's page at a site that makes small pictures so."""
    access = Access(secret_key=b"k" * 32, operator=User("op"))
    web = application.create(
        stage.parts,
        lambda _: None,
        access,
        hooks={},
        draw=difference,
        sheet=sheet,
        shrink=shrink,
        clock=stage.clock,
    )
    made = TestClient(web, base_url=BASE)
    made.get(stage.parts.links.run(run))
    return made


def small(stage: Stage, run: str, name: str) -> str:
    """Give the address of the small picture of what a golden is to become."""
    return f"/pictures/{stage.found(run)[name].candidate}/thumbnail?run={run}"


def test_a_row_has_a_small_picture(stage: Stage) -> None:
    """It keeps its shape, is at most 160 pixels long, is a PNG for ever, and can do nothing."""
    run = stage.run()
    address = small(stage, run, "goldens/cart.png")
    assert f'<img src="{address}"' in stage.enter().get(f"/runs/{run}").text
    answer = stage.client.get(address)
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    with Image.open(BytesIO(answer.content)) as image:
        assert image.size == (120, 80)
    again = stage.client.get(address, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_of_a_tall_page_the_top_is_shown(stage: Stage) -> None:
    """The whole would be a thread of a few pixels."""
    answer = stage.enter().get(small(stage, stage.run(TALL), "goldens/page.png"))
    with Image.open(BytesIO(answer.content)) as image:
        assert image.size == (53, 160)


def test_what_is_no_picture_has_an_icon(stage: Stage) -> None:
    """A text says its kind in a word; an SVG, which is drawn, has its drawing."""
    run = stage.run(KINDS)
    page = stage.enter().get(f"/runs/{run}").text
    row = dict(re.findall(r'title="goldens/([^"]+)">(.*?)</a>', page, re.DOTALL))
    assert '<span class="ending">json</span>' in row["fork.json"]
    assert '<span class="ending">bin</span>' in row["font.bin"]
    assert "/thumbnail?run=" in row["logo.svg"]
    with Image.open(BytesIO(stage.client.get(small(stage, run, "goldens/logo.svg")).content)) as image:
        assert image.format == "PNG"


def test_it_is_made_once(stage: Stage) -> None:
    """Whoever looks, and after every start: it is kept as a file of its own."""
    run, shrink = stage.run(), Counting()
    address = small(stage, run, "goldens/cart.png")
    first = browser(stage, run, shrink).get(address)
    second = browser(stage, run, shrink).get(address)
    assert (first.content, len(shrink.asked)) == (second.content, 1)


def test_one_that_was_lost_is_made_again(stage: Stage) -> None:
    """Somebody may have removed it: that is no reason to show none."""
    run = stage.run()
    each = stage.found(run)["goldens/cart.png"].candidate
    assert each is not None
    with stage.parts.db.begin() as db:
        kept.keep(db, each, Digest("0" * 64))
    assert stage.enter().get(small(stage, run, "goldens/cart.png")).status_code == 200
    with stage.parts.reading() as db:
        assert kept.find(db, each) != "0" * 64


@pytest.mark.parametrize("name", ["goldens/order.json", "goldens/torn.png", "goldens/fork.json"])
def test_only_what_was_drawn_when_it_was_compared_is_drawn(stage: Stage, name: str) -> None:
    """A text, and what nobody could read: 404, and nothing is tried."""
    drawn = KINDS if name in KINDS else None
    run = stage.run(drawn) if drawn else stage.run()
    shrink = Counting()
    assert browser(stage, run, shrink).get(small(stage, run, name)).status_code == 404
    assert shrink.asked == []


def test_it_belongs_to_its_run(stage: Stage) -> None:
    """Another run, no run, no digest: 404, as for every picture."""
    mine, other = stage.run(source="a", pipeline="1"), stage.run(TALL, source="b", pipeline="2")
    cart = stage.found(mine)["goldens/cart.png"].candidate
    stage.enter()
    for path in (
        f"{cart}/thumbnail?run={other}",
        f"{cart}/thumbnail",
        f"../thumbnail?run={mine}",
        f"{'g' * 64}/thumbnail?run={mine}",
    ):
        assert stage.client.get(f"/pictures/{path}").status_code == 404, path
    assert stage.browser().get(f"/pictures/{cart}/thumbnail?run={mine}").status_code == 404


def test_what_cannot_be_drawn_says_so(stage: Stage) -> None:
    """410 and a sentence; the row shows none then."""
    run = stage.run()
    answer = browser(stage, run, Counting(refuse="took too long")).get(small(stage, run, "goldens/cart.png"))
    assert (answer.status_code, answer.text) == (410, "took too long")


@pytest.fixture
def crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no room to make a small picture: as many as may are being made."""
    monkeypatch.setattr(thumbnails, "MOST_AT_ONCE", 0)


@pytest.mark.usefixtures("crowd")
def test_too_many_at_a_time_are_asked_to_come_back(stage: Stage) -> None:
    """503 with when, which the page's script heeds; no thread waits."""
    run, shrink = stage.run(), Counting()
    answer = browser(stage, run, shrink).get(small(stage, run, "goldens/cart.png"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert shrink.asked == []
