"""Checks and comments are kept, limited and shown as on GitHub."""

from __future__ import annotations

from typing import Any

import pytest

from tests.forges.github.client import Client, as_installation
from tests.forges.github.double import GitHubDouble
from tests.forges.github.world import Pull

pytestmark = pytest.mark.slow

BUTTON = {"label": "Approve all", "description": "Commit all", "identifier": "approve"}


def remarks(count: int, start: int = 1) -> list[dict[str, Any]]:
    """Give annotations on lines that tell them apart."""
    return [
        {
            "path": "a.png",
            "start_line": line,
            "end_line": line,
            "annotation_level": "notice",
            "message": f"m{line}",
        }
        for line in range(start, start + count)
    ]


@pytest.fixture
def pull(github: GitHubDouble) -> Pull:
    """Give an open pull request."""
    return github.repo("octo/app").pull(files={"a.png": b"1"})


@pytest.fixture
def client(github: GitHubDouble, pull: Pull) -> Client:
    """Give somebody who may do all that our app may."""
    return as_installation(github, pull.repo)


def test_a_check_runs_and_completes(github: GitHubDouble, client: Client, pull: Pull) -> None:
    """In progress first, with no conclusion; completed with one, buttons, and the pull request it belongs to."""
    made = client.post("check-runs", {"name": "golddigger", "head_sha": pull.head, "status": "in_progress"})
    assert (made["status"], made["conclusion"], made["app"]["slug"]) == ("in_progress", None, "golddigger")
    assert [one["number"] for one in made["pull_requests"]] == [pull.number]
    output = {"title": "2 changed", "summary": "s"}
    body = {"conclusion": "action_required", "output": output, "actions": [BUTTON], "external_id": "run-1"}
    done = client.patch(f"check-runs/{made['id']}", body)
    assert (done["status"], done["conclusion"], done["external_id"]) == ("completed", "action_required", "run-1")
    [check] = github.checks(pull)
    assert (check.title, check.actions) == ("2 changed", [BUTTON])


def test_annotations_are_added_never_replaced(github: GitHubDouble, client: Client, pull: Pull) -> None:
    """Fifty a request; later requests append, and the list is paged."""
    output = {"title": "t", "summary": "s", "annotations": remarks(50)}
    made = client.post("check-runs", {"name": "n", "head_sha": pull.head, "output": output})
    more = {"title": "t", "summary": "s2", "annotations": remarks(10, 51)}
    assert client.patch(f"check-runs/{made['id']}", {"output": more})["output"]["annotations_count"] == 60
    listed = client.get(f"check-runs/{made['id']}/annotations?per_page=100")
    assert [one["start_line"] for one in listed] == list(range(1, 61))
    assert github.checks(pull)[0].summary == "s2"


def test_51_annotations_break_the_contract(github: GitHubDouble, client: Client, pull: Pull) -> None:
    """The request gets a 500 that says why, and the double remembers the violation."""
    output = {"title": "t", "summary": "s", "annotations": remarks(51)}
    answer = client.ask("POST", "check-runs", json={"name": "n", "head_sha": pull.head, "output": output})
    assert answer.status_code == 500
    assert "output/annotations" in answer.json()["message"]
    assert github.checks(pull) == []
    [violation] = github.violations
    assert violation.startswith("request POST /repos/{owner}/{repo}/check-runs")
    github.api.violations.clear()


@pytest.mark.parametrize(
    "body",
    [
        {"status": "completed"},
        {"head_sha": "0" * 40},
        {"output": {"title": "t", "summary": "s", "annotations": [{**remarks(1)[0], "title": "t" * 256}]}},
        {
            "output": {
                "title": "t",
                "summary": "s",
                "annotations": [{**remarks(1)[0], "message": "ä" * 40_000}],
            }
        },
    ],
)
def test_what_github_says_in_prose_is_held_too(client: Client, pull: Pull, body: dict[str, Any]) -> None:
    """A conclusion for what is completed, a commit that exists, 255 characters and 64 KB for an annotation."""
    request = {"name": "n", "head_sha": pull.head, **body}
    assert client.ask("POST", "check-runs", json=request).status_code == 422


def test_only_the_newest_check_of_a_name_is_listed(github: GitHubDouble, client: Client, pull: Pull) -> None:
    """Unless all are asked for; other apps' checks are listed too, and told apart by their app."""
    for summary in ("first", "second"):
        body = {"name": "golddigger", "head_sha": pull.head, "output": {"title": "t", "summary": summary}}
        client.post("check-runs", body)
    github.finish_check(pull, name="golddigger", app="impostor")
    path = f"commits/{pull.head}/check-runs?check_name=golddigger"
    listed = client.get(path)["check_runs"]
    assert [one["app"]["slug"] for one in listed] == ["impostor", "golddigger"]
    assert [one["output"]["summary"] for one in listed] == [None, "second"]
    assert client.get(f"{path}&filter=all")["total_count"] == 3
    assert client.get(f"{path}&app_id={github.app.id}")["total_count"] == 1


def test_another_app_s_check_cannot_be_changed(github: GitHubDouble, client: Client, pull: Pull) -> None:
    """A check belongs to the app that made it."""
    github.finish_check(pull)
    [check] = pull.repo.checks.values()
    assert client.ask("PATCH", f"check-runs/{check.id}", json={"name": "mine"}).status_code == 403


def test_a_fork_s_check_names_no_pull_request(github: GitHubDouble) -> None:
    """GitHub gives an empty list for commits of forks."""
    pull = github.repo("octo/app").pull(fork="someone/app", author="someone", files={"a": b"1"})
    client = as_installation(github, pull.repo)
    made = client.post("check-runs", {"name": "n", "head_sha": pull.head})
    assert made["pull_requests"] == []


def test_a_comment_is_written_edited_and_deleted(github: GitHubDouble, client: Client, pull: Pull) -> None:
    """By the app's bot; its id stays the same."""
    made = client.post(f"issues/{pull.number}/comments", {"body": "first"})
    assert (made["user"]["login"], made["user"]["type"]) == ("golddigger[bot]", "Bot")
    client.patch(f"issues/comments/{made['id']}", {"body": "second"})
    assert [one["body"] for one in client.get(f"issues/{pull.number}/comments")] == ["second"]
    assert [one.body for one in github.our_comments(pull)] == ["second"]
    assert client.ask("DELETE", f"issues/comments/{made['id']}").status_code == 204
    assert client.ask("GET", f"issues/comments/{made['id']}").status_code == 404


@pytest.mark.parametrize(("body", "status"), [("x" * 65_536, 201), ("x" * 65_537, 422), (" \n", 422)])
def test_a_comment_has_65536_characters_at_most(client: Client, pull: Pull, body: str, status: int) -> None:
    """And one that is not blank at least."""
    assert client.ask("POST", f"issues/{pull.number}/comments", json={"body": body}).status_code == status


def test_somebody_else_s_comment_cannot_be_edited(github: GitHubDouble, client: Client, pull: Pull) -> None:
    """The app edits its own only."""
    github.comment(pull, "maria", "hello")
    [comment] = github.comments(pull)
    assert client.ask("PATCH", f"issues/comments/{comment.id}", json={"body": "mine"}).status_code == 403


def test_a_reaction_is_made_once(github: GitHubDouble, client: Client, pull: Pull) -> None:
    """Reacting again the same way answers 200 instead of 201."""
    github.comment(pull, "maria", "/golddigger approve")
    [comment] = github.comments(pull)
    path = f"issues/comments/{comment.id}/reactions"
    assert client.ask("POST", path, json={"content": "eyes"}).status_code == 201
    assert client.ask("POST", path, json={"content": "eyes"}).status_code == 200
    assert client.get(f"issues/comments/{comment.id}")["reactions"]["eyes"] == 1
    assert [content for _, content in comment.reactions] == ["eyes"]


def test_pull_requests_are_found_by_head_and_commit(github: GitHubDouble, client: Client, pull: Pull) -> None:
    """By owner and branch, also a fork's; by commit only those of the repository itself."""
    fork = pull.repo.pull(branch="theirs", fork="someone/app", author="someone", files={"b": b"1"})
    assert [one["number"] for one in client.get("pulls?head=octo:feature")] == [pull.number]
    assert [one["number"] for one in client.get("pulls?head=someone:theirs")] == [fork.number]
    assert [one["number"] for one in client.get(f"commits/{pull.head}/pulls")] == [pull.number]
    assert client.get(f"commits/{fork.head}/pulls") == []
    github.close(fork)
    assert [one["number"] for one in client.get("pulls?state=closed")] == [fork.number]


def test_a_pull_request_tells_where_it_stands(github: GitHubDouble, client: Client, pull: Pull) -> None:
    """Head and base by repository, branch and commit; a deleted fork is null."""
    fork = pull.repo.pull(branch="theirs", fork="someone/app", author="someone", files={"b": b"1"})
    shown = client.get(f"pulls/{fork.number}")
    assert (shown["head"]["repo"]["full_name"], shown["head"]["sha"]) == ("someone/app", fork.head)
    assert (shown["base"]["ref"], shown["base"]["sha"]) == ("main", pull.repo.sha("main"))
    fork.head_repo = None
    assert client.get(f"pulls/{fork.number}")["head"]["repo"] is None
