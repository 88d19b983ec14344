"""Make commits in the object store and move branches to them. The user's working tree and index are not touched.

A branch that is checked out is moved all the same, because the commit is what was asked for; but the working tree
and its index then still hold the old files, so that a commit made there would undo ours. We neither update them
(they are the user's, and may hold unsaved work) nor advise `git restore` or `git reset`, which overwrite edits
silently. `git read-tree -m -u OLD NEW` is what a fast-forward does: it takes the new files where they stand as OLD
had them, keeps everything else, and refuses as a whole where an edit would be lost.
"""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path

from bots.forge import Committed, Conflict, Write
from bots.local.git import Git, GitError
from diffing.words import Refused, Sha, Unavailable

_NONE = "0" * 40
_TRAILER = "\nGolddigger-Approval: "
_MOST_OF_OURS = 200


def commit(
    git: Git,
    parent: Sha | None,
    files: Sequence[Write],
    message: str,
    *,
    signed: Mapping[str, str] | None = None,
) -> Sha:
    """Write files over a commit's tree as its child, or as a first commit; give it. No branch moves.

    `signed`: who and when, in git's environment variables; None: the repository's user, now."""
    try:
        tree = _tree(git, parent, files)
        parents = ("-p", parent) if parent else ()
        text = f"{message.rstrip()}\n".encode()
        return Sha(git.line("commit-tree", tree, *parents, stdin=text, environment=signed or _identity(git)))
    except GitError as error:
        raise Refused(f"git could not make the commit: {error}") from error


def _tree(git: Git, parent: Sha | None, files: Sequence[Write]) -> str:
    entries = b"".join(_entry(git, file) for file in files)
    with tempfile.TemporaryDirectory(prefix="golddigger-") as folder:
        environment = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        git.run("read-tree", parent or "--empty", environment=environment)
        git.run("update-index", "-z", "--index-info", stdin=entries, environment=environment)
        return git.line("write-tree", environment=environment)


def _entry(git: Git, file: Write) -> bytes:
    if file.content is None:
        return f"0 {_NONE}\t{file.name}\0".encode()
    return f"{file.mode} {git.keep(file.content)}\t{file.name}\0".encode()


def person(git: Git) -> tuple[str, str]:
    """Give name and mail address of the repository's user; Golddigger's where git knows none."""
    return git.setting("user.name") or "Golddigger", git.setting("user.email") or "golddigger@localhost"


def _identity(git: Git) -> dict[str, str]:
    name, mail = person(git)
    return {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", name), ("EMAIL", mail))
    }


def move(git: Git, branch: str, new: Sha, old: Sha | None) -> None:
    """Move a branch, or make it where `old` is None; Conflict where it does not stand at `old`."""
    ref = f"refs/heads/{branch}"
    try:
        git.run("update-ref", "-m", "golddigger: commit goldens", ref, new, old or _NONE)
    except GitError as error:
        if git.commit_at(ref) != old:
            raise Conflict(f"The branch {branch} has moved since it was reviewed. Nothing was written.") from error
        raise Unavailable(f"git could not move {branch}: {error}", after=2) from error


def history(git: Git, branch: str, most: int) -> list[Committed]:
    """Give the newest commits of a branch, newest first, along first parents."""
    listed = git.run(
        "log", "-z", "--first-parent", f"--max-count={most}", "--format=%H%n%B", f"refs/heads/{branch}", "--"
    )
    records = (record.partition("\n") for record in listed.decode(errors="replace").split("\0") if record)
    return [Committed(Sha(sha), message) for sha, _, message in records]


def advice(git: Git, branch: str) -> str:
    """Say how to bring what was just committed into working trees of its branch; empty where there are none."""
    folders = list(_checked_out(git, branch))
    newest = git.commit_at(f"refs/heads/{branch}")
    if not folders or not newest:
        return ""
    bring = f"read-tree -m -u {heads_of_ours(git, branch)[-1]} {newest}"
    commands = "\n".join(f"    git -C {shlex.quote(folder)} {bring}" for folder in folders)
    return (
        f"{branch} is checked out. The files there are still the old ones, and a commit made there now would undo "
        f"this one. Bring it in first; git refuses rather than overwrite your own edits:\n{commands}"
    )


def _checked_out(git: Git, branch: str) -> Iterator[str]:
    listed = git.run("worktree", "list", "--porcelain").decode(errors="replace")
    for record in listed.split("\n\n"):
        fields = dict(line.partition(" ")[::2] for line in record.splitlines())
        if fields.get("branch") == f"refs/heads/{branch}":
            yield fields["worktree"]


def heads_of_ours(git: Git, branch: str) -> list[Sha]:
    """Give a branch's tip and the commits under it, newest first, down to the first that we did not make.

    Only goldens differ between them, so what was drawn at one of them would be drawn alike at the others. The last
    one is what a working tree stands at into which nobody brought our commits."""
    commits = history(git, branch, _MOST_OF_OURS)
    ours = list(takewhile(lambda one: _TRAILER in one.message, commits))
    return [one.sha for one in commits[: len(ours) + 1]]
