"""A picture of what differs stands under its golden's name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.compare.pictures import Pictures, spread
from app.compare.running import Evidence
from diffing.words import Comparison, Name, Outcome, Refused
from tests.app.compare.stage import PAID, compare, lay

name = st.lists(st.sampled_from(["a", "b", ".png", ".jpg", ".webp", ".txt", "/"]), min_size=1, max_size=6)
names = st.sets(name.map("".join).filter(lambda each: "//" not in each and each.strip("/") == each), max_size=8)


@pytest.mark.parametrize(
    ("goldens", "where"),
    [
        (["a.png"], ["a.png"]),
        (["b/c.jpg", "b/d.WEBP"], ["b/c.png", "b/d.png"]),
        (["a.jpg", "a.png", "a.webp"], ["a.jpg.png", "a.png", "a.webp.png"]),
        (["a.jpg", "a.webp"], ["a.png", "a.webp.png"]),
        (["a.jpg", "a.jpg.png", "a.png"], ["a.jpg.png.png", "a.jpg.png", "a.png"]),
        (["picture", "v1.2"], ["picture.png", "v1.2.png"]),
    ],
)
def test_places_end_in_png(goldens: list[str], where: list[str]) -> None:
    """As reg-cli has it; where that place is another golden's, the whole name comes before the ending."""
    found = spread(map(Name, goldens))
    assert [found[Name(each)] for each in goldens] == where


def test_pictures_are_written_and_old_ones_go(here: Path, mixed: Path) -> None:
    """One for each golden that changed, and none of an earlier run for one that did not; others' files stay."""
    lay(here / "diff", {"same.png": b"old", "notes.txt": b"mine", "larger.png": b"old"})
    assert compare("goldens", "drawn", "--diff", "diff", "--quiet").code == 2
    kept = {path.relative_to(here / "diff").as_posix() for path in (here / "diff").rglob("*") if path.is_file()}
    assert kept == {
        "notes.txt",
        "larger.png",
        "invoice/paid.png",
        "invoice/copy.png",
        "<img src=x onerror=alert(1)>.png",
    }
    assert (here / "diff" / "larger.png").read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_written_is_refused(here: Path) -> None:
    """Where a file stands in the way of a folder, a sentence says so."""
    lay(here, {"diff/a": b"a file"})
    each = Comparison(id="1", suite="", name=Name("a/b.png"), outcome=Outcome.CHANGED)
    pictures = Pictures(here / "diff", [each.name])
    with pytest.raises(Refused, match="cannot be made"):
        pictures.keep(
            Evidence(
                comparison=each, golden=b"", candidate=b"", drawn=PAID, mask=None, sheet=lambda content: content
            )
        )


@given(names)
def test_no_two_share_a_place(names: set[str]) -> None:
    """Whatever the goldens are called; and a PNG's picture has the PNG's own name."""
    found = spread(map(Name, names))
    assert found.keys() == names
    assert len(set(found.values())) == len(names)
    assert all(
        place == each for each, place in found.items() if each.endswith(".png") and "/.png" not in f"/{each}"
    )
