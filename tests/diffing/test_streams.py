"""What is squeezed, packed or inflated is to the byte what it was, by whichever library."""

from __future__ import annotations

import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffing import built, png, streams
from diffing.differ import differ
from diffing.words import Kind, Rules
from tests.diffing import drawing

RUNS = st.lists(st.tuples(st.integers(0, 255), st.integers(1, 700)), max_size=12)
needs_core = pytest.mark.skipif(built.CORE is None, reason="the compiled core was not built")


def _content(runs: list[tuple[int, int]]) -> bytes:
    return b"".join(bytes((value,)) * times for value, times in runs)


def _unpacked(body: bytes) -> bytes:
    machine = zlib.decompressobj(wbits=-15)
    found = machine.decompress(body)
    assert machine.eof
    assert not machine.unused_data
    return found


@needs_core
@given(runs=RUNS, row=st.integers(0, 40_000))
def test_zlib_reads_what_the_core_squeezes(runs: list[tuple[int, int]], row: int) -> None:
    """Runs of any bytes, in rows of any length: the blocks are sound, and one more can follow at a whole byte."""
    content = _content(runs)
    squeezed = built.CORE.squeeze(content, row)
    assert _unpacked(squeezed + b"\x03\x00") == content
    assert len(squeezed) <= len(content) * 9 // 8 + 16


@needs_core
@given(content=st.binary(max_size=3000), row=st.integers(0, 200))
def test_what_has_no_runs_stays_below_the_bound(content: bytes, row: int) -> None:
    """Noise takes nine bits a byte at most."""
    squeezed = built.CORE.squeeze(content, row)
    assert _unpacked(squeezed + b"\x03\x00") == content
    assert len(squeezed) <= len(content) * 9 // 8 + 16


@needs_core
def test_rows_that_repeat_are_squeezed_by_the_row_above() -> None:
    """A pattern that no byte repeats is written once, where the core is told how long a row is."""
    row = bytes(range(200))
    told, untold = (built.CORE.squeeze(row * 100, length) for length in (len(row), 0))
    assert len(told) < 1000 < len(untold)
    assert _unpacked(told + b"\x03\x00") == row * 100


@needs_core
@pytest.mark.parametrize("given_", [(None, 1), ("text", 1), (b"", -1), (b"", 1 << 33), (b"",)])
def test_the_core_squeezes_bytes_alone(given_: tuple[Any, ...]) -> None:
    """Whatever else is asked for is refused."""
    with pytest.raises((TypeError, ValueError, OverflowError)):
        built.CORE.squeeze(*given_)
    assert _unpacked(built.CORE.squeeze(b"", 0) + b"\x03\x00") == b""


@pytest.mark.usefixtures("road")
@given(before=st.integers(0, 5000), runs=RUNS, after=st.integers(0, 5000), row=st.integers(1, 300))
def test_a_packed_stream_holds_zeros_on_both_sides(
    before: int, runs: list[tuple[int, int]], after: int, row: int
) -> None:
    """Whoever deflates, zlib reads it, its sum too."""
    packed = streams.pack(before, _content(runs), after, row=row)
    assert zlib.decompress(packed) == bytes(before) + _content(runs) + bytes(after)


LARGE = bytes(range(256)) * (1 << 12) + b"and a little"


@pytest.mark.parametrize("apart", [True, False])
def test_large_streams_are_inflated_to_the_byte(apart: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the library's own function or the package's: all of a stream, and nothing of one that is longer, shorter,
    cut or changed."""
    if not apart:
        monkeypatch.setattr(streams, "_LIBRARY", None)
    stream = zlib.compress(LARGE)
    found = streams.inflate(stream, len(LARGE))
    assert found is not None
    assert found.tobytes() == LARGE
    assert found.flags.writeable
    broken = bytes((*stream[:-1], stream[-1] ^ 1))
    for spoilt, size in (
        (stream, len(LARGE) - 1),
        (stream, len(LARGE) + 1),
        (stream[:-5], len(LARGE)),
        (broken, len(LARGE)),
        (b"", len(LARGE)),
        (b"no stream", len(LARGE)),
    ):
        assert streams.inflate(spoilt, size) is None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the package may hide its functions")
def test_libdeflate_is_called_so_that_it_lets_go_of_the_interpreter() -> None:
    """The package in the lock file shows its functions, so that two large pictures are inflated at once."""
    assert streams.APART
    assert streams.NAME == "libdeflate"


@needs_core
@pytest.mark.parametrize("refused", [False, True])
def test_two_large_pictures_are_read_at_once(refused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """By two threads; one after the other where the system gives no second one. The answer is the same."""
    monkeypatch.setattr(png, "_WORTH_A_THREAD", 1)
    monkeypatch.setattr(streams, "APART", True)
    readers = set()
    read = png.read

    def noted(content: bytes, *, most_pixels: int) -> png.Raw | None:
        readers.add(threading.get_ident())
        return read(content, most_pixels=most_pixels)

    monkeypatch.setattr(png, "read", noted)
    if refused:
        monkeypatch.setattr(ThreadPoolExecutor, "submit", _no_thread)
    golden, candidate = (drawing.encoded(drawing.written(text)) for text in ("Total", "Sum"))
    found = differ(golden, candidate, Rules())
    assert found.kind is Kind.CONTENT
    assert found.pixels > 0
    assert len(readers) == (1 if refused else 2)


def _no_thread(*_: object, **__: object) -> None:
    raise RuntimeError("can't start new thread")
