"""Be the forge GitLab: every verb of the port, put together from one module each."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager

from bots import lfs
from bots.archive import CAPS, Caps
from bots.forge import (
    ApproveRule,
    Archive,
    Artifact,
    Change,
    Committed,
    Permission,
    Pipeline,
    Publications,
    Reaction,
    Repo,
    Report,
    User,
    Vocabulary,
    Write,
)
from bots.gate import Gate
from bots.gitlab import (
    artifacts,
    changes,
    committing,
    permissions,
    pipelines,
    publishing,
    reactions,
    trees,
)
from bots.gitlab.client import Client, below
from bots.gitlab.comments import Comments
from bots.gitlab.discussions import MOST, Discussions
from bots.gitlab.external_checks import ExternalChecks
from bots.gitlab.people import People
from bots.gitlab.statuses import Statuses
from bots.gitlab.transport import Clock, Transport
from bots.gitlab.witness import Witness
from bots.pacing import Pacer
from diffing.pointers import Pointer
from diffing.words import BlobId, Digest, Sha, Tree

_NOTES_A_MINUTE = 60
"""What GitLab.com bears of one account (doc/user/gitlab_com)."""


class GitLab:
    """One bot account on one GitLab. Safe to use from several threads.

    `address`: our own, for people; an external status check may point to it."""

    def __init__(
        self,
        *,
        url: str,
        token: str,
        host: str,
        clock: Clock,
        status_name: str = "golddigger",
        address: str = "",
        discussions: int = 0,
        pacer: Pacer | None = None,
        caps: Caps = CAPS,
    ) -> None:
        self.host = host
        self._clock = clock
        self._status_name = status_name
        self._discussions = min(discussions, MOST)
        self._caps = caps
        self._transport = Transport(url, token, clock)
        self._gate = Gate(self._transport.url)
        self._client = Client(self._transport, pacer or Pacer(spacing=0.0, windows={60.0: _NOTES_A_MINUTE}))
        self._checks = ExternalChecks(self._client, name=status_name, address=address, clock=clock)
        self.people = People(self._client, host)
        self.witness = Witness(self._client, self.people, host)

    # -------------------------------------------------------------------------------------- asking

    def change(self, repo: Repo, number: str) -> Change:
        return changes.find(self._client, repo, number)

    def changes_at(self, repo: Repo, head: Sha, branch: str | None, head_path: str | None) -> list[Change]:
        return changes.at_head(self._client, repo, head, branch)

    def pipelines(self, change: Change) -> list[Pipeline]:
        return pipelines.at_head(self._client, change)

    def config(self, change: Change) -> bytes | None:
        return changes.config(self._client.on(change.repo.id), change)

    def artifacts(self, pipeline: Pipeline) -> list[Artifact]:
        return artifacts.kept(self._client.on(pipeline.repo.id), pipeline, self._clock())

    def open_artifact(self, pipeline: Pipeline, artifact: Artifact) -> AbstractContextManager[Archive]:
        return artifacts.opened(self._client.on(pipeline.repo.id), self._gate, pipeline, artifact, self._caps)

    def tree(self, repo: Repo, sha: Sha) -> Tree:
        return trees.tree(self._client.on(repo.id), sha)

    def blobs(self, repo: Repo, ids: Iterable[BlobId]) -> Iterator[tuple[BlobId, bytes]]:
        return trees.blobs(self._client.on(repo.id), ids)

    def large_files(self, repo: Repo, pointers: Iterable[Pointer]) -> Iterator[tuple[Digest, bytes]]:
        return lfs.download(self._store(repo.path), pointers)

    def history(self, change: Change, most: int) -> list[Committed]:
        return changes.history(self._client, change, most)

    def may_approve(self, change: Change, who: User, rule: ApproveRule) -> Permission:
        return permissions.may_approve(self._client, self.people, change, who, rule)

    def may_see(self, repo: Repo, who: User | None) -> Permission:
        return permissions.may_see(self._client, self.people, repo, who)

    # -------------------------------------------------------------------------------------- telling

    def publish(self, change: Change, report: Report, before: Publications) -> Iterator[Publications]:
        statuses = Statuses(self._client, self._status_name, self._clock)
        comments = Comments(self._client.on(change.repo.id), change.number, self.people)
        discussions = Discussions(comments.api, change.number, self.people, self._discussions)
        return publishing.publish(statuses, self._checks, comments, discussions, change, report, before)

    def react(self, change: Change, comment: str, reaction: Reaction) -> None:
        reactions.react(self._client.on(change.repo.id), change.number, comment, reaction)

    def reply(self, change: Change, comment: str, text: str) -> None:
        reactions.reply(self._client.on(change.repo.id), self.people, change.number, comment, text)

    def words(self) -> Vocabulary:
        return Vocabulary(
            change="merge request",
            sign="!",
            origin=lambda url: f"{url.rsplit('/-/merge_requests/', 1)[0]}.git",  # without `.git` it redirects
        )

    # -------------------------------------------------------------------------------------- writing

    def upload_large(self, change: Change, files: Mapping[Digest, bytes]) -> None:
        # Into the target project always: a commit that may not go to the fork goes there.
        lfs.upload(self._store(change.repo.path), files)
        if committing.collaborates(self._client, change):
            lfs.upload(self._store(change.head_path), files)

    def commit(self, change: Change, files: Sequence[Write], message: str, expected: Sha) -> Committed:
        return committing.commit(self._client, change, files, message, expected)

    def commit_beside(
        self, change: Change, files: Sequence[Write], message: str, branch: str, *, ours: Collection[Sha]
    ) -> Committed:
        return committing.beside(self._client, change, files, message, branch, ours)

    def _store(self, path: str) -> lfs.Store:
        # Any name will do beside a token ("Git LFS", doc/topics/git/lfs).
        proof = b64encode(f"golddigger:{self._transport.token}".encode()).decode()
        return lfs.Store(
            url=f"{self._transport.url}{below('', *path.split('/'))}.git/info/lfs",
            authorization=f"Basic {proof}",
            send=self._gate.send,
        )
