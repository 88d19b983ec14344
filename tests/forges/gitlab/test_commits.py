"""Show how commits are made through python-gitlab, and what keeps them from being made."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from gitlab import GitlabCreateError

from tests.forges.gitlab.client import as_holder, project
from tests.forges.gitlab.double import GitLabDouble
from tests.forges.gitlab.world import Pull

pytestmark = pytest.mark.slow

PNG = b"\x89PNG\r\n\x1a\n\0\xff"


@pytest.fixture
def pull(gitlab: GitLabDouble) -> Pull:
    """Give a merge request onto a project with two goldens."""
    repo = gitlab.repo("octo/app", files={"a.png": b"old", "b.png": b"old"})
    return repo.pull(files={"lib/app.dart": b"// new\n"})


def action(kind: str, path: str, content: bytes | None = None, **more: Any) -> dict[str, Any]:
    """Write one action."""
    told = {} if content is None else {"encoding": "base64", "content": base64.b64encode(content).decode()}
    return {"action": kind, "file_path": path, **told, **more}


def commit(gitlab: GitLabDouble, pull: Pull, *actions: dict[str, Any], **more: Any) -> Any:
    """Commit actions onto the merge request's branch, as our bot."""
    told = {"branch": pull.branch, "commit_message": "Approve\n\nGolddigger-Approval: 1", "actions": list(actions)}
    return project(gitlab, pull.repo).commits.create({**told, **more})


def test_many_files_are_one_commit(gitlab: GitLabDouble, pull: Pull) -> None:
    """Made, changed and deleted, byte for byte, on top of the head; with its parent and trailers."""
    before = pull.head
    made = commit(
        gitlab,
        pull,
        action("create", "c.png", PNG),
        action("update", "a.png", b"new"),
        action("delete", "b.png"),
        author_name="Maria",
        author_email="maria@example.org",
    )
    assert (made.id, made.parent_ids) == (pull.head, [before])
    assert made.trailers == {"Golddigger-Approval": "1"}
    assert pull.repo.files("feature").keys() == {"a.png", "c.png", "lib/app.dart"}
    assert (pull.repo.file("feature", "c.png"), pull.repo.file("feature", "a.png")) == (PNG, b"new")
    [log, *_] = pull.repo.log("feature")
    assert (log.author.name, log.committer.name) == ("Maria", "Golddigger")


def test_a_commit_is_told(gitlab: GitLabDouble, pull: Pull) -> None:
    """As a push by our bot, and as a merge request that moved."""
    before = pull.head
    made = commit(gitlab, pull, action("update", "a.png", b"new"))
    push, moved = gitlab.echoes()
    assert (push.payload["user_username"], push.payload["after"]) == ("golddigger", made.id)
    assert push.payload["commits"][0]["modified"] == ["a.png"]
    assert moved.payload["object_attributes"]["oldrev"] == before


def test_a_file_is_guarded_by_its_last_commit(gitlab: GitLabDouble, pull: Pull) -> None:
    """Who changed it since is not overwritten; who pushed something else does not matter."""
    here = project(gitlab, pull.repo)
    seen = here.files.get("a.png", ref="feature").last_commit_id
    gitlab.push(pull, {"other": b"1"})
    commit(gitlab, pull, action("update", "a.png", b"new", last_commit_id=seen))
    with pytest.raises(GitlabCreateError) as refused:
        commit(gitlab, pull, action("update", "a.png", b"newer", last_commit_id=seen))
    assert (refused.value.response_code, pull.repo.file("feature", "a.png")) == (400, b"new")
    assert "changed since you started editing it" in refused.value.error_message


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (action("create", "a.png", b"1"), "A file with this name already exists"),
        (action("update", "none.png", b"1"), "A file with this name doesn't exist"),
        (action("delete", "none.png"), "A file with this name doesn't exist"),
        (action("update", "../a.png", b"1"), "Path cannot include directory traversal"),
        (action("paint", "a.png", b"1"), "actions"),
        ({**action("update", "a.png"), "encoding": "base64", "content": "%"}, "invalid base64"),
    ],
)
def test_an_action_that_cannot_be_done_undoes_all(gitlab: GitLabDouble, pull: Pull, wrong: Any, why: str) -> None:
    """Nothing is committed, and the answer says why."""
    before = pull.head
    with pytest.raises(GitlabCreateError) as refused:
        commit(gitlab, pull, action("update", "b.png", b"new"), wrong)
    assert (refused.value.response_code, pull.head) == (400, before)
    assert why in refused.value.error_message


@pytest.mark.parametrize(("by", "passes"), [("nobody", False), ("maintainers", False), ("developers", True)])
def test_a_protected_branch_refuses_whom_it_must(gitlab: GitLabDouble, pull: Pull, by: str, passes: bool) -> None:
    """Our bot is a developer."""
    pull.repo.protect("feature", by=by)
    assert project(gitlab, pull.repo).branches.get("feature").can_push is passes
    if passes:
        commit(gitlab, pull, action("update", "a.png", b"new"))
        return
    with pytest.raises(GitlabCreateError) as refused:
        commit(gitlab, pull, action("update", "a.png", b"new"))
    assert refused.value.response_code == 403
    assert "not allowed to push" in refused.value.error_message


def test_a_branch_is_made_for_a_commit(gitlab: GitLabDouble, pull: Pull) -> None:
    """From a commit or a branch; one that is there already only by force."""
    made = commit(gitlab, pull, action("update", "a.png", b"new"), branch="beside", start_sha=pull.head)
    assert made.parent_ids == [pull.head]
    with pytest.raises(GitlabCreateError) as refused:
        commit(gitlab, pull, action("update", "a.png", b"x"), branch="beside", start_branch="feature")
    assert "already exists" in refused.value.error_message
    forced = commit(
        gitlab, pull, action("update", "a.png", b"x"), branch="beside", start_branch="feature", force=True
    )
    assert forced.parent_ids == [pull.head]
    with pytest.raises(GitlabCreateError):
        commit(gitlab, pull, action("update", "a.png", b"x"), branch="none")


@pytest.mark.parametrize("allowed", [True, False])
def test_a_fork_takes_commits_where_its_author_allowed_it(gitlab: GitLabDouble, allowed: bool) -> None:
    """From developers of the target project, onto the merge request's branch alone."""
    repo = gitlab.repo("octo/app", private=False)
    pull = repo.pull(files={"a.png": b"1"}, fork="dev/app", allow_collaboration=allowed)
    assert pull.head_repo
    told = {"branch": "feature", "commit_message": "Approve", "actions": [action("update", "a.png", b"2")]}
    commits = project(gitlab, pull.head_repo).commits
    if allowed:
        assert commits.create(told).id == pull.head
        with pytest.raises(GitlabCreateError):
            commits.create({**told, "branch": "main"})
        return
    with pytest.raises(GitlabCreateError) as refused:
        commits.create(told)
    assert refused.value.response_code == 403


def test_a_token_that_only_reads_writes_nothing(gitlab: GitLabDouble, pull: Pull) -> None:
    """Whatever the role of its bot is."""
    token = gitlab.project_token(pull.repo, "maintainer", "read_api")
    commits = project(gitlab, pull.repo, as_holder(gitlab, token)).commits
    told = {"branch": "feature", "commit_message": "Approve", "actions": [action("update", "a.png", b"2")]}
    with pytest.raises(GitlabCreateError) as refused:
        commits.create(told)
    assert (refused.value.response_code, pull.repo.file("feature", "a.png")) == (403, b"old")


def test_a_text_loses_its_windows_line_ends(gitlab: GitLabDouble, pull: Pull) -> None:
    """GitLab's own git rewrites it; a picture, which git holds for binary, stays as it is."""
    commit(gitlab, pull, action("create", "a.svg", b"<svg>\r\n</svg>\r\n"), action("create", "c.png", PNG))
    assert pull.repo.file("feature", "a.svg") == b"<svg>\n</svg>\n"
    assert pull.repo.file("feature", "c.png") == PNG


def test_what_is_created_under_lfs_becomes_a_pointer(gitlab: GitLabDouble) -> None:
    """Whatever it is, a pointer too; what is updated stays, so that a second action puts it right."""
    attributes = b"*.png filter=lfs diff=lfs merge=lfs -text\n"
    repo = gitlab.repo("octo/app", files={".gitattributes": attributes})
    pull = repo.pull(files={"a": b"1"})
    digest = hashlib.sha256(PNG).hexdigest()
    commit(gitlab, pull, action("create", "goldens/a.png", PNG), action("create", "a.txt", PNG))
    kept = repo.file("feature", "goldens/a.png")
    assert kept
    assert f"oid sha256:{digest}\nsize {len(PNG)}\n".encode() in kept
    assert repo.large[digest] == PNG
    assert repo.file("feature", "a.txt") == PNG
    commit(gitlab, pull, action("create", "b.png", kept), action("update", "b.png", kept))
    assert repo.file("feature", "b.png") == kept


def test_actions_stand_on_those_before_them(gitlab: GitLabDouble, pull: Pull) -> None:
    """A file is made, made a program, and moved in one commit."""
    commit(
        gitlab,
        pull,
        action("create", "run", b"1"),
        action("chmod", "run", execute_filemode=True),
        action("move", "bin/run", previous_path="run"),
        action("move", "c.png", previous_path="a.png"),
    )
    [entry] = [one for one in pull.repo.git.tree("feature") if one.path == "bin/run"]
    assert entry.mode == "100755"
    assert (pull.repo.file("feature", "a.png"), pull.repo.file("feature", "c.png")) == (None, b"old")
