"""Be the forge GitLab where one server knows the bot by several accounts: each project is asked about as its own.

A project is told by its path, as the settings' groups are, and as GitLab last told it. What belongs to a merge
request, its fork and its pipelines in other projects too, is asked for by the account of the merge request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from bots.forge import (
    ApproveRule,
    Archive,
    Artifact,
    Change,
    Committed,
    Forge,
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
from bots.gitlab.tenants import Tenant, Tenants
from diffing.pointers import Pointer
from diffing.words import BlobId, Digest, Refused, Sha, Tree


class Server:
    """The port, each question of which goes to one account. Safe to use from several threads."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    # -------------------------------------------------------------------------------------- asking

    def change(self, repo: Repo, number: str) -> Change:
        tenant = self._tenants.must_have(repo.path)
        return self._its(tenant, tenant.forge.change(_as(tenant, repo), number))

    def changes_at(self, repo: Repo, head: Sha, branch: str | None, head_path: str | None) -> list[Change]:
        tenant = self._tenants.must_have(repo.path)
        found = tenant.forge.changes_at(_as(tenant, repo), head, branch, head_path)
        return [self._its(tenant, each) for each in found]

    def pipelines(self, change: Change) -> list[Pipeline]:
        tenant = self._tenants.must_have(change.repo.path)
        # Those of a fork, or that were started in another project, keep to whoever found them.
        return [replace(each, repo=_as(tenant, each.repo)) for each in tenant.forge.pipelines(change)]

    def config(self, change: Change) -> bytes | None:
        return self._of(change).config(change)

    def artifacts(self, pipeline: Pipeline) -> list[Artifact]:
        return self._finder(pipeline).artifacts(pipeline)

    def open_artifact(self, pipeline: Pipeline, artifact: Artifact) -> AbstractContextManager[Archive]:
        return self._finder(pipeline).open_artifact(pipeline, artifact)

    def tree(self, repo: Repo, sha: Sha) -> Tree:
        return self._tenants.must_have(repo.path).forge.tree(repo, sha)

    def blobs(self, repo: Repo, ids: Iterable[BlobId]) -> Iterator[tuple[BlobId, bytes]]:
        return self._tenants.must_have(repo.path).forge.blobs(repo, ids)

    def large_files(self, repo: Repo, pointers: Iterable[Pointer]) -> Iterator[tuple[Digest, bytes]]:
        return self._tenants.must_have(repo.path).forge.large_files(repo, pointers)

    def history(self, change: Change, most: int) -> list[Committed]:
        return self._of(change).history(change, most)

    def may_approve(self, change: Change, who: User, rule: ApproveRule) -> Permission:
        return self._of(change).may_approve(change, who, rule)

    def may_see(self, repo: Repo, who: User | None) -> Permission:
        return self._tenants.must_have(repo.path).forge.may_see(repo, who)

    # -------------------------------------------------------------------------------------- telling

    def publish(self, change: Change, report: Report, before: Publications) -> Iterator[Publications]:
        return self._of(change).publish(change, report, before)

    def react(self, change: Change, comment: str, reaction: Reaction) -> None:
        self._of(change).react(change, comment, reaction)

    def reply(self, change: Change, comment: str, text: str) -> None:
        self._of(change).reply(change, comment, text)

    def words(self) -> Vocabulary:
        return next(iter(self._tenants)).forge.words()

    # -------------------------------------------------------------------------------------- writing

    def upload_large(self, change: Change, files: Mapping[Digest, bytes]) -> None:
        self._of(change).upload_large(change, files)

    def commit(self, change: Change, files: Sequence[Write], message: str, expected: Sha) -> Committed:
        return self._of(change).commit(change, files, message, expected)

    def commit_beside(
        self, change: Change, files: Sequence[Write], message: str, branch: str, *, ours: Collection[Sha]
    ) -> Committed:
        return self._of(change).commit_beside(change, files, message, branch, ours=ours)

    # ------------------------------------------------------------------------------------- choosing

    def _of(self, change: Change) -> Forge:
        return self._tenants.must_have(change.repo.path).forge

    def _its(self, tenant: Tenant, change: Change) -> Change:
        """Hold a change to its tenant: the project may have been moved since its path was told."""
        if self._tenants.of(change.repo.path) is not tenant:
            raise Refused(
                f"The project was moved to {change.repo.path}, which another account of the bot's sees to. Make "
                f"its webhook with that account's secret: `golddigger gitlab connect {change.repo.path}`."
            )
        return change

    def _finder(self, pipeline: Pipeline) -> Forge:
        found = self._tenants.named(pipeline.repo.tenant)
        if found is None:
            raise Refused(f"The account that found the pipeline {pipeline.id} is not set up any more.")
        return found.forge


def _as(tenant: Tenant, repo: Repo) -> Repo:
    return replace(repo, tenant=tenant.name)
