"""GitLab guards no branch in the act: `kill -9` around a commit and a status there, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import figures
from tests.faults.scene import Scene, scene
from tests.faults.test_kills import (
    APPROVING,
    COMPARING,
    Step,
    is_committed_in_spite_of_it,
    is_compared_in_spite_of_it,
)
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
def test_workers_die_on_the_way_from_a_pipeline_to_its_verdict(on: Scene, step: Step) -> None:
    """Whoever starts afterwards takes the run over, and says it once."""
    is_compared_in_spite_of_it(on, step)


@pytest.mark.parametrize("step", APPROVING.values(), ids=APPROVING)
def test_workers_die_on_the_way_from_an_approval_to_its_commit(on: Scene, step: Step) -> None:
    """The branch has one commit of ours, with the bytes that were approved."""
    is_committed_in_spite_of_it(on, step)
