"""Set up a monorepo for these tests: goldens in git, what CI drew of them, and a run to compare."""

from __future__ import annotations

import io
import subprocess
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from sqlalchemy import Engine

from app.flow import standing, work
from app.flow.jobs import Compare, Job, Measure
from app.flow.links import Links
from app.flow.parts import Parts
from app.flow.seals import Seals
from bots.forge import Change
from bots.local import repositories
from bots.local.forge import Local
from bots.local.handovers import Handovers
from diffing import composites
from diffing.differ import differ
from diffing.words import Comparison
from storage import blobs, comparisons, runs
from storage.runs import StoredRun

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CONFIG = b"""\
version: 1
suites:
  - name: screens
    preset: same-path
    mode: all
    goldens: ["goldens/**"]
    ignore:
      - path: goldens/1*.png
        regions: [{left: 0, top: 0, width: 1, height: 1}]
        mask: masks/clock.png
"""


@dataclass(frozen=True, slots=True)
class Works:
    """What has been set up, and a run that is queued."""

    parts: Parts
    change: Change
    run_id: str

    @property
    def run(self) -> StoredRun:
        """Tell how the run stands."""
        with self.parts.reading() as db:
            return runs.get(db, self.run_id)

    @property
    def found(self) -> list[Comparison]:
        """Give what it found, without ids."""
        with self.parts.reading() as db:
            return [replace(each, id="") for each in comparisons.of_run(db, self.run_id)]

    @property
    def elsewhere(self) -> Parts:
        """Give the parts of a machine that can ask no forge."""
        return replace(self.parts, forges={})

    def do(self, *jobs: Job, at: datetime = NOW) -> list[Job]:
        """Do jobs, one after the other, and give what follows from them."""
        return [follow for job in jobs for follow in work.work(self.parts, job, at)]

    def drain(self, jobs: Iterable[Job], at: datetime = NOW) -> None:
        """Do jobs and all that follows, as far as it is about comparing."""
        left = deque(jobs)
        while left:
            job = left.popleft()
            if isinstance(job, Compare | Measure):
                left.extend(self.do(job, at=at))

    def again(self) -> Works:
        """Queue another round of the run."""
        old = self.run
        with self.parts.db.begin() as db:
            made = runs.insert(
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
                now=NOW,
            )
        assert made
        return replace(self, run_id=made)


def tile(number: int, blue: int = 0) -> bytes:
    """Draw a small picture of one colour."""
    kept = io.BytesIO()
    Image.new("RGB", (8, 8), (number % 256, number // 256, blue)).save(kept, "PNG")
    return kept.getvalue()


def mask() -> bytes:
    """Paint over nothing of a small picture."""
    kept = io.BytesIO()
    Image.new("L", (8, 8), 0).save(kept, "PNG")
    return kept.getvalue()


def set_up(folder: Path, engine: Engine, *, many: int, changed: int) -> Works:
    """Make so many goldens, of which every few, so many in all, were drawn otherwise.

    Beside them one was not drawn, one is new, and one is new and can never be committed: it is not what its name
    says."""
    goldens = {f"goldens/{number:05}.png": tile(number) for number in range(many)}
    every = max(1, many // max(1, changed))
    other = set(list(goldens)[::every][:changed])
    drawn = {name: tile(int(name[8:13]), 99) if name in other else golden for name, golden in goldens.items()}
    drawn |= {"goldens/new.png": tile(1, 98), "goldens/odd.txt": b"\xff\x00\xfe"}
    git = repositories.find(_repository(folder / "monorepo", {**goldens, "goldens/gone.png": tile(1, 97)}))
    forge = Local([git], Handovers(folder / "handovers"), say=lambda text: None)
    parts = Parts(
        db=engine,
        blobs=blobs.open(str(folder / "blobs")),
        webhooks={},
        forges={"local": forge},
        differ=differ,
        cut=composites.third,
        links=Links("http://127.0.0.1:8000", b"l" * 32),
        seals=Seals(b"s" * 32),
    )
    change = forge.change(repositories.describe(git), "redesign")
    return Works(parts, change, _queued(parts, change, _kept(folder, change, drawn)))


def handed_over(works: Works, folder: Path, artifact: Path) -> Works:
    """Hand over another artifact at the same head, and queue a run of it."""
    change = works.change
    kept = Handovers(folder / "handovers").add(
        repo=change.repo.id,
        branch=change.branch,
        head=change.head,
        source=artifact.name,
        artifacts={"goldens": artifact},
    )
    return replace(works, run_id=_queued(works.parts, change, kept.id, source=artifact.name))


def _kept(folder: Path, change: Change, drawn: Mapping[str, bytes]) -> str:
    kept = folder / "drawn"
    for name, content in drawn.items():
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        (kept / name).write_bytes(content)
    handovers = Handovers(folder / "handovers")
    artifacts = {"goldens": kept}
    return handovers.add(
        repo=change.repo.id, branch=change.branch, head=change.head, source="ci", artifacts=artifacts
    ).id


def _queued(parts: Parts, change: Change, pipeline: str, source: str = "ci") -> str:
    with parts.db.begin() as db:
        made = runs.insert(
            db,
            change_id=standing.remember(db, change),
            head=change.head,
            base=change.base,
            pipeline_id=pipeline,
            attempt=1,
            round=1,
            source=source,
            title="CI",
            url="https://ci.example.org/1",
            lane="local/monorepo",
            now=NOW,
        )
    assert made
    return made


def _repository(folder: Path, goldens: Mapping[str, bytes]) -> Path:
    _git("init", "--quiet", "--bare", "--initial-branch=main", str(folder))
    files = {".golddigger.yml": CONFIG, "masks/clock.png": mask(), **goldens}
    stream = _commit("main", "", files) + _commit("redesign", "from refs/heads/main\n", {})
    _git("-C", str(folder), "fast-import", "--quiet", stdin=stream)
    return folder


def _commit(branch: str, after: str, files: Mapping[str, bytes]) -> bytes:
    head = f"commit refs/heads/{branch}\ncommitter R <r@example.org> 1760000000 +0000\n"
    written = [f"M 100644 inline {name}\n".encode() + _data(content) for name, content in files.items()]
    return b"".join([head.encode(), _data(b"a title"), after.encode(), *written])


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)


def _git(*words: str, stdin: bytes = b"") -> None:
    subprocess.run(("git", *words), input=stdin, check=True, capture_output=True)
