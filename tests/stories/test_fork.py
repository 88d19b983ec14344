"""Branches that the bot may not push to: forks, and branches that are protected."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from tests.forges.git import Person
from tests.stories.bench import Stage
from tests.stories.hosts import Pull, Repo
from tests.stories.screens import CONFIG, failures, screen
from tests.stories.trouble import hasty

LOGIN, CART = "test/goldens/login.png", "test/goldens/cart.png"
OLD, NEW, CART_NEW = screen("Sign in"), screen("Log in"), screen("Basket")
BRANCH = "feature/$(touch${IFS}hacked);it's"
"""As a stranger may name a branch."""
_numbers = count()


@pytest.fixture(scope="module")
def stage(host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give one Golddigger at work, for all stories here."""
    with hasty(host, tmp_path_factory.mktemp("fork")) as made:
        yield made


@pytest.fixture
def repo(stage: Stage) -> Repo:
    """Give a repository of its own."""
    files = {LOGIN: OLD, CART: OLD, ".golddigger.yml": CONFIG}
    return stage.forge.repo(f"octo/app-{next(_numbers)}", files=files, private=False)


def broken(stage: Stage, pull: Pull) -> Pull:
    """Let CI end with two goldens that changed, and wait until that was told."""
    kept = failures({"login": (OLD, NEW), "cart": (OLD, CART_NEW)})
    stage.forge.finish_workflow(pull, {"goldens": kept})
    stage.shows(pull, "action_required")
    return pull


def bring_in(stage: Stage, pull: Pull, clone: Path, *, checked_out: str = "main") -> None:
    """Say the git commands of the comment in a clone, as its author would."""
    said = re.search(r"```sh\n(.*?)```", stage.comment(pull).body, re.DOTALL)
    assert said, stage.comment(pull).body
    assert pull.head_repo
    server = stage.host.address(stage.forge)
    for where in (pull.repo, pull.head_repo):
        for ending in ("", ".git"):
            told = (f"url.file://{where.git.folder}.insteadOf", f"{server}/{where.path}{ending}")
            subprocess.run(["git", "config", "--global", "--add", *told], check=True)
    subprocess.run(["git", "clone", "-q", f"{server}/{pull.head_repo.path}", clone], check=True)
    subprocess.run(["git", "checkout", "-q", checked_out], cwd=clone, check=True)
    lines = said[1].strip().splitlines()
    assert len(lines) == 2
    for line in lines:
        subprocess.run(line, shell=True, cwd=clone, check=True, capture_output=True)


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a contributor's home folder."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
    (home / ".gitconfig").write_text("[user]\n\tname = Stranger\n\temail = stranger@example.org\n")
    return home


def test_a_forks_approval_is_a_branch_and_two_commands(stage: Stage, repo: Repo, at_home: Path) -> None:
    """A command that names no commit is told which; the commit stands beside; two git commands bring it in."""
    pull = broken(stage, repo.pull(fork="stranger/app", branch=BRANCH, files={"a": b"1"}, author="stranger"))
    stage.forge.comment(pull, "maria", "/golddigger approve")
    (answer,) = stage.replies(pull)
    assert f"`/golddigger approve {pull.head[:12]}`" in answer, "only who may approve is told how"
    stage.forge.comment(pull, "stranger", f"/golddigger approve {pull.head[:12]}")
    assert "is needed" in stage.replies(pull)[-1]
    repo.role("maria", "write")
    stage.forge.comment(pull, "maria", f"/golddigger approve {pull.head[:12]}")
    stage.settle()
    beside = f"golddigger/pr-{pull.number}"
    (commit, *_) = repo.log(beside)
    assert commit.parents == (repo.sha("main"),), stage.why()
    assert (repo.file(beside, LOGIN), repo.file(beside, CART)) == (NEW, CART_NEW)
    assert repo.file(beside, "a") is None, "a stranger's code never lies where workflows have secrets"
    assert commit.trailers["Approved-by"] == ("maria",)
    stage.shows(pull, "action_required")
    bring_in(stage, pull, at_home / "clone", checked_out=BRANCH)
    subprocess.run(["git", "push", "-q"], cwd=at_home / "clone", check=True)
    assert pull.head_repo
    brought = {name: pull.head_repo.file(BRANCH, name) for name in (LOGIN, CART, "a")}
    assert brought == {LOGIN: NEW, CART: CART_NEW, "a": b"1"}
    assert not (at_home / "clone" / "hacked").exists()


def test_a_box_of_a_fork_binds_the_head_it_was_shown_for(stage: Stage, repo: Repo) -> None:
    """A box needs no commit named: it stands in a comment on one head. After a push it approves nothing."""
    repo.role("maria", "write")
    pull = broken(stage, repo.pull(fork=f"stranger/{repo.name}", files={"a": b"1"}, author="stranger"))
    with stage.held():
        ticked = stage.tick(pull, "maria", "login.png")
        pushed = stage.forge.push(pull, {"a": b"2"})
        kept = failures({"login": (OLD, screen("Mine!")), "cart": (OLD, CART_NEW)})
        pushed += stage.forge.finish_workflow(pull, {"goldens": kept})
    stage.deliver(*ticked, *pushed)
    stage.settle()
    beside = f"golddigger/pr-{pull.number}"
    assert repo.git.ref(f"refs/heads/{beside}") is None
    stage.tick(pull, "maria", "login.png")
    stage.settle()
    assert (repo.file(beside, LOGIN), repo.file(beside, CART)) == (screen("Mine!"), OLD), stage.why()
    stage.tick(pull, "maria", "cart.png")
    stage.settle()
    assert (repo.file(beside, LOGIN), repo.file(beside, CART)) == (screen("Mine!"), CART_NEW), "in one commit"
    assert repo.log(beside)[0].parents == (repo.sha("main"),)


def test_a_protected_branch_takes_the_same_road(stage: Stage, repo: Repo, at_home: Path) -> None:
    """Where nobody may push, a pull request from the branch beside helps; who may push says two commands."""
    pull = broken(stage, repo.pull(branch="develop", files={"a": b"1"}))
    repo.protect("develop")
    repo.role("maria", "maintain")
    reviewed = pull.head
    stage.forge.comment(pull, "maria", "/golddigger approve login.png")
    stage.settle()
    stage.forge.comment(pull, "maria", "/golddigger approve cart.png")
    stage.settle()
    beside = f"golddigger/pr-{pull.number}"
    assert (repo.file(beside, LOGIN), repo.file(beside, CART)) == (NEW, CART_NEW), stage.why()
    assert [each.parents for each in repo.log(beside)[:2]] == [(repo.log(beside)[1].sha,), (pull.head,)]
    body = stage.comment(pull).body
    assert "`develop`, which is protected" in body
    assert "the fork of this" not in body
    assert "[ ]" not in body, "what is approved is not offered again"
    bring_in(stage, pull, at_home / "clone")
    stage.host.pushed_elsewhere(stage.forge, pull, reviewed)
    stage.forge.finish_workflow(pull, {}, conclusion="success")
    stage.shows(pull, "neutral")
    assert beside not in stage.comment(pull).body


def somebodys(repo: Repo, branch: str) -> str:
    """Let somebody put work onto a branch, and give the commit."""
    dev, parent = Person("dev", "dev@example.org"), repo.git.ref(f"refs/heads/{branch}") or repo.sha("main")
    files = {"mine.txt": b"weeks of work"}
    repo.git.write(branch, files, message="Mine", author=dev, at=datetime.now(UTC), parent=parent)
    return str(repo.sha(branch))


def test_a_branch_beside_that_is_somebodys_is_left_alone(stage: Stage, repo: Repo) -> None:
    """It is said what to do about it; once that is done, approving again commits all that was approved."""
    pull = broken(stage, repo.pull(fork=f"stranger/{repo.name}", files={"a": b"1"}, author="stranger"))
    repo.role("maria", "write")
    beside = f"golddigger/pr-{pull.number}"
    theirs = somebodys(repo, beside)
    stage.forge.comment(pull, "maria", f"/golddigger approve {pull.head[:12]}")
    stage.settle()
    assert repo.sha(beside) == theirs, "nothing of it is lost"
    assert "Rename or delete that branch" in stage.comment(pull).body
    repo.git.remove(f"refs/heads/{beside}")
    stage.forge.comment(pull, "maria", f"/golddigger approve {pull.head[:12]}")
    stage.settle()
    assert (repo.file(beside, LOGIN), repo.file(beside, CART)) == (NEW, CART_NEW), stage.why()


def test_what_somebody_put_onto_the_branch_beside_stays(stage: Stage, repo: Repo) -> None:
    """A second approval would make the commit anew, and theirs is not in it."""
    pull = broken(stage, repo.pull(fork=f"stranger/{repo.name}", files={"a": b"1"}, author="stranger"))
    repo.role("maria", "write")
    beside = f"golddigger/pr-{pull.number}"
    stage.tick(pull, "maria", "login.png")
    stage.settle()
    theirs = somebodys(repo, beside)
    stage.tick(pull, "maria", "cart.png")
    stage.settle()
    assert repo.sha(beside) == theirs
    assert f"`{beside}`" in stage.comment(pull).body
