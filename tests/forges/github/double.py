"""Be GitHub on loopback: real git repositories behind the published API, and people who do things there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.forges.github.api import Api, Routes
from tests.forges.github.ci import CI
from tests.forges.github.hooks import Hooks, Webhook
from tests.forges.github.limits import Limits
from tests.forges.github.people import People
from tests.forges.github.post import Post
from tests.forges.github.routes import actions, apps, checks, git, graphql, pulls, repos
from tests.forges.github.shapes import Shapes
from tests.forges.github.site import Pages
from tests.forges.github.world import Account, App, CheckRun, Files, Pull, Repo, World
from tests.forges.pace import Kind, Limit
from tests.forges.web import Asked, Site

Json = Any


def routes() -> Routes:
    """Give every operation that is served."""
    modules = (actions, apps, checks, git, pulls, repos)
    return Routes({operation: route for module in modules for operation, route in module.ROUTES.known.items()})


class GitHubDouble(CI, People):
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

    # ------------------------------------------------------------------------------- what goes wrong

    def limit(self, kind: Kind = "secondary", *, retry_after: int | None = 60, times: int = 1) -> None:
        """Let the next requests meet a rate limit."""
        self.limits.switched_on.append(Limit(kind, retry_after, times))

    def fail(
        self, pattern: str, status: int = 502, *, times: int = 1, body: bytes = b"<html>Unicorn!</html>"
    ) -> None:
        """Let the next requests whose ``METHOD /path`` matches the pattern fail."""
        self.limits.fail(pattern, status, times=times, page=body)

    # ------------------------------------------------------------------------------------- webhooks

    @property
    def webhook_url(self) -> str | None:
        """Where webhooks are posted; None: the test posts them itself."""
        return self.post.url

    @webhook_url.setter
    def webhook_url(self, url: str | None) -> None:
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
