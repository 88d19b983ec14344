"""Find out what a run's pipeline kept, and how that compares with the goldens at the head."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial

from app.flow import laying, masks, measure, packing, settled, shelf, tries
from app.flow.goldens import Goldens
from app.flow.laying import Laid
from app.flow.measure import Rulebook
from app.flow.parts import Parts
from app.flow.shelf import Shelf
from bots.forge import Artifact, Change, Forge, Pipeline, PipelineState
from diffing.globs import matches_name
from diffing.guard import Ground
from diffing.pairing import pair, shards_complete
from diffing.presets import registry
from diffing.words import Comparison, Found, Pair, Refused, Suite, Tree
from storage import runs
from storage.runs import StoredRun

ARTIFACTS = ("golddigger*", "goldens*", "*golden*")
"""Where no suite says otherwise, artifacts of these names are read."""
MOST_ARTIFACTS, MOST_BYTES, MOST_FILES = 100, 4 << 30, 50_000
"""Of one pipeline, all artifacts together: they lie open side by side."""
MOST_AT_ONCE = 2 * packing.WAITING
"""So many pairs that differ are measured where they were laid out: two batches' worth, over in seconds, which is
sooner than others hear of them. Of more, every worker takes its share."""
_A_MEMBER, _AN_ENTRY = 5000, 800
"""Bytes of memory that a run takes for each file that CI kept, and for each in the tree; measured, rounded up."""

Tried = Callable[[Sequence[Comparison]], list[Comparison]]
"""Says of comparisons what earlier tries say against them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Did the pipeline keep goldens, what is there to say of that, and what came of comparing."""

    kept: bool
    notes: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    globs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By suite, what bounds the paths that may be committed."""
    laid: tuple[Laid, ...] = ()
    """Where many differ, all pairs, to be measured in batches by whoever is free; `comparisons` is empty then."""
    rules: Rulebook = field(default_factory=lambda: Rulebook({}, {}))
    """Those that all are measured by."""


def find(parts: Parts, run: StoredRun, change: Change) -> Findings:
    """Compare a run; Refused where what CI kept cannot be used and a person must mend it."""
    forge = parts.forges[change.repo.host]
    pipeline = _pipeline(forge, change, run)
    rules = settled.rules(parts, change)
    suites = rules.suites if rules else ()
    wanted = tuple(dict.fromkeys(glob for suite in suites for glob in suite.artifact)) or ARTIFACTS
    listed = forge.artifacts(pipeline)
    chosen = [each for each in listed if _named(each.name, wanted)]
    if not chosen:
        return Findings(kept=False, notes=(_nothing_kept(pipeline, listed, wanted),))
    expired = [each.name for each in chosen if each.expired]
    if len(expired) == len(chosen):
        return Findings(kept=False, notes=(f"{_list(expired)} expired. Run CI again to have it compared.",))
    if expired:
        raise Refused(f"{_list(expired)} expired, so some goldens would be missing. Run CI again.")
    _weigh(chosen)
    with ExitStack() as stack:
        opened = {each.name: stack.enter_context(forge.open_artifact(pipeline, each)) for each in chosen}
        kept = shelf.fill(opened)
        _count(kept)
        return _compare(parts, run, change, pipeline, kept, tuple(suites), chosen)


def _weigh(chosen: Sequence[Artifact]) -> None:
    """Refuse, before anything is fetched, what would fill the disk."""
    if len(chosen) > MOST_ARTIFACTS:
        raise Refused(f"CI kept {len(chosen)} artifacts of goldens; at most {MOST_ARTIFACTS} are read of one run.")
    if sum(each.size for each in chosen) > MOST_BYTES:
        raise Refused(f"The artifacts are over {MOST_BYTES >> 30} GiB together. Upload only what the tests drew.")


def _count(kept: Shelf) -> None:
    if len(kept) > MOST_FILES:
        raise Refused(
            f"The artifacts hold {len(kept):,} files together; at most {MOST_FILES:,} are read of one run."
        )


def _pipeline(forge: Forge, change: Change, run: StoredRun) -> Pipeline:
    for pipeline in forge.pipelines(change):
        if pipeline.id == run.pipeline_id and pipeline.attempt == run.attempt:
            return pipeline
    raise Refused("CI is running this again, or the run was deleted there; a newer attempt replaces this one.")


def _compare(
    parts: Parts,
    run: StoredRun,
    change: Change,
    pipeline: Pipeline,
    kept: Shelf,
    configured: tuple[Suite, ...],
    chosen: Sequence[Artifact],
) -> Findings:
    tree = parts.forges[change.repo.host].tree(change.repo, change.head)
    with parts.lists.of(len(kept) * _A_MEMBER + len(tree) * _AN_ENTRY):
        suites = configured or tuple(registry.infer(kept.members, kept.read, tree))
        lot = _Lot(parts, suites, tree, Goldens(parts, change.repo))
        complete = shards_complete(list(kept.archives), pipeline.state is not PipelineState.SUCCEEDED)
        pairs = lot.pairs(kept, complete=complete)
        lacking = registry.lacking(kept.members, suites, kept.read, tree)
        if not pairs:
            return Findings(kept=False, notes=(*lacking, *registry.explain(kept.members, suites, tree)))
        rules = Rulebook({suite.name: suite for suite in suites}, masks.fetch(parts, change, suites, lot.goldens))
        found = Findings(
            kept=True,
            notes=lacking if complete else (*lacking, _incomplete(kept)),
            globs={suite.name: suite.goldens for suite in suites},
            rules=rules,
        )
        return _measured(run, lot, kept, pairs, found, partial(_tried, run, pipeline, chosen, lot))


@dataclass(frozen=True, slots=True)
class _Lot:
    """What the goldens of a run are, whichever try of its artifacts is looked at."""

    parts: Parts
    suites: tuple[Suite, ...]
    tree: Tree
    goldens: Goldens

    def pairs(self, kept: Shelf, *, complete: bool) -> list[Pair]:
        """Lay what lies on a shelf beside its goldens."""
        found = [each for suite in self.suites for each in _found(suite, kept, self.tree)]
        settled_ones = [self.goldens.settle(each, kept.read, self.tree) for each in found]
        return pair(self.suites, settled_ones, self.tree, complete=complete)


def _tried(
    run: StoredRun, pipeline: Pipeline, chosen: Sequence[Artifact], lot: _Lot, compared: Sequence[Comparison]
) -> list[Comparison]:
    return tries.tell(lot.parts, run, pipeline, chosen, partial(lot.pairs, complete=False), compared)


def _measured(
    run: StoredRun, lot: _Lot, kept: Shelf, pairs: Sequence[Pair], found: Findings, tried: Tried
) -> Findings:
    """Measure what differs, or leave it laid out where it is much."""

    def told(done: int) -> None:
        with lot.parts.db.begin() as db:
            runs.progress(db, run.id, done=done, total=len(pairs))

    laid = laying.lay(lot.parts, pairs, kept, lot.goldens, Ground(lot.tree), told)
    if sum(not each.settled for each in laid) > MOST_AT_ONCE:
        return replace(found, laid=tuple(_doubted(laid, tried)))
    measured = measure.measure(lot.parts, laid, lambda each: found.rules.of(*each.golden), told)
    brought = measure.approved(lot.parts, run)
    compared = tried(measure.united(measured))
    return replace(found, comparisons=tuple(measure.proven(brought, each) for each in compared))


def _doubted(laid: Sequence[Laid], tried: Tried) -> Iterator[Laid]:
    """Say of each pair, before it is measured, what earlier tries say against it if it really differs."""
    before = [measure.judged(each, each.comparison) for each in laid]
    for each, was, now in zip(laid, before, tried(before), strict=True):
        if now.flaky == was.flaky:
            yield each
        else:
            yield replace(each, comparison=now) if each.settled else replace(each, doubted=True)


def _found(suite: Suite, kept: Shelf, tree: Tree) -> list[Found]:
    members = [member for member in kept.members if _named(member.artifact, suite.artifact)]
    return registry.PRESETS[suite.preset].find(suite, members, kept.read, tree)


def _named(name: str, globs: Sequence[str]) -> bool:
    return any(matches_name(name, glob) for glob in globs)


def _nothing_kept(pipeline: Pipeline, listed: Sequence[Artifact], wanted: Sequence[str]) -> str:
    there = f"It kept {_list([each.name for each in listed])}." if listed else "It kept no artifact at all."
    passed = pipeline.state is PipelineState.SUCCEEDED
    good = (
        " It passed: where CI keeps only goldens that failed, that is as it should be. Otherwise:"
        if passed
        else ""
    )
    unseen = (
        f" It started pipelines in {_list(pipeline.unseen)}, into which Golddigger may not look: "
        "let it read there what CI kept, if goldens are drawn there."
        if pipeline.unseen
        else ""
    )
    return (
        f"{pipeline.title} kept no artifact named like {_list(wanted)}. {there}{unseen}{good} "
        "Upload what the golden tests drew as an artifact of such a name, "
        "also when the tests fail (`if: always()`), or name yours in `.golddigger.yml`: `artifact: NAME`."
    )


def _incomplete(kept: Shelf) -> str:
    return (
        f"CI failed, and nothing proves that {_list(sorted(kept.archives))} are all its shards, so goldens "
        "without a candidate are not called removed. Name the shards `…-1-of-4` to `…-4-of-4` to prove it."
    )


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:8])
    return shown + (f" and {len(names) - 8} more" if len(names) > 8 else "")
