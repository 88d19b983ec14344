"""Fuzz `differ` with atheris: `python -m tests.fuzz.differ_fuzzer FOLDER -max_total_time=60`, libFuzzer's options.

An input is a byte that chooses the golden and the rules, and the candidate. Nothing raises, both roads say the
same, golden and candidate exchanged count the same pixels, and no comparison takes long."""

from __future__ import annotations

import importlib
import signal
import sys
from dataclasses import replace
from random import Random
from typing import Any

from tests.fuzz.changing import changed
from tests.fuzz.writing import picture, png

atheris: Any = importlib.import_module("atheris")  # in a folder of its own: see tests/fuzz/__main__.py

with atheris.instrument_imports(include=["diffing"]):
    from diffing import built, images
    from diffing.differ import differ
    from diffing.words import Box, Difference, Rules, Tolerance

GOLDENS = [png(*picture(Random(at), (5, 4), colours)) for at, colours in enumerate((0, 2, 3, 4, 6))]
RULES = [
    Rules(most_pixels=20_000),
    Rules(most_pixels=20_000, tolerance=Tolerance(threshold=0.0, antialiasing=True)),
    Rules(most_pixels=20_000, tolerance=Tolerance(exact=True, size=3), ignore=(Box(1, 1, 2, 2),)),
]
CORE = built.CORE
SECONDS = 20


def ask(data: bytes) -> None:
    """Compare one input on both roads, both ways."""
    if not data:
        return
    golden, rules = GOLDENS[data[0] % len(GOLDENS)], RULES[data[0] // len(GOLDENS) % len(RULES)]
    if data[0] & 128:  # beside itself, changed
        golden = changed(data[1:], 1 << 16, _scrambled, Random(data[0]))
    signal.alarm(SECONDS)
    found, back = compared(golden, data[1:], rules), compared(data[1:], golden, rules)
    signal.alarm(0)
    if found.golden_size and found.candidate_size:
        assert (found.golden_size, found.candidate_size) == (back.candidate_size, back.golden_size), (found, back)
        assert counts(found) == counts(back), (found, back)


def compared(golden: bytes, candidate: bytes, rules: Rules) -> Difference:
    """Compare with the core and with NumPy, and give what both say."""
    built.CORE = CORE
    ours = differ(golden, candidate, rules)
    built.CORE = None
    theirs = differ(golden, candidate, rules)
    assert drawn(ours) == drawn(theirs), (ours, theirs)
    return ours


def counts(difference: Difference) -> tuple[object, ...]:
    """Give what is the same both ways."""
    return difference.pixels, difference.antialiased, difference.ratio, difference.largest, difference.boxes


def drawn(difference: Difference) -> tuple[Difference, bytes]:
    """Set the mask's pixels apart from how they were packed."""
    mask = (
        b"" if difference.mask is None else images.read(difference.mask, most_pixels=1 << 20).frames[0].tobytes()
    )
    return replace(difference, mask=None), mask


def mutated(data: bytes, most: int, seed: int) -> bytes:
    """Change the candidate as a PNG, the first byte now and then."""
    random = Random(seed)
    if not data or random.random() < 0.1:
        data = bytes((random.randrange(256),)) + data[1:]
    written: bytes = data[:1] + changed(data[1:], most - 1, atheris.Mutate, random)
    return written


def _scrambled(data: bytes, most: int) -> bytes:
    """Change some bytes, the same ones every time."""
    random, other = Random(len(data)), bytearray(data[:most])
    for _ in range(min(3, len(other))):
        other[random.randrange(len(other))] = random.randrange(256)
    return bytes(other)


def _late(*_: object) -> None:
    raise TimeoutError(f"one comparison took longer than {SECONDS} seconds")


def main() -> None:
    """Run until told to stop, or something is found."""
    if CORE is None:
        sys.exit("the compiled core is not built here: a C compiler, and `make setup`, would do it")
    signal.signal(signal.SIGALRM, _late)
    atheris.Setup(sys.argv, ask, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
