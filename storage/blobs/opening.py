"""Open a storage by its address. What a store needs is loaded only where its address asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from diffing.words import Refused
from storage.blobs import addresses
from storage.blobs.addresses import USABLE, Address
from storage.blobs.folder import Folder, made
from storage.blobs.objects import Bucket, Objects, in_use
from storage.blobs.port import Blobs


def open(url: str, clock: Callable[[], float] = time.time) -> Blobs:  # noqa: A001  read as `blobs.open`
    """Open a storage by its address, making a folder if need be; Refused, with what mends it, where it cannot be.

    A store that is only away just now is opened: what needs it is Unavailable until it is back."""
    scheme, separator, _ = url.partition("://")
    if not separator:
        return Folder(made(Path(url)), clock)
    parts = addresses.split(url)
    match scheme:
        case "file" if parts.netloc in ("", "localhost"):
            return Folder(made(Path(unquote(parts.path))), clock)
        case "s3" | "gs" | "az":
            address = addresses.read(url)
            return Objects(in_use(_bucket(address)), address.prefix, links=address.links, clock=clock)
    raise Refused(f"Golddigger cannot keep files at `{scheme}://{parts.hostname or ''}`. {USABLE}")


def _bucket(address: Address) -> Bucket:
    try:
        match address.scheme:
            case "gs":
                from storage.blobs.gcs import GCS

                return GCS(address)
            case "az":
                from storage.blobs.azure import Azure

                return Azure(address)
    except ModuleNotFoundError as error:
        extra = {"gs": "gcs", "az": "azure"}[address.scheme]
        install = f"Install it: `pip install 'golddigger[{extra}]'`."
        raise Refused(f"{address.scheme}:// needs a package that is missing ({error.name}). {install}") from error
    from storage.blobs.s3 import S3

    return S3(address)
