"""The list of runs: what one may see of it, how it is searched and paged, and where it stops."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from app.web import walks
from app.web.walks import A_PAGE, MOST_ASKED
from bots.forge import Permission, Repo, User
from bots.local.forge import Local
from diffing.words import Decision, Opinion, Unavailable
from storage import changes, decisions, repos
from tests.app.web.stage import SHOP, Stage, picture
from tests.app.web.test_runs import link
from tests.app.web.test_sight import sign_in
from tests.app.web.test_signin import Hub

pytestmark = pytest.mark.slow

CHANGED = {"goldens/cart.png": SHOP["goldens/cart.png"]}
SAME = {"goldens/same.png": SHOP["goldens/same.png"]}


def listed(page: str) -> list[str]:
    """Give the runs on a page, in order."""
    return re.findall(r'class="whole" href="/runs/([^"]+)"', page)


def leads(page: str, where: str) -> str:
    """Give the address behind a word of the paging; empty where it is not there."""
    found = re.search(rf'href="([^"]+)">[^<]*(?:<span[^>]*>[^<]*</span>)?\s*{where}', page)
    return unescape(found[1]) if found else ""


def many(stage: Stage, number: int) -> list[str]:
    """Queue runs, a second apart; give them newest first."""
    made = []
    for pipeline in range(number):
        stage.clock.now += timedelta(seconds=1)
        made.append(stage.queue(pipeline=str(pipeline)))
    return made[::-1]


def say(stage: Stage, run: str, opinion: Opinion) -> None:
    """Decide on all that a run found."""
    rows = [
        Decision(name=each.name, candidate=each.candidate, opinion=opinion, who="ann")
        for each in stage.found(run).values()
        if each.decidable
    ]
    with stage.parts.db.begin() as db:
        decisions.add(
            db,
            change_id=stage.change_id,
            run_id=run,
            head=stage.change.head,
            rows=rows,
            via="page",
            granted="",
            act="1",
            now=stage.clock(),
        )


def elsewhere(stage: Stage, number: int, *, host: str = "elsewhere") -> list[str]:
    """Make runs of as many other repositories; give them newest first."""
    made = []
    change, change_id = stage.change, stage.change_id
    for each in range(number):
        stage.clock.now += timedelta(seconds=1)
        with stage.parts.db.begin() as db:
            said = {"host": host, "forge_id": str(each), "path": f"acme/repo-{each}", "tenant": "7"}
            shop = repos.upsert(db, **said, private=True)
            stage.change_id = _change(stage, db, shop)
        made.append(stage.queue(pipeline="1"))
    stage.change, stage.change_id = change, change_id
    return made[::-1]


def _change(stage: Stage, db: Connection, repo_id: int) -> int:
    each = stage.change
    return changes.upsert(
        db,
        repo_id,
        number="1",
        title="Elsewhere",
        author="ann",
        url="",
        branch="elsewhere",
        head=each.head,
        head_repo="1",
        head_path="o/r",
        base_branch="main",
        base=each.base,
        open=True,
    )


def test_a_line_says_what_a_run_is(stage: Stage) -> None:
    """Its change, repository, branch, commit and pipeline, what was found and what follows; it leads there."""
    run = stage.run()
    page = stage.enter().get("/").text
    assert listed(page) == [run]
    for words in ("Redesign the shop", "redesign", stage.change.head[:7], "CI / ci", "Awaits a decision"):
        assert words in page
    assert 'href="/r/local/shop"' in page
    assert re.search(r"<b>3</b> changed", page)


def test_every_run_is_found_in_pages_both_ways(stage: Stage) -> None:
    """Older and older to the end, and back again, each run once; the search goes along."""
    made = many(stage, 2 * A_PAGE + 5)
    first = stage.enter().get("/?q=redesign").text
    second = stage.client.get(leads(first, "Older")).text
    third = stage.client.get(leads(second, "Older")).text
    assert listed(first) + listed(second) + listed(third) == made
    assert leads(third, "Older") == leads(first, "Newer") == leads(first, "Newest") == ""
    assert "q=redesign" in leads(second, "Older")
    assert listed(stage.client.get(leads(third, "Newer")).text) == listed(second)
    assert listed(stage.client.get(leads(second, "Newer")).text) == listed(first)
    assert stage.client.get(leads(third, "Newest")).text == first


def test_the_first_page_is_whole_when_one_comes_back_to_it(stage: Stage) -> None:
    """Although fewer runs than a page are newer than where one was."""
    made = many(stage, A_PAGE + 5)
    first = stage.enter().get("/").text
    second = stage.client.get(leads(first, "Older")).text
    for pipeline in ("x", "y"):
        stage.clock.now += timedelta(seconds=1)
        made.insert(0, stage.queue(pipeline=pipeline))
    assert listed(stage.client.get(leads(second, "Newer")).text) == made[2 : A_PAGE + 2]
    stage.clock.now += timedelta(seconds=1)
    assert leads(stage.client.get(leads(second, "Newer")).text, "Newer")


@pytest.mark.parametrize(
    "place", ["before=x", "before=1.", "after=9.9.9", "before=1234567890123456789.a", "after="]
)
def test_a_cut_address_begins_at_the_newest(stage: Stage, place: str) -> None:
    """What means nothing is left out."""
    run = stage.run()
    assert listed(stage.enter().get(f"/?{place}").text) == [run]


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("q=SHOP", True),
        ("q=Redesign+shop", True),
        ("q=nothing", False),
        ("golden=cart", True),
        ("golden=same", False),
        ("golden=SHOP", True),
        ("golden=%25", False),
        ("verdict=pending", True),
        ("verdict=passed", False),
        ("verdict=made-up", True),
        ("q=shop&golden=cart&verdict=pending", True),
        ("q=%00", False),
        ("q=" + "x" * 5000, False),
    ],
)
def test_runs_are_found_by_words(stage: Stage, query: str, fits: bool) -> None:
    """Of the repository, the branch, the change, a golden that was not as in git, a suite, and by verdict."""
    run = stage.run()
    page = stage.enter().get(f"/?{query}")
    assert page.status_code == (404 if "%00" in query else 200)
    assert listed(page.text) == ([run] if fits else [])


def test_a_verdict_is_found_as_it_follows_now(stage: Stage) -> None:
    """Nothing is stored, so each decision moves its run at once; what was not compared has no verdict."""
    queued, changed, same, nothing = (
        stage.queue(pipeline="1"),
        stage.run(CHANGED, pipeline="2"),
        stage.run(SAME, pipeline="3"),
        stage.run({}, pipeline="4"),
    )

    def fitting(verdict: str) -> list[str]:
        return listed(stage.client.get(f"/?verdict={verdict}").text)

    assert set(listed(stage.enter().get("/").text)) == {queued, changed, same, nothing}
    assert (fitting("pending"), fitting("passed")) == ([changed], [same])
    say(stage, changed, Opinion.APPROVED)
    assert (fitting("pending"), fitting("approved"), fitting("rejected")) == ([], [changed], [])
    say(stage, changed, Opinion.REJECTED)
    assert (fitting("approved"), fitting("rejected")) == ([], [changed])
    say(stage, changed, Opinion.WITHDRAWN)
    assert fitting("pending") == [changed]


def test_the_search_stays_in_its_fields(stage: Stage) -> None:
    """As it was written, and harmlessly; it is cleared by one link."""
    stage.run()
    page = stage.enter().get("/?q=%22%3E%3Cscript%3E&golden=cart&verdict=rejected").text
    assert "<script>" not in page
    assert 'value="&#34;&gt;&lt;script&gt;"' in page
    assert '<option value="rejected" selected>' in page
    assert "No run fits." in page
    assert 'href="/">Clear</a>' in page


def test_a_visitor_finds_the_runs_whose_links_they_had(stage: Stage) -> None:
    """Newest first, searchable as all others, and no page of a repository that is not theirs to see."""
    one, two, three = (stage.run(pipeline=each) for each in "123")
    for run in (one, two):
        stage.client.get(link(stage, run))
    page = stage.client.get("/?q=redesign").text
    assert set(listed(page)) == {one, two}
    assert three not in page
    assert "/r/local" not in page


def test_a_stranger_who_searches_finds_nothing(stage: Stage) -> None:
    """And no hint whether there is something."""
    stage.run()
    assert listed(stage.client.get("/?q=shop").text) == []
    assert "How to get in" in stage.client.get("/").text


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have the forge let people see every second repository; give of which it was asked."""
    asked: list[str] = []

    def may_see(_forge: Local, repo: Repo, _who: User | None) -> Permission:
        asked.append(repo.path)
        return Permission(repo.path.endswith(("0", "2", "4", "6", "8")), "it is an even one")

    monkeypatch.setattr(Local, "may_see", may_see)
    return asked


@pytest.fixture
def reader(make_stage: Callable[..., Stage]) -> tuple[Stage, TestClient]:
    """A site, and the browser of somebody who signed in there."""
    hub = Hub()
    stage = make_stage(identities={"hub": hub})
    return stage, sign_in(stage, hub)


def test_the_forge_is_asked_about_each_repository_once(reader: tuple[Stage, TestClient], asked: list[str]) -> None:
    """What it does not show is not on the page, however many runs lie between."""
    stage, client = reader
    made = elsewhere(stage, 12, host="local")
    page = client.get("/").text
    assert listed(page) == made[1::2]
    assert sorted(asked) == sorted({f"acme/repo-{each}" for each in range(12)})
    assert 'href="/r/local/acme/repo-10"' in page


def test_a_page_stops_where_too_many_repositories_would_be_asked_about(
    reader: tuple[Stage, TestClient], asked: list[str]
) -> None:
    """It says so, and goes on from there; in the end everything was found once."""
    stage, client = reader
    made = elsewhere(stage, MOST_ASKED + 8, host="local")
    first = client.get("/").text
    assert f"more than {MOST_ASKED} repositories" in first
    assert len(asked) == MOST_ASKED
    second = client.get(leads(first, "Look further")).text
    assert "Look further" not in second
    assert listed(first) + listed(second) == made[1::2]
    back = client.get(leads(second, "Newer")).text
    assert listed(back) == listed(first)


def test_a_forge_that_is_down_hides_runs_and_it_is_said(
    reader: tuple[Stage, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is let in because a forge does not answer, and nobody is left to think that there is nothing."""

    def may_see(_forge: Local, _repo: Repo, _who: User | None) -> Permission:
        raise Unavailable("The forge does not answer.")

    stage, client = reader
    opened, hidden = stage.run(pipeline="1"), stage.run(pipeline="2")
    monkeypatch.setattr(Local, "may_see", may_see)
    client.get(link(stage, opened))
    page = client.get("/").text
    assert listed(page) == [opened]
    assert hidden not in page
    assert "The forge does not answer. Runs that you may see may be missing here" in page


def test_private_repositories_of_other_hosts_are_not_even_asked_about(
    reader: tuple[Stage, TestClient], asked: list[str]
) -> None:
    """Who is nobody there cannot see them."""
    stage, client = reader
    elsewhere(stage, 3)
    assert listed(client.get("/?q=acme").text) == []
    assert asked == []


def test_a_page_stops_where_too_much_would_be_counted(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict that nothing has is not looked for through all that ever was: a page says how far it looked."""
    monkeypatch.setattr(walks, "_MOST_COUNTED", 0)
    monkeypatch.setattr(walks, "_AT_ONCE", 2)
    made = [stage.run(CHANGED if each == "0" else SAME, pipeline=each) for each in "01234"]
    page = stage.enter().get("/?verdict=pending").text
    assert "has to be looked through" in page
    for _ in made:
        if listed(page):
            break
        page = stage.client.get(leads(page, "Look further")).text
    assert listed(page) == [made[0]]


def test_names_are_harmless_and_wrap(stage: Stage) -> None:
    """Markup, marks that turn the direction, and 400 letters stand as text in an element of their own."""
    stage.run({"goldens/a.png": (picture("a"), picture("b"))})
    stage.amend(title='<img src=x onerror="alert(1)">\u202e' + "x" * 400)
    page = stage.enter().get("/").text
    assert "<img src=x" not in page
    assert "<bdi>&lt;img src=x onerror=&#34;alert(1)&#34;&gt;\u202exxx" in page
