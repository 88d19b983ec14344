"""Draw the port to a forge: what can be asked of it, in words that name none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from diffing.pointers import Pointer
from diffing.words import BlobId, Digest, Name, Refused, Sha, Tree


class Conflict(Refused):
    """The branch's head is no longer the one that was reviewed. Nothing was written."""


class Forbidden(Refused):
    """The forge does not let the bot write there: a fork's branch, a protected branch."""


# ---------------------------------------------------------------------------------------------- things


@dataclass(frozen=True, slots=True, kw_only=True)
class Repo:
    """A repository or project on one host."""

    host: str
    """`github.com`, `gitlab.example.org`, `local`: picks the forge that is asked."""
    id: str
    """The forge's own id, which outlives a renaming."""
    path: str
    """As people write it: `owner/name`."""
    tenant: str = ""
    """Whose credentials to use: GitHub's installation id; empty where a forge has one bot for all."""
    private: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A pull request, a merge request, or locally a branch, as the forge described it when asked."""

    repo: Repo
    number: str
    title: str
    author: str
    url: str
    branch: str
    head: Sha
    head_repo: str
    """The id of the repository that holds the branch; not `repo.id` for a fork. Empty where it is gone."""
    head_path: str
    base_branch: str
    base: Sha
    open: bool
    quiet: bool = False
    """Does CI run where the forge does not tell us of its end? Then it is looked for now and then."""

    @property
    def fork(self) -> bool:
        """Does the branch lie in another repository?"""
        return self.head_repo != self.repo.id


class PipelineState(StrEnum):
    """How far a pipeline is, and how it ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """One attempt of a CI run on one commit."""

    repo: Repo
    id: str
    attempt: int
    source: str
    """What was run, equal for later runs of the same: workflow and triggering event."""
    title: str
    url: str
    head: Sha
    state: PipelineState
    keepers: int | None = None
    """How many of its jobs have kept something; others may later. None: an attempt that ended keeps no more."""
    unseen: tuple[str, ...] = ()
    """Where pipelines ran that it started and the bot may not look into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """An archive that CI kept. `expired`: only its name is left."""

    id: str
    name: str
    size: int
    expired: bool = False
    earlier: tuple[Artifact, ...] = ()
    """What earlier tries of the same job kept on the same commit, oldest first: evidence, never compared."""


class Archive(Protocol):
    """An open artifact: names first, bytes when asked for. Nothing is unpacked to disk."""

    @property
    def paths(self) -> Sequence[str]: ...
    def size(self, path: str) -> int:
        """Give how many bytes a member has at most, unread; 0 where there is none."""
        ...

    def read(self, path: str) -> bytes:
        """Give one member's bytes; raise Refused when a cap is passed or the archive is broken."""
        ...


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with an account. `bot`: not a person."""

    name: str
    bot: bool = False
    author: str = ""
    """`Name <address>`, as git names authors, where the forge told it: for `Co-authored-by`."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether somebody may, and the sentence that says why, for the audit trail and the reply."""

    granted: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveRule:
    """Who may approve: a permission on the repository, or somebody named. From the base branch's configuration."""

    permission: str = "write"
    """`triage`, `write`, `maintain` or `admin`: this or a higher one."""
    self_approval: bool = True
    users: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One file of an approval: the bytes to stand at `name`, or None to remove it."""

    name: Name
    content: bytes | None
    mode: str = "100644"


@dataclass(frozen=True, slots=True)
class Committed:
    """A commit on a branch: its id, its message, and where to look at it."""

    sha: Sha
    message: str
    url: str = ""


class Reaction(StrEnum):
    """What the bot shows under a comment at once."""

    SEEN = "seen"
    DONE = "done"
    REFUSED = "refused"


# --------------------------------------------------------------------------------------------- reports


class Conclusion(StrEnum):
    """How a check ends."""

    SUCCESS = "success"
    FAILURE = "failure"
    ACTION_REQUIRED = "action_required"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One remark on one golden, at its path."""

    path: str
    title: str
    message: str
    failure: bool
    """A failure, or only a notice."""
    decided: bool = field(default=False, compare=False)
    """Did somebody say yes or no to it? Not compared: a remark is the same whatever is decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Something to press beside the check; `id` comes back in `Pressed`."""

    id: str
    label: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What to say of one head of a change: on its check, and in its one comment."""

    head: Sha
    handle: str
    """Our own name for the check, kept by the forge beside it."""
    conclusion: Conclusion | None
    """None while something is still under way."""
    begun: bool = True
    """False where CI has not ended on this head yet: there is no check to write, only the comment."""
    title: str
    summary: str
    """Markdown, at most 65,535 bytes."""
    url: str
    annotations: tuple[Annotation, ...] = ()
    buttons: tuple[Button, ...] = ()
    comment: str | None = None
    """Markdown, at most 65,536 characters, its first line the marker. None: leave the change without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publications:
    """Where a report was said, so that saying it again edits. None: not yet said."""

    check: str | None = None
    """The check's id on this head."""
    annotated: str = ""
    """Digest of the annotations on the check. A forge that can only append makes a new check for others."""
    comment: str | None = None
    said_at: datetime | None = None
    """When the comment (or else the check) was last written, by the forge's clock. None: nothing was said."""


# ------------------------------------------------------------------------------------------------ port


class Forge(Protocol):
    """What can be asked of a forge. Every method may raise Refused (tell people) or Unavailable (try again)."""

    def change(self, repo: Repo, number: str) -> Change:
        """Describe a change as it stands now; Refused when there is none."""
        ...

    def changes_at(self, repo: Repo, head: Sha, branch: str | None, head_path: str | None) -> list[Change]:
        """Give the open changes whose head is this commit now; forks' too."""
        ...

    def pipelines(self, change: Change) -> list[Pipeline]:
        """Give the CI runs on the change's head, the newest attempt of each."""
        ...

    def config(self, change: Change) -> bytes | None:
        """Give `.golddigger.yml` as it stands in the base branch; None where there is none."""
        ...

    def artifacts(self, pipeline: Pipeline) -> list[Artifact]:
        """List what a pipeline kept, one of a name: the newest, with what earlier tries kept beside it."""
        ...

    def open_artifact(self, pipeline: Pipeline, artifact: Artifact) -> AbstractContextManager[Archive]:
        """Fetch an artifact and open it; Refused when it is expired, another commit's, or hostile."""
        ...

    def tree(self, repo: Repo, sha: Sha) -> Tree:
        """Give every file of a commit; one call. A fork's commit is asked of the base repository."""
        ...

    def blobs(self, repo: Repo, ids: Iterable[BlobId]) -> Iterator[tuple[BlobId, bytes]]:
        """Fetch many blobs at once, in any order."""
        ...

    def large_files(self, repo: Repo, pointers: Iterable[Pointer]) -> Iterator[tuple[Digest, bytes]]:
        """Fetch git LFS files, their digests checked."""
        ...

    def upload_large(self, change: Change, files: Mapping[Digest, bytes]) -> None:
        """Put files into the git LFS store of the change's repository, before their pointers are committed."""
        ...

    def may_approve(self, change: Change, who: User, rule: ApproveRule) -> Permission:
        """Ask the forge now whether somebody may approve; fails closed."""
        ...

    def may_see(self, repo: Repo, who: User | None) -> Permission:
        """Ask the forge now whether somebody may read a repository; fails closed, and a bot never may.

        `who`: None asks whether anybody may, without an account."""
        ...

    def publish(self, change: Change, report: Report, before: Publications) -> Iterator[Publications]:
        """Say a report: the check first, then the comment. Yields after each, so that what was said is kept
        even when the next step fails."""
        ...

    def commit(self, change: Change, files: Sequence[Write], message: str, expected: Sha) -> Committed:
        """Write files onto the change's branch in one commit (several where the forge's limits ask for it).

        Raises Conflict when the branch's head is not `expected`, Forbidden when the bot may not push there."""
        ...

    def commit_beside(
        self, change: Change, files: Sequence[Write], message: str, branch: str, *, ours: Collection[Sha]
    ) -> Committed:
        """Write files in one commit on top of `change.head`, onto a branch of the base repository that is made, or
        moved, for it. For a change whose own branch the bot may not push to.

        `ours`: what was committed there before. Raises Forbidden where the branch holds somebody else's."""
        ...

    def history(self, change: Change, most: int) -> list[Committed]:
        """Give the newest commits of the change's branch, newest first."""
        ...

    def react(self, change: Change, comment: str, reaction: Reaction) -> None:
        """Show under a comment that it was seen, done or refused."""
        ...

    def reply(self, change: Change, comment: str, text: str) -> None:
        """Answer a comment in words (Markdown)."""
        ...

    def words(self) -> Vocabulary:
        """How people call things on this forge."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """A forge's own words, for texts that people read."""

    change: str
    """`pull request`, `merge request`, `branch`."""
    sign: str
    """Before a change's number: `#`, `!`, or nothing."""
    ping: Callable[[str], str] = lambda name: f"@{name}"
    """How a person is addressed."""
    origin: Callable[[str], str] = lambda url: url
    """Where git fetches a repository from, by the address of a change in it."""
