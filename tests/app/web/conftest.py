"""Give each test a stage of its own, whatever the developer's git configuration says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.web.stage import Stage, set_up


@pytest.fixture(autouse=True)
def _own_git_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A site on real parts, with a change and no run yet."""
    made = set_up(tmp_path)
    yield made
    made.parts.db.dispose()
