"""Seal words so that a browser can carry them and not change them. Pure."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

_MOST = 4096


@dataclass(frozen=True, slots=True)
class Seals:
    """Signs with a key of its own for each purpose, so that one seal never passes for another."""

    key: bytes = field(repr=False)

    def seal(self, purpose: str, words: Mapping[str, Any], until: datetime) -> str:
        """Write words and an end as text that is safe in a cookie."""
        payload = json.dumps({**words, "until": int(until.timestamp())}, separators=(",", ":")).encode()
        return f"{_text(payload)}.{_text(self._sign(purpose, payload))}"

    def open(self, purpose: str, sealed: str, now: datetime) -> dict[str, Any] | None:
        """Read what was sealed; None where it is over, was changed, or was never ours."""
        body, _, signature = sealed[:_MOST].partition(".")
        try:
            payload, given = _bytes(body), _bytes(signature)
        except (ValueError, binascii.Error):
            return None
        if not hmac.compare_digest(self._sign(purpose, payload), given):
            return None
        words: dict[str, Any] = json.loads(payload)
        return words if words["until"] > now.timestamp() else None

    def word(self, purpose: str, about: str) -> str:
        """Give a word that only we can make, for what it is about."""
        return _text(self._sign(purpose, about.encode()))

    def is_word(self, purpose: str, about: str, given: str) -> bool:
        """Did we make this word, for this?"""
        return hmac.compare_digest(self.word(purpose, about).encode(), given.encode())

    def _sign(self, purpose: str, payload: bytes) -> bytes:
        own = hmac.digest(self.key, f"golddigger {purpose}".encode(), sha256)
        return hmac.digest(own, payload, sha256)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
