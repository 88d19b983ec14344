"""Sign, verify and read the deliveries that Golddigger's own commands send. Pure: bytes in, words out."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

from bots.events import Commanded, Delivery, Event, Ignored, PipelineFinished, Unverified
from bots.forge import Repo, User
from diffing.words import Sha

HOST = "local"
_SIGNATURE = "x-golddigger-signature-256"
_ID = "x-golddigger-delivery"
_EVENT = "x-golddigger-event"
_LEAST_SECRET = 16


def pipeline_finished(repo: Repo, branch: str, head: Sha) -> bytes:
    """Word the delivery that says an artifact was handed over for a branch at a commit."""
    return _body(repo, branch=branch, head=head)


def commanded(repo: Repo, branch: str, *, comment: str, who: str, text: str, written_at: datetime) -> bytes:
    """Word the delivery that carries a command to a branch, as a comment would."""
    return _body(repo, branch=branch, comment=comment, who=who, text=text, written_at=written_at.isoformat())


def _body(repo: Repo, **more: str) -> bytes:
    return json.dumps({"repository": {"id": repo.id, "path": repo.path}, **more}).encode()


def sign(secret: bytes, *, event: str, id: str, body: bytes) -> dict[str, str]:  # noqa: A002  (its name everywhere)
    """Give the headers a delivery is sent with."""
    return {_EVENT: event, _ID: id, _SIGNATURE: _signature(secret, event, id, body)}


def _signature(secret: bytes, event: str, delivery: str, body: bytes) -> str:
    # Unlike GitHub's, it covers event and id: a copied delivery cannot be sent under a new id.
    text = b"\0".join((event.encode(), delivery.encode(), body))
    return "sha256=" + hmac.new(secret, text, hashlib.sha256).hexdigest()


class LocalWebhook:
    """Deliveries from the process itself, signed with a secret that is made anew at every start."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < _LEAST_SECRET:
            raise ValueError(f"a webhook secret has at least {_LEAST_SECRET} bytes")
        self._secret = secret

    def verify(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        given = {key.lower(): value for key, value in headers.items()}
        event, delivery = given.get(_EVENT, ""), given.get(_ID, "")
        if not event or not delivery:
            raise Unverified("The delivery lacks its event or its id.")
        expected = _signature(self._secret, _plain(event), _plain(delivery), body)
        # As bytes: compare_digest raises on text that is not ASCII.
        if not hmac.compare_digest(_plain(given.get(_SIGNATURE, "")).encode(), expected.encode()):
            raise Unverified("The delivery's signature is missing or not ours.")
        return Delivery(HOST, delivery, event, body)

    def read(self, delivery: Delivery) -> Event:
        try:
            payload = json.loads(delivery.body)
        except (ValueError, RecursionError):
            return Ignored("The delivery is not JSON.")
        match payload:
            case {"repository": {"id": str(forge_id), "path": str(path)}, "branch": str(branch)}:
                return _event(delivery.event, Repo(host=HOST, id=forge_id, path=path), branch, payload)
            case _:
                return Ignored("The delivery does not name a repository and a branch.")


def _event(event: str, repo: Repo, branch: str, payload: Mapping[str, object]) -> Event:
    match event, payload:
        case "pipeline_finished", {"head": str(head)}:
            return PipelineFinished(repo=repo, head=Sha(head), branch=branch, head_path=repo.path)
        case "commanded", {"comment": str(comment), "who": str(who), "text": str(text), "written_at": str(at)}:
            return _commanded(repo, branch, comment, who, text, at)
        case _:
            return Ignored(f"Nothing for us in {event!r}.")


def _commanded(repo: Repo, branch: str, comment: str, who: str, text: str, at: str) -> Event:
    try:
        written = datetime.fromisoformat(at)
    except ValueError:
        return Ignored("The command does not say when it was written.")
    if written.tzinfo is None:
        return Ignored("The command's time lacks its zone.")
    return Commanded(repo=repo, number=branch, comment=comment, who=User(who), text=text, written_at=written)


def _plain(text: str) -> str:
    """Drop what cannot be UTF-8 (lone surrogates), so that hostile headers fail by comparison, not by error."""
    return text.encode(errors="replace").decode()
