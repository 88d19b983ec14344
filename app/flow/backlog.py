"""Look at the jobs that are not done, and try again those that were given up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from app.flow.jobs import Approve, Compare, Ingest, Job, Publish
from app.flow.parts import Parts
from diffing.words import Refused
from storage import approvals, backlog, changes, deliveries, runs
from storage.backlog import Entry

_AT_ONCE = 200


def page(
    parts: Parts,
    now: datetime,
    *,
    most: int,
    kinds: Collection[str],
    dead: Collection[bool],
    after: str = "",
) -> list[Entry]:
    """Give jobs that are not done, newest first. `after`: the last one that was seen before."""
    with parts.reading() as db:
        last = _found(backlog.find(db, *_named(after), now), after) if after else None
        return backlog.page(db, now=now, most=most, kinds=kinds, dead=dead, after=last)


def find(parts: Parts, name: str, now: datetime) -> Entry:
    """Give a job by its id, such as `compare:2Zk1`; Refused where there is none that is not done."""
    with parts.reading() as db:
        return _found(backlog.find(db, *_named(name), now), name)


def retry(parts: Parts, entry: Entry, now: datetime) -> list[Job]:
    """Have a job tried again that was given up or put off, and give what is to be sent.

    Doing so twice does nothing twice: what is under way, or done, is left alone."""
    with parts.db.begin() as db:
        match entry.kind:
            case "ingest":
                return [Ingest(int(entry.key))] if deliveries.retry(db, int(entry.key)) else []
            case "compare":
                change = runs.retry(db, entry.key)
                if change is None:
                    return []
                changes.want(db, change)
                return [Compare(entry.key), Publish(change)]
            case "publish":
                changes.want(db, int(entry.key))
                return [Publish(int(entry.key))]
            case _:
                change = approvals.again(db, entry.key, now=now)
                return [Approve(change)] if change is not None else []


def given_up(parts: Parts, now: datetime, *, kinds: Collection[str]) -> list[Entry]:
    """Give everything that was given up."""
    found: list[Entry] = []
    with parts.reading() as db:
        while some := backlog.page(
            db, now=now, most=_AT_ONCE, kinds=kinds, dead=[True], after=found[-1] if found else None
        ):
            found += some
    return found


def _named(name: str) -> tuple[str, str]:
    kind, _, key = name.partition(":")
    return kind, key


def _found(entry: Entry | None, name: str) -> Entry:
    if entry is None:
        raise Refused(f"There is no job {name} that is not done. `golddigger jobs` lists those that are not.")
    return entry
