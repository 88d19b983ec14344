"""Keep objects in Azure Blob Storage."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, BinaryIO

import requests
from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import DefaultAzureCredential
from azure.storage.blob import (
    BlobProperties,
    BlobSasPermissions,
    BlobServiceClient,
    ContainerClient,
    ContentSettings,
    ExponentialRetry,
    StorageStreamDownloader,
    UserDelegationKey,
    generate_blob_sas,
)
from requests.adapters import HTTPAdapter

from diffing.words import Refused, Unavailable
from storage.blobs import checking
from storage.blobs.addresses import Address
from storage.blobs.objects import CONNECT_SECONDS, CONNECTIONS, READ_SECONDS, TRIES, Denied, Thing
from storage.blobs.port import MOST_WHOLE, Stream

_CHUNK = 8 << 20
_KEYS = ("AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN")
_GRANT = "Give its identity the role Storage Blob Data Contributor on the container."
_SAY_WHO = (
    "Give the machine or the pod an identity (workload identity, managed identity), "
    "or set AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_CONNECTION_STRING."
)
_KEY_LASTS, _KEY_SPARE = timedelta(hours=1), timedelta(minutes=10)


class Azure:
    """A container."""

    def __init__(self, address: Address) -> None:
        self._name = f"az://{address.bucket}"
        self._service = _service(address)
        self._container: ContainerClient = self._service.get_container_client(address.bucket)
        self._signing: tuple[UserDelegationKey, datetime] | None = None
        self._lock = Lock()

    def look(self) -> None:
        with self._asking():
            next(iter(self._container.list_blobs(results_per_page=1)), None)

    def create(self, key: str, file: BinaryIO, size: int) -> bool:
        with self._asking():
            try:
                self._put(key, file, size, overwrite=False)
            except ResourceExistsError:
                return False
        return True

    def replace(self, key: str, file: BinaryIO, size: int) -> None:
        with self._asking():
            self._put(key, file, size, overwrite=True)

    def about(self, key: str) -> Thing | None:
        found = self._find(key)
        return _thing(found) if found else None

    def intact(self, key: str, file: BinaryIO, size: int) -> Thing | None:
        found = self._find(key)
        if found is None or found.size != size:
            return None
        told = found.content_settings.content_md5
        return _thing(found) if told and bytes(told) == checking.md5_of(file) else None

    def read(self, key: str) -> Stream | None:
        with self._asking():
            try:
                found = self._container.download_blob(key)
            except ResourceNotFoundError as error:
                if _code(error) == "ContainerNotFound":
                    raise
                return None
        return Stream(found.size, self._pieces(found))

    def remove(self, key: str) -> None:
        with self._asking(), suppress(ResourceNotFoundError):
            self._container.delete_blob(key)

    def remove_as(self, thing: Thing) -> bool:
        with self._asking():
            try:
                self._container.delete_blob(
                    thing.key, etag=thing.version, match_condition=MatchConditions.IfNotModified
                )
            except (ResourceModifiedError, ResourceNotFoundError):
                return False
        return True

    def walk(self, prefix: str, after: str) -> Iterator[Thing]:
        start: dict[str, Any] = {"start_from": after} if after else {}
        with self._asking():
            for each in self._container.list_blobs(name_starts_with=prefix or None, **start):
                yield _thing(each)

    def link(self, key: str, name: str, seconds: int) -> str | None:
        blob, end = self._container.get_blob_client(key), datetime.now(UTC) + timedelta(seconds=seconds)
        with self._asking():
            signing = self._signer()
            if signing is None:
                return None
            signature = generate_blob_sas(
                blob.account_name or "",
                blob.container_name,
                key,
                permission=BlobSasPermissions(read=True),
                expiry=end,
                content_disposition=f'attachment; filename="{name}"',
                content_type="application/octet-stream",
                **signing,
            )
        return f"{blob.url}?{signature}"

    def _put(self, key: str, file: BinaryIO, size: int, *, overwrite: bool) -> None:
        own = ContentSettings(
            content_type="application/octet-stream", content_md5=bytearray(checking.md5_of(file))
        )
        file.seek(0)
        self._container.upload_blob(
            key,
            file,
            length=size,
            overwrite=overwrite,
            content_settings=own,
            validate_content=True,
            max_concurrency=2,
        )

    def _find(self, key: str) -> BlobProperties | None:
        with self._asking():
            try:
                return self._container.get_blob_client(key).get_blob_properties()
            except ResourceNotFoundError as error:
                if _code(error) == "ContainerNotFound":
                    raise
                return None

    def _pieces(self, found: StorageStreamDownloader[bytes]) -> Iterator[bytes]:
        with self._asking():
            yield from found.chunks()

    def _signer(self) -> dict[str, Any] | None:
        """Say who signs: the account's key, or one that Azure lends to our identity; None where nobody can."""
        credential: Any = self._service.credential
        if hasattr(credential, "account_key"):
            return {"account_key": credential.account_key}
        if isinstance(credential, DefaultAzureCredential):
            return {"user_delegation_key": self._lent()}
        return None

    def _lent(self) -> UserDelegationKey:
        now = datetime.now(UTC)
        with self._lock:
            if self._signing is None or self._signing[1] - now < _KEY_SPARE:
                end = now + _KEY_LASTS
                self._signing = self._service.get_user_delegation_key(now - _KEY_SPARE, end), end
            return self._signing[0]

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except ResourceExistsError:
            raise
        except ClientAuthenticationError as error:
            if error.status_code is None:
                raise Denied(f"There are no credentials for {self._name}. {_SAY_WHO}") from error
            raise self._meant(error) from error
        except HttpResponseError as error:
            raise self._meant(error) from error
        except (AzureError, requests.RequestException) as error:
            raise Unavailable(f"The storage {self._name} does not answer ({type(error).__name__}).") from error

    def _meant(self, error: HttpResponseError) -> Unavailable:
        code = _code(error) or str(error.status_code)
        if code in ("ContainerNotFound", "ContainerBeingDeleted"):
            return Denied(f"There is no container {self._name}. Make it, or mend GOLDDIGGER_STORAGE_URL.")
        if error.status_code in (401, 403):
            return Denied(f"The storage {self._name} does not let Golddigger in ({code}). {_GRANT}")
        return Unavailable(f"The storage {self._name} cannot do it now ({code}).")


def _service(address: Address) -> BlobServiceClient:
    session = requests.Session()
    session.mount("https://", HTTPAdapter(pool_maxsize=CONNECTIONS))
    session.mount("http://", HTTPAdapter(pool_maxsize=CONNECTIONS))
    own: dict[str, Any] = {
        "transport": RequestsTransport(
            session=session, connection_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS
        ),
        "retry_policy": ExponentialRetry(
            initial_backoff=0, increment_base=2, retry_total=TRIES - 1, random_jitter_range=1
        ),
        "max_single_put_size": MOST_WHOLE,
        "max_block_size": MOST_WHOLE,
        "max_single_get_size": _CHUNK,
        "max_chunk_get_size": _CHUNK,
    }
    try:
        return _as_somebody(address, own)
    except ValueError as error:
        raise Refused(f"az://{address.bucket} cannot be opened: mend AZURE_STORAGE_CONNECTION_STRING.") from error


def _as_somebody(address: Address, own: dict[str, Any]) -> BlobServiceClient:
    """Take a connection string, a key, or whoever this machine is, in this order."""
    said = os.environ.get("AZURE_STORAGE_CONNECTION_STRING")
    account = address.account or os.environ.get("AZURE_STORAGE_ACCOUNT_NAME", "")
    if said and not address.account and not address.endpoint:
        return BlobServiceClient.from_connection_string(said, **own)
    if not account and not address.endpoint:
        mend = "Add `?account=name`, or set AZURE_STORAGE_ACCOUNT_NAME."
        raise Refused(f"az://{address.bucket} does not say whose container that is. {mend}")
    url = address.endpoint or f"https://{account}.blob.core.windows.net"
    key = next(filter(None, map(os.environ.get, _KEYS)), None)
    return BlobServiceClient(url, credential=key or DefaultAzureCredential(), **own)


def _thing(found: BlobProperties) -> Thing:
    return Thing(found.name, found.size, found.last_modified, found.etag or "")


def _code(error: HttpResponseError) -> str:
    return str(getattr(error, "error_code", "") or "").removeprefix("StorageErrorCode.")
