"""Tell what the plumbing gives, and what it leaves alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bots.local.git import Git, GitError
from diffing.digests import blob_id
from diffing.words import BlobId, Refused, Sha
from tests.bots.local.conftest import Run


def test_tree_names_every_file_with_its_mode_and_blob(git: Git, run: Run, folder: Path) -> None:
    """Links and odd names are in the tree as git keeps them."""
    (folder / 'goldens/näh "quoted"\n.png').write_bytes(b"odd")
    (folder / "link").symlink_to("goldens/cart.png")
    run("add", ".")
    run("commit", "--quiet", "-m", "Add odd names")
    tree = {str(name): (entry.mode, entry.id) for name, entry in git.tree(Sha(run("rev-parse", "main"))).items()}
    assert tree["goldens/cart.png"] == ("100644", blob_id(b"old cart"))
    assert tree['goldens/näh "quoted"\n.png'] == ("100644", blob_id(b"odd"))
    assert tree["link"][0] == "120000"


def test_a_name_that_is_no_text_is_left_out(git: Git, run: Run, folder: Path) -> None:
    """It can be no golden, and would break whoever shows it."""
    Path(os.fsdecode(os.fsencode(folder / "goldens") + b"/\xff.png")).write_bytes(b"odd")
    run("add", ".")
    run("commit", "--quiet", "-m", "Add a name that is no text")
    assert set(git.tree(Sha(run("rev-parse", "main")))) == {
        ".golddigger.yml",
        "goldens/cart.png",
        "goldens/menu.png",
    }


def test_blobs_come_whole_and_as_asked(git: Git) -> None:
    """Many are read from one process, bytes that look like git's own answers too."""
    contents = [b"", b"\n", b"x" * 100_000, b"0123 blob 4\nabcd\n", bytes(range(256))]
    ids = [git.keep(content) for content in contents]
    assert ids == [blob_id(content) for content in contents]
    assert list(git.blobs(ids)) == list(zip(ids, contents, strict=True))


def test_a_blob_that_is_not_there_is_refused(git: Git) -> None:
    """With its id in the sentence."""
    missing = BlobId("0123456789" * 4)
    with pytest.raises(Refused, match=missing):
        list(git.blobs([missing]))


def test_a_commit_is_no_blob(git: Git, run: Run) -> None:
    """Whoever asks for a commit's bytes as a golden gets none."""
    with pytest.raises(Refused):
        list(git.blobs([BlobId(run("rev-parse", "main"))]))


def test_an_environment_of_another_repository_is_not_followed(
    git: Git, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Golddigger may be started from a hook, where git sets where it works."""
    head = run("rev-parse", "main")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert git.commit_at("refs/heads/main") == head


def test_what_git_complains_of_is_said(git: Git) -> None:
    """The error carries git's own words."""
    with pytest.raises(GitError, match=r"(?i)not a valid object name"):
        git.tree(Sha("nothing"))


def test_without_git_there_is_a_sentence(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a traceback."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Refused, match="git is not installed"):
        git.run("version")


def test_file_at_a_commit(git: Git, run: Run) -> None:
    """The bytes, or None where there is no such file."""
    main = Sha(run("rev-parse", "main"))
    assert git.file_at(main, "goldens/cart.png") == b"old cart"
    assert git.file_at(main, "goldens/none.png") is None
