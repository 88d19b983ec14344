"""The app: made from its manifest, held to what we need, and the door by which people sign in."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from bots.forge import User
from bots.github import manifest
from bots.github.forge import GitHub
from bots.github.manifest import Facts, Installer
from bots.github.needs import GITHUB_EVENTS, PERMISSIONS, Purpose, granted
from bots.github.signin import SignIn
from diffing.words import Refused
from tests.contract import contract
from tests.forges.github import world
from tests.forges.github.double import GitHubDouble

PUBLIC = "https://golddigger.example.org"


class Stay(urllib.request.HTTPRedirectHandler):
    """Do not follow, so that the address can be looked at."""

    def redirect_request(self, *arguments: object, **more: object) -> None:
        """Stay."""


def sent_to(url: str, form: dict[str, str] | None = None) -> str:
    """Do what a browser does, and give the address it is sent to."""
    opener = urllib.request.build_opener(Stay)
    try:
        opener.open(url, urlencode(form).encode() if form else None)
    except urllib.error.HTTPError as answer:
        with answer:
            return str(answer.headers["Location"])
    raise AssertionError("sent nowhere")


def test_the_manifest_asks_for_what_is_used_and_no_more() -> None:
    """app.yml, the events that are read, and the permissions that tokens carry are one."""
    told = manifest.template()
    used: dict[str, str] = {}
    for purpose in Purpose:
        for name, level in purpose.permissions.items():
            used[name] = level if granted(level, used.get(name, "")) else used[name]
    optional = {"members"}
    assert told["default_permissions"] == dict(PERMISSIONS)
    assert {name: level for name, level in used.items() if name not in optional} == dict(PERMISSIONS)
    assert "workflows" not in told["default_permissions"]
    assert tuple(told["default_events"]) == GITHUB_EVENTS
    assert set(GITHUB_EVENTS) <= {event for event, _ in contract.payloads()}


def test_the_manifest_names_our_addresses() -> None:
    """Whatever the server's address ends in."""
    told = json.loads(Installer("https://api.github.com", "https://github.com/").manifest(f"{PUBLIC}/"))
    assert told["hook_attributes"] == {"url": f"{PUBLIC}/webhooks/github", "active": True}
    assert told["redirect_url"] == f"{PUBLIC}/setup/callback"
    assert told["callback_urls"] == [f"{PUBLIC}/signin/github/callback"]
    assert told["name"] == "Golddigger"


def test_an_app_is_made_from_the_manifest_once(github: GitHubDouble) -> None:
    """GitHub gives a code, and the code gives the settings, with which the app works."""
    installer = Installer(github.api_url, github.web_url)
    back = sent_to(f"{installer.web_url}/settings/apps/new?state=s", {"manifest": installer.manifest(PUBLIC)})
    code = parse_qs(urlsplit(back).query)["code"][0]
    settings = installer.convert(code)
    assert settings["GOLDDIGGER_GITHUB_APP_ID"].isdecimal()
    assert settings["GOLDDIGGER_GITHUB_PRIVATE_KEY"].startswith("-----BEGIN")
    assert all(settings.values())
    with pytest.raises(Refused, match="Begin again"):
        installer.convert(code)


def test_a_code_cannot_lead_elsewhere(github: GitHubDouble) -> None:
    """It came from a browser."""
    with pytest.raises(Refused, match="Begin again"):
        Installer(github.api_url, github.web_url).convert("../../app")


def test_a_healthy_app_raises_no_doubts(forge: GitHub) -> None:
    """As the double's is made."""
    facts = forge.facts()
    assert (facts.slug, facts.bot) == ("golddigger", "golddigger[bot]")
    assert manifest.doubts(facts) == []


def test_each_doubt_says_how_to_mend_it() -> None:
    """Too little, not heard, too much."""
    facts = Facts(
        slug="g",
        name="G",
        permissions={**PERMISSIONS, "checks": "read", "workflows": "write"},
        events=frozenset(GITHUB_EVENTS) - {"issue_comment"},
    )
    lacking, deaf, much = manifest.doubts(facts)
    assert "checks: write" in lacking
    assert "issue_comment" in deaf
    assert "workflows" in much


def test_a_wrong_key_is_a_doubt_in_words(github: GitHubDouble, repo: world.Repo) -> None:
    """For the doctor."""
    forge = GitHub(
        app_id="9",
        private_key=github.app.key.private,
        api_url=github.api_url,
        web_url=github.web_url,
        host="github.com",
        clock=github.world.clock,
    )
    with pytest.raises(Refused, match="clock"):
        forge.facts()


def door(github: GitHubDouble, secret: str | None = None) -> SignIn:
    """Give the door of the double's app."""
    return SignIn(
        host="github.com",
        api_url=github.api_url,
        web_url=github.web_url,
        client_id=github.app.client_id,
        client_secret=secret or github.app.client_secret,
    )


def test_somebody_signs_in(github: GitHubDouble) -> None:
    """By code and verifier, which has to fit the challenge; the state comes back as it went."""
    signin = door(github)
    challenge = urlsafe_b64encode(sha256(b"v").digest()).decode().rstrip("=")
    callback = f"{PUBLIC}/signin/github/callback"
    back = sent_to(signin.authorize_url(state="s t", challenge=challenge, redirect_uri=callback))
    given = parse_qs(urlsplit(back).query)
    assert given["state"] == ["s t"]
    who = signin.signed_in_user(code=given["code"][0], verifier="v", redirect_uri=callback)
    maria = github.account("maria")
    assert who == User("maria", author=f"maria <{maria.id}+maria@users.noreply.github.com>")
    assert (signin.title, signin.host) == ("GitHub", "github.com")


def test_a_code_that_is_no_good_signs_nobody_in(github: GitHubDouble) -> None:
    """GitHub says so with 200; neither the code nor the secret is told on."""
    for signin in (door(github), door(github, "wrong-secret")):
        with pytest.raises(Refused, match="Sign in again") as error:
            signin.signed_in_user(code="c0de", verifier="v", redirect_uri=PUBLIC)
        assert "c0de" not in str(error.value)
