"""Lay installations out: in one process with nothing else, and over PostgreSQL, Redis or RabbitMQ, and S3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import boto3

from tests.parts import needs
from tests.parts.door import before
from tests.parts.part import Part
from tests.parts.postgresql import POSTGRESQL
from tests.parts.rabbitmq import RABBITMQ
from tests.parts.redis import REDIS
from tests.parts.running import Running, alone
from tests.parts.s3 import MINISTACK

_KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
_NOTHING: Mapping[str, str] = MappingProxyType({})
_BUCKET = "goldens"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """How an installation is laid out: its settings, how many workers beside the web, which parts it stands on."""

    name: str
    settings: Mapping[str, str]
    workers: int
    parts: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    """More than settings: what the parts' own libraries read."""


@contextmanager
def laid_out(name: str, folder: Path) -> Iterator[Deployment]:
    """Start what an installation stands on, and take it away when left."""
    with ExitStack() as stack:
        match name:
            case "embedded":
                yield embedded(folder / "kept")
            case "redis":
                yield _with_s3(stack, _started(stack, POSTGRESQL), _started(stack, REDIS))
            case _:
                yield _with_a_folder(folder, _started(stack, POSTGRESQL), _started(stack, RABBITMQ))


def embedded(folder: Path, environment: Mapping[str, str] = _NOTHING) -> Deployment:
    """One process, SQLite, a folder, the queue in memory."""
    settings = {
        "database_url": f"sqlite:///{folder / 'golddigger.db'}",
        "storage_url": str(folder / "blobs"),
        "queue_url": "memory://",
        "data": str(folder),
    }
    return Deployment(name="embedded", settings=settings, workers=0, environment=environment)


def _with_s3(stack: ExitStack, database: Running, queue: Running) -> Deployment:
    storage = _started(stack, MINISTACK)
    boto3.client(
        "s3",
        endpoint_url=storage.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        region_name="us-east-1",
    ).create_bucket(Bucket=_BUCKET)
    door = stack.enter_context(before(storage.url))
    settings = {
        "database_url": database.url,
        "storage_url": f"s3://{_BUCKET}/kept?endpoint={door.url}&region=us-east-1&path_style=true",
        "queue_url": queue.url,
    }
    parts = {"database": database, "queue": queue, "storage": door}
    return Deployment(name="redis", settings=settings, workers=2, parts=parts, environment=_KEYS)


def _with_a_folder(folder: Path, database: Running, queue: Running) -> Deployment:
    settings = {"database_url": database.url, "storage_url": str(folder / "blobs"), "queue_url": queue.url}
    return Deployment(name="rabbitmq", settings=settings, workers=2, parts={"database": database, "queue": queue})


def _started(stack: ExitStack, part: Part) -> Running:
    needs.have(part)
    return stack.enter_context(alone(part))
