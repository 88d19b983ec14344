"""Fuzz the core's C and `differ`, one after the other, for so many seconds in all: `python -m tests.fuzz 600`.

Says what ran, how often, and what was covered; ends with 1 where something was found, and says where it lies."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

from tests.fuzz import broken

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".fuzz"
CORE = ROOT / "diffing" / "core"
HERE = Path(__file__).parent
_COMPILERS = ("clang", *(f"clang-{version}" for version in range(24, 13, -1)))
_LARGEST = 12_000
_FLAGS = (
    *("-std=c11", "-g", "-O1", "-ffp-contract=off", f"-I{CORE}", "-Wall", "-Wextra"),
    *("-fsanitize=fuzzer-no-link,address,undefined", "-fno-sanitize-recover=undefined"),
)
_PLAIN = ("png", "rows", "yiq")
"""The parts of the core that have vectors: they are compiled a second time without."""


@dataclass(frozen=True, slots=True)
class Fuzzer:
    """One program of libFuzzer's kind."""

    name: str
    command: tuple[str, ...]
    largest: int
    """Bytes of an input."""


def main() -> int:
    """Build, run both, and tell."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    fuzzers = [_core(), _differ()]
    return max([_run(fuzzer, max(1, seconds // len(fuzzers))) for fuzzer in fuzzers])


def _core() -> Fuzzer:
    """Compile the core beside itself, with every check that clang has."""
    compiler = next(filter(None, map(shutil.which, _COMPILERS)), None)
    if compiler is None:
        sys.exit("clang is missing. On Debian and Ubuntu: apt-get install clang libclang-rt-dev")
    KEPT.mkdir(exist_ok=True)
    objects = []
    for part in _PLAIN:
        objects.append(str(KEPT / f"plain-{part}.o"))
        _call(compiler, *_FLAGS, "-include", f"{HERE}/plain.h", "-c", f"{CORE}/{part}.c", "-o", objects[-1])
    sources = [str(path) for path in sorted(CORE.glob("*.c")) if path.name != "module.c"]
    program = str(KEPT / "core-fuzzer")
    _call(compiler, *_FLAGS, "-fsanitize=fuzzer", f"{HERE}/core_fuzzer.c", *sources, *objects, "-o", program)
    random = Random(1)
    _keep("core", [random.randbytes(random.randrange(_LARGEST)) for _ in range(200)])
    return Fuzzer("core", (program,), _LARGEST)


def _differ() -> Fuzzer:
    """Have atheris at hand, in a folder of its own: nothing else needs it."""
    packages = KEPT / "packages"
    if not packages.exists():
        wanted = ("--require-hashes", "--only-binary", ":all:", "-r", str(ROOT / "locks" / "fuzz.txt"))
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps")
        _call(*pip, "--target", str(packages), *wanted)
    files = [content for family in broken.FAMILIES for content in broken.family(family) if len(content) < _LARGEST]
    _keep("differ", [bytes((at % 256,)) + content for at, content in enumerate(files)][::3])
    return Fuzzer("differ", (sys.executable, "-m", "tests.fuzz.differ_fuzzer"), _LARGEST)


def _keep(name: str, corpus: Sequence[bytes]) -> None:
    """Lay down what to begin with, beside what earlier runs have found."""
    folder = KEPT / name / "corpus"
    folder.mkdir(parents=True, exist_ok=True)
    for content in corpus:
        (folder / sha256(content).hexdigest()[:40]).write_bytes(content)


def _run(fuzzer: Fuzzer, seconds: int) -> int:
    folder, finds = KEPT / fuzzer.name, KEPT / "finds"
    finds.mkdir(exist_ok=True)
    options = (
        *(f"-max_total_time={seconds}", f"-max_len={fuzzer.largest}", "-timeout=60", "-rss_limit_mb=2048"),
        *("-print_final_stats=1", f"-artifact_prefix={finds}/{fuzzer.name}-", str(folder / "corpus")),
    )
    print(f"{fuzzer.name}: {seconds} s …", flush=True)
    log = folder / "log"
    with log.open("wb") as out:
        paths = os.pathsep.join((str(ROOT), str(KEPT / "packages")))
        environment = {**os.environ, "PYTHONPATH": paths}
        code = subprocess.run(
            [*fuzzer.command, *options],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=ROOT,
            check=False,
        ).returncode
    said = log.read_text("utf-8", "replace")
    print(f"{fuzzer.name}: {_summary(said)}, {'something was found' if code else 'nothing was found'}", flush=True)
    if code:
        print(_found(said), f"The whole log: {log}", sep="\n", flush=True)
    return min(abs(code), 1)


def _summary(said: str) -> str:
    """Say how much was run; libFuzzer's counts are numbers behind words."""
    last = re.findall(r"^#(\d+)\t.* cov: (\d+) ft: (\d+) corp: (\d+)/.* exec/s: (\d+)", said, re.MULTILINE)
    if not last:
        return "it did not start"
    runs, edges, features, inputs, rate = last[-1]
    done = re.findall(r"^Done (\d+) runs", said, re.MULTILINE)
    covered = f"{edges} edges and {features} features covered by {inputs} of them"
    return f"{(done or [runs])[-1]} inputs, {rate} a second, {covered}"


def _found(said: str) -> str:
    """Give the lines that say what was found, and where the input lies."""
    telling = re.compile(r"ERROR|SUMMARY|runtime error|does not hold|Error|artifact|Test unit")
    return "\n".join([line for line in said.splitlines() if telling.search(line)][-20:]) or said[-2000:]


def _call(*command: str) -> None:
    if subprocess.run(command, check=False).returncode:
        sys.exit(f"This failed: {' '.join(command)}")


if __name__ == "__main__":
    sys.exit(main())
