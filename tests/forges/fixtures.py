"""Give tests the doubles, and hold them to the contract when a test ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.forges.github.double import GitHubDouble
from tests.forges.gitlab.double import GitLabDouble


@pytest.fixture
def github() -> Iterator[GitHubDouble]:
    """Give a GitHub of the test's own; fails when a request or an answer broke the published contract."""
    with GitHubDouble() as double:
        yield double
    assert double.violations == []


@pytest.fixture
def gitlab() -> Iterator[GitLabDouble]:
    """Give a GitLab of the test's own; fails when a request, an answer or a webhook broke the published shapes."""
    with GitLabDouble() as double:
        yield double
    assert double.violations == []
