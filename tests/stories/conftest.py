"""Give stories a stage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.bench import Stage, on_stage
from tests.stories.hosts import HOSTS, Pull, Repo
from tests.stories.screens import CART, CART_NEW, CONFIG, LOGIN, NEW, OLD, failures

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the main job in the inner loop; each story starts Golddigger whole, and there are many."""
    for item in items:
        if item.path.parent == HERE and item.path.name != "test_main_job.py":
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module", params=HOSTS)
def host(request: pytest.FixtureRequest) -> str:
    """Name the forge that a story is told of. Stories of one forge alone have a fixture of their own."""
    return str(request.param)


@pytest.fixture
def stage(host: str, tmp_path: Path) -> Iterator[Stage]:
    """Give Golddigger at work on a forge."""
    with on_stage(host, tmp_path) as made:
        yield made


@pytest.fixture
def repo(stage: Stage) -> Repo:
    """Give a repository with two goldens."""
    return stage.forge.repo("octo/app", files={LOGIN: OLD, CART: OLD, ".golddigger.yml": CONFIG})


@pytest.fixture
def pull(stage: Stage, repo: Repo) -> Pull:
    """Give a pull request that breaks both, reported."""
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    stage.forge.opened(pull)
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW), "cart": (OLD, CART_NEW)})})
    stage.shows(pull, "action_required")
    return pull
