"""Give stories a stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.parts import databases
from tests.stories.bench import Stage, on_stage
from tests.stories.hosts import HOSTS, Pull, Repo
from tests.stories.screens import CART, CART_NEW, CONFIG, LOGIN, NEW, OLD, failures

HERE = Path(__file__).parent
ON_POSTGRESQL = {"test_main_job", "test_order", "test_seats"}
"""Stories that turn on who comes first, told on PostgreSQL too, of GitHub; `tests/faults` tells the rest there."""
Fresh = Callable[[], AbstractContextManager[Mapping[str, str]]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tell the stories of some modules on PostgreSQL too."""
    if metafunc.module.__name__.rpartition(".")[2] in ON_POSTGRESQL and "database" in metafunc.fixturenames:
        metafunc.parametrize("database", ["sqlite", "postgresql"], scope="module")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the main job in the inner loop; each story starts Golddigger whole, and there are many."""
    ours = [item for item in items if item.path.parent == HERE]
    for item in ours:
        if item.path.name != "test_main_job.py" or "postgresql" in item.name:
            item.add_marker(pytest.mark.slow)
    told_already = [item for item in ours if "gitlab-postgresql" in item.name]
    items[:] = [item for item in items if item not in told_already]


@pytest.fixture(scope="module", params=HOSTS)
def host(request: pytest.FixtureRequest) -> str:
    """Name the forge that a story is told of. Stories of one forge alone have a fixture of their own."""
    return str(request.param)


@pytest.fixture(scope="module")
def database() -> str:
    """Name the kind of database that a story is told on."""
    return "sqlite"


@pytest.fixture(scope="module")
def fresh(request: pytest.FixtureRequest, database: str) -> Fresh:
    """Give what makes a database for one stage, as settings: none on SQLite, whose file lies with the data."""

    @contextmanager
    def make() -> Iterator[Mapping[str, str]]:
        if database == "sqlite":
            yield {}
            return
        with databases.created(request.getfixturevalue("postgresql_url")) as url:
            yield {"database_url": url}

    return make


@pytest.fixture
def stage(host: str, fresh: Fresh, tmp_path: Path) -> Iterator[Stage]:
    """Give Golddigger at work on a forge."""
    with fresh() as settings, on_stage(host, tmp_path, **settings) as made:
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
