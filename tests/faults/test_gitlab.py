"""GitLab guards no branch in the act: `kill -9` around a commit and a status there, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.faults import figures
from tests.faults.afterwards import all_is_well
from tests.faults.scene import Scene, scene
from tests.faults.test_kills import APPROVING, COMPARING, killed_at
from tests.forges.wire import Break
from tests.installed import deployments
from tests.stories.hosts import HOSTS


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Give an installation of one process for GitLab."""
    folder = tmp_path_factory.mktemp("gitlab")
    with (
        deployments.laid_out("embedded", folder) as deployment,
        scene(deployment, HOSTS["gitlab"], folder) as made,
    ):
        yield made
        figures.note(made)


@pytest.mark.parametrize("step", COMPARING.values(), ids=COMPARING)
def test_workers_die_on_the_way_from_a_pipeline_to_its_verdict(on: Scene, step: Callable[[Scene], Break]) -> None:
    """Whoever starts afterwards takes the run over, and says it once."""
    pull = on.pull()
    held = step(on)
    on.finish(pull)
    killed_at(on, held)
    all_is_well(on, pull, approved=False)


@pytest.mark.parametrize("step", APPROVING.values(), ids=APPROVING)
def test_workers_die_on_the_way_from_an_approval_to_its_commit(on: Scene, step: Callable[[Scene], Break]) -> None:
    """The branch has one commit of ours, with the bytes that were approved."""
    pull = on.reported()
    held = step(on)
    on.approve(pull)
    killed_at(on, held)
    on.settle()
    on.finish(pull)
    all_is_well(on, pull, approved=True)
