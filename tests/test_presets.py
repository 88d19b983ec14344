"""What docs/presets.md says is so: it has a row for each preset, and its template works."""

from __future__ import annotations

from diffing import config, templates
from diffing.presets.registry import PRESETS
from tests.documents import ROOT, Document

PAGE = Document(ROOT / "docs/presets.md")


def test_every_preset_is_explained() -> None:
    """Once, in the order in which they are known."""
    named = [cells[0].strip("`") for cells in PAGE.table("preset")]
    assert sorted(named) == sorted(PRESETS)


def test_the_printed_template_works() -> None:
    """It is read, and gives the golden that its words promise."""
    (printed,) = PAGE.fences("yaml")
    (suite,) = config.read(printed.encode()).suites
    assert suite.template is not None
    path = "home/runner/work/app/app/shots/phone/boss.actual.png"
    assert templates.golden(suite.template, path) == "test/goldens/boss/phone.png"
    assert suite.goldens == ("test/goldens/*/{phone,tablet}.png",)
