"""How repositories are remembered, and lost."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from diffing.words import Refused
from storage import repos
from storage.tables import repos as rows
from tests.storage import making


def lost(db: Connection) -> set[int]:
    """Tell which repositories the bot lost."""
    return set(db.execute(select(rows.c.id).where(rows.c.gone)).scalars())


def test_a_renamed_repository_is_the_same(db: Connection) -> None:
    """The forge's id outlives the name."""
    id_ = making.repo(db, forge_id="renamed", path="old/name", private=True)
    assert making.repo(db, forge_id="renamed", path="new/name", private=False, tenant="8") == id_
    kept = repos.get(db, id_)
    assert (kept.path, kept.private, kept.tenant) == ("new/name", False, "8")


def test_hosts_do_not_share_ids(db: Connection) -> None:
    """The same id on another host is another repository."""
    assert making.repo(db, forge_id="same") != making.repo(db, forge_id="same", host="gitlab.example.org")


def test_named_repositories_are_lost(db: Connection) -> None:
    """Only those named are lost, and only of the tenant that lost them."""
    one, two = making.repo(db, forge_id="1", tenant="t"), making.repo(db, forge_id="2", tenant="t")
    making.repo(db, forge_id="3", tenant="u")
    repos.leave(db, host="github.com", tenant="t", forge_ids=["1", "3"])
    assert lost(db) == {one}
    repos.leave(db, host="github.com", tenant="t", forge_ids=[])
    assert lost(db) == {one}
    repos.leave(db, host="github.com", tenant="t", forge_ids=None)
    assert lost(db) == {one, two}


def test_what_is_given_again_is_no_longer_lost(db: Connection) -> None:
    """An installation that comes back brings its repositories."""
    making.repo(db, forge_id="back", tenant="t")
    repos.leave(db, host="github.com", tenant="t", forge_ids=None)
    making.repo(db, forge_id="back", tenant="t")
    assert lost(db) == set()


def test_an_unknown_repository_is_refused(db: Connection) -> None:
    """A row that is gone is refused in words."""
    with pytest.raises(Refused, match="no such repository"):
        repos.get(db, 4711)


def test_a_path_names_first_what_the_bot_has(db: Connection) -> None:
    """A repository that was made anew under an old path comes before the lost one; other hosts have their own."""
    old = making.repo(db, forge_id="old", path="acme/shop", tenant="t")
    new = making.repo(db, forge_id="new", path="acme/shop", tenant="u")
    making.repo(db, forge_id="new", path="acme/shop", host="gitlab.example.org")
    assert [each.id for each in repos.named(db, "github.com", "acme/shop")] == [new, old]
    repos.leave(db, host="github.com", tenant="u", forge_ids=None)
    assert [each.id for each in repos.named(db, "github.com", "acme/shop")] == [old, new]
    assert repos.named(db, "github.com", "acme") == []


def test_several_are_read_at_once(db: Connection) -> None:
    """Those that there are, each with whether the bot was taken off it."""
    one, two = making.repo(db, forge_id="of-1", tenant="of"), making.repo(db, forge_id="of-2", tenant="of")
    repos.leave(db, host="github.com", tenant="of", forge_ids=["of-2"])
    assert [(each.id, each.gone) for each in repos.of_ids(db, {one, two, 2_000_000_000})] == [
        (one, False),
        (two, True),
    ]
    assert repos.of_ids(db, set()) == []
