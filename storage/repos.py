"""Remember the repositories that the bot was given."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import Connection, select, update

from storage.inserting import insert
from storage.rows import only
from storage.tables import repos


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRepo:
    """A repository, as the forge last described it."""

    id: int
    host: str
    forge_id: str
    path: str
    tenant: str
    private: bool
    gone: bool
    """The bot was taken off it."""


_COLUMNS = tuple(repos.c[each.name] for each in fields(StoredRepo))


def upsert(db: Connection, *, host: str, forge_id: str, path: str, tenant: str, private: bool) -> int:
    """Keep what the forge says of a repository, and give its row's id. It is the bot's again, if it was lost."""
    said = {"path": path, "tenant": tenant, "private": private, "gone": False, "gone_since": None}
    kept: int = db.execute(
        insert(db, repos)
        .values(host=host, forge_id=forge_id, **said)
        .on_conflict_do_update(index_elements=["host", "forge_id"], set_=said)
        .returning(repos.c.id)
    ).scalar_one()
    return kept


def heard_of(db: Connection, *, host: str, forge_id: str, tenant: str) -> int | None:
    """Record whose a repository that we know is by an event, and give its row's id; None where we do not know it.

    It is the bot's again, if it was lost. What else an event says of it is not kept: the forge is asked."""
    known: int | None = db.execute(
        update(repos)
        .where(repos.c.host == host, repos.c.forge_id == forge_id)
        .values(tenant=tenant, gone=False, gone_since=None)
        .returning(repos.c.id)
    ).scalar_one_or_none()
    return known


def get(db: Connection, repo_id: int) -> StoredRepo:
    """Give a repository."""
    row = only(db, select(*_COLUMNS).where(repos.c.id == repo_id), "repository")
    return StoredRepo(**row._asdict())


def of_ids(db: Connection, ids: Collection[int]) -> list[StoredRepo]:
    """Give those of these repositories that there are."""
    query = select(*_COLUMNS).where(repos.c.id.in_(ids)).order_by(repos.c.id)
    return [StoredRepo(**row._asdict()) for row in db.execute(query)]


def named(db: Connection, host: str, path: str) -> list[StoredRepo]:
    """Give the repositories that have, or had, this path on a host: first what the bot still has, the newest."""
    query = select(*_COLUMNS).where(repos.c.host == host, repos.c.path == path)
    return [StoredRepo(**row._asdict()) for row in db.execute(query.order_by(repos.c.gone, repos.c.id.desc()))]


def leave(db: Connection, *, host: str, tenant: str, forge_ids: Sequence[str] | None) -> None:
    """Record that the bot lost repositories of a tenant. None: all of them."""
    lost = update(repos).where(repos.c.host == host, repos.c.tenant == tenant)
    if forge_ids is not None:
        lost = lost.where(repos.c.forge_id.in_(forge_ids))
    db.execute(lost.values(gone=True))
