"""Show what exists as GitHub's JSON: its own published examples, filled with the double's values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from tests.contract import contract
from tests.forges.github.git import Commit, Person
from tests.forges.github.world import (
    RETENTION,
    Account,
    App,
    Artifact,
    Attempt,
    CheckRun,
    Comment,
    Installation,
    Pull,
    Repo,
    WorkflowRun,
    World,
    node_id,
    stamp,
)

Json = Any
OURS = "GET /repos/{owner}/{repo}"
SAMPLES = re.compile(r"(?:octocat|codertocat|octo-org|github|octokit)/(?:hello-world|octo-repo)", re.IGNORECASE)
LISTS_OF_USER = (
    "followers",
    "following{/other_user}",
    "gists{/gist_id}",
    "starred{/owner}{/repo}",
    "subscriptions",
    "orgs",
    "repos",
    "events{/privacy}",
    "received_events",
)


@cache
def _sample(operation: str, schema: str) -> Json:
    """Give the example of an operation, with only the fields that the schema knows."""
    example = contract.example(operation)
    known = contract.whole()["schemas"][schema]["properties"]
    return {key: value for key, value in example.items() if key in known}


@dataclass(frozen=True, slots=True)
class Shapes:
    """Writes JSON with the addresses of one double."""

    world: World
    api: str
    web: str

    def relocate(self, node: Json, path: str) -> Json:
        """Let every address in an example or a real payload lead to this double and repository."""
        if isinstance(node, Mapping):
            return {key: self.relocate(value, path) for key, value in node.items()}
        if isinstance(node, list):
            return [self.relocate(value, path) for value in node]
        if not isinstance(node, str):
            return node
        moved = SAMPLES.sub(path, node) if "/" in node else node
        return moved.replace("https://api.github.com", self.api).replace("https://github.com", self.web)

    # -------------------------------------------------------------------------------------- people

    def user(self, account: Account) -> Json:
        """Show an account (``simple-user``)."""
        name = quote(account.login)  # bots have brackets in their names
        url = f"{self.api}/users/{name}"
        lists = {f"{re.sub(r'{.*', '', what)}_url": f"{url}/{what}" for what in LISTS_OF_USER}
        lists["organizations_url"] = lists.pop("orgs_url")
        return {
            "login": account.login,
            "id": account.id,
            "node_id": node_id(account.kind, account.id),
            "avatar_url": f"{self.web}/avatars/u/{account.id}?v=4",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{self.web}/{name}",
            **lists,
            "type": account.kind,
            "site_admin": False,
        }

    def public_user(self, account: Account) -> Json:
        """Show an account in full (``public-user``)."""
        known = contract.whole()["schemas"]["public-user"]["properties"]
        example = {key: value for key, value in contract.example("GET /users/{username}").items() if key in known}
        return {**example, **self.user(account), "name": account.login, "email": None}

    def app(self, app: App) -> Json:
        """Show an app (``integration``)."""
        return {
            "id": app.id,
            "slug": app.slug,
            "node_id": node_id("Integration", app.id),
            "client_id": app.client_id,
            "owner": self.user(app.owner),
            "name": app.name,
            "description": "",
            "external_url": "https://example.com",
            "html_url": f"{self.web}/apps/{app.slug}",
            "created_at": "2026-01-05T10:00:00Z",
            "updated_at": "2026-01-05T10:00:00Z",
            "permissions": app.permissions,
            "events": list(app.events),
        }

    def installation(self, one: Installation) -> Json:
        """Show an installation of our app."""
        app = self.world.app
        return {
            "id": one.id,
            "client_id": app.client_id,
            "account": self.user(one.account),
            "repository_selection": "selected",
            "access_tokens_url": f"{self.api}/app/installations/{one.id}/access_tokens",
            "repositories_url": f"{self.api}/installation/repositories",
            "html_url": f"{self.web}/settings/installations/{one.id}",
            "app_id": app.id,
            "app_slug": app.slug,
            "target_id": one.account.id,
            "target_type": one.account.kind,
            "permissions": one.permissions,
            "events": list(app.events),
            "created_at": "2026-01-05T10:00:00Z",
            "updated_at": "2026-01-05T10:00:00Z",
            "single_file_name": None,
            "suspended_by": None,
            "suspended_at": "2026-01-06T10:00:00Z" if one.suspended else None,
        }

    # -------------------------------------------------------------------------------- repositories

    def repo(self, repo: Repo, schema: str = "repository") -> Json:
        """Show a repository (``repository``, or ``full-repository``)."""
        shown = self.relocate(_sample(OURS, schema), repo.path)
        for relative in ("parent", "source", "template_repository", "organization"):
            shown.pop(relative, None)
        return {
            **shown,
            **self._repo_values(repo),
            "license": None,
            "language": None,
            "mirror_url": None,
            "permissions": {"admin": False, "maintain": False, "push": True, "triage": True, "pull": True},
            "visibility": "private" if repo.private else "public",
        }

    def minimal_repo(self, repo: Repo) -> Json:
        """Show a repository shortly (``minimal-repository``)."""
        known = contract.whole()["schemas"]["minimal-repository"]["required"]
        full = self.repo(repo)
        return {key: full[key] for key in known}

    def _repo_values(self, repo: Repo) -> Json:
        return {
            "id": repo.id,
            "node_id": node_id("Repository", repo.id),
            "name": repo.name,
            "full_name": repo.path,
            "private": repo.private,
            "owner": self.user(repo.owner),
            "fork": repo.parent is not None,
            "default_branch": repo.default_branch,
            "clone_url": f"{self.web}/{repo.path}.git",
        }

    def repo_url(self, repo: Repo) -> str:
        """Give a repository's address in the API."""
        return f"{self.api}/repos/{repo.path}"

    def commit(self, repo: Repo, commit: Commit) -> Json:
        """Show a commit as the commits API does (``commit``)."""
        url = f"{self.repo_url(repo)}/commits/{commit.sha}"
        return {
            "sha": commit.sha,
            "node_id": node_id("Commit", repo.id) + commit.sha,
            "url": url,
            "html_url": f"{self.web}/{repo.path}/commit/{commit.sha}",
            "comments_url": f"{url}/comments",
            "commit": {
                "url": f"{self.repo_url(repo)}/git/commits/{commit.sha}",
                "author": _signature(commit.author, commit.at),
                "committer": _signature(commit.committer, commit.at),
                "message": commit.message,
                "comment_count": 0,
                "tree": self._tree_link(repo, commit),
                "verification": _verification(commit),
            },
            "author": self._author(commit.author),
            "committer": self._author(commit.committer),
            "parents": [self._parent(repo, parent) for parent in commit.parents],
        }

    def git_commit(self, repo: Repo, commit: Commit) -> Json:
        """Show a commit as the git database API does (``git-commit``)."""
        return {
            "sha": commit.sha,
            "node_id": node_id("Commit", repo.id) + commit.sha,
            "url": f"{self.repo_url(repo)}/git/commits/{commit.sha}",
            "html_url": f"{self.web}/{repo.path}/commit/{commit.sha}",
            "author": _signature(commit.author, commit.at),
            "committer": _signature(commit.committer, commit.at),
            "tree": self._tree_link(repo, commit),
            "message": commit.message,
            "parents": [self._parent(repo, parent) for parent in commit.parents],
            "verification": _verification(commit),
        }

    def _tree_link(self, repo: Repo, commit: Commit) -> Json:
        return {"sha": commit.tree, "url": f"{self.repo_url(repo)}/git/trees/{commit.tree}"}

    def _parent(self, repo: Repo, sha: str) -> Json:
        return {
            "sha": sha,
            "url": f"{self.repo_url(repo)}/commits/{sha}",
            "html_url": f"{self.web}/{repo.path}/commit/{sha}",
        }

    def _author(self, person: Person) -> Json:
        known = next((one for one in self.world.accounts.values() if one.email == person.email), None)
        return self.user(known) if known else None

    # ------------------------------------------------------------------------------- pull requests

    def pull(self, pull: Pull, schema: str = "pull-request") -> Json:
        """Show a pull request (``pull-request``, or ``pull-request-simple`` in lists)."""
        sample = _sample(OURS + "/pulls/{pull_number}", schema)
        shown = self.relocate(_renumber(sample, pull.number), pull.repo.path)
        closed = None if pull.state == "open" else stamp(pull.updated_at)
        values = {
            "id": pull.id,
            "node_id": node_id("PullRequest", pull.id),
            "number": pull.number,
            "state": pull.state,
            "locked": False,
            "active_lock_reason": None,
            "title": pull.title,
            "user": self.user(pull.author),
            "body": None,
            "labels": [],
            "milestone": None,
            "created_at": stamp(pull.created_at),
            "updated_at": stamp(pull.updated_at),
            "closed_at": closed,
            "merged_at": closed if pull.merged else None,
            "merge_commit_sha": None,
            "assignee": None,
            "assignees": [],
            "requested_reviewers": [],
            "requested_teams": [],
            "head": self._end(pull.head_repo, pull.branch, pull.head, pull.author),
            "base": self._end(pull.repo, pull.base, pull.repo.sha(pull.base), pull.repo.owner),
            "author_association": "CONTRIBUTOR",
            "draft": False,
        }
        full = {
            "merged": pull.merged,
            "mergeable": None,
            "rebaseable": None,
            "mergeable_state": "unknown",
            "merged_by": None,
            "comments": sum(comment.number == pull.number for comment in pull.repo.comments.values()),
            "maintainer_can_modify": False,
            "commits": 1,
            "changed_files": 1,
        }
        return {**shown, **values, **(full if schema == "pull-request" else {})}

    def _end(self, repo: Repo | None, ref: str, sha: str, owner: Account) -> Json:
        label = f"{(repo.owner if repo else owner).login}:{ref}"
        shown = self.repo(repo) if repo else None
        return {"label": label, "ref": ref, "sha": sha, "user": self.user(owner), "repo": shown}

    def pull_link(self, pull: Pull) -> Json:
        """Show a pull request as checks and workflow runs do (``pull-request-minimal``)."""
        assert pull.head_repo
        return {
            "id": pull.id,
            "number": pull.number,
            "url": f"{self.repo_url(pull.repo)}/pulls/{pull.number}",
            "head": {"ref": pull.branch, "sha": pull.head, "repo": self._repo_link(pull.head_repo)},
            "base": {
                "ref": pull.base,
                "sha": pull.repo.sha(pull.base),
                "repo": self._repo_link(pull.repo),
            },
        }

    def _repo_link(self, repo: Repo) -> Json:
        return {"id": repo.id, "url": self.repo_url(repo), "name": repo.name}

    def pull_links(self, repo: Repo, head: str) -> list[Json]:
        """Show the pull requests of a commit. Those of forks are left out: GitHub gives an empty list there."""
        own = (pull for pull in repo.pulls.values() if pull.head == head and not pull.fork)
        return [self.pull_link(pull) for pull in own if pull.state == "open"]

    def comment(self, repo: Repo, comment: Comment) -> Json:
        """Show a comment (``issue-comment``)."""
        url = f"{self.repo_url(repo)}/issues"
        contents = [content for _, content in comment.reactions]
        kinds = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
        return {
            "id": comment.id,
            "node_id": node_id("IssueComment", comment.id),
            "url": f"{url}/comments/{comment.id}",
            "html_url": f"{self.web}/{repo.path}/pull/{comment.number}#issuecomment-{comment.id}",
            "issue_url": f"{url}/{comment.number}",
            "user": self.user(comment.user),
            "body": comment.body,
            "created_at": stamp(comment.created_at),
            "updated_at": stamp(comment.updated_at),
            "author_association": "NONE" if comment.app else "MEMBER",
            "performed_via_github_app": self.app(comment.app) if comment.app else None,
            "reactions": {
                "url": f"{url}/comments/{comment.id}/reactions",
                "total_count": len(contents),
                **{kind: contents.count(kind) for kind in kinds},
            },
        }

    # -------------------------------------------------------------------------------------- checks

    def check(self, repo: Repo, check: CheckRun) -> Json:
        """Show a check run (``check-run``)."""
        url = f"{self.repo_url(repo)}/check-runs/{check.id}"
        page = f"{self.web}/{repo.path}/runs/{check.id}"
        return {
            "id": check.id,
            "node_id": node_id("CheckRun", check.id),
            "name": check.name,
            "head_sha": check.head,
            "external_id": check.external_id,
            "url": url,
            "html_url": page,
            "details_url": check.details_url or page,
            "status": check.status,
            "conclusion": check.conclusion,
            "started_at": stamp(check.started_at),
            "completed_at": stamp(check.completed_at),
            "output": {
                "title": check.title,
                "summary": check.summary,
                "text": check.text,
                "annotations_count": len(check.annotations),
                "annotations_url": f"{url}/annotations",
            },
            "check_suite": {"id": check.suite},
            "app": self.app(check.app),
            "pull_requests": self.pull_links(repo, check.head),
        }

    def annotation(self, repo: Repo, check: CheckRun, annotation: Json) -> Json:
        """Show an annotation (``check-annotation``)."""
        optional = dict.fromkeys(("start_column", "end_column", "title", "raw_details"))
        blob = f"{self.web}/{repo.path}/blob/{check.head}/{annotation['path']}"
        return {**optional, **annotation, "blob_href": blob}

    # ------------------------------------------------------------------------------------- actions

    def workflow_run(self, run: WorkflowRun, attempt: Attempt | None = None) -> Json:
        """Show a workflow run, or one attempt of it (``workflow-run``)."""
        attempt = attempt or run.last
        url = f"{self.repo_url(run.repo)}/actions/runs/{run.id}"
        sample = _sample(OURS + "/actions/runs/{run_id}", "workflow-run")
        commit = run.repo.git.commit(run.head)
        links = ("jobs", "logs", "artifacts", "cancel", "rerun")
        return {
            **self.relocate(sample, run.repo.path),
            "id": run.id,
            "node_id": node_id("WorkflowRun", run.id),
            "name": run.name,
            "display_title": commit.message.splitlines()[0],
            "path": run.path,
            "head_branch": run.branch,
            "head_sha": run.head,
            "run_number": run.number,
            "run_attempt": attempt.number,
            "event": run.event,
            "status": attempt.status,
            "conclusion": attempt.conclusion,
            "workflow_id": run.workflow_id,
            "workflow_url": f"{self.repo_url(run.repo)}/actions/workflows/{run.workflow_id}",
            "url": url,
            "html_url": f"{self.web}/{run.repo.path}/actions/runs/{run.id}",
            "check_suite_id": run.suite,
            "check_suite_node_id": node_id("CheckSuite", run.suite),
            "check_suite_url": f"{self.repo_url(run.repo)}/check-suites/{run.suite}",
            **{f"{link}_url": f"{url}/{link}" for link in links},
            "previous_attempt_url": f"{url}/attempts/{attempt.number - 1}" if attempt.number > 1 else None,
            "pull_requests": self.pull_links(run.repo, run.head),
            "created_at": stamp(run.attempts[0].started_at),
            "run_started_at": stamp(attempt.started_at),
            "updated_at": stamp(attempt.updated_at),
            "actor": self.user(run.actor),
            "triggering_actor": self.user(run.actor),
            "referenced_workflows": [],
            "head_commit": self._head_commit(commit),
            "repository": self.minimal_repo(run.repo),
            "head_repository": self.minimal_repo(run.head_repo),
        }

    def _head_commit(self, commit: Commit) -> Json:
        return {
            "id": commit.sha,
            "tree_id": commit.tree,
            "message": commit.message,
            "timestamp": commit.at,
            "author": {"name": commit.author.name, "email": commit.author.email},
            "committer": {"name": commit.committer.name, "email": commit.committer.email},
        }

    def artifact(self, artifact: Artifact) -> Json:
        """Show an artifact (``artifact``)."""
        run = artifact.run
        url = f"{self.repo_url(run.repo)}/actions/artifacts/{artifact.id}"
        return {
            "id": artifact.id,
            "node_id": node_id("Artifact", artifact.id),
            "name": artifact.name,
            "size_in_bytes": len(artifact.content),
            "url": url,
            "archive_download_url": f"{url}/zip",
            "expired": artifact.expired,
            "created_at": stamp(artifact.created_at),
            "updated_at": stamp(artifact.created_at),
            "expires_at": stamp(artifact.created_at + RETENTION),
            "workflow_run": {
                "id": run.id,
                "repository_id": run.repo.id,
                "head_repository_id": run.head_repo.id,
                "head_branch": run.branch,
                "head_sha": run.head,
            },
        }


def _signature(person: Person, at: str) -> Json:
    return {"name": person.name, "email": person.email, "date": at}


def _verification(commit: Commit) -> Json:
    signed = commit.committer.email == "noreply@github.com"
    return {
        "verified": signed,
        "reason": "valid" if signed else "unsigned",
        "signature": "-----BEGIN PGP SIGNATURE-----" if signed else None,
        "payload": f"tree {commit.tree}" if signed else None,
        "verified_at": commit.at if signed else None,
    }


def _renumber(node: Json, number: int) -> Json:
    if isinstance(node, Mapping):
        return {key: _renumber(value, number) for key, value in node.items()}
    return node.replace("/1347", f"/{number}") if isinstance(node, str) else node
