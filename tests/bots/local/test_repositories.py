"""Tell how repositories and branches on disk are found and described."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from bots.local import repositories
from bots.local.git import Git
from diffing.words import Refused
from tests.bots.local.conftest import Run, runner


def test_a_change_is_a_branch_with_its_base(git: Git, run: Run) -> None:
    """Head, base, author and title come from git."""
    repo = repositories.describe(git)
    change = repositories.change(git, repo, "redesign")
    assert (change.number, change.branch, change.base_branch) == ("redesign", "redesign", "main")
    assert (change.head, change.base) == (run("rev-parse", "redesign"), run("rev-parse", "main"))
    assert (change.title, change.author) == ("Redesign the shop", "Robin Reviewer")
    assert not change.fork
    assert repo.path == "shop"


def test_a_repository_is_the_same_from_every_folder_of_it(
    git: Git, run: Run, folder: Path, tmp_path: Path
) -> None:
    """A subfolder, a linked path and a second working tree are all one repository."""
    run("worktree", "add", "--quiet", str(tmp_path / "beside"), "redesign")
    (tmp_path / "link").symlink_to(folder)
    places = [folder / "goldens", tmp_path / "beside", tmp_path / "link", folder / ".git"]
    assert {repositories.describe(repositories.find(place)) for place in places} == {repositories.describe(git)}


def test_another_repository_has_another_id(folder: Path, tmp_path: Path) -> None:
    """Even a copy under the same name."""
    shutil.copytree(folder, tmp_path / "copy/shop")
    copy = repositories.describe(repositories.find(tmp_path / "copy/shop"))
    mine = repositories.describe(repositories.find(folder))
    assert copy.path == mine.path
    assert copy.id != mine.id


def test_a_bare_repository_works(folder: Path, tmp_path: Path) -> None:
    """There is no working tree at all."""
    runner(tmp_path)("clone", "--quiet", "--bare", str(folder), "shop.git")
    git = repositories.find(tmp_path / "shop.git")
    repo = repositories.describe(git)
    assert repo.path == "shop"
    assert repositories.change(git, repo, "redesign").base_branch == "main"


@pytest.mark.parametrize(("name", "said"), [("none", "is not a folder"), ("plain", "is not a git repository")])
def test_what_is_no_repository_is_refused(tmp_path: Path, name: str, said: str) -> None:
    """In one sentence."""
    (tmp_path / "plain").mkdir()
    with pytest.raises(Refused, match=said):
        repositories.find(tmp_path / name)


def test_sha256_repositories_are_refused(tmp_path: Path) -> None:
    """Their blobs have other names than those that say *the same*."""
    subprocess.run(("git", "init", "--quiet", "--object-format=sha256", str(tmp_path / "new")), check=True)
    with pytest.raises(Refused, match="SHA256"):
        repositories.find(tmp_path / "new")


def test_a_branch_that_is_not_there_is_refused(git: Git) -> None:
    """By its name."""
    with pytest.raises(Refused, match="no branch 'nothing'"):
        repositories.change(git, repositories.describe(git), "nothing")


def test_the_default_branch_is_the_remotes_where_there_is_one(folder: Path, tmp_path: Path) -> None:
    """In a clone that has only its own branch, origin's counts."""
    runner(folder)("branch", "-m", "main", "trunk")
    runner(tmp_path)("clone", "--quiet", "--branch", "redesign", str(folder), "clone")
    clone = repositories.find(tmp_path / "clone")
    runner(tmp_path / "clone")("remote", "set-head", "origin", "trunk")
    change = repositories.change(clone, repositories.describe(clone), "redesign")
    assert (change.base_branch, change.base) == ("trunk", runner(folder)("rev-parse", "trunk"))


def test_branches_without_a_common_commit_still_have_a_base(git: Git, run: Run) -> None:
    """The tip of the default branch."""
    run("switch", "--quiet", "--orphan", "fresh")
    run("commit", "--quiet", "--allow-empty", "-m", "Start anew")
    assert repositories.change(git, repositories.describe(git), "fresh").base == run("rev-parse", "main")


def test_the_default_branch_itself_is_a_change(git: Git, run: Run) -> None:
    """Whoever works on one branch only can review it."""
    change = repositories.change(git, repositories.describe(git), "main")
    assert change.head == change.base == run("rev-parse", "main")


def test_no_branch_is_checked_out_where_the_head_is_detached(git: Git, run: Run) -> None:
    """As in the middle of a rebase, and as CI checks out."""
    assert repositories.branch_checked_out(git) == "main"
    run("switch", "--quiet", "--detach", "main")
    assert repositories.branch_checked_out(git) is None
