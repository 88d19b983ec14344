"""Tell how approved goldens reach a branch, and what stays as the user left it."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from bots.forge import Conflict, Write
from bots.local import commits
from bots.local.git import Git
from diffing.words import Name, Sha
from tests.bots.local.conftest import Run

TRAILERS = "Update goldens\n\nGolddigger-Approval: a1\nApproved-by: Robin Reviewer"


def _approve(git: Git, branch: str, files: dict[str, bytes | None], message: str = TRAILERS) -> Sha:
    parent = git.commit_at(f"refs/heads/{branch}")
    assert parent
    writes = [Write(name=Name(name), content=content) for name, content in files.items()]
    made = commits.commit(git, parent, writes, message)
    commits.move(git, branch, made, parent)
    return made


def test_a_commit_holds_the_bytes_and_nothing_else_changes(git: Git, run: Run) -> None:
    """One file changed, one added, one removed; author and message as told."""
    before = run("rev-parse", "redesign")
    files = {"goldens/cart.png": b"new\r\ncart", "goldens/deep/new.png": b"new", "goldens/menu.png": None}
    made = _approve(git, "redesign", files)
    assert run("rev-parse", "redesign") == made
    assert run("rev-parse", "redesign^") == before
    assert run("diff", "--name-status", before, made).split() == [
        *("M", "goldens/cart.png"),
        *("A", "goldens/deep/new.png"),
        *("D", "goldens/menu.png"),
    ]
    assert git.file_at(made, "goldens/cart.png") == b"new\r\ncart"
    assert run("log", "-1", "--format=%an <%ae>%n%B", made) == f"Robin Reviewer <robin@example.org>\n{TRAILERS}"
    assert run("log", "-1", "--format=%(trailers:key=Golddigger-Approval,valueonly)", made) == "a1"


def test_bytes_are_kept_whatever_the_attributes_say(git: Git, run: Run, folder: Path) -> None:
    """A golden that git would convert was reviewed byte for byte, and is committed so."""
    (folder / ".gitattributes").write_text("* text eol=lf\n*.png filter=upper\n")
    run("config", "filter.upper.clean", "tr a-z A-Z")
    assert git.file_at(_approve(git, "redesign", {"goldens/cart.png": b"a\r\nb"}), "goldens/cart.png") == b"a\r\nb"


def test_hooks_do_not_run(git: Git, run: Run, folder: Path) -> None:
    """Not even the one that sees every ref that moves."""
    trace = folder / "hook-ran"
    for hook in ("pre-commit", "post-commit", "reference-transaction"):
        path = folder / ".git/hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {shlex.quote(str(trace))}\nexit 1\n")
        path.chmod(0o755)
    _approve(git, "redesign", {"goldens/cart.png": b"new"})
    assert not trace.exists()


def test_a_branch_that_moved_is_not_moved(git: Git, run: Run) -> None:
    """The reviewed head is the old value that git is given."""
    reviewed = Sha(run("rev-parse", "redesign"))
    made = commits.commit(git, reviewed, [Write(name=Name("goldens/cart.png"), content=b"new")], TRAILERS)
    run("update-ref", "refs/heads/redesign", "main")
    with pytest.raises(Conflict, match="redesign has moved"):
        commits.move(git, "redesign", made, reviewed)
    assert run("rev-parse", "redesign") == run("rev-parse", "main")


def test_a_branch_that_is_gone_is_not_made_again(git: Git, run: Run) -> None:
    """Its owner deleted it while the reviewer looked."""
    reviewed = Sha(run("rev-parse", "redesign"))
    run("branch", "-D", "redesign")
    with pytest.raises(Conflict):
        commits.move(git, "redesign", reviewed, reviewed)
    assert git.commit_at("refs/heads/redesign") is None


def test_the_index_and_unsaved_work_stay(git: Git, run: Run, folder: Path) -> None:
    """What the user staged and edited on the very branch is as it was."""
    run("switch", "--quiet", "redesign")
    (folder / "goldens/menu.png").write_bytes(b"staged")
    run("add", "goldens/menu.png")
    (folder / "goldens/cart.png").write_bytes(b"edited")
    index = (folder / ".git/index").read_bytes()
    _approve(git, "redesign", {"goldens/cart.png": b"approved"})
    assert (folder / "goldens/cart.png").read_bytes() == b"edited"
    assert (folder / ".git/index").read_bytes() == index


def _follow(advice: str) -> subprocess.CompletedProcess[str]:
    (command,) = [line.strip() for line in advice.splitlines() if line.startswith("    ")]
    return subprocess.run(shlex.split(command), check=False, capture_output=True, text=True)


def test_there_is_no_advice_where_the_branch_is_not_checked_out(git: Git) -> None:
    """Nothing there could undo the commit."""
    _approve(git, "redesign", {"goldens/cart.png": b"approved"})
    assert commits.advice(git, "redesign") == ""


def test_the_advice_brings_all_our_commits_into_a_clean_working_tree(git: Git, run: Run, folder: Path) -> None:
    """One command is enough after several approvals, and edits of other files stay."""
    run("switch", "--quiet", "redesign")
    (folder / ".golddigger.yml").write_text("edited")
    _approve(git, "redesign", {"goldens/cart.png": b"approved", "goldens/new.png": b"new"})
    _approve(git, "redesign", {"goldens/menu.png": None})
    assert _follow(commits.advice(git, "redesign")).returncode == 0
    assert (folder / "goldens/cart.png").read_bytes() == b"approved"
    assert (folder / "goldens/new.png").read_bytes() == b"new"
    assert run("status", "--porcelain") == "M .golddigger.yml"
    assert not (folder / "goldens/menu.png").exists()


def test_the_advice_never_overwrites_an_edit(git: Git, run: Run, folder: Path) -> None:
    """Git refuses the whole step where a file that we committed has unsaved work."""
    run("switch", "--quiet", "redesign")
    (folder / "goldens/cart.png").write_bytes(b"my own try")
    _approve(git, "redesign", {"goldens/cart.png": b"approved", "goldens/menu.png": b"approved"})
    assert _follow(commits.advice(git, "redesign")).returncode != 0
    assert (folder / "goldens/cart.png").read_bytes() == b"my own try"
    assert (folder / "goldens/menu.png").read_bytes() == b"old menu"


def test_the_advice_finds_another_working_tree(git: Git, run: Run, tmp_path: Path) -> None:
    """The branch may be checked out in a worktree beside, in a folder with a space."""
    run("worktree", "add", "--quiet", str(tmp_path / "my work"), "redesign")
    _approve(git, "redesign", {"goldens/cart.png": b"approved"})
    assert _follow(commits.advice(git, "redesign")).returncode == 0
    assert (tmp_path / "my work/goldens/cart.png").read_bytes() == b"approved"


def test_heads_of_ours_end_at_the_first_commit_of_somebody_else(git: Git, run: Run) -> None:
    """What CI drew there holds for all of them: only goldens differ."""
    theirs = run("rev-parse", "redesign")
    first = _approve(git, "redesign", {"goldens/cart.png": b"1"})
    second = _approve(git, "redesign", {"goldens/cart.png": b"2"})
    assert commits.heads_of_ours(git, "redesign") == [second, first, theirs]
    third = _approve(git, "redesign", {"goldens/cart.png": b"3"}, "Change it by hand")
    assert commits.heads_of_ours(git, "redesign") == [third]


def test_without_a_git_user_the_commit_is_golddiggers(git: Git, run: Run) -> None:
    """Git would refuse to commit; the approver still stands in the trailers."""
    run("config", "--unset", "user.name")
    run("config", "--unset", "user.email")
    made = _approve(git, "redesign", {"goldens/cart.png": b"new"})
    assert run("log", "-1", "--format=%an <%ae>", made) == "Golddigger <golddigger@localhost>"
