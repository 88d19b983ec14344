"""Tell by what names suites find what was handed over."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bots.local import artifacts
from bots.local.artifacts import Globs
from diffing.globs import matches_name
from diffing.words import BlobId, Name, Refused, Suite, TreeEntry

DEFAULT: Globs = ("golddigger*", "goldens*", "*golden*")


TREE = {Name("orders/order.json"): TreeEntry("100644", BlobId("0" * 40))}


def _name(paths: list[Path], *globs: Globs, preset: str = "flutter") -> dict[str, Path]:
    suites = [Suite(name=str(globs), preset=preset, goldens=("**",), artifact=each) for each in globs]
    return artifacts.name(paths, suites, TREE, usual=DEFAULT)


@pytest.fixture
def drawn(tmp_path: Path) -> Callable[[str], Path]:
    """Make a folder, or a zip where the name says so, with one file."""

    def make(name: str) -> Path:
        path = tmp_path / name
        if name.endswith(".zip"):
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("a.png", b"a")
            return path
        path.mkdir(parents=True)
        (path / "a.png").write_bytes(b"a")
        return path

    return make


def test_a_name_that_a_suite_looks_for_is_kept(drawn: Callable[[str], Path]) -> None:
    """So downloads from CI go to their own suites only."""
    paths = [drawn("Shop-goldens"), drawn("web.zip")]
    named = _name(paths, ("shop-goldens",), ("web",), DEFAULT)
    assert named == {"Shop-goldens": paths[0], "web": paths[1]}


def test_a_name_that_no_suite_looks_for_is_found_by_all(drawn: Callable[[str], Path]) -> None:
    """Whoever hands over `build/failures` means it."""
    path = drawn("failures")
    globs: list[Globs] = [("shop-*",), DEFAULT]
    named = _name([path], *globs[:2], ("site-?", "site"))
    assert set(named.values()) == {path}
    for wanted in [globs[0], globs[1], ("site-?", "site")]:
        assert any(matches_name(name, glob) for name in named for glob in wanted)


@pytest.mark.parametrize(
    ("path", "preset"),
    [("failures/home_testImage.png", "flutter"), ("orders/order.json", "same-path")],
)
def test_a_framework_finds_what_it_left(tmp_path: Path, path: str, preset: str) -> None:
    """Another suite would call the same files unmatched, or its own goldens removed."""
    (tmp_path / "drawn" / path).parent.mkdir(parents=True)
    (tmp_path / "drawn" / path).write_bytes(b"drawn")
    suites = [
        Suite(name=each, preset=each, goldens=("**",), artifact=(f"{each}-files",))
        for each in ("flutter", "playwright", "same-path")
    ]
    named = artifacts.name([tmp_path / "drawn"], suites, TREE, usual=DEFAULT)
    assert list(named) == [f"{preset}-files"]


def test_two_of_one_name_are_both_kept(drawn: Callable[[str], Path]) -> None:
    """As shards of one suite."""
    paths = [drawn("ios/goldens"), drawn("android/goldens"), drawn("failures"), drawn("more/failures")]
    named = _name(paths)
    assert list(named.values()) == paths
    assert all(any(matches_name(name, glob) for glob in DEFAULT) for name in named)


def test_two_for_one_exact_name_are_refused(drawn: Callable[[str], Path]) -> None:
    """One of them would be lost."""
    with pytest.raises(Refused, match="web-goldens"):
        _name([drawn("one/web-goldens"), drawn("two/web-goldens")], ("web-goldens",))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "There is no"),
        (lambda path: path.write_bytes(b"text"), "neither a folder nor a zip"),
        (lambda path: (path / "empty").mkdir(parents=True), "no files in"),
    ],
)
def test_what_holds_nothing_is_refused(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    """In one sentence, before anything is started."""
    make(tmp_path / "drawn")
    with pytest.raises(Refused, match=said):
        _name([tmp_path / "drawn"])
