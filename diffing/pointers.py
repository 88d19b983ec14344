"""Read and write git LFS pointers (git-lfs/docs/spec.md, version 1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from diffing.words import Digest

_POINTER = re.compile(
    rb"\Aversion https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*"
    rb"oid sha256:([0-9a-f]{64})\nsize (\d{1,18})\n\Z"
)
_MOST_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Pointer:
    """What git keeps in place of a large file: the SHA-256 and the length in bytes of that file."""

    oid: Digest
    size: int


def read(content: bytes) -> Pointer | None:
    """Read a blob as a pointer; None where it is no pointer but the file itself."""
    match = _POINTER.match(content) if len(content) < _MOST_BYTES else None
    return Pointer(Digest(match[1].decode()), int(match[2])) if match else None


def write(pointer: Pointer) -> bytes:
    """Give the bytes that git keeps for a pointer."""
    return (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{pointer.oid}\nsize {pointer.size}\n"
    ).encode()
