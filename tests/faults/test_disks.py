"""The disk is full: what cannot be kept is not said to be kept, and what was begun is ended when there is room."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import figures
from tests.faults.afterwards import all_is_well
from tests.faults.figures import fault
from tests.faults.scene import Scene, scene
from tests.installed import deployments
from tests.stories.hosts import HOSTS

SHIM = Path(__file__).with_name("full.c")


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a disk, and build what makes it full."""
    folder = tmp_path_factory.mktemp("disk")
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("a C compiler is missing: apt-get install gcc")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", folder / "full.so", SHIM, "-ldl"], check=True)
    return folder


@pytest.fixture
def on(disk: Path, tmp_path: Path) -> Iterator[Scene]:
    """Give an installation of one process on that disk."""
    preload = {
        "LD_PRELOAD": str(disk / "full.so"),
        "FULL_BELOW": str(tmp_path / "kept"),
        "FULL_WHILE": str(tmp_path / "full"),
    }
    deployment = deployments.embedded(tmp_path / "kept", environment=preload)
    with scene(deployment, HOSTS["github"], tmp_path) as made:
        yield made
        figures.note(made)


def test_what_cannot_be_kept_is_not_accepted(on: Scene, tmp_path: Path) -> None:
    """The forge hears that it failed, and what it brings again is done."""
    pull = on.pull()
    (tmp_path / "full").touch()
    fault(on, "disk full at keeping")
    refused = on.finish(pull)
    assert not any(each.ok for each in on.delivered()[-len(refused) :])
    (tmp_path / "full").unlink()
    assert {on.forge.redeliver(each) for each in refused} == {202}
    all_is_well(on, pull, approved=False)


@pytest.mark.parametrize("step", ["artifact", "tree", "verdict"])
def test_it_fills_up_in_the_middle(on: Scene, tmp_path: Path, step: str) -> None:
    """Nothing can be written for some seconds, neither to the storage nor to the database."""
    pull = on.pull()
    held = on.wire.hold_back(getattr(on.host.asked, step))
    on.finish(pull)
    held.wait()
    (tmp_path / "full").touch()
    fault(on, "disk full at work")
    held.let_go()
    time.sleep(3.0)
    (tmp_path / "full").unlink()
    all_is_well(on, pull, approved=False)


def test_it_fills_up_behind_a_commit(on: Scene, tmp_path: Path) -> None:
    """The commit stands and cannot be recorded: it is found again, and not made twice."""
    pull = on.reported()
    held = on.wire.hold_back(on.host.asked.commit)
    on.approve(pull)
    held.wait()
    (tmp_path / "full").touch()
    fault(on, "disk full behind a commit")
    held.let_go()
    time.sleep(3.0)
    (tmp_path / "full").unlink()
    on.settle()
    on.finish(pull)
    all_is_well(on, pull, approved=True)
