"""What a story knows of a forge: a double that people and CI act on, and how that forge shows what we said."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
import requests

from app import forges, main
from app.forges import Forges
from app.settings import Settings
from bots.github import committing as on_github
from bots.gitlab import committing as on_gitlab
from bots.pacing import at_once
from tests.forges.github.double import GitHubDouble
from tests.forges.gitlab.double import GitLabDouble

_ROW = re.compile(r"^\| \[`([^`]+)`\]\([^)]*\) \| (.*) \|$", re.MULTILINE)
"""A golden in the table of our note, and what is said of it."""


class Commit(Protocol):
    """A commit, as its repository holds it."""

    @property
    def sha(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def parents(self) -> tuple[str, ...]: ...
    @property
    def trailers(self) -> Mapping[str, tuple[str, ...]]: ...


class Repo(Protocol):
    """A repository or project of a double, over a real bare git repository."""

    @property
    def path(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def git(self) -> Any: ...
    @property
    def large(self) -> dict[str, bytes]: ...
    def file(self, branch: str, path: str) -> bytes | None: ...
    def files(self, branch: str) -> dict[str, bytes]: ...
    def log(self, branch: str) -> Sequence[Commit]: ...
    def sha(self, branch: str) -> str: ...
    def role(self, login: str, role: str) -> Any: ...
    def protect(self, branch: str) -> None: ...
    def pull(
        self,
        *,
        branch: str = "feature",
        files: Any = None,
        author: str = "dev",
        fork: str | None = None,
        title: str = "Mend the header",
    ) -> Pull: ...


class Pull(Protocol):
    """A pull or merge request of a double."""

    @property
    def number(self) -> int: ...
    @property
    def head(self) -> str: ...
    @property
    def branch(self) -> str: ...
    @property
    def fork(self) -> bool: ...
    @property
    def repo(self) -> Repo: ...
    @property
    def head_repo(self) -> Repo | None: ...
    def follow(self) -> None: ...


class Comment(Protocol):
    """A comment, and who gave it which emoji."""

    @property
    def body(self) -> str: ...
    @property
    def reactions(self) -> Sequence[tuple[Any, str]]: ...


class Hook(Protocol):
    """A webhook, ready to be posted."""

    @property
    def id(self) -> str: ...
    @property
    def event(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def payload(self) -> Any: ...


class Double(Protocol):
    """A forge of a story's own: what people and CI do there, and what it holds."""

    webhook_url: str | None

    @property
    def api(self) -> Any: ...
    @property
    def asked(self) -> Sequence[Any]: ...
    @property
    def violations(self) -> list[str]: ...
    @property
    def world(self) -> Any: ...
    def repo(self, path: str, *, files: Any = None, private: bool = True) -> Repo: ...
    def opened(self, pull: Any, *, action: str = "opened") -> list[Any]: ...
    def push(self, pull: Any, files: Any) -> list[Any]: ...
    def close(self, pull: Any) -> list[Any]: ...
    def reopen(self, pull: Any) -> list[Any]: ...
    def comment(self, pull: Any, user: str, text: str) -> list[Any]: ...
    def edit(self, pull: Any, comment: Any, user: str, text: str) -> list[Any]: ...
    def comments(self, pull: Any) -> Sequence[Comment]: ...
    def our_comments(self, pull: Any) -> Sequence[Comment]: ...
    def start_workflow(self, pull: Any, *, name: str = "CI") -> list[Any]: ...
    def finish_workflow(
        self,
        pull: Any,
        artifacts: Any = None,
        *,
        conclusion: str = "failure",
        attempt: int | None = None,
        name: str = "CI",
        event: str = "pull_request",
    ) -> list[Any]: ...
    def expire(self, pull: Any) -> None: ...
    def fail(self, pattern: str, status: int = 502, *, times: int = 1, body: bytes = b"") -> None: ...
    def limit(self, *, retry_after: int | None = 60, times: int = 1) -> None: ...
    def redeliver(self, webhook: Any) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a forge shows beside a change's head: a check on GitHub."""

    state: str
    """In the forge's own word."""
    title: str
    said: str
    """All that stands there to be read."""
    url: str
    remarks: Mapping[str, str]
    """By golden, what is remarked on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How each thing that we do is asked for on the wire: patterns of `METHOD /path`."""

    artifact: str
    verdict: str
    comment: str
    reaction: str
    commit: str
    role: str
    """What maria may do."""
    tree: str


class Host(Protocol):
    """One kind of forge."""

    @property
    def name(self) -> str: ...
    @property
    def asked(self) -> Asked: ...
    @property
    def states(self) -> Mapping[str, str]:
        """How it shows what a report concludes, and `running`."""
        ...

    @property
    def guards_branches(self) -> bool:
        """Does it hold a commit to the branch's head, in the act?"""
        ...

    @property
    def tells_edits(self) -> bool:
        """Does it tell what stood in a comment before an edit, so that each of many ticks is one person's?"""
        ...

    @property
    def most_remarks(self) -> int:
        """On how many goldens it remarks at most."""
        ...

    def double(self) -> AbstractContextManager[Double]: ...
    def settings(self, double: Any) -> Mapping[str, object]: ...
    def forges(self, settings: Settings) -> Forges: ...
    def bot(self, double: Any) -> str: ...
    def address(self, double: Any) -> str: ...
    def sign_in(
        self, double: Any, browser: requests.Session, base: str, login: str, back: str
    ) -> requests.Response:
        """Press the button, agree at the forge as somebody, and come back."""
        ...

    def pushed_elsewhere(self, double: Any, pull: Any, before: str) -> None:
        """Tell that a change's branch was moved by git itself."""
        ...

    def small_commits(self, patch: pytest.MonkeyPatch, most: int) -> None:
        """Let a commit hold no more bytes than these."""
        ...

    def shown(self, double: Any, pull: Any, head: str | None = None) -> list[Shown]:
        """Give what stands of ours at the head of a change, or at another commit, oldest first."""
        ...


class OnGitHub:
    """GitHub: a check on the head, with annotations."""

    name = "github"
    guards_branches = True
    tells_edits = True
    most_remarks = 1000
    asked = Asked(
        artifact="^GET .*/zip$",
        verdict="^(POST|PATCH) .*/check-runs",
        comment="^POST .*/issues/[0-9]+/comments$",
        reaction="^POST .*/reactions$",
        commit="^POST /graphql$",
        role="^GET .*/collaborators/maria/permission$",
        tree="^GET .*/git/trees/",
    )
    states: Mapping[str, str] = {
        "success": "success",
        "failure": "failure",
        "action_required": "action_required",
        "neutral": "neutral",
        "running": "in_progress",
    }

    def double(self) -> GitHubDouble:
        """Give a GitHub."""
        return GitHubDouble()

    def settings(self, double: GitHubDouble) -> Mapping[str, object]:
        """Give the settings of the app that it knows."""
        return {
            "github_app_id": str(double.app.id),
            "github_private_key": double.app.key.private,
            "github_webhook_secret": double.app.webhook_secret,
            "github_api_url": double.api_url,
            "github_web_url": double.web_url,
            "github_client_id": double.app.client_id,
            "github_client_secret": double.app.client_secret,
        }

    def sign_in(
        self, double: GitHubDouble, browser: requests.Session, base: str, login: str, back: str
    ) -> requests.Response:
        """Press the button, agree at GitHub as somebody, and come back."""
        double.pages.browsing = login
        return browser.get(f"{base}/signin/github", params={"next": back}, timeout=10)

    def address(self, double: GitHubDouble) -> str:
        """Give its address for people and for git."""
        return double.web_url

    def pushed_elsewhere(self, double: GitHubDouble, pull: Any, before: str) -> None:
        """Tell that a pull request's branch was moved by git itself."""
        double.opened(pull, action="synchronize")

    def small_commits(self, patch: pytest.MonkeyPatch, most: int) -> None:
        """Let a commit hold no more bytes than these."""
        patch.setattr(on_github, "MOST_BYTES", most)

    def bot(self, double: GitHubDouble) -> str:
        """Give somebody else's bot by its name."""
        return double.world.account("renovate[bot]", "Bot").login

    def forges(self, settings: Settings) -> Forges:
        """Give our side of it."""
        return forges.github(settings, main.now, at_once())

    def shown(self, double: GitHubDouble, pull: Any, head: str | None = None) -> list[Shown]:
        """Give our checks, all of one name."""
        checks = double.checks(pull, head=head)
        assert {each.name for each in checks} <= {"golddigger"}
        return [
            Shown(
                state=check.conclusion or check.status,
                title=check.title or "",
                said=f"{check.summary or ''}\n{check.text or ''}",
                url=check.details_url or "",
                remarks={each["path"]: each["message"] for each in check.annotations},
            )
            for check in checks
        ]


class OnGitLab:
    """GitLab: a commit status on the head, whose link leads to the run's page, and the note."""

    name = "gitlab"
    guards_branches = False
    tells_edits = False
    most_remarks = 20
    asked = Asked(
        artifact="^GET .*/jobs/[0-9]+/artifacts$",
        verdict="^POST .*/statuses/[0-9a-f]+$",
        comment="^POST .*/merge_requests/[0-9]+/notes$",
        reaction="^POST .*/award_emoji$",
        commit="^POST .*/repository/commits$",
        role="^GET .*/members/all/[0-9]+$",
        tree="^GET .*/repository/tree$",
    )
    states: Mapping[str, str] = {
        "success": "success",
        "failure": "failed",
        "action_required": "failed",
        "neutral": "skipped",
        "running": "pending",
    }

    def double(self) -> GitLabDouble:
        """Give a GitLab."""
        return GitLabDouble()

    def settings(self, double: GitLabDouble) -> Mapping[str, object]:
        """Give the settings of the bot that it knows."""
        return {
            "gitlab_url": double.url,
            "gitlab_token": double.token,
            "gitlab_webhook_secret": double.webhook_secret,
            "gitlab_client_id": double.door.client_id,
            "gitlab_client_secret": double.door.client_secret,
        }

    def sign_in(
        self, double: GitLabDouble, browser: requests.Session, base: str, login: str, back: str
    ) -> requests.Response:
        """Press the button, agree at GitLab as somebody, and come back."""
        pressed = browser.get(f"{base}/signin/gitlab", params={"next": back}, allow_redirects=False, timeout=10)
        return browser.get(double.consent(pressed.headers["location"], login), timeout=10)

    def address(self, double: GitLabDouble) -> str:
        """Give its address for people and for git."""
        return double.url

    def pushed_elsewhere(self, double: GitLabDouble, pull: Any, before: str) -> None:
        """Tell that a merge request's branch was moved by git itself."""
        told = {"pull": pull, "action": "update", "oldrev": before}
        double.send(double.hooks.make("merge_request", pull.repo, pull.author, **told))

    def small_commits(self, patch: pytest.MonkeyPatch, most: int) -> None:
        """Let a commit hold no more bytes than these."""
        patch.setattr(on_gitlab, "MOST_BYTES", most)

    def bot(self, double: GitLabDouble) -> str:
        """Give somebody else's bot by its name."""
        return double.world.account("project_7_bot_c0ffee", bot=True).username

    def forges(self, settings: Settings) -> Forges:
        """Give our side of it."""
        return forges.gitlab(settings, main.now, at_once())

    def shown(self, double: GitLabDouble, pull: Any, head: str | None = None) -> list[Shown]:
        """Give the status that stands, the newest of its name, with what our note says."""
        own = (pull.repo, pull.head_repo)  # another story's commit of the same second has the same id
        statuses = [each for each in double.statuses(pull, head=head) if each.pipeline.repo in own]
        assert {each.name for each in statuses} <= {"golddigger"}
        notes = "\n".join(each.body for each in double.our_comments(pull))
        return [
            Shown(
                state=each.status,
                title=each.description or "",
                said=f"{notes}\n{_page(each.target_url)}",
                url=each.target_url or "",
                remarks=dict(_ROW.findall(notes)),
            )
            for each in statuses[-1:]
        ]


def _page(address: str | None) -> str:
    """Read the page behind a status as people do: its words."""
    if not address:
        return ""
    page = requests.get(address, timeout=10).text
    return html.unescape(re.sub(r"<[^>]*>", "", page))


HOSTS: Mapping[str, Host] = {"github": OnGitHub(), "gitlab": OnGitLab()}
