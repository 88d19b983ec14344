"""By which rules a golden is compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.compare import rulebook
from app.compare.rulebook import Asked
from diffing.words import Box, Name, Refused, Rules, Share, Tolerance
from tests.app.compare.stage import PAID, lay

CONFIG = b"""
version: 1
suites:
  - name: widgets
    preset: same-path
    goldens: ["test/goldens/widgets/**"]
    tolerance: {threshold: 0.2, pixels: 5}
    ignore:
      - {path: "**/clock*.png", regions: [[1, 2, 3, 4]]}
  - name: rest
    preset: same-path
    goldens: ["**/*.png"]
    tolerance: {pixels: 7}
"""


def test_without_anything_the_rules_are_the_usual_ones() -> None:
    """Nothing asked, no configuration: pixelmatch's own."""
    assert rulebook.write(Asked(), None, Path()).rules(Name("a.png")) == Rules()


def test_a_suite_s_globs_are_paths_in_the_repository(here: Path) -> None:
    """They are tried on the golden's path from the configuration, wherever the compared folder lies."""
    lay(here, {".golddigger.yml": CONFIG, "test/goldens/widgets/clock.png": PAID})
    book = rulebook.write(Asked(), here / ".golddigger.yml", here / "test" / "goldens")
    assert book.rules(Name("widgets/clock.png")) == Rules(
        tolerance=Tolerance(threshold=0.2, pixels=5), ignore=(Box(1, 2, 3, 4),)
    )
    assert book.rules(Name("widgets/menu.png")).ignore == ()
    assert book.rules(Name("other/menu.png")).tolerance == Tolerance(pixels=7)
    assert book.rules(Name("other/menu.txt")) == Rules()
    suite = book.suite(Name("widgets/menu.png"))
    assert suite is not None
    assert suite.name == "widgets"


def test_or_names_in_what_is_compared(here: Path) -> None:
    """Goldens that lie outside the configuration's folder are known by their names alone."""
    lay(here, {"repository/c.yml": CONFIG, "elsewhere/test/goldens/widgets/a.png": PAID})
    book = rulebook.write(Asked(), here / "repository" / "c.yml", here / "elsewhere")
    assert book.rules(Name("test/goldens/widgets/a.png")).tolerance.threshold == 0.2
    assert book.rules(Name("a.png")).tolerance.pixels == 7


def test_what_was_asked_for_goes_before(here: Path) -> None:
    """An option replaces the suite's value, and only that; regions are added."""
    lay(here, {"c.yml": CONFIG})
    asked = Asked(tolerance={"pixels": 100, "exact": True}, ignore=(Share(0, 0, 1, 0.1),))
    rules = rulebook.write(asked, here / "c.yml", here).rules(Name("test/goldens/widgets/clock.png"))
    assert rules.tolerance == Tolerance(threshold=0.2, pixels=100, exact=True)
    assert rules.ignore == (Share(0, 0, 1, 0.1), Box(1, 2, 3, 4))


def test_a_configuration_that_cannot_be_used_is_told(here: Path) -> None:
    """With its place in the file for each mistake, or the system's reason."""
    lay(here, {"c.yml": b"version: 1\nsuits: []\n"})
    with pytest.raises(Refused, match=r"c\.yml: line 2, column 1: .*did you mean `suites`\?"):
        rulebook.write(Asked(), here / "c.yml", here)
    with pytest.raises(Refused, match=r"none\.yml cannot be read: No such file or directory\."):
        rulebook.write(Asked(), here / "none.yml", here)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("1,2,3,4", Box(1, 2, 3, 4)),
        (" 0, 0 ,10,10", Box(0, 0, 10, 10)),
        ("0%,0%,100%,5%", Share(0, 0, 1, 0.05)),
        ("12.5%, 0%, 50%, 50%", Share(0.125, 0, 0.5, 0.5)),
    ],
)
def test_regions_are_read(said: str, meant: object) -> None:
    """In pixels, or in percent of the golden's sides."""
    assert rulebook.region(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        *("", "1", "1,2,3", "1,2,3,4,5", "a,b,c,d", "1,2,0,4", "-1,2,3,4"),
        *("1%,2,3,4", "0%,0%,101%,5%", "0%,0%,0%,5%", "nan%,0%,1%,1%", "0%,nan%,1%,1%", "0%,0%,inf%,1%"),
    ],
)
def test_regions_that_are_none_are_refused(said: str) -> None:
    """Too few, too many, no numbers, no area, outside of the picture."""
    with pytest.raises(ValueError, match=r"."):
        rulebook.region(said)
