"""Make webhooks from GitHub's real payloads, filled with the double's values and signed."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.contract import contract
from tests.contract.contract import ContractBroken
from tests.forges.github.shapes import Shapes
from tests.forges.github.world import (
    Account,
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
ALWAYS = frozenset({"installation", "installation_repositories"})
OF_OWN_CHECKS = frozenset(
    {
        ("check_run", "requested_action"),
        ("check_run", "rerequested"),
        ("check_suite", "requested"),
        ("check_suite", "rerequested"),
    }
)
"""What an app that may write checks is told without having asked, of its own checks only."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One delivery, ready to be posted."""

    id: str
    event: str
    action: str
    headers: Mapping[str, str]
    body: bytes
    installation: int
    repo: int | None

    @property
    def payload(self) -> Json:
        """Read the body."""
        return json.loads(self.body)


def sign(secret: str, body: bytes, event: str, *, delivery: str = "", app: int = 0) -> dict[str, str]:
    """Give the headers of a delivery with GitHub's signature over its body."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/044aadd",
        "X-GitHub-Delivery": delivery or str(uuid.uuid4()),
        "X-GitHub-Event": event,
        "X-GitHub-Hook-ID": "292430182",
        "X-GitHub-Hook-Installation-Target-ID": str(app),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
        "X-Hub-Signature-256": f"sha256={digest}",
    }


@cache
def _real(event: str, action: str) -> str:
    """Give a real payload of an event as text; one that keeps the published contract where there is one."""
    found = [payload for name, payload in contract.payloads() if (name, payload.get("action")) == (event, action)]
    kept = [payload for payload in found if _holds(event, action, payload)]
    return json.dumps((kept or found)[0])


def _holds(event: str, action: str, payload: Json) -> bool:
    try:
        contract.check_hook(_name(event, action), payload)
    except ContractBroken:
        return False
    return True


def _name(event: str, action: str) -> str:
    return f"{event}-{action}".replace("_", "-")


@dataclass(frozen=True, slots=True)
class Hooks:
    """Makes the webhooks of one double, each held to the contract."""

    world: World
    shapes: Shapes

    def make(self, event: str, action: str, repo: Repo, sender: Account, **details: Any) -> list[Webhook]:
        """Make the webhook that our app gets; none where it is not installed, or did not subscribe."""
        installation = self.world.installation_of(repo)
        if installation is None or not self._subscribed(event, action, details.get("check")):
            return []
        payload = self._payload(event, action, repo, details)
        payload["repository"] = self._repository(payload["repository"], repo)
        return [self._signed(event, action, payload, sender, installation, repo)]

    def installation(self, action: str, installation: Installation, repos: list[Repo]) -> Webhook:
        """Make the webhook that tells of an installation made or deleted."""
        payload = self.shapes.relocate(json.loads(_real("installation", action)), "")
        payload["installation"] = self.shapes.installation(installation)
        payload["repositories"] = [self._short(repo) for repo in repos]
        payload["requester"] = None
        return self._signed("installation", action, payload, installation.account, installation, None)

    def repositories(self, action: str, installation: Installation, repos: list[Repo]) -> Webhook:
        """Make the webhook that tells of repositories added or removed."""
        payload = self.shapes.relocate(json.loads(_real("installation_repositories", action)), "")
        payload["installation"] = self.shapes.installation(installation)
        short = [self._short(repo) for repo in repos]
        payload["repositories_added"] = short if action == "added" else []
        payload["repositories_removed"] = short if action == "removed" else []
        payload["repository_selection"] = "selected"
        payload["requester"] = None
        return self._signed("installation_repositories", action, payload, installation.account, installation, None)

    def _subscribed(self, event: str, action: str, check: CheckRun | None) -> bool:
        app = self.world.app
        if (event, action) in OF_OWN_CHECKS and app.permissions.get("checks") == "write":
            return check is None or check.app is app
        return event in app.events or event in ALWAYS

    def _signed(
        self,
        event: str,
        action: str,
        payload: Json,
        sender: Account,
        installation: Installation,
        repo: Repo | None,
    ) -> Webhook:
        payload["sender"] = self.shapes.user(sender)
        payload.pop("organization", None)
        payload.pop("enterprise", None)
        if repo:
            short = {"id": installation.id, "node_id": node_id("Installation", installation.id)}
            payload["installation"] = short
        contract.check_hook(_name(event, action), payload)
        body = json.dumps(payload).encode()
        app = self.world.app
        delivery = str(uuid.uuid4())
        headers = sign(app.webhook_secret, body, event, delivery=delivery, app=app.id)
        return Webhook(delivery, event, action, headers, body, installation.id, repo.id if repo else None)

    # ------------------------------------------------------------------------------------ payloads

    def _payload(self, event: str, action: str, repo: Repo, details: Mapping[str, Any]) -> Json:
        real = self.shapes.relocate(json.loads(_real(event, action)), repo.path)
        match event:
            case "check_run":
                return self._check_run(real, repo, details["check"], details.get("identifier"))
            case "check_suite":
                return self._check_suite(real, repo, details["head"])
            case "issue_comment":
                return self._issue_comment(real, repo, details["comment"], details.get("before"))
            case "pull_request":
                return self._pull_request(real, details["pull"], details.get("before"))
            case "workflow_run":
                return self._workflow_run(real, details["run"])
        raise AssertionError(f"the double makes no {event}")

    def _check_run(self, real: Json, repo: Repo, check: CheckRun, identifier: str | None) -> Json:
        suite = self._suite(real["check_run"]["check_suite"], repo, check.head, check.suite)
        suite["app"] = self.shapes.app(check.app)
        shown = {**real["check_run"], **self.shapes.check(repo, check), "check_suite": suite}
        changed = {**real, "check_run": shown}
        if identifier is not None:
            changed["requested_action"] = {"identifier": identifier}
        return changed

    def _check_suite(self, real: Json, repo: Repo, head: str) -> Json:
        suite = self._suite(real["check_suite"], repo, head, self.world.next("suite"))
        commit = repo.git.commit(head)
        suite["head_commit"] = {
            "id": head,
            "tree_id": commit.tree,
            "message": commit.message,
            "timestamp": commit.at,
            "author": {"name": commit.author.name, "email": commit.author.email},
            "committer": {"name": commit.committer.name, "email": commit.committer.email},
        }
        suite["app"] = self.shapes.app(self.world.app)
        suite["created_at"] = suite["updated_at"] = stamp(self.world.now())
        return {**real, "check_suite": suite}

    def _suite(self, real: Json, repo: Repo, head: str, number: int) -> Json:
        """Fill a suite. GitHub knows no branch and no pull request of a commit that lies in a fork."""
        own = [pull for pull in repo.pulls.values() if pull.head == head and not pull.fork]
        return {
            **real,
            "id": number,
            "node_id": node_id("CheckSuite", number),
            "url": f"{self.shapes.repo_url(repo)}/check-suites/{number}",
            "check_runs_url": f"{self.shapes.repo_url(repo)}/check-suites/{number}/check-runs",
            "head_sha": head,
            "head_branch": own[0].branch if own else None,
            "after": head,
            "pull_requests": self.shapes.pull_links(repo, head),
        }

    def _issue_comment(self, real: Json, repo: Repo, comment: Comment, before: str | None) -> Json:
        pull = repo.pulls[comment.number]
        url = f"{self.shapes.repo_url(repo)}/issues/{pull.number}"
        page = f"{self.shapes.web}/{repo.path}/pull/{pull.number}"
        issue = {
            **real["issue"],
            "url": url,
            "comments_url": f"{url}/comments",
            "html_url": page,
            "number": pull.number,
            "title": pull.title,
            "user": self.shapes.user(pull.author),
            "state": pull.state,
            "locked": False,
            "created_at": stamp(pull.created_at),
            "updated_at": stamp(self.world.now()),
            "pull_request": {
                "url": f"{self.shapes.repo_url(repo)}/pulls/{pull.number}",
                "html_url": page,
                "diff_url": f"{page}.diff",
                "patch_url": f"{page}.patch",
                "merged_at": None,
            },
        }
        changes = {} if before is None else {"changes": {"body": {"from": before}}}
        return {**real, "issue": issue, "comment": self.shapes.comment(repo, comment), **changes}

    def _pull_request(self, real: Json, pull: Pull, before: str | None) -> Json:
        shown = {**real["pull_request"], **self.shapes.pull(pull)}
        moved = {} if before is None else {"before": before, "after": pull.head}
        return {**real, "number": pull.number, "pull_request": shown, **moved}

    def _workflow_run(self, real: Json, run: WorkflowRun) -> Json:
        shown = {**real["workflow_run"], **self.shapes.workflow_run(run)}
        workflow = {**real["workflow"], "id": run.workflow_id, "name": run.name, "path": run.path}
        return {**real, "workflow_run": shown, "workflow": workflow}

    def _repository(self, real: Json, repo: Repo) -> Json:
        shown = self.shapes.repo(repo)
        del shown["permissions"]  # they are the caller's, and a webhook has none
        return {**real, **shown}

    def _short(self, repo: Repo) -> Json:
        return {
            "id": repo.id,
            "node_id": node_id("Repository", repo.id),
            "name": repo.name,
            "full_name": repo.path,
            "private": repo.private,
        }
