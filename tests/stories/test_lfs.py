"""Goldens in git LFS: compared by the pointer's digest, fetched only where they differ, put back as pointers."""

from __future__ import annotations

import hashlib

from diffing.pointers import Pointer, write
from diffing.words import Digest
from tests.stories.bench import Stage
from tests.stories.screens import screen

CONFIG = b"""\
version: 1
suites:
  - name: screens
    preset: same-path
    mode: all
    goldens: ["**/*.png"]
"""
SAME, OLD, NEW, ADDED = screen("Same"), screen("Sign in"), screen("Log in"), screen("Basket")


def oid(content: bytes) -> Digest:
    """Give the SHA-256."""
    return Digest(hashlib.sha256(content).hexdigest())


def pointer(content: bytes) -> bytes:
    """Give what git keeps in place of a large file."""
    return write(Pointer(oid(content), len(content)))


def test_large_goldens_are_compared_fetched_and_put_back(stage: Stage) -> None:
    """Equal by digest needs no download; what is approved goes to the store, and its pointer into the commit.

    Which files those are the attributes of folders say, the nearest last."""
    attributes = b"goldens/**/*.png filter=lfs diff=lfs merge=lfs -text\n"
    repo = stage.forge.repo(
        "octo/app",
        files={
            "app/goldens/same.png": pointer(SAME),
            "app/goldens/login.png": pointer(OLD),
            "app/goldens/small/icon.png": OLD,
            "app/.gitattributes": attributes,
            "app/goldens/small/.gitattributes": b"*.png !filter\n",
            "goldens/plain.png": OLD,
            ".golddigger.yml": CONFIG,
        },
    )
    repo.large[oid(OLD)] = OLD  # and not SAME: nobody may need it
    pull = repo.pull(files={"README.md": b"# Better\n"})
    drawn = {
        "app/goldens/same.png": SAME,
        "app/goldens/login.png": NEW,
        "app/goldens/cart.png": ADDED,
        "app/goldens/small/icon.png": NEW,
        "goldens/plain.png": NEW,
    }
    stage.forge.finish_workflow(pull, {"goldens": drawn}, conclusion="success")
    assert "3 goldens changed, 1 added" in stage.shown(pull).title, stage.why()
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    held = repo.files("feature")
    assert {name: held[name] for name in drawn} == {
        "app/goldens/same.png": pointer(SAME),
        "app/goldens/login.png": pointer(NEW),
        "app/goldens/cart.png": pointer(ADDED),
        "app/goldens/small/icon.png": NEW,
        "goldens/plain.png": NEW,
    }, stage.why()
    assert set(repo.large) == {oid(OLD), oid(NEW), oid(ADDED)}
    assert len(repo.log("feature")) == 3


def test_a_large_golden_that_nobody_uploaded_is_told_of(stage: Stage) -> None:
    """Its pointer leads nowhere: the check says so, and no other golden is approved in its stead."""
    attributes = b"*.png filter=lfs diff=lfs merge=lfs -text\n"
    files = {"goldens/lost.png": pointer(OLD), ".gitattributes": attributes, ".golddigger.yml": CONFIG}
    repo = stage.forge.repo("octo/app", files=files)
    pull = repo.pull(files={"README.md": b"# Better\n"})
    stage.forge.finish_workflow(pull, {"goldens": {"goldens/lost.png": NEW}}, conclusion="failure")
    shown = stage.shows(pull, "failure")
    assert oid(OLD)[:12] in shown.said, shown.said


def test_attributes_are_read_where_goldens_lie_and_as_git_reads_them(stage: Stage) -> None:
    """Many others cost nothing, and one that looks like a pointer opens no file."""
    stage.whole.parts.blobs.put(b"*.png filter=lfs\n")
    planted = pointer(b"*.png filter=lfs\n")
    others = {f"other/{number}/.gitattributes": b"* text\n" for number in range(20)}
    files = {"goldens/a.png": OLD, "goldens/.gitattributes": planted, ".golddigger.yml": CONFIG, **others}
    repo = stage.forge.repo("octo/app", files=files)
    pull = repo.pull(files={"README.md": b"# Better\n"})
    stage.forge.finish_workflow(pull, {"goldens": {"goldens/a.png": NEW}}, conclusion="success")
    stage.settle()
    before = len(stage.forge.asked)
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", "goldens/a.png") == NEW, stage.why()
    fetched = [each.path for each in stage.forge.asked[before:] if "/git/blobs/" in each.path]
    assert len(fetched) <= 2  # the one that counts, once or again
