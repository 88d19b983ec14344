"""List and fetch what the jobs of a pipeline kept: by job, since only successful pipelines are found by branch."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from bots import archive
from bots.archive import Caps
from bots.forge import Archive, Artifact, Pipeline
from bots.gate import Gate
from bots.gitlab import pipelines
from bots.gitlab.client import Api
from bots.gitlab.limits import Failed
from diffing.words import Refused

Json = Any
_UNNAMED = {"artifacts", "default", ""}
_SHARD = re.compile(r"(?P<name>.*?) (?P<number>\d{1,4})/(?P<of>\d{1,4})")


def kept(api: Api, pipeline: Pipeline, now: datetime) -> list[Artifact]:
    """List what the last try of each job kept, and beside it what its earlier tries did."""
    tries = pipelines.tries(_jobs(api, pipeline))
    named = [(own, _name(own[-1])) for own in tries if _kept(own[-1]) or _expired(own[-1], now)]
    shared = Counter(name for _, name in named)
    return [_describe(own, _apart(name, own[-1]) if shared[name] > 1 else name, now) for own, name in named]


@contextmanager
def opened(api: Api, gate: Gate, pipeline: Pipeline, artifact: Artifact, caps: Caps) -> Iterator[Archive]:
    """Fetch an artifact into a temporary file and open it there."""
    if artifact.expired:
        raise Refused(f"The artifact {artifact.name} has expired. Run the job again.")
    if artifact.size > caps.total:
        raise Refused(f"The artifact {artifact.name} is over {caps.total >> 30} GiB. Keep only the goldens.")
    _check(api, pipeline, artifact)
    # Bearer, and not PRIVATE-TOKEN, which nobody would take off on the way to another host: GitLab sends us on to
    # where it stores files.
    proof = {"Authorization": f"Bearer {api.client.transport.token}"}
    with tempfile.TemporaryFile(prefix="golddigger-") as file:
        address = api.address("jobs", artifact.id, "artifacts")
        for chunk in gate.send("GET", address, most=caps.total, headers=proof):
            file.write(chunk)
        file.seek(0)
        with archive.open_zip(file, caps) as found:
            yield found


def _jobs(api: Api, pipeline: Pipeline) -> list[Json]:
    try:
        return list(api.pages("pipelines", pipeline.id, "jobs", params={"include_retried": "true"}))
    except Failed as failed:
        if failed.status not in {403, 404}:
            raise
        raise Refused(
            f"The bot may not see what {pipeline.title} kept in the fork. A member of the target project can run "
            "the pipeline there (Pipelines > Run pipeline), or the fork's owner adds the bot as a Reporter."
        ) from failed


def _check(api: Api, pipeline: Pipeline, artifact: Artifact) -> None:
    job = api.find("jobs", artifact.id)
    if job is None or not _kept(job):
        raise Refused(f"The artifact {artifact.name} has expired or was deleted. Run the job again.")
    if str((job.get("pipeline") or {}).get("id")) != pipeline.id:
        raise Refused(f"The artifact {artifact.name} is of another pipeline.")


def _kept(job: Json) -> bool:
    return bool((job.get("artifacts_file") or {}).get("filename"))


def _expired(job: Json, now: datetime) -> bool:
    """Did a job keep something that is gone? Of what is gone only the date is left."""
    until = job.get("artifacts_expire_at")
    return bool(until) and not _kept(job) and datetime.fromisoformat(until) <= now


def _name(job: Json) -> str:
    """Name an artifact as CI named it, or else by its job; by whichever of the two speaks of goldens."""
    told = str((job.get("artifacts_file") or {}).get("filename") or "").removesuffix(".zip")
    if told in _UNNAMED or ("gold" in job["name"].lower() and "gold" not in told.lower()):
        return _shard(job["name"])
    return told


def _apart(name: str, job: Json) -> str:
    """Tell artifacts of one name apart by their jobs: `golden 1/4` kept the first shard of four."""
    if found := _SHARD.fullmatch(job["name"]):
        return f"{name}-{found['number']}-of-{found['of']}"
    return f"{name} ({job['name']})"


def _shard(job: str) -> str:
    found = _SHARD.fullmatch(job)
    return f"{found['name']}-{found['number']}-of-{found['of']}" if found else job


def _describe(tries: list[Json], name: str, now: datetime) -> Artifact:
    """Put what the tries of one job kept into words, by the last one's name: it is the same drawn again."""
    *earlier, last = (
        Artifact(
            id=str(job["id"]),
            name=name,
            size=int((job.get("artifacts_file") or {}).get("size") or 0),
            expired=not _kept(job),
        )
        for job in tries
        if _kept(job) or _expired(job, now)
    )
    return replace(last, earlier=tuple(earlier))
