"""Keep words that open a door once. Only their digests stand here."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, delete, insert

from storage.tables import visits


def issue(db: Connection, *, purpose: str, until: datetime) -> str:
    """Make a word that serves a purpose once, until then."""
    word = secrets.token_urlsafe(24)
    db.execute(insert(visits).values(word=_digest(word), purpose=purpose, until=until))
    return word


def spend(db: Connection, word: str, *, purpose: str, now: datetime) -> bool:
    """Use a word up; False where it was never made for this, was used before, or is over."""
    db.execute(delete(visits).where(visits.c.until < now))
    used = delete(visits).where(visits.c.word == _digest(word), visits.c.purpose == purpose)
    return db.execute(used).rowcount == 1


def _digest(word: str) -> str:
    return sha256(word.encode(errors="replace")).hexdigest()
