"""Deciding on the page: with and without scripts, by those who may, on what they saw."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from starlette.testclient import TestClient

from app.flow import approve
from app.flow.jobs import Approve, Publish
from bots import commands
from bots.forge import Change
from bots.local.forge import Local
from diffing.words import Comparison, Opinion, Unavailable
from storage import approvals, decisions, runs
from tests.app.web.stage import BASE, REVIEWER, SHOP, Stage, picture
from tests.app.web.test_runs import link

pytestmark = pytest.mark.slow

CSRF = re.compile(r'data-csrf="([^"]+)"')


def csrf(client: TestClient, run: str) -> str:
    """Read the word that a post must carry from the page."""
    found = CSRF.search(client.get(f"/runs/{run}").text)
    assert found is not None
    return found[1]


def fields(client: TestClient, run: str, card: Comparison, opinion: str) -> dict[str, str]:
    """Fill a card's form."""
    return {
        "csrf": csrf(client, run),
        "comparison": card.id,
        "candidate": card.candidate or "",
        "opinion": opinion,
    }


def held(stage: Stage) -> dict[str, Opinion]:
    """Give the last opinion of each golden, and see that the reviewer said it."""
    with stage.parts.db.begin() as db:
        said = decisions.of_change(db, stage.change_id)
    assert all(each.who == REVIEWER for each in said)
    return {each.name: each.opinion for each in said}


def test_a_form_approves_one_golden(stage: Stage) -> None:
    """Without scripts: the form is posted, and the page comes back with the next that is open; the list says what
    was said, and the golden's own page by whom."""
    run = stage.run()
    card = stage.found(run)["goldens/cart.png"]
    answer = stage.enter().post(f"/runs/{run}/decisions", data=fields(stage.client, run, card, "approved"))
    assert answer.status_code == 200
    assert answer.history[0].status_code == 303
    assert answer.url.path == f"/runs/{run}/goldens/new.png"
    assert f'data-entry="{card.id}" data-opinion="approved" data-who="{REVIEWER}"' in answer.text
    assert held(stage) == {"goldens/cart.png": Opinion.APPROVED}
    own = stage.client.get(f"/runs/{run}/goldens/cart.png").text
    assert re.search(rf"approved</span> by <bdi>{REVIEWER}", own)
    assert stage.jobs == [Publish(stage.change_id)]


def test_a_script_approves_and_hears_how_things_stand(stage: Stage) -> None:
    """With scripts: JSON in, the page's new parts out."""
    run = stage.run()
    card = stage.found(run)["goldens/old.png"]
    sent = fields(stage.enter(), run, card, "approved")
    answer = stage.client.post(
        f"/runs/{run}/decisions",
        json={key: value for key, value in sent.items() if key != "csrf"},
        headers={"accept": "application/json", "x-csrf-token": sent["csrf"], "origin": BASE},
    )
    assert answer.status_code == 200
    assert answer.json()["opinions"][card.id] == ["approved", REVIEWER]
    assert "Commit 1" in answer.json()["bar"]
    assert held(stage) == {"goldens/old.png": Opinion.APPROVED}


def test_an_opinion_is_changed_and_taken_back(stage: Stage) -> None:
    """The last one counts; withdrawn is as if nothing had been said."""
    run = stage.run()
    card = stage.found(run)["goldens/cart.png"]
    stage.enter()
    for opinion in ("approved", "rejected", "withdrawn"):
        stage.client.post(f"/runs/{run}/decisions", data=fields(stage.client, run, card, opinion))
    assert held(stage) == {"goldens/cart.png": Opinion.WITHDRAWN}
    assert stage.client.get(f"/runs/{run}/state").json()["opinions"][card.id] == ["", ""]


def test_all_leaves_what_somebody_rejected(stage: Stage) -> None:
    """*Approve the other n* speaks of those that nobody spoke of, and only of those that can be decided."""
    run = stage.run()
    card = stage.found(run)["goldens/cart.png"]
    stage.enter().post(f"/runs/{run}/decisions", data=fields(stage.client, run, card, "rejected"))
    word = csrf(stage.client, run)
    all_ = {"csrf": word, "all": "1", "opinion": "approved"}
    assert stage.client.post(f"/runs/{run}/decisions", data=all_).status_code == 200
    assert held(stage) == {
        "goldens/cart.png": Opinion.REJECTED,
        **dict.fromkeys(
            ("goldens/menu.png", "goldens/new.png", "goldens/old.png", "goldens/order.json"), Opinion.APPROVED
        ),
    }
    assert stage.client.post(f"/runs/{run}/decisions", data=all_).status_code == 409


def test_undo_takes_back_the_last_act(stage: Stage) -> None:
    """Approving all and undoing it leaves nothing said."""
    run = stage.run()
    word = csrf(stage.enter(), run)
    stage.client.post(f"/runs/{run}/decisions", data={"csrf": word, "all": "1", "opinion": "approved"})
    assert stage.client.post(f"/runs/{run}/undo", data={"csrf": word}).status_code == 200
    assert set(held(stage).values()) == {Opinion.WITHDRAWN}
    assert stage.client.post(f"/runs/{run}/undo", data={"csrf": word}).status_code == 409


def test_what_is_approved_is_committed_and_its_commit_shown(stage: Stage) -> None:
    """The page asks for the commit, shows that it is under way, and then names it; git holds the very bytes."""
    run = stage.run()
    card = stage.found(run)["goldens/cart.png"]
    stage.enter().post(f"/runs/{run}/decisions", data=fields(stage.client, run, card, "approved"))
    page = stage.client.post(f"/runs/{run}/commit", data={"csrf": csrf(stage.client, run)})
    assert "Committing" in page.text
    assert any(isinstance(job, Approve) for job in stage.jobs)
    approve.approve(stage.parts, stage.change_id, stage.clock())
    with stage.parts.db.begin() as db:
        [approval] = approvals.of_change(db, stage.change_id)
    assert approval.state == "committed"
    assert approval.commit is not None
    assert approval.commit[:7] in stage.client.get(f"/runs/{run}").text
    assert stage.git.run("show", f"redesign:{card.name}") == SHOP["goldens/cart.png"][1]


def test_nothing_approved_is_nothing_to_commit(stage: Stage) -> None:
    """409 with words, and no job."""
    run = stage.run()
    answer = stage.enter().post(f"/runs/{run}/commit", data={"csrf": csrf(stage.client, run)})
    assert answer.status_code == 409
    assert "Nothing is approved" in answer.text
    assert stage.jobs == []


def test_another_digest_than_the_one_shown_is_refused(stage: Stage) -> None:
    """A decision names the candidate that was seen: 409 with words, nothing is kept."""
    run = stage.run()
    card = stage.found(run)["goldens/cart.png"]
    sent = fields(stage.enter(), run, card, "approved") | {"candidate": "0" * 64}
    answer = stage.client.post(f"/runs/{run}/decisions", data=sent)
    assert answer.status_code == 409
    assert "changed since you looked" in answer.text
    assert held(stage) == {}


def test_a_replaced_run_is_decided_no_more(stage: Stage) -> None:
    """A page left open while CI drew again: 409 with words."""
    run = stage.run()
    card = stage.found(run)["goldens/cart.png"]
    sent = fields(stage.enter(), run, card, "approved")
    stage.clock.now += timedelta(minutes=1)
    with stage.parts.db.begin() as db:
        runs.supersede(db, stage.change_id, keep_head=None, now=stage.clock())
    stage.run({"goldens/cart.png": (SHOP["goldens/cart.png"][0], picture("Buy"))}, pipeline="2")
    answer = stage.client.post(f"/runs/{run}/decisions", data=sent, headers={"accept": "application/json"})
    assert answer.status_code == 409
    assert "newest run" in answer.json()["why"]
    assert held(stage) == {}


@pytest.mark.parametrize(
    ("spoil", "headers"),
    [
        ({"csrf": ""}, {}),
        ({"csrf": "x" * 43}, {}),
        ({"csrf": "wörd"}, {}),
        ({}, {"origin": "https://evil.example"}),
        ({}, {"origin": "null"}),
        ({}, {"sec-fetch-site": "cross-site"}),
    ],
)
def test_a_forged_post_is_refused(stage: Stage, spoil: dict[str, str], headers: dict[str, str]) -> None:
    """Without this session's word, or from another site's page: 403 and nothing is kept."""
    run = stage.run()
    card = stage.found(run)["goldens/cart.png"]
    sent = fields(stage.enter(), run, card, "approved") | spoil
    assert stage.client.post(f"/runs/{run}/decisions", data=sent, headers=headers).status_code == 403
    assert held(stage) == {}


def test_a_link_lets_one_look_and_not_decide(stage: Stage) -> None:
    """A visitor sees the command to copy, and is refused when posting all the same."""
    run = stage.run()
    page = stage.client.get(link(stage, run, "goldens/cart.png")).text
    card = stage.found(run)["goldens/cart.png"]
    assert "/golddigger approve goldens/cart.png" in page
    assert 'data-act="one"' not in page
    sent = fields(stage.client, run, card, "approved")
    assert stage.client.post(f"/runs/{run}/decisions", data=sent).status_code == 403
    assert held(stage) == {}


@pytest.mark.parametrize("name", ["goldens/a b.png", "goldens/it's.png", 'goldens/"x" y.png', "goldens/[a].png"])
def test_the_command_to_copy_means_that_golden(stage: Stage, name: str) -> None:
    """Whatever a golden is called, the command on its card chooses it and nothing else."""
    pair = SHOP["goldens/cart.png"]
    run = stage.run({name: pair, "goldens/a.png": pair, "goldens/b.png": pair})
    card = stage.found(run)[name]
    page = stage.client.get(link(stage, run, name)).text
    assert f'data-stage="{card.id}"' in page
    [word] = re.findall(
        r'data-copy="(/golddigger [^"]+)"', page.partition("data-stage")[2].partition("</article>")[0]
    )
    [command] = commands.commands(unescape(word))
    assert isinstance(command, commands.Approve)
    assert commands.choose(command.selection, list(stage.found(run).values())) == [card]


def test_a_run_one_may_not_see_cannot_be_decided(stage: Stage) -> None:
    """It answers as if it did not exist, whatever is posted."""
    run = stage.run()
    for act in ("decisions", "undo", "commit"):
        assert stage.client.post(f"/runs/{run}/{act}", data={"opinion": "approved"}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"opinion": "splendid"},
        {"opinion": "approved"},
        {"opinion": "approved", "comparison": "-1"},
        {"opinion": "approved", "comparison": "1", "candidate": "../x"},
        {"opinion": "approved", "comparison": "9" * 4000},
    ],
)
def test_what_means_nothing_is_refused_in_words(stage: Stage, body: dict[str, str]) -> None:
    """400 for what is no decision; never a 5xx."""
    run = stage.run()
    word = csrf(stage.enter(), run)
    assert stage.client.post(f"/runs/{run}/decisions", data={"csrf": word, **body}).status_code == 400


@pytest.mark.parametrize("body", [b"[1]", b"{", b"\xff", b"[" * 50_000, b'"x"'])
def test_json_that_is_no_object_is_refused(stage: Stage, body: bytes) -> None:
    """400, however deep or broken it is."""
    run = stage.run()
    headers = {"content-type": "application/json", "x-csrf-token": csrf(stage.enter(), run)}
    assert stage.client.post(f"/runs/{run}/decisions", content=body, headers=headers).status_code == 400


def test_a_large_form_is_refused(stage: Stage) -> None:
    """More than a form of ours can be is not read."""
    assert stage.enter().post(f"/runs/{stage.run()}/decisions", content=b"a=" + b"x" * 70_000).status_code == 413


def test_while_the_forge_is_down_the_page_shows_what_is_known(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deciding must wait: 503 with words and nothing kept, and the page says so until the forge answers again."""
    run = stage.run()
    sent = fields(stage.enter(), run, stage.found(run)["goldens/cart.png"], "approved")

    def away(*_: object) -> Change:
        raise Unavailable("The forge does not answer.")

    monkeypatch.setattr(Local, "change", away)
    answer = stage.client.post(f"/runs/{run}/decisions", data=sent, headers={"accept": "application/json"})
    assert answer.status_code == 503
    assert "Nothing was changed" in answer.json()["why"]
    assert held(stage) == {}
    page = stage.client.get(f"/runs/{run}")
    assert page.status_code == 200
    assert "Deciding must wait." in page.text
    assert "goldens/cart.png" in page.text
    monkeypatch.undo()
    stage.clock.now += timedelta(minutes=1)
    assert "Deciding must wait." not in stage.client.get(f"/runs/{run}").text
    assert stage.client.post(f"/runs/{run}/decisions", data=sent).status_code == 200


def test_a_decision_says_what_changed_since_and_no_more(stage: Stage) -> None:
    """The answer to a script carries what was said since the decision that its page knows."""
    run = stage.run()
    cards = stage.found(run)
    page = stage.enter().get(f"/runs/{run}").text
    assert 'data-last="0"' in page
    sent = fields(stage.client, run, cards["goldens/cart.png"], "approved") | {"since": "0"}
    said = stage.client.post(f"/runs/{run}/decisions", json=sent, headers={"accept": "application/json"}).json()
    assert set(said["opinions"]) == {cards["goldens/cart.png"].id}
    assert said["last"] == 1
    for since in ("", "x", "-1", "9" * 40):
        answer = stage.client.get(f"/runs/{run}/state?since={since}")
        assert (answer.status_code, answer.json()["last"]) == (200, 1)


def test_undo_is_one_act_even_of_a_group(stage: Stage) -> None:
    """What was decided in one go is taken back in one go; what was said before it stays."""
    pair = SHOP["goldens/cart.png"]
    run = stage.run({"goldens/a.png": pair, "goldens/b.png": pair, "goldens/z.png": SHOP["goldens/menu.png"]})
    cards = stage.found(run)
    stage.enter().post(
        f"/runs/{run}/decisions", data=fields(stage.client, run, cards["goldens/z.png"], "rejected")
    )
    difference = cards["goldens/a.png"].difference
    assert difference is not None
    word = csrf(stage.client, run)
    group = {"csrf": word, "all": "1", "suite": "shop", "alike": difference.fingerprint, "opinion": "approved"}
    stage.client.post(f"/runs/{run}/decisions", data=group)
    assert held(stage)["goldens/b.png"] is Opinion.APPROVED
    stage.client.post(f"/runs/{run}/undo", data={"csrf": word})
    assert held(stage) == {
        "goldens/a.png": Opinion.WITHDRAWN,
        "goldens/b.png": Opinion.WITHDRAWN,
        "goldens/z.png": Opinion.REJECTED,
    }
