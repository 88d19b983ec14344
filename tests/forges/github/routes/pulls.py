"""Serve pull requests and their comments."""

from __future__ import annotations

from typing import Any

from tests.forges.github.api import Call, Routes
from tests.forges.github.failures import Failed, forbidden, invalid, not_found
from tests.forges.github.world import Account, Comment, node_id, stamp
from tests.forges.web import Answer

Json = Any
ROUTES = Routes()
REPO = "/repos/{owner}/{repo}"
MOST_CHARACTERS = 65_536


@ROUTES.on(f"GET {REPO}/pulls", "pull_requests:read")
def pulls(call: Call) -> Answer:
    """List pull requests, the newest first, by state, ``head=owner:branch`` and base."""
    query = call.request.query
    state, head, base = query.get("state", "open"), query.get("head"), query.get("base")
    found = [
        pull
        for pull in sorted(call.repo.pulls.values(), key=lambda pull: -pull.number)
        if state in {"all", pull.state}
        and (
            head is None
            or head == f"{(pull.head_repo.owner if pull.head_repo else pull.author).login}:{pull.branch}"
        )
        and (base is None or base == pull.base)
    ]
    shown, links = call.page([call.shapes.pull(pull, "pull-request-simple") for pull in found])
    return Answer(json=shown, headers=links)


@ROUTES.on(f"GET {REPO}/pulls/{{pull_number}}", "pull_requests:read")
def pull(call: Call) -> Answer:
    """Describe a pull request."""
    return Answer(json=call.shapes.pull(call.pull(call.params["pull_number"])))


@ROUTES.on(f"GET {REPO}/commits/{{commit_sha}}/pulls", "pull_requests:read", "contents:read")
def pulls_of_commit(call: Call) -> Answer:
    """List the pull requests that hold a commit; those of forks are not known by it."""
    sha = call.params["commit_sha"]
    if call.repo.git.kind(sha) != "commit":
        raise Failed(422, f"No commit found for SHA: {sha}")
    own = [pull for pull in call.repo.pulls.values() if not pull.fork and call.repo.git.contains(sha, pull.head)]
    unmerged = [pull for pull in own if not call.repo.git.contains(sha, call.repo.sha(pull.base))]
    shown, links = call.page([call.shapes.pull(pull, "pull-request-simple") for pull in unmerged])
    return Answer(json=shown, headers=links)


# ------------------------------------------------------------------------------------------- comments


@ROUTES.on(f"GET {REPO}/issues/{{issue_number}}/comments", "issues:read", "pull_requests:read")
def comments(call: Call) -> Answer:
    """List a pull request's comments, the oldest first."""
    number = call.pull(call.params["issue_number"]).number
    found = [comment for comment in call.repo.comments.values() if comment.number == number]
    shown, links = call.page([call.shapes.comment(call.repo, comment) for comment in found])
    return Answer(json=shown, headers=links)


@ROUTES.on(f"POST {REPO}/issues/{{issue_number}}/comments", "issues:write", "pull_requests:write", creates=True)
def new_comment(call: Call) -> Answer:
    """Write a comment as the app."""
    pull = call.pull(call.params["issue_number"])
    now = call.world.now()
    comment = Comment(
        id=call.world.next("comment"),
        number=pull.number,
        user=call.world.app.bot,
        body=_body(call),
        created_at=now,
        updated_at=now,
        app=call.world.app,
    )
    call.repo.comments[comment.id] = comment
    call.world.tell("issue_comment", "created", call.repo, comment.user, comment=comment)
    return Answer(201, call.shapes.comment(call.repo, comment))


@ROUTES.on(f"GET {REPO}/issues/comments/{{comment_id}}", "issues:read", "pull_requests:read")
def comment(call: Call) -> Answer:
    """Give a comment."""
    return Answer(json=call.shapes.comment(call.repo, _comment(call)))


@ROUTES.on(f"PATCH {REPO}/issues/comments/{{comment_id}}", "issues:write", "pull_requests:write", creates=True)
def edit_comment(call: Call) -> Answer:
    """Write a comment of the app anew."""
    found = _own(call)
    before, found.body = found.body, _body(call)
    found.updated_at = call.world.now()
    if before != found.body:
        call.world.tell("issue_comment", "edited", call.repo, found.user, comment=found, before=before)
    return Answer(json=call.shapes.comment(call.repo, found))


@ROUTES.on(f"DELETE {REPO}/issues/comments/{{comment_id}}", "issues:write", "pull_requests:write")
def delete_comment(call: Call) -> Answer:
    """Delete a comment of the app."""
    del call.repo.comments[_own(call).id]
    return Answer(204)


@ROUTES.on(
    f"POST {REPO}/issues/comments/{{comment_id}}/reactions", "issues:write", "pull_requests:write", creates=True
)
def react(call: Call) -> Answer:
    """React as the app; once a kind."""
    found = _comment(call)
    reaction: tuple[Account, str] = (call.world.app.bot, call.body["content"])
    status = 200 if reaction in found.reactions else 201
    if status == 201:
        found.reactions.append(reaction)
    number = call.world.next("reaction")
    body = {
        "id": number,
        "node_id": node_id("Reaction", number),
        "user": call.shapes.user(reaction[0]),
        "content": reaction[1],
        "created_at": stamp(call.world.now()),
    }
    return Answer(status, body)


def _comment(call: Call) -> Comment:
    found = call.repo.comments.get(int(call.params["comment_id"]))
    if not found:
        raise not_found()
    return found


def _own(call: Call) -> Comment:
    found = _comment(call)
    if found.app is not call.world.app:
        raise forbidden()
    return found


def _body(call: Call) -> str:
    body: str = call.body["body"]
    if not body.strip():
        raise invalid("IssueComment", "body", "body can't be blank")
    if len(body) > MOST_CHARACTERS:
        raise invalid("IssueComment", "data", f"Body is too long (maximum is {MOST_CHARACTERS} characters)")
    return body
