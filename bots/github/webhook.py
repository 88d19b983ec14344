"""Verify and read GitHub's webhooks. Pure: bytes in, words out."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from bots import decoding
from bots.events import Delivery, Event, Ignored, Unverified
from bots.github.events import Reader
from diffing.words import Refused

Json = Any
_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,255}")
_FORM = b"payload="


class GitHubWebhook:
    """One app's deliveries. Several secrets are valid at once, so that one can be replaced without a gap."""

    def __init__(self, host: str, secrets: Sequence[bytes], *, app_id: str) -> None:
        if not secrets or not all(secrets):
            raise Refused(
                "GitHub's webhooks need a secret: without one, anybody could send them. Set "
                "GOLDDIGGER_GITHUB_WEBHOOK_SECRET to the one in the app's settings."
            )
        self._host = host
        self._secrets = tuple(secrets)
        self._reader = Reader(host, app_id)

    def verify(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        given = {name.lower(): text for name, text in headers.items()}
        signature = _SIGNATURE.fullmatch(given.get("x-hub-signature-256", ""))
        if not signature:
            raise Unverified("The delivery has no signature of the form sha256=….")
        if not self._signed(signature[1].encode(), body):
            raise Unverified("The delivery's signature fits none of the secrets.")
        event, delivery = given.get("x-github-event", ""), given.get("x-github-delivery", "")
        if not (_WORD.fullmatch(event) and _WORD.fullmatch(delivery)):
            raise Unverified("The delivery does not say its event and its id.")
        return Delivery(self._host, delivery, event, body)

    def _signed(self, given: bytes, body: bytes) -> bool:
        # As bytes: compare_digest raises on text that is not ASCII. All secrets are tried, in constant time.
        fits = [
            hmac.compare_digest(hmac.new(secret, body, hashlib.sha256).hexdigest().encode(), given)
            for secret in self._secrets
        ]
        return any(fits)

    def read(self, delivery: Delivery) -> Event:
        try:
            payload = _decode(delivery.body)
        except (ValueError, LookupError, RecursionError):
            return Ignored("The delivery is no JSON that we can keep.")
        return self._reader.read(delivery.event, payload)


def _decode(body: bytes) -> Json:
    """Decode JSON, or the form that GitHub wraps it in where a webhook is set up so."""
    if body.startswith(_FORM):
        return decoding.decode(parse_qs(body.decode(), max_num_fields=8)["payload"][0].encode())
    return decoding.decode(body)
