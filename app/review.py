"""Review a branch on this machine: start Golddigger whole and hand it an artifact by the path a forge takes."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from app import main
from app.flow import standing
from app.flow.findings import ARTIFACTS
from app.forges import Forges
from app.main import Whole
from app.settings import Settings
from app.web import signin
from bots.forge import Change, Repo
from bots.local import artifacts, commits, repositories
from bots.local.forge import Local
from bots.local.git import Git
from bots.local.handovers import Handovers
from bots.local.sender import Sender
from bots.local.webhook import HOST, LocalWebhook
from diffing import config
from diffing.words import Refused, Suite
from storage import runs
from storage.runs import StoredRun

Say = Callable[[str], None]

_SOURCE = "golddigger review"
_LOOK_EVERY = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Golddigger at work on one branch of one repository."""

    whole: Whole
    git: Git
    repo: Repo
    branch: str
    handovers: Handovers
    sender: Sender

    @property
    def change(self) -> Change:
        """The branch as it stands now."""
        return repositories.change(self.git, self.repo, self.branch)

    @property
    def person(self) -> str:
        """Who may approve: the repository's git user."""
        return commits.person(self.git)[0]

    def hand_over(self, named: Mapping[str, Path]) -> None:
        """Hand artifacts over as what CI kept for the branch's tip, and have that delivered."""
        head = self.change.head
        self.handovers.add(repo=self.repo.id, branch=self.branch, head=head, source=_SOURCE, artifacts=named)
        self.sender.finished(self.repo, self.branch, head)

    def command(self, text: str) -> None:
        """Give a command in the person's name, as a comment would."""
        self.sender.command(self.repo, self.branch, who=self.person, text=text)

    def run(self) -> StoredRun | None:
        """Give the newest run of what was handed over last, at the branch's tip; None where there is none yet."""
        heads = commits.heads_of_ours(self.git, self.branch)
        handed = self.handovers.of(self.repo.id, self.branch, heads)
        if not handed:
            raise Refused(
                f"{self.branch} has moved since the artifact was handed over. Draw again, and review that."
            )
        with self.whole.parts.db.begin() as db:
            kept = standing.known(db, self.repo, self.branch)
            at_head = runs.at_head(db, kept.id, heads[0]) if kept else []
        mine = [run for run in at_head if run.pipeline_id == handed[-1].id]
        return max(mine, key=lambda run: run.created_at, default=None)

    def ended(self, *, seconds: float = float("inf")) -> StoredRun:
        """Wait until the branch's tip is compared and that was said; Refused where it takes longer."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            run = self.run()
            if run and (run.shown_at or run.state == "failed"):
                return run
            time.sleep(_LOOK_EVERY)
        raise Refused(f"{self.branch} was not compared within {seconds:.0f} seconds; the log says why.")

    def invitation(self, run: StoredRun) -> str:
        """Give the address of a run's page with a token that signs in once, as the repository's user."""
        return f"{self.whole.settings.public_url}/runs/{run.id}?token={self.whole.token(signin.TOKEN)}"


@contextmanager
def opened(git: Git, branch: str, *, data: Path, port: int | None, say: Say) -> Iterator[Review]:
    """Start Golddigger whole, for one branch of one repository, on loopback; stop it when left."""
    repo = repositories.describe(git)
    port = port or _free_port()
    base = f"http://127.0.0.1:{port}"
    secret = secrets.token_bytes(32)
    sender = Sender(f"{base}/webhooks/{HOST}", secret)
    handovers = Handovers(data / "handovers")
    forge, hook = Local([git], handovers, say=say), LocalWebhook(secret)
    forges = Forges(webhooks={HOST: hook}, forges={HOST: forge}, hooks={HOST: hook})
    _make(data)
    settings = Settings(data=data, public_url=base, secret_key=SecretStr(secrets.token_urlsafe(32)))
    main.migrate(settings)
    with (
        main.assembled(settings, forges, operator=commits.person(git)[0], gather=0.0) as whole,
        main.serving(whole, host="127.0.0.1", port=port),
    ):
        yield Review(whole=whole, git=git, repo=repo, branch=branch, handovers=handovers, sender=sender)


def review(
    repository: Path,
    handed: Sequence[Path],
    *,
    say: Say,
    branch: str | None = None,
    port: int | None = None,
    data: Path | None = None,
) -> None:
    """Compare what was handed over with a branch's goldens, and serve the run's page until interrupted."""
    git = repositories.find(repository)
    change = repositories.change(git, repositories.describe(git), branch or _checked_out(git))
    named = artifacts.name(handed, _suites(git, change), git.tree(change.head), usual=ARTIFACTS)
    with (
        suppress(KeyboardInterrupt),
        opened(git, change.branch, data=data or _data(change.repo), port=port, say=say) as at,
    ):
        at.hand_over(named)
        show(at, say)


def show(at: Review, say: Say) -> None:
    """Say where to look and decide as soon as there is something to see, and stay until interrupted."""
    say(f"Look and decide here, Ctrl-C ends it: {at.invitation(at.ended())}")
    while True:
        time.sleep(3600)


def _suites(git: Git, change: Change) -> Sequence[Suite]:
    """Give the suites of the base branch's configuration."""
    base = repositories.tip(git, change.base_branch)
    content = git.file_at(base, ".golddigger.yml") if base else None
    try:
        return config.read(content).suites if content is not None else ()
    except Refused:  # the run's page says what is wrong with it
        return ()


def _checked_out(git: Git) -> str:
    branch = repositories.branch_checked_out(git)
    if branch is None:
        raise Refused("No branch is checked out there. Name the one to review: --change BRANCH.")
    return branch


def _data(repo: Repo) -> Path:
    """Give where to keep what was decided, so that a review goes on tomorrow; never in the repository."""
    given = os.environ.get("XDG_DATA_HOME", "")
    home = Path(given) if Path(given).is_absolute() else Path.home() / ".local/share"
    return home / "golddigger" / "reviews" / repo.id


def _make(data: Path) -> None:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"Nothing can be kept in {data} ({error.strerror}). Name another folder: --data.") from error


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
