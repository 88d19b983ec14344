"""Give stories a stage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forges.github.double import GitHubDouble
from tests.stories.bench import Stage, staged


@pytest.fixture
def stage(github: GitHubDouble, tmp_path: Path) -> Iterator[Stage]:
    """Give Golddigger at work on a GitHub."""
    with staged(github, tmp_path) as made:
        yield made
