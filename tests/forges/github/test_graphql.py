"""createCommitOnBranch commits exactly what it is given, on exactly the head it was given, or nothing."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.forges.git import File
from tests.forges.github.client import Client, as_installation
from tests.forges.github.double import GitHubDouble
from tests.forges.github.world import Files, Pull

pytestmark = pytest.mark.slow

MUTATION = """
mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid url } }
}"""


@pytest.fixture
def pull(github: GitHubDouble) -> Pull:
    """Give an open pull request with an image, a program and a workflow."""
    files: Files = {"a.png": b"old", "run.sh": File(b"#!", "100755"), ".github/workflows/ci.yml": b"on: push"}
    return github.repo("octo/app", files=files).pull(files={"b.png": b"1"})


@pytest.fixture
def client(github: GitHubDouble, pull: Pull) -> Client:
    """Give somebody who may do all that our app may."""
    return as_installation(github, pull.repo)


def given(pull: Pull, *, add: dict[str, bytes] | None = None, delete: tuple[str, ...] = (), **more: Any) -> Any:
    """Give the mutation's input."""
    assert pull.head_repo
    additions = [{"path": path, "contents": base64.b64encode(raw).decode()} for path, raw in (add or {}).items()]
    return {
        "branch": {"repositoryNameWithOwner": pull.head_repo.path, "branchName": pull.branch},
        "expectedHeadOid": pull.head,
        "message": {"headline": "Accept", "body": "Golddigger-Approval: 1"},
        "fileChanges": {"additions": additions, "deletions": [{"path": path} for path in delete]},
        **more,
    }


def test_files_are_added_and_deleted_in_one_signed_commit(client: Client, pull: Pull) -> None:
    """By the app's bot, committed by GitHub; the pull request's head moves along."""
    before = pull.head
    answer = client.graphql(MUTATION, input=given(pull, add={"a.png": b"\x89new"}, delete=("b.png",)))
    commit = answer["data"]["createCommitOnBranch"]["commit"]
    [top, *_] = pull.repo.log("feature")
    assert (commit["oid"], top.parents, pull.head) == (top.sha, (before,), top.sha)
    assert pull.repo.file("feature", "a.png") == b"\x89new"
    assert pull.repo.file("feature", "b.png") is None
    assert (top.author.name, top.committer.name) == ("golddigger[bot]", "GitHub")
    assert top.trailers == {"Golddigger-Approval": ("1",)}
    assert pull.repo.git.ref(f"refs/pull/{pull.number}/head") == top.sha


def test_a_moved_head_is_refused_and_nothing_is_written(github: GitHubDouble, client: Client, pull: Pull) -> None:
    """The error is of the type STALE_DATA and names the expected commit."""
    stale = given(pull, add={"a.png": b"new"})
    github.push(pull, {"c": b"1"})
    answer = client.graphql(MUTATION, input=stale)
    [error] = answer["errors"]
    assert answer["data"] == {"createCommitOnBranch": None}
    assert (error["type"], error["path"]) == ("STALE_DATA", ["createCommitOnBranch"])
    assert stale["expectedHeadOid"] in error["message"]
    assert pull.repo.file("feature", "a.png") == b"old"


def test_a_program_becomes_a_plain_file(client: Client, pull: Pull) -> None:
    """The mutation knows no modes: what it adds is 100644."""
    client.graphql(MUTATION, input=given(pull, add={"run.sh": b"#!/bin/sh"}))
    entry = pull.repo.git.entry("feature", "run.sh")
    assert entry is not None
    assert entry.mode == "100644"


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"delete": ("gone.png",)}, "NOT_FOUND"),
        ({"add": {".github/workflows/ci.yml": b"on: pull_request"}}, "FORBIDDEN"),
        ({"add": {"../a": b"1"}}, "UNPROCESSABLE"),
        ({"branch": {"repositoryNameWithOwner": "octo/app", "branchName": "gone"}}, "NOT_FOUND"),
        ({"branch": {"repositoryNameWithOwner": "octo/gone", "branchName": "main"}}, "NOT_FOUND"),
    ],
)
def test_what_cannot_be_done_is_refused(client: Client, pull: Pull, more: Any, kind: str) -> None:
    """Files and branches that are not there, workflows, paths that lead out."""
    before = pull.head
    [error] = client.graphql(MUTATION, input=given(pull, **more))["errors"]
    assert error["type"] == kind
    assert pull.head == before


@pytest.mark.parametrize(
    ("by", "kind"), [("rule", "BRANCH_PROTECTION_RULE_VIOLATION"), ("ruleset", "UNPROCESSABLE")]
)
def test_a_protected_branch_is_refused(client: Client, pull: Pull, by: Any, kind: str) -> None:
    """Branch protection and rulesets refuse with errors of their own."""
    pull.repo.protect("feature", by)
    [error] = client.graphql(MUTATION, input=given(pull, add={"a": b"1"}))["errors"]
    assert error["type"] == kind


def test_a_token_without_contents_or_for_another_repository_is_refused(github: GitHubDouble, pull: Pull) -> None:
    """A public fork can be seen, and not be written to."""
    reader = as_installation(github, pull.repo, {"contents": "read"})
    [error] = reader.graphql(MUTATION, input=given(pull, add={"a": b"1"}))["errors"]
    assert error["type"] == "FORBIDDEN"
    public = github.repo("octo/open", private=False)
    fork = public.pull(fork="someone/open", author="someone", files={"a": b"1"})
    [error] = as_installation(github, public).graphql(MUTATION, input=given(fork, add={"a": b"2"}))["errors"]
    assert (error["type"], error["message"]) == ("FORBIDDEN", "Resource not accessible by integration")


@pytest.mark.parametrize(
    ("query", "more", "words"),
    [
        (MUTATION.replace("oid", "sha"), {}, "Cannot query field 'sha'"),
        ("mutation { deleteEverything }", {}, "deleteEverything"),
        ("not graphql", {}, "Syntax Error"),
        (MUTATION, {"author": "me"}, "author"),
        (MUTATION, {"fileChanges": {"additions": [{"path": "a", "contents": "%"}]}}, "no base64"),
    ],
)
def test_a_query_outside_the_schema_is_a_violation(
    github: GitHubDouble, client: Client, pull: Pull, query: str, more: Any, words: str
) -> None:
    """The published schema is the law for queries and variables."""
    body = {"query": query, "variables": {"input": given(pull, **more)}}
    assert client.ask("POST", "/graphql", json=body).status_code == 500
    [violation] = github.violations
    assert words in violation
    github.api.violations.clear()
