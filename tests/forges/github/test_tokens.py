"""The double lets in whom GitHub would, and lets nobody do more than they were given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from tests.forges.github.client import Client, as_app, as_installation, claims
from tests.forges.github.double import GitHubDouble
from tests.forges.github.keys import Key

pytestmark = pytest.mark.slow


def bearer(double: GitHubDouble, token: str) -> Client:
    """Ask with a token."""
    return Client(double, {"Authorization": f"Bearer {token}"})


def test_the_app_is_known_by_its_key(github: GitHubDouble) -> None:
    """A JWT by the app's key, an hour's fraction long, names the app."""
    assert as_app(github).get("/app")["slug"] == "golddigger"


@pytest.mark.parametrize(
    ("issued", "until", "words"),
    [(60, 540, "'iat'"), (-60, 660, "too far in the future"), (-60, 0, "'exp'"), (-700, -60, "'exp'")],
)
def test_a_jwt_of_the_wrong_times_is_refused(github: GitHubDouble, issued: int, until: int, words: str) -> None:
    """Issued in the future, expired, or good for more than ten minutes."""
    answer = bearer(github, claims(github, issued=issued, until=until)).ask("GET", "/app")
    assert answer.status_code == 401
    assert words in answer.json()["message"]


def test_a_jwt_by_another_key_or_algorithm_is_refused(github: GitHubDouble) -> None:
    """Only the app's own key counts, and only RS256."""
    now = int(github.world.now().timestamp())
    body = {"iat": now - 60, "exp": now + 60, "iss": str(github.app.id)}
    forged = jwt.encode(body, Key.new().private, algorithm="RS256")
    weak = jwt.encode(body, "k" * 32, algorithm="HS256")
    stranger = claims(github, iss="1")
    for token in (forged, weak, stranger, "a.b.c"):
        assert bearer(github, token).ask("GET", "/app").status_code == 401


def test_an_installation_token_expires_after_an_hour() -> None:
    """What was given an hour ago proves nothing."""
    now = [datetime.now(UTC)]
    with GitHubDouble(clock=lambda: now[0]) as github:
        client = as_installation(github, github.repo("octo/app"))
        assert client.ask("GET", "/repos/octo/app").status_code == 200
        now[0] += timedelta(hours=1)
        assert client.ask("GET", "/repos/octo/app").status_code == 401
        assert github.violations == []


def test_a_token_is_narrowed_to_permissions(github: GitHubDouble) -> None:
    """Reading pull requests does not allow to write checks; every token may read metadata."""
    repo = github.repo("octo/app")
    client = as_installation(github, repo, {"pull_requests": "read"})
    head = repo.sha("main")
    assert client.ask("GET", "/repos/octo/app/pulls").status_code == 200
    assert client.ask("GET", "/repos/octo/app").status_code == 200
    refused = client.ask("POST", "/repos/octo/app/check-runs", json={"name": "n", "head_sha": head})
    assert refused.status_code == 403
    assert refused.json()["message"] == "Resource not accessible by integration"


def test_a_token_is_narrowed_to_repositories(github: GitHubDouble) -> None:
    """A private repository that the token was not given does not exist; a public one can only be read."""
    client = as_installation(github, github.repo("octo/app"))
    hidden = github.repo("octo/hidden")
    public = github.repo("octo/public", private=False)
    body = {"name": "n", "head_sha": public.sha("main")}
    assert client.ask("GET", f"/repos/{hidden.path}").status_code == 404
    assert client.ask("GET", f"/repos/{public.path}").status_code == 200
    assert client.ask("POST", f"/repos/{public.path}/check-runs", json=body).status_code == 403


@pytest.mark.parametrize(
    "body",
    [{"permissions": {"workflows": "write"}}, {"permissions": {"actions": "write"}}, {"repository_ids": [1]}],
)
def test_a_token_cannot_be_given_more_than_the_installation_has(github: GitHubDouble, body: object) -> None:
    """Other permissions, higher ones, and foreign repositories are refused."""
    repo = github.repo("octo/app")
    id_ = as_app(github).get(f"/repos/{repo.path}/installation")["id"]
    answer = as_app(github).ask("POST", f"/app/installations/{id_}/access_tokens", json=body)
    assert answer.status_code == 422


def test_a_repository_without_the_app_has_no_installation(github: GitHubDouble) -> None:
    """Asking for the installation is how one learns whether the app is there."""
    github.repo("octo/app", installed=False)
    assert as_app(github).ask("GET", "/repos/octo/app/installation").status_code == 404


def test_only_the_app_itself_may_ask_for_tokens(github: GitHubDouble) -> None:
    """An installation's token gives no tokens, and the app's key reads no repository."""
    client = as_installation(github, github.repo("octo/app"))
    assert client.ask("POST", "/app/installations/48000000/access_tokens", json={}).status_code == 401
    assert as_app(github).ask("GET", "/repos/octo/app").status_code == 403
    assert Client(github).ask("GET", "/repos/octo/app").status_code == 403


def test_permissions_of_people_are_told_by_role(github: GitHubDouble) -> None:
    """Maintain is folded into write and triage into read, as the older field does."""
    repo = github.repo("octo/app")
    client = as_installation(github, repo, {"metadata": "read"})
    for role, permission in [("admin", "admin"), ("maintain", "write"), ("triage", "read"), ("none", "none")]:
        repo.role("maria", role)
        found = client.get("/repos/octo/app/collaborators/maria/permission")
        assert (found["role_name"], found["permission"]) == (role, permission)
    assert client.ask("GET", "/repos/octo/app/collaborators/nobody/permission").status_code == 404


def test_members_of_teams_are_told_to_who_may_read_them(github: GitHubDouble) -> None:
    """Our app has no permission on members unless it is granted."""
    repo = github.repo("octo/app")
    github.team("octo", "design", "maria")
    path = "/orgs/octo/teams/design/memberships/"
    assert as_installation(github, repo).ask("GET", f"{path}maria").status_code == 403
    github.grant("members", "read")
    client = as_installation(github, repo, {"members": "read"})
    assert client.get(f"{path}maria")["state"] == "active"
    assert client.ask("GET", f"{path}dev").status_code == 404
