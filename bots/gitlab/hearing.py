"""Hear the webhooks of several servers, and of several accounts on one, each by its own secret alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from bots.events import AccessChanged, Delivery, Event, Ignored, Unverified, Webhook
from bots.gitlab.changes import told_newly
from bots.gitlab.tenants import Tenant, Tenants
from diffing.words import Refused

_STRANGE = "The delivery proves none of the webhooks' secrets that are set up here."


class Hearing:
    """One server's deliveries. Whose secret verified one is part of its id, and decides of what it may speak."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    def verify(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        return _first([partial(_of, each, headers, body) for each in self._tenants])

    def read(self, delivery: Delivery) -> Event:
        mark, _, id_ = delivery.id.partition(":")
        tenant = self._tenants.marked(mark)
        if tenant is None:
            return Ignored("The account whose webhook this was is not set up any more.")
        return self._held(tenant, tenant.webhook.read(replace(delivery, id=id_)))

    def _held(self, tenant: Tenant, event: Event) -> Event:
        """Let a tenant speak for its own projects alone."""
        match event:
            case Ignored():
                return event
            case AccessChanged():  # of a project that is gone, which nobody can be asked about
                own = [each for each in event.repos if self._tenants.of(each.path) is tenant]
                return replace(event, repos=tuple(own), everything=False, tenant=tenant.name)
        try:
            # By its id, which is what everything else is asked by: a delivery may name any path beside it.
            repo = told_newly(tenant.client, replace(event.repo, tenant=tenant.name))
        except Refused as refused:
            return Ignored(str(refused))
        if self._tenants.of(repo.path) is not tenant:
            return Ignored(
                f"{repo.path} is in no group of the account whose secret its webhook has: run "
                f"`golddigger gitlab connect {repo.path}`."
            )
        return replace(event, repo=repo)


class EveryHost:
    """What several servers deliver to one address: whichever secret fits says where it comes from."""

    def __init__(self, webhooks: Mapping[str, Webhook]) -> None:
        self._webhooks = webhooks

    def verify(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        return _first([partial(each.verify, headers, body) for each in self._webhooks.values()])

    def read(self, delivery: Delivery) -> Event:
        return self._webhooks[delivery.host].read(delivery)


def _of(tenant: Tenant, headers: Mapping[str, str], body: bytes) -> Delivery:
    verified = tenant.webhook.verify(headers, body)
    # Whose it is comes first: who guesses the id of another's delivery does not make a copy of it.
    return replace(verified, id=f"{tenant.mark}:{verified.id}")


def _first(tries: Sequence[Callable[[], Delivery]]) -> Delivery:
    """Give what the first that can verify it makes of a delivery."""
    why = set()
    for verify in tries:
        try:
            return verify()
        except Unverified as unverified:
            why.add(str(unverified))
    raise Unverified(why.pop() if len(why) == 1 else _STRANGE)
