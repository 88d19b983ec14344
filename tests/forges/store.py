"""Keep bytes on another host, as forges keep artifacts and LFS files: by signed addresses that expire."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.forges.web import Answer, Request

CREDENTIALS = frozenset({"authorization", "private-token"})
UPLOAD_HEADER = "x-ms-blob-type"
"""A header that an upload must repeat as it was told, as the real store asks."""


@dataclass
class Offer:
    """An address that works until then: to read bytes from, or to put the bytes of this digest to."""

    until: datetime
    content: bytes | None = None
    keep: Callable[[bytes], None] | None = None
    oid: str = ""


@dataclass
class Store:
    """The other host. Whoever sends it the forge's credentials gives the token away."""

    now: Callable[[], datetime]
    url: str = ""
    offers: dict[str, Offer] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def offer(self, content: bytes, name: str) -> str:
        """Give an address to read bytes from, good for a minute."""
        return self._address(name, Offer(self.now() + timedelta(minutes=1), content))

    def accept(self, oid: str, keep: Callable[[bytes], None]) -> str:
        """Give an address to put bytes to, good for an hour."""
        return self._address(oid, Offer(self.now() + timedelta(hours=1), keep=keep, oid=oid))

    def _address(self, name: str, offer: Offer) -> str:
        path = f"/{secrets.token_hex(12)}/{name}.bin"
        self.offers[path] = offer
        return f"{self.url}{path}?sig=signed"

    def answer(self, request: Request) -> Answer:
        """Serve a request to the other host."""
        leaked = CREDENTIALS & request.headers.keys()
        if leaked:
            told = ", ".join(sorted(leaked))
            self.violations.append(f"{request.method} {request.path} on another host carried {told}")
            return Answer(400, raw=b"AuthenticationFailed")
        offer = self.offers.get(request.path)
        if offer is None or offer.until <= self.now() or request.query.get("sig") != "signed":
            return Answer(403, raw=b"AuthenticationFailed: Signature not valid in the specified time frame")
        if request.method == "GET" and offer.content is not None:
            return Answer(raw=offer.content)
        if request.method == "PUT" and offer.keep is not None:
            return _put(request, offer, offer.keep)
        return Answer(405, raw=b"UnsupportedHttpVerb")


def _put(request: Request, offer: Offer, keep: Callable[[bytes], None]) -> Answer:
    if request.headers.get(UPLOAD_HEADER) != "BlockBlob":
        return Answer(400, raw=b"MissingRequiredHeader")
    if hashlib.sha256(request.body).hexdigest() != offer.oid:
        return Answer(400, raw=b"XAmzContentSHA256Mismatch")
    keep(request.body)
    return Answer(200)
