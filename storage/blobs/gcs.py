"""Keep objects in Google Cloud Storage."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain
from typing import Any, BinaryIO

import google.auth
import requests
from google.api_core.exceptions import (
    Forbidden,
    GoogleAPICallError,
    NotFound,
    PreconditionFailed,
    RetryError,
    Unauthorized,
)
from google.auth.credentials import AnonymousCredentials, Signing
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError
from google.auth.transport.requests import AuthorizedSession, Request
from google.cloud.storage import Client
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
from google.cloud.storage.retry import DEFAULT_RETRY
from requests.adapters import HTTPAdapter

from diffing.words import Refused, Unavailable
from storage.blobs import checking
from storage.blobs.addresses import Address
from storage.blobs.objects import CONNECT_SECONDS, CONNECTIONS, READ_SECONDS, Denied, Thing
from storage.blobs.port import MOST_WHOLE, Stream

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_ASK: dict[str, Any] = {
    "timeout": (CONNECT_SECONDS, READ_SECONDS),
    "retry": DEFAULT_RETRY.with_timeout(2.0 * READ_SECONDS).with_delay(initial=0.5, maximum=10.0),
}
"""Tried again with jitter what is safe to repeat; writing is, because under a key belong the same bytes."""
_CHUNK = 8 << 20
_GRANT = "Grant its account roles/storage.objectUser on the bucket."
_SAY_WHO = (
    "Give the machine or the pod an account (workload identity), "
    "or name a key's file in GOOGLE_APPLICATION_CREDENTIALS."
)


class GCS:
    """A bucket, by its JSON interface."""

    def __init__(self, address: Address) -> None:
        self._name = f"gs://{address.bucket}"
        self._credentials, self._http = _who(address)
        self._client = Client(
            project=None,
            credentials=self._credentials,
            _http=self._http,
            client_options={"api_endpoint": address.endpoint} if address.endpoint else None,
        )
        self._bucket = self._client.bucket(address.bucket)

    def look(self) -> None:
        with self._asking():
            next(iter(self._client.list_blobs(self._bucket, max_results=1, **_ASK)), None)

    def create(self, key: str, file: BinaryIO, size: int) -> bool:
        try:
            self._put(key, file, size, if_generation_match=0)
        except PreconditionFailed:
            return False
        return True

    def replace(self, key: str, file: BinaryIO, size: int) -> None:
        self._put(key, file, size)

    def about(self, key: str) -> Thing | None:
        found = self._find(key)
        return _thing(found) if found else None

    def intact(self, key: str, file: BinaryIO, size: int) -> Thing | None:
        found = self._find(key)
        if found is None or found.size != size or found.md5_hash != b64encode(checking.md5_of(file)).decode():
            return None
        return _thing(found)

    def read(self, key: str) -> Stream | None:
        blob = self._bucket.blob(key)
        with self._asking():
            try:
                reader = blob.open("rb", chunk_size=_CHUNK, **_ASK)
                first = reader.read(_CHUNK)
                if len(first) == _CHUNK:
                    blob.reload(**_ASK)
            except NotFound:
                return None
        size = len(first) if blob.size is None else blob.size
        return Stream(size, chain([first], self._rest(reader)) if len(first) == _CHUNK else iter([first]))

    def remove(self, key: str) -> None:
        self._remove(key)

    def remove_as(self, thing: Thing) -> bool:
        return self._remove(thing.key, if_generation_match=int(thing.version))

    def walk(self, prefix: str, after: str) -> Iterator[Thing]:
        with self._asking():
            found = self._client.list_blobs(
                self._bucket, prefix=prefix or None, start_offset=after or None, **_ASK
            )
            yield from map(_thing, found)

    def link(self, key: str, name: str, seconds: int) -> str | None:
        with self._asking():
            signing = self._signing()
            if signing is None:
                return None
            link: str = self._bucket.blob(key).generate_signed_url(
                version="v4",
                expiration=timedelta(seconds=seconds),
                response_disposition=f'attachment; filename="{name}"',
                response_type="application/octet-stream",
                **signing,
            )
        return link

    def _put(self, key: str, file: BinaryIO, size: int, **more: int) -> None:
        with self._asking():
            blob = self._bucket.blob(key, chunk_size=MOST_WHOLE)
            blob.upload_from_file(
                file,
                rewind=True,
                size=size,
                content_type="application/octet-stream",
                checksum="crc32c",
                **more,
                **_ASK,
            )

    def _find(self, key: str) -> Any:
        with self._asking():
            return self._bucket.get_blob(key, **_ASK)

    def _remove(self, key: str, **more: int) -> bool:
        with self._asking():
            try:
                self._bucket.blob(key).delete(**more, **_ASK)
            except (NotFound, PreconditionFailed):
                return False
        return True

    def _rest(self, reader: Any) -> Iterator[bytes]:
        with self._asking():
            yield from checking.pieces(reader, _CHUNK)

    def _signing(self) -> dict[str, str] | None:
        """Say who signs: we by our key, or Google for an account whose key is not here; None where nobody can."""
        if isinstance(self._credentials, Signing):
            return {}
        if not getattr(self._credentials, "service_account_email", None):
            return None
        if not self._credentials.valid:
            self._credentials.refresh(Request(self._http))
        return {
            "service_account_email": self._credentials.service_account_email,
            "access_token": self._credentials.token,
        }

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except (Forbidden, Unauthorized) as error:
            raise Denied(
                f"The storage {self._name} does not let Golddigger in ({error.code}). {_GRANT}"
            ) from error
        except NotFound as error:
            raise Denied(f"There is no bucket {self._name}. Make it, or mend GOLDDIGGER_STORAGE_URL.") from error
        except PreconditionFailed:
            raise
        except _AWAY as error:
            raise Unavailable(f"The storage {self._name} does not answer ({type(error).__name__}).") from error


_AWAY = (
    *(GoogleAPICallError, RetryError, GoogleAuthError, InvalidResponse, DataCorruption),
    *(requests.RequestException, OSError),
)


def _who(address: Address) -> tuple[Any, Any]:
    """Find as whom to ask, and a session that bears all our threads."""
    if address.endpoint.startswith("http://"):  # nobody's token goes over the wire in the open
        credentials: Any = AnonymousCredentials()  # type: ignore[no-untyped-call]
    else:
        try:
            credentials, _ = google.auth.default(scopes=[_SCOPE])
        except DefaultCredentialsError as error:
            raise Refused(f"There are no credentials for gs://{address.bucket}. {_SAY_WHO}") from error
    session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
    session.mount("https://", HTTPAdapter(pool_maxsize=CONNECTIONS))
    session.mount("http://", HTTPAdapter(pool_maxsize=CONNECTIONS))
    return credentials, session


def _thing(blob: Any) -> Thing:
    return Thing(blob.name, blob.size, blob.updated, str(blob.generation))
