"""Signing in: by a printed token, or by an account; once, in one browser, and not by guessing."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from starlette.testclient import TestClient

from bots.forge import User
from diffing.words import Refused, Unavailable
from tests.app.web.stage import BASE, REVIEWER, Stage
from tests.app.web.test_decisions import csrf, fields, held
from tests.app.web.test_runs import link

pytestmark = pytest.mark.slow

Make = Callable[..., Stage]
AUTHOR = f"{REVIEWER} <robin@example.org>"


@dataclass
class Hub:
    """A place with accounts that keeps to OAuth: it remembers each code's challenge and checks the verifier."""

    host: str = "local"
    title: str = "Hub"
    who: User = field(default_factory=lambda: User(REVIEWER, author=AUTHOR))
    challenges: dict[str, str] = field(default_factory=dict)
    away: bool = False

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """Give where the browser goes."""
        asked = {"state": state, "code_challenge": challenge, "redirect_uri": redirect_uri}
        return f"https://hub.example/authorize?{urlencode(asked)}"

    def signed_in_user(self, *, code: str, verifier: str, redirect_uri: str) -> User:
        """Trade the code; refuse one that was given to somebody else's browser."""
        if self.away:
            raise Unavailable("Hub does not answer.")
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
        if self.challenges.pop(code, "") != challenge:
            raise Refused("Hub does not know this code.")
        return self.who

    def consent(self, location: str, code: str = "code-1") -> str:
        """Let the person agree; give where the hub sends the browser."""
        asked = {key: value[0] for key, value in parse_qs(urlsplit(location).query).items()}
        self.challenges[code] = asked["code_challenge"]
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"


@pytest.fixture
def hub() -> Hub:
    """A hub whose account is the repository's owner."""
    return Hub()


@pytest.fixture
def stage(make_stage: Make, hub: Hub) -> Stage:
    """A site where people sign in with the hub."""
    return make_stage(identities={"hub": hub})


def begin(client: TestClient, next_: str = "/") -> str:
    """Press *Sign in*; give where the browser is sent."""
    answer = client.get("/signin/hub", params={"next": next_}, follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"]


def test_a_token_opens_the_door_once(stage: Stage) -> None:
    """The printed link signs in, leaves the address, and is worth nothing in another browser."""
    token = stage.token()
    answer = stage.client.get(f"/?token={token}")
    assert answer.status_code == 200
    assert "token" not in str(answer.url)
    assert REVIEWER in answer.text
    assert stage.browser().get(f"/?token={token}").status_code == 403


def test_the_printed_link_works_again_in_the_same_browser(stage: Stage) -> None:
    """Who clicks it twice is not thrown out."""
    token = stage.token()
    run = stage.run()
    assert stage.client.get(f"/runs/{run}?token={token}").status_code == 200
    assert stage.client.get(f"/runs/{run}?token={token}").status_code == 200


def test_a_token_ends_and_serves_one_purpose(stage: Stage) -> None:
    """A late one, and one made for setting up, do not sign in."""
    late, other = stage.token(), stage.token("setup")
    assert stage.client.get(f"/?token={other}").status_code == 403
    stage.clock.now += timedelta(hours=2)
    assert stage.client.get(f"/?token={late}").status_code == 403


def test_guessing_is_slowed_down(stage: Stage) -> None:
    """After some wrong tokens all are refused for a while, the right one too; then it opens again."""
    answers = [stage.client.get(f"/?token=guess-{number}") for number in range(15)]
    assert [answers[0].status_code, answers[-1].status_code] == [403, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    token = stage.token()
    assert stage.client.get(f"/?token={token}").status_code == 429
    stage.clock.now += timedelta(minutes=2)
    assert stage.client.get(f"/?token={token}").status_code == 200


def test_signing_in_with_an_account_lets_one_decide(stage: Stage, hub: Hub) -> None:
    """A visitor follows the link, signs in, comes back to the run, approves, and is named as its approver."""
    run = stage.run()
    page = stage.client.get(link(stage, run)).text
    assert "Sign in with Hub to decide" in page
    back = stage.client.get(hub.consent(begin(stage.client, f"/runs/{run}")))
    assert back.status_code == 200
    assert back.url.path == f"/runs/{run}"
    card = stage.found(run)["goldens/cart.png"]
    assert stage.client.post(f"/runs/{run}/decisions", data=fields(stage.client, run, card, "approved")).is_success
    assert set(held(stage)) == {"goldens/cart.png"}


def test_an_account_alone_shows_no_run(stage: Stage, hub: Hub) -> None:
    """Whoever has an account and may not read the repository still needs the link that stands on the change."""
    run = stage.run()
    hub.who = User("Mallory")
    assert stage.client.get(hub.consent(begin(stage.client, f"/runs/{run}"))).status_code == 404


def test_somebody_else_s_account_may_look_and_is_refused_by_the_forge(stage: Stage, hub: Hub) -> None:
    """Deciding asks the forge at that moment: 409 with its words, nothing kept."""
    run = stage.run()
    hub.who = User("Mallory")
    stage.client.get(link(stage, run))
    stage.client.get(hub.consent(begin(stage.client)))
    card = stage.found(run)["goldens/cart.png"]
    answer = stage.client.post(f"/runs/{run}/decisions", data=fields(stage.client, run, card, "approved"))
    assert answer.status_code == 409
    assert "may approve here" in answer.text
    assert held(stage) == {}


def test_signing_in_rotates_the_session(stage: Stage, hub: Hub) -> None:
    """The session before, and its word against forged posts, are worth nothing after."""
    run = stage.run()
    stage.client.get(link(stage, run))
    before = csrf(stage.client, run)
    stage.client.get(hub.consent(begin(stage.client)))
    assert csrf(stage.client, run) != before
    card = stage.found(run)["goldens/cart.png"]
    sent = fields(stage.client, run, card, "approved") | {"csrf": before}
    assert stage.client.post(f"/runs/{run}/decisions", data=sent).status_code == 403


def test_a_sign_in_ends_in_the_browser_that_began_it(stage: Stage, hub: Hub) -> None:
    """A callback pushed into another browser signs nobody in there."""
    landing = hub.consent(begin(stage.client))
    other = stage.browser()
    assert other.get(landing).status_code == 403
    begin(other)
    assert other.get(landing).status_code == 403
    assert "Sign out" not in other.get("/").text


def test_a_state_is_used_once(stage: Stage, hub: Hub) -> None:
    """The same callback again is refused, even where the browser still had its cookie."""
    landing = hub.consent(begin(stage.client))
    kept = dict(stage.client.cookies)
    assert stage.client.get(landing).status_code == 200
    again = stage.browser()
    again.cookies.update(kept)
    assert again.get(landing).status_code == 403


def test_a_sign_in_takes_ten_minutes_at_most(stage: Stage, hub: Hub) -> None:
    """Later it is to be begun again."""
    landing = hub.consent(begin(stage.client))
    stage.clock.now += timedelta(minutes=11)
    assert stage.client.get(landing).status_code == 403


def test_who_declines_is_told_so(stage: Stage) -> None:
    """The hub sends an error in place of a code."""
    state = parse_qs(urlsplit(begin(stage.client)).query)["state"][0]
    answer = stage.client.get("/signin/hub/callback", params={"error": "access_denied", "state": state})
    assert answer.status_code == 403
    assert "did not sign you in" in answer.text


def test_a_hub_that_is_away_is_said_so(stage: Stage, hub: Hub) -> None:
    """503 with when to try again."""
    hub.away = True
    answer = stage.client.get(hub.consent(begin(stage.client)))
    assert answer.status_code == 503
    assert "retry-after" in answer.headers


def test_bots_do_not_sign_in(stage: Stage, hub: Hub) -> None:
    """Decisions are people's."""
    hub.who = User("helper[bot]", bot=True)
    assert stage.client.get(hub.consent(begin(stage.client))).status_code == 403


@pytest.mark.parametrize(
    "away", ["//evil.example/x", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\r\nx: y", ""]
)
def test_nobody_is_sent_elsewhere_afterwards(stage: Stage, hub: Hub, away: str) -> None:
    """Whatever stood in `next`, the browser stays here."""
    answer = stage.client.get(hub.consent(begin(stage.client, away)), follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


def test_signing_out_forgets(stage: Stage, hub: Hub) -> None:
    """After it the browser is a stranger; a forged one does nothing."""
    run = stage.run()
    stage.client.get(link(stage, run))
    stage.client.get(hub.consent(begin(stage.client)))
    word = csrf(stage.client, run)
    assert stage.client.post("/signout", data={"csrf": "x"}).status_code == 403
    assert stage.client.get(f"/runs/{run}").status_code == 200
    assert stage.client.post("/signout", data={"csrf": word}, headers={"origin": BASE}).status_code == 200
    assert stage.client.get(f"/runs/{run}").status_code == 404


def test_a_door_that_is_not_there(stage: Stage) -> None:
    """404 in words."""
    assert stage.client.get("/signin/elsewhere").status_code == 404
    assert stage.client.get("/signin/elsewhere/callback?state=x&code=y").status_code == 404


def test_several_doors_are_shown_on_a_page_of_their_own(make_stage: Make, hub: Hub) -> None:
    """Each leads back to where one was, and nobody elsewhere; none is offered twice."""
    other = Hub(host="other.example", title="Other")
    stage = make_stage(identities={"hub": hub, "other": other})
    start = stage.client.get("/").text
    assert 'href="/signin?next=%2F">Sign in</a>' in start
    page = stage.client.get("/signin?next=/runs/x").text
    assert '"/signin/hub?next=%2Fruns%2Fx"' in page
    assert '"/signin/other?next=%2Fruns%2Fx"' in page
    assert "evil.example" not in stage.client.get("/signin?next=//evil.example").text
    stage.client.get(hub.consent(begin(stage.client)))
    page = stage.client.get("/signin").text
    assert "Sign in with Other" in page
    assert "Sign in with Hub" not in page


def test_what_cannot_be_seen_offers_to_sign_in(stage: Stage, hub: Hub) -> None:
    """Somebody with a run's bare address comes to it by signing in; so does who asks for one that is not there."""
    run = stage.run()
    page = stage.client.get(f"/runs/{run}").text
    assert f'href="/signin/hub?next=%2Fruns%2F{run}">Sign in with Hub</a>' in page
    assert "Sign in with Hub" in stage.client.get("/runs/AAAA").text
    assert stage.client.get(hub.consent(begin(stage.client, f"/runs/{run}"))).url.path == f"/runs/{run}"
    assert "Sign in with Hub" not in stage.client.get("/runs/AAAA").text


def test_without_a_door_it_is_said_how_to_come_in(make_stage: Make) -> None:
    """The page of the doors has none to show."""
    assert "link on its change" in make_stage().client.get("/signin").text


@pytest.mark.parametrize("address", ["/signin/hub", "/signin/hub/callback?state=guessed&code=guessed"])
def test_the_door_is_not_for_hammering(stage: Stage, address: str) -> None:
    """Beginning and finishing a sign-in are slowed down by client, as guessing tokens is."""
    tried = [stage.client.get(address, follow_redirects=False).status_code for _ in range(12)]
    assert tried.count(429) == 2
    assert tried[-1] == 429


def test_neighbours_in_one_network_share_their_tries(stage: Stage) -> None:
    """Whoever has one IPv6 address has 2^64; whoever has an IPv4 address has one."""

    def tried(client: str) -> int:
        browser = TestClient(stage.web, base_url=BASE, client=(client, 1), raise_server_exceptions=False)
        return browser.get("/?token=guessed").status_code

    assert [tried(f"2001:db8::{number:x}") for number in range(12)].count(429) == 2
    assert tried("2001:db8:0:1::1") == 403
    assert [tried(f"192.0.2.{number}") for number in range(12)] == [403] * 12
