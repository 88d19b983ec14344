"""Measure how fast files are put and got: in a folder, and in something that speaks S3 on this machine."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import boto3

from storage import blobs
from storage.blobs import Blobs
from tests.parts import running
from tests.parts.s3 import KEY, MINISTACK, SECRET

FILES, SIZE, THREADS, ROUNDS = 200, 50_000, 8, 5
_BUCKET = "goldens"

Seconds = Mapping[str, float]
"""By what was done with all files: the median of some rounds."""


def measure(folder: Path) -> dict[str, Seconds]:
    """Give seconds by storage."""
    found = {"a folder": _median(blobs.open(str(folder / "blobs")))}
    if not MINISTACK.missing:
        with _s3() as url:
            found["ministack (S3)"] = _median(blobs.open(url))
    return found


def _median(kept: Blobs) -> Seconds:
    rounds = [_round(kept) for _ in range(ROUNDS)]
    return {what: median(each[what] for each in rounds) for what in rounds[0]}


def _round(kept: Blobs) -> Seconds:
    contents = [secrets.token_bytes(SIZE) for _ in range(FILES)]
    with ThreadPoolExecutor(THREADS) as threads:

        def timed(do: Callable[[Any], object], each: list[Any]) -> float:
            began = time.perf_counter()
            list(threads.map(do, each))
            return time.perf_counter() - began

        digests = [kept.put(contents[0])]
        put = timed(lambda content: digests.append(kept.put(content)), contents[1:])
        return {
            "put": put,
            "put again": timed(kept.put, contents),
            "get": timed(kept.get, digests),
            "has": timed(kept.has, digests),
        }


@contextmanager
def _s3() -> Iterator[str]:
    os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"] = KEY, SECRET
    with running.alone(MINISTACK) as own:
        boto3.client("s3", endpoint_url=own.url, region_name="us-east-1").create_bucket(Bucket=_BUCKET)
        yield f"s3://{_BUCKET}?{urlencode({'endpoint': own.url})}"
