"""What the fuzzers are made of works by itself: files, changes to them, and questions to the core."""

from __future__ import annotations

import shutil
import subprocess
import zlib
from pathlib import Path
from random import Random

import pytest

from diffing import chunks
from tests.fuzz import broken, writing
from tests.fuzz.__main__ import CORE, HERE
from tests.fuzz.changing import changed

pytestmark = pytest.mark.slow

_FLAGS = ("-std=c11", "-O1", "-ffp-contract=off", f"-I{CORE}")


@pytest.mark.parametrize("family", broken.FAMILIES)
def test_a_family_is_the_same_every_time(family: str) -> None:
    """A find can be made again from the name of its family and its number."""
    one, two = (list(map(zlib.crc32, broken.family(family))) for _ in range(2))
    assert one == two
    assert one


@pytest.mark.parametrize("colours", writing.CHANNELS)
@pytest.mark.parametrize("interlaced", [0, 1])
def test_what_is_drawn_is_sound(colours: int, interlaced: int) -> None:
    """Unbroken files keep every rule, or else the broken ones would show nothing."""
    content = writing.png(*writing.picture(Random(1), (9, 7), colours, 8, interlaced))
    assert chunks.take_apart(content) is not None
    assert writing.png(*writing.taken_apart(content)) == content


def test_changes_get_past_the_sums() -> None:
    """Of a thousand changes most are still files whose chunks are right, and no two alike in a row."""
    random, content, sound = Random(1), writing.png(*writing.picture(Random(1), (9, 7), 6)), 0
    seen = set()
    for _ in range(1000):
        other = changed(content, 5000, _flipped, random)
        assert len(other) <= 5000
        sound += chunks.read_header(other) is not None
        seen.add(other)
    assert sound > 500
    assert len(seen) > 500


def _flipped(data: bytes, most: int) -> bytes:
    """Change one byte, as a fuzzer would."""
    other = bytearray(data[:most])
    if other:
        other[zlib.crc32(data) % len(other)] ^= 0x55
    return bytes(other)


def test_the_core_holds_what_the_fuzzer_asks(tmp_path: Path) -> None:
    """A few hundred pseudo-random scenes, with vectors and without, with whatever compiler there is."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    said = {
        _driven(compiler, tmp_path / name, *flags) for name, flags in (("fast", ()), ("plain", ("-DGD_PLAIN",)))
    }
    assert len(said) == 1


def _driven(compiler: str, folder: Path, *more: str) -> str:
    folder.mkdir()
    parts = [str(path) for path in CORE.glob("*.c") if path.name != "module.c"]
    objects = [str(folder / f"{part}.o") for part in ("png", "rows", "yiq")]
    for target in objects:
        source = str(CORE / f"{Path(target).stem}.c")
        subprocess.run(
            [compiler, *_FLAGS, *more, "-include", str(HERE / "plain.h"), "-c", source, "-o", target], check=True
        )
    asking = [str(HERE / "core_driver.c"), str(HERE / "core_fuzzer.c")]
    program = str(folder / "driver")
    subprocess.run([compiler, *_FLAGS, *more, *asking, *parts, *objects, "-lm", "-o", program], check=True)
    return subprocess.run([program, "200"], check=True, capture_output=True, text=True).stdout
