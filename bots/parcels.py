"""Split an approval that is too large for one request into several commits. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bots.forge import Write

Parcel = tuple[Sequence[Write], str]
"""Files, and the message of the commit that holds them."""
_AROUND = 128
"""Bytes of a request around a file's name and content."""


def parcels(files: Sequence[Write], message: str, *, most: int) -> list[Parcel]:
    """Split files so that each request stays below `most` bytes in base64. All carry the message's trailers."""
    chunks = list(_chunks(files, most))
    if len(chunks) == 1:
        return [(chunks[0], message)]
    return [(chunk, _numbered(message, number, len(chunks))) for number, chunk in enumerate(chunks, start=1)]


def _chunks(files: Sequence[Write], most: int) -> Iterator[Sequence[Write]]:
    chunk: list[Write] = []
    size = 0
    for file in files:
        length = len(file.content or b"") * 4 // 3 + len(file.name) + _AROUND
        if chunk and size + length > most:
            yield chunk
            chunk, size = [], 0
        chunk.append(file)
        size += length
    yield chunk


def _numbered(message: str, number: int, of: int) -> str:
    headline, line_end, rest = message.partition("\n")
    return f"{headline} ({number} of {of}){line_end}{rest}"
