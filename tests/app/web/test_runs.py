"""The run's page: who may see it, and what it shows."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from diffing.words import Name
from storage import runs
from tests.app.web.stage import Stage, picture

pytestmark = pytest.mark.slow


def link(stage: Stage, run: str, golden: str | None = None) -> str:
    """Give the path of the link that stands on the change."""
    parts = urlsplit(stage.parts.links.run(run, golden=golden))
    return f"{parts.path}?{parts.query}"


def test_a_link_opens_its_run_and_leaves_the_address(stage: Stage) -> None:
    """The key moves from the address into the session, so that it is in no referrer and no history."""
    run = stage.run()
    answer = stage.client.get(link(stage, run))
    assert answer.status_code == 200
    assert "key" not in str(answer.url)
    assert "Redesign the shop" in answer.text
    assert stage.client.get(f"/runs/{run}").status_code == 200


def test_without_a_link_there_is_no_run(stage: Stage) -> None:
    """A run one may not see answers exactly as one that is not there; a forged key does not help."""
    run = stage.run()
    hidden, missing = stage.client.get(f"/runs/{run}"), stage.client.get("/runs/nothing-at-all")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.text == missing.text.replace("nothing-at-all", run)
    assert stage.client.get(f"/runs/{run}?key={'0' * 40}").status_code == 404
    other = link(stage, "another-run").partition("?")[2]
    assert stage.client.get(f"/runs/{run}?{other}").status_code == 404


def test_one_link_opens_one_run(stage: Stage) -> None:
    """Having the link to one run shows nothing of another, on no address."""
    mine, other = stage.run(source="a", pipeline="1"), stage.run(source="b", pipeline="2")
    stage.client.get(link(stage, mine))
    card = stage.found(other)["goldens/cart.png"]
    for path in (
        f"/runs/{other}",
        f"/runs/{other}/state",
        f"/runs/{other}/list",
        f"/runs/{other}/events",
        f"/runs/{other}/goldens/cart.png",
        f"/runs/{other}/comparisons/{card.id}",
        f"/runs/{other}/comparisons/{card.id}/stage",
        f"/runs/{mine}/comparisons/{card.id}",
        f"/runs/{mine}/comparisons/{card.id}/stage",
        f"/pictures/{card.candidate}/thumbnail?run={other}",
        f"/pictures/{card.candidate}?run={other}",
        f"/pictures/{other}/{card.id}/difference",
        f"/pictures/{mine}/{card.id}/difference",
    ):
        assert stage.client.get(path).status_code == 404, path


def test_each_outcome_is_shown_with_its_numbers(stage: Stage) -> None:
    """Every golden that calls for a look has its row, and a page; the unchanged ones are only counted."""
    run = stage.run()
    page = stage.enter().get(f"/runs/{run}").text
    found = stage.found(run)
    for name, each in found.items():
        assert (f'data-entry="{each.id}"' in page) is (name != "goldens/same.png")
    assert "1 golden is unchanged" in page
    menu = stage.client.get(f"/runs/{run}/goldens/menu.png").text
    assert f"/pictures/{run}/{found['goldens/menu.png'].id}/difference" in menu
    assert "120×80" in menu
    assert "No golden yet" in stage.client.get(f"/runs/{run}/goldens/new.png").text
    assert "Not drawn any more" in stage.client.get(f"/runs/{run}/goldens/old.png").text


def test_texts_stand_side_by_side(stage: Stage) -> None:
    """A changed JSON golden shows both versions of its line, with what differs marked."""
    page = stage.enter().get(f"/runs/{stage.run()}/goldens/order.json").text
    assert "<del>1</del>" in page
    assert "<ins>2</ins>" in page
    assert re.search(r"<td[^>]*><span class=.sign", page)


def test_a_removed_text_has_nothing_beside_it(stage: Stage) -> None:
    """Not even an empty line."""
    page = stage.enter().get(f"/runs/{stage.run({'goldens/refund.json': (b'{}', None)})}").text
    assert 'class="gone"' in page
    assert 'class="come"' not in page


def test_what_cannot_be_decided_has_no_buttons(stage: Stage) -> None:
    """An unreadable candidate is shown, with its reason, and never offered for approval."""
    run = stage.run()
    card = stage.found(run)["goldens/torn.png"]
    page = stage.enter().get(f"/runs/{run}/comparisons/{card.id}").text
    assert 'name="opinion" value="approved" aria-pressed' not in page
    assert "nothing to commit here" in page


def test_a_golden_s_link_leads_to_its_card(stage: Stage) -> None:
    """The link in an annotation names a golden; it leads to its page, without scripts too."""
    run = stage.run()
    answer = stage.client.get(link(stage, run, "goldens/menu.png"))
    assert answer.url.path == f"/runs/{run}/goldens/menu.png"
    assert f'data-stage="{stage.found(run)["goldens/menu.png"].id}"' in answer.text
    unknown = stage.client.get(link(stage, run, "goldens/unknown.png"))
    assert (unknown.status_code, unknown.url.path) == (200, f"/runs/{run}")


def test_hostile_names_are_harmless(stage: Stage) -> None:
    """Names with markup, marks that turn the reading direction, quotes, and 400 letters stand as text."""
    nasty = Name("goldens/\"'><script>alert(1)</script>\u202e" + "x" * 400 + "💥.png")
    run = stage.run({nasty: (picture("a"), picture("b"))}, suite="<img src=x onerror=alert(1)>")
    page = stage.enter().get(f"/runs/{run}").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_addresses_from_payloads_become_links_only_when_they_lead_to_the_web(stage: Stage) -> None:
    """A change whose address is a script is named, not linked."""
    run = stage.run()
    assert "ci.example.org" in stage.enter().get(f"/runs/{run}").text
    stage.amend(url="javascript:alert(1)")
    assert "javascript:" not in stage.client.get(f"/runs/{run}").text


def test_on_a_fork_the_command_names_the_commit(stage: Stage) -> None:
    """Its author can push between a look and a word, so the word says what was seen."""
    run = stage.run()
    stage.amend(head_repo="elsewhere")
    page = stage.client.get(link(stage, run, "goldens/cart.png")).text
    assert f"/golddigger approve goldens/cart.png {stage.change.head[:12]}" in page


def test_a_busy_run_shows_how_far_it_is(stage: Stage) -> None:
    """While the goldens are compared the page says how many are done, and asks again by itself."""
    run = stage.queue()
    page = stage.enter().get(f"/runs/{run}").text
    assert "Waiting to be compared" in page
    assert 'http-equiv="refresh"' in page
    with stage.parts.db.begin() as db:
        runs.claim(db, run, now=stage.clock(), until=stage.clock() + timedelta(minutes=5))
        runs.progress(db, run, done=3, total=9)
    state = stage.client.get(f"/runs/{run}/state").json()
    assert state["state"] == "comparing"
    assert "Comparing 3 of 9" in state["summary"]


def test_a_failed_run_says_why(stage: Stage) -> None:
    """The reason stands on the page, and no verdict that could be mistaken for a pass."""
    run = stage.queue()
    with stage.parts.db.begin() as db:
        runs.claim(db, run, now=stage.clock(), until=stage.clock() + timedelta(minutes=5))
        runs.fail(db, run, why="The zip `golddigger` is broken.", now=stage.clock())
    page = stage.enter().get(f"/runs/{run}").text
    assert "The zip <code>golddigger</code> is broken." in page
    assert "Could not compare" in page
    assert "All as in git" not in page


def test_nothing_compared_is_no_success(stage: Stage) -> None:
    """A run that kept no goldens is not called passed."""
    page = stage.enter().get(f"/runs/{stage.run({})}").text
    assert "Nothing to compare" in page
    assert "All as in git" not in page


def test_a_replaced_run_leads_to_the_newest(stage: Stage) -> None:
    """It says so, offers no decision any more, and its link opens the newer run for whoever may see this one."""
    old = stage.run(pipeline="1")
    stage.clock.now += timedelta(minutes=1)
    with stage.parts.db.begin() as db:
        runs.supersede(db, stage.change_id, keep_head=None, now=stage.clock())
    newer = stage.run(pipeline="2")
    page = stage.client.get(link(stage, old)).text
    assert "A newer run replaced this one" in page
    assert 'name="opinion"' not in page
    href = re.search(rf'href="({re.escape(stage.parts.links.run(newer))})"', page)
    assert href is not None
    assert stage.client.get(href[1]).status_code == 200


def test_sibling_runs_are_linked(stage: Stage) -> None:
    """Another pipeline on the same head is one click away."""
    one, two = stage.run(source="unit", pipeline="1"), stage.run(source="browser", pipeline="2")
    page = stage.enter().get(f"/runs/{one}").text
    assert f"/runs/{two}?key=" in page
    assert "CI / browser" in page


def test_an_open_page_asks_only_for_news(stage: Stage) -> None:
    """An unchanged state is answered 304."""
    run = stage.run()
    first = stage.enter().get(f"/runs/{run}/state")
    again = stage.client.get(f"/runs/{run}/state", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)


def test_the_start_lists_what_one_may_see(stage: Stage) -> None:
    """Nothing for a stranger but how to get in; for a visitor the opened runs; for the operator all."""
    one, two = stage.run(source="unit", pipeline="1"), stage.run(source="browser", pipeline="2")
    assert "How to get in" in stage.client.get("/").text
    stage.client.get(link(stage, one))
    listed = stage.client.get("/").text
    assert (f"/runs/{one}" in listed, f"/runs/{two}" in listed) == (True, False)
    listed = stage.enter().get("/").text
    assert (f"/runs/{one}" in listed, f"/runs/{two}" in listed) == (True, True)


def test_many_runs_are_paged(stage: Stage) -> None:
    """Fifty stand on a page; the rest follow, each once."""
    made = set()
    for number in range(55):
        stage.clock.now += timedelta(seconds=1)
        made.add(stage.queue(pipeline=str(number)))
    first = stage.enter().get("/").text
    more = re.search(r'href="(/\?before=[^"]+)"', first)
    assert more is not None
    second = stage.client.get(more[1]).text
    listed = [re.findall(r'href="/runs/([^"]+)"', page) for page in (first, second)]
    assert [len(each) for each in listed] == [50, 5]
    assert {*listed[0], *listed[1]} == made


def test_a_removed_run_s_link_is_forgotten(stage: Stage) -> None:
    """A session that remembers a run which is no more still lists the others."""
    run = stage.run()
    stage.client.get(link(stage, "deleted-since"))
    stage.client.get(link(stage, run))
    assert f"/runs/{run}" in stage.client.get("/").text


def test_a_run_leads_to_its_repository_for_those_who_may_see_it(stage: Stage) -> None:
    """Whoever has nothing but the link to the run is not led where they may not go."""
    run = stage.run()
    repo = stage.change.repo
    home = f'href="/r/{repo.host}/{repo.path}"'
    assert home not in stage.client.get(link(stage, run)).text
    assert home in stage.enter().get(f"/runs/{run}").text
