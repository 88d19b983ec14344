"""What jest-image-snapshot received finds its golden one folder up: tests/recorded/jest-image-snapshot/record.sh
and, for Storybook's recipe, tests/recorded/storybook/record.sh."""

from __future__ import annotations

import pytest

from diffing.differ import differ
from diffing.presets.registry import infer
from diffing.words import Kind, Name, Outcome, Rules
from tests.diffing.artifacts import find, members, only, placed, suite, tree
from tests.diffing.recordings import Recording

JEST = suite("jest-image-snapshot")
TREE = tree("src/__image_snapshots__/a-test-js-shows-1-snap.png", "lib/__image_snapshots__/other-snap.png")


@pytest.mark.parametrize(
    "path",
    [
        "src/__image_snapshots__/__received_output__/a-test-js-shows-1-snap-received.png",
        "/builds/g/p/src/__image_snapshots__/__received_output__/a-test-js-shows-1-snap-received.png",
        "__image_snapshots__/__received_output__/a-test-js-shows-1-snap-received.png",
        "__received_output__/a-test-js-shows-1-snap-received.png",
        "a-test-js-shows-1-snap-received.png",
        "out/received/a-test-js-shows-1-snap-received.png",
    ],
)
def test_a_received_file_finds_its_golden(path: str) -> None:
    """Whole, cut, lengthened, or in a `customReceivedDir`."""
    assert placed(JEST, members(path), TREE) == {"src/__image_snapshots__/a-test-js-shows-1-snap.png": path}


def test_composites_are_no_candidates() -> None:
    """A composite of three pictures is never committed over a golden; it is shown, with what to set."""
    composite = members("src/__image_snapshots__/__diff_output__/a-test-js-shows-1-snap-diff.png")
    found = only(find(JEST, composite, TREE))
    assert (found.name, found.options) == (None, ())
    assert "`src/__image_snapshots__/a-test-js-shows-1-snap.png`" in found.why
    assert "storeReceivedOnFailure: true" in found.why


def test_a_golden_for_continuous_integration_is_no_way_around() -> None:
    """Where one golden stands out as the one for CI, its composite is still none of its candidates."""
    there = tree("ci/__image_snapshots__/a.png", "local/__image_snapshots__/a.png")
    composite = members("ci/__image_snapshots__/__diff_output__/a-diff.png")
    assert placed(JEST, composite, there) == {}


def test_the_same_identifier_in_two_folders() -> None:
    """With folders cut off it may be either, and is shown only."""
    there = tree("a/__image_snapshots__/x.png", "b/__image_snapshots__/x.png")
    cut = only(find(JEST, members("__received_output__/x-received.png"), there))
    assert (cut.name, len(cut.options)) == (None, 2)
    whole = members("b/__image_snapshots__/__received_output__/x-received.png")
    assert set(placed(JEST, whole, there)) == {"b/__image_snapshots__/x.png"}


def test_identifiers_with_folders() -> None:
    """A custom identifier may hold a slash."""
    there = tree("a/__image_snapshots__/page/home.png")
    kept = members("a/__image_snapshots__/__received_output__/page/home-received.png")
    assert set(placed(JEST, kept, there)) == {"a/__image_snapshots__/page/home.png"}


def test_what_jest_really_received() -> None:
    """Two tests of one name in two folders, a golden that grew, a name with a folder; nothing for the new one."""
    named = "src/__image_snapshots__/{}button-test-js-the-button-{}.png"
    recording = Recording("jest-image-snapshot", "received")
    expected = {
        named.format("", f"{own}-snap"): named.format("__received_output__/", f"{own}-snap-received")
        for own in ("grows-1", "has-states-2", "is-drawn-1")
    }
    assert (
        recording.placed()
        == recording.placed(JEST)
        == {
            **expected,
            "src/__image_snapshots__/states/Own Name.png": (
                "src/__image_snapshots__/__received_output__/states/Own Name-received.png"
            ),
            "src/shop/__image_snapshots__/button-test-js-the-button-is-drawn-1-snap.png": (
                "src/shop/__image_snapshots__/__received_output__/button-test-js-the-button-is-drawn-1-snap-received.png"
            ),
        }
    )


def test_what_was_received_is_what_was_drawn() -> None:
    """The candidate is the picture itself, not the composite: as large as drawn, and other than the golden."""
    recording = Recording("jest-image-snapshot", "received")
    kinds = {}
    for pair in recording.pairs():
        assert pair.found
        difference = differ(recording.goldens[pair.name], recording.kept[pair.found.member], Rules())
        assert difference.outcome is Outcome.CHANGED
        kinds[pair.name.rpartition("/")[2]] = (difference.kind, str(difference.candidate_size))
    assert kinds["button-test-js-the-button-grows-1-snap.png"] == (Kind.RESIZED, "8×12")
    assert kinds["Own Name.png"] == (Kind.RECOLOURED, "8×12")


def test_folders_of_ones_own() -> None:
    """`customSnapshotsDir`, `customReceivedDir` and `customDiffDir`."""
    recording = Recording("jest-image-snapshot", "custom")
    drawn = [f"button-test-js-the-button-{own}-snap" for own in ("grows-1", "has-states-2", "is-drawn-1")]
    expected = {f"goldens/{own}.png": f"failed/drawn/{own}-received.png" for own in (*drawn, "states/Own Name")}
    assert recording.placed() == recording.placed(suite("jest-image-snapshot", "goldens/**")) == expected


@pytest.mark.parametrize(("framework", "count"), [("jest-image-snapshot", 5), ("storybook", 2)])
def test_composites_that_jest_really_drew(framework: str, count: int) -> None:
    """Without the option there is nothing else: each is shown, none can be committed, and the option is named."""
    recording = Recording(framework, "composites")
    for pairs in (recording.pairs(), recording.pairs(suite(framework))):
        assert len(pairs) == len(recording.members) == count
        assert not any(pair.placed for pair in pairs)
        assert all("storeReceivedOnFailure: true" in pair.why for pair in pairs)


def test_stories() -> None:
    """Storybook's recipe keeps goldens by the story's name; without configuration they are recognised, too."""
    recording = Recording("storybook", "received")
    expected = {
        f"__snapshots__/{story}.png": f"__snapshots__/__received_output__/{story}-received.png"
        for story in ("example-button--primary", "example-page--logged-in")
    }
    assert recording.placed() == recording.placed(suite("storybook")) == expected
    (known,) = infer(recording.members, recording.read, recording.tree)
    assert known.goldens == ("__snapshots__/*.png",)
    assert Name("__snapshots__/example-button--secondary.png") in recording.tree
