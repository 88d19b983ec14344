"""bots.github speaks with a GitHub that neither we wrote nor our double's author."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bots.events import HeadMoved, Unverified
from bots.forge import Annotation, ApproveRule, Button, Change, Conclusion, Publications, Repo, Report, User, Write
from bots.github.app import AppKey, Tokens
from bots.github.forge import GitHub
from bots.github.limits import Failed
from bots.github.manifest import facts
from bots.github.needs import Purpose
from bots.github.transport import Asked, Transport
from bots.github.webhook import GitHubWebhook
from bots.pacing import at_once
from diffing.digests import blob_id
from diffing.words import Name, Refused, Sha
from tests.forges.github.keys import Key
from tests.forges.web import Answer, Request, Site
from tests.peers import emulate
from tests.peers.emulate import Emulate

pytestmark = pytest.mark.peer
if emulate.missing() and not emulate.MUST_RUN:
    pytest.skip(emulate.missing(), allow_module_level=True)

PICTURE = b"\x89PNG\r\n\x1a\nnot much of one"
MARKER = "<!-- golddigger:report -->"


class Ear:
    """Hears webhooks."""

    def __init__(self) -> None:
        self.heard: list[Request] = []

    def answer(self, request: Request) -> Answer:
        """Take a delivery."""
        self.heard.append(request)
        return Answer(202)

    def wait_for(self, wanted: Callable[[Request], bool], seconds: float = 10.0) -> Request:
        """Give the first delivery that is wanted."""
        until = time.monotonic() + seconds
        while True:
            for request in self.heard:
                if wanted(request):
                    return request
            assert time.monotonic() < until, [request.headers.get("x-github-event") for request in self.heard]
            time.sleep(0.01)


@pytest.fixture(scope="module")
def ear() -> Ear:
    """Give an ear."""
    return Ear()


@pytest.fixture(scope="module")
def peer(ear: Ear, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulate]:
    """Give a running emulate."""
    assert not emulate.missing(), emulate.missing()
    site = Site(ear.answer)
    site.start()
    try:
        with emulate.running(tmp_path_factory.mktemp("emulate"), f"{site.url}/webhooks/github") as running:
            yield running
    finally:
        site.stop()


@pytest.fixture
def forge(peer: Emulate) -> GitHub:
    """Give our forge, before the peer."""
    return GitHub(
        app_id=emulate.APP_ID,
        private_key=peer.key.private,
        api_url=peer.url,
        web_url=peer.url,
        host="github.com",
        clock=now,
        pacer=at_once(),
    )


def now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


def described(peer: Emulate, name: str = "app") -> Repo:
    """Describe one of octo's repositories as a webhook would."""
    told = peer.ask("dev", "GET", f"/repos/octo/{name}")
    return Repo(host="github.com", id=str(told["id"]), path=f"octo/{name}", tenant=emulate.INSTALLATION)


@pytest.fixture
def change(peer: Emulate, forge: GitHub, request: pytest.FixtureRequest) -> Change:
    """Give a pull request of dev's with a picture, on a branch of the test's own."""
    branch = f"feature/{abs(hash(request.node.name))}"
    files = {"goldens/a.png": base64.b64encode(PICTURE).decode()}
    peer.commit("octo/app", branch, files, message="Draw the header anew")
    new = {"title": "Mend the header", "head": branch, "base": "main"}
    number = peer.ask("dev", "POST", "/repos/octo/app/pulls", new)["number"]
    return forge.change(described(peer), str(number))


def report(change: Change, **more: object) -> Report:
    """Give a report that awaits an approval."""
    said = {
        "head": change.head,
        "handle": "golddigger:1",
        "conclusion": Conclusion.ACTION_REQUIRED,
        "title": "1 golden changed",
        "summary": "One is different.",
        "url": "https://golddigger.example.org/runs/1",
        "annotations": (Annotation(path="goldens/a.png", title="changed", message="3 pixels", failure=False),),
        "buttons": (Button(id="approve", label="Approve all", description="Commit every candidate"),),
        "comment": f"{MARKER}\n**1** golden changed",
        **more,
    }
    return Report(**said)  # type: ignore[arg-type]  # the fields are spelt above


# ------------------------------------------------------------------------------------------- who we are


def test_the_app_proves_itself_by_its_key(peer: Emulate) -> None:
    """Our JWT is taken, and what the app may do is told."""
    known = facts(Transport(peer.url), AppKey(emulate.APP_ID, peer.key.private, now))
    assert (known.slug, known.permissions) == ("golddigger", emulate.PERMISSIONS)


def test_another_key_is_refused_in_words(peer: Emulate) -> None:
    """Whoever has not the key is not the app."""
    with pytest.raises(Refused, match="does not know the app"):
        facts(Transport(peer.url), AppKey(emulate.APP_ID, Key.new().private, now))


def test_a_token_does_what_it_was_asked_for_and_nothing_else(peer: Emulate) -> None:
    """A token for reading writes no check, and one of a repository opens no other."""
    transport = Transport(peer.url)
    tokens = Tokens(transport, AppKey(emulate.APP_ID, peer.key.private, now), now)
    repo = described(peer)
    reading = tokens.of(repo, Purpose.READING)
    head = transport.send(Asked(method="GET", path="/repos/octo/app/git/ref/heads/main"), reading).data
    body = {"name": "golddigger", "head_sha": head["object"]["sha"]}
    new = Asked(method="POST", path="/repos/octo/app/check-runs", body=body)
    with pytest.raises(Failed, match="403"):
        transport.send(new, reading)
    assert transport.send(new, tokens.of(repo, Purpose.PUBLISHING)).status == 201
    with pytest.raises(Failed, match=r"\(40[34]\)"):
        transport.send(Asked(method="GET", path="/repos/octo/other/git/ref/heads/main"), reading)


# --------------------------------------------------------------------------------------------- reading


def test_a_pull_request_is_described(peer: Emulate, forge: GitHub, change: Change) -> None:
    """By number, and by the commit at its head."""
    assert (change.title, change.author, change.base_branch, change.fork) == (
        "Mend the header",
        "dev",
        "main",
        False,
    )
    assert forge.changes_at(change.repo, change.head, change.branch, "octo/app") == [change]


def test_trees_and_blobs_are_read_by_git_s_own_names(peer: Emulate, forge: GitHub, change: Change) -> None:
    """The peer names blobs as git does, and gives the same bytes back. It knows blobs as JSON only, not raw."""
    tree = forge.tree(change.repo, change.head)
    entry = tree[Name("goldens/a.png")]
    assert (entry.mode, entry.id) == ("100644", blob_id(PICTURE))
    transport = Transport(peer.url)
    tokens = Tokens(transport, AppKey(emulate.APP_ID, peer.key.private, now), now)
    asked = Asked(method="GET", path=f"/repos/octo/app/git/blobs/{entry.id}")
    told = transport.send(asked, tokens.of(change.repo, Purpose.READING)).data
    assert base64.b64decode(told["content"]) == PICTURE


def test_the_configuration_comes_from_the_base_branch(peer: Emulate, forge: GitHub, change: Change) -> None:
    """What the pull request itself changes there does not count."""

    def written(branch: str, text: str) -> None:
        peer.commit("octo/app", branch, {".golddigger.yml": base64.b64encode(text.encode()).decode()})

    written(change.branch, "version: 666\n")
    written("main", "version: 1\n")
    assert forge.config(change) == b"version: 1\n"


def test_the_newest_commits_are_told(forge: GitHub, change: Change) -> None:
    """With their messages, newest first."""
    newest, *_ = forge.history(change, 2)
    assert (newest.sha, newest.message) == (change.head, "Draw the header anew")


def test_a_person_s_permission_is_asked(peer: Emulate, forge: GitHub, change: Change) -> None:
    """Who administers may approve; who has nothing to do with the repository may not."""
    assert forge.may_approve(change, User("dev"), ApproveRule()).granted
    refused = forge.may_approve(change, User("maria"), ApproveRule())
    assert not refused.granted
    assert "maria" in refused.why


# ------------------------------------------------------------------------------------------- telling


def test_a_report_is_said_and_said_again_in_the_same_places(peer: Emulate, forge: GitHub, change: Change) -> None:
    """One check and one comment: the first time they are made, then edited."""
    *_, first = forge.publish(change, report(change), Publications())
    checks = f"/repos/octo/app/commits/{change.head}/check-runs"
    [check] = peer.ask("dev", "GET", checks)["check_runs"]
    assert (str(check["id"]), check["conclusion"], check["external_id"]) == (
        first.check,
        "action_required",
        "golddigger:1",
    )
    assert check["output"]["annotations_count"] == 1
    done = report(change, conclusion=Conclusion.SUCCESS, title="approved", comment=f"{MARKER}\napproved by dev")
    *_, second = forge.publish(change, done, first)
    assert (second.check, second.comment) == (first.check, first.comment)
    [check] = peer.ask("dev", "GET", checks)["check_runs"]
    assert (check["conclusion"], check["output"]["title"]) == ("success", "approved")
    [comment] = peer.ask("dev", "GET", f"/repos/octo/app/issues/{change.number}/comments")
    assert (comment["body"], comment["user"]["login"]) == (f"{MARKER}\napproved by dev", "golddigger[bot]")


def test_a_lost_comment_is_found_by_marker_and_author(peer: Emulate, forge: GitHub, change: Change) -> None:
    """Not one that somebody else marked as ours."""
    planted = {"body": f"{MARKER}\nplanted"}
    peer.ask("dev", "POST", f"/repos/octo/app/issues/{change.number}/comments", planted)
    *_, first = forge.publish(change, report(change), Publications())
    lost = Publications(check=first.check, annotated=first.annotated)
    *_, second = forge.publish(change, report(change, comment=f"{MARKER}\nagain"), lost)
    assert second.comment == first.comment
    comments = peer.ask("dev", "GET", f"/repos/octo/app/issues/{change.number}/comments")
    assert [each["body"] for each in comments] == [f"{MARKER}\nplanted", f"{MARKER}\nagain"]


# ------------------------------------------------------------------------------------------- writing


def test_files_are_committed_by_git_s_objects(peer: Emulate, forge: GitHub, change: Change) -> None:
    """The peer has no GraphQL; a file with a mode of its own goes the way of objects, and keeps it."""
    files = [Write(name=Name("goldens/run.sh"), content=b"#!/bin/sh\n", mode="100755")]
    made = forge.commit(change, files, "Accept 1 golden\n\nApproved-by: dev", change.head)
    ref = f"/repos/octo/app/git/ref/heads/{change.branch}"  # its pull requests do not follow their branch
    assert peer.ask("dev", "GET", ref)["object"]["sha"] == made.sha
    assert forge.tree(change.repo, made.sha)[Name("goldens/run.sh")].mode == "100755"
    with pytest.raises(Refused):
        forge.commit(change, files, "Late", change.head)
    assert peer.ask("dev", "GET", ref)["object"]["sha"] == made.sha


def test_a_branch_beside_is_made_and_moved(forge: GitHub, change: Change) -> None:
    """What cannot be pushed to the change's own branch stands on one of ours; twice is no trouble."""
    branch = f"golddigger/pr-{change.number}"
    ours: list[Sha] = []
    for content in (b"first", b"second"):
        files = [Write(name=Name("goldens/a.png"), content=content), Write(name=Name("README.md"), content=None)]
        made = forge.commit_beside(change, files, "Accept", branch, ours=ours)
        ours.append(made.sha)
        tree = forge.tree(change.repo, Sha(made.sha))
        assert tree[Name("goldens/a.png")].id == blob_id(content)
        assert Name("README.md") not in tree


# ------------------------------------------------------------------------------------------- webhooks


def test_its_webhooks_are_verified_and_read(peer: Emulate, ear: Ear, change: Change) -> None:
    """Signed by somebody else's code over somebody else's JSON; one letter changed, and they are refused."""
    body = f'"number":{change.number},'.encode()
    opened = ear.wait_for(lambda one: one.headers["x-github-event"] == "pull_request" and body in one.body)
    webhook = GitHubWebhook("github.com", [b"an older one", emulate.SECRET.encode()], app_id=emulate.APP_ID)
    read = webhook.read(webhook.verify(opened.headers, opened.body))
    assert read == HeadMoved(repo=replace(change.repo, private=True), number=change.number)
    for request in list(ear.heard):
        assert webhook.verify(request.headers, request.body).body == request.body
        with pytest.raises(Unverified, match="fits none"):
            webhook.verify(request.headers, request.body.replace(b"octo", b"acto"))
