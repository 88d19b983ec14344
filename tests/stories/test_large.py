"""Many goldens, and large ones: within what GitHub takes, in as few commits as it allows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import count

import pytest
from PIL import Image

from diffing.digests import blob_id
from tests.forges.wire import Wire, wired
from tests.stories.bench import Stage
from tests.stories.hosts import Pull
from tests.stories.screens import screen
from tests.stories.trouble import ended, hasty

CONFIG = b"""\
version: 1
suites:
  - name: screens
    preset: same-path
    mode: all
    goldens: ["goldens/**"]
"""
OLD = screen("Sign in")
THREE = {f"goldens/{name}.png": screen(name) for name in ("cart", "home", "login")}
_numbers = count()


def tile(red: int, green: int, blue: int) -> bytes:
    """Draw a small picture of one colour."""
    kept = io.BytesIO()
    Image.new("RGB", (8, 8), (red, green, blue)).save(kept, "PNG")
    return kept.getvalue()


@pytest.fixture(scope="module")
def stage(host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give one Golddigger at work, for all stories here."""
    with hasty(host, tmp_path_factory.mktemp("large")) as made:
        yield made


@pytest.fixture
def pull(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Pull:
    """Give a pull request whose three goldens changed, each too large to be committed with another."""
    stage.host.small_commits(monkeypatch, 1000)
    files = dict.fromkeys(THREE, OLD) | {".golddigger.yml": CONFIG}
    pull = stage.forge.repo(f"octo/app-{next(_numbers)}", files=files).pull(files={"README.md": b"# Better\n"})
    stage.forge.finish_workflow(pull, {"goldens": THREE}, conclusion="success")
    stage.shows(pull, "action_required")
    return pull


def test_three_hundred_goldens_are_one_comment_and_one_commit(stage: Stage) -> None:
    """What does not fit is counted and linked; annotations come in fifties; *approve all* is one commit."""
    drawn = {
        f"goldens/a-rather-long-folder-name/of-the-screen-number-{number:03}.png": tile(
            number % 256, number // 256, 99
        )
        for number in range(300)
    }
    repo = stage.forge.repo(
        "octo/many", files=dict.fromkeys(drawn, tile(255, 255, 255)) | {".golddigger.yml": CONFIG}
    )
    pull = repo.pull(files={"README.md": b"# Better\n"})
    stage.forge.finish_workflow(pull, {"goldens": drawn}, conclusion="success")
    shown = stage.shown(pull)
    assert "300 goldens changed" in shown.title, stage.why()
    assert set(shown.remarks) <= set(drawn)
    assert len(shown.remarks) == min(300, stage.host.most_remarks)
    body = stage.comment(pull).body
    assert len(body) <= 65_536
    assert "280 goldens more are on [the page]" in body
    stage.tick(pull, "dev", "all 300 goldens")
    stage.settle()
    held = {entry.path: entry.id for entry in repo.git.tree("feature")}
    assert {name: held[name] for name in drawn} == {name: blob_id(each) for name, each in drawn.items()}, (
        stage.why()
    )
    assert len(repo.log("feature")) == 3


def test_what_is_too_large_for_one_commit_is_several(stage: Stage, pull: Pull) -> None:
    """Each says which of how many it is, and carries the trailers; the last is the one that is told of."""
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    log = pull.repo.log("feature")[:3]
    assert [each.message.partition("\n")[0][-8:] for each in log] == ["(3 of 3)", "(2 of 3)", "(1 of 3)"]
    assert len({each.trailers["Golddigger-Approval"] for each in log}) == 1
    assert {name: pull.repo.file("feature", name) for name in THREE} == THREE
    assert log[0].sha[:7] in stage.comment(pull).body


@pytest.fixture
def wire(stage: Stage) -> Iterator[Wire]:
    """Give the wire to the forge."""
    with wired(stage.forge) as made:
        yield made


def test_a_part_is_not_made_twice(stage: Stage, wire: Wire, pull: Pull) -> None:
    """The answer to the first part is lost, and then that to the second: what is missing follows, once."""
    wire.cut(stage.host.asked.commit)
    wire.hold_back(stage.host.asked.commit).let_go()
    wire.cut(stage.host.asked.commit)
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert {name: pull.repo.file("feature", name) for name in THREE} == THREE, stage.why()
    assert len(pull.repo.log("feature")) == 5
    assert "committed as" in stage.comment(pull).body.lower()


def test_a_push_between_two_parts_is_told_as_it_is(stage: Stage, wire: Wire, pull: Pull) -> None:
    """The first part stands, no more follows onto a head that nobody reviewed, and the comment says so.

    Where nothing guards a whole branch, a part on its way comes to lie on the push, which touched none of it."""
    wire.hold_back(stage.host.asked.commit).let_go()
    held = wire.hold_there(stage.host.asked.commit)
    stage.forge.comment(pull, "dev", "/golddigger approve")
    held.wait()
    stage.forge.push(pull, {"README.md": b"# Best\n"})
    held.let_go()
    ended(stage)
    said = [each.message for each in pull.repo.log("feature")]
    on_its_way = said.pop(0) if not stage.host.guards_branches else "(2 of 3)"
    assert "(2 of 3)" in on_its_way
    assert said[0].startswith("Push on")
    assert "(1 of 3)" in said[1]
    assert "only a part was committed" in stage.comment(pull).body
    stage.forge.finish_workflow(pull, {"goldens": THREE}, conclusion="success")
    stage.settle()
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert {name: pull.repo.file("feature", name) for name in THREE} == THREE, stage.why()
