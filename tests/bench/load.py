"""Measure what an installation bears: webhooks a second, one very large run, many runs at once.

The forge is our double, in this process on the same machine, and asks for no pace: its share is in the figures."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine, func, select

from storage import database, tables
from tests.forges.github.double import GitHubDouble
from tests.forges.github.world import Pull
from tests.forges.web import Answer, Request
from tests.installed.deployments import Deployment, laid_out
from tests.installed.installation import Installation
from tests.stories.hosts import HOSTS
from tests.stories.screens import CONFIG, NEW, OLD, failures, screen

DELIVERIES, CONNECTIONS = 3_000, 32
GOLDENS, CHANGED, SIZE = 10_000, 100, 20_000
RUNS, REPOSITORIES = 200, 20
_LARGE = b"version: 1\nsuites:\n  - {name: all, preset: same-path, goldens: ['goldens/**/*.png']}\n"
_PATIENCE = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What came of many webhooks. Times in milliseconds."""

    accepted: int
    a_second: float
    median: float
    slowest: float
    """99 of 100 were answered within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Large:
    """What one run with very many goldens took. Memory in MB, fetched in bytes."""

    seconds: float
    calls: Counter[str]
    fetched: int
    artifact: int
    worker: float
    children: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """What many runs at once took. `half`, `most`: seconds until half, and 95 of 100, were told."""

    seconds: float
    half: float
    most: float


def intake(folder: Path, deployment: str) -> Intake:
    """Post webhooks to two web processes, by turns, as fast as they are answered."""
    with _at_work(deployment, folder, webs=2) as (forge, db, installations):
        pull = forge.repo("octo/app", files={"a.txt": b"a"}).pull(files={"a.txt": b"b"})
        [webhook] = forge.comment(pull, "dev", "looks good")
        doors = [each.base for each in installations]
        began = time.perf_counter()
        times = sorted(asyncio.run(_post(doors, dict(webhook.headers), webhook.body)))
        took = time.perf_counter() - began
        with database.reading(db) as reading:
            kept = reading.scalar(select(func.count()).select_from(tables.deliveries)) or 0
        at = [times[len(times) * of // 100] * 1000 for of in (50, 99)]
        return Intake(accepted=kept, a_second=len(times) / took, median=at[0], slowest=at[1])


def large(folder: Path, deployment: str) -> Large:
    """Let CI keep ten thousand candidates, of which a hundred differ."""
    noise = random.Random(1)
    names = [f"goldens/{number // 100:03d}/{number:05d}.png" for number in range(GOLDENS)]
    goldens = {name: OLD + noise.randbytes(SIZE) for name in names}
    drawn = {name: screen(name[-9:-4]) for name in names[:: GOLDENS // CHANGED]}
    with _at_work(deployment, folder) as (forge, db, [installation]):
        files = {**goldens, ".golddigger.yml": _LARGE}
        pull = forge.repo("octo/app", files=files).pull(files={"a.txt": b"b"})
        before, counted = len(forge.asked), _counting(forge)
        began = time.perf_counter()
        forge.finish_workflow(pull, {"goldens": {**goldens, **drawn}})
        _wait(lambda: _told(db) == 1, installation)
        took = time.perf_counter() - began
        asked = Counter(each.operation for each in forge.asked[before:])
        worker, children = installation.peak(installation.working[0])
        return Large(
            seconds=took,
            calls=asked,
            fetched=counted["bytes"],
            artifact=sum(len(each) for each in goldens.values()),
            worker=worker,
            children=children,
        )


def many(folder: Path, deployment: str) -> Many:
    """Let CI end on two hundred pull requests at once, each with two goldens that differ."""
    files = {"test/goldens/login.png": OLD, "test/goldens/cart.png": OLD, ".golddigger.yml": CONFIG}
    with _at_work(deployment, folder) as (forge, db, [installation]):
        repos = [forge.repo(f"octo/app-{number}", files=files) for number in range(REPOSITORIES)]
        pulls = [
            repos[number % REPOSITORIES].pull(branch=f"feature-{number}", files={"a.txt": str(number).encode()})
            for number in range(RUNS)
        ]
        began, told = time.perf_counter(), list[float]()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda pull: _finish(forge, pull), pulls))
        while len(told) < RUNS:
            told += [time.perf_counter() - began] * (_told(db) - len(told))
            assert time.perf_counter() - began < _PATIENCE, installation.logged()
            time.sleep(0.1)
        return Many(seconds=told[-1], half=told[RUNS // 2], most=told[RUNS * 95 // 100])


def _finish(forge: GitHubDouble, pull: Pull) -> None:
    forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW), "cart": (OLD, screen(pull.branch))})})


@contextmanager
def _at_work(
    name: str, folder: Path, *, webs: int = 1
) -> Iterator[tuple[GitHubDouble, Engine, Sequence[Installation]]]:
    """Install Golddigger beside a forge, with as many webs."""
    with ExitStack() as stack:
        forge = stack.enter_context(GitHubDouble())
        deployment = stack.enter_context(laid_out(name, folder / name))
        installations = [_installed(deployment, forge, folder / f"{name}-{web}", web == 0) for web in range(webs)]
        engine = database.connect(deployment.settings["database_url"])
        database.migrate(engine)
        stack.callback(engine.dispose)
        for each in installations:
            stack.callback(each.stop)
            each.start()
        forge.webhook_url = f"{installations[0].base}/webhooks/github"
        yield forge, engine, installations


def _installed(deployment: Deployment, forge: GitHubDouble, folder: Path, first: bool) -> Installation:
    own = {name: str(value) for name, value in HOSTS["github"].settings(forge).items()}
    settings = {**deployment.settings, **own, "secret_key": "a key that only this bench knows"}
    workers = deployment.workers if first else 0
    return Installation(settings, folder, workers=workers, environment=deployment.environment)


async def _post(doors: Sequence[str], headers: dict[str, str], body: bytes) -> list[float]:
    """Post copies under ids of their own over kept connections; give the seconds that each answer took."""
    left = iter(range(DELIVERIES))
    times: list[float] = []

    async def one_after_another(door: str) -> None:
        address = urlsplit(door)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        for number in left:
            headers["X-GitHub-Delivery"] = f"00000000-0000-4000-8000-{number:012d}"
            told = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
            began = time.perf_counter()
            head = f"POST /webhooks/github HTTP/1.1\r\nHost: {address.netloc}\r\n{told}"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 202"), answer
            length = int(answer.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            times.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(one_after_another(doors[each % len(doors)]) for each in range(CONNECTIONS)))
    return times


def _counting(forge: GitHubDouble) -> Counter[str]:
    """Count from now on what the forge's API and its store of artifacts send."""
    counted = Counter[str]()

    def around(answer: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
        def counting(request: Request) -> Answer:
            given = answer(request)
            counted["bytes"] += len(given.body)
            return given

        return counting

    api: Any = forge.api
    api.answer = around(forge.api.answer)
    store: Any = forge._store_site._server
    store.answer = around(store.answer)
    return counted


def _told(db: Engine) -> int:
    """Count the changes of which all is said, with their runs concluded."""
    changes, runs = tables.changes.c, tables.runs.c
    concluded = select(runs.change_id).where(runs.state == "concluded", runs.shown_at.is_not(None))
    with database.reading(db) as reading:
        said = (changes.said >= changes.wanted) & changes.id.in_(concluded)
        return reading.scalar(select(func.count()).where(said)) or 0


def _wait(true: Callable[[], bool], installation: Installation) -> None:
    until = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < until, installation.logged()
        time.sleep(0.05)
