"""Which small picture belongs to a file."""

from __future__ import annotations

from sqlalchemy import Connection

from storage import thumbnails
from tests.storage.making import digest


def test_a_small_picture_is_remembered(db: Connection) -> None:
    """By the file it was made of; one that is made again takes its place."""
    assert thumbnails.find(db, digest("1")) is None
    thumbnails.keep(db, digest("1"), digest("a"))
    thumbnails.keep(db, digest("2"), digest("b"))
    thumbnails.keep(db, digest("1"), digest("c"))
    assert (thumbnails.find(db, digest("1")), thumbnails.find(db, digest("2"))) == (digest("c"), digest("b"))
