"""GitHub's deliveries: proved by their signature, and read without ever raising."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.events import (
    AccessChanged,
    BranchGone,
    Commanded,
    Delivery,
    Event,
    HeadMoved,
    Ignored,
    PipelineFinished,
    Pressed,
    RerunAsked,
    Ticked,
    Unverified,
)
from bots.github.webhook import GitHubWebhook
from diffing.words import Refused
from tests.contract import contract
from tests.forges.github import world
from tests.forges.github.double import GitHubDouble
from tests.forges.github.hooks import Webhook, sign

Json = Any
APP = "29310"
SECRET = b"a secret"
WEBHOOK = GitHubWebhook("github.com", [SECRET], app_id=APP)
BODY = b'{"zen": "Keep it logically awesome."}'


def headers(secret: str = "a secret", body: bytes = BODY) -> dict[str, str]:
    """Sign as GitHub does."""
    return sign(secret, body, "ping", delivery="72d3162e-cc78-11e3-81ab-4c9367dc0958")


def read(event: str, payload: Json, app_id: str = APP) -> Event:
    """Read a payload as the app."""
    body = json.dumps(payload).encode()
    return GitHubWebhook("github.com", [SECRET], app_id=app_id).read(Delivery("github.com", "1", event, body))


def heard(github: GitHubDouble, sent: list[Webhook], event: str) -> Event:
    """Verify and read what the double sends."""
    webhook = GitHubWebhook("github.com", [github.app.webhook_secret.encode()], app_id=str(github.app.id))
    [one] = [each for each in sent if each.event == event]
    return webhook.read(webhook.verify(one.headers, one.body))


# ------------------------------------------------------------------------------------------- verify


def test_a_signed_delivery_is_taken() -> None:
    """With its id and its event, whatever the letter case of the headers."""
    shouted = {name.upper(): text for name, text in headers().items()}
    expected = Delivery("github.com", "72d3162e-cc78-11e3-81ab-4c9367dc0958", "ping", BODY)
    assert WEBHOOK.verify(headers(), BODY) == WEBHOOK.verify(shouted, BODY) == expected


def test_several_secrets_are_valid_at_once() -> None:
    """So that one can be replaced without a gap."""
    both = GitHubWebhook("github.com", [b"new", b"old"], app_id=APP)
    assert both.verify(headers("new"), BODY).body == BODY
    assert both.verify(headers("old"), BODY).body == BODY
    with pytest.raises(Unverified, match="fits none"):
        both.verify(headers("other"), BODY)


@pytest.mark.parametrize("secrets", [[], [b""], [b"good", b""]])
def test_without_a_secret_it_does_not_start(secrets: list[bytes]) -> None:
    """An empty secret would verify for everybody."""
    with pytest.raises(Refused, match="GOLDDIGGER_GITHUB_WEBHOOK_SECRET"):
        GitHubWebhook("github.com", secrets, app_id=APP)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=",
        "sha256=ü",
        "sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "sha256=" + "0" * 64,
        "\ud800",
    ],
)
def test_a_signature_that_is_not_ours_is_unverified(signature: str | None) -> None:
    """Missing, malformed, not ASCII, of another kind: never an error of our own."""
    given_headers = {name: text for name, text in headers().items() if name != "X-Hub-Signature-256"}
    if signature is not None:
        given_headers["X-Hub-Signature-256"] = signature
    with pytest.raises(Unverified):
        WEBHOOK.verify(given_headers, BODY)


def test_a_body_that_was_changed_on_the_way_is_unverified() -> None:
    """The signature covers every byte."""
    with pytest.raises(Unverified):
        WEBHOOK.verify(headers(), BODY + b" ")


@pytest.mark.parametrize("missing", ["X-GitHub-Event", "X-GitHub-Delivery"])
def test_a_delivery_without_event_or_id_is_unverified(missing: str) -> None:
    """It could neither be read nor be told from a copy."""
    with pytest.raises(Unverified, match="event and its id"):
        WEBHOOK.verify({**headers(), missing: ""}, BODY)


@given(
    st.dictionaries(st.text(max_size=40), st.text(max_size=80), max_size=4),
    st.text(max_size=80),
    st.binary(max_size=50),
)
def test_hostile_headers_are_unverified_and_nothing_else(
    more: dict[str, str], signature: str, body: bytes
) -> None:
    """No header makes a 500."""
    with pytest.raises(Unverified):
        WEBHOOK.verify({**more, "X-Hub-Signature-256": signature}, body)


# --------------------------------------------------------------------------------------------- read


def test_the_end_of_ci_is_heard_with_where_it_ran(github: GitHubDouble) -> None:
    """Also for a fork, whose pull request GitHub does not name."""
    repo = github.repo("acme/app")
    pull = repo.pull(branch="x", files={"a": b"1"}, fork="stranger/app", author="stranger")
    event = heard(github, github.finish_workflow(pull), "workflow_run")
    assert isinstance(event, PipelineFinished)
    assert (event.head, event.branch, event.head_path) == (pull.head, "x", "stranger/app")
    assert (event.repo.id, event.repo.path, event.repo.private) == (str(repo.id), "acme/app", True)
    assert event.repo.tenant


def test_the_start_of_ci_is_nothing(github: GitHubDouble) -> None:
    """Only its end brings artifacts."""
    pull = github.repo("acme/app").pull(files={"a": b"1"})
    assert isinstance(heard(github, github.start_workflow(pull), "workflow_run"), Ignored)


def test_another_apps_check_ends_ci_and_a_workflows_job_does_not(github: GitHubDouble) -> None:
    """Each job of GitHub Actions has a check; their workflow's end is enough."""
    pull = github.repo("acme/app").pull(branch="x", files={"a": b"1"})
    event = heard(github, github.finish_check(pull), "check_run")
    assert isinstance(event, PipelineFinished)
    assert (event.head, event.branch, event.head_path) == (pull.head, "x", "acme/app")
    assert isinstance(heard(github, github.finish_workflow(pull), "check_run"), Ignored)


def test_our_own_check_starts_nothing() -> None:
    """Or its end would start it again, forever."""
    [payload, *_] = [
        payload
        for name, payload in contract.payloads()
        if (name, payload.get("action")) == ("check_run", "completed")
    ]
    ours = copy.deepcopy(payload)
    ours["check_run"]["app"] = {"id": 77, "slug": "golddigger"}
    assert isinstance(read("check_run", ours, app_id="76"), PipelineFinished)
    assert read("check_run", ours, app_id="77") == Ignored("our own check")


def test_a_command_carries_who_when_and_what(github: GitHubDouble) -> None:
    """And how git names them."""
    pull = github.repo("acme/app").pull(files={"a": b"1"})
    event = heard(github, github.comment(pull, "maria", "/golddigger approve"), "issue_comment")
    maria = github.account("maria")
    assert isinstance(event, Commanded)
    assert (event.number, event.text, event.who.name) == (str(pull.number), "/golddigger approve", "maria")
    assert not event.who.bot
    assert event.who.author == f"maria <{maria.id}+maria@users.noreply.github.com>"
    assert event.written_at == github.comments(pull)[-1].created_at
    assert event.comment == str(github.comments(pull)[-1].id)


def test_an_authors_own_edit_is_said_anew_and_anothers_edit_is_not(github: GitHubDouble) -> None:
    """Whoever may edit could otherwise speak in another's name."""
    pull = github.repo("acme/app").pull(files={"a": b"1"})
    github.comment(pull, "maria", "hello")
    comment = github.comments(pull)[-1]
    own = heard(github, github.edit(pull, comment, "maria", "/golddigger approve"), "issue_comment")
    assert isinstance(own, Commanded)
    assert own.text == "/golddigger approve"
    forged = heard(github, github.edit(pull, comment, "mallory", "/golddigger approve all"), "issue_comment")
    assert isinstance(forged, Ignored)


def test_a_tick_is_the_editors_not_the_comments_authors(github: GitHubDouble) -> None:
    """The comment is the bot's; the person who edited it may or may not approve."""
    pull = github.repo("acme/app").pull(files={"a": b"1"})
    now = datetime(2026, 1, 1, tzinfo=UTC)
    comment = world.Comment(1, pull.number, github.app.bot, "- [ ] Approve", now, now, app=github.app)
    pull.repo.comments[1] = comment
    event = heard(github, github.edit(pull, comment, "maria", "- [x] Approve"), "issue_comment")
    assert isinstance(event, Ticked)
    assert (event.who.name, event.author.name, event.author.bot) == ("maria", "golddigger[bot]", True)
    assert (event.before, event.after, event.comment) == ("- [ ] Approve", "- [x] Approve", "1")


def test_a_bots_edit_is_nothing(github: GitHubDouble) -> None:
    """Neither our own, nor another bot's in our comment: only people tick."""
    pull = github.repo("acme/app").pull(files={"a": b"1"})
    now = datetime(2026, 1, 1, tzinfo=UTC)
    github.world.account("other[bot]", "Bot")
    for editor in ("golddigger[bot]", "other[bot]"):
        comment = world.Comment(1, pull.number, github.app.bot, "- [ ] Approve", now, now, app=github.app)
        pull.repo.comments[1] = comment
        edited = github.edit(pull, comment, editor, "- [x] Approve")
        assert isinstance(heard(github, edited, "issue_comment"), Ignored)


def test_a_button_and_rerun_are_heard(github: GitHubDouble) -> None:
    """With the handle that stands beside our check."""
    pull = github.repo("acme/app").pull(files={"a": b"1"})
    check = world.CheckRun(5, "golddigger", pull.head, github.app, 1, "completed", "action_required")
    check.external_id, check.actions = "handle", [{"identifier": "approve", "label": "a", "description": "b"}]
    check.started_at = check.completed_at = github.world.now()
    pull.repo.checks[5] = check
    pressed = heard(github, github.press(check, "approve", "maria"), "check_run")
    assert isinstance(pressed, Pressed)
    assert (pressed.head, pressed.handle, pressed.button, pressed.who.name) == (
        pull.head,
        "handle",
        "approve",
        "maria",
    )
    assert isinstance(heard(github, github.rerequest(check, "maria"), "check_run"), RerunAsked)
    assert isinstance(heard(github, github.rerequest_suite(pull, "maria"), "check_suite"), RerunAsked)


def test_what_happens_to_a_pull_request_is_heard(github: GitHubDouble) -> None:
    """Opened, pushed to, closed, opened again."""
    pull = github.repo("acme/app").pull(files={"a": b"1"})
    number = str(pull.number)
    seen = [
        heard(github, github.opened(pull), "pull_request"),
        heard(github, github.push(pull, {"a": b"2"}), "pull_request"),
        heard(github, github.close(pull), "pull_request"),
        heard(github, github.reopen(pull), "pull_request"),
    ]
    assert [type(event) for event in seen] == [HeadMoved, HeadMoved, BranchGone, HeadMoved]
    assert {event.number for event in seen if isinstance(event, HeadMoved | BranchGone)} == {number}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"base": {"ref": {"from": "main"}}}, HeadMoved), ({"title": {"from": "a"}}, Ignored)],
)
def test_only_another_base_makes_an_edit_matter(changes: Json, expected: type[Event]) -> None:
    """Another base is another configuration; another title is nothing."""
    [payload, *_] = [payload for name, payload in contract.payloads() if name == "pull_request"]
    assert isinstance(read("pull_request", {**payload, "action": "edited", "changes": changes}), expected)


def test_installing_and_uninstalling_is_heard(github: GitHubDouble) -> None:
    """Repository by repository, and the last one with everything."""
    one, two = github.repo("acme/one", installed=False), github.repo("acme/two", installed=False)
    given = heard(github, github.install(one), "installation")
    assert isinstance(given, AccessChanged)
    assert ([repo.path for repo in given.repos], given.gone) == (["acme/one"], False)
    more = heard(github, github.install(two), "installation_repositories")
    assert isinstance(more, AccessChanged)
    assert ([repo.id for repo in more.repos], more.tenant) == ([str(two.id)], given.tenant)
    less = heard(github, github.uninstall(two), "installation_repositories")
    assert isinstance(less, AccessChanged)
    assert (less.gone, less.everything) == (True, False)
    gone = heard(github, github.uninstall(one), "installation")
    assert isinstance(gone, AccessChanged)
    assert (gone.gone, gone.everything, gone.host) == (True, True, "github.com")


@pytest.mark.parametrize("repositories", [None, 5, "x", {}, [5], [{"id": 1}]])
def test_an_installation_with_odd_repositories_is_read_or_ignored(repositories: Json) -> None:
    """Never an error."""
    payload = {"action": "created", "installation": {"id": 7}, "repositories": repositories}
    event = read("installation", payload)
    assert isinstance(event, Ignored) or (isinstance(event, AccessChanged) and event.repos == ())


def test_a_payload_wrapped_in_a_form_is_read_too() -> None:
    """A webhook may be set up to send forms."""
    [payload, *_] = [
        payload
        for name, payload in contract.payloads()
        if (name, payload.get("action")) == ("pull_request", "closed")
    ]
    body = urlencode({"payload": json.dumps(payload)}).encode()
    assert isinstance(WEBHOOK.read(Delivery("github.com", "1", "pull_request", body)), BranchGone)


def test_a_blanked_comment_of_ours_is_a_tick_of_nothing() -> None:
    """So that it is rendered again; GitHub may send null for its text."""
    [payload, *_] = [
        payload
        for name, payload in contract.payloads()
        if (name, payload.get("action")) == ("issue_comment", "edited")
    ]
    blanked = copy.deepcopy(payload)
    blanked["issue"]["pull_request"] = {}
    blanked["comment"]["user"]["type"] = "Bot"
    blanked["comment"]["user"]["login"] = "golddigger[bot]"
    blanked["comment"]["body"] = None
    event = read("issue_comment", blanked)
    assert isinstance(event, Ticked)
    assert event.after == ""


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b'"\\ud800"', b'{"a": "\\u0000"}', b"9" * 5000, b"payload=", b"\xff"]
)
def test_what_is_no_json_that_can_be_kept_is_ignored(body: bytes) -> None:
    """Broken, too deep, with halves of characters or NUL, with numbers that no machine writes."""
    assert isinstance(WEBHOOK.read(Delivery("github.com", "1", "pull_request", body)), Ignored)


def test_a_comment_about_nul_is_only_a_comment(github: GitHubDouble) -> None:
    """Somebody may write of escapes without being unheard."""
    pull = github.repo("acme/app").pull(files={"a": b"1"})
    event = heard(github, github.comment(pull, "maria", "the name ends in \\u0000"), "issue_comment")
    assert isinstance(event, Commanded)
