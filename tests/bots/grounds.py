"""Give each forge the same ground to stand on: a repository, a change in it, CI, people, and bad days."""

from __future__ import annotations

import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from bots.events import Webhook
from bots.forge import Change, Forge, Repo, User
from bots.github.forge import GitHub
from bots.github.webhook import GitHubWebhook
from bots.gitlab.forge import GitLab
from bots.gitlab.webhook import GitLabWebhook
from bots.local import repositories
from bots.local import webhook as local
from bots.local.forge import Local
from bots.local.handovers import Handovers
from bots.local.webhook import LocalWebhook
from bots.pacing import at_once
from diffing.words import Sha
from tests.forges.git import File, Git, Person
from tests.forges.github.double import GitHubDouble
from tests.forges.gitlab.double import GitLabDouble
from tests.forges.zips import zipped

BASE = {"README.md": b"# App\n", ".golddigger.yml": b"version: 1\n", "goldens/a.png": b"golden a"}
BRANCH = {".golddigger.yml": b"version: 1  # of the branch\n", "goldens/b.png": b"golden b"}
ROBIN, STRANGER = User("robin"), User("mallory")
"""Who may approve and look, and who may not."""
Headers = Mapping[str, str]


class Ground(Protocol):
    """One forge with one repository, and a change on its branch `feature`."""

    forge: Forge
    hook: Webhook
    git: Git
    """The repository, as git itself sees it."""
    repo: Repo

    number: str

    def push(self, files: Mapping[str, bytes | File | None]) -> None:
        """Let somebody else commit onto the change's branch."""
        ...

    def keep(self, artifacts: Mapping[str, Mapping[str, bytes]]) -> None:
        """Let CI end on the change's head, and keep these."""
        ...

    def lose(self) -> None:
        """Let what CI kept expire."""
        ...

    def told(self) -> tuple[Headers, bytes]:
        """Let CI end once more, and give the delivery that tells of it."""
        ...

    def commanded(self, text: str) -> tuple[Headers, bytes]:
        """Let robin write a comment, and give the delivery that tells of it."""
        ...


class OnLocal:
    """A folder on disk. Who owns its files may do everything, and nobody else anything."""

    def __init__(self, folder: Path) -> None:
        self.git = Git(folder / "shop.git")
        dev = Person("dev", "dev@example.org")
        self._folder, self._dev = folder, dev
        made = self.git.write("main", BASE, message="Begin", author=dev, at=_now(), parent=None)
        self.git.write("feature", BRANCH, message="Change the screens", author=dev, at=_now(), parent=made)
        for key, value in {"user.name": ROBIN.name, "user.email": "robin@example.org"}.items():
            subprocess.run(["git", "config", key, value], cwd=self.git.folder, check=True)
        found = repositories.find(self.git.folder)
        self.handovers = Handovers(folder / "handovers")
        self.said: list[str] = []
        self.forge: Forge = Local([found], self.handovers, say=self.said.append)
        self.hook: Webhook = LocalWebhook(b"a secret of this test")
        self.repo = repositories.describe(found)
        self.number = "feature"

    def push(self, files: Mapping[str, bytes | File | None]) -> None:
        self.git.write(
            "feature",
            files,
            message="Push on",
            author=self._dev,
            at=_now(),
            parent=self.git.ref("refs/heads/feature"),
        )

    def keep(self, artifacts: Mapping[str, Mapping[str, bytes]]) -> None:
        paths = {name: self._folder / f"{name}.zip" for name in artifacts}
        for name, members in artifacts.items():
            paths[name].write_bytes(zipped(members))
        head = Sha(self.git.ref("refs/heads/feature") or "")
        self.handovers.add(repo=self.repo.id, branch="feature", head=head, source="CI", artifacts=paths)

    def lose(self) -> None:
        for path in self._folder.glob("*.zip"):
            path.unlink()

    def told(self) -> tuple[Headers, bytes]:
        head = Sha(self.git.ref("refs/heads/feature") or "")
        return self._signed("pipeline_finished", local.pipeline_finished(self.repo, "feature", head))

    def commanded(self, text: str) -> tuple[Headers, bytes]:
        body = local.commanded(self.repo, "feature", comment="1", who=ROBIN.name, text=text, written_at=_now())
        return self._signed("commanded", body)

    def _signed(self, event: str, body: bytes) -> tuple[Headers, bytes]:
        return local.sign(b"a secret of this test", event=event, id="1", body=body), body


class OnServer(ABC):
    """A double's repository, in which robin may write and mallory is nobody."""

    forge: Forge
    hook: Webhook
    repo: Repo
    number: str

    def __init__(self, double: Any) -> None:
        self.double = double
        self._repo = double.repo("acme/app", files=BASE)
        self._repo.role(ROBIN.name, "write")
        double.account(STRANGER.name)
        self.pull = self._repo.pull(files=BRANCH)
        self.git: Git = self._repo.git
        self.number = str(self.pull.number)

    @abstractmethod
    def public(self) -> Repo:
        """Give a repository that everybody may read."""

    def push(self, files: Mapping[str, bytes | File | None]) -> None:
        self.double.push(self.pull, files)

    def keep(self, artifacts: Mapping[str, Mapping[str, bytes]]) -> None:
        self.double.finish_workflow(self.pull, artifacts)

    def lose(self) -> None:
        self.double.expire(self.pull)

    def told(self) -> tuple[Headers, bytes]:
        sent = self.double.finish_workflow(self.pull, {})[-1]
        return sent.headers, sent.body

    def commanded(self, text: str) -> tuple[Headers, bytes]:
        sent = self.double.comment(self.pull, ROBIN.name, text)[-1]
        return sent.headers, sent.body


class OnGitHub(OnServer):
    """GitHub, with our app installed."""

    def __init__(self, double: GitHubDouble) -> None:
        super().__init__(double)
        self._host = host = double.web_url.partition("//")[2]
        self.forge = GitHub(
            app_id=str(double.app.id),
            private_key=double.app.key.private,
            api_url=double.api_url,
            web_url=double.web_url,
            host=host,
            clock=double.world.clock,
            pacer=at_once(),
        )
        secrets = (b"an old secret", double.app.webhook_secret.encode())
        self.hook = GitHubWebhook(host, secrets, app_id=str(double.app.id))
        self.repo = self._described(self._repo)

    def public(self) -> Repo:
        return self._described(self.double.repo("acme/open", files=BASE, private=False))

    def _described(self, repo: Any) -> Repo:
        tenant = str(self.double.world.installation_of(repo).id)
        return Repo(host=self._host, id=str(repo.id), path=repo.path, tenant=tenant, private=repo.private)


class OnGitLab(OnServer):
    """GitLab, with our bot a member of the project."""

    def __init__(self, double: GitLabDouble) -> None:
        super().__init__(double)
        self._host = host = double.url.partition("//")[2]
        forge = GitLab(url=double.url, token=double.token, host=host, clock=double.world.clock, pacer=at_once())
        self.forge = forge
        secrets = (b"an old secret", double.webhook_secret.encode())
        self.hook = GitLabWebhook(host, secrets, clock=double.world.clock, known=forge.witness)
        self.repo = self._described(self._repo)

    def public(self) -> Repo:
        return self._described(self.double.repo("acme/open", files=BASE, private=False))

    def _described(self, repo: Any) -> Repo:
        return Repo(host=self._host, id=str(repo.id), path=repo.path, private=repo.private)


@contextmanager
def ground(host: str, folder: Path) -> Iterator[Ground]:
    """Give the ground of a host."""
    if host == "local":
        yield OnLocal(folder)
        return
    kinds: Mapping[str, tuple[Callable[[], AbstractContextManager[Any]], Callable[[Any], Ground]]] = {
        "github": (GitHubDouble, OnGitHub),
        "gitlab": (GitLabDouble, OnGitLab),
    }
    double_of, kind = kinds[host]
    with double_of() as double:
        yield kind(double)
        assert double.violations == []


def change_of(at: Ground) -> Change:
    """Ask for the change as it stands."""
    return at.forge.change(at.repo, at.number)


def _now() -> datetime:
    return datetime.now(UTC)
