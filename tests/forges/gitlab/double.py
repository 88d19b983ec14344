"""Be GitLab on loopback: real git repositories behind the documented API, and people who do things there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.forges.gitlab.api import Api, Routes
from tests.forges.gitlab.ci import CI
from tests.forges.gitlab.door import GitLabDoor, account
from tests.forges.gitlab.hooks import Hooks, Webhook
from tests.forges.gitlab.limits import Limits
from tests.forges.gitlab.payloads import Payloads
from tests.forges.gitlab.people import People
from tests.forges.gitlab.post import Delivery, Post
from tests.forges.gitlab.routes import (
    ci,
    commits,
    discussions,
    external_checks,
    hooks,
    notes,
    projects,
    pulls,
    repository,
)
from tests.forges.gitlab.shapes import Shapes
from tests.forges.gitlab.site import Pages
from tests.forges.gitlab.world import Account, Discussion, Files, Group, Hook, Pull, Repo, Token, World
from tests.forges.pace import Kind, Limit
from tests.forges.web import Answer, Asked, Request, Site

Json = Any


def routes() -> Routes:
    """Give every operation that is served."""
    modules = (ci, commits, discussions, external_checks, hooks, notes, projects, pulls, repository)
    return Routes({operation: route for module in modules for operation, route in module.ROUTES.known.items()})


class GitLabDouble(CI, People):
    """A GitLab of its own, from entering to leaving.

    What people do (`push`, `comment`, `tick`, `award` …) changes what exists, gives the webhooks that GitLab sends
    for it, and posts them where `webhook_url` is set. What the bot itself does through the API causes webhooks
    too: `echoes`."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="gitlab-")
        self.world = World(Path(self._folder.name), clock)
        self.limits = Limits()
        self._site = Site(self._answer)
        self._store_site = Site(self.world.store.answer)
        self.url = self._site.url
        self.world.store.url = self._store_site.url
        shapes = Shapes(self.world, self.url)
        self.api = Api(self.world, shapes, self.limits, routes(), self.url, self)
        self.door = GitLabDoor(at=self.url)
        self.pages = Pages(self.world, self.api, self.url, self.door)
        self.hooks = Hooks(self.world, Payloads(self.world, shapes))
        self.post = Post(self.world)
        self.world.tell = self._echo
        self._echoes: list[Webhook] = []

    def _answer(self, request: Request) -> Answer:
        return self.pages.answer(request)

    def __enter__(self) -> Self:
        self._site.start()
        self._store_site.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.post.stop()
        self._site.stop()
        self._store_site.stop()
        self._folder.cleanup()

    # ------------------------------------------------------------------------------ what there is

    @property
    def web_url(self) -> str:
        """The address of its pages: the same as that of its API."""
        return self.url

    @property
    def bot(self) -> Account:
        """Our bot's account."""
        return self.world.bot

    @property
    def token(self) -> str:
        """Our bot's token, as it is sent."""
        return self.world.token.text

    @property
    def webhook_secret(self) -> str:
        """The secret of the hooks that projects have from the start."""
        return self.world.webhook_secret

    @property
    def violations(self) -> list[str]:
        """What broke the contract, or gave a token away. A test ends with none."""
        return [*self.api.violations, *self.world.store.violations, *self.pages.violations]

    @property
    def asked(self) -> list[Asked]:
        """Every request to the API, oldest first."""
        return self.api.asked

    @property
    def delivered(self) -> list[Delivery]:
        """Every webhook that was posted, oldest first."""
        return self.post.delivered

    def repo(self, path: str, *, files: Files | None = None, private: bool = True, installed: bool = True) -> Repo:
        """Make a project with files on ``main``; its path may name groups within groups."""
        return self.world.repo(path, files=files, private=private, installed=installed)

    def group(self, path: str, *, private: bool | None = None) -> Group:
        """Give a group, made when it is first named: private, unless it is said otherwise."""
        found = self.world.group(path)
        found.private = found.private if private is None else private
        return found

    def system_hook(self) -> Hook:
        """Let the whole server tell where `webhook_url` points, as an administrator sets it up.

        Such hooks hear of pushes, merge requests and projects (doc/administration/system_hooks.md); of nothing
        else."""
        made = self.world.new_hook(None, self.webhook_secret, ("push", "merge_requests", "project"))
        self.world.system_hooks.append(made)
        return made

    def discussions(self, pull: Pull) -> list[Discussion]:
        """Give the threads of our bot that can be resolved, oldest first."""
        own = (one for one in pull.discussions if one.notes[0].user is self.bot)
        return [one for one in own if any(note.resolvable for note in one.notes)]

    # -------------------------------------------------------------------------------------- tokens

    def personal_token(
        self, user: str, *scopes: str, until: date | None = None, name: str = "a token of my own"
    ) -> Token:
        """Give a token of somebody; without scopes: for all of the API."""
        return self.world.new_token(self.account(user), scopes or ("api",), until=until, name=name)

    def project_token(self, repo: Repo, role: str = "developer", *scopes: str) -> Token:
        """Give a token of a project: it has a bot of its own, who is a member of nothing else."""
        bot = self.world.account(f"project_{repo.id}_bot_{self.world.next('bot'):x}", bot=True)
        repo.role(bot.username, role)
        return self.world.new_token(bot, scopes or ("api",), kind="project")

    def group_token(self, group: Group, role: str = "developer", *scopes: str) -> Token:
        """Give a token of a group: its bot is a member of all that lies in it."""
        bot = self.world.account(f"group_{group.id}_bot_{self.world.next('bot'):x}", bot=True)
        group.role(bot.username, role)
        return self.world.new_token(bot, scopes or ("api",), kind="group")

    def consent(self, location: str, username: str) -> str:
        """Let somebody agree to what their browser was sent here with; give where it is sent next."""
        who = self.account(username)
        told = {"id": who.id, "name": who.name, "bot": who.bot, "state": who.state, "commit_email": who.email}
        return self.door.consent(location, account(username, **told))

    # ------------------------------------------------------------------------------- what goes wrong

    def limit(self, kind: Kind = "primary", *, retry_after: int | None = 60, times: int = 1) -> None:
        """Let the next requests meet a rate limit."""
        self.limits.switched_on.append(Limit(kind, retry_after, times))

    def fail(
        self,
        pattern: str,
        status: int = 502,
        *,
        times: int = 1,
        body: bytes = b"<html>Whoops</html>",
    ) -> None:
        """Let the next requests whose ``METHOD /path`` matches the pattern fail."""
        self.limits.fail(pattern, status, times=times, page=body)

    # ------------------------------------------------------------------------------------- webhooks

    @property
    def webhook_url(self) -> str | None:
        """Where the hooks that projects have from the start post to; None: the test posts them itself."""
        return self.post.url

    @webhook_url.setter
    def webhook_url(self, url: str | None) -> None:
        self.post.url = url

    def echoes(self) -> list[Webhook]:
        """Take the webhooks that the bot's own doings caused and that nobody posted yet."""
        with self.world.lock:
            taken, self._echoes = self._echoes, []
        return taken

    def redeliver(self, webhook: Webhook) -> int:
        """Post a webhook again, under the same key."""
        return self.post.now(webhook)

    def try_hook(self, hook: Hook, trigger: str, repo: Repo, who: Account) -> int:
        """Send a hook to try it, and give the status."""
        return self.post.now(self.hooks.trial(trigger, hook, repo, who))

    def echo_push(self, repo: Repo, branch: str, before: str | None, who: Account) -> None:
        """Tell of a push that was made through the API."""
        for webhook in self.pushed(repo, branch, before or "0" * 40, who):
            self._later(webhook)

    def _echo(self, event: str, repo: Repo, sender: Account, **details: Any) -> None:
        for webhook in self.hooks.make(event, repo, sender, **details):
            self._later(webhook)

    def _later(self, webhook: Webhook) -> None:
        if self.post.address(webhook.hook):
            self.post.later(webhook)
        else:
            self._echoes.append(webhook)
