"""Set up a site on real parts for these tests: SQLite, a folder, a git repository. Only the clock is ours."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.flow import standing
from app.flow.jobs import Job
from app.flow.links import Links
from app.flow.parts import Parts
from app.flow.seals import Seals
from app.web import application, signin
from app.web.site import Access, Identity, Installer
from bots.events import Webhook
from bots.forge import Change, User
from bots.local import repositories
from bots.local.forge import Local
from bots.local.git import Git
from bots.local.handovers import Handovers
from bots.local.webhook import LocalWebhook
from diffing import composites
from diffing.differ import differ
from diffing.digests import blob_id
from diffing.rendering import difference, sheet, thumbnail
from diffing.words import Comparison, Name, Outcome, Rules
from storage import blobs, comparisons, database, runs, visits

BASE = "http://127.0.0.1:8000"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
REVIEWER = "Robin Reviewer"
SECRET = b"s" * 32
_GLOBS = {"shop": ("goldens/**",)}

Drawn = Mapping[str, tuple[bytes | None, bytes | None]]
"""Golden and candidate by golden name."""


def picture(word: str, colour: str = "#2b5", size: tuple[int, int] = (120, 80)) -> bytes:
    """Draw a small screen with a word on it."""
    image = Image.new("RGBA", size, "#fffc")
    draw = ImageDraw.Draw(image)
    draw.rectangle((10, 10, size[0] - 10, 30), fill=colour)
    draw.text((14, 14), word, fill="black")
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


SHOP: Drawn = {
    "goldens/cart.png": (picture("Checkout"), picture("Pay $9")),
    "goldens/menu.png": (picture("Menu"), picture("Menu", "#57c")),
    "goldens/new.png": (None, picture("New")),
    "goldens/old.png": (picture("Old"), None),
    "goldens/order.json": (b'{\n  "total": 1\n}\n', b'{\n  "total": 2\n}\n'),
    "goldens/same.png": (picture("Same"), picture("Same")),
    "goldens/torn.png": (picture("Torn"), picture("Torn")[:60]),
}


@dataclass
class Clock:
    """A clock that moves when told."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


@dataclass
class Stage:
    """A site, and what its tests look at."""

    parts: Parts
    web: Starlette
    change: Change
    change_id: int
    git: Git
    jobs: list[Job]
    clock: Clock
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        """Open the first browser."""
        self.client = self.browser()

    def browser(self) -> TestClient:
        """Open another browser, without cookies."""
        return TestClient(self.web, base_url=BASE, follow_redirects=True, raise_server_exceptions=False)

    def token(self, purpose: str = signin.TOKEN) -> str:
        """Print a one-time token, as a start does."""
        with self.parts.db.begin() as db:
            return visits.issue(db, purpose=purpose, until=self.clock() + timedelta(hours=1))

    def enter(self) -> TestClient:
        """Come in with a printed token; give the browser."""
        assert self.client.get(f"/?token={self.token()}").status_code == 200
        return self.client

    def run(self, drawn: Drawn = SHOP, *, source: str = "ci", pipeline: str = "1", suite: str = "shop") -> str:
        """Compare what was drawn at the change's head; give the run's id."""
        id_ = self.queue(source=source, pipeline=pipeline)
        with self.parts.db.begin() as db:
            assert runs.claim(db, id_, now=self.clock(), until=self.clock() + timedelta(minutes=5))
        self.conclude(id_, drawn, suite=suite)
        return id_

    def conclude(self, id_: str, drawn: Drawn = SHOP, *, suite: str = "shop") -> None:
        """End a run that is being compared, with what was drawn."""
        with self.parts.db.begin() as db:
            found = [self._compare(suite, Name(name), *pair) for name, pair in drawn.items()]
            assert runs.conclude(db, id_, kept=True, notes=[], comparisons=found, globs=_GLOBS, now=self.clock())

    def queue(self, *, source: str = "ci", pipeline: str = "1") -> str:
        """Make a run that nobody compares yet."""
        with self.parts.db.begin() as db:
            id_ = runs.insert(
                db,
                change_id=self.change_id,
                head=self.change.head,
                base=self.change.base,
                pipeline_id=pipeline,
                attempt=1,
                round=1,
                source=source,
                title=f"CI / {source}",
                url="https://ci.example.org/1",
                now=self.clock(),
            )
        assert id_ is not None
        return id_

    def amend(self, **told: Any) -> None:
        """Have the forge describe the change in other words."""
        with self.parts.db.begin() as db:
            standing.remember(db, replace(self.change, **told))

    def found(self, run: str) -> dict[str, Comparison]:
        """Give a run's comparisons by golden name."""
        with self.parts.db.begin() as db:
            return {each.name: each for each in comparisons.of_run(db, run)}

    def _compare(self, suite: str, name: Name, golden: bytes | None, candidate: bytes | None) -> Comparison:
        measured = differ(golden, candidate, Rules()) if golden is not None and candidate is not None else None
        put = self.parts.blobs.put
        return Comparison(
            id="",
            suite=suite,
            name=name,
            outcome=measured.outcome if measured else Outcome.ADDED if candidate else Outcome.REMOVED,
            golden=put(golden) if golden is not None else None,
            golden_blob=blob_id(golden) if golden is not None else None,
            candidate=put(candidate) if candidate is not None else None,
            difference=replace(measured, mask=None) if measured else None,
            mask=put(measured.mask) if measured and measured.mask else None,
            why=measured.why if measured else "",
        )


def set_up(
    folder: Path,
    *,
    base: str = BASE,
    identities: Mapping[str, Identity] | None = None,
    installer: Installer | None = None,
    public_pages: bool = True,
    storage: str = "",
) -> Stage:
    """Make the stage: a repository whose branch `redesign` is one commit ahead, and a site that serves it."""
    repo = _repository(folder / "shop")
    git = repositories.find(repo)
    forge = Local([git], Handovers(folder / "handovers"), say=lambda text: None)
    hook = LocalWebhook(SECRET)
    parts = Parts(
        db=_database(folder),
        blobs=blobs.open(storage or str(folder / "blobs")),
        webhooks={"local": hook},
        forges={"local": forge},
        differ=differ,
        cut=composites.third,
        links=Links(base, b"l" * 32),
        seals=Seals(b"s" * 32),
        gather=0.0,
    )
    change = forge.change(repositories.describe(git), "redesign")
    with parts.db.begin() as db:
        change_id = standing.remember(db, change)
    jobs: list[Job] = []
    clock = Clock()
    access = Access(
        secret_key=b"k" * 32,
        operator=User(REVIEWER),
        identities=identities or {},
        installer=installer,
        public_pages=public_pages,
    )
    web = _site(parts, jobs, clock, hook, access)
    return Stage(parts, web, change, change_id, git, jobs, clock)


def _site(parts: Parts, jobs: list[Job], clock: Clock, hook: Webhook, access: Access) -> Starlette:
    def enqueue(new: Iterable[Job]) -> None:
        jobs.extend(new)

    return application.create(
        parts,
        enqueue,
        access,
        hooks={"local": hook},
        draw=difference,
        sheet=sheet,
        shrink=partial(thumbnail, most=160),
        clock=clock,
        ticks=lambda: clock.now.timestamp(),
    )


def _database(folder: Path) -> Engine:
    path = folder / "golddigger.db"
    path.write_bytes(_migrated())
    return database.connect(f"sqlite:///{path}")


@cache
def _migrated() -> bytes:
    """Migrate once; each test has a copy."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "new.db")
        engine = database.connect(f"sqlite:///{path}")
        database.migrate(engine)
        engine.dispose()
        return path.read_bytes()


def _repository(folder: Path) -> Path:
    """Write a bare repository in one stream, which is much quicker than adding and committing."""
    _git("init", "--quiet", "--bare", "--initial-branch=main", str(folder))
    with (folder / "config").open("a") as config:
        config.write(f"[user]\nname = {REVIEWER}\nemail = robin@example.org\n")
    goldens = {name: golden for name, (golden, _) in SHOP.items() if golden is not None}
    main = _commit("main", "Sell things", {"README": b"a shop\n", **goldens})
    _git("-C", str(folder), "fast-import", "--quiet", stdin=main + _commit("redesign", "Redesign the shop", {}))
    return folder


def _commit(branch: str, title: str, files: Mapping[str, bytes]) -> bytes:
    after = "from refs/heads/main\n" if branch != "main" else ""
    head = f"commit refs/heads/{branch}\ncommitter {REVIEWER} <robin@example.org> 1760000000 +0000\n"
    written = [f"M 100644 inline {name}\n".encode() + _data(content) for name, content in files.items()]
    return b"".join([head.encode(), _data(title.encode()), after.encode(), *written])


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)


def _git(*words: str, stdin: bytes = b"") -> None:
    subprocess.run(("git", *words), input=stdin, check=True, capture_output=True)
