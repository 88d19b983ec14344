"""Open every kind of storage for the tests, and reach behind its back."""

from __future__ import annotations

import os
import secrets
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import boto3
from azure.storage.blob import BlobServiceClient
from google.auth.credentials import AnonymousCredentials
from google.cloud.storage import Client

from diffing.words import Digest
from storage import blobs
from storage.blobs import Blobs
from tests.parts import needs
from tests.parts.azure import AZURE, KEY
from tests.parts.gcs import GCS
from tests.parts.s3 import MINISTACK, MOTO

BUCKET, PREFIX = "goldens", "some/where"
A_DAY = 86_400.0


class Store(ABC):
    """A storage, by its address."""

    endpoint = ""

    def __init__(self, place: Path) -> None:
        """Take a place of its own, in a folder or a bucket."""
        self._opened: dict[object, Blobs] = {}
        self.begin(place)

    @abstractmethod
    def begin(self, place: Path) -> None:
        """Make what has to be there."""

    @abstractmethod
    def url(self, endpoint: str = "", bucket: str = BUCKET, **options: str) -> str:
        """Give the address, at its own endpoint or at that of somebody in between."""

    @abstractmethod
    def spoil(self, digest: Digest, content: bytes | None) -> None:
        """Write other bytes where a file stands, or delete it."""

    @abstractmethod
    def put_beside(self, name: str) -> None:
        """Keep something that is no file of ours."""

    def leave(self) -> None:
        """Leave the environment as it was."""
        os.environ.pop("AWS_ENDPOINT_URL_S3", None)

    def open(self, *, later: float = 0.0, **more: str) -> Blobs:
        """Open it, now or so many seconds later; at its own endpoint once each way, for that takes a while."""
        if "endpoint" in more:
            return blobs.open(self.url(**more), clock=lambda: time.time() + later)
        how = (later, *more.items())
        if how not in self._opened:
            self._opened[how] = blobs.open(self.url(**more), clock=lambda: time.time() + later)
        return self._opened[how]


class folder(Store):  # noqa: N801  named as pytest shows it
    """A folder."""

    def begin(self, place: Path) -> None:
        self._place = place / "blobs"
        self._place.mkdir()

    def url(self, endpoint: str = "", bucket: str = BUCKET, **options: str) -> str:
        return f"file://{self._place}"

    def spoil(self, digest: Digest, content: bytes | None) -> None:
        file = self._place / digest[:2] / digest[2:4] / digest
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)

    def put_beside(self, name: str) -> None:
        (self._place / name).write_text("not ours")


class ministack(Store):  # noqa: N801
    """S3, by ministack, each time in a prefix of its own."""

    part = MINISTACK

    def begin(self, place: Path) -> None:
        self.endpoint = needs.address(self.part)
        self.prefix = f"{PREFIX}/{secrets.token_hex(4)}"
        self.client: Any = boto3.client("s3", endpoint_url=self.endpoint, region_name="us-east-1")
        self.client.create_bucket(Bucket=BUCKET)

    def url(self, endpoint: str = "", bucket: str = BUCKET, **options: str) -> str:
        said = {"endpoint": endpoint or self.endpoint, "region": "us-east-1", **options}
        return f"s3://{bucket}/{self.prefix}?{urlencode(said)}"

    def spoil(self, digest: Digest, content: bytes | None) -> None:
        where = {"Bucket": BUCKET, "Key": f"{self.prefix}/{digest}"}
        if content is None:
            self.client.delete_object(**where)
        else:
            self.client.put_object(**where, Body=content)

    def put_beside(self, name: str) -> None:
        self.client.put_object(Bucket=BUCKET, Key=f"{self.prefix}/{name}", Body=b"not ours")


class moto(ministack):  # noqa: N801
    """S3, by moto."""

    part = MOTO


class aws(ministack):  # noqa: N801
    """S3 as AWS is asked, which keeps sums of its own: by moto, which the environment names as all of AWS."""

    part = MOTO

    def url(self, endpoint: str = "", bucket: str = BUCKET, **options: str) -> str:
        os.environ["AWS_ENDPOINT_URL_S3"] = endpoint or self.endpoint
        return f"s3://{bucket}/{self.prefix}?{urlencode({'region': 'us-east-1', 'path_style': 'true', **options})}"


class azure(Store):  # noqa: N801
    """Azure's blobs, by azurite."""

    def begin(self, place: Path) -> None:
        self.endpoint = needs.address(AZURE)
        self.prefix = f"{PREFIX}/{secrets.token_hex(4)}"
        service = BlobServiceClient(self.endpoint, credential=KEY)
        self.container = service.get_container_client(BUCKET)
        if not self.container.exists():
            self.container.create_container()

    def url(self, endpoint: str = "", bucket: str = BUCKET, **options: str) -> str:
        at = f"{endpoint}/devstoreaccount1" if endpoint else self.endpoint
        return f"az://{bucket}/{self.prefix}?{urlencode({'endpoint': at, **options})}"

    def spoil(self, digest: Digest, content: bytes | None) -> None:
        if content is None:
            self.container.delete_blob(f"{self.prefix}/{digest}")
        else:
            self.container.upload_blob(f"{self.prefix}/{digest}", content, overwrite=True)

    def put_beside(self, name: str) -> None:
        self.container.upload_blob(f"{self.prefix}/{name}", b"not ours")


class gcs(Store):  # noqa: N801
    """Google Cloud Storage, by an emulator that minds no precondition."""

    def begin(self, place: Path) -> None:
        self.endpoint = needs.address(GCS)
        self.prefix = f"{PREFIX}/{secrets.token_hex(4)}"
        nobody = AnonymousCredentials()  # type: ignore[no-untyped-call]
        client = Client("p", nobody, client_options={"api_endpoint": self.endpoint})
        self.bucket = client.lookup_bucket(BUCKET) or client.create_bucket(BUCKET)

    def url(self, endpoint: str = "", bucket: str = BUCKET, **options: str) -> str:
        return f"gs://{bucket}/{self.prefix}?{urlencode({'endpoint': endpoint or self.endpoint, **options})}"

    def spoil(self, digest: Digest, content: bytes | None) -> None:
        if content is None:
            self.bucket.delete_blob(f"{self.prefix}/{digest}")
        else:
            self._put(digest, content)

    def put_beside(self, name: str) -> None:
        self._put(name, b"not ours")

    def _put(self, name: str, content: bytes) -> None:
        self.bucket.blob(f"{self.prefix}/{name}").upload_from_string(content, retry=None)


ALL = (folder, ministack, moto, aws, azure, gcs)
