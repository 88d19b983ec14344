"""Candidates that are no file of their own, or whose golden only a copy or the configuration tells."""

from __future__ import annotations

import base64
from pathlib import Path

from diffing.composites import third
from tests.diffing.recordings import Recording
from tests.stories.bench import Stage
from tests.stories.screens import screen

COMPOSITES = Path(__file__).parents[1] / "recorded/composites/output"
SHOP, CART = "cypress/snapshots/shop.cy.js/home.snap.png", "cypress/snapshots/shop.cy.js/cart.snap.png"


def recorded(name: str) -> bytes:
    """Give a picture that was recorded."""
    return (COMPOSITES / f"{name}.png").read_bytes()


def test_a_composite_is_cut_shown_and_committed(stage: Stage) -> None:
    """Of golden, difference and candidate side by side only the candidate is; what is no composite is said so."""
    files = {SHOP: recorded("horizontal.golden"), CART: recorded("difference.golden")}
    pull = stage.forge.repo("octo/shop", files=files).pull(files={"src/shop.js": b"// new\n"})
    stage.forge.opened(pull)
    folder = "cypress/snapshots/shop.cy.js/__diff_output__"
    kept = {
        f"{folder}/home.diff.png": recorded("horizontal.composite"),
        f"{folder}/cart.diff.png": recorded("difference.composite"),
    }
    stage.forge.finish_workflow(pull, {"goldens": kept})
    shown = stage.shows(pull, "action_required")
    assert "no composite of golden, difference and candidate" in shown.said
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert pull.repo.file("feature", SHOP) == third(recorded("horizontal.composite")), stage.why()
    assert pull.repo.file("feature", CART) == recorded("difference.golden")


def test_pictures_in_a_log_are_committed(stage: Stage) -> None:
    """The last of two tries counts, and that they differ is said; a line that was cut off is no picture."""
    golden, broken = "app/test/goldens/a.png", "app/test/goldens/b.png"
    repo = stage.forge.repo(
        "octo/log", files={golden: screen("old"), broken: screen("b"), "app/pubspec.yaml": b""}
    )
    pull = repo.pull(files={"app/lib/a.dart": b"// new\n"})
    stage.forge.opened(pull)
    lines = []
    for name, drawn in ((golden, screen("first")), (golden, screen("last")), (broken, b"")):
        lines += [f"Shell: /b/s/w/{name} has failed. #[IMAGE]:", f"Shell: {base64.b64encode(drawn).decode()}"]
    stage.forge.finish_workflow(pull, {"goldens": {"logs/test.log": "\n".join(lines).encode()}})
    shown = stage.shows(pull, "action_required")
    said = shown.said
    assert "flaky" in said.lower()
    assert "no whole line of base64" in said
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", golden) == screen("last"), stage.why()
    assert repo.file("feature", broken) == screen("b")


def test_the_copy_beside_it_tells_which_golden_is_meant(stage: Stage) -> None:
    """Two modules have a test of one name; what pytest-regressions compared lies beside what it obtained."""
    recording = Recording("pytest-regressions", "temporary")
    repo = stage.forge.repo(
        "octo/tables", files={str(name): content for name, content in recording.goldens.items()}
    )
    pull = repo.pull(files={"src/tables.py": b"# new\n"})
    stage.forge.opened(pull)
    kept = {member.path: content for member, content in recording.kept.items()}
    stage.forge.finish_workflow(pull, {"goldens": kept})
    stage.shows(pull, "action_required")
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    drawn = {repo.file("feature", f"tests/{each}/test_data.yml") for each in ("test_table", "test_other")}
    assert drawn == {kept[f"out/test_data{at}/test_data.obtained.yml"] for at in (0, 1)}, stage.why()
    assert b"other" in (repo.file("feature", "tests/test_other/test_data.yml") or b"")


def test_a_template_brings_candidates_to_their_goldens(stage: Stage) -> None:
    """As the base branch says; what the branch itself says of it does not count."""
    config = b"""\
version: 1
suites:
  - preset: template
    candidate: "shots/{level}/{name}.actual.png"
    becomes: "test/goldens/{name}/{level}.png"
"""
    golden, new = "test/goldens/boss/one.png", "test/goldens/boss/two.png"
    repo = stage.forge.repo("octo/game", files={".golddigger.yml": config, golden: screen("old")})
    pull = repo.pull(files={"src/game.c": b"// new\n", ".golddigger.yml": config.replace(b"test/", b"")})
    stage.forge.opened(pull)
    kept = {f"shots/{level}/boss.actual.png": screen(level) for level in ("one", "two")}
    stage.forge.finish_workflow(pull, {"goldens": {**kept, "shots/one/boss.expected.png": screen("old")}})
    stage.shows(pull, "action_required")
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert (repo.file("feature", golden), repo.file("feature", new)) == (screen("one"), screen("two")), stage.why()
