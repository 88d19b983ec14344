"""Give stories a stage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forges.github.double import GitHubDouble
from tests.stories.bench import Stage, staged

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the main job in the inner loop; each story starts Golddigger whole, and there are many."""
    for item in items:
        if item.path.parent == HERE and item.path.name != "test_main_job.py":
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def stage(github: GitHubDouble, tmp_path: Path) -> Iterator[Stage]:
    """Give Golddigger at work on a GitHub."""
    with staged(github, tmp_path) as made:
        yield made
