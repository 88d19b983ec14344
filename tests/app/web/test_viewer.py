"""The viewer in a real browser: zoomed, moved and told of by mouse, keys and fingers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, StorageState, expect, sync_playwright

from tests.app.web.stage import Stage, picture, set_up
from tests.browser import browsers
from tests.diffing.paper import Page as Paper
from tests.diffing.paper import pdf

Look = Callable[..., Page]

pytestmark = browsers.NEEDED


def flat(colour: tuple[int, ...], size: tuple[int, int], *dots: tuple[int, int]) -> bytes:
    """Draw one colour, with black squares of ten pixels at some places."""
    image = Image.new("RGBA", size, colour)
    for dot in dots:
        image.paste((0, 0, 0, 255), (*dot, dot[0] + 10, dot[1] + 10))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


DRAWN = {
    "goldens/dots.png": (
        flat((240, 230, 220, 255), (800, 600)),
        flat((240, 230, 220, 255), (800, 600), (100, 100), (600, 100), (300, 500)),
    ),
    "goldens/glass.png": (flat((30, 60, 200, 120), (90, 90)), flat((31, 60, 200, 119), (90, 90))),
    "goldens/grows.png": (flat((200, 0, 0, 255), (300, 200)), flat((200, 0, 0, 255), (400, 300))),
    "goldens/long.png": (
        flat((255, 255, 255, 255), (1440, 12000)),
        flat((255, 255, 255, 255), (1440, 12000), (700, 9000)),
    ),
    "goldens/bill.pdf": (pdf(Paper(), Paper()), pdf(Paper(), Paper(draws="0 0 1 rg 20 20 30 30 re f"))),
    "goldens/new.png": (None, picture("New")),
    "goldens/lines.txt": (
        "".join(f"line {at}\n" for at in range(900)).encode(),
        "".join(f"line {at} is other\n" for at in range(900)).encode(),
    ),
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all of these tests."""
    with sync_playwright() as playwright, browsers.launched(playwright) as browser:
        yield browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, str, str]]:
    """One site with one run for all of these tests, which decide nothing: its address, and the run's id."""
    stage = set_up(tmp_path_factory.mktemp("viewer"))
    run = stage.run(DRAWN)
    server = uvicorn.Server(uvicorn.Config(stage.web, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield stage, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", run
    server.should_exit = True
    thread.join()
    stage.parts.db.dispose()


@pytest.fixture(scope="module")
def entered(chromium: Browser, served: tuple[Stage, str, str]) -> StorageState:
    """Come in once, by a printed token."""
    stage, address, _ = served
    with chromium.new_context() as context:
        context.new_page().goto(f"{address}/?token={stage.token()}")
        return context.storage_state()


@pytest.fixture
def look(chromium: Browser, served: tuple[Stage, str, str], entered: StorageState) -> Iterator[Look]:
    """Look at one golden; whatever the browser complains of fails the test."""
    _, address, run = served
    troubles: list[str] = []
    contexts = []

    def open_page(name: str, *, motion: str = "reduce", width: int = 1440, **told: Any) -> Page:
        context = chromium.new_context(
            storage_state=entered,
            viewport={"width": width, "height": 900},
            reduced_motion="reduce" if motion == "reduce" else "no-preference",
            **told,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text))
        page.goto(f"{address}/runs/{run}/goldens/{name}")
        for image in page.locator(".desk .pane:not([hidden]) img").all():
            expect(image).to_have_js_property("complete", value=True)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def tool(page: Page, name: str) -> Locator:
    """Give a button of the viewer's toolbar."""
    return page.get_by_role("toolbar", name="View", exact=True).get_by_role("button", name=name, exact=True)


def planes(page: Page) -> list[tuple[float, float, float]]:
    """Give where each picture in sight lies in its port, and how wide it is shown."""
    found: list[tuple[float, float, float]] = page.evaluate(
        """[...document.querySelectorAll(".desk .pane:not([hidden])")].map((pane) => {
            const port = pane.querySelector(".port").getBoundingClientRect();
            const image = pane.querySelector("img").getBoundingClientRect();
            return [image.left - port.left, image.top - port.top, image.width];
        })"""
    )
    return found


def percent(page: Page) -> float:
    """Give how large it says pictures are shown."""
    return float(page.locator(".percent").inner_text().removesuffix(" %"))


def settled(page: Page) -> None:
    """Wait until what was asked for is drawn."""
    page.wait_for_timeout(250)


def test_both_panes_zoom_in_step_to_the_pixel(look: Look) -> None:
    """Ctrl and wheel zoom about the pointer, in both panes alike, up to 32 times; then pixels are squares."""
    page = look("dots.png")
    page.locator(".port").first.hover(position={"x": 100, "y": 120})
    page.keyboard.down("Control")
    for _ in range(14):
        page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    settled(page)
    one, two = planes(page)
    assert one == pytest.approx(two, abs=1)
    assert percent(page) == 3200
    assert one[2] == pytest.approx(32 * 800, rel=0.001)
    assert tool(page, "Zoom in").is_disabled()
    assert page.evaluate("getComputedStyle(document.querySelector('.plane img')).imageRendering") == "pixelated"


def test_the_point_under_the_pointer_stays(look: Look) -> None:
    """Zooming keeps the pixel under the pointer where it is."""
    page = look("dots.png")
    port = page.locator(".port").first.bounding_box()
    assert port is not None
    page.mouse.move(port["x"] + 200, port["y"] + 300)
    at = page.locator(".probe .at").inner_text()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    settled(page)
    page.mouse.move(port["x"] + 201, port["y"] + 300)
    page.mouse.move(port["x"] + 200, port["y"] + 300)
    settled(page)
    numbers = [
        [int(part.split(" ")[1]) for part in text.split(", ")]
        for text in (at, page.locator(".probe .at").inner_text())
    ]
    assert numbers[0] == pytest.approx(numbers[1], abs=2)


def test_fit_and_actual_size(look: Look) -> None:
    """Fit shows all of it, actual size one pixel by one; the buttons say which holds."""
    page = look("dots.png")
    expect(tool(page, "Fit")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("1")
    expect(page.locator(".percent")).to_have_text("100 %")
    expect(tool(page, "Actual size")).to_have_attribute("aria-pressed", "true")
    assert planes(page)[0][2] == 800
    tool(page, "Fit").click()
    settled(page)
    left, top, width = planes(page)[0]
    port = page.locator(".port").first.bounding_box()
    assert port is not None
    assert left >= 0
    assert top >= 0
    assert left + width <= port["width"]


def test_it_is_dragged_and_scrolled(look: Look) -> None:
    """A drag moves both panes; a wheel moves them too, and arrows on the focused pictures."""
    page = look("dots.png")
    page.keyboard.press("1")
    for _ in range(3):
        page.keyboard.press("+")
    settled(page)
    start = planes(page)
    port = page.locator(".port").first.bounding_box()
    assert port is not None
    x, y = port["x"] + port["width"] / 2, port["y"] + port["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y - 40, steps=4)
    page.mouse.up()
    settled(page)
    dragged = planes(page)
    assert [now[0] - then[0] for then, now in zip(start, dragged, strict=True)] == [-60, -60]
    assert [now[1] - then[1] for then, now in zip(start, dragged, strict=True)] == [-40, -40]
    page.mouse.wheel(0, 30)
    settled(page)
    assert planes(page)[0][1] == dragged[0][1] - 30
    page.locator(".desk").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowUp")
    settled(page)
    assert planes(page)[0][0] == dragged[0][0] + 80
    assert planes(page)[0][1] == dragged[0][1] + 50


def test_regions_are_gone_through(look: Look) -> None:
    """Next and previous outline one region after the other, count them, and say so once."""
    page = look("dots.png")
    expect(page.locator(".count")).to_have_text("3 regions")
    for count in ("1 of 3", "2 of 3", "3 of 3", "1 of 3"):
        page.keyboard.press("]")
        expect(page.locator(".count")).to_have_text(count)
    page.keyboard.press("[")
    expect(page.locator(".count")).to_have_text("3 of 3")
    expect(page.get_by_role("status").filter(has_text="Region 3 of 3: 10 by 10 pixels")).to_have_count(1)
    expect(page.locator(".boxes i.current")).to_have_count(2)


def test_colours_are_told_on_both_sides(look: Look) -> None:
    """Pointing at a pixel tells its place and both colours as red, green, blue and alpha."""
    page = look("dots.png")
    left, top, width = planes(page)[0]
    scale = width / 800
    page.locator(".port").first.hover(position={"x": left + 605 * scale, "y": top + 105 * scale})
    expect(page.locator(".probe")).to_contain_text("Before 240, 230, 220, 255")
    expect(page.locator(".probe")).to_contain_text("After 0, 0, 0, 255")
    assert page.locator(".probe").get_attribute("aria-live") is None
    page.keyboard.press("c")
    page.mouse.move(0, 0)
    expect(page.locator(".probe")).to_contain_text("x 400, y ")
    expect(page.get_by_role("status").filter(has_text="x 400, y ")).to_have_count(1)


def test_colours_one_sees_through_are_exact(look: Look) -> None:
    """A canvas rounds them; what is told is what stands in the file."""
    page = look("glass.png")
    page.locator(".port").first.hover()
    expect(page.locator(".probe")).to_contain_text("Before 30, 60, 200, 120")
    expect(page.locator(".probe")).to_contain_text("After 31, 60, 200, 119")


def test_where_one_ends_there_is_nothing(look: Look) -> None:
    """Both sizes are told; they share scale and corner; the missing area has no colour."""
    page = look("grows.png")
    expect(page.locator(".desk figcaption").nth(0)).to_contain_text("300×200")
    expect(page.locator(".desk figcaption").nth(1)).to_contain_text("400×300")
    one, two = planes(page)
    assert one[:2] == two[:2]
    assert one[2] / 300 == pytest.approx(two[2] / 400)
    page.locator(".port").nth(1).hover(position={"x": two[0] + two[2] * 0.95, "y": two[1] + 10})
    expect(page.locator(".probe")).to_contain_text("Before nothing")
    expect(page.locator(".probe")).to_contain_text("After 200, 0, 0, 255")


def test_the_divider_moves(look: Look) -> None:
    """By keys as a slider with a name and a value, and by dragging."""
    page = look("dots.png")
    tool(page, "Swipe").click()
    divider = page.get_by_role("slider", name="Divider between before and after")
    expect(divider).to_have_attribute("aria-valuenow", "50")
    divider.focus()
    page.keyboard.press("ArrowRight")
    expect(divider).to_have_attribute("aria-valuenow", "52")
    page.keyboard.press("End")
    expect(divider).to_have_attribute("aria-valuenow", "100")
    page.keyboard.press("Home")
    desk = page.locator(".desk").bounding_box()
    assert desk is not None
    page.mouse.move(desk["x"] + 2, desk["y"] + 200)
    page.mouse.down()
    page.mouse.move(desk["x"] + desk["width"] * 0.25, desk["y"] + 200, steps=5)
    page.mouse.up()
    expect(divider).to_have_attribute("aria-valuenow", "25")


def test_onion_skin_fades(look: Look) -> None:
    """Its slider says how much of after is seen, and after is drawn so."""
    page = look("dots.png")
    page.keyboard.press("o")
    page.get_by_role("slider", name="Opacity of after").fill("25")
    settled(page)
    assert page.evaluate("getComputedStyle(document.querySelector('[data-side=after] .port')).opacity") == "0.25"


def test_blinking_is_left_to_those_who_want_it(look: Look) -> None:
    """By itself about twice a second; not where motion is to be reduced: there a button or the space bar flips."""
    faces = """async () => {
        const seen = [];
        const desk = document.querySelector(".desk");
        new MutationObserver(() => seen.push(desk.dataset.face)).observe(desk, { attributeFilter: ["data-face"] });
        await new Promise((done) => setTimeout(done, 2000));
        return seen.length;
    }"""
    page = look("dots.png", motion="any")
    page.keyboard.press("b")
    assert 5 <= page.evaluate(faces) <= 9
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate(faces) == 0
    calm = look("dots.png")
    calm.keyboard.press("b")
    assert calm.evaluate(faces) == 0
    calm.locator(".desk").focus()
    calm.keyboard.press("Space")
    expect(calm.locator(".desk")).to_have_attribute("data-face", "after")
    calm.get_by_role("button", name="Flip").click()
    expect(calm.locator(".desk")).to_have_attribute("data-face", "before")


def test_the_difference_is_laid_over_the_candidate(look: Look) -> None:
    """Highlight shows the mask over after, in step; difference shows it alone."""
    page = look("dots.png")
    page.keyboard.press("h")
    expect(page.locator("[data-side=difference] img")).to_have_js_property("naturalWidth", 800)
    after, marks = planes(page)
    assert after == marks
    expect(page.locator(".desk [data-side=difference] .boxes i")).to_have_count(3)
    page.keyboard.press("d")
    settled(page)
    assert len(planes(page)) == 1
    assert page.locator("[data-side=difference] img").get_attribute("src", timeout=1000).endswith("/marks")  # type: ignore[union-attr]


def test_pages_have_a_difference_of_their_own(look: Look) -> None:
    """The mask of all pages together does not lie over their sheet: the pages that differ are shown instead."""
    page = look("bill.pdf")
    expect(page.locator(".desk [data-side=after] img")).to_have_js_property("naturalHeight", 204)
    expect(page.locator(".count")).to_be_hidden()
    page.keyboard.press("h")
    expect(page.locator(".desk .pane:not([hidden])")).to_have_count(1)
    expect(page.locator("[data-side=difference] img")).to_have_js_property("naturalHeight", 96)


def test_what_was_chosen_lasts(look: Look) -> None:
    """The way to compare and the background stay from one golden to the next."""
    page = look("dots.png")
    page.keyboard.press("w")
    page.keyboard.press("p")
    page.locator("[data-entry]", has_text="grows.png").locator("a").click()
    expect(page.locator("[data-stage] h2")).to_contain_text("grows.png")
    expect(page.locator(".desk")).to_have_attribute("data-mode", "swipe")
    expect(page.locator(".desk")).to_have_attribute("data-ground", "light")


def test_a_huge_picture_stays_smooth(look: Look) -> None:
    """A page of 1440 × 12000 begins where it differs, and moving it costs no long frames."""
    page = look("long.png")
    settled(page)
    _, top, width = planes(page)[0]
    port = page.locator(".port").first.bounding_box()
    assert port is not None
    assert 0 < top + 9005 * width / 1440 < port["height"]
    slow = page.evaluate(
        """async () => {
            const viewer = document.querySelector("golden-viewer"), frames = [];
            let last = performance.now();
            for (let n = 0; n < 60; n++) {
                viewer.press(n % 2 ? "ArrowUp" : "ArrowDown");
                viewer.press("ArrowUp");
                await new Promise(requestAnimationFrame);
                frames.push(performance.now() - last);
                last = performance.now();
            }
            return frames.sort((one, two) => one - two)[54];
        }"""
    )
    assert slow < 100


def test_two_fingers_zoom_and_a_tap_tells(look: Look) -> None:
    """On a phone a pinch zooms about its middle, one finger moves, and a tap tells the colour."""
    page = look("dots.png", width=390, has_touch=True)
    port = page.locator(".port").first.bounding_box()
    assert port is not None
    x, y = port["x"] + port["width"] / 2, port["y"] + port["height"] / 2
    page.touchscreen.tap(x, y)
    expect(page.locator(".probe")).to_contain_text("Before 240, 230, 220, 255")
    was = percent(page)
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": left, "y": top, "id": at} for at, (left, top) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", (x - 20, y), (x + 20, y))
    for spread in (30, 50, 80):
        send("touchMove", (x - spread, y), (x + spread, y))
    send("touchEnd")
    settled(page)
    assert percent(page) == pytest.approx(4 * was, rel=0.1)
    before = planes(page)[0]
    send("touchStart", (x, y))
    send("touchMove", (x - 30, y))
    send("touchMove", (x - 50, y))
    send("touchEnd")
    settled(page)
    assert planes(page)[0][0] < before[0] - 20


def test_one_alone_has_all_of_the_desk(look: Look) -> None:
    """An added golden is shown large, with no ways to compare, and says that there was none."""
    page = look("new.png")
    expect(page.locator(".desk .pane:not([hidden])")).to_have_count(1)
    expect(page.locator(".desk figcaption:visible")).to_contain_text("No golden yet")
    expect(page.get_by_role("toolbar", name="View", exact=True).get_by_role("button", name="Swipe")).to_have_count(
        0
    )


def test_lines_are_unified_and_folded(look: Look) -> None:
    """T switches between side by side and unified: there what was stands before what is; long ones are folded."""
    page = look("lines.txt")
    expect(tool(page, "Side by side")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("t")
    expect(tool(page, "Unified")).to_have_attribute("aria-pressed", "true")
    signs = page.locator("table.unified tr:visible .sign").all_inner_texts()
    assert len(signs) == 300
    assert signs[0].startswith("-")
    more = page.get_by_role("button", name="Show more")
    expect(more).to_contain_text("1,500 lines are folded")
    more.click()
    expect(more).to_be_hidden()
    assert page.locator("table.unified tr:visible").count() == 1800
    page.keyboard.press("s")
    expect(page.locator("table.unified")).to_be_hidden()
