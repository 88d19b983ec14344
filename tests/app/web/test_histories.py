"""The history of one golden: what it looked like, who decided, what was committed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.web import histories
from diffing.words import Digest, Name, Opinion
from storage import approvals, forgotten, repos
from storage.approvals import File
from tests.app.web.stage import SHOP, Drawn, Stage, picture
from tests.app.web.test_index import leads, listed, say
from tests.app.web.test_runs import link

pytestmark = pytest.mark.slow

CART = "goldens/cart.png"


def cart(price: int) -> Drawn:
    """Draw the cart with a price."""
    return {CART: (picture("Checkout"), picture(f"Pay ${price}"))}


def address(stage: Stage, name: str = CART) -> str:
    """Give the address of a golden's history."""
    with stage.parts.db.begin() as db:
        [repo] = repos.named(db, "local", "shop")
    return f"/goldens/{repo.id}/{name}"


def stages(page: str) -> list[str]:
    """Give the runs to whose stages a page leads, in order."""
    return re.findall(r'class="whole" href="/runs/([^/"]+)/comparisons/\d+"', page)


def test_a_history_shows_each_run_in_which_it_changed(stage: Stage) -> None:
    """Newest first, with both pictures as they were, small, leading to the run's stage."""
    old, same = stage.run(cart(1), pipeline="1"), {CART: (picture("Checkout"), picture("Checkout"))}
    stage.run(same, pipeline="2")
    new = stage.run(cart(3), pipeline="3")
    page = stage.enter().get(address(stage)).text
    assert stages(page) == [new, old]
    assert "changed in <b>2</b> of 3 runs" in page
    for run in (old, new):
        found = stage.found(run)[CART]
        for digest in (found.golden, found.candidate):
            assert f'src="/pictures/{digest}/thumbnail?run={run}"' in page
        assert stage.client.get(f"/runs/{run}/comparisons/{found.id}").status_code == 200
        assert stage.client.get(f"/pictures/{found.golden}/thumbnail?run={run}").status_code == 200


def test_each_decision_stands_where_it_was_made(stage: Stage) -> None:
    """Who, by which door and when; also one that was taken back."""
    old = stage.run(cart(1), pipeline="1")
    stage.run(cart(2), pipeline="2")
    say(stage, old, Opinion.REJECTED)
    stage.clock.now += timedelta(hours=2)
    say(stage, old, Opinion.WITHDRAWN)
    page = stage.enter().get(address(stage)).text
    newer, older = page.split('class="whole"')[1:]
    assert "Nobody decided on it here." in newer
    assert re.search(r"<b>Rejected</b> by <bdi>ann</bdi>\s+on the page .*21 Nov 2026, 09:00 UTC", older)
    assert re.search(r"<b>Withdrawn</b> by <bdi>ann</bdi>\s+on the page .*21 Nov 2026, 11:00 UTC", older)


def test_a_commit_stands_with_the_pictures_it_carried(stage: Stage) -> None:
    """Its link, and who asked for it; not one of the same run that carried other goldens."""
    run = stage.run({**cart(1), "goldens/menu.png": SHOP["goldens/menu.png"]})
    _commit(stage, run, CART, "abcdef1234567", "https://forge.example.org/abcdef1")
    page = stage.enter().get(address(stage)).text
    assert '<b>Committed</b> as <a href="https://forge.example.org/abcdef1"' in page
    assert "abcdef1</code>" in page
    assert "<b>Committed</b>" not in stage.client.get(address(stage, "goldens/menu.png")).text


def test_a_commit_s_address_becomes_a_link_only_when_it_leads_to_the_web(stage: Stage) -> None:
    """It is told, not linked, where it is a script."""
    run = stage.run(cart(1))
    _commit(stage, run, CART, "abcdef1234567", "javascript:alert(1)")
    stage.amend(url="javascript:alert(2)", number="12")
    page = stage.enter().get(address(stage)).text
    assert "abcdef1</code>" in page
    assert "javascript:" not in page


def test_a_deleted_picture_says_since_when(stage: Stage) -> None:
    """A quiet word in place of a broken picture; the other one is still shown."""
    run = stage.run(cart(1))
    found = stage.found(run)[CART]
    assert found.candidate is not None
    forgotten.forget(stage.parts.db, stage.parts.blobs, [found.candidate], now=stage.clock())
    page = stage.enter().get(address(stage)).text
    assert "Deleted on 21 November 2026" in page
    assert f"/pictures/{found.candidate}" not in page
    assert f"/pictures/{found.golden}/thumbnail" in page


def test_what_has_one_side_only_says_so(stage: Stage) -> None:
    """Added, removed, or not to be read."""
    stage.run()
    stage.enter()
    assert "No golden yet" in stage.client.get(address(stage, "goldens/new.png")).text
    assert "Not drawn any more" in stage.client.get(address(stage, "goldens/old.png")).text
    assert "Unreadable" in stage.client.get(address(stage, "goldens/torn.png")).text
    assert 'class="pair"' not in stage.client.get(address(stage, "goldens/order.json")).text


def test_a_golden_that_never_changed_says_so(stage: Stage) -> None:
    """It was compared, so it has a history, if a quiet one."""
    stage.run()
    page = stage.enter().get(address(stage, "goldens/same.png")).text
    assert "as in git in every run" in page
    assert "changed in <b>0</b> of 1 run<" in page


def test_a_history_is_paged_both_ways(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run once, and back again."""
    monkeypatch.setattr(histories, "A_PAGE", 2)
    made = [stage.run(cart(number), pipeline=str(number)) for number in range(5)][::-1]
    first = stage.enter().get(address(stage)).text
    second = stage.client.get(leads(first, "Older")).text
    third = stage.client.get(leads(second, "Older")).text
    assert stages(first) + stages(second) + stages(third) == made
    assert leads(third, "Older") == leads(first, "Newer") == ""
    back = stage.client.get(leads(third, "Newer")).text
    assert stages(back) == stages(second)
    assert stages(stage.client.get(leads(back, "Newer")).text) == stages(first)
    assert stages(stage.client.get(leads(third, "Newest")).text) == stages(first)
    assert "There is nothing beyond." in stage.client.get(f"{address(stage)}?before=1").text


def test_with_a_run_s_link_one_sees_of_a_history_what_lies_in_it(stage: Stage) -> None:
    """The page says that this is not all; what lies in other runs is not told, not even in numbers."""
    old, new = stage.run(cart(1), pipeline="1"), stage.run(cart(2), pipeline="2")
    say(stage, new, Opinion.APPROVED)
    stage.client.get(link(stage, old))
    page = stage.client.get(address(stage)).text
    assert stages(page) == [old]
    assert "Only the runs whose links you opened are shown." in page
    assert "changed in <b>1</b> of 1 run<" in page
    assert new not in page
    assert "Approved" not in page
    assert "/r/local" not in page


def test_what_may_not_be_seen_answers_like_what_is_not_there(stage: Stage) -> None:
    """A stranger learns nothing of a golden, nor does a visitor of one that their run does not have."""
    opened = stage.run(cart(1), pipeline="1")
    stage.run(pipeline="2")
    stranger = stage.browser()
    answers = [stranger.get(address(stage)), stranger.get("/goldens/99/goldens/cart.png")]
    stage.client.get(link(stage, opened))
    answers += [stage.client.get(address(stage, "goldens/menu.png")), stage.client.get(address(stage, "none"))]
    assert [each.status_code for each in answers] == [404] * 4


@pytest.mark.parametrize(
    "place",
    ["0/x", "1/", "1", "", "x/y", "-1/y", "9999999999/y", "9" * 5000 + "/y", "1/%00", "1/" + "x" * 9000, "1/%FF"],
)
def test_odd_addresses_lead_home(stage: Stage, place: str) -> None:
    """A page that says that nothing is there, with a way home, and no failure of ours."""
    stage.run()
    answer = stage.enter().get(f"/goldens/{place}")
    assert answer.status_code == 404
    assert 'href="/">Back to the start' in answer.text


def test_a_hostile_name_has_a_history(stage: Stage) -> None:
    """Its address leads there from the list, and it stands as text."""
    nasty = "goldens/#?& 100%\"'><script>alert(1)</script>\u202e" + "x" * 300 + "💥.png"
    stage.run({nasty: (picture("a"), picture("b"))})
    listed_page = stage.enter().get("/r/local/shop?view=goldens").text
    href = re.search(r'class="whole" href="(/goldens/[^"]+)"', listed_page)
    assert href is not None
    page = stage.client.get(href[1])
    assert page.status_code == 200
    assert "<script>alert" not in page.text + listed_page
    assert "&lt;script&gt;" in page.text


def test_where_a_run_is_shown_its_golden_s_history_is_a_link_away(stage: Stage) -> None:
    """From the stage to the history and back."""
    run = stage.run(cart(1))
    shown = stage.enter().get(f"/runs/{run}/comparisons/{stage.found(run)[CART].id}").text
    assert f'href="{address(stage)}"' in shown
    assert listed(stage.client.get(address(stage)).text) == [f"{run}/comparisons/{stage.found(run)[CART].id}"]


def _commit(stage: Stage, run: str, name: str, commit: str, url: str) -> None:
    each = stage.found(run)[name]
    file = File(name=Name(name), candidate=Digest(each.candidate or ""), golden_blob=None, suite="shop")
    change, now = stage.change, stage.clock()
    with stage.parts.db.begin() as db:
        approvals.request(
            db,
            change_id=stage.change_id,
            run_id=run,
            head=change.head,
            base=change.base,
            files=[file],
            who="ann",
            comment_id=None,
            now=now,
        )
        [claimed] = approvals.claim(db, stage.change_id, batch="b", now=now, until=now + timedelta(minutes=1))
        approvals.commit(db, [claimed.id], commit=commit, url=url, beside="")
