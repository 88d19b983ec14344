"""Webhooks are GitHub's real payloads with the double's values, signed, and delivered where the bot listens."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable

import pytest

from tests.forges.github.client import as_app, as_installation
from tests.forges.github.double import GitHubDouble
from tests.forges.github.hooks import Webhook
from tests.forges.github.world import Pull
from tests.forges.web import Answer, Request, Site

pytestmark = pytest.mark.slow

COMMENT = "<!-- ours -->\n- [ ] **all**\n- [ ] `a.png`\n- [x] `b.png`"


@pytest.fixture
def pull(github: GitHubDouble) -> Pull:
    """Give a pull request with a check and a comment of ours."""
    pull = github.repo("octo/app").pull(files={"a.png": b"1"})
    client = as_installation(github, pull.repo)
    actions = [{"label": "Approve all", "description": "d", "identifier": "approve"}]
    check = {"name": "golddigger", "head_sha": pull.head, "conclusion": "action_required", "actions": actions}
    client.post("check-runs", check)
    client.post(f"issues/{pull.number}/comments", {"body": COMMENT})
    github.echoes()
    return pull


def kinds(webhooks: list[Webhook]) -> list[str]:
    """Name webhooks by event and action."""
    return [f"{one.event}.{one.action}" for one in webhooks]


DOINGS: list[tuple[Callable[[GitHubDouble, Pull], list[Webhook]], list[str]]] = [
    (lambda hub, pull: hub.start_workflow(pull), ["workflow_run.requested"]),
    (lambda hub, pull: hub.finish_workflow(pull), ["check_run.completed", "workflow_run.completed"]),
    (lambda hub, pull: hub.finish_check(pull), ["check_run.completed"]),
    (lambda hub, pull: hub.opened(pull), ["check_suite.requested", "pull_request.opened"]),
    (lambda hub, pull: hub.push(pull, {"c": b"1"}), ["check_suite.requested", "pull_request.synchronize"]),
    (lambda hub, pull: hub.close(pull), ["pull_request.closed"]),
    (lambda hub, pull: hub.merge(pull), ["pull_request.closed"]),
    (lambda hub, pull: hub.comment(pull, "maria", "hi"), ["issue_comment.created"]),
    (lambda hub, pull: hub.tick(pull, "maria", "a.png"), ["issue_comment.edited"]),
    (lambda hub, pull: hub.press(hub.checks(pull)[0], "approve", "maria"), ["check_run.requested_action"]),
    (lambda hub, pull: hub.rerequest(hub.checks(pull)[0], "maria"), ["check_run.rerequested"]),
    (lambda hub, pull: hub.rerequest_suite(pull, "maria"), ["check_suite.rerequested"]),
    (lambda hub, pull: hub.uninstall(pull.repo), ["installation.deleted"]),
]


@pytest.mark.parametrize(("do", "expected"), DOINGS)
def test_what_people_and_ci_do_is_told(
    github: GitHubDouble, pull: Pull, do: Callable[[GitHubDouble, Pull], list[Webhook]], expected: list[str]
) -> None:
    """Each doing gives the webhooks that GitHub sends for it, signed, with this double's addresses only."""
    webhooks = do(github, pull)
    assert kinds(webhooks) == expected
    for one in webhooks:
        digest = hmac.new(github.app.webhook_secret.encode(), one.body, hashlib.sha256).hexdigest()
        assert one.headers["X-Hub-Signature-256"] == f"sha256={digest}"
        assert one.headers["X-GitHub-Event"] == one.event
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one.headers["X-GitHub-Delivery"])
        assert one.payload["installation"]["id"] == one.installation
        text = one.body.decode()
        assert "https://api.github.com/" not in text
        assert "Hello-World" not in text


def test_a_push_tells_where_from_and_where_to(github: GitHubDouble, pull: Pull) -> None:
    """The pull request in the webhook stands at the new head already."""
    before = pull.head
    payload = github.push(pull, {"c": b"1"})[-1].payload
    assert (payload["before"], payload["after"]) == (before, pull.head)
    assert payload["pull_request"]["head"]["sha"] == pull.head
    forced = github.push(pull, {"c": b"2"}, force=True)[-1].payload
    assert not pull.repo.git.contains(forced["before"], forced["after"])


def test_a_tick_tells_who_did_it_and_what_stood_there(github: GitHubDouble, pull: Pull) -> None:
    """The comment stays the bot's; the sender is whoever ticked; the old text comes along."""
    [webhook] = github.tick(pull, "maria", re.compile(r"`\w+\.png`"))
    payload = webhook.payload
    assert payload["changes"]["body"]["from"] == COMMENT
    assert payload["comment"]["body"] == COMMENT.replace("- [ ] `a.png`", "- [x] `a.png`")
    assert (payload["comment"]["user"]["login"], payload["sender"]["login"]) == ("golddigger[bot]", "maria")
    assert payload["issue"]["number"] == pull.number
    assert payload["issue"]["pull_request"]
    with pytest.raises(AssertionError, match="no open box"):
        github.tick(pull, "maria", "b.png")


def test_a_press_names_the_button(github: GitHubDouble, pull: Pull) -> None:
    """Only buttons that the check has can be pressed."""
    [check] = github.checks(pull)
    [webhook] = github.press(check, "approve", "maria")
    assert webhook.payload["requested_action"] == {"identifier": "approve"}
    assert webhook.payload["check_run"]["id"] == check.id
    with pytest.raises(AssertionError, match="no button"):
        github.press(check, "explode", "maria")


def test_a_fork_s_workflow_names_no_pull_request(github: GitHubDouble) -> None:
    """The change has to be found by repository, branch and commit."""
    pull = github.repo("octo/app").pull(fork="someone/app", author="someone", files={"a": b"1"})
    [check, run] = github.finish_workflow(pull)
    assert run.payload["workflow_run"]["pull_requests"] == []
    assert run.payload["workflow_run"]["head_repository"]["full_name"] == "someone/app"
    assert (run.payload["workflow_run"]["head_branch"], run.payload["workflow_run"]["head_sha"]) == (
        "feature",
        pull.head,
    )
    assert check.payload["check_run"]["check_suite"]["head_branch"] is None
    assert kinds(github.opened(pull)) == ["pull_request.opened"]


def test_only_what_the_app_subscribed_to_is_told(github: GitHubDouble, pull: Pull) -> None:
    """But buttons and re-runs of its own checks always are, and nothing is where it is not installed."""
    github.app.events = ("pull_request",)
    assert github.comment(pull, "maria", "hi") == []
    assert github.finish_check(pull) == []
    assert kinds(github.press(github.checks(pull)[0], "approve", "maria")) == ["check_run.requested_action"]
    elsewhere = github.repo("other/app", installed=False).pull()
    assert github.opened(elsewhere) == []
    assert kinds(github.install(elsewhere.repo)) == ["installation.created"]
    assert kinds(github.install(github.repo("other/more", installed=False))) == ["installation_repositories.added"]
    assert kinds(github.uninstall(elsewhere.repo)) == ["installation_repositories.removed"]


def test_the_app_s_own_doings_are_told_too(github: GitHubDouble, pull: Pull) -> None:
    """A comment of ours comes back as a webhook whose sender is our bot."""
    as_installation(github, pull.repo).post(f"issues/{pull.number}/comments", {"body": "hi"})
    [webhook] = github.echoes()
    assert (kinds([webhook]), webhook.payload["sender"]["login"]) == (["issue_comment.created"], "golddigger[bot]")
    assert github.echoes() == []


class Bot:
    """Somebody who listens and answers with a status."""

    def __init__(self, status: int = 202) -> None:
        self.status = status
        self.heard: list[Request] = []

    def answer(self, request: Request) -> Answer:
        """Take a delivery."""
        self.heard.append(request)
        return Answer(self.status)


def test_webhooks_are_posted_and_can_be_delivered_again(github: GitHubDouble, pull: Pull) -> None:
    """Under the same id; what failed is listed by the API, which delivers it again when asked."""
    bot = Bot(503)
    site = Site(bot.answer)
    site.start()
    try:
        github.webhook_url = f"{site.url}/webhooks/github"
        [webhook] = github.comment(pull, "maria", "hi")
        bot.status = 202
        app = as_app(github)
        [failed] = app.get("/app/hook/deliveries?status=failure")
        assert (failed["guid"], failed["status_code"], failed["redelivery"]) == (webhook.id, 503, False)
        app.post(f"/app/hook/deliveries/{failed['id']}/attempts", {})
        _wait(lambda: len(bot.heard) == 2)
        assert github.redeliver(webhook) == 202
    finally:
        github.post.stop()
        site.stop()
    assert {one.headers["x-github-delivery"] for one in bot.heard} == {webhook.id}
    assert {one.body for one in bot.heard} == {webhook.body}
    assert [one.ok for one in github.world.delivered] == [False, True, True]


def test_the_app_s_own_doings_are_posted_from_a_thread(github: GitHubDouble, pull: Pull) -> None:
    """The bot hears of them while, or after, its request is answered."""
    bot = Bot()
    site = Site(bot.answer)
    site.start()
    try:
        github.webhook_url = site.url
        as_installation(github, pull.repo).post(f"issues/{pull.number}/comments", {"body": "hi"})
        _wait(lambda: len(bot.heard) == 1)
    finally:
        github.post.stop()
        site.stop()
    assert bot.heard[0].headers["x-github-event"] == "issue_comment"


def test_a_bot_that_is_down_is_noted(github: GitHubDouble, pull: Pull) -> None:
    """Nobody answers: the delivery failed, and waits to be delivered again."""
    github.webhook_url = "http://127.0.0.1:9/"
    github.comment(pull, "maria", "hi")
    assert [one.ok for one in github.world.delivered] == [False]


def _wait(done: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)
