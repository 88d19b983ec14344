"""Make and check links that carry their own permission. Pure."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

from diffing.words import Digest


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of pages and pictures under `base` (no slash at its end), signed with `key`.

    Who can read the pull request can read the link to the run's page, and nobody else can guess it.
    """

    base: str
    key: bytes = field(repr=False)

    def run(self, run_id: str, *, golden: str | None = None) -> str:
        """Give the address of a run's page, or of one golden on it."""
        anchor = f"&golden={quote(golden, safe='')}" if golden else ""
        return f"{self.base}/runs/{run_id}?key={self._sign('run', run_id)}{anchor}"

    def picture(self, digest: Digest, *, until: datetime) -> str:
        """Give an address that opens one picture until then, and nothing else."""
        end = int(until.timestamp())
        return f"{self.base}/pictures/{digest}?until={end}&sig={self._sign('picture', digest, str(end))}"

    def may_see_run(self, run_id: str, key: str) -> bool:
        """Was this key made for this run?"""
        return _equal(self._sign("run", run_id), key)

    def may_see_picture(self, digest: str, until: str, signature: str, now: datetime) -> bool:
        """Was this signature made for this picture, and is it not over?"""
        in_time = until.isascii() and until.isdecimal() and int(until[:12]) >= now.timestamp()
        return in_time and _equal(self._sign("picture", digest, until), signature)

    def _sign(self, *words: str) -> str:
        return hmac.new(self.key, "\n".join(words).encode(), sha256).hexdigest()[:40]


def _equal(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(), theirs.encode())
