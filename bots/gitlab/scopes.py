"""Give each webhook a secret of its own, made of the configured one: it speaks for its project or group alone.

A secret token carries in itself for what it is. A signing token is sent to nobody, so that a header beside the
signature says it; the header only chooses the key, and any other choice fits no signature."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass

HEADER = "X-Golddigger-Hook"
KEY = "whsec_"
_TOKEN = re.compile(rb"golddigger-(project|group)-([1-9]\d{0,17})-[0-9a-f]{64}")
_SAID = re.compile(r"(project|group)[-/]([1-9]\d{0,17})")


@dataclass(frozen=True, slots=True)
class Scope:
    """A project or a group, for which a webhook speaks."""

    kind: str
    """`project` or `group`."""
    number: int

    def __str__(self) -> str:
        """Write it as tokens and headers have it."""
        return f"{self.kind}-{self.number}"

    @property
    def mark(self) -> str:
        """Write what goes before the id of a delivery. No id of GitLab's has a slash or a space in it."""
        return f"{self.kind}/{self.number} "


def secret(configured: str, scope: Scope) -> str:
    """Make the secret of a webhook: a secret token, or a signing token where the configured one is."""
    if configured.startswith(KEY):
        return KEY + b64encode(key(b64decode(configured[len(KEY) :]), scope)).decode()
    return token(configured.encode(), scope).decode()


def token(configured: bytes, scope: Scope) -> bytes:
    """Make the secret token of a webhook."""
    return f"golddigger-{scope}-{key(configured, scope).hex()}".encode()


def key(configured: bytes, scope: Scope) -> bytes:
    """Derive 32 bytes; from those of one webhook, nobody finds those of another."""
    return hmac.new(configured, f"{scope.kind}:{scope.number}".encode(), hashlib.sha256).digest()


def of_token(token: bytes) -> Scope | None:
    """Read for what a token says it is; None for one that is nobody's in particular."""
    found = _TOKEN.fullmatch(token)
    return Scope(found[1].decode(), int(found[2])) if found else None


def of_header(text: str) -> Scope | None:
    """Read for what a header says the signature is; None where it says nothing that we know."""
    found = _SAID.fullmatch(text)
    return Scope(found[1], int(found[2])) if found else None


def of_delivery(id_: str) -> Scope | None:
    """Read for what the webhook speaks that sent a delivery; None for any project of the server."""
    said, space, _ = id_.partition(" ")
    return of_header(said) if space else None
