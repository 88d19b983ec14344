"""Measure one pair at a time beside the peers, in turn and on the same files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from tests.bench import ours, screens
from tests.bench.ours import Ours
from tests.bench.peers import Answer, Files, Peers

_ROUNDS, _IN_A_ROW = 3, 5
Ask = Callable[[Files], Answer]
_DECODED = 4
"""Bytes of a decoded pixel."""


@dataclass(frozen=True, slots=True)
class Row:
    """One pair: ours, with the compiled core and without, beside theirs."""

    size: tuple[int, int]
    change: str
    ours: Answer
    plain: Answer
    theirs: Mapping[str, Answer]
    peak: float
    """Megabytes that comparing took on top of what the process had."""

    @property
    def memory(self) -> float:
        """The peak as a multiple of the decoded pair."""
        return self.peak * (1 << 20) / (2 * _DECODED * self.size[0] * self.size[1])


def kept(folder: Path) -> float:
    """Give the megabytes that a process still holds after forty pairs of every size, and then a small one."""
    process = Ours(core=True)
    for _ in range(2):
        for size in screens.SIZES:
            files = Files(folder / "golden.png", folder / "candidate.png", folder / "difference.png")
            files.golden.write_bytes(screens.png(screens.screen(size)))
            for draw in screens.CHANGES.values():
                files.candidate.write_bytes(draw(size))
                process.ask(files)
    for path, content in zip((files.golden, files.candidate), screens.tiny(), strict=True):
        path.write_bytes(content)
    held = process.kept(files)
    process.close()
    return held


def measure(peers: Peers, folder: Path) -> Iterator[Row]:
    """Measure every size and change."""
    core, plain = Ours(core=True), Ours(core=False)
    for size in screens.SIZES:
        golden = screens.png(screens.screen(size))
        for change, draw in screens.CHANGES.items():
            files = Files(folder / "golden.png", folder / "candidate.png", folder / "difference.png")
            files.golden.write_bytes(golden)
            files.candidate.write_bytes(draw(size))
            yield _row(size, change, files, peers, core, plain)
    core.close()
    plain.close()


def _row(size: tuple[int, int], change: str, files: Files, peers: Peers, core: Ours, plain: Ours) -> Row:
    who: dict[str, Ask] = {"core": core.ask, "plain": plain.ask}
    who |= {name: partial(peers.ask, name) for name in peers.names}
    answers: dict[str, list[Answer]] = {name: [] for name in who}
    for _ in range(_ROUNDS):
        for name, ask in who.items():
            answers[name] += [ask(files) for _ in range(_IN_A_ROW)][1:]  # the first warms up after the others
    middle = {name: _middle(each) for name, each in answers.items()}
    return Row(size, change, middle.pop("core"), middle.pop("plain"), middle, ours.peak(files))


def _middle(answers: list[Answer]) -> Answer:
    return Answer(median(answer.ms for answer in answers), answers[0].pixels)
