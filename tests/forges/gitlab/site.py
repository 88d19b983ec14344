"""Serve what is not the API: git LFS, and the door that people sign in by (door.py)."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from tests.forges.github.site import BATCH, LFS, MOST_OBJECTS
from tests.forges.gitlab import graphql, notation, tokens
from tests.forges.gitlab.api import ROOT, Api
from tests.forges.gitlab.door import GitLabDoor
from tests.forges.gitlab.world import LEVELS, Repo, Token, World
from tests.forges.web import Answer, Request

Json = Any
_BATCH = re.compile(r"/(?P<path>.+)\.git/info/lfs/objects/batch")
_OBJECT = re.compile(r"/(?P<path>.+)\.git/gitlab-lfs/objects/(?P<oid>[0-9a-f]{64})(?:/(?P<size>\d+))?")
_READS = frozenset({"api", "read_api", "read_repository", "write_repository"})
_WRITES = frozenset({"api", "write_repository"})


@dataclass
class Pages:
    """GitLab itself, around its API."""

    world: World
    api: Api
    url: str
    door: GitLabDoor
    violations: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        """Serve a request."""
        signing_in = request.path == "/oauth/token"
        if signing_in or (request.path == f"{ROOT}/user" and self.door.holds(request)):
            return self.door.answer(request)
        if request.path == graphql.PATH:
            return graphql.answer(self.api, request)
        if request.path.startswith(f"{ROOT}/"):
            return self.api.answer(request)
        with self.world.lock:
            return self._page(request)

    def _page(self, request: Request) -> Answer:
        batch, kept = _BATCH.fullmatch(request.path), _OBJECT.fullmatch(request.path)
        if request.method == "POST" and batch:
            return self._batch(request, batch["path"])
        if kept and request.method == "PUT" and kept["size"]:
            return self._put(request, kept["path"], kept["oid"], int(kept["size"]))
        if kept and request.method == "GET":
            return self._get(request, kept["path"], kept["oid"])
        return Answer(404, {"error": "404 Not Found"})

    # ----------------------------------------------------------------------------------------- LFS

    def _batch(self, request: Request, path: str) -> Answer:
        """Answer a batch request (git-lfs/docs/api/batch.md; app/controllers/…/lfs_api_controller.rb)."""
        told = request.json
        wrong = notation.errors(BATCH, told)
        if wrong or not request.headers.get("accept", "").startswith(LFS):
            self.violations.append(f"LFS batch of {path}: {'; '.join(wrong) or 'Accept is not ' + LFS}")
            return _lfs(422, {"message": "; ".join(wrong)})
        repo, token = self._repo(request, path)
        uploads = told["operation"] == "upload"
        if repo is None:
            return _lfs(404 if token else 401, _words("Not found."))
        if uploads and not self._may_write(repo, token):
            return _lfs(403, _words("Access forbidden. Check your access level."))
        if len(told["objects"]) > MOST_OBJECTS:
            return _lfs(413, _words("Too many objects"))
        offer = self._upload if uploads else self._download
        header = request.headers.get("authorization", "")
        return _lfs(200, {"transfer": "basic", "objects": [offer(repo, one, header) for one in told["objects"]]})

    def _download(self, repo: Repo, asked: Json, header: str) -> Json:
        if asked["oid"] not in repo.large:
            error = {
                "code": 404,
                "message": "Object does not exist on the server or you don't have permissions to access it",
            }
            return {**asked, "error": error}
        href = f"{self.url}/{repo.path}.git/gitlab-lfs/objects/{asked['oid']}"
        headers = {"Authorization": header} if header else {}
        return {**asked, "actions": {"download": {"href": href, "header": headers}}, "authenticated": True}

    def _upload(self, repo: Repo, asked: Json, header: str) -> Json:
        if asked["oid"] in repo.large:
            return asked
        href = f"{self.url}/{repo.path}.git/gitlab-lfs/objects/{asked['oid']}/{asked['size']}"
        headers = {"Authorization": header, "Content-Type": "application/octet-stream"}
        return {**asked, "actions": {"upload": {"href": href, "header": headers}}, "authenticated": True}

    def _put(self, request: Request, path: str, oid: str, size: int) -> Answer:
        repo, token = self._repo(request, path)
        if repo is None or not self._may_write(repo, token):
            return Answer(403, {"message": "Access forbidden. Check your access level."})
        if len(request.body) != size or hashlib.sha256(request.body).hexdigest() != oid:
            return Answer(400, {"message": "SHA256 or size mismatch"})
        repo.large[oid] = request.body
        return Answer(200, raw=b"")

    def _get(self, request: Request, path: str, oid: str) -> Answer:
        repo, _ = self._repo(request, path)
        content = repo.large.get(oid) if repo else None
        if content is None:
            return Answer(404, {"message": "404 Not Found"})
        if self.api.redirects:
            return Answer(302, headers={"Location": self.world.store.offer(content, oid)})
        return Answer(raw=content)

    def _repo(self, request: Request, path: str) -> tuple[Repo | None, Token | None]:
        """Give the project whose code may be read, and the token that was sent."""
        repo = self.world.repo_of(path)
        token = tokens.basic(self.world, request.headers.get("authorization", ""))
        level = self.world.level(token.user, repo) if token and repo else 0
        reads = token is not None and bool(_READS & set(token.scopes)) and level >= LEVELS["reporter"]
        return (repo if repo and repo.lfs_enabled and (reads or not repo.private) else None), token

    def _may_write(self, repo: Repo, token: Token | None) -> bool:
        if token is None or not _WRITES & set(token.scopes):
            return False
        allowed = any(
            self.world.level(token.user, pull.repo) >= LEVELS["developer"] and pull.allow_collaboration
            for one in self.world.repos.values()
            for pull in one.pulls.values()
            if pull.head_repo is repo and pull.state == "opened"
        )
        return allowed or self.world.level(token.user, repo) >= LEVELS["developer"]


def _words(message: str) -> Json:
    return {"message": message, "documentation_url": "https://gitlab.example.org/help"}


def _lfs(status: int, body: Json) -> Answer:
    return Answer(status, body, headers={"Content-Type": LFS})


def basic(token: str, user: str = "oauth2") -> str:
    """Write the header by which git clients show a token."""
    return f"Basic {base64.b64encode(f'{user}:{token}'.encode()).decode()}"
