"""The binding of the core proves every size: whatever it is called with, it raises, and reads no byte beyond."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from diffing import built
from tests.diffing import roads

ROWS, WIDTH, HEIGHT = 1 + 3 * 4, 4, 3
NOTHING = (ValueError, TypeError, BufferError, OverflowError)
HUGE = 1 << 24


@pytest.fixture(autouse=True, scope="module")
def core() -> Iterator[None]:
    """Nothing is to be called where the core is not built."""
    with roads.on("core"):
        yield


def filtered(filtering: int = 1) -> bytearray:
    """Give rows of a picture of 4 × 3 RGB pixels, each behind its filter byte."""
    return bytearray(bytes((filtering,)) + bytes(range(12))) * HEIGHT


def side(**other: object) -> tuple[object, ...]:
    """Give one side as the core takes it, some of it otherwise."""
    fine = {
        "pixels": filtered(),
        "width": WIDTH,
        "height": HEIGHT,
        "channels": 3,
        "palette": None,
        "filtered": True,
    }
    return tuple((fine | other).values())


def scene(**other: object) -> Any:
    """Make a scene of two such sides."""
    return built.CORE.Scene(side(), side(**other))


def grey(**other: object) -> tuple[object, ...]:
    """Give a side of palette indexes."""
    return side(**{"pixels": bytes(12), "channels": 1, "filtered": False, "palette": bytes(1024), **other})


@pytest.mark.parametrize(
    "other",
    [
        *({"width": width} for width in (0, -1, 3, 5, HUGE, HUGE + 1, (1 << 32) + 4, 1 << 70, None, 4.0, "4")),
        *({"height": height} for height in (0, -1, 2, 4, HUGE, (1 << 32) + 3, 1 << 70, None)),
        *({"channels": channels} for channels in (0, -1, 2, 4, 5, (1 << 32) + 3, None)),
        *(
            {"pixels": pixels}
            for pixels in (b"", bytearray(), bytes(39), filtered()[:-1], filtered() + b"\0", None, 7)
        ),
        *({"pixels": filtered(filtering)} for filtering in (5, 127, 255)),
        {"pixels": memoryview(filtered())[::-1]},
        {"pixels": np.zeros((78,), np.uint8)[::2]},
        {"palette": bytes(1024)},
        {"filtered": False},
    ],
)
def test_a_side_that_is_not_what_it_says_is_refused(other: dict[str, object]) -> None:
    """Sizes, buffers and filters are proved before anything is written over."""
    with pytest.raises(NOTHING):
        scene(**other)


@pytest.mark.parametrize(
    "palette", [b"", bytes(1023), bytes(1025), memoryview(bytes(1028))[1:1025], 7, np.zeros(512, np.uint32)[::2]]
)
def test_a_palette_of_another_size_is_refused(palette: object) -> None:
    """It has 256 colours, and lies where numbers may."""
    with pytest.raises(NOTHING):
        built.CORE.Scene(grey(palette=palette), grey())


@pytest.mark.parametrize(
    "given", [(), ((),), (side(),), (side(), ()), (side(), side()[:5]), (list(side()), side()), (1, 2)]
)
def test_a_scene_of_something_else_is_refused(given: tuple[object, ...]) -> None:
    """It takes two tuples of six, and maybe what is ignored."""
    with pytest.raises(NOTHING):
        built.CORE.Scene(*given)
    with pytest.raises(NOTHING):
        built.CORE.Scene(*given, ignored=None)


@pytest.mark.parametrize("ignored", [b"", bytes(11), bytes(13), 3, np.zeros((3, 8), np.bool_)[:, ::2]])
def test_what_is_ignored_is_as_large_as_the_canvas(ignored: object) -> None:
    """Neither smaller nor larger, and in one piece."""
    with pytest.raises(NOTHING):
        built.CORE.Scene(side(), side(), ignored)


@pytest.mark.parametrize("shift", [0, 1, 20])
def test_sides_do_not_share_what_is_written_over(shift: int) -> None:
    """Two views into one buffer, the same or overlapping ones, would be unfiltered twice."""
    both = memoryview(bytearray(1 + 3 * 4) * 6)
    one, two = both[:39], both[shift : shift + 39]
    for first, second in ((True, True), (False, True), (True, False)):
        width = {True: {}, False: {"width": 13, "channels": 1}}
        given = (
            side(pixels=one, filtered=first, **width[first]),
            side(pixels=two, filtered=second, **width[second]),
        )
        with pytest.raises(ValueError, match="one buffer"):
            built.CORE.Scene(*given)


def calls(made: Any) -> list[Callable[[], object]]:
    """Give every question that may be put to a scene, each in its right form."""
    lines = np.empty(HEIGHT, np.int64), np.empty(HEIGHT, np.int64)
    columns = np.empty(WIDTH, np.int64), np.empty(WIDTH, np.int64)
    pairs, counts = np.empty(12, np.uint64), np.empty(12, np.int64)
    whole = (0, 0, WIDTH, HEIGHT)
    return [
        made.equal,
        lambda: made.measure(0.1, False, False, bytearray(12)),
        lambda: made.row_sums(whole, 1, *lines),
        lambda: made.column_sums(whole, 1, *columns),
        lambda: made.tally(np.array([whole], np.uint32), 1, pairs, counts),
    ]


def test_a_scene_that_was_never_made_answers_nothing() -> None:
    """Neither one without `__init__`, nor one whose `__init__` failed half way."""
    empty, half = (built.CORE.Scene.__new__(built.CORE.Scene) for _ in range(2))
    with pytest.raises(ValueError):
        half.__init__(side(), side(width=5))
    for made in (empty, half):
        for ask in calls(made):
            with pytest.raises(ValueError, match="never made"):
                ask()


def test_a_scene_is_made_once() -> None:
    """A second time is refused, after a failure too, and what was held then is let go with the scene."""
    pixels, other = filtered(), filtered()
    made = built.CORE.Scene(side(pixels=pixels), side())
    with pytest.raises(ValueError, match="made once"):
        made.__init__(side(), side())
    half = built.CORE.Scene.__new__(built.CORE.Scene)
    for _ in range(3):
        with pytest.raises(ValueError):
            half.__init__(side(pixels=other), side(width=5))
    del made, half
    gc.collect()
    pixels.append(0)
    other.append(0)


def test_a_question_within_the_making_is_refused() -> None:
    """Whoever is asked how wide it is may ask back; then nothing is there yet."""
    asked = built.CORE.Scene.__new__(built.CORE.Scene)

    class Width:
        def __index__(self) -> int:
            with pytest.raises(ValueError, match="never made"):
                asked.equal()
            with pytest.raises(ValueError, match="made once"):
                asked.__init__(side(), side())
            return WIDTH

    asked.__init__(side(), side(width=Width()))
    assert asked.equal()


def test_buffers_stay_as_they_are_while_a_scene_holds_them() -> None:
    """A bytearray cannot shrink, a view cannot be released, until the scene is gone."""
    pixels, other = filtered(), filtered()
    view = memoryview(other)
    made = built.CORE.Scene(side(pixels=pixels), side(pixels=view))
    with pytest.raises(BufferError):
        pixels.clear()
    with pytest.raises(BufferError):
        view.release()
    assert made.equal()
    del made
    pixels.clear()
    view.release()
    with pytest.raises(ValueError):
        scene(pixels=view)


def test_nothing_is_leaked() -> None:
    """Neither by scenes nor by refusals: whoever gave a buffer holds the last word on it."""
    pixels, mask, sums = filtered(), bytearray(12), np.empty(HEIGHT, np.int64)
    before = [sys.getrefcount(each) for each in (pixels, mask, sums)]
    for _ in range(200):
        made = scene(pixels=pixels)
        made.measure(0.1, False, False, mask)
        made.row_sums((0, 0, WIDTH, HEIGHT), 1, sums, np.empty(HEIGHT, np.int64))
        for wrong in (
            (made.measure, (0.1, False, False, memoryview(mask)[1:])),
            (made.row_sums, ((0, 0, 9, 9), 1, sums, sums)),
        ):
            with pytest.raises(ValueError):
                wrong[0](*wrong[1])
        with pytest.raises(NOTHING):
            scene(pixels=pixels, width=5)
        with pytest.raises(NOTHING):
            built.CORE.boxes(mask, 5, 3, 1, 10)
    del made, wrong
    gc.collect()
    assert [sys.getrefcount(each) for each in (pixels, mask, sums)] == before
    pixels.clear()
    mask.clear()


@pytest.mark.parametrize(
    "mask", [b"", bytes(12), bytearray(11), bytearray(13), None, np.zeros((3, 8), np.uint8)[:, ::2]]
)
def test_a_mask_is_as_large_as_the_canvas_and_can_be_written(mask: object) -> None:
    """Read-only ones, larger and smaller ones are refused."""
    with pytest.raises(NOTHING):
        scene().measure(0.1, False, False, mask)


@pytest.mark.parametrize("threshold", [float("nan"), float("inf"), -1.0, 1e308, 5e-324])
def test_any_threshold_is_borne(threshold: float) -> None:
    """Each number compares somehow, none is a reason to stop."""
    pixels = filtered()
    pixels[20] ^= 255
    assert scene(pixels=pixels).measure(threshold, False, False, bytearray(12))[0]


PARTS = [
    *((0, 0, 0, 3), (0, 0, 4, 0), (4, 0, 4, 3), (3, 0, 2, 3), (0, 0, 5, 3), (0, 0, 4, 4), (1 << 31, 0, 4, 3)),
    *((-1, 0, 4, 3), (0, 0, 1 << 32, 3), ((1 << 32) + 1, 0, 4, 3), (0, 0, 4), (0, 0, 4, 3, 0), None, "abcd"),
]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_lies_on_the_canvas(part: Any) -> None:
    """Empty, turned round, beyond: all refused, whatever number they would become."""
    made, out = scene(), [np.empty(count, np.int64) for count in (3, 3, 4, 4)]
    with pytest.raises(NOTHING):
        made.row_sums(part, 1, *out[:2])
    with pytest.raises(NOTHING):
        made.column_sums(part, 1, *out[2:])


@pytest.mark.parametrize(
    "parts", [[(0, 0, 4, 4)], [(0, 0, 4, 3), (2, 0, 1, 3)], [(4, 0, 5, 3)], [(0, 1 << 31, 4, 3)], [(0, 0, 4)]]
)
def test_parts_to_be_counted_lie_on_the_canvas(parts: list[tuple[int, ...]]) -> None:
    """Each of them, and each is whole."""
    pairs, counts = np.empty(12, np.uint64), np.empty(12, np.int64)
    with pytest.raises(NOTHING):
        scene().tally(np.array(parts, np.uint32), 1, pairs, counts)


@pytest.mark.parametrize("step", [0, -1, HUGE + 1, 1 << 32, (1 << 32) + 1, 1 << 70, None])
def test_a_step_leads_on(step: Any) -> None:
    """No step would never come to an end."""
    whole, made = (0, 0, WIDTH, HEIGHT), scene()
    lines, columns = [np.empty(3, np.int64)] * 2, [np.empty(4, np.int64)] * 2
    with pytest.raises(NOTHING):
        made.row_sums(whole, step, *lines)
    with pytest.raises(NOTHING):
        made.column_sums(whole, step, *columns)
    with pytest.raises(NOTHING):
        made.tally(np.array([whole], np.uint32), step, np.empty(12, np.uint64), np.empty(12, np.int64))


def test_answers_have_room() -> None:
    """Room for fewer lines, read-only room, room that lies askew, pairs without counts: refused."""
    made, whole = scene(), (0, 0, WIDTH, HEIGHT)
    fine = np.empty(HEIGHT, np.int64)
    askew = memoryview(bytearray(8 * HEIGHT + 1))[1:]
    for room in (np.empty(2, np.int64), np.empty(4, np.int64), bytes(24), askew, None, b""):
        for pair in ((fine, room), (room, fine)):
            with pytest.raises(NOTHING):
                made.row_sums(whole, 1, *pair)
    parts = np.array([whole], np.uint32)
    for pairs, counts in ((12, 11), (11, 12), (0, 1)):
        with pytest.raises(NOTHING):
            made.tally(parts, 1, np.empty(pairs, np.uint64), np.empty(counts, np.int64))
    assert made.tally(parts, 1, np.empty(0, np.uint64), np.empty(0, np.int64)) == -1
    assert made.tally(np.empty((0, 4), np.uint32), 1, np.empty(1, np.uint64), np.empty(1, np.int64)) == 0


@pytest.mark.parametrize(
    ("mask", "width", "height", "mark", "most"),
    [
        *(
            (bytes(12), *size, 1, 5)
            for size in ((0, 3), (4, 0), (3, 3), (5, 3), ((1 << 32) + 4, 3), (HUGE, HUGE), (-4, -3))
        ),
        *((bytes(12), 4, 3, mark, 5) for mark in (-1, 256, None)),
        *((bytes(12), 4, 3, 1, most) for most in (0, -1, (1 << 20) + 1, 1 << 40)),
        (None, 4, 3, 1, 5),
        (np.zeros((3, 8), np.uint8)[:, ::2], 4, 3, 1, 5),
    ],
)
def test_boxes_and_packing_ask_for_a_whole_mask(mask: Any, width: int, height: int, mark: Any, most: int) -> None:
    """As many pixels as the size says, a mark that is a byte, and room for some boxes."""
    with pytest.raises(NOTHING):
        built.CORE.boxes(mask, width, height, mark, most)
    if (mark, most) == (1, 5):
        with pytest.raises(NOTHING):
            built.CORE.pack(mask, width, height)


def test_moves_are_sought_in_as_many_lines() -> None:
    """Other numbers of lines, or lines that lie askew, are refused; none at all have not moved."""
    one, two = np.zeros(3, np.int64), np.zeros(4, np.int64)
    askew = memoryview(bytes(25))[1:]
    for pair in ((one, two), (askew, one), (one, askew), (None, one)):
        with pytest.raises(NOTHING):
            built.CORE.best_move(*pair, 3)
    for farthest in (-(1 << 31), -1, 0, (1 << 31) - 1):
        assert built.CORE.best_move(one, one, farthest) == (0, 0, 0, 0, 0)
    assert built.CORE.best_move(b"", b"", 64) == (0, 0, 0, 0, 0)
    with pytest.raises(OverflowError):
        built.CORE.best_move(one, one, 1 << 31)


def test_threads_wait_for_nobody_and_mix_nothing_up() -> None:
    """One scene answers one thread at a time: another gets the same answer, or is told that it is busy."""
    pixels = np.random.default_rng(3).integers(0, 256, (400, 400, 4), np.uint8)
    other = np.roll(pixels, 1, axis=0)
    made = built.CORE.Scene((pixels, 400, 400, 4, None, False), (other, 400, 400, 4, None, False))
    expected, start = made.measure(0.1, False, False, bytearray(160_000)), threading.Barrier(4)

    def ask() -> list[object]:
        start.wait(10)
        said: list[object] = []
        for _ in range(20):
            try:
                said.append(made.measure(0.1, False, False, bytearray(160_000)))
            except ValueError as busy:
                said.append(str(busy))
        return said

    with ThreadPoolExecutor(4) as threads:
        answers = [answer for asked in [threads.submit(ask) for _ in range(4)] for answer in asked.result(60)]
    assert all(answer in (expected, "the scene is at work for another thread") for answer in answers)
    assert expected in answers


def test_a_mask_that_changes_meanwhile_does_no_harm() -> None:
    """Boxes are sought while another thread wipes the mask: they lie on it, whatever they hold."""
    mask, go_on = np.zeros((600, 600), np.uint8), threading.Event()

    def wipe() -> None:
        while not go_on.is_set():
            mask[:] = 1
            mask[:] = 0

    with ThreadPoolExecutor(1) as threads:
        wiping = threads.submit(wipe)
        try:
            for _ in range(200):
                for left, top, right, bottom in built.CORE.boxes(mask, 600, 600, 1, 100):
                    assert 0 <= left < right <= 600
                    assert 0 <= top < bottom <= 600
        finally:
            go_on.set()
        wiping.result(10)
