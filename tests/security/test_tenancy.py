"""What one repository may learn of another's files: nothing, also where both lie in one storage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.flow import shelf
from app.flow.goldens import Goldens
from app.flow.laying import lay
from bots.archive import open_folder
from bots.local import largefiles
from diffing import pointers
from diffing.digests import blob_id, digest
from diffing.guard import Ground
from diffing.pointers import Pointer
from diffing.words import BlobId, Found, Name, Outcome, Pair, Refused, TreeEntry
from tests.app.web.stage import Stage, set_up

SECRET = b"\x89PNG of somebody else's unreleased screen"
POINTER = Pointer(digest(SECRET), len(SECRET))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A repository on a Golddigger that keeps another repository's file too."""
    made = set_up(tmp_path)
    made.parts.blobs.put(SECRET)
    yield made
    made.parts.db.dispose()


@pytest.fixture
def planted(stage: Stage) -> BlobId:
    """A golden that is a pointer to that file: whoever knows a digest can write one."""
    return stage.git.keep(pointers.write(POINTER))


def test_a_pointer_opens_no_other_repositorys_file(stage: Stage, planted: BlobId) -> None:
    """A file of that digest is kept, but this repository's own store has to give it first."""
    goldens = Goldens(stage.parts, stage.change.repo)
    assert goldens.digests([planted]) == {planted: POINTER.oid}
    with pytest.raises(Refused, match="not in"):
        goldens.make_ready([POINTER.oid])


def test_looking_twice_opens_it_neither(stage: Stage, planted: BlobId) -> None:
    """That a pointer was read before proves nothing the next time."""
    Goldens(stage.parts, stage.change.repo).digests([planted])
    again = Goldens(stage.parts, stage.change.repo)
    again.digests([planted])
    with pytest.raises(Refused, match="not in"):
        again.make_ready([POINTER.oid])


def test_what_its_own_store_gave_once_is_not_fetched_again(stage: Stage, planted: BlobId) -> None:
    """A file that this repository's LFS store has is its own, and is asked for once."""
    largefiles.write(stage.git, POINTER.oid, SECRET)
    first = Goldens(stage.parts, stage.change.repo)
    first.digests([planted])
    first.make_ready([POINTER.oid])
    largefiles._path(stage.git, POINTER.oid).unlink()
    again = Goldens(stage.parts, stage.change.repo)
    assert again.digests([planted]) == {planted: POINTER.oid}
    again.make_ready([POINTER.oid])


def test_an_unchanged_large_file_is_known_by_its_pointers_id(stage: Stage, tmp_path: Path) -> None:
    """Neither the pointer nor the file is fetched where CI drew the very bytes: git could not even give them."""
    Path(tmp_path, "kept").mkdir()
    Path(tmp_path, "kept", "big.png").write_bytes(SECRET)
    kept = shelf.fill({"goldens": open_folder(Path(tmp_path, "kept"))})
    found = Found(suite="shop", member=kept.members[0], name=Name("big.png"))
    entry = TreeEntry("100644", blob_id(pointers.write(POINTER)))
    pair = Pair("shop", Name("big.png"), placed=True, golden=entry, found=found)
    goldens = Goldens(stage.parts, stage.change.repo)
    (laid,) = lay(stage.parts, [pair], kept, goldens, Ground({}), lambda _: None)
    assert laid.settled
    assert (laid.comparison.outcome, laid.comparison.golden) == (Outcome.SAME, POINTER.oid)
