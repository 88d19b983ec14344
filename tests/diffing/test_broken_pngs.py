"""No PNG is so broken that comparing it raises, takes long, or ends otherwise on the other road."""

from __future__ import annotations

import time
import tracemalloc
import zlib
from random import Random

import pytest

from diffing import chunks, images, png, streams
from diffing.compiled import CompiledScene
from diffing.differ import differ
from diffing.words import Outcome, Rules
from tests.diffing import roads
from tests.diffing.test_engine import drawn
from tests.fuzz import broken, writing

pytestmark = pytest.mark.slow

RULES = Rules(most_pixels=500_000)
GOLDEN = writing.png(*writing.picture(Random(1), broken.SIZE, 2))
A_MEGABYTE = 1 << 20


def accepted(content: bytes) -> bool:
    """Does the fast road take it? Then Pillow reads the same pixels, in one frame."""
    raw = png.read(content, most_pixels=RULES.most_pixels)
    if raw is None:
        return False
    read = images.read(content, most_pixels=RULES.most_pixels)
    assert len(read.frames) == 1
    assert CompiledScene(raw, read.frames[0], None).equal()
    return True


@pytest.mark.parametrize("family", broken.FAMILIES)
def test_the_fast_road_accepts_nothing_that_pillow_refuses(family: str) -> None:
    """What it takes Pillow takes too, and gives the same pixels; the rest is left to Pillow's word."""
    with roads.on("core"):
        taken = sum(accepted(content) for content in broken.family(family))
    assert taken or family in ("truncated", "lengths", "animations")


@pytest.mark.slow
@pytest.mark.parametrize("family", broken.FAMILIES)
def test_both_roads_say_the_same(family: str) -> None:
    """As golden and as candidate: nothing raises, and both roads answer alike, in words too."""
    for content in broken.family(family):
        for pair in ((GOLDEN, content), (content, GOLDEN)):
            with roads.on("numpy"):
                plain = differ(*pair, RULES)
            with roads.on("core"):
                assert drawn(differ(*pair, RULES)) == drawn(plain)


@pytest.mark.parametrize("family", ["streams", "filters", "bombs", "mutated"])
def test_libdeflate_and_zlib_take_the_same_streams(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where libdeflate is not installed nothing else is accepted, and no other byte comes out."""
    files = list(broken.family(family))
    ours = [pixels(content) for content in files]
    monkeypatch.setattr(streams, "deflate", None)
    assert [pixels(content) for content in files] == ours


def pixels(content: bytes) -> bytes | None:
    """Give the filtered rows that the fast road reads; None where it reads none."""
    raw = png.read(content, most_pixels=RULES.most_pixels)
    return None if raw is None else bytes(raw.pixels)


@pytest.mark.slow
@pytest.mark.usefixtures("road")
@pytest.mark.parametrize("family", ["bombs", "crowds", "sizes"])
def test_what_swells_costs_little(family: str) -> None:
    """A file of a few kilobytes that says or becomes much takes neither memory nor time."""
    for content in broken.family(family):
        begun = time.perf_counter()
        tracemalloc.start()
        try:
            differ(GOLDEN, content, RULES)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 128 * A_MEGABYTE
        assert time.perf_counter() - begun < 20  # traced, and on a busy machine


@pytest.mark.usefixtures("road")
def test_a_canvas_is_no_larger_than_two_pictures_may_be() -> None:
    """A very wide and a very tall picture, both small, need a canvas of a terapixel."""
    wide, tall = (
        writing.png(writing.header(*size, 8, 0), writing.packed(bytes(rows)), writing.END)
        for size, rows in (((400_000, 1), 400_001), ((1, 400_000), 800_000))
    )
    found = differ(wide, tall, RULES)
    assert found.outcome is Outcome.UNREADABLE
    assert found.why == (
        "The candidate cannot be compared: beside the golden of 400000×1 pixels, its 1×400000 need a canvas"
        " of 160,000 megapixels; draw both in a similar size."
    )


@pytest.mark.parametrize("key", ["interlace", "transparency", "bbox", "default_image"])
@pytest.mark.usefixtures("road")
def test_a_text_is_not_taken_for_a_setting(key: str) -> None:
    """Pillow would read the pixels of other places, or with other colours, than every browser does."""
    first, *rest = writing.picture(Random(1), broken.SIZE, 2)
    found = differ(GOLDEN, writing.png(first, (b"tEXt", key.encode() + b"\0text"), *rest), RULES)
    assert found.why == f"The candidate has a text named {key}, which is taken for a setting: leave it out."


def test_texts_beyond_what_is_unpacked_count_as_they_are() -> None:
    """A hundred profiles that would be a hundred megabytes are told apart all the same."""
    profile = (b"iCCP", b"name\0\0" + zlib.compress(bytes(A_MEGABYTE - 1)))
    first, *rest = writing.picture(Random(1), broken.SIZE, 2)
    one, two = (writing.png(first, *[profile] * count, *rest) for count in (100, 101))
    assert chunks.facts(one) == chunks.facts(one)
    assert chunks.facts(one) != chunks.facts(two)


def test_what_stands_behind_the_end_says_nothing() -> None:
    """No decoder looks there, so a text behind IEND is no other metadata."""
    assert chunks.facts(GOLDEN + writing.chunk(b"tEXt", b"Title\0text")) == chunks.facts(GOLDEN)
