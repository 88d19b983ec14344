"""Make the forges of the settings: whom each is asked as, what it delivers, and the doors to sign in by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from app.accounts import GitLabBot
from app.settings import Settings
from app.web.site import Identity
from bots.events import Post, Webhook
from bots.forge import Forge
from bots.github.forge import GitHub
from bots.github.signin import SignIn
from bots.github.webhook import GitHubWebhook
from bots.pacing import Pacer

if TYPE_CHECKING:
    from bots.gitlab.tenants import Tenant

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forges:
    """The forges that one process serves, by host, and by the name in `/webhooks/…` and `/signin/…`."""

    webhooks: Mapping[str, Webhook] = field(default_factory=dict)
    forges: Mapping[str, Forge] = field(default_factory=dict)
    hooks: Mapping[str, Webhook] = field(default_factory=dict)
    identities: Mapping[str, Identity] = field(default_factory=dict)
    posts: Mapping[str, Post] = field(default_factory=dict)
    """Of the hosts that remember their deliveries."""


def configured(settings: Settings, clock: Clock) -> Forges:
    """Give the forges of the settings, and the doors of those whose applications are configured."""
    one, other = github(settings, clock), gitlab(settings, clock)
    return Forges(
        webhooks={**one.webhooks, **other.webhooks},
        forges={**one.forges, **other.forges},
        hooks={**one.hooks, **other.hooks},
        identities={**one.identities, **other.identities},
        posts={**one.posts, **other.posts},
    )


def gitlab(settings: Settings, clock: Clock, pacer: Pacer | None = None) -> Forges:
    """Give the GitLabs where a bot is configured; paced as gitlab.com asks for, where not said otherwise."""
    doors = _gitlab_doors(settings)
    if not settings.gitlab_bots:
        return Forges(identities=doors)
    from bots.gitlab.hearing import EveryHost  # python-gitlab is loaded only where it is needed

    by_host: dict[str, list[GitLabBot]] = {}
    for bot in settings.gitlab_bots:
        by_host.setdefault(bot.host, []).append(bot)
    known = {
        host: [_gitlab_tenant(bot, clock, pacer, settings.public_url) for bot in bots]
        for host, bots in by_host.items()
    }
    served = {host: _gitlab_server(host, tenants) for host, tenants in known.items()}
    webhooks = {host: hook for host, (_, hook) in served.items()}
    return Forges(
        webhooks=webhooks,
        forges={host: forge for host, (forge, _) in served.items()},
        hooks={"gitlab": EveryHost(webhooks)},
        identities=doors,
    )


def _gitlab_server(host: str, tenants: Sequence[Tenant]) -> tuple[Forge, Webhook]:
    """Give one server: as its one account knows it, or with a look at whose each project is."""
    from bots.gitlab.hearing import Hearing
    from bots.gitlab.server import Server
    from bots.gitlab.tenants import Tenants

    if len(tenants) == 1 and not tenants[0].groups:
        return tenants[0].forge, tenants[0].webhook
    known = Tenants(host, tenants)
    return Server(known), Hearing(known)


def _gitlab_tenant(bot: GitLabBot, clock: Clock, pacer: Pacer | None, address: str) -> Tenant:
    from bots.gitlab import connecting
    from bots.gitlab.forge import GitLab
    from bots.gitlab.tenants import Tenant
    from bots.gitlab.webhook import GitLabWebhook

    forge = GitLab(
        url=bot.url,
        token=bot.token,
        host=bot.host,
        clock=clock,
        address=address,
        pacer=pacer,
        discussions=bot.discussions,
    )
    return Tenant(
        name=bot.tenant,
        groups=bot.groups,
        forge=forge,
        webhook=GitLabWebhook(bot.host, bot.webhook_secrets, clock=clock, known=forge.witness),
        client=connecting.client_of(bot.url, bot.token, clock),
    )


def _gitlab_doors(settings: Settings) -> Mapping[str, Identity]:
    """Give a door for each server. The first keeps its name when others come to stand beside it."""
    doors: dict[str, Identity] = {}
    for own in settings.gitlab_applications:
        from bots.gitlab.signin import SignIn as GitLabSignIn  # python-gitlab is loaded only where it is needed

        name = f"gitlab-{own.host.replace(':', '-')}" if doors else "gitlab"
        doors[name] = GitLabSignIn(url=own.url, client_id=own.client_id, client_secret=own.client_secret)
    return doors


def github(settings: Settings, clock: Clock, pacer: Pacer | None = None) -> Forges:
    """Give GitHub, where an app is configured; paced as github.com asks for, where not said otherwise."""
    if settings.github is None:
        return Forges()
    app = settings.github
    hook = GitHubWebhook(app.host, app.webhook_secrets, app_id=app.app_id)
    forge = GitHub(
        app_id=app.app_id,
        private_key=app.private_key,
        api_url=app.api_url,
        web_url=app.web_url,
        host=app.host,
        clock=clock,
        pacer=pacer,
    )
    door = SignIn(
        host=app.host,
        api_url=app.api_url,
        web_url=app.web_url,
        client_id=app.client_id,
        client_secret=app.client_secret,
    )
    identities = {"github": door} if app.client_id and app.client_secret else {}
    return Forges(
        webhooks={app.host: hook},
        forges={app.host: forge},
        hooks={"github": hook},
        identities=identities,
        posts={app.host: forge.post},
    )
