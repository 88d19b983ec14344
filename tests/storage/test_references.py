"""Every row that refers to a file is known to, or no file is safe."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import JSON, Connection, LargeBinary, String, insert, update
from sqlalchemy.types import TypeEngine

from diffing.words import Outcome
from storage import batches, references, tables, thumbnails
from storage.approvals import File
from storage.batches import Batch
from storage.references import BONDS, Bond
from tests.storage import making
from tests.storage.making import NOW, digest

LONG_AGO = NOW - timedelta(days=1)


def holds_a_digest(kind: TypeEngine[object]) -> bool:
    """Could a column of this type hold one or more digests?"""
    return isinstance(kind, JSON | LargeBinary) or (isinstance(kind, String) and kind.length == 64)


def test_of_every_column_it_is_known_whether_it_refers_to_files() -> None:
    """Whoever adds a column in which a digest has room says what it has to do with files, or this fails."""
    columns = {
        f"{table.name}.{each.name}"
        for table in tables.metadata.tables.values()
        for each in table.columns
        if holds_a_digest(each.type)
    }
    assert set(BONDS) == columns


def test_each_holder_holds(db: Connection) -> None:
    """A comparison's three files, a small picture, what is to be committed, what waits in a batch: one of each."""
    change = making.change(db)
    shown = making.comparison(golden=digest("1"), candidate=digest("2"), mask=digest("3"))
    run = making.concluded(db, change, shown)
    thumbnails.keep(db, digest("9"), digest("4"))
    wish = File(name=shown.name, candidate=digest("5"), golden_blob=None, suite="s")
    making.approval(db, change, run, files=[wish])
    batches.add(db, run, "", [Batch(size=1, pairs={"candidate": digest("6")})])
    asked = [digest(each) for each in "123456789"]
    expected = {digest(each) for each in "123456"}
    assert references.held(db, asked, batched_before=NOW + timedelta(days=1)) == expected
    assert references.held(db, asked, batched_before=LONG_AGO) == expected - {digest("6")}
    assert len([each for each in BONDS.values() if each is Bond.HOLDS]) == 7  # and a batch has two columns


@pytest.mark.parametrize("outcome", [Outcome.CHANGED, Outcome.SAME])
def test_what_is_named_need_not_be_held(db: Connection, outcome: Outcome) -> None:
    """A run that was emptied names its files for the audit; an unchanged golden's row never needed any."""
    found = making.comparison(outcome=outcome, golden=digest("1"), candidate=digest("2"))
    run = making.concluded(db, making.change(db), found)
    if outcome is Outcome.CHANGED:
        db.execute(update(tables.runs).where(tables.runs.c.id == run).values(emptied_at=NOW))
    assert references.held(db, [digest("1"), digest("2")], batched_before=LONG_AGO) == set()
    named = {digest("1"), digest("2")} if outcome is Outcome.CHANGED else set()
    assert references.named(db, [digest("1"), digest("2"), digest("3")]) == named


def test_of_nothing_nothing_is_asked(db: Connection) -> None:
    """And what git holds, and what is noted as gone, holds nothing."""
    assert references.held(db, [], batched_before=NOW) == set()
    repo = making.repo(db)
    db.execute(insert(tables.git_blobs).values(repo_id=repo, blob_id="b", digest=digest("1")))
    db.execute(insert(tables.forgotten).values(digest=digest("1"), at=NOW))
    assert references.held(db, [digest("1")], batched_before=NOW) == set()
