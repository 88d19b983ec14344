"""Give each test a stage of its own, whatever the developer's git configuration says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.web.stage import Stage, set_up


@pytest.fixture(autouse=True)
def _own_git_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def stage(make_stage: Callable[..., Stage]) -> Stage:
    """A site on real parts, with a change and no run yet."""
    return make_stage()


@pytest.fixture
def make_stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Make a stage with doors of the test's own; at most one a test."""
    made: list[Stage] = []

    def make(**doors: Any) -> Stage:
        made.append(set_up(tmp_path, **doors))
        return made[-1]

    yield make
    for each in made:
        each.parts.db.dispose()
