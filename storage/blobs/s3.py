"""Keep objects in S3, and in what speaks like it: MinIO, R2, Ceph, Google's interoperability."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, BinaryIO

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
)

from diffing.words import Refused, Unavailable
from storage.blobs import checking
from storage.blobs.addresses import Address
from storage.blobs.objects import CONNECT_SECONDS, CONNECTIONS, READ_SECONDS, TRIES, BrokenOff, Denied, Thing
from storage.blobs.port import MOST_WHOLE, PIECE, Stream

_PARTS = TransferConfig(multipart_threshold=MOST_WHOLE, multipart_chunksize=MOST_WHOLE, max_concurrency=2)
_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})
_THERE = frozenset({"412", "PreconditionFailed", "409", "ConditionalRequestConflict"})
_UNKNOWN = frozenset({"501", "NotImplemented"})
_NOBODY = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)
_DENIED = frozenset(
    {
        *("401", "403", "AccessDenied", "AllAccessDisabled", "AccountProblem", "Unauthorized"),
        *("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidBucketName", "NoSuchBucket"),
        *(
            "PermanentRedirect",
            "AuthorizationHeaderMalformed",
            "InvalidRegion",
            "IllegalLocationConstraintException",
        ),
    }
)
_GRANT = "Let it s3:ListBucket there, and s3:GetObject, s3:PutObject, s3:DeleteObject on what lies in it."
_SAY_WHO = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, "
    "or give the machine or the pod a role that may use it."
)
_USE = {True: "path", False: "virtual", None: "auto"}


class S3:
    """A bucket. AWS is asked to keep SHA-256 sums; others get what each of them checks: the signed body's."""

    def __init__(self, address: Address) -> None:
        self._bucket = address.bucket
        self._name = f"s3://{address.bucket}"
        self._sums = not address.endpoint
        self._once = True
        self._client = _client(address)

    def look(self) -> None:
        with self._asking():
            self._client.list_objects_v2(Bucket=self._bucket, MaxKeys=1)

    def create(self, key: str, file: BinaryIO, size: int) -> bool:
        if size > MOST_WHOLE or not self._once:  # who puts something large has asked before
            self.replace(key, file, size)
            return True
        with self._asking():
            try:
                self._put(key, file, IfNoneMatch="*")
            except ClientError as error:
                if _code(error) in _THERE:
                    return False
                if _code(error) not in _UNKNOWN:
                    raise
                self._once = False
                self._put(key, file)
        return True

    def replace(self, key: str, file: BinaryIO, size: int) -> None:
        with self._asking():
            if size > MOST_WHOLE:
                self._put_in_parts(key, file)
            else:
                self._put(key, file)

    def about(self, key: str) -> Thing | None:
        found = self._head(key)
        return _thing(key, found["ContentLength"], found["LastModified"]) if found else None

    def intact(self, key: str, file: BinaryIO, size: int) -> Thing | None:
        found = self._head(key, **({"ChecksumMode": "ENABLED"} if self._sums else {}))
        if found is None or found["ContentLength"] != size:
            return None
        told = found.get("ChecksumSHA256")
        same = told == _sha256(file, size) if told else found["ETag"].strip('"') == _etag(file, size)
        return _thing(key, size, found["LastModified"]) if same else None

    def read(self, key: str) -> Stream | None:
        with self._asking():
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if _code(error) in _ABSENT:
                    return None
                raise
        return Stream(found["ContentLength"], self._pieces(found["Body"]))

    def remove(self, key: str) -> None:
        with self._asking():
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def remove_as(self, thing: Thing) -> bool:
        # S3's only condition is the ETag, which is the same for the same bytes: the look just before has to do.
        self.remove(thing.key)
        return True

    def walk(self, prefix: str, after: str) -> Iterator[Thing]:
        asked = {"Bucket": self._bucket, "Prefix": prefix, **({"StartAfter": after} if after else {})}
        with self._asking():
            for page in self._client.get_paginator("list_objects_v2").paginate(**asked):
                for each in page.get("Contents", ()):
                    yield _thing(each["Key"], each["Size"], each["LastModified"])

    def link(self, key: str, name: str, seconds: int) -> str | None:
        said = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentDisposition": f'attachment; filename="{name}"',
            "ResponseContentType": "application/octet-stream",
        }
        with self._asking():
            link: str = self._client.generate_presigned_url("get_object", Params=said, ExpiresIn=seconds)
        return link

    def _put(self, key: str, file: BinaryIO, **more: str) -> None:
        file.seek(0)
        if self._sums:
            more["ChecksumSHA256"] = _base64(bytes.fromhex(checking.digest_of(file)))
        self._client.put_object(Bucket=self._bucket, Key=key, Body=file, **more)

    def _put_in_parts(self, key: str, file: BinaryIO) -> None:
        file.seek(0)
        more = {"ChecksumAlgorithm": "SHA256"} if self._sums else {}
        self._client.upload_fileobj(file, self._bucket, key, ExtraArgs=more, Config=_PARTS)

    def _head(self, key: str, **more: str) -> dict[str, Any] | None:
        with self._asking():
            try:
                found: dict[str, Any] = self._client.head_object(Bucket=self._bucket, Key=key, **more)
            except ClientError as error:
                if _code(error) in _ABSENT:
                    return None
                raise
        return found

    def _pieces(self, body: Any) -> Iterator[bytes]:
        try:
            with body:
                yield from body.iter_chunks(PIECE)
        except BotoCoreError as error:
            raise BrokenOff(f"The storage {self._name} broke off.") from error

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise self._meant(error) from error
        except _NOBODY as error:
            raise Denied(f"There are no credentials for {self._name}. {_SAY_WHO}") from error
        except ParamValidationError as error:
            raise Denied(f"{self._name} is no name of a bucket.") from error
        except (BotoCoreError, Boto3Error) as error:
            raise Unavailable(f"The storage {self._name} does not answer ({type(error).__name__}).") from error

    def _meant(self, error: ClientError) -> Unavailable:
        code = _code(error)
        if code == "NoSuchBucket":
            return Denied(f"There is no bucket {self._name}. Make it, or mend GOLDDIGGER_STORAGE_URL.")
        if code in _DENIED:
            return Denied(f"The storage {self._name} does not let Golddigger in ({code}). {_GRANT}")
        return Unavailable(f"The storage {self._name} cannot do it now ({code}).", _after(error))


def _client(address: Address) -> Any:
    config = Config(
        signature_version="s3v4",
        retries={"mode": "standard", "max_attempts": TRIES},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        max_pool_connections=CONNECTIONS,
        tcp_keepalive=True,
        # Of themselves, newer clients send sums in trailers, which others than AWS refuse.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": _USE[address.path_style], "payload_signing_enabled": True},
    )
    try:
        session = boto3.session.Session()
        region = address.region or session.region_name or ("us-east-1" if address.endpoint else None)
        return session.client("s3", region_name=region, endpoint_url=address.endpoint or None, config=config)
    except (ValueError, ProfileNotFound, BotoCoreError) as error:
        raise Refused(f"s3://{address.bucket} cannot be opened: {error}") from error


def _thing(key: str, size: int, written: Any) -> Thing:
    """Tell of an object. Some list milliseconds that no other answer has."""
    return Thing(key, size, written.replace(microsecond=0))


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _after(error: ClientError) -> float | None:
    said = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("retry-after", "")
    return float(said) if said.isascii() and said.isdecimal() else None


def _sha256(file: BinaryIO, size: int) -> str:
    """Give the sum that S3 keeps of a file; of one in parts, that of the parts' sums."""
    if size <= MOST_WHOLE:
        return _base64(bytes.fromhex(checking.digest_of(file)))
    file.seek(0)
    sums = [sha256(part).digest() for part in checking.pieces(file, MOST_WHOLE)]
    return f"{_base64(sha256(b''.join(sums)).digest())}-{len(sums)}"


def _etag(file: BinaryIO, size: int) -> str:
    """Give the ETag of a file that no key of the store's own encrypts; of one in parts, as S3 does."""
    if size <= MOST_WHOLE:
        return checking.md5_of(file).hex()
    file.seek(0)
    sums = [checking.md5(part) for part in checking.pieces(file, MOST_WHOLE)]
    return f"{checking.md5(b''.join(sums)).hex()}-{len(sums)}"


def _base64(content: bytes) -> str:
    return b64encode(content).decode()
