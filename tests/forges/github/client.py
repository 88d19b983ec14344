"""Ask the double plainly, to test the double itself: nothing here is shared with bots.github."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
import requests

from tests.forges.github.double import GitHubDouble
from tests.forges.github.world import Repo

Json = Any
EVERYTHING = {
    "contents": "write",
    "checks": "write",
    "pull_requests": "write",
    "issues": "write",
    "actions": "read",
}


@dataclass
class Client:
    """Somebody who asks, with these headers. `repo`: what paths that begin with no slash are relative to."""

    double: GitHubDouble
    headers: dict[str, str] = field(default_factory=dict)
    repo: str = ""

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """Send a request; redirects are not followed."""
        headers = {"User-Agent": "test", **self.headers, **more.pop("headers", {})}
        url = self.double.api_url + (path if path.startswith("/") else f"/repos/{self.repo}/{path}")
        return requests.request(method, url, headers=headers, allow_redirects=False, timeout=10, **more)

    def get(self, path: str, **more: Any) -> Json:
        """Give the JSON of what is there."""
        return self._good(self.ask("GET", path, **more))

    def post(self, path: str, body: Json) -> Json:
        """Send JSON and give what is answered."""
        return self._good(self.ask("POST", path, json=body))

    def patch(self, path: str, body: Json) -> Json:
        """Change by JSON and give what is answered."""
        return self._good(self.ask("PATCH", path, json=body))

    def graphql(self, query: str, **variables: Any) -> Json:
        """Send a GraphQL request and give data and errors."""
        return self._good(self.ask("POST", "/graphql", json={"query": query, "variables": variables}))

    def _good(self, answer: requests.Response) -> Json:
        assert answer.status_code < 300, f"{answer.status_code}: {answer.text}"
        return answer.json() if answer.content else None


def claims(double: GitHubDouble, *, issued: int = -60, until: int = 540, **more: Any) -> str:
    """Sign claims with the app's key; times in seconds from now."""
    now = int(double.world.now().timestamp())
    body = {"iat": now + issued, "exp": now + until, "iss": str(double.app.id), **more}
    return jwt.encode(body, double.app.key.private, algorithm="RS256")


def as_app(double: GitHubDouble) -> Client:
    """Ask as the app itself."""
    return Client(double, {"Authorization": f"Bearer {claims(double)}"})


def as_installation(
    double: GitHubDouble,
    repo: Repo,
    permissions: Mapping[str, str] | None = None,
    *,
    narrowed: bool = True,
) -> Client:
    """Ask as the installation that has a repository, with these permissions or all that there are."""
    app = as_app(double)
    installation = app.get(f"/repos/{repo.path}/installation")["id"]
    body: Json = {"permissions": dict(permissions or EVERYTHING)}
    if narrowed:
        body["repository_ids"] = [repo.id]
    token = app.post(f"/app/installations/{installation}/access_tokens", body)["token"]
    return Client(double, {"Authorization": f"token {token}"}, repo.path)
