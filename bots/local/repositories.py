"""Find a git repository on disk and describe it and its branches in the port's words."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from bots.forge import Change, Repo
from bots.local.git import Git, GitError
from bots.local.webhook import HOST
from diffing.words import NoSuch, Refused, Sha

_ORIGIN = "refs/remotes/origin/"


def find(path: Path) -> Git:
    """Open the repository that holds a folder; Refused with a sentence where none does."""
    if not path.is_dir():
        raise Refused(f"{path} is not a folder.")
    try:
        shape = Git(path).line("rev-parse", "--show-object-format")
        root = _root(Git(path))
    except GitError as error:
        raise Refused(_not_opened(path, str(error))) from error
    if shape != "sha1":
        raise Refused(f"{path} names its objects by {shape.upper()}; Golddigger knows SHA-1 repositories only.")
    return Git(root)


def _root(git: Git) -> Path:
    try:
        return Path(git.line("rev-parse", "--show-toplevel"))
    except GitError:  # a bare repository, or the inside of .git
        return Path(git.line("rev-parse", "--absolute-git-dir"))


def _not_opened(path: Path, said: str) -> str:
    if "not a git repository" in said:
        return f"{path} is not a git repository."
    return f"git does not open {path}: {said}"


def describe(git: Git) -> Repo:
    """Give a repository's name and the id that outlives this process: a hash of where it lies."""
    shared = shared_folder(git)
    named = shared.parent if shared.name == ".git" else shared
    key = hashlib.sha256(os.fsencode(shared)).hexdigest()[:16]
    return Repo(host=HOST, id=key, path=named.name.removesuffix(".git"), private=True)


def shared_folder(git: Git) -> Path:
    """Give the folder of git's own files, which all working trees of a repository share."""
    return (git.path / git.line("rev-parse", "--git-common-dir")).resolve()


def branch_checked_out(git: Git) -> str | None:
    """Give the branch that HEAD names; None where HEAD is detached."""
    try:
        return git.line("symbolic-ref", "--quiet", "--short", "HEAD")
    except GitError:
        return None


def change(git: Git, repo: Repo, branch: str) -> Change:
    """Describe a branch as a change: its tip, and where it left the default branch."""
    head = git.commit_at(f"refs/heads/{branch}")
    if not head:
        raise NoSuch(f"There is no branch {branch!r} in {repo.path}.")
    base_branch = default_branch(git) or branch
    author, _, title = git.line("log", "-1", "--format=%an%x00%s", head, "--").partition("\0")
    return Change(
        repo=repo,
        number=branch,
        title=title or branch,
        author=author,
        url="",
        branch=branch,
        head=head,
        head_repo=repo.id,
        head_path=repo.path,
        base_branch=base_branch,
        base=_base(git, head, tip(git, base_branch) or head),
        open=True,
    )


def default_branch(git: Git) -> str | None:
    """Give the branch that others are merged into; None where it cannot be told."""
    try:
        remote = git.line("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD").removeprefix(_ORIGIN)
    except GitError:
        remote = ""
    likely = (remote, git.setting("init.defaultBranch"), "main", "master", "trunk", "develop")
    return next((name for name in likely if name and tip(git, name)), None)


def tip(git: Git, branch: str) -> Sha | None:
    """Give the commit of a branch, or of origin's branch of that name where there is no own."""
    return git.commit_at(f"refs/heads/{branch}") or git.commit_at(f"{_ORIGIN}{branch}")


def _base(git: Git, head: Sha, other: Sha) -> Sha:
    try:
        return Sha(git.line("merge-base", head, other))
    except GitError:  # histories that share no commit
        return other
