"""The list of a run: in pieces, by suite and by the same change, and found by name, state and outcome."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest

from app.web import lists
from diffing.words import Comparison, Difference, Digest, Kind, Name, Outcome, Size
from storage import forgotten, runs
from tests.app.web.stage import Stage, picture
from tests.app.web.test_decisions import csrf, fields

pytestmark = pytest.mark.slow

ROW = re.compile(r'data-entry="(\d+)"')
PAIR = (picture("a"), picture("b"))


def changed(name: str, *, suite: str = "shop", alike: str = "") -> Comparison:
    """Make a changed golden of this form, without drawing it."""
    found = Difference(
        outcome=Outcome.CHANGED, kind=Kind.CONTENT, fingerprint=alike, pixels=7, golden_size=Size(9, 9),
        candidate_size=Size(9, 9),
    )  # fmt: skip
    digest = Digest(f"{sum(name.encode()):064x}")
    return Comparison(
        id="",
        suite=suite,
        name=Name(name),
        outcome=Outcome.CHANGED,
        golden=digest,
        candidate=digest,
        difference=found,
    )


def conclude(stage: Stage, found: Sequence[Comparison]) -> str:
    """Make a run that found this."""
    run, now = stage.queue(), stage.clock()
    with stage.parts.db.begin() as db:
        assert runs.claim(db, run, now=now, until=now + timedelta(minutes=5))
        runs.conclude(db, run, kept=True, notes=[], comparisons=found, globs={"shop": ("**",)}, now=now)
    return run


def link(page: str, which: str) -> str:
    """Give the address of the piece before or after this one."""
    found = re.search(rf'href="([^"]+)" data-{which}', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


def names(page: str) -> list[str]:
    """Give what the rows' titles say."""
    return re.findall(r'<a href="[^"]+" title="([^"]+)"', page)


def test_a_large_run_comes_in_pieces(stage: Stage) -> None:
    """A hundred rows on a page; *More* leads on and *Earlier* back, each golden once, without scripts too."""
    run = conclude(stage, [changed(f"goldens/{number:03}.png") for number in range(250)])
    first = stage.enter().get(f"/runs/{run}").text
    second = stage.client.get(link(first, "more")).text
    third = stage.client.get(link(second, "more")).text
    assert [len(names(each)) for each in (first, second, third)] == [100, 100, 50]
    assert len({*names(first), *names(second), *names(third)}) == 250
    assert "data-more" not in third
    assert "data-earlier" not in first
    assert names(stage.client.get(link(third, "earlier")).text) == names(second)


def test_a_piece_comes_alone_to_a_script(stage: Stage) -> None:
    """The same rows, and nothing around them."""
    run = conclude(stage, [changed(f"goldens/{number:03}.png") for number in range(150)])
    piece = stage.enter().get(f"/runs/{run}/list?after=100").text
    assert len(names(piece)) == 50
    assert "<html" not in piece


def test_the_page_of_one_golden_has_its_piece_of_the_list(stage: Stage) -> None:
    """However far down it is, its row is there, and marked as the one that is shown."""
    run = conclude(stage, [changed(f"goldens/{number:03}.png") for number in range(250)])
    page = stage.enter().get(f"/runs/{run}/goldens/201.png").text
    assert re.search(r'title="goldens/201.png" aria-current="true"', page)
    assert len(names(page)) == 50


def test_suites_and_the_same_change_have_heads(stage: Stage) -> None:
    """Each with how many it has, and a form that decides on what is open of it."""
    run = conclude(
        stage,
        [
            *(changed(f"goldens/{letter}.png", alike="f") for letter in "abc"),
            changed("goldens/alone.png", alike="g"),
            changed("site/a.png", suite="site", alike="f"),
        ],
    )
    page = stage.enter().get(f"/runs/{run}").text
    assert re.findall(r"<h2><bdi>(\w+)</bdi> <span>(\d)</span>", page) == [("shop", "4"), ("site", "1")]
    assert re.findall(r"<h3>([^<]+) <span>(\d)</span>", page) == [("The same change: other content", "3")]
    assert page.count('name="alike" value="f"') == 1
    assert page.count('data-act="all"') == 4  # two suites, one group, and everything


def test_a_group_is_decided_at_once_and_nothing_else(stage: Stage) -> None:
    """What is open of the same change in that suite; what somebody said of one of them stays."""
    run = conclude(
        stage,
        [
            *(changed(f"goldens/{letter}.png", alike="f") for letter in "abc"),
            changed("goldens/alone.png", alike="g"),
            changed("site/a.png", suite="site", alike="f"),
        ],
    )
    cards = stage.found(run)
    stage.enter().post(
        f"/runs/{run}/decisions", data=fields(stage.client, run, cards["goldens/b.png"], "rejected")
    )
    group = {"csrf": csrf(stage.client, run), "all": "1", "suite": "shop", "alike": "f", "opinion": "approved"}
    answer = stage.client.post(f"/runs/{run}/decisions", json=group, headers={"accept": "application/json"})
    said = {name: answer.json()["opinions"].get(each.id, ["", ""])[0] for name, each in cards.items()}
    assert said == {
        "goldens/a.png": "approved",
        "goldens/b.png": "rejected",
        "goldens/c.png": "approved",
        "goldens/alone.png": "",
        "site/a.png": "",
    }
    assert stage.client.post(f"/runs/{run}/decisions", data=group).status_code == 409


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=MENU", ["goldens/menu.png"]),
        ("q=goldens/", None),
        ("q=%25", []),
        ("q=_", []),
        ("outcome=added", ["goldens/new.png"]),
        ("outcome=unreadable", ["goldens/torn.png"]),
        ("state=approved", ["goldens/cart.png"]),
        ("state=rejected", []),
        ("state=open&outcome=changed", ["goldens/menu.png", "goldens/order.json"]),
        ("state=nonsense&outcome=same&q=", None),
        ("after=nonsense&before=-3", None),
    ],
)
def test_the_list_is_searched_and_sifted(stage: Stage, query: str, found: list[str] | None) -> None:
    """By name, state and outcome, on the server; what means nothing leaves nothing out."""
    run = stage.run()
    card = stage.found(run)["goldens/cart.png"]
    stage.enter().post(f"/runs/{run}/decisions", data=fields(stage.client, run, card, "approved"))
    page = stage.client.get(f"/runs/{run}?{query}").text
    assert sorted(names(page)) == (
        found if found is not None else sorted(set(stage.found(run)) - {"goldens/same.png"})
    )
    if found == []:
        assert "No golden is like this." in page
    elif found:
        assert f"{len(found)} of 6" in page


def test_a_search_goes_on_in_the_next_piece(stage: Stage) -> None:
    """The address of the next piece keeps what was asked for; rows that were not loaded are found."""
    run = conclude(stage, [changed(f"goldens/{number:03}{'x' * (number % 2)}.png") for number in range(300)])
    first = stage.enter().get(f"/runs/{run}?q=x").text
    second = stage.client.get(link(first, "more")).text
    assert (len(names(first)), len(names(second))) == (100, 50)
    assert all("x" in name for name in names(second))
    assert "150 of 300" in second


@pytest.mark.parametrize(
    "name",
    [
        "goldens/a b.png",
        "goldens/a?b#c 100%.png",
        "goldens/💥.png",
        "goldens/\u202ea.png",
        'goldens/"<b>.png',
        "a" * 400,
    ],
)
def test_a_golden_has_an_address_by_its_name(stage: Stage, name: str) -> None:
    """Whatever it is called, its row's link leads to its page."""
    run = stage.run({name: PAIR})
    page = stage.enter().get(f"/runs/{run}").text
    address = f"/runs/{run}/{quote(name)}"
    assert f'<a href="{address}"' in page
    assert f'data-stage="{stage.found(run)[name].id}"' in stage.client.get(address).text


@pytest.mark.parametrize(
    "name", ["state", "list", "events", "comparisons/1", "a/../b.png", "/a.png", "a//b.png", "./a"]
)
def test_a_name_that_cannot_stand_in_an_address_is_reached_by_number(stage: Stage, name: str) -> None:
    """Other pages have that address, or browsers would shorten it."""
    run = stage.run({name: PAIR})
    each = stage.found(run)[name]
    page = stage.enter().get(f"/runs/{run}").text
    assert f'href="/runs/{run}/comparisons/{each.id}"' in page
    assert f'data-stage="{each.id}"' in stage.client.get(f"/runs/{run}/comparisons/{each.id}").text


def test_a_name_of_two_suites_leads_to_the_first_and_links_the_other(stage: Stage) -> None:
    """Nothing is guessed silently: the page says that there is another, each way."""
    run = conclude(stage, [changed("goldens/a.png"), changed("goldens/a.png", suite="site")])
    page = stage.enter().get(f"/runs/{run}/goldens/a.png").text
    assert re.search(r'in another suite too: <a href="/runs/[^"]+/comparisons/2"><bdi>site</bdi>', page)
    other = stage.client.get(f"/runs/{run}/comparisons/2").text
    assert f'href="/runs/{run}/goldens/a.png"><bdi>shop</bdi>' in other
    assert 'data-stage="2"' in other


def test_what_is_not_in_the_run_is_not_found(stage: Stage) -> None:
    """A name, a number, an unchanged golden: 404 with a way home."""
    run = stage.run()
    same = stage.found(run)["goldens/same.png"]
    stage.enter()
    for path in (
        "goldens/unknown.png",
        "goldens/same.png",
        f"comparisons/{same.id}",
        "comparisons/999",
        "%00",
        "..%2f",
    ):
        answer = stage.client.get(f"/runs/{run}/{path}")
        assert answer.status_code == 404, path
        assert 'href="/"' in answer.text


def test_a_stage_comes_alone_to_a_script(stage: Stage) -> None:
    """One comparison, with the form that decides on it and the very candidate that is shown."""
    run = stage.run()
    each = stage.found(run)["goldens/cart.png"]
    answer = stage.enter().get(f"/runs/{run}/comparisons/{each.id}/stage").text
    assert answer.lstrip().startswith("<article")
    assert f'name="candidate" value="{each.candidate}"' in answer
    assert stage.client.get(f"/runs/{run}/comparisons/999/stage").status_code == 404


def test_what_was_deleted_has_no_small_picture(stage: Stage) -> None:
    """Nor is what stood before it shown: there is the file name's ending, and the stage says since when."""
    run = stage.run(
        {"goldens/a.png": PAIR, "goldens/b.png": (picture("c"), picture("d")), "goldens/c.json": (b"1", b"2")}
    )
    found = stage.found(run)
    gone = [found[name].candidate for name in ("goldens/a.png", "goldens/c.json")]
    forgotten.forget(stage.parts.db, stage.parts.blobs, [each for each in gone if each], now=stage.clock())
    page = stage.enter().get(f"/runs/{run}").text
    assert f"/pictures/{found['goldens/b.png'].candidate}/thumbnail" in page
    for digest in (found["goldens/a.png"].candidate, found["goldens/a.png"].golden):
        assert f"/pictures/{digest}/thumbnail" not in page
    for name in ("goldens/a.png", "goldens/c.json"):
        assert "eleted on 21 Nov" in stage.client.get(f"/runs/{run}/{name}").text


def test_unchanged_goldens_are_counted_and_not_all_named(stage: Stage) -> None:
    """A run may have fifty thousand of them."""
    same = [
        replace(changed(f"goldens/{number:03}.png"), outcome=Outcome.SAME, difference=None)
        for number in range(250)
    ]
    page = stage.enter().get(f"/runs/{conclude(stage, [changed('goldens/x.png'), *same])}").text
    assert "250 goldens are unchanged" in page
    assert "And 50 more." in page


def test_sections_of_a_page_without_a_server_are_a_list_too(stage: Stage) -> None:
    """Each begins with its title, and each row leads to its stage in the page."""
    run = stage.run()
    with stage.parts.reading() as db:
        cards = [entry.card for entry in lists.piece(db, runs.get(db, run), lists.asked({})).entries]
    listed = lists.of_sections(
        [("Changed", cards[:2]), ("Added", cards[2:3])], lambda card: f"files/{card.id}.png"
    )
    assert [entry.suite.title if entry.suite else "" for entry in listed.entries] == ["Changed", "", "Added"]
    assert [entry.href for entry in listed.entries] == [f"#c-{card.id}" for card in cards[:3]]
    assert (listed.count, listed.more, listed.earlier) == (3, "", "")
