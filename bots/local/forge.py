"""Be the third forge: git repositories on disk. A change is a branch; an artifact is a folder or a zip."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bots import owning
from bots.archive import open_path
from bots.forge import (
    ApproveRule,
    Archive,
    Artifact,
    Change,
    Committed,
    Conclusion,
    Permission,
    Pipeline,
    PipelineState,
    Publications,
    Reaction,
    Repo,
    Report,
    User,
    Vocabulary,
    Write,
)
from bots.local import commits, largefiles, repositories
from bots.local.git import Git, GitError
from bots.local.handovers import Handover, Handovers
from diffing.pointers import Pointer
from diffing.words import BlobId, Digest, Name, Refused, Sha, TreeEntry

Say = Callable[[str], None]


def _now() -> datetime:
    return datetime.now(UTC)


class Local:
    """Repositories on disk. Only those named here are opened, and only artifacts that were handed over.

    `say` shows people a text."""

    def __init__(
        self,
        gits: Sequence[Git],
        handovers: Handovers,
        *,
        say: Say,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._gits = {repositories.describe(git).id: git for git in gits}
        self._handovers = handovers
        self._say = say
        self._clock = clock

    # -------------------------------------------------------------------------------------- asking

    def change(self, repo: Repo, number: str) -> Change:
        return repositories.change(self._git(repo), repo, number)

    def changes_at(self, repo: Repo, head: Sha, branch: str | None, head_path: str | None) -> list[Change]:
        git = self._git(repo)
        if branch is not None:
            names = [branch] if git.commit_at(f"refs/heads/{branch}") else []
        else:
            listed = git.line("for-each-ref", f"--points-at={head}", "--format=%(refname)", "refs/heads/")
            names = [name.removeprefix("refs/heads/") for name in listed.splitlines()]
        changes = (repositories.change(git, repo, name) for name in names)
        return [change for change in changes if change.head == head]

    def pipelines(self, change: Change) -> list[Pipeline]:
        """Give what was handed over at the head, or below commits of ours: nobody draws again after those."""
        heads = commits.heads_of_ours(self._git(change.repo), change.branch)
        if change.head not in heads:
            return []
        same = heads[heads.index(change.head) :]
        return [_pipeline(change, each) for each in self._handovers.of(change.repo.id, change.branch, same)]

    def config(self, change: Change) -> bytes | None:
        git = self._git(change.repo)
        base = repositories.tip(git, change.base_branch)
        return git.file_at(base, ".golddigger.yml") if base else None

    def artifacts(self, pipeline: Pipeline) -> list[Artifact]:
        return [
            Artifact(id=name, name=name, size=_size(Path(path)), expired=not Path(path).exists())
            for name, path in self._handover(pipeline).artifacts.items()
        ]

    def open_artifact(self, pipeline: Pipeline, artifact: Artifact) -> AbstractContextManager[Archive]:
        path = self._handover(pipeline).artifacts.get(artifact.id)
        if path is None or not Path(path).exists():
            raise Refused(f"The artifact {artifact.name} is no longer where it was handed over.")
        return open_path(Path(path))

    def _handover(self, pipeline: Pipeline) -> Handover:
        handover = self._handovers.get(pipeline.id)
        if not handover or handover.repo != pipeline.repo.id:
            raise Refused("That artifact was never handed over.")
        return handover

    def tree(self, repo: Repo, sha: Sha) -> Mapping[Name, TreeEntry]:
        try:
            return self._git(repo).tree(sha)
        except GitError as error:
            raise Refused(f"The commit {sha[:10]} cannot be read: {error}") from error

    def blobs(self, repo: Repo, ids: Iterable[BlobId]) -> Iterator[tuple[BlobId, bytes]]:
        return self._git(repo).blobs(ids)

    def large_files(self, repo: Repo, pointers: Iterable[Pointer]) -> Iterator[tuple[Digest, bytes]]:
        git = self._git(repo)
        return ((pointer.oid, largefiles.read(git, pointer.oid)) for pointer in pointers)

    def history(self, change: Change, most: int) -> list[Committed]:
        return commits.history(self._git(change.repo), change.branch, most)

    def may_approve(self, change: Change, who: User, rule: ApproveRule) -> Permission:
        """Let the repository's own user approve, whatever the rule asks: who owns the files has every right."""
        return self._owner_may("approve", change.repo, who)

    def may_see(self, repo: Repo, who: User | None) -> Permission:
        """Let the repository's own user look; anybody only where it was said to be public, which no folder is."""
        if who is None:
            return Permission(not repo.private, "a folder is as public as it was said to be")
        return self._owner_may("look", repo, who)

    def _owner_may(self, act: str, repo: Repo, who: User) -> Permission:
        owner, _ = commits.person(self._git(repo))
        if who.bot or who.name != owner:
            return Permission(False, f"only {owner}, whose repository this is, may {act} here")
        return Permission(True, f"{owner} is this repository's git user")

    # -------------------------------------------------------------------------------------- telling

    def publish(self, change: Change, report: Report, before: Publications) -> Iterator[Publications]:
        """Say a report on the terminal, once, and again when it changed: nothing outside shows it.

        Without the page's address: whoever runs this was given one that lets them decide."""
        text = _words(change, report)
        said = hashlib.sha256(text.encode()).hexdigest()
        if said != before.annotated:
            self._say(text)
        yield replace(before, check=report.handle, annotated=said, said_at=self._clock())

    def react(self, change: Change, comment: str, reaction: Reaction) -> None:
        """Nothing: a terminal has nowhere to put it."""

    def reply(self, change: Change, comment: str, text: str) -> None:
        self._say(text)

    def words(self) -> Vocabulary:
        return Vocabulary(change="branch", sign="", ping=lambda name: name)

    # -------------------------------------------------------------------------------------- writing

    def upload_large(self, change: Change, files: Mapping[Digest, bytes]) -> None:
        git = self._git(change.repo)
        for oid, content in files.items():
            largefiles.write(git, oid, content)

    def commit(self, change: Change, files: Sequence[Write], message: str, expected: Sha) -> Committed:
        git = self._git(change.repo)
        made = commits.commit(git, expected, files, message)
        commits.move(git, change.branch, made, expected)
        self._say(_committed(git, change.branch, made, len(files)))
        return Committed(made, message)

    def commit_beside(
        self, change: Change, files: Sequence[Write], message: str, branch: str, *, ours: Collection[Sha]
    ) -> Committed:
        git = self._git(change.repo)
        stands = git.commit_at(f"refs/heads/{branch}")
        newest = commits.history(git, branch, 1)[0] if stands else None
        owning.check(branch, newest, message, ours)
        made = commits.commit(git, change.head, files, message)
        commits.move(git, branch, made, newest.sha if newest else None)
        self._say(_committed(git, branch, made, len(files)))
        return Committed(made, message)

    def _git(self, repo: Repo) -> Git:
        try:
            return self._gits[repo.id]
        except KeyError:
            raise Refused(f"The repository {repo.path} was not named when Golddigger was started.") from None


def _pipeline(change: Change, handover: Handover) -> Pipeline:
    return Pipeline(
        repo=change.repo,
        id=handover.id,
        attempt=1,
        source=handover.source,
        title=", ".join(handover.artifacts),
        url="",
        head=change.head,
        state=PipelineState.SUCCEEDED,  # it is over; nobody told us more
    )


def _words(change: Change, report: Report) -> str:
    mend = report.conclusion in (Conclusion.FAILURE, Conclusion.NEUTRAL)
    return f"{change.branch}: {report.title}" + (f"\n\n{report.summary}\n" if mend else "")


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def suggestion(branch: str) -> str:
    """Write the command that shows a branch's newest commit, to be copied."""
    return f"git log -1 --stat {shlex.quote(branch)}"


def _committed(git: Git, branch: str, made: Sha, files: int) -> str:
    what = "1 file" if files == 1 else f"{files} files"
    seen = commits.advice(git, branch) or f"See it: {suggestion(branch)}"
    return f"Committed {what} to {branch} as {made[:10]}.\n{seen}"
