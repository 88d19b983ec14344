"""Give tests the real parts: each is found or started once for the whole run, and ends with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.parts import databases, needs, sharing
from tests.parts.azure import AZURE
from tests.parts.gcs import GCS
from tests.parts.postgresql import POSTGRESQL
from tests.parts.rabbitmq import RABBITMQ
from tests.parts.redis import REDIS
from tests.parts.s3 import MINISTACK, MOTO

_OWNER = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Make room for the parts, once for all processes of a run."""
    config.stash[_OWNER] = sharing.begin()


@pytest.hookimpl(tryfirst=True)  # the others may raise
def pytest_unconfigure(config: pytest.Config) -> None:
    """End the parts, when the process that began has seen the others end."""
    if config.stash.get(_OWNER, False):
        sharing.finish()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that had to leave something out, where nothing may be missing."""
    if needs.ALL_REQUIRED and _missed(session.config.pluginmanager.get_plugin("terminalreporter")):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _missed(reporter: pytest.TerminalReporter | None) -> list[str]:
    """Give what was missing; the processes of pytest-xdist report to the one that began, and know nothing."""
    reasons = [report.longrepr for report in reporter.stats.get("skipped", [])] if reporter else []
    return needs.missed(each[2] for each in reasons if isinstance(each, tuple))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end which parts were run against, and what had to be left out."""
    missed = _missed(terminalreporter)
    began = sharing.begun()
    if began or missed:
        terminalreporter.section("real parts")
    if began:
        terminalreporter.line(f"started for these tests: {', '.join(began)}")
    for sentence in missed:
        terminalreporter.line(f"{sentence} (its tests are skipped)", yellow=True)


@pytest.fixture(scope="session")
def postgresql_url() -> str:
    """Give a PostgreSQL's address; its user may make databases."""
    return needs.address(POSTGRESQL)


@pytest.fixture(scope="session")
def _migrated_postgresql(postgresql_url: str) -> Iterator[str]:
    with databases.migrated(postgresql_url) as url:
        yield url


@pytest.fixture
def postgresql_database(postgresql_url: str, _migrated_postgresql: str) -> Iterator[str]:
    """Give the address of a fresh, migrated database of the test's own."""
    with databases.created(postgresql_url, like=_migrated_postgresql) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> str:
    """Give a Redis' address. All tests share it: use names of your own, flush nothing."""
    return needs.address(REDIS)


@pytest.fixture(scope="session")
def rabbitmq_url() -> str:
    """Give a RabbitMQ's address. All tests share it: use names of your own."""
    return needs.address(RABBITMQ)


@pytest.fixture(scope="session", params=[MINISTACK, MOTO], ids=lambda part: part.key)
def s3_url(request: pytest.FixtureRequest) -> str:
    """Give the http:// address of something that speaks S3, without a bucket; one after the other."""
    return needs.address(request.param)


@pytest.fixture(scope="session")
def azure_url() -> str:
    """Give the http:// address of Azure's blobs with the account (`tests.parts.azure` has its key)."""
    return needs.address(AZURE)


@pytest.fixture(scope="session")
def gcs_url() -> str:
    """Give the http:// address of something that speaks as Google Cloud Storage does, without a bucket."""
    return needs.address(GCS)
