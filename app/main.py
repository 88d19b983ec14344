"""Put the parts together, and run them: with `app.forges`, the only place that knows every part by name."""

from __future__ import annotations

import hmac
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from socket import socket
from types import FrameType
from typing import TYPE_CHECKING

import structlog
import uvicorn
from dramatiq import Broker
from starlette.applications import Starlette

from app import accounts
from app.flow import asking, disposal, foresight
from app.flow import backlog as unfinished
from app.flow import clean as cleaning
from app.flow.disposal import Done
from app.flow.links import Links
from app.flow.parts import Parts, Pictures
from app.flow.retention import Retention
from app.flow.seals import Seals
from app.flow.sweep import sweep as ask_again
from app.forges import Forges, configured
from app.sandbox import Sandbox
from app.settings import Settings
from app.web import application, setup, signin, thumbnails
from app.web.live import Live
from app.web.site import Access
from app.worker import broker as brokers
from app.worker import depths
from app.worker.carrier import Carrier
from app.worker.cleaning import Cleaner
from app.worker.kinds import QUEUES, Place, chosen, places
from app.worker.recovering import recovering
from app.worker.rounds import Rounds, going
from app.worker.running import running
from app.worker.stopping import Stop
from bots.forge import User
from bots.github.manifest import Installer
from diffing.words import Refused
from storage import blobs, database, visits
from storage.backlog import Entry
from storage.sparing import Sparing

if TYPE_CHECKING:
    from bots.gitlab.connecting import Sentence

log = structlog.get_logger("golddigger")

_TOKEN_LASTS = timedelta(hours=12)
_THREADS = 4
_SWEEP_SECONDS = 30.0
_START_SECONDS = 20.0
_STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Backlog:
    """The jobs that are not done, for an operator."""

    parts: Parts
    carrier: Carrier
    inside: bool
    """Is the queue in another process' memory?"""

    def page(self, *, most: int, kinds: Collection[str], dead: Collection[bool], after: str) -> list[Entry]:
        """Give some, newest first."""
        return unfinished.page(self.parts, now(), most=most, kinds=kinds, dead=dead, after=after)

    def find(self, name: str) -> Entry:
        """Give one."""
        return unfinished.find(self.parts, name, now())

    def given_up(self, *, kinds: Collection[str]) -> list[Entry]:
        """Give all that were given up."""
        return unfinished.given_up(self.parts, now(), kinds=kinds)

    def retry(self, entry: Entry) -> bool:
        """Have one tried again; False where there is nothing to try."""
        jobs = unfinished.retry(self.parts, entry, now())
        self.carrier.send([] if self.inside else jobs)
        return bool(jobs)

    def when(self) -> str:
        """Say when what is tried again will be."""
        return ", within half a minute, by the server that runs" if self.inside else ""

    def queue(self) -> dict[str, dict[str, int | None]]:
        """Say what lies in the queue, by its parts; nothing where that is in another process' memory, or away."""
        return {} if self.inside else depths.all_of(self.carrier.broker)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Golddigger, put together and not yet running."""

    settings: Settings
    parts: Parts
    broker: Broker
    carrier: Carrier
    web: Starlette
    interrupt: Callable[[], None]
    """Cuts short whatever is compared."""

    def token(self, purpose: str) -> str:
        """Make a word that opens a door once."""
        with self.parts.db.begin() as db:
            return visits.issue(db, purpose=purpose, until=now() + _TOKEN_LASTS)


def now() -> datetime:
    """Tell the time. Nothing below this module asks for it."""
    return datetime.now(UTC)


@contextmanager
def assembled(
    settings: Settings, forges: Forges | None = None, *, operator: str = "operator", gather: float = 5.0
) -> Iterator[Whole]:
    """Put Golddigger together: database, blobs, forges, flows, web, queue. Takes it apart when left.

    `forges`: those of the settings, where not given. `operator`: whom a printed token signs in.
    `gather`: seconds that an approval waits for the next one to share its commit."""
    forges = configured(settings, now) if forges is None else forges
    engine = database.connect(settings.database_url)
    sandbox = Sandbox(workers=settings.workers, seconds=60, memory=settings.compare_memory)
    broker = brokers.make(settings.queue_url)
    try:
        parts = Parts(
            db=engine,
            blobs=Sparing(blobs.open(settings.storage_url), engine, clock=now, sleep=time.sleep),
            webhooks=forges.webhooks,
            forges=forges.forges,
            posts=forges.posts,
            differ=sandbox.differ,
            cut=sandbox.cut,
            links=Links(settings.public_url.rstrip("/"), _derive(settings, "links")),
            seals=Seals(_derive(settings, "comments")),
            pictures=Pictures(settings.images),
            gather=gather,
        )
        carrier = Carrier(broker, parts, now)
        access = Access(
            secret_key=_derive(settings, "sessions"),
            operator=User(operator),
            identities=forges.identities,
            installer=Installer(settings.github_api_url, settings.github_web_url),
            public_pages=settings.public_pages,
        )
        web = application.create(
            parts,
            carrier.send,
            access,
            hooks=forges.hooks,
            draw=sandbox.draw,
            sheet=sandbox.sheet,
            shrink=partial(sandbox.thumbnail, most=thumbnails.SIDE),
            clock=now,
        )
        yield Whole(
            settings=settings,
            parts=parts,
            broker=broker,
            carrier=carrier,
            web=web,
            interrupt=sandbox.close,
        )
    finally:
        sandbox.close()
        broker.close()
        engine.dispose()


@contextmanager
def serving(whole: Whole, *, host: str, port: int, threads: int = _THREADS) -> Iterator[None]:
    """Answer on an address from a thread, and do what comes out of the queue on others, until left."""
    stop = Stop(_STOP_SECONDS)
    server = _server(whole, host, port, stop)
    thread = threading.Thread(target=server.run, name="web", daemon=True)
    with _working(whole, stop, places(QUEUES, threads)):
        thread.start()
        try:
            _wait_until_started(server, thread, host, port)
            yield
        finally:
            server.should_exit = True
            thread.join(_STOP_SECONDS)


def serve(settings: Settings, *, host: str, port: int, threads: int | None = None) -> None:
    """Run the web until told to stop, and on so many threads a worker beside it.

    None: as many as are usual with the queue in memory, which is worked off nowhere else; otherwise none."""
    inside = brokers.in_memory(settings.queue_url)
    threads = (_THREADS if inside else 0) if threads is None else threads
    if inside and not threads:
        raise Refused("A queue in memory is worked off by `golddigger serve` or not at all: give it threads.")
    stop = Stop(settings.stop_seconds)
    with _ready(settings) as whole, stop.heard(), _working(whole, stop, places(QUEUES, threads)):
        _greet(whole)
        server = _server(whole, host, port, stop)
        if not stop.told.is_set():
            server.run()
    stop.end()


def work(settings: Settings, *, queues: str = "", threads: int = _THREADS) -> None:
    """Run a worker without the web, until told to stop. `queues`: names with commas between; empty for all."""
    if brokers.in_memory(settings.queue_url):
        raise Refused("A queue in memory is inside `golddigger serve`, which works it off too. Run that alone.")
    stop, shared = Stop(settings.stop_seconds), places(chosen(queues), threads)
    with _ready(settings) as whole, stop.heard(), _working(whole, stop, shared):
        log.info("working", places={each.name: each.threads for each in shared})
        stop.told.wait()
    stop.end()


def sweep(settings: Settings) -> int:
    """Do now whatever was begun and not ended; give how many jobs that was."""
    with _ready(settings) as whole:
        return whole.carrier.drain(ask_again(whole.parts, now()))


@contextmanager
def backlog(settings: Settings) -> Iterator[Backlog]:
    """Give the jobs that are not done."""
    with _ready(settings) as whole:
        yield Backlog(whole.parts, whole.carrier, brokers.in_memory(settings.queue_url))


def clean(settings: Settings, *, orphans: bool) -> Iterator[Done]:
    """Delete now what is kept long enough, and tell of each step. `orphans`: look through the storage too."""
    with _ready(settings) as whole:
        for jobs in asking.ask(whole.parts, now()):
            whole.carrier.drain(jobs)
        yield from cleaning.clean(whole.parts, _retention(settings), now)
        if orphans:
            yield from (done for _, done in disposal.suspected(whole.parts, now))


def foresee_cleaning(settings: Settings) -> Iterator[Done]:
    """Say what `clean` would delete now. Nothing is written."""
    with _ready(settings) as whole:
        yield from foresight.foresee(whole.parts, _retention(settings), now())


def _retention(settings: Settings) -> Retention:
    closed, superseded = settings.keep_closed_days, settings.keep_superseded_days
    delivered = settings.keep_deliveries_days
    return Retention(
        closed=None if closed is None else timedelta(days=closed),
        superseded=None if superseded is None else timedelta(days=superseded),
        deliveries=None if delivered is None else timedelta(days=delivered),
    )


def invite(settings: Settings) -> str:
    """Give a link that signs in once, to look at every run."""
    with _ready(settings) as whole:
        return f"{settings.public_url}/?token={whole.token(signin.TOKEN)}"


def connect_gitlab(settings: Settings, where: str, token: str, server: str = "") -> Iterator[Sentence]:
    """Make or check the webhook of a project or group on GitLab, and say what the bot can do there.

    `token`: of somebody who may make webhooks; empty where that is the bot. `server`: which GitLab, of several."""
    from bots.gitlab import connecting
    from bots.gitlab.people import People

    if not settings.gitlab_bots:
        raise Refused(
            "No bot is configured on GitLab. Make an access token with the scope `api` for it, and set "
            "GOLDDIGGER_GITLAB_TOKEN and GOLDDIGGER_GITLAB_WEBHOOK_SECRET (`openssl rand -hex 20` makes one)."
        )
    bot, path = accounts.chosen(settings.gitlab_bots, where, server)
    its = connecting.client_of(bot.url, bot.token, now)
    maker = connecting.client_of(bot.url, token, now) if token else its
    hook = f"{settings.public_url}/webhooks/gitlab"
    people = People(its, bot.host)
    yield from connecting.token(its, people, now().date())
    yield from connecting.connect(maker, path, url=hook, secret=bot.webhook_secrets[0].decode())
    yield from connecting.abilities(its, people, path)


def migrate(settings: Settings) -> None:
    """Bring the database's schema to what this code knows."""
    engine = database.connect(settings.database_url)
    try:
        database.migrate(engine)
    finally:
        engine.dispose()


@contextmanager
def _ready(settings: Settings) -> Iterator[Whole]:
    """Put Golddigger together on a database whose schema it knows; Refused, saying what to do, for any other."""
    with assembled(settings) as whole:
        database.ready(whole.parts.db)
        yield whole


@contextmanager
def _working(whole: Whole, stop: Stop, shared: Sequence[Place]) -> Iterator[None]:
    if not shared:
        yield
        return
    cleaner = Cleaner(whole.parts, _retention(whole.settings), whole.carrier.send, now)
    rounds = Rounds(whole.parts, [recovering(whole.parts, now), *cleaner.duties], now)
    stop.when_told(rounds.ended.set)
    work_off = running(
        whole.broker,
        whole.carrier,
        whole.parts,
        now,
        places=shared,
        every=_SWEEP_SECONDS,
        stop=stop,
        interrupt=whole.interrupt,
    )
    with going(rounds), work_off:
        yield


class _Server(uvicorn.Server):
    """Ends what goes on for ever before it waits for what is under way."""

    def __init__(self, config: uvicorn.Config, live: Live, stop: Stop) -> None:
        super().__init__(config)
        self._live, self._stop = live, stop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal as a wish to end. Uvicorn would send it on when the web is over, and that were the
        end of the worker, too."""
        self._stop.tell()
        self.should_exit = True

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Stop."""
        self._live.end()
        await super().shutdown(sockets)


def _server(whole: Whole, host: str, port: int, stop: Stop) -> uvicorn.Server:
    return _Server(
        uvicorn.Config(
            whole.web,
            host=host,
            port=port,
            log_config=None,  # `app.logs` has set it up
            access_log=False,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=whole.settings.trusted_proxies,
            timeout_graceful_shutdown=max(1, int(min(_STOP_SECONDS, stop.seconds / 2))),
        ),
        whole.web.state.live,
        stop,
    )


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread, host: str, port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise Refused(f"The address {host}:{port} cannot be served; is something else listening there?")
        time.sleep(0.01)


def _greet(whole: Whole) -> None:
    base = whole.settings.public_url
    log.info("serving", address=base, forges=sorted(whole.parts.forges))
    if sys.stderr.isatty():  # a log that others collect is no place for a key: there is `golddigger invite`
        log.info("operator", open=f"{base}/?token={whole.token(signin.TOKEN)}")
    if not whole.parts.forges:
        log.info("no forge is configured", setup=f"{base}/setup?token={whole.token(setup.TOKEN)}")


def _derive(settings: Settings, purpose: str) -> bytes:
    """Make a key of its own for each purpose, so that what is signed for one opens no other door."""
    return hmac.new(settings.secret_key.get_secret_value().encode(), purpose.encode(), sha256).digest()
