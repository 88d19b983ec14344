"""Give each fault an installation to happen to: all in one process, or spread over machines."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from tests.faults import deployments, figures
from tests.faults.scene import Scene, scene
from tests.stories.hosts import HOSTS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was tried, and what was lost of it."""
    terminalreporter.section("faults")
    for line in figures.lines():
        terminalreporter.line(line)


@pytest.fixture(scope="session", params=["embedded", "redis", "rabbitmq"])
def on(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Give an installation for GitHub, for all faults."""
    folder = tmp_path_factory.mktemp(f"{request.param}-{secrets.token_hex(4)}")
    with (
        deployments.laid_out(str(request.param), folder) as deployment,
        scene(deployment, HOSTS["github"], folder) as made,
    ):
        yield made
        figures.note(made)
