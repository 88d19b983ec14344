"""Be the forge GitHub: every verb of the port, put together from one module each."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

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
from bots.github import (
    artifacts,
    changes,
    committing,
    manifest,
    permissions,
    pipelines,
    publishing,
    reactions,
    trees,
)
from bots.github.app import AppKey, Tokens
from bots.github.cache import ETags
from bots.github.checks import Checks
from bots.github.client import Api, Client
from bots.github.comments import Comments
from bots.github.manifest import Facts
from bots.github.needs import Purpose
from bots.github.paths import owner_and_name
from bots.github.redeliveries import Redeliveries
from bots.github.transport import Clock, Transport
from bots.pacing import Pacer
from diffing.pointers import Pointer
from diffing.words import BlobId, Digest, Sha, Tree


class GitHub:
    """One GitHub App on github.com or an Enterprise Server. Safe to use from several threads."""

    def __init__(
        self,
        *,
        app_id: str,
        private_key: str,
        api_url: str,
        web_url: str,
        host: str,
        clock: Clock,
        check_name: str = "golddigger",
        pacer: Pacer | None = None,
        caps: Caps = CAPS,
    ) -> None:
        self.host = host
        self._app_id = app_id
        self._web_url = web_url.rstrip("/")
        self._clock = clock
        self._check_name = check_name
        self._caps = caps
        self._key = AppKey(app_id, private_key, clock)
        self._transport = Transport(api_url, clock)
        self._gate = Gate(self._transport.api)
        self._client = Client(
            self._transport, Tokens(self._transport, self._key, clock), ETags(), pacer or Pacer()
        )
        # An Enterprise Server has its GraphQL beside /api/v3, not below it.
        beside = Transport(self._transport.api.removesuffix("/v3"), clock)
        self._graphql = replace(self._client, transport=beside)
        self._lock = threading.Lock()
        self._bot = ""

    # -------------------------------------------------------------------------------------- asking

    def change(self, repo: Repo, number: str) -> Change:
        return changes.find(self._reading(repo), repo, number)

    def changes_at(self, repo: Repo, head: Sha, branch: str | None, head_path: str | None) -> list[Change]:
        return changes.at_head(self._reading(repo), repo, head, branch, head_path)

    def pipelines(self, change: Change) -> list[Pipeline]:
        return pipelines.at_head(self._reading(change.repo), change)

    def config(self, change: Change) -> bytes | None:
        return changes.config(self._reading(change.repo), change)

    def artifacts(self, pipeline: Pipeline) -> list[Artifact]:
        return artifacts.kept(self._reading(pipeline.repo), pipeline)

    def open_artifact(self, pipeline: Pipeline, artifact: Artifact) -> AbstractContextManager[Archive]:
        return artifacts.opened(self._reading(pipeline.repo), self._gate, pipeline, artifact, self._caps)

    def tree(self, repo: Repo, sha: Sha) -> Tree:
        return trees.tree(self._reading(repo), sha)

    def blobs(self, repo: Repo, ids: Iterable[BlobId]) -> Iterator[tuple[BlobId, bytes]]:
        return trees.blobs(self._reading(repo), ids)

    def large_files(self, repo: Repo, pointers: Iterable[Pointer]) -> Iterator[tuple[Digest, bytes]]:
        return lfs.download(self._store(repo, Purpose.READING), pointers)

    def history(self, change: Change, most: int) -> list[Committed]:
        return changes.history(self._reading(change.repo), change, most)

    def may_approve(self, change: Change, who: User, rule: ApproveRule) -> Permission:
        doors = permissions.Doors(
            self._reading(change.repo), lambda: self._client.beside(change.repo, Purpose.TEAMS)
        )
        return permissions.may_approve(doors, change, who, rule)

    def may_see(self, repo: Repo, who: User | None) -> Permission:
        return permissions.may_see(self._reading(repo), repo, who)

    # -------------------------------------------------------------------------------------- telling

    def publish(self, change: Change, report: Report, before: Publications) -> Iterator[Publications]:
        api = self._publishing(change.repo)
        checks = Checks(api, self._check_name, self._app_id, self._clock)
        comments = Comments(api, change.number, self._us)
        return publishing.publish(checks, comments, report, before)

    def react(self, change: Change, comment: str, reaction: Reaction) -> None:
        reactions.react(self._publishing(change.repo), comment, reaction)

    def reply(self, change: Change, comment: str, text: str) -> None:
        reactions.reply(self._publishing(change.repo), change.number, comment, text)

    def words(self) -> Vocabulary:
        return Vocabulary(change="pull request", sign="#", origin=lambda url: url.rsplit("/pull/", 1)[0])

    # -------------------------------------------------------------------------------------- writing

    def upload_large(self, change: Change, files: Mapping[Digest, bytes]) -> None:
        # Into the base repository for a fork too: a fork's store is not ours to write, and they are one network.
        lfs.upload(self._store(change.repo, Purpose.COMMITTING), files)

    def commit(self, change: Change, files: Sequence[Write], message: str, expected: Sha) -> Committed:
        api = self._client.on(change.repo, Purpose.COMMITTING)
        graphql = self._graphql.beside(change.repo, Purpose.COMMITTING)
        return committing.commit(api, graphql, change, files, message, expected)

    def commit_beside(
        self, change: Change, files: Sequence[Write], message: str, branch: str, *, ours: Collection[Sha]
    ) -> Committed:
        api = self._client.on(change.repo, Purpose.COMMITTING)
        return committing.beside(api, change, files, message, branch, ours)

    # --------------------------------------------------------------------------------- the app itself

    def facts(self) -> Facts:
        """Ask what GitHub knows of the app: for `golddigger doctor`, with `manifest.doubts`."""
        return manifest.facts(self._transport, self._key)

    @property
    def post(self) -> Redeliveries:
        """Give what GitHub remembers of its deliveries to the app."""
        return Redeliveries(self._transport, self._key)

    def _us(self) -> str:
        with self._lock:
            self._bot = self._bot or self.facts().bot
            return self._bot

    def _reading(self, repo: Repo) -> Api:
        return self._client.on(repo, Purpose.READING)

    def _publishing(self, repo: Repo) -> Api:
        return self._client.on(repo, Purpose.PUBLISHING)

    def _store(self, repo: Repo, purpose: Purpose) -> lfs.Store:
        owner, name = owner_and_name(repo)
        token = self._client.on(repo, purpose).credentials().token
        proof = b64encode(f"x-access-token:{token}".encode()).decode()
        return lfs.Store(
            url=f"{self._web_url}/{owner}/{name}.git/info/lfs",
            authorization=f"Basic {proof}",
            send=self._gate.send,
        )
