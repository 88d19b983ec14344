"""Compare all pairs, on all cores. The order of what comes out does not depend on timing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from threading import Lock

from app.compare import reading
from app.compare.pairs import Files
from app.compare.rulebook import Rulebook
from app.sandbox import Sandbox
from diffing.digests import digest
from diffing.words import Comparison, Difference, Digest, Outcome, Refused

_TASKS = 1000
"""After so many pairs a child is replaced: later than on a server, because here it sees one person's files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One golden beside its candidate while both are at hand; what is not kept of it now is gone."""

    comparison: Comparison
    golden: bytes | None
    candidate: bytes | None
    drawn: bytes | None
    """The picture of what differs, as PNG; None where there is none."""
    mask: bytes | None
    """What differs alone, all else transparent, as PNG; None where there is none."""
    sheet: Callable[[bytes], bytes | None]
    """Draws a file that browsers do not show, or must not, as PNG; None where it cannot be drawn."""


Keep = Callable[[Evidence], None]
"""Is called as soon as a golden was compared and is not the same, from several threads. May raise Refused."""
Told = Callable[[], None]
"""Is called when one more is done, from several threads."""


def compare(
    files: Sequence[Files], rulebook: Rulebook, *, workers: int, keep: Sequence[Keep] = (), told: Told
) -> list[Comparison]:
    """Compare each golden with its candidate. Raises Refused or Unavailable where one report cannot be written,
    or no process can be started."""
    with Sandbox(workers, tasks=_TASKS) as sandbox:
        bench = _Bench(rulebook, sandbox, keep)
        return _spread(files, bench.compare, workers=workers, stop=sandbox.close, told=told)


def _spread(
    files: Sequence[Files],
    one: Callable[[int, Files], Comparison],
    *,
    workers: int,
    stop: Callable[[], None],
    told: Told,
) -> list[Comparison]:
    """Have threads take one pair after the other. One more than there are children: it reads while they work."""
    found: dict[int, Comparison] = {}
    waiting, lock = iter(enumerate(files)), Lock()

    def work() -> None:
        while True:
            with lock:
                at, each = next(waiting, (-1, None))
            if each is None:
                return
            found[at] = one(at, each)
            told()

    with ThreadPoolExecutor(workers + 1, thread_name_prefix="compare") as threads:
        try:
            done, _ = wait([threads.submit(work) for _ in range(workers + 1)], return_when=FIRST_EXCEPTION)
            for each in done:
                each.result()
        except BaseException:
            stop()  # whoever still waits for an answer gets none, and ends
            raise
    return [found[at] for at in range(len(files))]


class _Bench:
    """Where one golden after the other is laid beside its candidate."""

    def __init__(self, rulebook: Rulebook, sandbox: Sandbox, keep: Sequence[Keep]) -> None:
        self._rulebook, self._sandbox, self._keep = rulebook, sandbox, keep

    def compare(self, at: int, files: Files) -> Comparison:
        """Compare one, and have kept of it what is wanted."""
        suite = self._rulebook.suite(files.name)
        blank = Comparison(
            id=str(at + 1), suite=suite.name if suite else "", name=files.name, outcome=Outcome.UNREADABLE
        )
        try:
            golden, candidate = _read("golden", files.golden), _read("candidate", files.candidate)
        except Refused as refused:
            return replace(blank, why=str(refused))
        if golden is not None and golden == candidate:  # to the byte: nothing is decoded
            both = digest(golden)
            return replace(blank, outcome=Outcome.SAME, golden=both, candidate=both)
        known = replace(blank, golden=_digest(golden), candidate=_digest(candidate))
        found, drawn = self._beside(known, golden, candidate)
        mask = found.difference.mask if found.difference else None
        if found.difference is not None:
            found = replace(found, difference=replace(found.difference, mask=None))
        if found.open:
            evidence = Evidence(
                comparison=found,
                golden=golden,
                candidate=candidate,
                drawn=drawn,
                mask=mask,
                sheet=self._sheet,
            )
            for keep in self._keep:
                keep(evidence)
        return found

    def _beside(
        self, known: Comparison, golden: bytes | None, candidate: bytes | None
    ) -> tuple[Comparison, bytes | None]:
        """Give what came of it, and the picture of what differs where there is one."""
        if golden is None:
            return self._alone(known, Outcome.ADDED, candidate or b""), None
        if candidate is None:
            return self._alone(known, Outcome.REMOVED, golden), None
        compare = self._sandbox.exhibit if self._keep else self._sandbox.settle
        rules = replace(self._rulebook.rules(known.name), mask=bool(self._keep))
        found = compare(golden, candidate, rules)
        return replace(known, outcome=found.outcome, difference=found.difference), found.drawn

    def _sheet(self, content: bytes) -> bytes | None:
        try:
            return self._sandbox.sheet(content)
        except Refused:
            return None

    def _alone(self, known: Comparison, outcome: Outcome, content: bytes) -> Comparison:
        """Find what stands alone readable, and its size: there is nothing that it could differ from."""
        found = self._sandbox.differ(b"", content, self._rulebook.rules(known.name))
        size = found.candidate_size
        if outcome is Outcome.REMOVED:
            return replace(known, outcome=outcome, difference=Difference(outcome=outcome, golden_size=size))
        if found.outcome is Outcome.UNREADABLE:
            return replace(known, difference=found)
        return replace(known, outcome=outcome, difference=Difference(outcome=outcome, candidate_size=size))


def _read(side: str, path: str | None) -> bytes | None:
    if path is None:
        return None
    try:
        return reading.read(path)
    except Refused as refused:
        raise Refused(f"The {side} {refused}.") from refused


def _digest(content: bytes | None) -> Digest | None:
    return None if content is None else digest(content)
