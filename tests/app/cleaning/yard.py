"""Make runs that put files, let time pass, clean, and look what is left."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from hashlib import sha256
from operator import add
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Engine, func, select

from app.flow import clean, disposal
from app.flow.disposal import Done
from app.flow.links import Links
from app.flow.parts import Parts
from app.flow.retention import Retention
from app.flow.seals import Seals
from bots.forge import Forge
from diffing.words import Comparison, Decision, Digest, Name, Opinion, Outcome
from storage import changes, decisions, runs, tables
from storage.blobs.folder import Folder
from storage.sparing import Sparing
from tests.storage import making

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def digest_of(content: str) -> Digest:
    """Give the digest of a file."""
    return Digest(sha256(content.encode()).hexdigest())


@dataclass(slots=True)
class Yard:
    """A database, a folder of files, and a clock for both."""

    parts: Parts
    folder: Folder
    root: Path
    now: datetime = making.NOW
    repo_id: int = 0
    waits: list[Callable[[], object]] = field(default_factory=list)
    """What happens while somebody waits for a file."""
    forges: dict[str, Forge] = field(default_factory=dict)

    @classmethod
    def at(cls, engine: Engine, root: Path) -> Yard:
        """Make one."""
        root.mkdir()
        folder = Folder(root, lambda: made.now.timestamp())
        forges: dict[str, Forge] = {}
        sparing = Sparing(folder, engine, clock=lambda: made.now, sleep=lambda _: made._waited())
        parts = Parts(
            db=engine,
            blobs=sparing,
            webhooks={},
            forges=forges,
            differ=cast("Any", None),
            cut=cast("Any", None),
            links=Links("https://golddigger.example.org", b"key"),
            seals=Seals(b"s" * 32),
        )
        made = cls(parts, folder, root, forges=forges)
        with engine.begin() as db:
            made.repo_id = making.repo(db)
        return made

    def _waited(self) -> None:
        if self.waits:
            self.waits.pop(0)()

    # --------------------------------------------------------------------------------------- making

    def put(self, content: str) -> Digest:
        """Put a file, as something that compares does."""
        digest = self.parts.blobs.put(content.encode())
        place = self.root / digest[:2] / digest[2:4] / digest
        if place.stat().st_mtime > self.now.timestamp() + 1:  # the machine's clock wrote it, not ours
            os.utime(place, (self.now.timestamp(),) * 2)
        return digest

    def found(self, content: str) -> Digest:
        """Rely on a file where it is there, and put it where not, as goldens are fetched."""
        there = self.parts.blobs.has(digest_of(content))
        return digest_of(content) if there else self.put(content)

    def record(self, change_id: int, name: str, files: tuple[Digest, Digest, Digest], *, head: str) -> None:
        """Make a concluded run of files that were found before."""
        golden, candidate, mask = files
        shown = making.comparison(f"goldens/{name}.png", golden=golden, candidate=candidate, mask=mask)
        with self.parts.db.begin() as db:
            making.concluded(db, change_id, shown, head=head, now=self.now)

    def change(self, **said: Any) -> int:
        """Make an open change."""
        with self.parts.db.begin() as db:
            return making.change(db, self.repo_id, **said)

    def run(self, change_id: int, *names: str, head: str = making.HEAD, pipeline: str = "") -> str:
        """Make a concluded run, with a golden, a candidate and a mask for each `golden:candidate`."""
        found = [self._compared(each) for each in names]
        with self.parts.db.begin() as db:
            made = making.run(db, change_id, head=head, pipeline_id=pipeline or making.fresh(), now=self.now)
            claim = runs.claim(db, made, now=self.now, until=self.now + HOUR)
            assert claim
            assert runs.conclude(db, made, claim=claim, kept=True, notes=[], comparisons=found, now=self.now)
        return made

    def _compared(self, name: str) -> Comparison:
        golden, _, candidate = name.partition(":")
        return making.comparison(
            f"goldens/{golden}.png",
            golden=self.put(golden),
            candidate=self.put(candidate or f"new {golden}"),
            mask=self.put(f"mask {name}"),
        )

    def same(self, name: str) -> Comparison:
        """Find a golden unchanged: nothing is put."""
        digest = digest_of(name)
        return making.comparison(name, outcome=Outcome.SAME, golden=digest, candidate=digest)

    def decide(self, change_id: int, run_id: str, golden: str, candidate: str = "") -> None:
        """Have somebody approve a candidate."""
        said = Decision(
            name=Name(f"goldens/{golden}.png"),
            candidate=digest_of(candidate or f"new {golden}"),
            opinion=Opinion.APPROVED,
            who="ann",
        )
        with self.parts.db.begin() as db:
            decisions.add(
                db,
                change_id=change_id,
                run_id=run_id,
                head=making.HEAD,
                rows=[said],
                via="page",
                granted="ann may write",
                act="1",
                now=self.now,
            )

    def supersede(self, change_id: int, *, keep: str | None = making.OTHER) -> None:
        """Have a newer head come, or the change be closed."""
        with self.parts.db.begin() as db:
            runs.supersede(db, change_id, keep_head=keep, now=self.now)

    def close(self, change_id: int) -> None:
        """Close a change, as a webhook does."""
        with self.parts.db.begin() as db:
            changes.close(db, change_id)
        self.supersede(change_id, keep=None)

    # -------------------------------------------------------------------------------------- cleaning

    def clean(self, **kept: timedelta | None) -> Done:
        """Clean once, now."""
        return reduce(add, clean.clean(self.parts, Retention(**kept), lambda: self.now), Done())

    def clean_for(self, days: float, *, every: float = 0.5) -> Done:
        """Let days pass, and clean twice a day."""
        done, until = Done(), self.now + days * DAY
        while self.now < until:
            self.now = min(self.now + every * DAY, until)
            done += self.clean()
        return done

    def orphans(self) -> int:
        """Look through the storage once."""
        return sum(done.orphans for _, done in disposal.suspected(self.parts, lambda: self.now))

    # --------------------------------------------------------------------------------------- looking

    def has(self, content: str) -> bool:
        """Is a file there?"""
        return self.folder.has(digest_of(content))

    def count(self, table: str) -> int:
        """Count a table's rows."""
        with self.parts.reading() as db:
            counted: int = db.execute(select(func.count()).select_from(tables.metadata.tables[table])).scalar_one()
        return counted

    def names(self, run_id: str) -> list[str]:
        """Name what is left of a run."""
        c = tables.comparisons.c
        with self.parts.reading() as db:
            return list(db.execute(select(c.name).where(c.run_id == run_id).order_by(c.name)).scalars())

    def missing(self) -> Sequence[str]:
        """Name the files that rows need and that are not there."""
        c = tables.comparisons.c
        live = select(c.golden, c.candidate, c.mask).join(tables.runs, tables.runs.c.id == c.run_id)
        with self.parts.reading() as db:
            rows = db.execute(live.where(c.outcome != "same", tables.runs.c.emptied_at.is_(None))).all()
            small = list(db.execute(select(tables.thumbnails.c.small)).scalars())
        needed = {each for row in rows for each in row if each} | set(small)
        return [each for each in sorted(needed) if not self.folder.has(Digest(each))]
