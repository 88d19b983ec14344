"""Follow the heads of changes: which pipelines ran on them, which runs that makes, which are over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.flow import lanes, standing, watch
from app.flow.jobs import Compare, Job, Publish
from app.flow.parts import Parts
from bots.events import BranchGone, HeadMoved, PipelineFinished, RerunAsked
from bots.forge import Change, Pipeline, PipelineState
from storage import changes, runs
from storage.runs import StoredRun


@dataclass(frozen=True, slots=True)
class Survey:
    """What follows from looking at a head, and how many of its pipelines are running still."""

    jobs: tuple[Job, ...]
    waiting: int


def finished(parts: Parts, event: PipelineFinished, now: datetime) -> tuple[list[Job], str]:
    """CI ended on a commit: look again at each change whose head it is."""
    forge = parts.forges[event.repo.host]
    heads = forge.changes_at(event.repo, event.head, event.branch, event.head_path)
    jobs = [job for change in heads for job in look(parts, change, now)]
    return jobs, f"{len(heads)} open changes have head {event.head[:12]}"


def moved(parts: Parts, event: HeadMoved, now: datetime) -> tuple[list[Job], str]:
    """A change got a new head, or is new: what was compared for another head is over."""
    change = parts.forges[event.repo.host].change(event.repo, event.number)
    return look(parts, change, now), f"{event.number} is at {change.head[:12]}"


def gone(parts: Parts, event: BranchGone, now: datetime) -> tuple[list[Job], str]:
    """A change was closed: nothing more is said of it, nothing more is committed to it."""
    with parts.db.begin() as db:
        kept = standing.known(db, event.repo, event.number)
    if kept is None:
        return [], "a change we never met was closed"
    change = standing.ask(parts, kept.id)
    if change.open:
        return look(parts, change, now), f"{event.number} was opened again"
    with parts.db.begin() as db:
        runs.supersede(db, kept.id, keep_head=None, now=now)
        watch.end(db, kept.id)
    return [], f"{event.number} is closed"


def rerun_asked(parts: Parts, event: RerunAsked, now: datetime) -> tuple[list[Job], str]:
    """The forge's own *re-run* was pressed: compare again what stands at that head."""
    with parts.db.begin() as db:
        repo_id = standing.heard_of(db, event.repo)
        kept = [] if repo_id is None else changes.at_head(db, repo_id, event.head)
    jobs = [job for change in kept for job in again(parts, change.id, now)]
    return jobs, f"{len(kept)} changes compared again"


def look(parts: Parts, change: Change, now: datetime) -> list[Job]:
    """Survey a change's head, and give what follows from it."""
    return list(survey(parts, change, now).jobs)


def survey(parts: Parts, change: Change, now: datetime) -> Survey:
    """Ask which pipelines ran on a change's head, make a run of each that has ended, end those of other heads."""
    if not change.open:
        return Survey((), 0)
    pipelines = newest(parts, change)
    ended = [pipeline for pipeline in pipelines if pipeline.state is not PipelineState.RUNNING]
    with parts.db.begin() as db:
        id_ = standing.remember(db, change)
        over = runs.supersede(db, id_, keep_head=change.head, now=now)
        new = _insert(db, id_, change, ended, now)
        watch.keep(db, id_, change, pipelines, now)
        if over or new:  # boxes of an earlier head must not stay where somebody ticks them
            changes.want(db, id_)
    return Survey((Publish(id_), *new) if over or new else (), len(pipelines) - len(ended))


def newest(parts: Parts, change: Change) -> list[Pipeline]:
    """Ask which pipelines count on a change's head: the last of each source."""
    pipelines = parts.forges[change.repo.host].pipelines(change)
    # Ids are numbers that grow, on every forge; a longer one is a later one.
    return list({p.source: p for p in sorted(pipelines, key=lambda p: (len(p.id), p.id))}.values())


def again(parts: Parts, change_id: int, now: datetime) -> list[Job]:
    """Compare a change's head again, whatever came of it the last time."""
    change = standing.ask(parts, change_id)
    jobs = look(parts, change, now)
    with parts.db.begin() as db:
        old = runs.at_head(db, change_id, change.head)
        jobs += [job for run in old if run.state in ("concluded", "failed") for job in _once_more(db, run, now)]
        changes.want(db, change_id)
    return [*jobs, Publish(change_id)]


def _insert(
    db: Connection, change_id: int, change: Change, pipelines: Iterable[Pipeline], now: datetime
) -> list[Job]:
    known = runs.of_change(db, change_id)
    made: list[Job] = []
    for pipeline in pipelines:
        rounds = [each for each in known if _same(each, change, pipeline)]
        if any(each.state != "superseded" and not _grew(each, pipeline) for each in rounds):
            continue
        # Ended rounds stand there where the head came back: a change reopened, a branch reset.
        round_ = 1 + max((each.round for each in rounds), default=0)
        new = runs.insert(
            db,
            change_id=change_id,
            head=change.head,
            base=change.base,
            pipeline_id=pipeline.id,
            attempt=pipeline.attempt,
            round=round_,
            source=pipeline.source,
            title=pipeline.title,
            url=pipeline.url,
            lane=lanes.lane(change.repo),
            keepers=pipeline.keepers,
            now=now,
        )
        made += _begun(db, new)
    return made


def _same(run: StoredRun, change: Change, pipeline: Pipeline) -> bool:
    return (run.head, run.pipeline_id, run.attempt) == (change.head, pipeline.id, pipeline.attempt)


def _grew(run: StoredRun, pipeline: Pipeline) -> bool:
    """Has a job kept something since that run was made: one that somebody played by hand?"""
    return run.keepers is not None and pipeline.keepers is not None and pipeline.keepers > run.keepers


def _once_more(db: Connection, old: StoredRun, now: datetime) -> list[Job]:
    new = runs.insert(
        db,
        change_id=old.change_id,
        head=old.head,
        base=old.base,
        pipeline_id=old.pipeline_id,
        attempt=old.attempt,
        round=old.round + 1,
        source=old.source,
        title=old.title,
        url=old.url,
        lane=old.lane,
        keepers=old.keepers,
        now=now,
    )
    return _begun(db, new)


def _begun(db: Connection, run_id: str | None) -> list[Job]:
    """End what a new run replaces. None: somebody else made it first."""
    if run_id is None:
        return []
    new = runs.get(db, run_id)
    runs.supersede_older(db, new.change_id, new.head, new.source, new.pipeline_id, new.attempt, new.round)
    return [Compare(run_id)]
