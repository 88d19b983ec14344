"""Serve what is not the API: git LFS, signing in, apps from manifests. And the API as Enterprise Server has it."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import jsonschema_rs

from tests.forges.github import tokens
from tests.forges.github.api import Api, has
from tests.forges.github.keys import Key
from tests.forges.github.world import Account, App, Manifest, Repo, Token, World
from tests.forges.store import UPLOAD_HEADER
from tests.forges.web import Answer, Request

Json = Any
LFS = "application/vnd.git-lfs+json"
BATCH = jsonschema_rs.Draft202012Validator(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["operation", "objects"],
        "properties": {
            "operation": {"enum": ["download", "upload"]},
            "transfers": {"type": "array", "items": {"type": "string"}},
            "ref": {"type": "object", "required": ["name"]},
            "hash_algo": {"const": "sha256"},
            "objects": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["oid", "size"],
                    "properties": {
                        "oid": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                        "size": {"type": "integer", "minimum": 0},
                    },
                },
            },
        },
    }
)
"""A batch request, after git-lfs/docs/api/batch.md."""
MOST_OBJECTS = 100
MANIFEST_FIELDS = frozenset(
    {
        "name",
        "url",
        "hook_attributes",
        "redirect_url",
        "callback_urls",
        "setup_url",
        "description",
        "public",
        "default_events",
        "default_permissions",
        "request_oauth_on_install",
        "setup_on_update",
    }
)
"""After docs.github.com, "Registering a GitHub App from a manifest"."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person's code stands for, until it is changed for a token. `challenge`: of PKCE, empty without it."""

    account: Account
    redirect: str
    challenge: str

    def fits(self, given: Mapping[str, str]) -> bool:
        """Does whoever brings the code also know what belongs to it?"""
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return given.get("redirect_uri", self.redirect) == self.redirect and self.challenge in {"", proof}


@dataclass
class Pages:
    """github.com itself. `browsing`: who is signed in there."""

    world: World
    api: Api
    browsing: str = "maria"
    codes: dict[str, Grant] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        """Serve a request."""
        if request.path.startswith("/api/v3/"):
            return self.api.answer(replace(request, path=request.path.removeprefix("/api/v3")))
        if request.path == "/api/graphql":
            return self.api.answer(replace(request, path="/graphql"))
        with self.world.lock:
            return self._page(request)

    def _page(self, request: Request) -> Answer:
        match request.method, request.path:
            case "POST", path if path.endswith(".git/info/lfs/objects/batch"):
                return self._batch(request, path.removeprefix("/").removesuffix(".git/info/lfs/objects/batch"))
            case "GET", "/login/oauth/authorize":
                return self._authorize(request)
            case "POST", "/login/oauth/access_token":
                return self._access_token(request)
            case "POST", "/settings/apps/new":
                return self._new_app(request, self.world.account(self.browsing))
            case "POST", path if path.startswith("/organizations/") and path.endswith("/settings/apps/new"):
                return self._new_app(request, self.world.account(path.split("/")[2], "Organization"))
        return Answer(404, raw=b"Not Found")

    # ---------------------------------------------------------------------------------------- LFS

    def _batch(self, request: Request, path: str) -> Answer:
        repo = self.world.repos.get(path.lower())
        token = self._lfs_token(request)
        if token is None or repo is None or not token.covers(repo):
            ask = {"LFS-Authenticate": 'Basic realm="GitHub"', "Content-Type": LFS}
            return Answer(401, {"message": "Credentials needed"}, headers=ask)
        errors = [error.message for error in BATCH.iter_errors(request.json)]
        if errors or not request.headers.get("accept", "").startswith(LFS):
            self.violations.append(f"LFS batch: {errors or 'the Accept header is not ' + LFS}")
            return Answer(422, {"message": str(errors)}, headers={"Content-Type": LFS})
        if len(request.json["objects"]) > MOST_OBJECTS:
            return Answer(413, {"message": "Too many objects"}, headers={"Content-Type": LFS})
        upload = request.json["operation"] == "upload"
        if not has(token, "contents", "write" if upload else "read"):
            return Answer(
                403, {"message": "Resource not accessible by integration"}, headers={"Content-Type": LFS}
            )
        objects = [self._object(repo, wanted, upload=upload) for wanted in request.json["objects"]]
        return Answer(json={"transfer": "basic", "objects": objects}, headers={"Content-Type": LFS})

    def _lfs_token(self, request: Request) -> Token | None:
        header = request.headers.get("authorization", "")
        try:
            actor = tokens.authenticate(self.world, header)
        except tokens.Unknown:
            return None
        basic = header.lower().startswith("basic ")
        return actor if basic and isinstance(actor, Token) and actor.installation else None

    def _object(self, repo: Repo, wanted: Mapping[str, Any], *, upload: bool) -> Json:
        oid, size = wanted["oid"], wanted["size"]
        shown: Json = {"oid": oid, "size": size, "authenticated": True}
        if upload:
            return shown if oid in repo.large else {**shown, "actions": {"upload": self._upload(repo, oid)}}
        if oid not in repo.large:
            return {**shown, "error": {"code": 404, "message": "Object does not exist on the server"}}
        href = self.world.store.offer(repo.large[oid], oid)
        return {**shown, "actions": {"download": {"href": href, "expires_in": 60}}}

    def _upload(self, repo: Repo, oid: str) -> Json:
        def keep(content: bytes) -> None:
            repo.large[oid] = content

        href = self.world.store.accept(oid, keep)
        return {"href": href, "header": {UPLOAD_HEADER: "BlockBlob"}, "expires_in": 3600}

    # ---------------------------------------------------------------------------------- signing in

    def _authorize(self, request: Request) -> Answer:
        """Let the person who is browsing sign in at once, and send them back with a code."""
        query = request.query
        if query.get("client_id") != self.world.app.client_id or "redirect_uri" not in query:
            return Answer(404, raw=b"Not Found")
        code = secrets.token_hex(10)
        person = self.world.account(self.browsing)
        self.codes[code] = Grant(person, query["redirect_uri"], query.get("code_challenge", ""))
        back = {"code": code, **({"state": query["state"]} if "state" in query else {})}
        return Answer(302, headers={"Location": f"{query['redirect_uri']}?{urlencode(back)}"})

    def _access_token(self, request: Request) -> Answer:
        is_json = request.headers.get("content-type", "").startswith("application/json")
        given = request.json if is_json else request.form
        app = self.world.app
        if (given.get("client_id"), given.get("client_secret")) != (app.client_id, app.client_secret):
            return self._oauth(request, {"error": "incorrect_client_credentials"})
        grant = self.codes.pop(given.get("code", ""), None)
        if grant is None or not grant.fits(given):
            return self._oauth(request, {"error": "bad_verification_code"})
        token = Token(f"ghu_{secrets.token_hex(18)}", self.world.now() + timedelta(hours=8), user=grant.account)
        self.world.tokens[token.text] = token
        return self._oauth(
            request,
            {"access_token": token.text, "token_type": "bearer", "scope": "", "expires_in": 28800},
        )

    def _oauth(self, request: Request, answer: Json) -> Answer:
        """Answer with 200 even to what fails; as a form unless JSON is asked for."""
        if "application/json" in request.headers.get("accept", ""):
            return Answer(json=answer)
        form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        return Answer(raw=urlencode(answer).encode(), headers=form)

    # ----------------------------------------------------------------------------------- manifests

    def _new_app(self, request: Request, owner: Account) -> Answer:
        """Make an app from a manifest at once, and send the person back with a code."""
        manifest = json.loads(request.form.get("manifest", "{}"))
        unknown = set(manifest) - MANIFEST_FIELDS
        missing = {"name", "url", "redirect_url", "default_permissions"} - set(manifest)
        if unknown or missing:
            self.violations.append(f"app manifest: unknown {sorted(unknown)}, missing {sorted(missing)}")
            return Answer(422, raw=b"Invalid GitHub App configuration")
        code = secrets.token_hex(20)
        self.world.manifests[code] = Manifest(self._made(manifest, owner), self.world.now())
        back = {"code": code, **({"state": request.query["state"]} if "state" in request.query else {})}
        return Answer(302, headers={"Location": f"{manifest['redirect_url']}?{urlencode(back)}"})

    def _made(self, manifest: Json, owner: Account) -> App:
        app = self.world.new_app(manifest["name"].lower().replace(" ", "-"), owner=owner)
        app.name = manifest["name"]
        app.key = Key.new()
        app.permissions = manifest["default_permissions"]
        app.events = tuple(manifest.get("default_events", ()))
        return app
