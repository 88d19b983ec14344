"""Setting up: the printed token, one browser, one state, and the app's secrets shown once."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape

import pytest
from starlette.testclient import TestClient

from app.web import setup
from diffing.words import Refused
from tests.app.web.stage import BASE, Stage

Make = Callable[..., Stage]
KEY = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n"
STATE = re.compile(r'action="([^"]+state=([^"]+))"')


@dataclass
class Hub:
    """GitHub's side of the dance: a code is worth one conversion."""

    web_url: str = "https://github.example"
    codes: set[str] = field(default_factory=lambda: {"code-1"})

    def manifest(self, public_url: str) -> str:
        """Give the manifest."""
        return json.dumps({"url": public_url, "description": 'quotes " and <tags>'})

    def convert(self, code: str) -> Mapping[str, str]:
        """Trade a code."""
        if code not in self.codes:
            raise Refused("This code is used up.")
        self.codes.remove(code)
        return {
            "GOLDDIGGER_GITHUB_APP_ID": "7",
            "GOLDDIGGER_GITHUB_PRIVATE_KEY": KEY,
            "GOLDDIGGER_GITHUB_WEBHOOK_SECRET": "it's",
        }


@pytest.fixture
def stage(make_stage: Make) -> Stage:
    """A site that can be set up."""
    return make_stage(installer=Hub())


def begin(stage: Stage, client: TestClient) -> str:
    """Come with the printed token; give the state in the form."""
    answer = client.get(f"/setup?token={stage.token(setup.TOKEN)}")
    assert answer.status_code == 200
    assert "token" not in str(answer.url)
    return state_of(answer.text)


def state_of(page: str) -> str:
    """Read the state from the form that posts to the hub."""
    found = STATE.search(unescape(page))
    assert found is not None
    return found[2]


def test_the_form_posts_the_manifest_to_the_forge_alone(stage: Stage) -> None:
    """The manifest stands in it to the letter; the browser may post to that host and nowhere else."""
    begin(stage, stage.client)
    answer = stage.client.get("/setup")
    page = unescape(answer.text)
    assert 'action="https://github.example/settings/apps/new?state=' in page
    assert f'name="manifest" value="{Hub().manifest(BASE)}"' in page
    policy = answer.headers["content-security-policy"]
    assert "form-action 'self' https://github.example;" in policy
    assert "default-src 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"


def test_an_organisation_owns_the_app_where_asked(stage: Stage) -> None:
    """The form goes to the organisation's page; a name that is none is refused."""
    begin(stage, stage.client)
    page = stage.client.get("/setup?organisation=fjord-shop").text
    assert 'action="https://github.example/organizations/fjord-shop/settings/apps/new' in page
    assert stage.client.get("/setup?organisation=../../evil").status_code == 400


def test_the_settings_are_shown_once_and_a_shell_reads_them(stage: Stage) -> None:
    """To the browser that began, never kept, and the second time no more."""
    state = begin(stage, stage.client)
    answer = stage.client.get(f"/setup/callback?code=code-1&state={state}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    shown = re.search(r"<pre[^>]*>(.*?)</pre>", answer.text, re.DOTALL)
    assert shown is not None
    assert dict(word.split("=", 1) for word in shlex.split(unescape(shown[1]))) == {
        "GOLDDIGGER_GITHUB_APP_ID": "7",
        "GOLDDIGGER_GITHUB_PRIVATE_KEY": KEY,
        "GOLDDIGGER_GITHUB_WEBHOOK_SECRET": "it's",
    }
    again = stage.client.get(f"/setup/callback?code=code-1&state={state}")
    assert again.status_code == 409
    assert "BEGIN RSA" not in again.text


def test_nobody_else_gets_the_settings(stage: Stage) -> None:
    """Another browser with code and state is refused, also where it began by itself; the code is not spent."""
    state = begin(stage, stage.client)
    other = stage.browser()
    assert other.get(f"/setup/callback?code=code-1&state={state}").status_code == 403
    begin(stage, other)
    assert other.get(f"/setup/callback?code=code-1&state={state}").status_code == 403
    assert stage.client.get("/setup/callback?code=code-1&state=guess").status_code == 403
    assert stage.client.get(f"/setup/callback?code=code-1&state={state}").status_code == 200


def test_setting_up_needs_the_printed_token(stage: Stage) -> None:
    """Not without, not with another purpose's, not a second time, not too late, not by having signed in."""
    assert stage.client.get("/setup").status_code == 403
    assert stage.enter().get("/setup").status_code == 403
    assert stage.client.get(f"/setup?token={stage.token()}").status_code == 403
    token = stage.token(setup.TOKEN)
    assert stage.client.get(f"/setup?token={token}").status_code == 200
    assert stage.browser().get(f"/setup?token={token}").status_code == 403
    stage.clock.now += timedelta(hours=2)
    assert stage.client.get("/setup").status_code == 403


def test_a_code_the_forge_does_not_know_shows_nothing(stage: Stage) -> None:
    """The forge's words, and the way back to begin again."""
    state = begin(stage, stage.client)
    answer = stage.client.get(f"/setup/callback?code=unknown&state={state}")
    assert answer.status_code == 409
    assert "used up" in answer.text


def test_where_nothing_can_be_set_up_there_is_no_page(make_stage: Make) -> None:
    """404 where no installer is given."""
    assert make_stage().client.get("/setup").status_code == 404
