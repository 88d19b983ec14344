"""Be GitHub on loopback: real git repositories behind the published API, and people who do things there."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.forges.github.api import Api, Asked, Routes
from tests.forges.github.hooks import Hooks, Webhook
from tests.forges.github.limits import Fault, Kind, Limit, Limits
from tests.forges.github.post import Post
from tests.forges.github.routes import actions, apps, checks, graphql, pulls, repos
from tests.forges.github.shapes import Shapes
from tests.forges.github.site import Pages
from tests.forges.github.world import (
    Account,
    App,
    Artifact,
    Attempt,
    CheckRun,
    Comment,
    Files,
    Pull,
    Repo,
    WorkflowRun,
    World,
)
from tests.forges.web import Answer, Site

Json = Any
Wanted = str | re.Pattern[str] | Callable[[str], bool]
"""Which lines of a comment are meant: those that hold a text, match a pattern, or please a function."""
BOX = re.compile(r"^(\s*[-*] )\[ \]")


def routes() -> Routes:
    """Give every operation that is served."""
    modules = (actions, apps, checks, pulls, repos)
    return Routes({operation: route for module in modules for operation, route in module.ROUTES.known.items()})


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Make a zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in members.items():
            archive.writestr(path, content)
    return packed.getvalue()


class GitHubDouble:
    """A GitHub of its own, from entering to leaving.

    What people do (`push`, `comment`, `tick` …) changes what exists, gives the webhooks that GitHub sends for
    it, and posts them where `webhook_url` is set. What the app itself does through the API causes webhooks too:
    `echoes`."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="github-")
        self.world = World(Path(self._folder.name), clock)
        self.limits = Limits()
        self._api_site = Site(lambda request: self.api.answer(request))
        self._web_site = Site(lambda request: self.pages.answer(request))
        self._store_site = Site(self.world.store.answer)
        self.api_url = self._api_site.url
        self.web_url = self._web_site.url
        self.enterprise_api_url = f"{self.web_url}/api/v3"
        """The same API, as an Enterprise Server of this address has it."""
        self.world.store.url = self._store_site.url
        shapes = Shapes(self.world, self.api_url, self.web_url)
        self.api = Api(self.world, shapes, self.limits, routes(), graphql.serve)
        self.pages = Pages(self.world, self.api)
        self.hooks = Hooks(self.world, shapes)
        self.post = Post(self.world)
        self.world.tell = self._echo
        self._echoes: list[Webhook] = []

    def __enter__(self) -> Self:
        for site in self._sites:
            site.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.post.stop()
        for site in self._sites:
            site.stop()
        self._folder.cleanup()

    @property
    def _sites(self) -> tuple[Site, ...]:
        return self._api_site, self._web_site, self._store_site

    # ------------------------------------------------------------------------------ what there is

    @property
    def app(self) -> App:
        """Our app: its id, key, secrets, permissions."""
        return self.world.app

    @property
    def violations(self) -> list[str]:
        """What broke the contract, or gave a token away. A test ends with none."""
        return [*self.api.violations, *self.world.store.violations, *self.pages.violations]

    @property
    def asked(self) -> list[Asked]:
        """Every request to the API, oldest first."""
        return self.api.asked

    def repo(self, path: str, *, files: Files | None = None, private: bool = True, installed: bool = True) -> Repo:
        """Make a repository with files on ``main``."""
        return self.world.repo(path, files=files, private=private, installed=installed)

    def account(self, login: str) -> Account:
        """Give somebody's account, made when first named."""
        return self.world.account(login)

    def grant(self, permission: str, level: str) -> None:
        """Change what our app may do; ``grant("checks", "read")``."""
        self.world.grant(permission, level)

    def team(self, org: str, slug: str, *members: str) -> None:
        """Make a team. To ask for its members our app needs ``grant("members", "read")``."""
        self.world.team(org, slug, *members)

    def checks(self, pull: Pull, *, head: str | None = None) -> list[CheckRun]:
        """Give our app's checks on the pull request's head (or another commit), oldest first."""
        wanted = head or pull.head
        return [one for one in pull.repo.checks.values() if one.head == wanted and one.app is self.app]

    def comments(self, pull: Pull) -> list[Comment]:
        """Give a pull request's comments, oldest first; whoever wrote them."""
        return [comment for comment in pull.repo.comments.values() if comment.number == pull.number]

    def our_comments(self, pull: Pull) -> list[Comment]:
        """Give our app's comments on a pull request, oldest first."""
        return [comment for comment in self.comments(pull) if comment.app is self.app]

    # ------------------------------------------------------------------------------- what goes wrong

    def limit(self, kind: Kind = "secondary", *, retry_after: int | None = 60, times: int = 1) -> None:
        """Let the next requests meet a rate limit."""
        self.limits.switched_on.append(Limit(kind, retry_after, times))

    def fail(
        self, pattern: str, status: int = 502, *, times: int = 1, body: bytes = b"<html>Unicorn!</html>"
    ) -> None:
        """Let the next requests whose ``METHOD /path`` matches the pattern fail."""
        answer = Answer(status, raw=body, headers={"Content-Type": "text/html"})
        self.limits.faults.append(Fault(re.compile(pattern), answer, times))

    # ------------------------------------------------------------------------------------- webhooks

    @property
    def webhook_url(self) -> str | None:
        """Where webhooks are posted; None: the test posts them itself."""
        return self.post.url

    @webhook_url.setter
    def webhook_url(self, url: str) -> None:
        self.post.url = url

    def echoes(self) -> list[Webhook]:
        """Take the webhooks that the app's own doings caused and that nobody posted yet."""
        with self.world.lock:
            taken, self._echoes = self._echoes, []
        return taken

    def redeliver(self, webhook: Webhook) -> int:
        """Post a webhook again, under the same id."""
        return self.post.now(webhook, redelivery=True)

    def _echo(self, event: str, action: str, repo: Repo, sender: Account, **details: Any) -> None:
        for webhook in self.hooks.make(event, action, repo, sender, **details):
            if self.webhook_url:
                self.post.later(webhook)
            else:
                self._echoes.append(webhook)

    def _send(self, webhooks: Iterable[Webhook]) -> list[Webhook]:
        sent = list(webhooks)
        if self.webhook_url:
            for webhook in sent:
                self.post.now(webhook)
        return sent

    # -------------------------------------------------------------------------- what CI does

    def start_workflow(self, pull: Pull, *, name: str = "CI", event: str = "pull_request") -> list[Webhook]:
        """Let a workflow begin on the pull request's head."""
        with self.world.lock:
            run = self._workflow(pull, name, event, attempt=None)
            run.attempts[-1].status, run.attempts[-1].conclusion = "in_progress", None
            made = self.hooks.make("workflow_run", "requested", pull.repo, pull.author, run=run)
        return self._send(made)

    def finish_workflow(
        self,
        pull: Pull,
        artifacts: Mapping[str, bytes | Mapping[str, bytes]] | None = None,
        *,
        conclusion: str = "failure",
        attempt: int | None = None,
        name: str = "CI",
        event: str = "pull_request",
        head: str | None = None,
    ) -> list[Webhook]:
        """Let a workflow end on the pull request's head (or an older commit), keeping artifacts.

        `artifacts`: name to zip, or to the zip's members. `attempt`: 2 or more re-runs the newest run of that
        name there."""
        with self.world.lock:
            run = self._workflow(pull, name, event, attempt, head)
            last = run.last
            last.status, last.conclusion, last.updated_at = "completed", conclusion, self.world.now()
            for artifact, content in (artifacts or {}).items():
                run.artifacts.append(self._artifact(run, artifact, content))
            job = self._check(pull.repo, self.world.actions, f"{name} / test", run.head, conclusion, run.suite)
            made = self.hooks.make("check_run", "completed", pull.repo, pull.author, check=job)
            made += self.hooks.make("workflow_run", "completed", pull.repo, pull.author, run=run)
        return self._send(made)

    def expire(self, pull: Pull) -> None:
        """Let the artifacts of all runs on the pull request's head expire."""
        for run in self.runs(pull):
            for artifact in run.artifacts:
                artifact.expired = True

    def runs(self, pull: Pull, *, head: str | None = None) -> list[WorkflowRun]:
        """Give the workflow runs on the pull request's head (or another commit), oldest first."""
        return [run for run in pull.repo.runs.values() if run.head == (head or pull.head)]

    def finish_check(
        self,
        pull: Pull,
        *,
        name: str = "ci/circleci: goldens",
        app: str = "circleci-checks",
        conclusion: str = "failure",
    ) -> list[Webhook]:
        """Let another app's check end on the pull request's head."""
        with self.world.lock:
            owner = self.world.new_app(app, owner=self.account(app))
            check = self._check(pull.repo, owner, name, pull.head, conclusion, self.world.next("suite"))
            made = self.hooks.make("check_run", "completed", pull.repo, owner.bot, check=check)
        return self._send(made)

    def _workflow(
        self, pull: Pull, name: str, event: str, attempt: int | None, head: str | None = None
    ) -> WorkflowRun:
        now = self.world.now()
        known = [run for run in self.runs(pull, head=head) if (run.name, run.event) == (name, event)]
        if known and known[-1].last.status != "completed":
            return known[-1]
        if attempt is not None and attempt > 1:
            known[-1].attempts.append(Attempt(attempt, "in_progress", None, now, now))
            return known[-1]
        assert pull.head_repo
        run = WorkflowRun(
            id=self.world.next("run"),
            repo=pull.repo,
            name=name,
            path=f".github/workflows/{name.lower().replace(' ', '-')}.yml",
            workflow_id=sum(name.encode()) + 9_000_000,
            number=len(pull.repo.runs) + 1,
            event=event,
            head=head or pull.head,
            branch=pull.branch,
            head_repo=pull.head_repo,
            actor=pull.author,
            suite=self.world.next("suite"),
            attempts=[Attempt(1, "in_progress", None, now, now)],
        )
        pull.repo.runs[run.id] = run
        return run

    def _artifact(self, run: WorkflowRun, name: str, content: bytes | Mapping[str, bytes]) -> Artifact:
        packed = content if isinstance(content, bytes) else zipped(content)
        return Artifact(self.world.next("artifact"), name, packed, run, self.world.now())

    def _check(self, repo: Repo, app: App, name: str, head: str, conclusion: str, suite: int) -> CheckRun:
        now = self.world.now()
        check = CheckRun(self.world.next("check"), name, head, app, suite, "completed", conclusion)
        check.started_at = check.completed_at = now
        repo.checks[check.id] = check
        return check

    # -------------------------------------------------------------------------------- what people do

    def opened(self, pull: Pull, *, action: str = "opened") -> list[Webhook]:
        """Tell that a pull request was opened."""
        made = self.hooks.make("pull_request", action, pull.repo, pull.author, pull=pull)
        return self._send([*self._suite_requested(pull), *made])

    def push(
        self, pull: Pull, files: Files, *, user: str | None = None, message: str = "Push on", force: bool = False
    ) -> list[Webhook]:
        """Commit onto the pull request's branch; by force: on top of the base, as after a rebase."""
        with self.world.lock:
            assert pull.head_repo
            who = self.account(user) if user else pull.author
            before = pull.head
            start = pull.repo.sha(pull.base) if force else before
            now = self.world.now()
            pull.head_repo.git.write(pull.branch, files, message=message, author=who.person, at=now, parent=start)
            made = []
            for moved in self.world.moved(pull.head_repo, pull.branch):
                made += self._suite_requested(moved)
                made += self.hooks.make("pull_request", "synchronize", moved.repo, who, pull=moved, before=before)
        return self._send(made)

    def _suite_requested(self, pull: Pull) -> list[Webhook]:
        """Tell of a commit that wants checks: sent for pushes to the repository itself, not to forks of it."""
        if pull.fork:
            return []
        return self.hooks.make("check_suite", "requested", pull.repo, pull.author, head=pull.head)

    def close(self, pull: Pull, *, user: str | None = None) -> list[Webhook]:
        """Close a pull request without merging it."""
        with self.world.lock:
            pull.follow()
            pull.state, pull.updated_at = "closed", self.world.now()
            who = self.account(user) if user else pull.author
            made = self.hooks.make("pull_request", "closed", pull.repo, who, pull=pull)
        return self._send(made)

    def merge(self, pull: Pull, *, user: str = "maria") -> list[Webhook]:
        """Merge a pull request whose base did not move."""
        with self.world.lock:
            pull.follow()
            assert pull.repo.git.contains(pull.repo.sha(pull.base), pull.head), "the base moved: merge it in first"
            pull.repo.git.move(f"refs/heads/{pull.base}", pull.head)
            pull.state, pull.merged, pull.updated_at = "closed", True, self.world.now()
            made = self.hooks.make("pull_request", "closed", pull.repo, self.account(user), pull=pull)
        return self._send(made)

    def reopen(self, pull: Pull) -> list[Webhook]:
        """Open a closed pull request again."""
        with self.world.lock:
            pull.state, pull.updated_at = "open", self.world.now()
            pull.follow()
        return self.opened(pull, action="reopened")

    def comment(self, pull: Pull, user: str, text: str) -> list[Webhook]:
        """Write a comment as somebody; it is the last of `comments`."""
        with self.world.lock:
            now = self.world.now()
            who = self.account(user)
            comment = Comment(self.world.next("comment"), pull.number, who, text, now, now)
            pull.repo.comments[comment.id] = comment
            made = self.hooks.make("issue_comment", "created", pull.repo, who, comment=comment)
        return self._send(made)

    def edit(self, pull: Pull, comment: Comment, user: str, text: str) -> list[Webhook]:
        """Edit a comment, somebody else's perhaps, as somebody."""
        with self.world.lock:
            before, comment.body, comment.updated_at = comment.body, text, self.world.now()
            made = self.hooks.make(
                "issue_comment", "edited", pull.repo, self.account(user), comment=comment, before=before
            )
        return self._send(made)

    def tick(self, pull: Pull, user: str, wanted: Wanted) -> list[Webhook]:
        """Tick the boxes of our newest comment whose lines are wanted, as somebody."""
        comment = self.our_comments(pull)[-1]
        lines = comment.body.split("\n")
        ticked = [BOX.sub(r"\1[x]", line) if _wants(wanted, line) else line for line in lines]
        assert ticked != lines, f"no open box for {wanted!r} in:\n{comment.body}"
        return self.edit(pull, comment, user, "\n".join(ticked))

    def press(self, check: CheckRun, identifier: str, user: str) -> list[Webhook]:
        """Press a button of a check, as somebody. Buttons show when the check has completed."""
        assert check.status == "completed", "the check shows no buttons before it completes"
        known = [action["identifier"] for action in check.actions]
        assert identifier in known, f"the check has no button {identifier!r}, only {known}"
        with self.world.lock:
            made = self.hooks.make(
                "check_run",
                "requested_action",
                self._repo_of(check),
                self.account(user),
                check=check,
                identifier=identifier,
            )
        return self._send(made)

    def rerequest(self, check: CheckRun, user: str) -> list[Webhook]:
        """Ask for a check again (*Re-run*), as somebody."""
        with self.world.lock:
            repo = self._repo_of(check)
            made = self.hooks.make("check_run", "rerequested", repo, self.account(user), check=check)
        return self._send(made)

    def rerequest_suite(self, pull: Pull, user: str) -> list[Webhook]:
        """Ask for all checks of the head again (*Re-run all checks*), as somebody."""
        with self.world.lock:
            who = self.account(user)
            made = self.hooks.make("check_suite", "rerequested", pull.repo, who, head=pull.head)
        return self._send(made)

    def install(self, *repos: Repo) -> list[Webhook]:
        """Give our app repositories of one owner."""
        with self.world.lock:
            new = repos[0].owner.login not in self.world.installations
            installation = [self.world.install(repo) for repo in repos][-1]
            made = (
                self.hooks.installation("created", installation, list(repos))
                if new
                else self.hooks.repositories("added", installation, list(repos))
            )
        return self._send([made])

    def uninstall(self, *repos: Repo) -> list[Webhook]:
        """Take repositories of one owner from our app; the last ones end the installation."""
        with self.world.lock:
            installation = self.world.installations[repos[0].owner.login]
            for repo in repos:
                self.world.uninstall(repo)
            if installation.repos:
                made = self.hooks.repositories("removed", installation, list(repos))
            else:
                del self.world.installations[repos[0].owner.login]
                made = self.hooks.installation("deleted", installation, list(repos))
        return self._send([made])

    def _repo_of(self, check: CheckRun) -> Repo:
        return next(repo for repo in self.world.repos.values() if check in repo.checks.values())


def _wants(wanted: Wanted, line: str) -> bool:
    match wanted:
        case str():
            return wanted in line
        case re.Pattern():
            return wanted.search(line) is not None
    return wanted(line)
