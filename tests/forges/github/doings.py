"""Do things on the double, and send the webhooks that GitHub sends for them."""

from __future__ import annotations

from collections.abc import Iterable

from tests.forges.github.hooks import Hooks, Webhook
from tests.forges.github.post import Post
from tests.forges.github.world import Account, CheckRun, Comment, Pull, Repo, World


class Doings:
    """What all doings need: what exists, the webhooks, and the way to the bot."""

    world: World
    hooks: Hooks
    post: Post

    def account(self, login: str) -> Account:
        """Give somebody's account, made when first named."""
        return self.world.account(login)

    def comments(self, pull: Pull) -> list[Comment]:
        """Give a pull request's comments, oldest first; whoever wrote them."""
        return [comment for comment in pull.repo.comments.values() if comment.number == pull.number]

    def our_comments(self, pull: Pull) -> list[Comment]:
        """Give our app's comments on a pull request, oldest first."""
        return [comment for comment in self.comments(pull) if comment.app is self.world.app]

    def suite_requested(self, pull: Pull) -> list[Webhook]:
        """Tell of a commit that wants checks: sent for pushes to the repository itself, not to forks of it."""
        if pull.fork:
            return []
        return self.hooks.make("check_suite", "requested", pull.repo, pull.author, head=pull.head)

    def repo_of(self, check: CheckRun) -> Repo:
        """Give the repository that a check lies in."""
        return next(repo for repo in self.world.repos.values() if check in repo.checks.values())

    def send(self, webhooks: Iterable[Webhook]) -> list[Webhook]:
        """Post webhooks where the bot listens, if it does; give them."""
        sent = list(webhooks)
        if self.post.url:
            for webhook in sent:
                self.post.now(webhook)
        return sent
