"""Remember repositories and changes as the forge describes them, and give them back."""

from __future__ import annotations

from sqlalchemy import Connection

from app.flow.jobs import Job
from app.flow.parts import Parts
from bots.events import AccessChanged
from bots.forge import Change, Repo
from storage import changes, repos
from storage.changes import StoredChange
from storage.repos import StoredRepo


def remember_repo(db: Connection, repo: Repo) -> int:
    """Keep what the forge says of a repository; give its row's id."""
    return repos.upsert(
        db, host=repo.host, forge_id=repo.id, path=repo.path, tenant=repo.tenant, private=repo.private
    )


def remember(db: Connection, change: Change) -> int:
    """Keep what the forge says of a change; give its row's id."""
    return changes.upsert(
        db,
        remember_repo(db, change.repo),
        number=change.number,
        title=change.title,
        author=change.author,
        url=change.url,
        branch=change.branch,
        head=change.head,
        head_repo=change.head_repo,
        head_path=change.head_path,
        base_branch=change.base_branch,
        base=change.base,
        open=change.open,
    )


def repo_of(db: Connection, repo_id: int) -> Repo:
    """Give a kept repository in the port's words."""
    return in_words(repos.get(db, repo_id))


def in_words(kept: StoredRepo) -> Repo:
    """Put a kept repository into the port's words."""
    return Repo(host=kept.host, id=kept.forge_id, path=kept.path, tenant=kept.tenant, private=kept.private)


def known(db: Connection, repo: Repo, number: str) -> StoredChange | None:
    """Give the kept row of a change; None where Golddigger has not met it."""
    repo_id = heard_of(db, repo)
    return None if repo_id is None else changes.find(db, repo_id, number)


def heard_of(db: Connection, repo: Repo) -> int | None:
    """Give the row's id of a repository that an event names; None where Golddigger has not met it."""
    return repos.heard_of(db, host=repo.host, forge_id=repo.id, tenant=repo.tenant)


def ask(parts: Parts, change_id: int) -> Change:
    """Ask the forge how a kept change stands now, and keep the answer."""
    with parts.reading() as db:
        kept = changes.get(db, change_id)
        repo = repo_of(db, kept.repo_id)
    change = parts.forges[repo.host].change(repo, kept.number)
    with parts.db.begin() as db:
        remember(db, change)
    return change


def access_changed(parts: Parts, event: AccessChanged) -> tuple[list[Job], str]:
    """Keep which repositories the bot was given, or lost."""
    with parts.db.begin() as db:
        if event.gone:
            lost = None if event.everything else [repo.id for repo in event.repos]
            repos.leave(db, host=event.host, tenant=event.tenant, forge_ids=lost)
            return [], "access withdrawn"
        for repo in event.repos:
            remember_repo(db, repo)
    return [], f"access to {len(event.repos)} repositories"
