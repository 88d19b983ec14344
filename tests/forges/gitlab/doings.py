"""Do things on the double, and send the webhooks that GitLab sends for them."""

from __future__ import annotations

from collections.abc import Iterable

from tests.forges.gitlab.hooks import Hooks, Webhook
from tests.forges.gitlab.post import Post
from tests.forges.gitlab.world import Account, Note, Pull, World


class Doings:
    """What all doings need: what exists, the webhooks, and the way to the bot."""

    world: World
    hooks: Hooks
    post: Post

    def account(self, username: str) -> Account:
        """Give somebody's account, made when first named."""
        return self.world.account(username)

    def comments(self, pull: Pull) -> list[Note]:
        """Give a merge request's notes, oldest first; whoever wrote them, system's apart."""
        return [note for note in pull.notes.values() if not note.system]

    def our_comments(self, pull: Pull) -> list[Note]:
        """Give our bot's notes on a merge request, oldest first; those of threads that can be resolved apart."""
        return [note for note in self.comments(pull) if note.user is self.world.bot and note.kind is None]

    def send(self, webhooks: Iterable[Webhook]) -> list[Webhook]:
        """Post webhooks where somebody listens; give them."""
        sent = list(webhooks)
        for webhook in sent:
            if self.post.address(webhook.hook):
                self.post.now(webhook)
        return sent
