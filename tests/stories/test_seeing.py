"""Who sees a run, told with a forge: people sign in there, and are shown what they may read there."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import requests

from storage import decisions, signins
from tests.stories.bench import Stage, change_of
from tests.stories.hosts import Pull, Repo
from tests.stories.screens import CONFIG, LOGIN, NEW, OLD, failures


class Browser(requests.Session):
    """Somebody's browser, signed in at the forge."""

    def __init__(self, stage: Stage, login: str) -> None:
        super().__init__()
        self.stage, self.login = stage, login
        stage.forge.world.account(login)

    def sign_in(self, back: str = "/") -> requests.Response:
        """Press the button, agree there, and come back."""
        return self.stage.host.sign_in(self.stage.forge, self, self.stage.base, self.login, back)


@pytest.fixture
def path(stage: Stage, pull: Pull) -> str:
    """The address of the run's page, without the key that lets whoever has it look."""
    return urlsplit(stage.shown(pull).url).path


def test_somebody_who_may_read_sees_the_run_and_decides(stage: Stage, repo: Repo, path: str) -> None:
    """They need no link: the forge says what they may read, and when they decide, whether they may."""
    repo.role("maria", "write")
    maria = Browser(stage, "maria")
    assert maria.get(stage.base + path, timeout=10).status_code == 404
    page = maria.sign_in(path)
    assert page.status_code == 200, page.text
    word = page.text.partition('data-csrf="')[2].partition('"')[0]
    sent = {"csrf": word, "all": "1", "opinion": "approved"}
    assert maria.post(f"{stage.base}{path}/decisions", data=sent, timeout=10).status_code == 200
    with stage.whole.parts.reading() as db:
        said = decisions.audit(db, change_of(stage.whole.parts, path.rpartition("/")[2]))
        came = signins.newest(db, most=5)
    assert {(each.who, each.via) for each in said} == {("maria", "page")}
    assert all("maria" in each.granted for each in said)
    host = urlsplit(stage.host.address(stage.forge)).netloc
    assert [(each.who, each.host, each.via) for each in came] == [("maria", host, stage.host.name)]


def test_somebody_who_may_read_only_looks_and_is_told_why_they_may_not_decide(
    stage: Stage, repo: Repo, path: str
) -> None:
    """The page is theirs to see; the decision is refused in the forge's words and nothing is kept."""
    repo.role("rita", "read")
    rita = Browser(stage, "rita")
    page = rita.sign_in(path)
    assert page.status_code == 200
    word = page.text.partition('data-csrf="')[2].partition('"')[0]
    sent = {"csrf": word, "all": "1", "opinion": "approved"}
    refused = rita.post(f"{stage.base}{path}/decisions", data=sent, timeout=10)
    assert refused.status_code == 409
    assert "is needed" in refused.text


def test_somebody_of_another_team_sees_nothing(stage: Stage, path: str) -> None:
    """Neither the run nor that there is one, nor anything of it in the list."""
    mallory = Browser(stage, "mallory")
    assert mallory.sign_in(path).status_code == 404
    assert "octo/app" not in mallory.get(stage.base, timeout=10).text
    assert mallory.post(f"{stage.base}{path}/decisions", data={}, timeout=10).status_code == 404


def test_while_the_forge_is_down_the_link_shows_the_run_and_deciding_waits(
    stage: Stage, repo: Repo, pull: Pull, path: str
) -> None:
    """What is known is shown, with a sentence; a decision answers 503 with words, and nothing is kept."""
    repo.role("maria", "write")
    maria = Browser(stage, "maria")
    maria.sign_in()
    maria.get(stage.shown(pull).url, timeout=10)
    word = maria.get(stage.base + path, timeout=10).text.partition('data-csrf="')[2].partition('"')[0]
    stage.forge.fail(".*", status=503, times=10_000)
    sent = {"csrf": word, "all": "1", "opinion": "approved"}
    told = {"accept": "application/json"}
    refused = maria.post(f"{stage.base}{path}/decisions", data=sent, headers=told, timeout=20)
    assert refused.status_code == 503
    assert "Nothing was changed" in refused.json()["why"]
    page = maria.get(stage.base + path, timeout=20)
    assert page.status_code == 200
    assert "Deciding must wait" in page.text
    with stage.whole.parts.reading() as db:
        assert decisions.audit(db, change_of(stage.whole.parts, path.rpartition("/")[2])) == []


def test_anybody_sees_a_public_repository(stage: Stage) -> None:
    """Without an account; the list shows it too."""
    repo = stage.forge.repo("octo/open", files={LOGIN: OLD, ".golddigger.yml": CONFIG}, private=False)
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    open_path = urlsplit(stage.shown(pull).url).path
    assert stage.get(open_path).status_code == 200
    assert "octo/open" in stage.get("/").text
