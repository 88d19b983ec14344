"""Verify GitLab's webhooks, and have them read.

A secret proves which webhook sent a delivery, not that what it says is so: `bots.gitlab.events` asks GitLab.

Headers and retries are told in GitLab's "Webhooks" (doc/user/project/integrations/webhooks.md); the signature is
that of the Standard Webhooks specification."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog

from bots import decoding
from bots.events import Delivery, Event, Ignored, Unverified
from bots.gitlab import scopes
from bots.gitlab.events import Known, Reader
from bots.gitlab.scopes import KEY, Scope
from diffing.words import Refused

log = structlog.get_logger("gitlab")

MOST_BYTES = 8 << 20
"""A merge request whose description was edited holds it three times, a MiB of characters each."""
_HEAD = 1000
_LARGE = b"Too large: "
_WINDOW = 300.0
_WORD = re.compile(r"[A-Za-z0-9_.:=-]{1,200}")
_EVENT = re.compile(r"[A-Za-z0-9_. -]{1,100}")
_MOST_SIGNATURES = 8


class GitLabWebhook:
    """One server's deliveries. Several secrets are valid at once, so that one can be replaced without a gap.

    A secret that begins with `whsec_` is a signing token; any other is what GitLab sends as it is. Those that are
    made of it (`scopes`) speak for one project or group each; it itself speaks for every one."""

    def __init__(
        self, host: str, secrets: Sequence[bytes], *, clock: Callable[[], datetime], known: Known
    ) -> None:
        if not secrets or not all(secrets):
            raise Refused(
                "GitLab's webhooks need a secret: without one, anybody could send them. Set "
                "GOLDDIGGER_GITLAB_WEBHOOK_SECRET to the one in the webhook's settings."
            )
        self._host = host
        self._tokens = tuple(secret for secret in secrets if not secret.startswith(KEY.encode()))
        self._keys = tuple(_key(secret) for secret in secrets if secret.startswith(KEY.encode()))
        self._clock = clock
        self._reader = Reader(host, known)

    def verify(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        given = {name.lower(): text for name, text in headers.items()}
        if "webhook-signature" in given and self._keys:
            scope = self._check_signature(given, body)
        else:
            scope = self._check_token(given)
        # From here on it is GitLab's, which switches a webhook off that is answered with a refusal.
        event = given.get("x-gitlab-event", "")
        # The id is unique within one webhook: who knows that of another's delivery does not make a copy of it.
        id_ = f"{scope.mark if scope else ''}{_id(given, body)}"
        return Delivery(self._host, id_, event if _EVENT.fullmatch(event) else "unnamed", _bounded(id_, body))

    def read(self, delivery: Delivery) -> Event:
        if delivery.body.startswith(_LARGE):
            return Ignored(f"The delivery is larger than {MOST_BYTES >> 20} MiB, and only its head was kept.")
        try:
            payload = decoding.decode(delivery.body)
        except (ValueError, RecursionError):
            return Ignored("The delivery is no JSON that we can keep.")
        return self._reader.read(payload, scopes.of_delivery(delivery.id))

    def _check_token(self, given: Mapping[str, str]) -> Scope | None:
        if not self._tokens:
            raise Unverified("The delivery is not signed, and only signing tokens are set up here.")
        if "x-gitlab-token" not in given:
            raise Unverified("The delivery has no X-Gitlab-Token. Set the secret token in the webhook's settings.")
        sent = _bytes(given["x-gitlab-token"])
        scope = scopes.of_token(sent)
        known = [scopes.token(each, scope) for each in self._tokens] if scope else self._tokens
        # As bytes: compare_digest raises on text that is not ASCII. All secrets are tried, in constant time.
        token = hashlib.sha256(sent).digest()
        fits = [hmac.compare_digest(hashlib.sha256(each).digest(), token) for each in known]
        if not any(fits):
            raise Unverified("The delivery's secret token is none of those that are set up here.")
        return scope

    def _check_signature(self, given: Mapping[str, str], body: bytes) -> Scope | None:
        id_, moment = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
        if not (_WORD.fullmatch(id_) and moment.isascii() and moment.isdecimal() and len(moment) < 12):
            raise Unverified("The delivery is signed, but without its webhook-id and webhook-timestamp.")
        if abs(self._clock().timestamp() - int(moment)) > _WINDOW:
            raise Unverified("The delivery was signed more than 5 minutes ago, or this clock is wrong.")
        signed = f"{id_}.{moment}.".encode() + body
        scope = scopes.of_header(given.get(scopes.HEADER.lower(), ""))
        keys = [scopes.key(each, scope) for each in self._keys] if scope else self._keys
        made = [b"v1," + b64encode(hmac.new(key, signed, hashlib.sha256).digest()) for key in keys]
        sent = _bytes(given["webhook-signature"]).split()[:_MOST_SIGNATURES]
        fits = [hmac.compare_digest(one, other) for one in made for other in sent]
        if not any(fits):
            raise Unverified("The delivery's signature fits none of the signing tokens.")
        return scope


def _key(secret: bytes) -> bytes:
    """Give the key that a signing token holds."""
    try:
        return b64decode(secret[len(KEY) :], validate=True)
    except binascii.Error:
        raise Refused("A signing token of GitLab's is whsec_ and then base64. Copy it again, whole.") from None


def _id(given: Mapping[str, str], body: bytes) -> str:
    """Give what tells a delivery that is sent again from a new one; of old servers, what it says."""
    for name in ("idempotency-key", "webhook-id"):
        if _WORD.fullmatch(given.get(name, "")):
            return given[name]
    told = _bytes(given.get("x-gitlab-event", ""))
    return f"sha256:{hashlib.sha256(told + bytes(1) + body).hexdigest()}"


def _bounded(id_: str, body: bytes) -> bytes:
    """Give what is kept of a delivery: all, or the head of one that is too large, marked as what is no JSON."""
    if len(body) <= MOST_BYTES:
        return body
    log.warning("too large", delivery=id_, bytes=len(body), most=MOST_BYTES)
    return _LARGE + body[:_HEAD]


def _bytes(header: str) -> bytes:
    """Give a header as it was sent: servers read bytes as Latin-1, whatever they were."""
    try:
        return header.encode("latin-1")
    except UnicodeEncodeError:
        return header.encode(errors="surrogatepass")
