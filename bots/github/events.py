"""Say in neutral words what a payload of GitHub's means. Pure; whatever is malformed is Ignored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bots.events import (
    AccessChanged,
    BranchGone,
    Commanded,
    Event,
    HeadMoved,
    Ignored,
    PipelineFinished,
    Pressed,
    RerunAsked,
    Ticked,
)
from bots.forge import Repo, User
from bots.github import payloads
from bots.github.payloads import Json, Payload, Unread

_ACTIONS_APP = "github-actions"
_MOVED = {"opened", "reopened", "synchronize"}
_GIVEN = {"created", "unsuspend", "new_permissions_accepted"}
_TAKEN = {"deleted", "suspend"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads payloads as one app on one host: what comes from itself starts nothing."""

    host: str
    app_id: str

    def read(self, event: str, payload: Json) -> Event:
        """Say what a payload means."""
        readers: Mapping[str, Callable[[Payload], Event]] = {
            "workflow_run": self._workflow_run,
            "check_run": self._check_run,
            "check_suite": self._check_suite,
            "issue_comment": self._comment,
            "pull_request": self._pull_request,
            "installation": self._installation,
            "installation_repositories": self._repositories,
        }
        if event not in readers:
            return Ignored(f"{event} is no event of ours")
        if not isinstance(payload, dict):
            return Ignored(f"{event} without an object")
        try:
            return readers[event](payload)
        except Unread as unread:
            return Ignored(f"{event} {unread}")

    # ------------------------------------------------------------------------------------------ CI

    def _workflow_run(self, payload: Payload) -> Event:
        match payload:
            case {"action": "completed", "workflow_run": {"head_sha": str(head), **run}}:
                return PipelineFinished(
                    repo=self._repo(payload),
                    head=payloads.sha(head),
                    branch=payloads.text(run.get("head_branch")),
                    head_path=payloads.path_of(run.get("head_repository")),
                )
        return _nothing(payload)

    def _check_run(self, payload: Payload) -> Event:
        match payload:
            case {"action": "completed", "check_run": dict(check)}:
                return self._check_completed(payload, check)
            case {
                "action": "requested_action",
                "check_run": {"head_sha": str(head), "external_id": str(handle), "app": app},
                "requested_action": {"identifier": str(button)},
                "sender": sender,
            } if self._ours(app):
                who = payloads.user(sender, self.host)
                head = payloads.sha(head)
                return Pressed(repo=self._repo(payload), head=head, handle=handle, button=button, who=who)
            case {"action": "rerequested", "check_run": {"head_sha": str(head), "app": app}} if self._ours(app):
                return RerunAsked(repo=self._repo(payload), head=payloads.sha(head))
        return _nothing(payload)

    def _check_completed(self, payload: Payload, check: Payload) -> Event:
        match check:
            case {"app": app} if self._ours(app):
                return Ignored("our own check")
            case {"app": {"slug": str(slug)}} if slug == _ACTIONS_APP:
                return Ignored("a job of a workflow, whose end workflow_run tells")
            case {"app": {"id": int()}, "head_sha": str(head), **rest}:
                suite = rest.get("check_suite")
                branch = payloads.text(suite.get("head_branch")) if isinstance(suite, dict) else None
                # A fork's check says no branch; one that says a branch lies in the repository itself.
                repo = self._repo(payload)
                return PipelineFinished(
                    repo=repo, head=payloads.sha(head), branch=branch, head_path=repo.path if branch else None
                )
        raise Unread("without its app or head")

    def _check_suite(self, payload: Payload) -> Event:
        match payload:
            case {"action": "rerequested", "check_suite": {"head_sha": str(head), "app": app}} if self._ours(app):
                return RerunAsked(repo=self._repo(payload), head=payloads.sha(head))
        return _nothing(payload)

    def _ours(self, app: Json) -> bool:
        return isinstance(app, dict) and str(app.get("id")) == self.app_id

    # ------------------------------------------------------------------------------------- people

    def _comment(self, payload: Payload) -> Event:
        match payload:
            case {
                "issue": {"pull_request": dict(), "number": int(number)},
                "comment": dict(comment),
                "sender": sender,
            }:
                return self._said(payload, str(number), comment, payloads.user(sender, self.host))
            case {"issue": dict()}:
                return Ignored("a comment on an issue")
        raise Unread("without its issue, comment or sender")

    def _said(self, payload: Payload, number: str, comment: Payload, who: User) -> Event:
        author = payloads.user(comment.get("user"), self.host)
        action = payload.get("action")
        if who.bot:
            return Ignored("a bot's comment or edit")  # our own among them
        if action == "created" or (action == "edited" and author.name == who.name):
            return self._commanded(payload, number, comment, author)
        if action == "edited" and author.bot:
            return self._ticked(payload, number, comment, author=author, who=who)
        if action == "edited":
            return Ignored("somebody edited another person's comment, who did not say that")
        return _nothing(payload)

    def _commanded(self, payload: Payload, number: str, comment: Payload, who: User) -> Event:
        edited = payload.get("action") == "edited"
        if who.bot or (edited and payloads.before(payload) == payloads.body(comment)):
            return Ignored("nothing new was said")
        return Commanded(
            repo=self._repo(payload),
            number=number,
            comment=payloads.comment_id(comment),
            who=who,
            text=payloads.body(comment),
            written_at=payloads.moment(comment.get("updated_at" if edited else "created_at")),
        )

    def _ticked(self, payload: Payload, number: str, comment: Payload, *, author: User, who: User) -> Event:
        # The sender ticked the box; comment.user is us. Only the sender may approve.
        return Ticked(
            repo=self._repo(payload),
            number=number,
            comment=payloads.comment_id(comment),
            author=author,
            who=who,
            before=payloads.before(payload),
            after=payloads.body(comment),
        )

    def _pull_request(self, payload: Payload) -> Event:
        match payload:
            case {"action": str(action), "pull_request": {"number": int(number)}, **rest}:
                changes = rest.get("changes")
                retargeted = action == "edited" and isinstance(changes, dict) and "base" in changes
                if action in _MOVED or retargeted:
                    return HeadMoved(repo=self._repo(payload), number=str(number))
                if action == "closed":
                    return BranchGone(repo=self._repo(payload), number=str(number))
        return _nothing(payload)

    # -------------------------------------------------------------------------------- installations

    def _installation(self, payload: Payload) -> Event:
        tenant = payloads.tenant(payload)
        match payload.get("action"):
            case str(action) if action in _TAKEN:
                return AccessChanged(repos=(), gone=True, everything=True, host=self.host, tenant=tenant)
            case str(action) if action in _GIVEN:
                told = payload.get("repositories")  # left out where all of them are meant
                repos = self._repos(told if isinstance(told, list) else [], tenant)
                return AccessChanged(repos=repos, gone=False, host=self.host, tenant=tenant)
        return _nothing(payload)

    def _repositories(self, payload: Payload) -> Event:
        tenant = payloads.tenant(payload)
        match payload:
            case {"action": "added", "repositories_added": list(repos)}:
                given = self._repos(repos, tenant)
                return AccessChanged(repos=given, gone=False, host=self.host, tenant=tenant)
            case {"action": "removed", "repositories_removed": list(repos)}:
                taken = self._repos(repos, tenant)
                return AccessChanged(repos=taken, gone=True, host=self.host, tenant=tenant)
        return _nothing(payload)

    def _repo(self, payload: Payload) -> Repo:
        return payloads.repo(payload, self.host)

    def _repos(self, told: list[Json], tenant: str) -> tuple[Repo, ...]:
        return tuple(payloads.described(each, self.host, tenant) for each in told)


def _nothing(payload: Payload) -> Ignored:
    return Ignored(f"nothing for us in {str(payload.get('action'))[:60]!r}")
