"""Speak HTTP with a forge: sessions that carry nothing over, failures in words, a second try where it helps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import TypeVar

import requests
import stamina
from requests.adapters import HTTPAdapter

from bots.breakers import Away, Breaker, Passing
from diffing.words import Unavailable

Result = TypeVar("Result")
_LONGEST = 5.0


def session() -> requests.Session:
    """Open a session that keeps connections, and no cookie."""
    made = requests.Session()
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        made.mount(scheme, HTTPAdapter(pool_maxsize=16))
    return made


@contextmanager
def speaking(who: str) -> Iterator[None]:
    """Say in words what becomes of a request to somebody: `GitHub at https://api.github.com`."""
    try:
        yield
    except requests.exceptions.SSLError as error:
        why = "shows a certificate that is not trusted here; REQUESTS_CA_BUNDLE names a file of those that are"
        raise Unavailable(f"{who} {why}.") from error
    except (requests.ConnectionError, requests.Timeout) as error:
        raise Passing(Away(f"{who} does not answer.")) from error
    except requests.RequestException as error:
        raise Unavailable(f"{who} broke off.") from error


def tried(once: Callable[[], Result], breaker: Breaker, *, tries: int, pause: float) -> Result:
    """Ask a host, and ask again where it failed in passing, after a pause that grows. `pause`: seconds."""
    try:
        for attempt in stamina.retry_context(
            on=Passing, attempts=tries, wait_initial=pause, wait_max=_LONGEST, wait_jitter=pause
        ):
            with attempt, breaker.watching():
                return once()
    except Passing as passing:
        raise passing.meant from passing
    raise AssertionError("stamina gave no try")
