"""Hold a repository's branches in a real bare git repository: what every forge's projects stand on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.forges.git import Commit, File, Git

Files = Mapping[str, bytes | File | None]
"""Path to content; None deletes."""


class Branches:
    """A repository over a real bare git repository, as git sees it."""

    git: Git
    world: Any
    """The forge's: it has a lock, a clock and accounts, and lets changes follow what moved."""

    def file(self, branch: str, path: str) -> bytes | None:
        """Read a file back; None where there is none."""
        return self.git.file(branch, path)

    def files(self, branch: str) -> dict[str, bytes]:
        """Read every file of a branch back."""
        return {entry.path: self.git.blob(entry.id) for entry in self.git.tree(branch) if entry.kind == "blob"}

    def log(self, branch: str) -> list[Commit]:
        """Give the branch's commits, newest first."""
        return self.git.log(branch)

    def sha(self, branch: str) -> str:
        """Give the branch's head."""
        found = self.git.ref(f"refs/heads/{branch}")
        assert found, f"{self.git.folder} has no branch {branch}"
        return found

    def commit(self, branch: str, files: Files, *, message: str = "Change", author: str = "dev") -> str:
        """Commit files onto a branch as somebody, outside the API and without a webhook."""
        with self.world.lock:
            parent = self.git.ref(f"refs/heads/{branch}")
            person = self.world.account(author).person
            sha = self.git.write(branch, files, message=message, author=person, at=self.world.now(), parent=parent)
            self.world.moved(self, branch)
        return sha
