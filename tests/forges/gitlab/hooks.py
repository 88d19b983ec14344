"""Make webhooks from what happened: told to the hooks that asked for it, with their secrets and signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.forges.gitlab import contract
from tests.forges.gitlab.payloads import Payloads
from tests.forges.gitlab.world import Account, Hook, Repo, World

Json = Any
NAMES: Mapping[str, tuple[str, str]] = {
    "push": ("push_events", "Push Hook"),
    "note": ("note_events", "Note Hook"),
    "emoji": ("emoji_events", "Emoji Hook"),
    "merge_request": ("merge_requests_events", "Merge Request Hook"),
    "pipeline": ("pipeline_events", "Pipeline Hook"),
    "build": ("job_events", "Job Hook"),
    "project_destroy": ("project_events", "Project Hook"),
}
"""What happened: the switch of a hook for it, and the header that names it."""
TRIGGERS: Mapping[str, str] = {switch: event for event, (switch, _) in NAMES.items()}


@dataclass(frozen=True, slots=True)
class Webhook:
    """One delivery, ready to be posted. `id`: its `Idempotency-Key`, the same when it is sent again."""

    id: str
    event: str
    action: str
    headers: Mapping[str, str]
    body: bytes
    hook: Hook
    repo: int

    @property
    def payload(self) -> Json:
        """Read the body."""
        return json.loads(self.body)


def sign(
    token: str,
    body: bytes,
    event: str,
    *,
    delivery: str = "",
    signing_token: str = "",
    at: int = 0,
    instance: str = "https://gitlab.example.org",
    hook: str = "",
) -> dict[str, str]:
    """Give the headers of a delivery: the secret as it is, and the signature where there is a signing token.

    lib/gitlab/web_hooks.rb, app/services/web_hook_service.rb; the signature: gitlab-org/gitlab!230944."""
    key = delivery or str(uuid4())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitLab/18.6.0",
        "Idempotency-Key": key,
        "X-Gitlab-Event": event,
        "X-Gitlab-Event-UUID": str(uuid4()),
        "X-Gitlab-Instance": instance,
        "X-Gitlab-Webhook-UUID": hook or str(uuid4()),
    }
    if token:
        headers["X-Gitlab-Token"] = token
    if signing_token:
        secret = base64.b64decode(signing_token.removeprefix("whsec_"))
        digest = hmac.new(secret, f"{key}.{at}.".encode() + body, hashlib.sha256).digest()
        headers["webhook-id"] = key
        headers["webhook-timestamp"] = str(at)
        headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    return headers


def _filled(template: str, payload: Json) -> str:
    """Fill a hook's template in (doc/user/project/integrations/webhooks.md, "Custom webhook template")."""

    def told(found: re.Match[str]) -> str:
        place = payload
        for word in found[1].split("."):
            place = place.get(word, "") if isinstance(place, dict) else ""
        return json.dumps(place)[1:-1] if isinstance(place, str) else json.dumps(place)

    return re.sub(r"\{\{([\w.]+)\}\}", told, template)


@dataclass(frozen=True, slots=True)
class Hooks:
    """Makes the webhooks of one double, each held to the documented shape."""

    world: World
    payloads: Payloads

    def make(self, event: str, repo: Repo, sender: Account, **details: Any) -> list[Webhook]:
        """Make the webhooks for what happened in a project: one for each hook that asks for it and is on."""
        switch, _ = NAMES[event]
        asked = [hook for hook in self._hooks(repo) if hook.events.get(switch) and self.on(hook)]
        if not asked:
            return []
        payload = self._payload(event, repo, sender, details)
        contract.check_hook(event, payload)
        return [self.ready(event, hook, repo, payload) for hook in asked]

    def trial(self, trigger: str, hook: Hook, repo: Repo, sender: Account) -> Webhook:
        """Make the webhook that tries a hook: with the newest thing of its kind, or else with the newest push."""
        event = TRIGGERS.get(trigger, "push")
        pulls = list(repo.pulls.values())
        pipelines = list(repo.pipelines.values())
        notes = [note for pull in pulls for note in pull.notes.values() if not note.system]
        details: Json = {}
        if event == "merge_request" and pulls:
            details = {"pull": pulls[-1], "action": "update"}
        elif event == "pipeline" and pipelines:
            details = {"pipeline": pipelines[-1]}
        elif event == "note" and notes:
            details = {"note": notes[-1], "action": "create"}
        else:
            event, head = "push", repo.sha(repo.default_branch)
            parents = repo.git.commit(head).parents
            details = {"branch": repo.default_branch, "before": parents[0] if parents else head, "after": head}
        return self.ready(event, hook, repo, self._payload(event, repo, sender, details))

    def _hooks(self, repo: Repo) -> list[Hook]:
        groups = [hooks for path, hooks in self.world.group_hooks.items() if repo.path.startswith(f"{path}/")]
        return [*self.world.system_hooks, *(hook for hooks in (repo.hooks, *groups) for hook in hooks.values())]

    def on(self, hook: Hook) -> bool:
        """Is a hook on, not switched off for its failures?"""
        return not hook.permanent and (hook.until is None or hook.until <= self.world.now())

    def ready(self, event: str, hook: Hook, repo: Repo, payload: Json) -> Webhook:
        """Give a payload its headers; where the hook has a template, that is what it says instead."""
        body = (_filled(hook.template, payload) if hook.template else json.dumps(payload)).encode()
        delivery = str(uuid4())
        headers = sign(
            hook.token,
            body,
            "System Hook" if hook in self.world.system_hooks else NAMES[event][1],
            delivery=delivery,
            signing_token=hook.signing_token,
            at=int(self.world.now().timestamp()),
            instance=self.payloads.shapes.web,
            hook=hook.uuid,
        )
        action = payload.get("object_attributes", {}).get("action", "")
        return Webhook(delivery, event, action, {**headers, **hook.headers}, body, hook, repo.id)

    def _payload(self, event: str, repo: Repo, sender: Account, details: Mapping[str, Any]) -> Json:
        match event:
            case "note":
                return self.payloads.note(repo, details["note"], details["action"])
            case "merge_request":
                oldrev, changes = details.get("oldrev"), details.get("changes", {})
                return self.payloads.merge_request(sender, details["pull"], details["action"], oldrev, changes)
            case "emoji":
                return self.payloads.emoji(repo, sender, details["award"], details["on"], details["action"])
            case "pipeline":
                return self.payloads.pipeline(details["pipeline"])
            case "project_destroy":
                return self.payloads.project_destroy(repo)
            case "build":
                return self.payloads.build(details["job"])
            case "push":
                return self.payloads.push(repo, sender, details["branch"], details["before"], details["after"])
        raise AssertionError(f"the double makes no {event}")
