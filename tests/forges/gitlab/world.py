"""Hold everything that exists on the double, and the clock by which it happens."""

from __future__ import annotations

import itertools
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from tests.forges.branches import Files
from tests.forges.git import Git
from tests.forges.gitlab.accounts import LEVELS, Account, Group, Kind, Token
from tests.forges.gitlab.repo import Award, Discussion, ExternalCheck, Hook, Note, Pull, Repo
from tests.forges.gitlab.runs import RETENTION, Artifact, Bridge, Job, Pipeline, Status
from tests.forges.store import Store

__all__ = [
    "LEVELS",
    "RETENTION",
    "Account",
    "Artifact",
    "Award",
    "Bridge",
    "Discussion",
    "ExternalCheck",
    "Files",
    "Group",
    "Hook",
    "Job",
    "Note",
    "Pipeline",
    "Pull",
    "Repo",
    "Status",
    "Token",
    "World",
    "stamp",
]

EVENTS = ("push", "merge_requests", "note", "emoji", "pipeline", "job")
"""What our bot's own hook asks for."""


class Tell(Protocol):
    """Hears what the bot itself caused, for GitLab tells bots of their own doings too."""

    def __call__(self, event: str, repo: Repo, sender: Account, **details: Any) -> None: ...


def _say_nothing(event: str, repo: Repo, sender: Account, **details: Any) -> None:
    """Tell nobody."""


class World:
    """Everything that exists, and the clock by which it happens."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self.clock = clock
        self.lock = threading.RLock()
        self.accounts: dict[str, Account] = {}
        self.groups: dict[str, Group] = {}
        self.repos: dict[str, Repo] = {}
        self.tokens: dict[str, Token] = {}
        self.group_hooks: dict[str, dict[int, Hook]] = {}
        self.system_hooks: list[Hook] = []
        self.tell: Tell = _say_nothing
        self.store = Store(self.now)
        self.webhook_secret = "the secret of GitLab's hooks"
        self.signing_token = ""
        """``whsec_…``: the hooks of new projects are signed with it too."""
        self._counters: dict[str, itertools.count[int]] = {}
        self.bot = self.account("golddigger", bot=True)
        self.token = self.new_token(self.bot, ("api",))

    def now(self) -> datetime:
        """Give the time, to the millisecond as GitLab tells it."""
        now = self.clock().astimezone(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def today(self) -> date:
        """Give the day."""
        return self.now().date()

    def next(self, kind: str) -> int:
        """Give the next id of a kind; those of different kinds are never the same."""
        start = 1_000_000 * (1 + len(self._counters)) + 1
        return next(self._counters.setdefault(kind, itertools.count(start)))

    # ------------------------------------------------------------------------------------- who

    def account(self, username: str, *, bot: bool = False) -> Account:
        """Give an account, made when it is first named."""
        if username not in self.accounts:
            self.accounts[username] = Account(self.next("user"), username, bot)
        return self.accounts[username]

    def user(self, number: int) -> Account | None:
        """Give the account of an id."""
        return next((one for one in self.accounts.values() if one.id == number), None)

    def group(self, path: str) -> Group:
        """Give a group, made (with those it lies in) when it is first named."""
        if "/" in path:
            self.group(path.rpartition("/")[0])
        return self.groups.setdefault(path, Group(self.next("group"), path))

    def new_token(
        self,
        user: Account,
        scopes: tuple[str, ...],
        *,
        kind: Kind = "personal",
        until: date | None = None,
        name: str = "golddigger",
    ) -> Token:
        """Give a token of somebody."""
        token = Token(
            self.next("token"),
            f"glpat-{secrets.token_urlsafe(15)}",
            user,
            scopes,
            name,
            kind,
            self.now(),
            until,
        )
        self.tokens[token.text] = token
        return token

    def roles(self, repo: Repo) -> dict[str, int]:
        """Give the members of a project: its own, and those of the groups that it lies in."""
        found = dict(repo.roles)
        for path in _upwards(repo.namespace):
            for username, level in self.groups[path].members.items() if path in self.groups else ():
                found[username] = max(level, found.get(username, 0))
        if repo.owner:
            found[repo.owner.username] = LEVELS["owner"]
        return {username: level for username, level in found.items() if level}

    def members(self, group: Group) -> dict[str, int]:
        """Give the members of a group: its own, and those of the groups that it lies in."""
        found: dict[str, int] = {}
        for path in _upwards(group.path):
            for username, level in self.groups[path].members.items() if path in self.groups else ():
                found[username] = max(level, found.get(username, 0))
        return {username: level for username, level in found.items() if level}

    def level(self, user: Account | None, repo: Repo) -> int:
        """Give somebody's access level in a project; 0: none."""
        return self.roles(repo).get(user.username, 0) if user else 0

    def sees(self, user: Account | None, repo: Repo) -> bool:
        """May somebody know that a project exists?"""
        return not repo.private or self.level(user, repo) > 0

    def sees_group(self, user: Account | None, group: Group) -> bool:
        """May somebody know of a group: is it public, or are they a member of it, or of a project in it?"""
        if not group.private:
            return True
        inside = (repo for repo in self.repos.values() if repo.path.startswith(f"{group.path}/"))
        own = user is not None and user.username in self.members(group)
        return own or any(self.level(user, repo) for repo in inside)

    def may_push(self, user: Account, repo: Repo, branch: str) -> bool:
        """May somebody push to a branch: by their role, or because a merge request from a fork allows it?"""
        level = self.level(user, repo)
        if branch in repo.protected:
            return 0 < repo.protected[branch] <= level
        if level >= LEVELS["developer"]:
            return True
        allowed = (pull for pull in self.pulls_of(repo, branch) if pull.fork and pull.allow_collaboration)
        return any(self.level(user, pull.repo) >= LEVELS["developer"] for pull in allowed) and not repo.private

    # ------------------------------------------------------------------------------------ what

    def repo(
        self,
        path: str,
        *,
        files: Files | None = None,
        private: bool = True,
        installed: bool = True,
        parent: Repo | None = None,
    ) -> Repo:
        """Make a project with one commit on ``main``, where our bot is a developer and has a hook."""
        with self.lock:
            git = Git(self.folder / f"{path}.git", share=parent.git if parent else None)
            repo = Repo(id=self.next("repo"), path=path, git=git, world=self, private=private, parent=parent)
            if parent:
                repo.owner = self.account(repo.namespace)
            else:
                self.group(repo.namespace)
            self.repos[path.lower()] = repo
            start = parent.git.ref("refs/heads/main") if parent else None
            if start:
                git.move("refs/heads/main", start)
            else:
                repo.commit("main", files or {"README.md": b"# A project\n"}, message="Begin")
            repo.protect("main", by="maintainers")
            if installed:
                self.install(repo)
        return repo

    def fork(self, parent: Repo, path: str) -> Repo:
        """Give a fork, made when it is first named. Our bot is no member there."""
        return self.repos.get(path.lower()) or self.repo(
            path, private=parent.private, installed=False, parent=parent
        )

    def install(self, repo: Repo) -> None:
        """Let our bot be a developer of a project, and give it a hook."""
        repo.role(self.bot.username, "developer")
        hook = self.new_hook(None, self.webhook_secret, EVENTS, signing_token=self.signing_token)
        repo.hooks[hook.id] = hook

    def uninstall(self, repo: Repo) -> None:
        """Take a project from our bot: its membership and its hook."""
        repo.roles.pop(self.bot.username, None)
        repo.hooks = {number: hook for number, hook in repo.hooks.items() if hook.url is not None}

    def new_hook(self, url: str | None, token: str, events: tuple[str, ...], *, signing_token: str = "") -> Hook:
        """Make a hook that asks for these events."""
        asked = {f"{event}_events": True for event in events}
        return Hook(self.next("hook"), url, token, asked, self.now(), str(uuid4()), signing_token)

    def repo_of(self, word: str) -> Repo | None:
        """Give the project of an id or a path."""
        if word.isascii() and word.isdecimal():
            return next((repo for repo in self.repos.values() if repo.id == int(word)), None)
        return self.repos.get(word.lower())

    def group_of(self, word: str) -> Group | None:
        """Give the group of an id or a path."""
        if word.isascii() and word.isdecimal():
            return next((group for group in self.groups.values() if group.id == int(word)), None)
        return self.groups.get(word)

    def pulls_of(self, repo: Repo, branch: str) -> list[Pull]:
        """Give the open merge requests, in any project, whose branch this is."""
        every = (pull for one in self.repos.values() for pull in one.pulls.values())
        return [
            pull for pull in every if pull.head_repo is repo and pull.branch == branch and pull.state == "opened"
        ]

    def moved(self, repo: Repo, branch: str) -> list[Pull]:
        """Let merge requests follow a branch that moved; give them."""
        pulls = self.pulls_of(repo, branch)
        for pull in pulls:
            pull.updated_at = self.now()
            pull.follow()
        return pulls


def _upwards(path: str) -> list[str]:
    """Give a namespace and those that it lies in, the nearest first."""
    parts = path.split("/")
    return ["/".join(parts[:most]) for most in range(len(parts), 0, -1)]


def stamp(moment: datetime | None) -> str | None:
    """Write a moment as GitLab's API does."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z" if moment else None
