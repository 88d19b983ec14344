"""Show what exists as GitHub's JSON: its own published examples, filled with the double's values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.forges.git import Commit
from tests.forges.github.shapes_of_people import sample
from tests.forges.github.shapes_of_repos import OURS, Repos
from tests.forges.github.world import (
    RETENTION,
    Account,
    Artifact,
    Attempt,
    CheckRun,
    Comment,
    Pull,
    Repo,
    WorkflowRun,
    node_id,
    stamp,
)

Json = Any


@dataclass(frozen=True, slots=True)
class Shapes(Repos):
    """Writes everything: pull requests, checks and what CI leaves, too."""

    # ------------------------------------------------------------------------------- pull requests

    def pull(self, pull: Pull, schema: str = "pull-request") -> Json:
        """Show a pull request (``pull-request``, or ``pull-request-simple`` in lists)."""
        example = sample(OURS + "/pulls/{pull_number}", schema)
        shown = self.relocate(_renumber(example, pull.number), pull.repo.path)
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
        example = sample(OURS + "/actions/runs/{run_id}", "workflow-run")
        commit = run.repo.git.commit(run.head)
        links = ("jobs", "logs", "artifacts", "cancel", "rerun")
        return {
            **self.relocate(example, run.repo.path),
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


def _renumber(node: Json, number: int) -> Json:
    if isinstance(node, Mapping):
        return {key: _renumber(value, number) for key, value in node.items()}
    return node.replace("/1347", f"/{number}") if isinstance(node, str) else node
