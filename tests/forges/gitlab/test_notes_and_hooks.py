"""Show merge requests, notes, emoji, and the webhooks that tell of them, through python-gitlab."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from gitlab import GitlabError, GitlabHttpError

from tests.forges.gitlab import quick_actions
from tests.forges.gitlab.client import as_bot, as_person, merge_request, project
from tests.forges.gitlab.double import GitLabDouble
from tests.forges.gitlab.world import Pull
from tests.forges.pace import Kind
from tests.forges.web import Answer, Request, Site

pytestmark = pytest.mark.slow

SIGNING = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


@dataclass
class Bot:
    """Somebody who listens, and answers with a status."""

    status: int = 200
    heard: list[Request] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        """Take a webhook."""
        self.heard.append(request)
        return Answer(self.status, {})


@pytest.fixture
def bot(gitlab: GitLabDouble) -> Iterator[Bot]:
    """Let somebody listen where the hooks post to."""
    bot = Bot()
    site = Site(bot.answer)
    site.start()
    gitlab.webhook_url = f"{site.url}/webhooks/gitlab"
    yield bot
    gitlab.post.stop()
    site.stop()


@pytest.fixture
def pull(gitlab: GitLabDouble) -> Pull:
    """Give a merge request."""
    return gitlab.repo("octo/app").pull(files={"lib/app.dart": b"// new\n"})


def test_a_merge_request_tells_of_its_ends(gitlab: GitLabDouble, pull: Pull) -> None:
    """Head, base and the target's head; and it is found by its branch, and by its commit."""
    shown = merge_request(gitlab, pull)
    assert shown.sha == shown.diff_refs["head_sha"] == pull.head
    assert shown.diff_refs["base_sha"] == pull.repo.sha("main")
    pull.repo.commit("main", {"later": b"1"})
    assert merge_request(gitlab, pull).diff_refs["start_sha"] == pull.repo.log("main")[-1].sha
    here = project(gitlab, pull.repo)
    assert [one.iid for one in here.mergerequests.list(source_branch="feature", state="opened", get_all=True)] == [
        1
    ]
    assert here.mergerequests.list(source_branch="other", get_all=True) == []
    assert [one["iid"] for one in here.commits.get(pull.head).merge_requests()] == [1]


def test_a_fork_says_whether_others_may_push(gitlab: GitLabDouble) -> None:
    """The source project is another one, and the flag is there only for forks."""
    repo = gitlab.repo("octo/app", private=False)
    pull = repo.pull(files={"a": b"1"}, fork="dev/app", allow_collaboration=True)
    shown = merge_request(gitlab, pull)
    assert (shown.source_project_id, shown.target_project_id) == (pull.head_repo and pull.head_repo.id, repo.id)
    assert shown.allow_collaboration is True
    own = merge_request(gitlab, repo.pull(branch="own", files={"b": b"1"}))
    assert "allow_collaboration" not in own.attributes


def test_a_note_is_written_edited_and_told(gitlab: GitLabDouble, pull: Pull) -> None:
    """The hook of an edit names the author as `user`, and who edited it in `updated_by_id`."""
    note = merge_request(gitlab, pull).notes.create({"body": "- [ ] all"})
    [made] = gitlab.echoes()
    assert (made.payload["object_attributes"]["action"], made.payload["user"]["username"]) == (
        "create",
        "golddigger",
    )
    pull.repo.role("maria", "maintainer")
    edited = merge_request(gitlab, pull, as_person(gitlab, "maria")).notes.get(note.id)
    edited.body = "- [x] all"
    edited.save()
    [told] = gitlab.echoes()
    assert told.payload["user"]["username"] == "golddigger"
    attributes = told.payload["object_attributes"]
    assert (attributes["action"], attributes["note"]) == ("update", "- [x] all")
    assert attributes["updated_by_id"] == gitlab.account("maria").id


def test_an_edit_that_changes_nothing_is_not_told(gitlab: GitLabDouble, pull: Pull) -> None:
    """The same text again causes no hook."""
    note = merge_request(gitlab, pull).notes.create({"body": "text"})
    gitlab.echoes()
    note.body = "text"
    note.save()
    assert gitlab.echoes() == []


def test_only_the_author_and_maintainers_edit_a_note(gitlab: GitLabDouble, pull: Pull) -> None:
    """A developer may not touch another's note."""
    gitlab.comment(pull, "dev", "mine")
    note = merge_request(gitlab, pull).notes.list(get_all=True)[0]
    note.body = "ours"
    with pytest.raises(GitlabError) as refused:
        note.save()
    assert refused.value.response_code == 403


def test_quick_actions_are_taken_out_of_notes(gitlab: GitLabDouble, pull: Pull) -> None:
    """Registered ones only: `/golddigger approve` stays, and a note of quick actions alone is not kept."""
    notes = merge_request(gitlab, pull).notes
    notes.create({"body": "/golddigger approve\n/label ~ui\nthanks"})
    assert [note.body for note in notes.list(get_all=True)] == ["/golddigger approve\nthanks"]
    gitlab.echoes()
    done = notes.create({"body": "/approve"})
    assert done.attributes["commands_changes"] == {"approve": True}
    assert len(notes.list(get_all=True)) == 1
    assert gitlab.echoes() == []
    assert gitlab.comment(pull, "dev", "/close") == []


@pytest.mark.parametrize(
    "text", ["```\n/approve\n```", "> /approve", " /approve", "/approved by all", "see /approve"]
)
def test_what_only_looks_like_a_quick_action_stays(text: str) -> None:
    """In code, in a quote, indented, or as part of other words it is text."""
    assert quick_actions.extract(text) == (text, [])


def test_the_newest_notes_come_first_unless_asked_otherwise(gitlab: GitLabDouble, pull: Pull) -> None:
    """Lists are paged by number, with totals in headers; GitLab's own notes are among them."""
    for number in range(25):
        gitlab.comment(pull, "dev", str(number))
    gitlab.push(pull, {"b": b"2"})
    notes = merge_request(gitlab, pull).notes
    assert [note.body for note in notes.list(get_all=False)][:2] == ["added 1 commit", "24"]
    assert [note.body for note in notes.list(sort="asc", order_by="created_at", get_all=True)][:2] == ["0", "1"]
    listed = notes.list(iterator=True)
    assert (len(listed), listed.total_pages) == (26, 2)
    assert notes.list(get_all=True)[0].system is True


def test_emoji_are_given_once_and_told(gitlab: GitLabDouble, pull: Pull) -> None:
    """By the bot through the API, by people; a second of the same is refused."""
    gitlab.comment(pull, "dev", "/golddigger approve")
    note = merge_request(gitlab, pull).notes.list(get_all=True)[0]
    award = note.awardemojis.create({"name": "eyes"})
    with pytest.raises(GitlabError) as refused:
        note.awardemojis.create({"name": "eyes"})
    assert refused.value.response_code == 404
    award.delete()
    note.awardemojis.create({"name": "rocket"})
    assert gitlab.comments(pull)[0].reactions == [(gitlab.bot, "rocket")]
    assert [hook.action for hook in gitlab.echoes()] == ["award", "revoke", "award"]
    [told] = gitlab.award(pull, "maria", "thumbsup", on=gitlab.comments(pull)[0])
    assert told.payload["user"]["username"] == "maria"
    assert told.payload["note"]["id"] == note.id
    assert told.payload["merge_request"]["iid"] == pull.number


def test_hooks_carry_their_secret_a_key_and_a_signature(gitlab: GitLabDouble, bot: Bot) -> None:
    """The secret as it is; the signature over key, time and body, where the hook has a signing token."""
    gitlab.world.signing_token = SIGNING
    pull = gitlab.repo("octo/app").pull(files={"a": b"1"})
    [webhook] = gitlab.comment(pull, "dev", "hello")
    gitlab.redeliver(webhook)
    first, again = bot.heard
    assert first.headers["x-gitlab-token"] == gitlab.webhook_secret
    assert first.headers["x-gitlab-event"] == "Note Hook"
    assert first.headers["idempotency-key"] == first.headers["webhook-id"] == again.headers["idempotency-key"]
    text = f"{first.headers['webhook-id']}.{first.headers['webhook-timestamp']}.".encode() + first.body
    digest = hmac.new(b"0123456789abcdef0123456789abcdef", text, hashlib.sha256).digest()
    assert first.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


def test_a_push_is_told_twice(gitlab: GitLabDouble, pull: Pull) -> None:
    """As a push, and as a merge request whose head was another; a branch that is deleted ends in zeros."""
    before = pull.head
    push, update = gitlab.push(pull, {"b": b"2"})
    assert (push.payload["before"], push.payload["after"]) == (before, pull.head)
    assert push.payload["commits"][0]["added"] == ["b"]
    assert (update.action, update.payload["object_attributes"]["oldrev"]) == ("update", before)
    assert update.payload["object_attributes"]["last_commit"]["id"] == pull.head
    [closed] = gitlab.close(pull)
    assert (closed.action, closed.payload["object_attributes"]["state"]) == ("close", "closed")
    [gone] = gitlab.delete_branch(pull)
    assert (gone.payload["after"], gone.payload["checkout_sha"]) == ("0" * 40, None)


def test_a_hook_whose_caller_errs_four_times_is_off_for_good(gitlab: GitLabDouble, bot: Bot, pull: Pull) -> None:
    """Until somebody tries it and it is taken."""
    bot.status = 401
    for _ in range(6):
        gitlab.comment(pull, "dev", "hello")
    assert len(bot.heard) == 4
    pull.repo.role("maria", "maintainer")
    [hook] = project(gitlab, pull.repo, as_person(gitlab, "maria")).hooks.list(get_all=True)
    assert hook.alert_status == "disabled"
    with pytest.raises(GitlabError):
        hook.test("push_events")
    bot.status = 202
    hook.test("note_events")
    assert bot.heard[-1].headers["x-gitlab-event"] == "Note Hook"
    gitlab.comment(pull, "dev", "hello")
    assert len(bot.heard) == 7


def test_a_hook_pauses_while_the_bot_is_down() -> None:
    """For a minute first, then for longer each time."""
    moment = [datetime(2026, 1, 1, tzinfo=UTC)]
    with GitLabDouble(lambda: moment[0]) as double:
        double.webhook_url = "http://127.0.0.1:9/"
        pull = double.repo("octo/app").pull(files={"a": b"1"})
        for _ in range(5):
            double.comment(pull, "dev", "hello")
        assert len(double.delivered) == 4
        moment[0] += timedelta(seconds=61)
        double.comment(pull, "dev", "hello")
        assert len(double.delivered) == 5
        moment[0] += timedelta(seconds=61)
        assert double.comment(pull, "dev", "hello") == []


def test_hooks_are_a_maintainers_affair(gitlab: GitLabDouble, pull: Pull) -> None:
    """Made, changed and listed without their secrets; a developer is refused."""
    with pytest.raises(GitlabError) as refused:
        project(gitlab, pull.repo).hooks.list(get_all=True)
    assert refused.value.response_code == 403
    pull.repo.role("maria", "maintainer")
    hooks = project(gitlab, pull.repo, as_person(gitlab, "maria")).hooks
    made = hooks.create(
        {"url": "http://bot.example.org/", "token": "hush", "note_events": True, "push_events": False}
    )
    assert (made.note_events, made.push_events, made.token_present) == (True, False, True)
    assert "hush" not in str(made.attributes)
    hooks.update(made.id, {"url": made.url, "signing_token": SIGNING, "emoji_events": True})
    changed = hooks.get(made.id)
    assert (changed.signing_token_present, changed.emoji_events, changed.note_events) == (True, True, True)
    with pytest.raises(GitlabError):
        hooks.update(made.id, {"url": made.url, "signing_token": "short"})


def test_a_group_has_hooks_for_all_its_projects(gitlab: GitLabDouble, bot: Bot) -> None:
    """An owner makes one, and it hears of projects in groups within."""
    gitlab.group("octo").role("olga", "owner")
    repo = gitlab.repo("octo/web/app", installed=False)
    hooks = as_person(gitlab, "olga").groups.get("octo").hooks
    hooks.create({"url": str(gitlab.webhook_url), "token": "group's", "note_events": True})
    gitlab.comment(repo.pull(files={"a": b"1"}), "dev", "hello")
    assert [request.headers["x-gitlab-token"] for request in bot.heard] == ["group's"]


def test_sixty_notes_a_minute_are_the_most(gitlab: GitLabDouble, pull: Pull) -> None:
    """The next one is refused, and told when to come again."""
    notes = merge_request(gitlab, pull).notes
    for number in range(60):
        notes.create({"body": str(number)})
    with pytest.raises(GitlabHttpError) as refused:
        as_bot(gitlab).http_post(
            f"/projects/{pull.repo.id}/merge_requests/1/notes", post_data={"body": "60"}, obey_rate_limit=False
        )
    assert refused.value.response_code == 429
    assert gitlab.limits.busiest_minute() == 60


@pytest.mark.parametrize("kind", ["primary", "secondary"])
def test_a_limit_answers_as_gitlab_does(gitlab: GitLabDouble, kind: Kind) -> None:
    """With 429, and when to come again in the headers."""
    repo = gitlab.repo("octo/app")
    gitlab.limit(kind, retry_after=17)
    refused = as_bot(gitlab).session.get(f"{gitlab.url}/api/v4/projects/{repo.id}", timeout=5)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "17")
    assert ("RateLimit-Reset" in refused.headers) == (kind == "primary")
    assert as_bot(gitlab).projects.get(repo.id).id == repo.id


def test_a_servers_hook_hears_of_all_its_projects(gitlab: GitLabDouble, bot: Bot) -> None:
    """Of merge requests and of projects that are gone, all under one event's name; of notes nothing."""
    gitlab.system_hook()
    repo = gitlab.repo("octo/app", installed=False)
    pull = repo.pull(files={"a": b"1"})
    gitlab.opened(pull)
    gitlab.comment(pull, "dev", "hello")
    gitlab.destroy(repo)
    assert [request.headers["x-gitlab-event"] for request in bot.heard] == ["System Hook"] * 3
    kinds = [request.json.get("object_kind") or request.json["event_name"] for request in bot.heard]
    assert kinds == ["push", "merge_request", "project_destroy"]
    with pytest.raises(GitlabError):
        as_bot(gitlab).projects.get(repo.path)
