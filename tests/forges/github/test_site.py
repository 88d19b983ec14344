"""What is not the API: git LFS, signing in, apps from manifests, Enterprise Server's addresses."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.forges.github.client import Client, as_installation
from tests.forges.github.double import GitHubDouble
from tests.forges.github.world import Repo

pytestmark = pytest.mark.slow

LFS = "application/vnd.git-lfs+json"


def batch(github: GitHubDouble, client: Client, repo: Repo, operation: str, *contents: bytes) -> requests.Response:
    """Send a batch request for files of this content."""
    token = client.headers["Authorization"].removeprefix("token ")
    objects = [{"oid": hashlib.sha256(raw).hexdigest(), "size": len(raw)} for raw in contents]
    return requests.post(
        f"{github.web_url}/{repo.path}.git/info/lfs/objects/batch",
        json={"operation": operation, "transfers": ["basic"], "objects": objects},
        headers={"Accept": LFS, "Content-Type": LFS},
        auth=("x-access-token", token),
        timeout=5,
    )


def test_large_files_are_put_and_fetched(github: GitHubDouble) -> None:
    """By signed addresses on another host, with the headers that the batch names."""
    repo = github.repo("octo/app")
    client = as_installation(github, repo)
    [wanted] = batch(github, client, repo, "upload", b"large").json()["objects"]
    upload = wanted["actions"]["upload"]
    assert requests.put(upload["href"], b"large", headers=upload["header"], timeout=5).status_code == 200
    assert repo.large == {hashlib.sha256(b"large").hexdigest(): b"large"}
    [again] = batch(github, client, repo, "upload", b"large").json()["objects"]
    assert "actions" not in again
    [found, missing] = batch(github, client, repo, "download", b"large", b"other").json()["objects"]
    assert requests.get(found["actions"]["download"]["href"], timeout=5).content == b"large"
    assert missing["error"]["code"] == 404


def test_other_bytes_than_announced_are_refused(github: GitHubDouble) -> None:
    """The store checks the digest, and the headers it asked for."""
    repo = github.repo("octo/app")
    [wanted] = batch(github, as_installation(github, repo), repo, "upload", b"large").json()["objects"]
    upload = wanted["actions"]["upload"]
    assert requests.put(upload["href"], b"other", headers=upload["header"], timeout=5).status_code == 400
    assert requests.put(upload["href"], b"large", timeout=5).status_code == 400
    assert repo.large == {}


def test_large_files_need_a_token_that_may(github: GitHubDouble) -> None:
    """Reading does not allow writing, and without a password there is nothing."""
    repo = github.repo("octo/app")
    reader = as_installation(github, repo, {"contents": "read"})
    assert batch(github, reader, repo, "download", b"a").status_code == 200
    assert batch(github, reader, repo, "upload", b"a").status_code == 403
    assert batch(github, Client(github, {"Authorization": "token ghs_none"}), repo, "download").status_code == 401


def test_a_batch_request_is_held_to_its_specification(github: GitHubDouble) -> None:
    """A field that git-lfs does not know is a violation."""
    repo = github.repo("octo/app")
    token = as_installation(github, repo).headers["Authorization"].removeprefix("token ")
    url = f"{github.web_url}/{repo.path}.git/info/lfs/objects/batch"
    body: Any = {"operation": "download", "objects": [{"oid": "short", "size": 1}], "more": 1}
    answer = requests.post(url, json=body, headers={"Accept": LFS}, auth=("x", token), timeout=5)
    assert answer.status_code == 422
    assert "LFS batch" in github.violations[0]
    github.pages.violations.clear()


def sign_in(github: GitHubDouble, **changes: str) -> dict[str, Any]:
    """Walk through the OAuth dance and give what the token's exchange answers."""
    back = "http://127.0.0.1:1/back"
    digest = hashlib.sha256(b"verifier").digest()
    query = {
        "client_id": github.app.client_id,
        "redirect_uri": back,
        "state": "s",
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    answer = requests.get(
        f"{github.web_url}/login/oauth/authorize", params=query, allow_redirects=False, timeout=5
    )
    place = urlsplit(answer.headers["Location"])
    given = parse_qs(place.query)
    assert (place.path, given["state"]) == ("/back", ["s"])
    body = {
        "client_id": github.app.client_id,
        "client_secret": github.app.client_secret,
        "code": given["code"][0],
        "redirect_uri": back,
        "code_verifier": "verifier",
        **changes,
    }
    url = f"{github.web_url}/login/oauth/access_token"
    found: dict[str, Any] = requests.post(url, data=body, headers={"Accept": "application/json"}, timeout=5).json()
    return found


def test_a_person_signs_in_and_is_known(github: GitHubDouble) -> None:
    """The code is changed for a token, and the token names the person."""
    github.pages.browsing = "maria"
    token = sign_in(github)["access_token"]
    person = Client(github, {"Authorization": f"Bearer {token}"})
    assert person.get("/user")["login"] == "maria"
    assert person.ask("GET", "/repos/octo/app").status_code == 403


def test_signing_in_fails_without_telling_by_the_status(github: GitHubDouble) -> None:
    """A wrong secret or code is answered with 200 and an error, as GitHub does."""
    assert sign_in(github, client_secret="wrong")["error"] == "incorrect_client_credentials"
    for wrong in ({"code": "wrong"}, {"code_verifier": "wrong"}, {"redirect_uri": "http://127.0.0.1:2/"}):
        assert sign_in(github, **wrong)["error"] == "bad_verification_code"


def new_app(github: GitHubDouble, manifest: object, path: str = "/settings/apps/new") -> requests.Response:
    """Send a manifest in, as a person's browser does."""
    url = f"{github.web_url}{path}?state=s"
    return requests.post(url, data={"manifest": json.dumps(manifest)}, allow_redirects=False, timeout=5)


MANIFEST = {
    "name": "Golddigger Octo",
    "url": "https://golddigger.example.org",
    "redirect_url": "https://golddigger.example.org/setup/done",
    "hook_attributes": {"url": "https://golddigger.example.org/webhooks/github"},
    "default_permissions": {"checks": "write"},
    "default_events": ["check_run"],
}


def test_an_app_is_made_from_a_manifest(github: GitHubDouble) -> None:
    """The code that comes back is changed once for the id, the key and the secrets."""
    place = urlsplit(new_app(github, MANIFEST, "/organizations/octo/settings/apps/new").headers["Location"])
    query = parse_qs(place.query)
    assert query["state"] == ["s"]
    nobody = Client(github)
    made = nobody.post(f"/app-manifests/{query['code'][0]}/conversions", {})
    assert (made["name"], made["owner"]["login"]) == ("Golddigger Octo", "octo")
    assert made["pem"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert {"id", "client_id", "client_secret", "webhook_secret"} <= made.keys()
    assert nobody.ask("POST", f"/app-manifests/{query['code'][0]}/conversions", json={}).status_code == 404


def test_a_wrong_manifest_is_a_violation(github: GitHubDouble) -> None:
    """A field that GitHub does not know, or one that is missing."""
    assert new_app(github, {**MANIFEST, "webhook": "x"}).status_code == 422
    assert "unknown ['webhook']" in github.violations[0]
    github.pages.violations.clear()


def test_the_api_is_at_an_enterprise_server_s_address_too(github: GitHubDouble) -> None:
    """``/api/v3`` and ``/api/graphql`` on the host of the pages."""
    repo = github.repo("octo/app")
    headers = {**as_installation(github, repo).headers, "User-Agent": "test"}
    found = requests.get(f"{github.enterprise_api_url}/repos/octo/app", headers=headers, timeout=5)
    assert found.json()["full_name"] == "octo/app"
    body = {"query": "{ viewer }"}
    answer = requests.post(f"{github.web_url}/api/graphql", json=body, headers=headers, timeout=5)
    assert answer.json() == {"data": {"viewer": None}}
