"""What a run needs of others, and what happens where it is missing: tests are skipped, or the run fails."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest

from tests.parts import sharing
from tests.parts.azure import AZURE
from tests.parts.gcs import GCS
from tests.parts.part import Part
from tests.parts.postgresql import POSTGRESQL
from tests.parts.rabbitmq import RABBITMQ
from tests.parts.redis import REDIS
from tests.parts.s3 import MINISTACK, MOTO

PARTS = (POSTGRESQL, REDIS, RABBITMQ, MINISTACK, MOTO, AZURE, GCS)
ALL_REQUIRED = os.environ.get("GOLDDIGGER_TEST_REQUIRE") == "all"


def address(part: Part) -> str:
    """Give the address of a part, which is started where nobody did; without it, the test is skipped."""
    have(part)
    return sharing.address(part)


def have(part: Part) -> None:
    """Go on where a part is there; else the test is skipped, or fails where nothing may be missing."""
    if part.missing and ALL_REQUIRED:
        pytest.fail(f"{part.missing} (GOLDDIGGER_TEST_REQUIRE=all)")
    if part.missing:
        pytest.skip(part.missing)


def missed(reasons: Iterable[str]) -> list[str]:
    """Give what was missing, each once, of all the reasons why tests were skipped."""
    return sorted({each.removeprefix("Skipped: ") for each in reasons if " is missing" in each})
