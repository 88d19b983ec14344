from storage.blobs.opening import open  # noqa: A004  read as `blobs.open`
from storage.blobs.port import Blobs, Kept, Stream

__all__ = ["Blobs", "Kept", "Stream", "open"]
