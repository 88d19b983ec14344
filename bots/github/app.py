"""Prove to GitHub that we are the app, and hold the short-lived tokens it gives for that."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bots.forge import Repo
from bots.github.limits import Failed
from bots.github.needs import Purpose
from bots.github.paths import repo_path
from bots.github.transport import Asked, Clock, Credentials, Transport
from diffing.words import Refused

_BACK = timedelta(seconds=60)  # GitHub's advice against clocks that run apart
_LASTS = timedelta(minutes=9)  # GitHub allows ten
_SPARE = timedelta(minutes=5)
_MOST_KEPT = 10_000


class AppKey:
    """The app's private key. Never prints."""

    def __init__(self, app_id: str, private_key: str, clock: Clock) -> None:
        self._app_id = app_id
        self._key = _read_key(private_key)
        self._clock = clock

    def prove(self) -> Credentials:
        """Sign that we are the app, for the next minutes."""
        now = self._clock()
        claims = {
            "iss": self._app_id,
            "iat": int((now - _BACK).timestamp()),
            "exp": int((now + _LASTS).timestamp()),
        }
        return Credentials(jwt=jwt.encode(claims, self._key, algorithm="RS256"))


def _read_key(text: str) -> RSAPrivateKey:
    # An environment variable often carries the line ends as \n.
    pem = text.replace("\\n", "\n").strip().encode(errors="replace") + b"\n"
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused(
            "The GitHub App's private key cannot be read. It begins with -----BEGIN … KEY-----."
        ) from None
    if not isinstance(key, RSAPrivateKey):
        raise Refused("The GitHub App's private key is no RSA key. Make one on the app's page at GitHub.")
    return key


@dataclass(slots=True)
class _Slot:
    """A token of one repository and purpose; the lock lets one thread ask for it, and the others wait."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    token: str = field(default="", repr=False)
    until: datetime | None = None


class Tokens:
    """Installation tokens, each for one repository and one purpose, kept until shortly before they expire."""

    def __init__(self, transport: Transport, key: AppKey, clock: Clock) -> None:
        self._transport = transport
        self._key = key
        self._clock = clock
        self._lock = threading.Lock()
        self._slots: dict[tuple[str, str, Purpose], _Slot] = {}

    def of(self, repo: Repo, purpose: Purpose) -> Credentials:
        """Give a token that may do this on that repository, and nothing else."""
        slot = self._slot(repo, purpose)
        with slot.lock:
            if slot.until is None or self._clock() >= slot.until - _SPARE:
                slot.token, slot.until = self._ask(repo, purpose)
            return Credentials(token=slot.token)

    def renew(self, repo: Repo, purpose: Purpose, refused: Credentials) -> Credentials:
        """Give another token than the one that GitHub refused."""
        slot = self._slot(repo, purpose)
        with slot.lock:
            if slot.token == refused.token:
                slot.until = None
        return self.of(repo, purpose)

    def _slot(self, repo: Repo, purpose: Purpose) -> _Slot:
        with self._lock:
            if len(self._slots) >= _MOST_KEPT:
                self._slots.clear()
            return self._slots.setdefault((repo.tenant, repo.id, purpose), _Slot())

    def _ask(self, repo: Repo, purpose: Purpose) -> tuple[str, datetime]:
        narrowed = {"repository_ids": [int(repo.id)], "permissions": dict(purpose.permissions)}
        path = f"/app/installations/{int(repo.tenant or self._installation(repo))}/access_tokens"
        try:
            given = self._transport.send(
                Asked(method="POST", path=path, body=narrowed, repeat=True), self._key.prove()
            ).data
        except Failed as failed:
            raise _explained(failed, repo, purpose) from failed
        return given["token"], datetime.fromisoformat(given["expires_at"])

    def _installation(self, repo: Repo) -> str:
        """Ask which installation has a repository: not every delivery says so."""
        asked = Asked(method="GET", path=f"{repo_path(repo)}/installation")
        return str(self._transport.send(asked, self._key.prove()).data["id"])


def _explained(failed: Failed, repo: Repo, purpose: Purpose) -> Refused:
    match failed.status:
        case 401:
            return Refused(
                "GitHub does not know the app by its id and key. Check GOLDDIGGER_GITHUB_APP_ID and the key."
            )
        case 403 | 404:
            return Refused(f"The GitHub App is not installed on {repo.path}, or is suspended there.")
        case 422:
            wanted = ", ".join(f"{name}: {level}" for name, level in purpose.permissions.items())
            return Refused(
                f"The GitHub App may not do this on {repo.path}: it needs {wanted}. Somebody who administers "
                "the installation can accept that in its settings."
            )
        case _:
            return failed
