"""Look at everything that Golddigger needs, and say how to mend what is not well."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

import requests
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import GitHubApp, GitLabBot
from app.settings import Settings
from bots.github import manifest
from bots.github.app import AppKey
from bots.github.transport import Transport
from diffing import built, pdfs, streams, svgs
from diffing.words import Refused, Unavailable
from storage import blobs, database
from storage.blobs import Blobs

_MOST_SKEW = 30.0
_TRIAL = b"golddigger doctor\n"
_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    sentence: str
    mend: str = ""
    """What to do; empty where it is well, or where the sentence says it."""


def examine(settings: Settings, *, queue: Callable[[str], object], now: Callable[[], datetime]) -> Iterator[Check]:
    """Look at one thing after the other. `queue` asks the queue of an address, and raises where it is not well."""
    yield Check("settings", True, f"They can be read. Golddigger is at {settings.public_url}.")
    yield _engine()
    yield _drawing()
    yield _database(settings)
    yield _storage(settings)
    yield _queue(settings, queue)
    for url in dict.fromkeys(bot.url for bot in settings.gitlab_bots):
        yield _reachable(settings, "GitLab", url)
    for bot in settings.gitlab_bots:
        yield from _gitlab(settings, bot, now)
    if settings.github is not None:
        yield _reachable(settings, "GitHub", settings.github_api_url)
        yield _clock(settings.github, now)
        yield from _app(settings.github, now)
    elif not settings.gitlab_bots:
        yield Check("GitHub", True, "No app is configured. `golddigger serve` prints the address that makes one.")


def _engine() -> Check:
    if built.CORE is None:
        mend = "Install a C compiler with Python's headers, and then Golddigger again."
        why = "NumPy compares pictures; the compiled core, which is several times as fast, was not built."
        return Check("engine", True, why, mend)
    return Check("engine", True, f"Pictures are compared by {built.name()}, and inflated by {streams.NAME}.")


def _drawing() -> Check:
    """Say what can be drawn that is no picture: nobody needs it, so that it is well either way."""
    missing = [extra for extra, there in (("svg", svgs.available()), ("pdf", pdfs.available())) if not there]
    if not missing:
        return Check("drawing", True, "SVG and PDF are drawn.")
    named = " and ".join(f"`golddigger[{extra}]`" for extra in missing)
    without = {"svg": "SVGs are compared as texts only", "pdf": "PDFs are compared as bytes"}
    return Check(
        "drawing", True, f"{'; '.join(without[extra] for extra in missing)}. To draw them, install {named}."
    )


def _database(settings: Settings) -> Check:
    try:
        engine = database.connect(settings.database_url)
        try:
            database.check(engine)
        finally:
            engine.dispose()
    except Unavailable as away:
        return Check("database", False, str(away))
    except Refused as refused:
        return Check("database", False, str(refused), "GOLDDIGGER_DATABASE_URL is its address.")
    except (SQLAlchemyError, OSError, ModuleNotFoundError) as error:
        # Not the error's own words: they may hold the address with its password.
        why = f"It cannot be opened ({type(error).__name__})."
        return Check("database", False, why, "Check GOLDDIGGER_DATABASE_URL, and that the database runs.")
    return Check("database", True, f"It answers, and its schema is the newest ({engine.dialect.name}).")


def _storage(settings: Settings) -> Check:
    try:
        said = _tried(blobs.open(settings.storage_url))
    except (Refused, Unavailable) as error:
        return Check("storage", False, str(error), "Check GOLDDIGGER_STORAGE_URL, its rights, and the space left.")
    return Check("storage", True, said)


def _tried(store: Blobs) -> str:
    """Write a file that nobody wrote before, and do with it what is ever done."""
    digest = store.put(_TRIAL + secrets.token_bytes(16))
    try:
        store.get(digest)
        link = store.link(digest, seconds=_SECONDS)
        told = next(store.walk(), None)
    finally:
        store.delete(digest)
    if told is None or store.has(digest):
        raise Unavailable("It told of a file's coming or going too late.")
    return f"A file was written, read{', linked to' if link else ''}, listed and deleted."


def _queue(settings: Settings, queue: Callable[[str], object]) -> Check:
    try:
        queue(settings.queue_url)
    except Refused as refused:
        return Check("queue", False, str(refused))
    except Unavailable as unavailable:
        mend = "Check GOLDDIGGER_QUEUE_URL, and that its server runs. What is to be done meanwhile is not lost."
        return Check("queue", False, str(unavailable), mend)
    scheme = urlsplit(settings.queue_url).scheme
    return Check("queue", True, "It is in memory, inside the process." if scheme == "memory" else "It answers.")


def _reachable(settings: Settings, forge: str, address: str) -> Check:
    """A forge outside cannot reach an address that is only inside."""
    ours, theirs = urlsplit(settings.public_url).hostname or "", urlsplit(address).hostname or ""
    if _inside(ours) and not _inside(theirs):
        mend = "Set GOLDDIGGER_PUBLIC_URL to the address under which the internet reaches it."
        return Check("address", False, f"{forge} cannot deliver to {settings.public_url}.", mend)
    return Check("address", True, f"{forge} delivers to {settings.public_url}/webhooks/{forge.lower()}.")


def _inside(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def _clock(app: GitHubApp, now: Callable[[], datetime]) -> Check:
    try:
        # Refused without credentials, but dated: a clock that is wrong would spoil credentials.
        told = requests.get(f"{app.api_url}/app", timeout=_SECONDS, allow_redirects=False).headers.get("date", "")
        skew = (now() - parsedate_to_datetime(told)).total_seconds()
    except requests.RequestException:
        mend = "Check GOLDDIGGER_GITHUB_API_URL, and the way there: firewall, proxy, name server."
        return Check("clock", False, f"{app.api_url} does not answer, so it cannot be compared.", mend)
    except (ValueError, TypeError):
        return Check("clock", True, f"{app.api_url} does not say what time it is.")
    if abs(skew) > _MOST_SKEW:
        way = "ahead of" if skew > 0 else "behind"
        why = f"It is {abs(skew):.0f} seconds {way} GitHub's, and GitHub refuses what is signed at another time."
        return Check("clock", False, why, "Have this machine's clock set by NTP.")
    return Check("clock", True, "It agrees with GitHub's.")


def _gitlab(settings: Settings, bot: GitLabBot, now: Callable[[], datetime]) -> Iterator[Check]:
    from bots.gitlab import connecting  # python-gitlab is loaded only where it is needed
    from bots.gitlab.people import People

    client = connecting.client_of(bot.url, bot.token, now)
    which = f"{bot.title}: " if len(settings.gitlab_bots) > 1 else ""
    token = "the token of its [[gitlab]] table" if settings.gitlab else "GOLDDIGGER_GITLAB_TOKEN"
    address = "its url there" if settings.gitlab else "GOLDDIGGER_GITLAB_URL"
    try:
        for each in connecting.token(client, People(client, bot.host), now().date()):
            mend = each.mend.replace("GOLDDIGGER_GITLAB_TOKEN", token)
            yield Check("GitLab", not mend, f"{which}{each.said}", mend)
    except Unavailable as error:
        yield Check("GitLab", False, f"{which}{error}", f"Check {token}, {address}, and the way there.")
    except Refused as refused:
        mend = f"Check {token}: its account may be blocked."
        yield Check("GitLab", False, f"{which}{refused}", mend)


def _app(app: GitHubApp, now: Callable[[], datetime]) -> Iterator[Check]:
    try:
        known = manifest.facts(Transport(app.api_url, now), AppKey(app.app_id, app.private_key, now))
    except (Refused, Unavailable) as error:
        yield Check("GitHub", False, str(error))
        return
    yield Check("GitHub", True, f"It knows the app as {known.name}; it writes as {known.bot}.")
    doubts = manifest.doubts(known)
    for doubt in doubts:
        what, _, mend = doubt.partition(". ")
        yield Check("rights", False, f"{what}.", mend)
    if not doubts:
        yield Check("rights", True, "The app has the permissions and the events that it needs, and no more.")
