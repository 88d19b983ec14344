"""Ask the double as programs do: through python-gitlab, with somebody's token."""

from __future__ import annotations

from typing import Any

from gitlab import Gitlab
from gitlab.v4.objects import Project, ProjectMergeRequest

from tests.forges.gitlab.double import GitLabDouble
from tests.forges.gitlab.world import Pull, Repo, Token


def as_bot(double: GitLabDouble) -> Gitlab:
    """Ask as our bot."""
    return Gitlab(double.url, private_token=double.token, timeout=10)


def as_holder(double: GitLabDouble, token: Token) -> Gitlab:
    """Ask with a token."""
    return Gitlab(double.url, private_token=token.text, timeout=10)


def as_person(double: GitLabDouble, username: str) -> Gitlab:
    """Ask as somebody."""
    return as_holder(double, double.personal_token(username))


def me(client: Gitlab) -> dict[str, Any]:
    """Give what `/user` says of whoever asks."""
    told = client.http_get("/user")
    assert isinstance(told, dict)
    return told


def project(double: GitLabDouble, repo: Repo, client: Gitlab | None = None) -> Project:
    """Give a project, asked for as our bot unless another asks."""
    return (client or as_bot(double)).projects.get(repo.path)


def merge_request(double: GitLabDouble, pull: Pull, client: Gitlab | None = None) -> ProjectMergeRequest:
    """Give a merge request, asked for as our bot unless another asks."""
    return project(double, pull.repo, client).mergerequests.get(pull.number)
