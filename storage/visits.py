"""Issue words that open a door once. Only a word's SHA-256 is kept, so that a stolen table opens none."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, delete, insert

from storage.tables import visits


def issue(db: Connection, *, purpose: str, until: datetime) -> str:
    """Make a word for a purpose, good until then."""
    word = secrets.token_urlsafe(32)
    db.execute(insert(visits).values(word=_hidden(word), purpose=purpose, until=until))
    return word


def spend(db: Connection, word: str, *, purpose: str, now: datetime) -> bool:
    """Use a word up; False where it was never issued for this, is spent, or came too late."""
    db.execute(delete(visits).where(visits.c.until <= now))
    spent = delete(visits).where(visits.c.word == _hidden(word), visits.c.purpose == purpose)
    return db.execute(spent).rowcount == 1


def _hidden(word: str) -> str:
    return sha256(word.encode(errors="surrogatepass")).hexdigest()
