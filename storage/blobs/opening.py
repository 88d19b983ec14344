"""Open a storage by its address."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from diffing.words import Refused
from storage.blobs.folder import Folder, made
from storage.blobs.port import Blobs

_USABLE = "Use a folder's path, or `file:///absolute/path`."


def open(url: str) -> Blobs:  # noqa: A001  read as `blobs.open`
    """Open a storage by its address, making it if need be; Refused for what is no folder."""
    scheme, separator, _ = url.partition("://")
    if not separator:
        return Folder(made(Path(url)))
    parts = urlsplit(url)
    if scheme != "file" or parts.netloc not in ("", "localhost"):
        raise Refused(f"Golddigger cannot keep files at `{scheme}://{parts.hostname or ''}`. {_USABLE}")
    return Folder(made(Path(unquote(parts.path))))
