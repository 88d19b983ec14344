"""Measure comparing beside its peers, in turn and on the same files: `python -m tests.bench`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench import ours, screens
from tests.bench.peers import Answer, Files, Peers

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One pair: ours beside theirs."""

    size: str
    change: str
    ours: Answer
    theirs: dict[str, Answer]
    peak: float
    """Megabytes that comparing took on top of what the process had."""


def main() -> None:
    """Print a line for every size and change."""
    peers = Peers()
    print(_head(peers.names))
    with TemporaryDirectory() as folder:
        rows = [_print(row, peers.names) for row in _rows(peers, Path(folder))]
    for name in peers.names:
        ratios = [row.ours.ms / row.theirs[name].ms for row in rows]
        print(f"ours / {name}: median {median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})")
        if name == "pixelmatch":
            print(
                f"counts equal: {sum(row.ours.pixels == row.theirs[name].pixels for row in rows)} of {len(rows)}"
            )
    if missing := {"pixelmatch", "odiff"} - set(peers.names):
        print(
            f"missing: {', '.join(sorted(missing))}; npm i pixelmatch@7.2.0 pngjs@7 odiff-bin@4.5.0 into a folder"
        )
        print("and name it in GOLDDIGGER_TEST_NPM")
    peers.close()


def _rows(peers: Peers, folder: Path) -> Iterator[Row]:
    for size in screens.SIZES:
        golden = screens.png(screens.screen(size))
        for change, draw in screens.CHANGES.items():
            files = Files(folder / "golden.png", folder / "candidate.png", folder / "difference.png")
            files.golden.write_bytes(golden)
            files.candidate.write_bytes(draw(size))
            rounds = [
                (ours.ask(files), {name: peers.ask(name, files) for name in peers.names}) for _ in range(ROUNDS)
            ]
            our = _middle([one for one, _ in rounds])
            theirs = {name: _middle([answers[name] for _, answers in rounds]) for name in peers.names}
            yield Row(f"{size[0]}×{size[1]}", change, our, theirs, ours.peak(files))


def _middle(answers: list[Answer]) -> Answer:
    return Answer(median(answer.ms for answer in answers), answers[0].pixels)


def _head(names: list[str]) -> str:
    peers = "".join(f"{name + ' ms':>15}{'ratio':>7}" for name in names)
    return f"{'size':<12}{'change':<14}{'pixels':>9}{'ours ms':>9}{peers}{'peak MB':>9}"


def _print(row: Row, names: list[str]) -> Row:
    peers = "".join(f"{row.theirs[name].ms:>15.1f}{row.ours.ms / row.theirs[name].ms:>7.2f}" for name in names)
    print(
        f"{row.size:<12}{row.change:<14}{row.ours.pixels:>9}{row.ours.ms:>9.1f}{peers}{row.peak:>9.0f}", flush=True
    )
    return row


if __name__ == "__main__":
    main()
