"""What cypress-image-snapshot compared finds its golden, and is cut out: tests/recorded/cypress/record.sh."""

from __future__ import annotations

import pytest

from diffing.composites import third
from diffing.differ import differ
from diffing.presets.registry import explain
from diffing.words import Form, Kind, Member, Name, Outcome, Piece, Rules
from tests.diffing.artifacts import find, members, only, placed, suite, tree
from tests.diffing.recordings import Recording

CYPRESS = suite("cypress")
HOME = "cypress/snapshots/home.cy.js/home -- is drawn.snap.png"
COMPOSITE = "cypress/snapshots/home.cy.js/__diff_output__/home -- is drawn.diff.png"
CHANGED = (
    ("home.cy.js", "home -- is drawn"),
    ("shop/cart.cy.js", "home -- is drawn"),
    ("shop/cart.cy.js", "states/full cart"),
    ("shop/cart.cy.js", "grows"),
)


def golden(spec: str, name: str) -> Name:
    """Give a golden's path."""
    return Name(f"cypress/snapshots/{spec}/{name}.snap.png")


@pytest.mark.parametrize("scenario", ["horizontal", "vertical"])
def test_composites_find_their_goldens(scenario: str) -> None:
    """Two tests of one name in two files, a name with a folder: each is placed, and its last third is meant."""
    recording = Recording("cypress", scenario)
    expected = {
        golden(*each): "cypress/snapshots/{}/__diff_output__/{}.diff.png".format(*each) for each in CHANGED
    }
    assert recording.placed() == recording.placed(CYPRESS) == expected
    assert all(each.found and each.found.piece == Piece(Form.THIRD) for each in recording.pairs())


@pytest.mark.parametrize("scenario", ["horizontal", "vertical"])
def test_the_last_third_is_what_cypress_received(scenario: str) -> None:
    """The same pixels as the file that the option keeps, whether side by side or one below the other."""
    recording, whole = Recording("cypress", scenario), Recording("cypress", "received")
    for each in CHANGED:
        cut = third(recording.kept[Member("goldens", recording.placed()[golden(*each)])])
        received = whole.kept[Member("goldens", whole.placed()[golden(*each)])]
        assert differ(received, cut, Rules()).kind in (None, Kind.ENCODING_ONLY)
        assert differ(recording.goldens[golden(*each)], cut, Rules()).outcome is Outcome.CHANGED


def test_what_was_kept_whole_goes_before_the_composite() -> None:
    """With `storeReceivedOnFailure` the candidate itself is there, and the composite is no earlier try of it."""
    recording = Recording("cypress", "received")
    expected = {
        golden(*each): "cypress/snapshots/{}/__received_output__/{}-received.png".format(*each) for each in CHANGED
    }
    assert recording.placed() == recording.placed(CYPRESS) == expected
    for pair in recording.pairs():
        assert pair.found
        assert (pair.found.piece, pair.found.earlier) == (None, ())


def test_a_folder_of_ones_own() -> None:
    """With `customDiffDir` the path of the test's file tells which golden is meant."""
    recording = Recording("cypress", "folder")
    expected = {golden(*each): "compared/cypress/e2e/{}/{}.diff.png".format(*each) for each in CHANGED}
    assert recording.placed() == recording.placed(CYPRESS) == expected


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 4])
def test_whatever_was_cut_off(cut: int) -> None:
    """The upload may begin anywhere."""
    path = "/".join(COMPOSITE.split("/")[cut:])
    assert placed(CYPRESS, members(path), tree(HOME)) == {HOME: path}


def test_one_name_in_two_files_is_shown_only() -> None:
    """With the test's folder cut off it may be either."""
    other = HOME.replace("home.cy.js", "cart.cy.js")
    found = only(find(CYPRESS, members("home -- is drawn.diff.png"), tree(HOME, other)))
    assert (found.name, set(found.options)) == (None, {HOME, other})
    assert "`cypress/snapshots/`" in found.why


def test_a_composite_without_its_golden_makes_none() -> None:
    """Where it would be committed, nothing says; it is shown."""
    found = only(find(CYPRESS, members(COMPOSITE), tree("cypress/e2e/home.cy.js")))
    assert (found.name, found.missing) == (None, False)


def test_nothing_kept_is_explained() -> None:
    """The folder to upload, and the option that is better."""
    said = "\n".join(explain(members("log.txt"), [CYPRESS]))
    assert "__diff_output__" in said
    assert "storeReceivedOnFailure: true" in said
