"""Deliver to Golddigger's own web server as a forge does: signed, by HTTP, tried again when it does not answer."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import requests
import stamina

from bots.forge import Repo
from bots.local import webhook
from diffing.words import Sha, Unavailable

_SECONDS = 30


class Sender:
    """Sends the deliveries of one process to `url`, the address of its webhook for local repositories."""

    def __init__(self, url: str, secret: bytes) -> None:
        self._url = url
        self._secret = secret

    def finished(self, repo: Repo, branch: str, head: Sha) -> None:
        """Say that an artifact was handed over for a branch at a commit."""
        self._send("pipeline_finished", webhook.pipeline_finished(repo, branch, head))

    def command(self, repo: Repo, branch: str, *, who: str, text: str) -> None:
        """Give a command to a branch, as somebody's comment would."""
        written = datetime.now(UTC)
        body = webhook.commanded(
            repo, branch, comment=secrets.token_hex(8), who=who, text=text, written_at=written
        )
        self._send("commanded", body)

    def _send(self, event: str, body: bytes) -> None:
        headers = webhook.sign(self._secret, event=event, id=secrets.token_hex(16), body=body)
        try:
            self._post(headers, body)
        except requests.RequestException as error:
            raise Unavailable(f"The delivery {event} was not taken: {error}") from error

    @stamina.retry(on=requests.RequestException, attempts=5, timeout=_SECONDS)
    def _post(self, headers: dict[str, str], body: bytes) -> None:
        with requests.Session() as session:
            session.trust_env = False  # no proxy stands between a process and itself
            answer = session.post(
                self._url, data=body, headers={"Content-Type": "application/json", **headers}, timeout=_SECONDS
            )
            answer.raise_for_status()
