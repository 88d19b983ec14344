"""Give each fault an installation to happen to: all in one process, or spread over machines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import figures
from tests.faults.scene import Scene, scene
from tests.installed import deployments
from tests.stories.hosts import HOSTS

_BEGAN = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Make room for the figures, once for all processes of a run."""
    config.stash[_BEGAN] = figures.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the room away."""
    if config.stash.get(_BEGAN, False):
        figures.finish()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave all that happens to one installation to one process of pytest-xdist (`--dist loadgroup`)."""
    for item in items:
        if "/faults/" in item.path.as_posix():
            group = getattr(item, "callspec", None) and item.callspec.params.get("on")  # type: ignore[attr-defined]
            item.add_marker(pytest.mark.xdist_group(str(group or item.path.stem)))
            item.add_marker(pytest.mark.timeout(600))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was tried, and what was lost of it; keep it where the environment names a file."""
    counts, kinds = figures.gathered()
    if not counts:
        return
    told = figures.tables_of(counts, kinds)
    terminalreporter.section("faults")
    for line in told:
        terminalreporter.line(line)
    if file := os.environ.get("GOLDDIGGER_FAULTS_FILE"):
        Path(file).write_text("\n".join(told) + "\n")


@pytest.fixture(scope="session", params=["embedded", "redis", "rabbitmq"])
def on(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Give an installation for GitHub, for all faults."""
    folder = tmp_path_factory.mktemp(str(request.param))
    with (
        deployments.laid_out(str(request.param), folder) as deployment,
        scene(deployment, HOSTS["github"], folder) as made,
    ):
        yield made
        figures.note(made)


@pytest.fixture(autouse=True)
def _calm(on: Scene) -> Iterator[None]:
    """Leave nothing of one fault to the next."""
    yield
    on.calm()
