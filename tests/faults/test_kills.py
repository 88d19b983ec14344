"""`kill -9` of every process that works, at each step of the way: what was begun is ended, once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.afterwards import all_is_well
from tests.faults.figures import fault
from tests.faults.scene import Scene
from tests.forges.wire import Break
from tests.stories.screens import CONFIG, OLD, failures, screen

Step = Callable[[Scene], Break]
"""Where somebody is killed: has the wire held at a request."""


def killed_at(scene: Scene, held: Break) -> None:
    """Wait until a worker stands at a request, kill all who work, and start them anew."""
    held.wait()
    scene.installation.kill(*scene.installation.working)
    held.let_go()
    fault(scene, "kill -9 of a worker")
    scene.installation.start(*scene.installation.working)


def test_the_web_dies_right_after_it_answered(on: Scene) -> None:
    """The delivery was kept, and nothing else had happened."""
    pull = on.pull()
    on.finish(pull)
    on.installation.kill("web")
    fault(on, "kill -9 of the web")
    on.installation.start("web")
    all_is_well(on, pull, approved=False)


COMPARING: dict[str, Step] = {
    "claimed, nothing fetched": lambda on: on.wire.hold_there(on.host.asked.artifact),
    "fetched, nothing compared": lambda on: on.wire.hold_back(on.host.asked.tree),
    "compared, nothing said": lambda on: on.wire.hold_there(on.host.asked.verdict),
    "said, not recorded": lambda on: on.wire.hold_back(on.host.asked.verdict),
    "check written, no comment": lambda on: on.wire.hold_there(on.host.asked.comment),
    "comment written, not recorded": lambda on: on.wire.hold_back(on.host.asked.comment),
}


def is_compared_in_spite_of_it(on: Scene, step: Step) -> None:
    """Let CI end, and kill who compares at a step."""
    pull = on.pull()
    held = step(on)
    on.finish(pull)
    killed_at(on, held)
    all_is_well(on, pull, approved=False)


@pytest.mark.parametrize("step", COMPARING.values(), ids=COMPARING)
def test_workers_die_on_the_way_from_a_pipeline_to_its_verdict(on: Scene, step: Step) -> None:
    """Whoever starts afterwards takes the run over, and says it once."""
    is_compared_in_spite_of_it(on, step)


APPROVING: dict[str, Step] = {
    "command read, not answered": lambda on: on.wire.hold_there(on.host.asked.reaction),
    "decided, nothing committed": lambda on: on.wire.hold_there(on.host.asked.commit),
    "committed, not recorded": lambda on: on.wire.hold_back(on.host.asked.commit),
}


def is_committed_in_spite_of_it(on: Scene, step: Step) -> None:
    """Approve, and kill who commits at a step."""
    pull = on.reported()
    held = step(on)
    on.approve(pull)
    killed_at(on, held)
    on.settle()
    on.finish(pull)
    all_is_well(on, pull, approved=True)


@pytest.mark.parametrize("step", APPROVING.values(), ids=APPROVING)
def test_workers_die_on_the_way_from_an_approval_to_its_commit(on: Scene, step: Step) -> None:
    """The branch has one commit of ours, with the bytes that were approved."""
    is_committed_in_spite_of_it(on, step)


def test_workers_die_in_the_middle_of_a_large_run(on: Scene) -> None:
    """Some of its batches are recorded, some are being measured, some wait: all are gathered once."""
    names = [f"{number:03d}" for number in range(300)]
    files = {f"test/goldens/{name}.png": OLD for name in names} | {".golddigger.yml": CONFIG}
    pull = on.forge.repo(f"octo/large-{on.deployment.name}", files=files).pull(files={"lib/app.dart": b"// new\n"})
    drawn = {name: (OLD, screen(name)) for name in names}
    on.forge.finish_workflow(pull, {"goldens": failures(drawn)})
    for already in (1, 3):
        on.wait_until(lambda already=already: on.batches_done() >= already)  # type: ignore[misc]
        on.installation.kill(*on.installation.working)
        fault(on, "kill -9 of a worker")
        on.installation.start(*on.installation.working)
    on.settle()
    on.approve(pull)
    on.settle()
    stands = pull.repo.files(pull.branch)
    assert [name for name in names if stands[f"test/goldens/{name}.png"] != drawn[name][1]] == []
