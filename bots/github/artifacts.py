"""List and fetch what a workflow run kept."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Any

from bots import archive
from bots.archive import Caps
from bots.forge import Archive, Artifact, Pipeline
from bots.gate import Barred, Gate
from bots.github.client import Api
from bots.github.limits import Failed
from diffing.words import Refused

Json = Any
_GONE = {404, 410}


def kept(api: Api, pipeline: Pipeline) -> list[Artifact]:
    """List what a run kept, the newest of each name: GitHub lists those of all attempts together.

    One attempt cannot keep two of a name, so the older ones are earlier attempts'."""
    listed = api.pages("actions", "runs", pipeline.id, "artifacts", key="artifacts")
    ours = [each for each in listed if _belongs(each, pipeline)]
    tries: defaultdict[str, list[Json]] = defaultdict(list)
    for each in sorted(ours, key=lambda each: (each["created_at"] or "", each["id"])):
        tries[each["name"]].append(each)
    return [replace(_describe(last), earlier=tuple(map(_describe, earlier))) for *earlier, last in tries.values()]


@contextmanager
def opened(api: Api, gate: Gate, pipeline: Pipeline, artifact: Artifact, caps: Caps) -> Iterator[Archive]:
    """Fetch an artifact into a temporary file and open it there."""
    if artifact.expired:
        raise Refused(f"The artifact {artifact.name} has expired. Run the workflow again.")
    if artifact.size > caps.total:
        raise Refused(f"The artifact {artifact.name} is over {caps.total >> 30} GiB. Upload only the goldens.")
    _check_attempt(api, pipeline)
    with tempfile.TemporaryFile(prefix="golddigger-") as file:
        try:
            _fetch(gate, _address(api, pipeline, artifact), file, caps)
        except Barred:  # an address is good for a minute, which may be over before the storage answers
            _fetch(gate, _address(api, pipeline, artifact), file, caps)
        with archive.open_zip(file, caps) as found:
            yield found


def _fetch(gate: Gate, address: str, file: IO[bytes], caps: Caps) -> None:
    file.seek(0)
    file.truncate()
    for chunk in gate.send("GET", address, most=caps.total):
        file.write(chunk)
    file.seek(0)


def _check_attempt(api: Api, pipeline: Pipeline) -> None:
    run = api.find("actions", "runs", pipeline.id)
    if run is None:
        raise Refused(f"The workflow run {pipeline.title} was deleted.")
    if run["head_sha"] != pipeline.head or (run.get("run_attempt") or 1) != pipeline.attempt:
        raise Refused(f"The workflow {pipeline.title} was run again. Its new artifacts will be looked at instead.")


def _address(api: Api, pipeline: Pipeline, artifact: Artifact) -> str:
    found = api.find("actions", "artifacts", artifact.id)
    if found is None or found["expired"]:
        raise Refused(f"The artifact {artifact.name} has expired or was deleted. Run the workflow again.")
    if not _belongs(found, pipeline):
        raise Refused(f"The artifact {artifact.name} is of another run or commit.")
    try:
        return api.location("actions", "artifacts", artifact.id, "zip")
    except Failed as failed:
        if failed.status in _GONE:
            raise Refused(f"The artifact {artifact.name} has expired. Run the workflow again.") from failed
        raise


def _belongs(artifact: Json, pipeline: Pipeline) -> bool:
    run = artifact.get("workflow_run") or {}
    return run.get("head_sha") == pipeline.head and str(run.get("id")) == pipeline.id


def _describe(artifact: Json) -> Artifact:
    return Artifact(
        id=str(artifact["id"]),
        name=artifact["name"],
        size=artifact["size_in_bytes"],
        expired=artifact["expired"],
    )
