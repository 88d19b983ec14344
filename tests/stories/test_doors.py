"""The doors of a Golddigger that serves: GitLab's, and who knocks when a proxy stands before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from app import main
from app.main import Whole
from app.settings import Settings
from storage import signins
from tests.forges.gitlab.door import GitLabDoor, account
from tests.stories.bench import free_port


@pytest.fixture
def gitlab() -> Iterator[GitLabDoor]:
    """Give a GitLab with an application for us."""
    with GitLabDoor() as door:
        yield door


@pytest.fixture
def whole(gitlab: GitLabDoor, tmp_path: Path) -> Iterator[Whole]:
    """Serve a Golddigger into which people come by that GitLab; a proxy on loopback is trusted."""
    port = free_port()
    settings = Settings(
        gitlab_url=gitlab.url,
        gitlab_client_id=gitlab.client_id,
        gitlab_client_secret=gitlab.client_secret,
        public_url=f"http://127.0.0.1:{port}",
        secret_key="a key that only this test knows",
        trusted_proxies="127.0.0.1, 198.51.100.0/24",
        data=tmp_path,
    )
    main.migrate(settings)
    with main.assembled(settings) as made, main.serving(made, host="127.0.0.1", port=port):
        yield made


def test_somebody_signs_in_with_gitlab(whole: Whole, gitlab: GitLabDoor) -> None:
    """They press the button, agree there, come back to where they were, and are known from then on."""
    base = whole.settings.public_url
    browser = requests.Session()
    page = browser.get(base, timeout=10).text
    host = urlsplit(gitlab.url).netloc
    assert f"Sign in with GitLab at {host}" in page
    sent = browser.get(f"{base}/signin/gitlab?next=/", allow_redirects=False, timeout=10)
    back = browser.get(gitlab.consent(sent.headers["location"], account()), timeout=10)
    assert back.status_code == 200
    assert "Sign out" in back.text
    assert "maria" in back.text
    with whole.parts.reading() as db:
        kept = [(each.who, each.host, each.via) for each in signins.newest(db, most=5)]
    assert kept == [("maria", host, "gitlab")]


def test_what_stands_at_the_door_says_what_went_wrong(whole: Whole, gitlab: GitLabDoor) -> None:
    """Who is blocked there does not come in here, and reads why; a code of another browser opens nothing."""
    base = whole.settings.public_url
    browser, other = requests.Session(), requests.Session()
    sent = browser.get(f"{base}/signin/gitlab", allow_redirects=False, timeout=10)
    landing = gitlab.consent(sent.headers["location"], account(state="blocked"))
    assert other.get(landing, timeout=10).status_code == 403
    refused = browser.get(landing, timeout=10)
    assert refused.status_code == 409
    assert "active account" in refused.text


def test_each_client_behind_the_proxy_has_tries_of_its_own(whole: Whole) -> None:
    """The nearest address that is no proxy's counts: nobody gets more tries by naming others before it."""

    def guess(number: int, forwarded: str) -> int:
        address = f"{whole.settings.public_url}/?token=guess-{number}"
        return requests.get(address, headers={"x-forwarded-for": forwarded}, timeout=10).status_code

    tried = [guess(number, f"203.0.113.{number}, 192.0.2.7, 198.51.100.9") for number in range(12)]
    assert tried == [403] * 10 + [429] * 2
    assert guess(99, "192.0.2.8") == 403


def test_an_address_that_nobody_trusts_is_not_believed(tmp_path: Path) -> None:
    """Without a proxy before it, who asks is who connected."""
    port = free_port()
    settings = Settings(
        public_url=f"http://127.0.0.1:{port}",
        secret_key="a key that only this test knows",
        trusted_proxies="",
        data=tmp_path,
    )
    main.migrate(settings)
    with main.assembled(settings) as made, main.serving(made, host="127.0.0.1", port=port):
        base = made.settings.public_url
        tried = [
            requests.get(
                f"{base}/?token=guess-{number}", headers={"x-forwarded-for": f"192.0.2.{number}"}, timeout=10
            ).status_code
            for number in range(12)
        ]
    assert tried == [403] * 10 + [429] * 2


def test_the_cookie_says_what_it_should(whole: Whole) -> None:
    """As it leaves: out of reach of scripts and of other sites' posts, for twelve hours."""
    base = whole.settings.public_url
    token = whole.token("operator")
    answer = requests.get(f"{base}/?token={token}", allow_redirects=False, timeout=10)
    cookie = answer.headers["set-cookie"].lower()
    assert re.search(r"; httponly(;|$)", cookie)
    assert "samesite=lax" in cookie
    assert "max-age=43200" in cookie
    assert "path=/" in cookie
    assert "domain=" not in cookie
