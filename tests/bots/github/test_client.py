"""How GitHub is asked: with which token, how often, how fast, and what its refusals become."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bots.forge import Repo
from bots.github.app import AppKey, Tokens
from bots.github.forge import GitHub
from bots.github.limits import Failed, failure
from bots.github.needs import Purpose
from bots.github.transport import Asked, Credentials, Transport
from bots.pacing import Pacer
from diffing.words import Refused, Sha, Unavailable
from tests.bots.github.conftest import change_of, described, forge_of
from tests.forges.github import world
from tests.forges.github.double import GitHubDouble
from tests.forges.web import Answer, Request, Site

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return Clock()


@pytest.fixture
def timed(clock: Clock) -> Iterator[GitHubDouble]:
    """Give a double that lives by the clock."""
    with GitHubDouble(clock) as double:
        yield double
        assert double.violations == []


def token_requests(github: GitHubDouble) -> list[dict[str, object]]:
    """Give what tokens were asked with."""
    return [json.loads(each.body) for each in github.asked if each.path.endswith("/access_tokens")]


# ------------------------------------------------------------------------------------------- tokens


def test_a_token_is_for_one_repository_and_one_purpose(
    forge: GitHub, github: GitHubDouble, repo: world.Repo
) -> None:
    """Reading cannot write; writing is asked for only when something is written."""
    github.repo("acme/other")
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    forge.reply(change, "404404", "text")
    assert token_requests(github) == [
        {"repository_ids": [repo.id], "permissions": dict(Purpose.READING.permissions)},
        {"repository_ids": [repo.id], "permissions": dict(Purpose.PUBLISHING.permissions)},
    ]
    assert set(Purpose.READING.permissions.values()) == {"read"}
    assert "contents" not in Purpose.PUBLISHING.permissions


def test_a_token_is_kept_until_shortly_before_it_expires(timed: GitHubDouble, clock: Clock) -> None:
    """Then it is asked for again, and the app proves itself anew."""
    forge, repo = forge_of(timed), timed.repo("acme/app")
    pull = repo.pull(files={"a": b"1"})
    for minutes, asked in ((0, 1), (54, 1), (2, 2), (30, 2)):
        clock.now += timedelta(minutes=minutes)
        change_of(forge, pull)
        assert len(token_requests(timed)) == asked


def test_many_threads_ask_for_one_token_once(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """The others wait for it."""
    pull = repo.pull(files={"a": b"1"})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: change_of(forge, pull), range(16)))
    assert len(token_requests(github)) == 1


def test_a_token_that_was_revoked_is_renewed_once(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """GitHub says 401, having done nothing."""
    pull = repo.pull(files={"a": b"1"})
    change_of(forge, pull)
    github.world.tokens.clear()
    assert change_of(forge, pull).head == pull.head
    assert len(token_requests(github)) == 2
    github.fail("GET .*/pulls", 401, times=9, body=b"")
    with pytest.raises(Failed):
        change_of(forge, pull)
    assert len(token_requests(github)) == 3


def test_a_repository_without_its_installation_told_is_looked_up(forge: GitHub, repo: world.Repo) -> None:
    """Not every delivery names the installation."""
    number = str(repo.pull(files={"a": b"1"}).number)
    assert forge.change(replace(described(repo), tenant=""), number).number == number


def test_an_app_that_is_not_installed_says_so(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """In words, not as 404."""
    gone = described(repo)
    github.uninstall(repo)
    with pytest.raises(Refused, match="not installed on acme/app"):
        forge.change(gone, "1")


def test_a_permission_that_was_not_granted_is_named(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """With what somebody can do about it."""
    github.grant("actions", "")
    with pytest.raises(Refused, match=r"needs actions: read.*accept"):
        forge.change(described(repo), "1")


def test_a_key_of_another_app_says_so(github: GitHubDouble, repo: world.Repo) -> None:
    """The settings to look at are named."""
    forge = GitHub(
        app_id="1",
        private_key=github.app.key.private,
        api_url=github.api_url,
        web_url=github.web_url,
        host="github.com",
        clock=github.world.clock,
    )
    with pytest.raises(Refused, match="GOLDDIGGER_GITHUB_APP_ID"):
        forge.change(described(repo), "1")


@pytest.mark.parametrize(
    "key", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "\ud800"]
)
def test_a_key_that_is_none_is_refused_at_the_start(key: str) -> None:
    """And never printed."""
    with pytest.raises(Refused, match="cannot be read") as error:
        AppKey("1", key, lambda: NOW)
    assert "AAAA" not in repr(error.value)


def test_a_key_may_come_on_one_line(github: GitHubDouble) -> None:
    """As environment variables often carry it."""
    one_line = github.app.key.private.strip().replace("\n", "\\n")
    proof = AppKey(str(github.app.id), one_line, lambda: NOW).prove()
    assert proof.jwt
    assert proof.jwt not in repr(proof)


# ------------------------------------------------------------------------------------ asking again


def test_reading_is_tried_again_and_writing_is_not(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """A comment that may have arrived is not written twice."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    github.fail("GET .*/pulls", 502, times=2)
    assert change_of(forge, pull) == change
    github.fail("POST .*/comments", 502)
    with pytest.raises(Unavailable, match="502"):
        forge.reply(change, "404404", "text")
    assert github.our_comments(pull) == []


def test_what_did_not_change_is_free(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """The second answer is 304, which GitHub does not count; a change is seen at once."""
    pull = repo.pull(files={"a": b"1"})
    first = change_of(forge, pull)
    assert change_of(forge, pull) == first
    github.push(pull, {"a": b"2"})
    assert change_of(forge, pull).head == pull.head != first.head
    asked = [each.status for each in github.asked if each.operation.endswith("/pulls/{pull_number}")]
    assert asked == [200, 304, 200]


@pytest.mark.parametrize(
    ("kind", "after", "least", "most"),
    [("secondary", 30, 30, 30), ("secondary-429", 7, 7, 7), ("secondary", None, 60, 60), ("primary", 90, 80, 92)],
)
def test_a_limit_says_when_to_come_back(
    github: GitHubDouble, forge: GitHub, repo: world.Repo, kind: str, after: int | None, least: float, most: float
) -> None:
    """403 or 429, with either header or none."""
    pull = repo.pull(files={"a": b"1"})
    change_of(forge, pull)
    github.limit(kind, retry_after=after)  # type: ignore[arg-type]
    if kind == "primary":
        github.limits.switched_on[-1].retry_after = after
    with pytest.raises(Unavailable) as error:
        change_of(forge, pull)
    assert error.value.after is not None
    assert least <= error.value.after <= most


def test_a_403_that_is_no_limit_is_refused(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """Waiting would not help."""
    pull = repo.pull(files={"a": b"1"})
    github.fail("GET .*/pulls", 403, body=b"Resource not accessible by integration")
    with pytest.raises(Refused, match="403"):
        change_of(forge, pull)


@pytest.mark.parametrize("status", [400, 404, 409, 418, 422, 451, 499])
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'"x"', b'{"errors": 3}', b'{"message": null, "errors": [1]}', b"\xff"]
)
def test_an_odd_refusal_is_still_a_refusal(status: int, body: bytes) -> None:
    """A proxy in between answers with anything."""
    site = Site(lambda request: Answer(status, raw=body, headers={"Content-Type": "application/json"}))
    site.start()
    try:
        with pytest.raises(Failed) as error:
            Transport(site.url).send(Asked(method="GET", path="/x"), Credentials())
        assert error.value.status == status
    finally:
        site.stop()


@pytest.mark.parametrize("kind", ["application/json", "text/html"])
def test_an_answer_that_is_no_json_is_unavailable(kind: str) -> None:
    """A login page of some proxy, with 200."""
    site = Site(lambda request: Answer(200, raw=b"<html>", headers={"Content-Type": kind}))
    site.start()
    try:
        with pytest.raises(Unavailable, match="not JSON"):
            Transport(site.url).send(Asked(method="GET", path="/x"), Credentials())
    finally:
        site.stop()


def test_a_host_that_does_not_answer_is_unavailable() -> None:
    """Nothing listens there."""
    with pytest.raises(Unavailable, match="does not answer"):
        Transport("http://127.0.0.1:9", pause=0.0).send(Asked(method="GET", path="/x"), Credentials())


def echo(request: Request) -> Answer:
    """Answer with what came, and leave a cookie."""
    told = {name: request.headers.get(name) for name in ("authorization", "cookie")}
    return Answer(200, told, headers={"Set-Cookie": "session=1"})


def test_only_our_own_credentials_are_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither ~/.netrc's, which would replace the token, nor a cookie that another tenant got."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    site = Site(echo)
    site.start()
    try:
        transport = Transport(site.url)
        for token in ("one", "two"):
            told = transport.send(Asked(method="GET", path="/x"), Credentials(token=token)).data
            assert told == {"authorization": f"token {token}", "cookie": None}
    finally:
        site.stop()


def test_what_one_tenant_was_told_is_not_kept_for_another(github: GitHubDouble, repo: world.Repo) -> None:
    """A name may have gone over to somebody else."""
    seen: list[str | None] = []

    def answer(request: Request) -> Answer:
        if request.path.endswith("/access_tokens"):
            return Answer(201, {"token": "t", "expires_at": "2099-01-01T00:00:00Z"})
        seen.append(request.headers.get("if-none-match"))
        return Answer(200, [], headers={"ETag": '"1"'})

    site = Site(answer)
    site.start()
    try:
        forge, mine = forge_of(github, api_url=site.url), described(repo)
        for asker in (mine, mine, replace(mine, tenant="2"), replace(mine, id="3")):
            forge.changes_at(asker, Sha("0" * 40), "b", None)
        assert seen == [None, '"1"', None, None]
    finally:
        site.stop()


def test_a_renamed_repository_is_followed_on_the_api_alone() -> None:
    """With the token; to any other host without one, that is: not at all."""
    seen: list[str] = []

    def answer(request: Request) -> Answer:
        seen.append(request.path)
        if request.path == "/repos/old/name":
            return Answer(301, {"message": "Moved"}, headers={"Location": f"{site.url}/repositories/7"})
        if request.path == "/away":
            return Answer(301, {"message": "Moved"}, headers={"Location": "http://127.0.0.2:1/steal"})
        return Answer(200, {"auth": request.headers["authorization"]})

    site = Site(answer)
    site.start()
    try:
        transport = Transport(site.url)
        told = transport.send(Asked(method="GET", path="/repos/old/name"), Credentials(token="t")).data
        assert told == {"auth": "token t"}
        with pytest.raises(Refused, match=r"sent GET /away on to 127\.0\.0\.2"):
            transport.send(Asked(method="GET", path="/away"), Credentials(token="t"))
    finally:
        site.stop()


def test_a_next_page_leads_nowhere_else(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """Only the number is taken from the link, not the address."""
    head = repo.pull(files={"a": b"1"}).head
    pages = [
        Answer(200, [], headers={"Link": '<http://127.0.0.2:1/steal?page=2>; rel="next"'}),
        Answer(200, []),
    ]
    seen: list[Request] = []

    def answer(request: Request) -> Answer:
        if request.path.endswith("/access_tokens"):
            return Answer(201, {"token": "t", "expires_at": "2099-01-01T00:00:00Z"})
        seen.append(request)
        return pages.pop(0)

    site = Site(answer)
    site.start()
    try:
        assert forge_of(github, api_url=site.url).changes_at(described(repo), Sha(head), "b", None) == []
        assert [request.query.get("page") for request in seen] == [None, "2"]
    finally:
        site.stop()


def test_a_repository_path_cannot_lead_elsewhere(forge: GitHub) -> None:
    """It came in a payload."""
    for path in ("../app", "a/..", "a/b/c", "a", "a/b?x=", "a/b#"):
        with pytest.raises(Refused, match="no repository"):
            forge.change(Repo(host="github.com", id="1", path=path, tenant="1"), "1")


def test_no_secret_is_printed(
    github: GitHubDouble, forge: GitHub, repo: world.Repo, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in logs nor in errors, whatever goes wrong."""
    caplog.set_level(logging.DEBUG)
    pull = repo.pull(files={"a": b"1"})
    change_of(forge, pull)
    github.fail("GET .*/pulls", 502, times=9)
    with pytest.raises(Unavailable) as error:
        change_of(forge, pull)
    told = caplog.text + repr(error.getrepr(chain=True, showlocals=False)) + str(error.value)
    assert not any(token in told for token in github.world.tokens)


# --------------------------------------------------------------------------------------------- pace


class Time:
    """Time that passes by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0
        self.turns: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def write(self, pacer: Pacer, tenant: str = "1") -> None:
        """Write something, and remember when."""
        pacer.wait(tenant)
        self.turns.append(self.now)


def test_writing_is_a_second_apart_and_80_a_minute() -> None:
    """What GitHub calls its secondary limits."""
    time = Time()
    pacer = Pacer(spacing=0.5, clock=lambda: time.now, sleep=time.sleep, patience=100)
    for _ in range(200):
        time.write(pacer)
    assert min(after - before for before, after in zip(time.turns, time.turns[1:], strict=False)) >= 0.5
    busiest = max(sum(start <= at < start + 60 for at in time.turns) for start in time.turns)
    assert busiest == 80


def test_tenants_do_not_wait_for_each_other() -> None:
    """The limits are an installation's own."""
    time = Time()
    pacer = Pacer(clock=lambda: time.now, sleep=time.sleep)
    for tenant in "abc":
        time.write(pacer, tenant)
    assert time.turns == [0.0, 0.0, 0.0]


def test_a_long_wait_gives_the_worker_back() -> None:
    """500 an hour are used up: the job comes back when there is room."""
    time = Time()
    pacer = Pacer(spacing=0.0, clock=lambda: time.now, sleep=time.sleep, windows={3600.0: 5}, patience=20)
    for _ in range(5):
        time.write(pacer)
    with pytest.raises(Unavailable) as error:
        pacer.wait("1")
    assert error.value.after == 3600
    time.now += 3600
    time.write(pacer)


def test_an_ordinary_pacer_keeps_the_double_content(github: GitHubDouble, repo: world.Repo) -> None:
    """Writing twice takes a second."""
    slept: list[float] = []
    pacer = Pacer(clock=lambda: 0.0, sleep=slept.append)
    for _ in range(2):
        pacer.wait("1")
    assert slept == [1.0]


@pytest.mark.parametrize("text", ["", "soon", "-1", "1e3", "9" * 20, "Fri, 20 Nov 2026 12:00:00 GMT"])
def test_odd_headers_still_make_a_wait(text: str) -> None:
    """A wait of a minute, where it cannot be read when."""
    meant = failure(429, {"retry-after": text, "x-ratelimit-reset": text}, "slow down", "GET /x", NOW)
    assert isinstance(meant, Unavailable)
    assert meant.after == 60


def test_tokens_of_two_tenants_are_two(github: GitHubDouble) -> None:
    """Even for what is one repository id to both."""
    one, two = github.repo("acme/app"), github.repo("evil/app")
    transport = Transport(github.api_url)
    tokens = Tokens(
        transport, AppKey(str(github.app.id), github.app.key.private, github.world.clock), github.world.clock
    )
    mine = tokens.of(described(one), Purpose.READING)
    assert tokens.of(described(one), Purpose.READING) == mine
    with pytest.raises(Refused):
        tokens.of(replace(described(one), tenant=described(two).tenant), Purpose.READING)
