"""Hold what a run drew against what earlier tries on the same commit drew: where they disagree, it is flaky."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace

from app.flow import shelf
from app.flow.cutting import Cut
from app.flow.parts import Parts
from app.flow.shelf import Shelf
from bots.forge import Artifact, Forge, Pipeline
from diffing.digests import digest
from diffing.words import Comparison, Digest, Name, Outcome, Pair, Refused, Unavailable
from storage import comparisons, runs
from storage.runs import StoredRun

Key = tuple[str, Name]
"""A suite's name, and the golden's."""
Drawn = Mapping[Key, set[Digest]]
Paired = Callable[[Shelf], Sequence[Pair]]
"""Finds the candidates on a shelf, by the rules of the run."""

MOST_TRIES, MOST_BYTES, MOST_FILES = 3, 1 << 30, 50_000
"""So many earlier tries are fetched, the last ones, as far as they are no larger together."""
WHY = "An earlier try on this commit drew other bytes."


def tell(
    parts: Parts,
    run: StoredRun,
    pipeline: Pipeline,
    chosen: Sequence[Artifact],
    paired: Paired,
    compared: Sequence[Comparison],
) -> list[Comparison]:
    """Call flaky what an earlier try drew otherwise; the last try counts all the same.

    What was compared before is known already. Other tries are fetched only where a golden differs now; those that
    are gone, or cannot be had, are no evidence."""
    if run.attempt == 1:
        return list(compared)
    before = _before(parts, run)
    told = _marked(compared, _known(parts, before[-MOST_TRIES:], compared))
    if {each.attempt for each in before} >= set(range(1, run.attempt)):
        return told  # nothing was tried that was not compared
    forge = parts.forges[pipeline.repo.host]
    for tried in _rounds(chosen):
        doubtful = {(each.suite, each.name) for each in told if _doubtful(each)}
        if not doubtful:
            break
        told = _marked(told, _fetched(parts, forge, pipeline, tried, paired, doubtful))
    return told


def _before(parts: Parts, run: StoredRun) -> list[StoredRun]:
    """Give the runs of earlier attempts of the same pipeline that were compared, oldest first."""
    with parts.reading() as db:
        known = runs.of_change(db, run.change_id)
    same = [each for each in known if (each.head, each.pipeline_id) == (run.head, run.pipeline_id)]
    return [each for each in same if each.attempt < run.attempt and each.kept is not None]


def _known(parts: Parts, before: Sequence[StoredRun], compared: Sequence[Comparison]) -> Drawn:
    """Give what these runs drew; of a golden that is as it should be now, only what was not so then."""
    with parts.reading() as db:
        drawn = comparisons.drawn(db, [each.id for each in before])
    open_now = {(each.suite, each.name) for each in compared if each.open}
    return {
        key: {content for content, outcome in tried if key in open_now or outcome is not Outcome.SAME}
        for key, tried in drawn.items()
    }


def _marked(compared: Sequence[Comparison], drawn: Drawn) -> list[Comparison]:
    return [flaky(each) if _disagree(each, drawn) else each for each in compared]


def _doubtful(each: Comparison) -> bool:
    return each.open and each.placed and each.candidate is not None and not each.flaky


def _disagree(each: Comparison, drawn: Drawn) -> bool:
    if not each.placed or each.candidate is None:
        return False
    return bool(drawn.get((each.suite, each.name), set()) - {each.candidate})


def flaky(each: Comparison) -> Comparison:
    """Call flaky what an earlier try drew otherwise."""
    return each if each.flaky else replace(each, flaky=True, why=f"{WHY} {each.why}".strip())


def _rounds(chosen: Sequence[Artifact]) -> Iterator[list[Artifact]]:
    """Give the earlier tries that are there still: first the last one of each artifact, then the one before it."""
    left = MOST_BYTES
    for back in range(1, MOST_TRIES + 1):
        tried = [each.earlier[-back] for each in chosen if len(each.earlier) >= back]
        kept = [each for each in tried if not each.expired]
        left -= sum(each.size for each in kept)
        if not kept or left < 0:
            return
        yield kept


def _fetched(
    parts: Parts,
    forge: Forge,
    pipeline: Pipeline,
    tried: Sequence[Artifact],
    paired: Paired,
    wanted: Collection[Key],
) -> Drawn:
    """Read what one round of tries drew of these goldens. A result never waits for evidence."""
    try:
        with ExitStack() as stack:
            opened = {each.name: stack.enter_context(forge.open_artifact(pipeline, each)) for each in tried}
            if sum(len(archive.paths) for archive in opened.values()) > MOST_FILES:
                return {}
            return _read(parts, shelf.fill(opened), paired, wanted)
    except (Refused, Unavailable):
        return {}


def _read(parts: Parts, kept: Shelf, paired: Paired, wanted: Collection[Key]) -> Drawn:
    pairs = [each for each in paired(kept) if each.placed and (each.suite, each.name) in wanted]
    cut = Cut(parts, kept, pairs)
    return {
        (each.suite, each.name): {digest(cut.read(found)) for found in (each.found, *each.found.earlier)}
        for each in pairs
        if each.found is not None
    }
