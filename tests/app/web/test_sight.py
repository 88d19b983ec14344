"""Who may see what: by link, as the operator, as the forge says now, and of public repositories anybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from app.web.asking import FRESH
from bots.forge import Permission, Repo, User
from bots.local.forge import Local
from diffing.words import Unavailable
from storage import repos, signins
from tests.app.web.stage import REVIEWER, Stage
from tests.app.web.test_decisions import csrf, fields, held
from tests.app.web.test_runs import link
from tests.app.web.test_signin import Hub, begin

pytestmark = pytest.mark.slow

Make = Callable[..., Stage]


@pytest.fixture
def hub() -> Hub:
    """A place with accounts; the repository's owner has one."""
    return Hub()


@pytest.fixture
def stage(make_stage: Make, hub: Hub) -> Stage:
    """A site where people sign in with the hub."""
    return make_stage(identities={"hub": hub})


def sign_in(stage: Stage, hub: Hub, name: str = REVIEWER, client: TestClient | None = None) -> TestClient:
    """Come in with an account; give the browser."""
    client = client or stage.browser()
    hub.who = User(name)
    assert client.get(hub.consent(begin(client))).status_code == 200
    return client


def publish(stage: Stage) -> None:
    """Make the repository public."""
    stage.amend(repo=replace(stage.change.repo, private=False))


def pages(stage: Stage, run: str) -> list[str]:
    """Give every address that shows something of a run."""
    card = stage.found(run)["goldens/menu.png"]
    return [
        f"/runs/{run}",
        f"/runs/{run}/state",
        f"/runs/{run}/list",
        f"/runs/{run}/goldens/menu.png",
        f"/runs/{run}/comparisons/{card.id}",
        f"/runs/{run}/comparisons/{card.id}/stage",
        f"/pictures/{card.golden}?run={run}",
        f"/pictures/{card.candidate}/thumbnail?run={run}",
        f"/pictures/{run}/{card.id}/difference",
        f"/pictures/{run}/{card.id}/marks",
    ]


def answers(client: TestClient, addresses: list[str]) -> set[int]:
    """Ask for each."""
    return {client.get(address).status_code for address in addresses}


def test_a_stranger_sees_nothing_of_a_private_repository(stage: Stage) -> None:
    """Not a page, not a picture, not a list; and all of it looks as if it did not exist."""
    run = stage.run()
    stranger = stage.browser()
    assert answers(stranger, pages(stage, run)) == {404}
    there, nowhere = stranger.get(f"/runs/{run}"), stranger.get("/runs/AAAAAAAAAAAAAAAA")
    assert there.text.replace(run, "") == nowhere.text.replace("AAAAAAAAAAAAAAAA", "")
    assert dict(there.headers) | {"content-length": ""} == dict(nowhere.headers) | {"content-length": ""}


def test_who_may_read_the_repository_sees_its_runs_without_a_link(stage: Stage, hub: Hub) -> None:
    """Every page and picture of them; who may not read it sees none, signed in or not."""
    run = stage.run()
    assert answers(sign_in(stage, hub), pages(stage, run)) == {200}
    assert answers(sign_in(stage, hub, "Mallory"), pages(stage, run)) == {404}


def test_who_loses_the_right_sees_no_more_within_a_minute(
    stage: Stage, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The forge is asked anew; the session is the same."""
    run = stage.run()
    client = sign_in(stage, hub)
    assert client.get(f"/runs/{run}").status_code == 200
    monkeypatch.setattr(Local, "may_see", lambda *_: Permission(False, "taken off the team"))
    stage.clock.now += timedelta(seconds=FRESH)
    assert client.get(f"/runs/{run}").status_code == 404


def test_a_link_shows_its_run_and_no_other(stage: Stage) -> None:
    """As it stands on the change, for those who can read the change; signed in or not."""
    run, other = stage.run(), stage.run(source="other", pipeline="2")
    visitor = stage.browser()
    visitor.get(link(stage, run))
    assert answers(visitor, pages(stage, run)) == {200}
    assert answers(visitor, pages(stage, other)) == {404}


def test_a_wrong_key_takes_nothing_away(stage: Stage, hub: Hub) -> None:
    """Who may see the run anyway is led on without it; to others there is no such run."""
    run = stage.run()
    answer = sign_in(stage, hub).get(f"/runs/{run}?key=wrong")
    assert answer.status_code == 200
    assert "key" not in str(answer.url)
    assert stage.browser().get(f"/runs/{run}?key=wrong").status_code == 404


def test_anybody_sees_a_public_repository_and_decides_nothing(stage: Stage) -> None:
    """Pages and pictures; deciding asks them to sign in."""
    run = stage.run()
    publish(stage)
    stranger = stage.browser()
    assert answers(stranger, pages(stage, run)) == {200}
    card = stage.found(run)["goldens/cart.png"]
    posted = {"comparison": card.id, "candidate": card.candidate or "", "opinion": "approved"}
    assert stranger.post(f"/runs/{run}/decisions", data=posted).status_code == 403
    assert held(stage) == {}


def test_a_public_repository_that_became_private_is_closed(stage: Stage) -> None:
    """As soon as a delivery says so."""
    run = stage.run()
    publish(stage)
    assert stage.browser().get(f"/runs/{run}").status_code == 200
    stage.amend()
    assert stage.browser().get(f"/runs/{run}").status_code == 404


def test_that_it_was_public_counts_only_while_the_forge_says_so(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was delivered since it became private: the forge is asked within a minute, and that is enough."""
    run = stage.run()
    publish(stage)
    stranger = stage.browser()
    assert stranger.get(f"/runs/{run}").status_code == 200
    monkeypatch.setattr(Local, "may_see", lambda *_: Permission(False, "not public"))
    stage.clock.now += timedelta(seconds=FRESH)
    assert answers(stranger, pages(stage, run)) == {404}


def test_a_public_repository_that_was_taken_from_us_is_closed(stage: Stage) -> None:
    """Nobody would tell us that it became private."""
    run = stage.run()
    publish(stage)
    repo = stage.change.repo
    with stage.parts.db.begin() as db:
        repos.leave(db, host=repo.host, tenant=repo.tenant, forge_ids=None)
    assert stage.browser().get(f"/runs/{run}").status_code == 404


def test_public_pages_can_be_closed(make_stage: Make) -> None:
    """A setting, for who does not want that."""
    stage = make_stage(public_pages=False)
    run = stage.run()
    publish(stage)
    assert answers(stage.browser(), pages(stage, run)) == {404}
    assert stage.enter().get(f"/runs/{run}").status_code == 200


def test_while_the_forge_is_down_a_link_still_shows_its_run(
    stage: Stage, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So does what the forge said a moment ago; whoever comes new must wait."""
    run = stage.run()
    known, linked = sign_in(stage, hub), sign_in(stage, hub, "Mallory")
    linked.get(link(stage, run))
    assert known.get(f"/runs/{run}").status_code == 200

    def fails(self: Local, repo: Repo, who: User | None) -> Permission:
        raise Unavailable("The forge does not answer.")

    monkeypatch.setattr(Local, "may_see", fails)
    stage.clock.now += timedelta(seconds=FRESH)
    assert (known.get(f"/runs/{run}").status_code, linked.get(f"/runs/{run}").status_code) == (200, 200)
    new = sign_in(stage, hub, "Newcomer")
    for address in (f"/runs/{run}", "/runs/AAAAAAAAAAAAAAAA"):
        unseen = new.get(address)
        assert unseen.status_code == 404
        assert "The forge does not answer. What you may see there cannot be asked just now" in unseen.text
    assert "Deciding must wait" in known.get(f"/runs/{run}").text


def test_a_decision_for_a_run_one_may_not_see_answers_as_if_it_did_not_exist(stage: Stage, hub: Hub) -> None:
    """Word for word what a run that never was answers, though the post is proved to be from our page."""
    run, mine = stage.run(), stage.run(source="other", pipeline="2")
    client = sign_in(stage, hub, "Mallory")
    client.get(link(stage, mine))
    card = stage.found(run)["goldens/cart.png"]
    sent = fields(client, mine, card, "approved")
    for act in ("decisions", "undo", "commit"):
        there = client.post(f"/runs/{run}/{act}", data=sent, headers={"accept": "application/json"})
        nowhere = client.post(f"/runs/AAAAAAAAAAAAAAAA/{act}", data=sent, headers={"accept": "application/json"})
        assert (there.status_code, there.json()) == (404, nowhere.json())
    assert held(stage) == {}


def test_deciding_faster_than_anybody_looks_is_slowed_down(stage: Stage, hub: Hub) -> None:
    """200 goldens at five a second go through; a script that does not look is told to wait, in words for the page,
    and another person is not held up by it."""
    run = stage.run()
    client = sign_in(stage, hub)
    sent = {"csrf": csrf(client, run), "opinion": "nothing"}
    told = {"accept": "application/json"}

    def tried() -> int:
        return client.post(f"/runs/{run}/decisions", data=sent, headers=told).status_code

    for _ in range(200):
        assert tried() == 400
        stage.clock.now += timedelta(seconds=0.2)
    while tried() == 400:
        pass
    refused = client.post(f"/runs/{run}/decisions", data=sent, headers=told)
    assert refused.status_code == 429
    assert "go on in a moment" in refused.json()["why"]
    assert int(refused.headers["retry-after"]) > 0
    assert "go on in a moment" in client.post(f"/runs/{run}/commit", data=sent).text
    other = sign_in(stage, hub, "Somebody else")
    other.get(link(stage, run))
    mine = {"csrf": csrf(other, run), "opinion": "nothing"}
    assert other.post(f"/runs/{run}/decisions", data=mine).status_code == 400
    stage.clock.now += timedelta(seconds=60)
    assert tried() == 400


def test_each_sign_in_is_kept_for_the_audit(stage: Stage, hub: Hub) -> None:
    """Who, on which host, by which door and when; a link that was used up, or a refused account, is none."""
    token = stage.token()
    stage.client.get(f"/?token={token}")
    stage.client.get(f"/?token={token}")
    stage.browser().get("/?token=guessed")
    sign_in(stage, hub, "Mira")
    hub.who = User("ci[bot]", bot=True)
    refused = stage.browser()
    assert refused.get(hub.consent(begin(refused))).status_code == 403
    with stage.parts.reading() as db:
        kept = [(each.who, each.host, each.via, each.at) for each in signins.newest(db, most=9)]
    assert kept == [("Mira", "local", "hub", stage.clock()), (REVIEWER, "local", "token", stage.clock())]


def test_the_page_is_not_asked_of_the_forge_for_each_picture(
    stage: Stage, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One question a minute, however much is looked at."""
    run = stage.run()
    client = sign_in(stage, hub)
    asked: list[str] = []
    really = Local.may_see

    def counting(self: Local, repo: Repo, who: User | None) -> Permission:
        asked.append(who.name if who else "anybody")
        return really(self, repo, who)

    monkeypatch.setattr(Local, "may_see", counting)
    stage.clock.now += timedelta(seconds=FRESH)
    answers(client, pages(stage, run) * 3)
    assert asked == [REVIEWER]
