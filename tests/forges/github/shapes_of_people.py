"""Show people, apps and installations as GitHub's JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from tests.contract import contract
from tests.forges.github.world import Account, App, Installation, World, node_id

Json = Any
SAMPLES = re.compile(r"(?:octocat|codertocat|octo-org|github|octokit)/(?:hello-world|octo-repo)", re.IGNORECASE)
LISTS_OF_USER = (
    "followers",
    "following{/other_user}",
    "gists{/gist_id}",
    "starred{/owner}{/repo}",
    "subscriptions",
    "orgs",
    "repos",
    "events{/privacy}",
    "received_events",
)


@cache
def sample(operation: str, schema: str) -> Json:
    """Give the example of an operation, with only the fields that the schema knows."""
    example = contract.example(operation)
    known = contract.whole()["schemas"][schema]["properties"]
    return {key: value for key, value in example.items() if key in known}


@dataclass(frozen=True, slots=True)
class People:
    """Writes JSON with the addresses of one double."""

    world: World
    api: str
    web: str

    def relocate(self, node: Json, path: str) -> Json:
        """Let every address in an example or a real payload lead to this double and repository."""
        if isinstance(node, Mapping):
            return {key: self.relocate(value, path) for key, value in node.items()}
        if isinstance(node, list):
            return [self.relocate(value, path) for value in node]
        if not isinstance(node, str):
            return node
        moved = SAMPLES.sub(path, node) if "/" in node else node
        return moved.replace("https://api.github.com", self.api).replace("https://github.com", self.web)

    def user(self, account: Account) -> Json:
        """Show an account (``simple-user``)."""
        name = quote(account.login)  # bots have brackets in their names
        url = f"{self.api}/users/{name}"
        lists = {f"{re.sub(r'{.*', '', what)}_url": f"{url}/{what}" for what in LISTS_OF_USER}
        lists["organizations_url"] = lists.pop("orgs_url")
        return {
            "login": account.login,
            "id": account.id,
            "node_id": node_id(account.kind, account.id),
            "avatar_url": f"{self.web}/avatars/u/{account.id}?v=4",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{self.web}/{name}",
            **lists,
            "type": account.kind,
            "site_admin": False,
        }

    def public_user(self, account: Account) -> Json:
        """Show an account in full (``public-user``)."""
        known = contract.whole()["schemas"]["public-user"]["properties"]
        example = {key: value for key, value in contract.example("GET /users/{username}").items() if key in known}
        return {**example, **self.user(account), "name": account.login, "email": None}

    def app(self, app: App) -> Json:
        """Show an app (``integration``)."""
        return {
            "id": app.id,
            "slug": app.slug,
            "node_id": node_id("Integration", app.id),
            "client_id": app.client_id,
            "owner": self.user(app.owner),
            "name": app.name,
            "description": "",
            "external_url": "https://example.com",
            "html_url": f"{self.web}/apps/{app.slug}",
            "created_at": "2026-01-05T10:00:00Z",
            "updated_at": "2026-01-05T10:00:00Z",
            "permissions": app.permissions,
            "events": list(app.events),
        }

    def installation(self, one: Installation) -> Json:
        """Show an installation of our app."""
        app = self.world.app
        return {
            "id": one.id,
            "client_id": app.client_id,
            "account": self.user(one.account),
            "repository_selection": "selected",
            "access_tokens_url": f"{self.api}/app/installations/{one.id}/access_tokens",
            "repositories_url": f"{self.api}/installation/repositories",
            "html_url": f"{self.web}/settings/installations/{one.id}",
            "app_id": app.id,
            "app_slug": app.slug,
            "target_id": one.account.id,
            "target_type": one.account.kind,
            "permissions": one.permissions,
            "events": list(app.events),
            "created_at": "2026-01-05T10:00:00Z",
            "updated_at": "2026-01-05T10:00:00Z",
            "single_file_name": None,
            "suspended_by": None,
            "suspended_at": "2026-01-06T10:00:00Z" if one.suspended else None,
        }
