"""Several GitLabs at once, and several groups on one, each by an account of the bot's that serves nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import select

from app import forges, main
from app.settings import Settings
from bots import forge as kept
from bots.pacing import at_once
from diffing.words import Refused
from storage import tables
from tests.forges.gitlab.double import GitLabDouble
from tests.forges.gitlab.hooks import sign
from tests.forges.gitlab.world import Pull, Repo, Token
from tests.stories.bench import Stage, free_port
from tests.stories.hosts import OnGitLab
from tests.stories.screens import CONFIG, LOGIN, NEW, OLD, failures


class Of(OnGitLab):
    """A GitLab of several: its door has a name of its own."""

    def __init__(self, door: str = "gitlab") -> None:
        self.door = door

    def sign_in(
        self, double: GitLabDouble, browser: requests.Session, base: str, login: str, back: str
    ) -> requests.Response:
        """Press its button, agree there as somebody, and come back."""
        pressed = browser.get(
            f"{base}/signin/{self.door}", params={"next": back}, allow_redirects=False, timeout=10
        )
        return browser.get(double.consent(pressed.headers["location"], login), timeout=10)


@contextmanager
def serving(folder: Path, tables: Sequence[Mapping[str, object]], *doubles: GitLabDouble) -> Iterator[list[Stage]]:
    """Serve one Golddigger for all of these; give a stage at each."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    own = {"public_url": base, "secret_key": "a key that only this test knows", "data": folder, "gitlab": tables}
    settings = Settings.model_validate(own)
    main.migrate(settings)
    made = main.assembled(settings, forges.gitlab(settings, main.now, at_once()), gather=0.05)
    with made as whole, main.serving(whole, host="127.0.0.1", port=port):
        for double in doubles:
            double.webhook_url = f"{base}/webhooks/gitlab"
        names = list(forges.configured(settings, main.now).identities) or ["gitlab"]
        yield [
            Stage(whole, Of(name), double, base)
            for name, double in zip(names * len(doubles), doubles, strict=False)
        ]
    for double in doubles:
        assert double.violations == []


def used(double: GitLabDouble) -> set[str]:
    """Give the tokens that a GitLab was shown, in whichever header."""
    return {text for asked in double.asked for text in (_token(asked.headers), _bearer(asked.headers)) if text}


def _token(headers: Mapping[str, str]) -> str:
    return next((text for name, text in headers.items() if name.lower() == "private-token"), "")


def _bearer(headers: Mapping[str, str]) -> str:
    given = next((text for name, text in headers.items() if name.lower() == "authorization"), "")
    return given.partition(" ")[2]


def table(double: GitLabDouble, secret: str, **more: object) -> dict[str, object]:
    """Give the settings of the account that a double knows from the start."""
    double.world.webhook_secret = secret
    own = {"url": double.url, "token": double.token, "webhook_secret": secret}
    return {**own, "client_id": double.door.client_id, "client_secret": double.door.client_secret, **more}


def broken(double: GitLabDouble, repo: Repo) -> Pull:
    """Give a merge request that changes a golden, whose pipeline has ended."""
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    double.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    return pull


GOLDENS = {LOGIN: OLD, ".golddigger.yml": CONFIG}


# ------------------------------------------------------------------------------------------ two servers


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Stage, Stage]]:
    """Give a Golddigger that serves two GitLabs."""
    with GitLabDouble() as one, GitLabDouble() as other:
        tables = [table(one, "the secret of one"), table(other, "the secret of the other")]
        with serving(tmp_path, tables, one, other) as (first, second):
            yield first, second
        assert used(one) == {one.token}
        assert used(other) == {other.token}


def gitlab(stage: Stage) -> GitLabDouble:
    """Give the GitLab of a stage."""
    assert isinstance(stage.forge, GitLabDouble)
    return stage.forge


def test_two_servers_are_served_side_by_side(two: tuple[Stage, Stage]) -> None:
    """A project of one path on both: each is told its own, and what is approved here is committed here."""
    first, second = two
    here, there = gitlab(first).repo("octo/app", files=GOLDENS), gitlab(second).repo("octo/app", files=GOLDENS)
    mine, theirs = broken(gitlab(first), here), broken(gitlab(second), there)
    first.shows(mine, "action_required")
    second.shows(theirs, "action_required")
    gitlab(first).comment(mine, "dev", "/golddigger approve")
    first.settle()
    assert here.file("feature", LOGIN) == NEW, first.why()
    assert there.file("feature", LOGIN) == OLD


def test_a_secret_speaks_for_its_own_server_alone(two: tuple[Stage, Stage]) -> None:
    """A note that one server wrote, delivered with the other's secret, is taken for the other's: nothing of it
    is there."""
    first, second = two
    here = gitlab(first).repo("octo/app", files=GOLDENS)
    pull = broken(gitlab(first), here)
    first.shows(pull, "action_required")
    with first.held():
        (told,) = gitlab(first).comment(pull, "dev", "/golddigger approve")
    forged = sign("the secret of the other", told.body, "Note Hook", instance=gitlab(first).url)
    answer = requests.post(f"{first.base}/webhooks/gitlab", data=told.body, headers=forged, timeout=10)
    assert answer.status_code == 202
    first.settle()
    assert here.file("feature", LOGIN) == OLD
    strange = sign("no secret at all", told.body, "Note Hook", instance=gitlab(first).url)
    answer = requests.post(f"{first.base}/webhooks/gitlab", data=told.body, headers=strange, timeout=10)
    assert answer.status_code == 401
    assert second.why()[-1][0] == "Note Hook"


def test_people_of_one_server_see_and_decide_what_is_theirs(two: tuple[Stage, Stage]) -> None:
    """Each server has a door of its own; who came in by one is nobody on the other, whatever name they have."""
    first, second = two
    runs: list[str] = []
    for stage in two:
        repo = gitlab(stage).repo(f"octo/app-{len(runs)}", files=GOLDENS)
        repo.role("maria", "maintainer")
        runs.append(urlsplit(stage.shows(broken(gitlab(stage), repo), "action_required").url).path)
    maria = requests.Session()
    doors = maria.get(f"{first.base}/signin", timeout=10).text
    for stage in two:
        assert f"Sign in with GitLab at {urlsplit(gitlab(stage).url).netloc}" in doors
    page = first.host.sign_in(first.forge, maria, first.base, "maria", runs[0])
    assert page.status_code == 200
    word = page.text.partition('data-csrf="')[2].partition('"')[0]
    sent = {"csrf": word, "all": "1", "opinion": "approved"}
    assert maria.get(first.base + runs[1], timeout=10).status_code == 404
    assert maria.post(f"{first.base}{runs[1]}/decisions", data=sent, timeout=10).status_code == 404
    assert maria.post(f"{first.base}{runs[0]}/decisions", data=sent, timeout=10).status_code == 200
    second.host.sign_in(second.forge, maria, second.base, "maria", runs[1])
    page = maria.get(first.base + runs[1], timeout=10)
    sent["csrf"] = page.text.partition('data-csrf="')[2].partition('"')[0]
    assert maria.post(f"{first.base}{runs[1]}/decisions", data=sent, timeout=10).status_code == 200


# --------------------------------------------------------------------------------- one server, two groups


ACME, BETA = "the secret of acme", "the secret of beta"


class Shared:
    """One GitLab, on which two groups each have a token and a secret of their own."""

    def __init__(self, double: GitLabDouble) -> None:
        self.gitlab = double
        self.acme: Token = double.group_token(double.group("acme"))
        self.beta: Token = double.group_token(double.group("beta"))

    def tables(self) -> list[Mapping[str, object]]:
        """Give the settings."""
        return [
            {"url": self.gitlab.url, "token": self.acme.text, "webhook_secret": ACME, "groups": ["acme"]},
            {"url": self.gitlab.url, "token": self.beta.text, "webhook_secret": BETA, "groups": ["beta"]},
        ]

    def project(self, stage: Stage, path: str) -> Repo:
        """Make a project and connect it, as its Maintainer does."""
        repo = self.gitlab.repo(path, files=GOLDENS, installed=False)
        repo.role("dev", "maintainer")
        told = list(main.connect_gitlab(stage.whole.settings, path, self.gitlab.personal_token("dev").text))
        assert [each.mend for each in told if each.mend] == [], told
        return repo

    def about(self, repo: Repo) -> list[tuple[str, int]]:
        """Give the tokens by which the bot asked about a project, with the answers."""
        by = {self.acme.text: "acme", self.beta.text: "beta"}
        asked = [each for each in self.gitlab.asked if f"/projects/{repo.id}" in each.path]
        return [(by[_token(each.headers)], each.status) for each in asked if _token(each.headers) in by]

    def notes(self, pull: Pull, by: Token) -> list[str]:
        """Give what an account of the bot's wrote."""
        return [note.body for note in pull.notes.values() if note.user is by.user]


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[tuple[Shared, Stage]]:
    """Give a Golddigger that serves two groups of one GitLab."""
    with GitLabDouble() as double:
        made = Shared(double)
        with serving(tmp_path, made.tables(), double) as (stage,):
            yield made, stage
        assert used(double) >= {made.acme.text, made.beta.text}


@contextmanager
def silent(stage: Stage, repo: Repo) -> Iterator[None]:
    """Post no webhooks of a project meanwhile, those that it was connected with either."""
    addresses = {hook: hook.url for hook in repo.hooks.values()}
    with stage.held():
        try:
            for hook in addresses:
                hook.url = None
            yield
        finally:
            for hook, address in addresses.items():
                hook.url = address


def forged(stage: Stage, body: bytes, secret: str, event: str = "Merge Request Hook") -> int:
    """Send a delivery as whoever knows a secret can; give the answer."""
    headers = sign(secret, body, event)
    return requests.post(f"{stage.base}/webhooks/gitlab", data=body, headers=headers, timeout=10).status_code


def test_each_group_is_served_by_its_own_account(shared: tuple[Shared, Stage]) -> None:
    """Two projects are asked about, told and committed to, each by the token of its group and by no other."""
    ours, stage = shared
    for path in ("acme/mobile/shop", "beta/shop"):
        repo = ours.project(stage, path)
        pull = broken(ours.gitlab, repo)
        stage.settle()
        ours.gitlab.comment(pull, "dev", "/golddigger approve")
        stage.settle()
        assert repo.file("feature", LOGIN) == NEW, stage.why()
        assert {who for who, _ in ours.about(repo)} == {path.partition("/")[0]}


@pytest.mark.parametrize("named", ["acme/shop", "beta/shop"])
def test_a_groups_secret_does_not_speak_for_another_group(shared: tuple[Shared, Stage], named: str) -> None:
    """Whoever knows acme's secret names beta's project by its id, under either path: beta's run stays as it is,
    and acme's account sees nothing there."""
    ours, stage = shared
    ours.project(stage, "acme/shop")
    theirs = ours.project(stage, "beta/shop")
    pull = broken(ours.gitlab, theirs)
    stage.settle()
    before = _kept(stage)
    with silent(stage, theirs):
        told = next(each for each in ours.gitlab.opened(pull) if each.event == "merge_request")
    payload: Any = json.loads(told.body)
    payload["project"]["path_with_namespace"] = named
    assert forged(stage, json.dumps(payload).encode(), ACME) == 202
    stage.settle()
    assert _kept(stage) == before, stage.why()
    assert "is no member of it any more" in stage.why()[-1][2]
    assert {status for who, status in ours.about(theirs) if who == "acme"} == {404}


def _kept(stage: Stage) -> list[tuple[Any, ...]]:
    columns = tables.repos.c
    with stage.whole.parts.reading() as db:
        query = select(columns.path, columns.tenant, columns.gone).order_by(columns.id)
        return [tuple(row) for row in db.execute(query)]


def test_a_copy_under_another_groups_secret_holds_nothing_up(shared: tuple[Shared, Stage]) -> None:
    """Who knows the id of a delivery and acme's secret sends it first: beta's own still counts."""
    ours, stage = shared
    theirs = ours.project(stage, "beta/shop")
    with silent(stage, theirs):
        pull = theirs.pull(files={"lib/app.dart": b"// new\n"})
        told = ours.gitlab.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    for each in told:
        headers = {**each.headers, "X-Gitlab-Token": ACME}
        assert requests.post(f"{stage.base}/webhooks/gitlab", data=each.body, headers=headers, timeout=10).ok
    stage.settle()
    assert ours.notes(pull, ours.beta) == []
    stage.deliver(*told)
    stage.settle()
    assert len(ours.notes(pull, ours.beta)) == 1, stage.why()


def test_a_project_that_moved_to_another_group_is_left_alone(shared: tuple[Shared, Stage]) -> None:
    """Its old webhook has the old group's secret: it is said that it must be connected anew, which mends it."""
    ours, stage = shared
    repo = ours.project(stage, "acme/shop")
    pull = broken(ours.gitlab, repo)
    stage.settle()
    ours.gitlab.group("beta").role(ours.acme.user.username, "developer")  # acme's account would see it there too
    moved(ours.gitlab, repo, "beta/shop")
    ours.gitlab.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD
    assert "golddigger gitlab connect beta/shop" in stage.why()[-1][2]
    (host,) = stage.whole.parts.forges
    as_it_was = kept.Repo(host=host, id=str(repo.id), path="acme/shop")
    with pytest.raises(Refused, match="was moved to beta/shop"):
        stage.whole.parts.forges[host].change(as_it_was, str(pull.number))
    list(main.connect_gitlab(stage.whole.settings, "beta/shop", ours.gitlab.personal_token("dev").text))
    ours.gitlab.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", LOGIN) == NEW, stage.why()


def moved(double: GitLabDouble, repo: Repo, path: str) -> None:
    """Transfer a project to another group."""
    double.world.repos[path] = double.world.repos.pop(repo.path)
    repo.path = path


def test_a_group_that_nobody_sees_to_is_refused(shared: tuple[Shared, Stage]) -> None:
    """It is said which groups there are; nothing is asked."""
    ours, stage = shared
    ours.project(stage, "acme/shop")
    ours.project(stage, "beta/shop")
    settings = stage.whole.settings
    with pytest.raises(Refused, match=r"gamma/shop lies in no group of the settings\. There is .*acme; .*beta"):
        list(main.connect_gitlab(settings, "gamma/shop", ""))
    with pytest.raises(Refused, match="instead of the id 7"):
        list(main.connect_gitlab(settings, "7", ""))
