"""The pages of one repository: its runs and its goldens, for whom it may be seen."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from app.web import repositories, walks
from storage import repos
from tests.app.web.stage import SHOP, Stage, picture
from tests.app.web.test_index import elsewhere, leads, listed, many
from tests.app.web.test_runs import link

pytestmark = pytest.mark.slow

HOME = "/r/local/shop"


def goldens(page: str) -> list[str]:
    """Give the goldens on a page, in order, as they are called in their addresses."""
    return re.findall(r'class="whole" href="/goldens/\d+/([^"]+)"', page)


def test_a_repository_has_its_own_runs(stage: Stage) -> None:
    """And none of another's; it is named with its host, and its goldens are one tab away."""
    run = stage.run()
    elsewhere(stage, 2)
    page = stage.enter().get(HOME).text
    assert listed(page) == [run]
    assert "local" in page
    assert f'href="{HOME}?view=goldens"' in page
    assert f'href="{HOME}" aria-current="page"' in page


def test_its_runs_are_searched_and_paged(stage: Stage) -> None:
    """As the list of all is, under the repository's own address."""
    made = many(stage, walks.A_PAGE + 5)
    first = stage.enter().get(f"{HOME}?q=redesign").text
    older = leads(first, "Older")
    assert older.startswith(f"{HOME}?q=redesign&before=")
    assert listed(first) + listed(stage.client.get(older).text) == made
    assert "No run fits." in stage.client.get(f"{HOME}?verdict=passed").text


def test_the_previous_runs_are_kept_and_seen(stage: Stage) -> None:
    """A replaced run stands in the list and says that it was."""
    old, new = stage.run(pipeline="1"), stage.run(pipeline="2")
    stage.amend(head="e" * 40)
    page = stage.enter().get(HOME).text
    assert set(listed(page)) == {old, new}


@pytest.mark.parametrize("view", ["", "?view=goldens", "?verdict=pending"])
def test_what_may_not_be_seen_answers_like_what_is_not_there(stage: Stage, view: str) -> None:
    """To the letter, whoever asks: nobody learns that a repository exists, even with the link of a run of it."""
    run = stage.run()
    stage.client.get(link(stage, run))
    hidden = stage.client.get(HOME + view)
    nothing = stage.client.get(f"/r/local/shup{view}")
    assert (hidden.status_code, nothing.status_code) == (404, 404)
    assert hidden.text.replace("shop", "shup") == nothing.text


@pytest.mark.parametrize(
    "address",
    ["/r", "/r/", "/r/local", "/r/local/", "/r/local/shop/", "/r/local//shop", "/r/LOCAL/shop", "/r/%00/x"],
)
def test_odd_addresses_lead_home(stage: Stage, address: str) -> None:
    """A page that says that nothing is there, with a way home."""
    stage.run()
    answer = stage.enter().get(address)
    assert answer.status_code == 404
    assert 'href="/">Back to the start' in answer.text


def test_a_public_repository_is_anybody_s_to_see(stage: Stage) -> None:
    """Without signing in; the page of its goldens too."""
    stage.run()
    _publish(stage)
    assert stage.client.get(HOME).status_code == 200
    assert "cart.png" in stage.client.get(f"{HOME}?view=goldens").text


def test_goldens_tell_how_often_they_changed(stage: Stage) -> None:
    """Those that changed most come first; each leads to its history."""
    stage.run(
        {"goldens/a.png": SHOP["goldens/cart.png"], "goldens/b c.png": SHOP["goldens/same.png"]}, pipeline="1"
    )
    stage.run({"goldens/a.png": SHOP["goldens/menu.png"]}, pipeline="2")
    page = stage.enter().get(f"{HOME}?view=goldens").text
    assert goldens(page) == ["goldens/a.png", "goldens/b%20c.png"]
    assert "changed in <b>2</b> of 2" in page
    assert "as in git in all 1" in page
    assert "Counted over 2 runs" in page


def test_goldens_are_searched_ordered_and_paged(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once; the search and the order go along."""
    monkeypatch.setattr(repositories, "A_PAGE", 2)
    names = [f"goldens/{each}.png" for each in "abcde"]
    stage.run({each: (picture("a"), picture("b")) for each in [*names, "other/f.png"]})
    page = stage.enter().get(f"{HOME}?view=goldens&order=name&q=GOLDENS").text
    found = goldens(page)
    while more := leads(page, "More"):
        assert "q=GOLDENS&order=name" in more
        page = stage.client.get(more).text
        found += goldens(page)
    assert found == names
    assert '<option value="name" selected>' in page
    assert goldens(stage.client.get(leads(page, "First")).text) == names[:2]
    assert "No golden is called that." in stage.client.get(f"{HOME}?view=goldens&q=zzz").text


@pytest.mark.parametrize(
    "query", ["order=odd", "score=x&after=y", "score=-1&after=y", "score=" + "9" * 50, "after=z"]
)
def test_cut_addresses_begin_at_the_first_golden(stage: Stage, query: str) -> None:
    """What means nothing is left out."""
    stage.run()
    assert len(goldens(stage.enter().get(f"{HOME}?view=goldens&{query}").text)) == len(SHOP)


def test_a_repository_without_runs_says_what_will_be(stage: Stage) -> None:
    """Both tabs."""
    assert "No run yet." in stage.enter().get(HOME).text
    assert "No golden yet." in stage.client.get(f"{HOME}?view=goldens").text


def test_a_repository_that_was_lost_says_so(stage: Stage) -> None:
    """To the operator, who still sees what was found."""
    stage.run()
    with stage.parts.db.begin() as db:
        [repo] = repos.named(db, "local", "shop")
        repos.leave(db, host="local", tenant=repo.tenant, forge_ids=None)
    assert "was taken off this repository" in stage.enter().get(HOME).text


def test_a_run_leads_to_its_repository_where_that_may_be_seen(stage: Stage) -> None:
    """For whom it may not, the name stands there without a link that would lead nowhere."""
    run = stage.run()
    stage.client.get(link(stage, run))
    assert f'href="{HOME}"' not in stage.client.get(f"/runs/{run}").text
    assert f'href="{HOME}"' in stage.enter().get(f"/runs/{run}").text


def test_a_path_with_folders_is_one_address(stage: Stage) -> None:
    """Groups within groups, as forges have them."""
    elsewhere(stage, 1)
    stage.clock.now += timedelta(seconds=1)
    page = stage.enter().get("/").text
    home = unescape(re.findall(r'href="(/r/[^"]+)"', page)[0])
    assert home == "/r/elsewhere/acme/repo-0"
    assert len(listed(stage.client.get(home).text)) == 1


def _publish(stage: Stage) -> None:
    with stage.parts.db.begin() as db:
        [repo] = repos.named(db, "local", "shop")
        said = {"host": repo.host, "forge_id": repo.forge_id, "path": repo.path, "tenant": repo.tenant}
        repos.upsert(db, **said, private=False)
