"""Measure comparing beside its peers, a run's page, storage, and load: `python -m tests.bench`, or `… load`."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from diffing import built, streams
from tests.bench import folders, load, pages, pairs, stores
from tests.bench.load import Large
from tests.bench.pages import Scrolled
from tests.bench.pairs import Row
from tests.bench.peers import Peers
from tests.browser import browsers

_WANTED = ("pixelmatch", "odiff")


def main(parts: Sequence[str]) -> None:
    """Print what was measured, as Markdown."""
    print(f"{os.cpu_count()} cores, {_processor()}; Python {platform.python_version()}, {built.name()}, ", end="")
    print(f"{streams.NAME}.\n")
    for name, show in _PARTS.items():
        if not parts or name in parts:
            with TemporaryDirectory() as folder:
                show(Path(folder))


def _pairs(folder: Path) -> None:
    peers = Peers()
    names = peers.names
    print("| size | change | pixels | ours, ms |", *(f" ours / {name} |" for name in names), end="")
    print(" without the core / odiff | peak, MB | of the decoded pair |")
    print(f"|---|---|--:|--:|{'--:|' * (len(names) + 3)}")
    rows = [_row(row, names) for row in pairs.measure(peers, folder)]
    peers.close()
    _summary(rows, names)
    print(f"- held by the process after forty of these pairs: {pairs.kept(folder):.0f} MB\n")


def _row(row: Row, names: Sequence[str]) -> Row:
    ratios = [f"{row.ours.ms / row.theirs[name].ms:.2f}" for name in names]
    plain = f"{row.plain.ms / row.theirs['odiff'].ms:.2f}" if "odiff" in names else ""
    cells = [
        f"{row.size[0]}×{row.size[1]}",
        row.change,
        f"{row.ours.pixels:,}",
        f"{row.ours.ms:.2f}",
        *ratios,
        plain,
    ]
    print(f"| {' | '.join(cells)} | {row.peak:.0f} | {row.memory:.2f} × |", flush=True)
    return row


def _summary(rows: Sequence[Row], names: Sequence[str]) -> None:
    print()
    for name in names:
        _spread(f"ours / {name}", [row.ours.ms / row.theirs[name].ms for row in rows])
    if "odiff" in names:
        _spread("without the core / odiff", [row.plain.ms / row.theirs["odiff"].ms for row in rows])
    if "pixelmatch" in names:
        equal = sum(row.ours.pixels == row.plain.pixels == row.theirs["pixelmatch"].pixels for row in rows)
        print(f"- counts equal to pixelmatch's, with the core and without: {equal} of {len(rows)}")
    if missing := set(_WANTED) - set(names):
        print(f"- missing: {', '.join(sorted(missing))}; `make bench` installs them where npm is")


def _spread(what: str, ratios: Sequence[float]) -> None:
    print(f"- {what}: median **{median(ratios):.2f}** (from {min(ratios):.2f} to {max(ratios):.2f})")


def _folders(folder: Path) -> None:
    seconds = folders.measure(folder)
    print(f"| {folders.PAIRS} mixed pairs, whole process | seconds | golddigger / it | golddigger --diff / it |")
    print("|---|--:|--:|--:|")
    for name, each in seconds.items():
        ratios = (seconds["golddigger"] / each, seconds["golddigger --diff"] / each)
        print(f"| {name} | {each:.2f} | {ratios[0]:.2f} | {ratios[1]:.2f} |")
    print()


def _page(folder: Path) -> None:
    if browsers.missing():
        print(f"- {browsers.missing()}\n")
        return
    found = pages.measure(folder)
    print(f"| a run of {pages.COMPARISONS:,} comparisons, median of {pages.ROUNDS} | |")
    print("|---|--:|")
    for name, each in found.loaded.items():
        print(f"| {name} | {each:.0f}{'' if 'kB' in name else ' ms'} |")
    print(f"| from a key to the next golden on the stage | {median(found.stepped):.0f} ms |")
    print(f"\n| {found.scrolled.rows:,} rows scrolled to the end | while they come | again |")
    print("|---|--:|--:|")
    for name, tell in _FRAMES.items():
        print(f"| {name} | {tell(found.scrolled)} | {tell(found.again)} |")
    print()


def _stores(folder: Path) -> None:
    what = f"{stores.FILES} files of {stores.SIZE // 1000} kB, {stores.THREADS} threads"
    print(f"| {what}, files a second | put | put again | get | has |")
    print("|---|--:|--:|--:|--:|")
    for name, seconds in stores.measure(folder).items():
        print(f"| {name} | {' | '.join(f'{stores.FILES / each:,.0f}' for each in seconds.values())} |")
    print()


def _load(folder: Path) -> None:
    print(
        f"| {load.DELIVERIES:,} webhooks, two web processes | accepted | a second | median, ms | 99 of 100, ms |"
    )
    print("|---|--:|--:|--:|--:|")
    for name in ("embedded", "redis"):
        came = load.intake(folder, name)
        print(f"| {name} | {came.accepted:,} | {came.a_second:,.0f} | {came.median:.0f} | {came.slowest:.0f} |")
    print(f"\n| {load.GOLDENS:,} goldens, {load.CHANGED} changed, from delivery to verdict | embedded | redis |")
    print("|---|--:|--:|")
    large = [load.large(folder / "large", name) for name in ("embedded", "redis")]
    for what, tell in _LARGE.items():
        print(f"| {what} | {' | '.join(tell(each) for each in large)} |")
    calls = ", ".join(f"{count} × `{name}`" for name, count in large[0].calls.most_common())
    print(f"\nAsked of the forge: {calls}.")
    many = load.many(folder / "many", "redis")
    print(f"\n| {load.RUNS} runs at once, two workers | seconds |\n|---|--:|")
    print(
        f"| half of them told | {many.half:.1f} |\n| 95 of 100 | {many.most:.1f} |\n| all | {many.seconds:.1f} |\n"
    )


_LARGE: Mapping[str, Callable[[Large], str]] = {
    "seconds": lambda large: f"{large.seconds:.1f}",
    "calls to the forge": lambda large: f"{large.calls.total()}",
    "fetched, MB": lambda large: f"{large.fetched / 1e6:.0f}",
    "of which candidates, MB": lambda large: f"{large.artifact / 1e6:.0f}",
    "worker, most memory, MB": lambda large: f"{large.worker:.0f}",
    "its largest child, MB": lambda large: f"{large.children:.0f}",
}
_FRAMES: Mapping[str, Callable[[Scrolled], str]] = {
    "frames": lambda scrolled: f"{len(scrolled.frames):,}",
    "a frame, median": lambda scrolled: f"{scrolled.percentiles[49]:.1f} ms",
    "a frame, 95 of 100": lambda scrolled: f"{scrolled.percentiles[94]:.1f} ms",
    "a frame, 99 of 100": lambda scrolled: f"{scrolled.percentiles[98]:.1f} ms",
    "the longest frame": lambda scrolled: f"{max(scrolled.frames):.0f} ms",
    "tasks of more than 50 ms": lambda scrolled: str(len(scrolled.tasks)),
}
_PARTS: Mapping[str, Callable[[Path], None]] = {
    "pairs": _pairs,
    "folders": _folders,
    "page": _page,
    "stores": _stores,
    "load": _load,
}


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    main(sys.argv[1:])
