"""What reg-cli compared finds its golden by its report, or by its folders: tests/recorded/reg-cli/record.sh."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffing.presets import reg_cli_report
from diffing.presets.registry import explain, infer, lacking
from diffing.words import Member, Mode
from tests.diffing.artifacts import find, members, only, placed, reading, suite, tree
from tests.diffing.recordings import Recording

REG_CLI = suite("reg-cli", "visual/expected/**")
DRAWN = {f"visual/expected/{each}": f"visual/actual/{each}" for each in ("home.png", "same.png", "shop/home.png")}
NEW = {"visual/expected/shop/new.png": "visual/actual/shop/new.png"}


def report(drawn: str, goldens: str, *changed: str, same: tuple[str, ...] = ()) -> bytes:
    """Write a report of these folders and files."""
    said = {
        "failedItems": changed,
        "newItems": [],
        "passedItems": same,
        "actualDir": drawn,
        "expectedDir": goldens,
    }
    return json.dumps(said).encode()


@pytest.mark.parametrize("scenario", ["whole", "beside", "folders"])
def test_everything_that_reg_cli_compared_is_found(scenario: str) -> None:
    """The report in a folder of its own, beside what was drawn, or not kept; also what passed, and what is new."""
    recording = Recording("reg-cli", scenario)
    assert recording.placed() == recording.placed(suite("reg-cli")) == {**DRAWN, **NEW}
    missing = [each.name for each in recording.pairs() if each.found and each.found.missing]
    assert missing == list(NEW)


@pytest.mark.parametrize("scenario", ["whole", "folders"])
def test_a_golden_that_nobody_draws_any_more_is_removed(scenario: str) -> None:
    """The artifact holds every candidate, so the tolerance decides, and what is not there is obsolete."""
    pairs = Recording("reg-cli", scenario).pairs(suite("reg-cli"))
    assert [each.name for each in pairs if each.found is None] == ["visual/expected/gone.png"]


def test_without_configuration_nothing_is_called_removed() -> None:
    """Nobody said that all of it was uploaded."""
    recording = Recording("reg-cli", "whole")
    (known,) = infer(recording.members, recording.read, recording.tree)
    assert (known.goldens, known.mode) == (("visual/expected/**/*.png",), Mode.ALL)
    assert all(each.found for each in recording.pairs())


def test_a_report_without_what_was_drawn_is_told_of() -> None:
    """The folder that was compared is named, to be uploaded."""
    recording = Recording("reg-cli", "report")
    assert recording.placed() == {}
    (said,) = lacking(recording.members, [suite("reg-cli")], recording.read, recording.tree)
    assert "`visual/actual`" in said


@pytest.mark.parametrize("scenario", ["whole", "beside", "folders"])
def test_nothing_is_said_where_all_was_kept(scenario: str) -> None:
    """What was drawn is there."""
    recording = Recording("reg-cli", scenario)
    assert lacking(recording.members, [suite("reg-cli")], recording.read, recording.tree) == ()


def test_folders_of_any_name() -> None:
    """The report names them, and only its own artifact is looked at."""
    kept = [Member(each, path) for each in "ab" for path in ("out/reg.json", "new/home.png")]
    read = reading(
        {kept[0]: report("../new", "../old", "home.png"), kept[2]: report("../new", "../past", "home.png")}
    )
    there = tree("old/home.png", "past/home.png")
    found = find(suite("reg-cli", "**"), kept, there, read)
    assert [(each.name, each.member.artifact) for each in found] == [("old/home.png", "a"), ("past/home.png", "b")]


def test_what_lies_above_the_artifact_is_cut_off() -> None:
    """The upload began at the report's folder; the golden's folder was beside it."""
    kept = members("reg.json", "drawn/home.png")
    read = reading({kept[0]: report("./drawn", "./../expected", "home.png")})
    assert placed(REG_CLI, kept, tree("visual/expected/home.png"), read) == {
        "visual/expected/home.png": "drawn/home.png"
    }


def test_two_packages_with_the_same_goldens_are_shown_only() -> None:
    """With the folders above cut off it may be either."""
    there = tree("a/expected/home.png", "b/expected/home.png")
    found = only(find(suite("reg-cli"), members("actual/home.png"), there))
    assert (found.name, len(found.options)) == (None, 2)


@pytest.mark.parametrize("item", ["../../etc/home.png", "/etc/home.png", "", "a/../../home.png"])
def test_a_report_that_leads_elsewhere_leads_nowhere(item: str) -> None:
    """What a report says of files that were not kept is no candidate."""
    kept = members("reg.json", "drawn/home.png")
    read = reading({kept[0]: report("drawn", "expected", item)})
    assert find(suite("reg-cli", "**"), kept, tree("expected/home.png"), read) == []


def test_a_folder_of_that_name_is_not_yet_reg_cli() -> None:
    """Without a golden that lies so, nothing is recognised."""
    assert infer(members("actual/home.png"), reading({}), tree("expected/other.png")) == []


def test_nothing_kept_is_explained() -> None:
    """What to upload."""
    assert "--json reg.json" in "\n".join(explain(members("log.txt"), [REG_CLI]))


WORDS = st.sampled_from(["home.png", "../home.png", "drawn", "expected", "..", "/", "\0", "\ud800", "a\\b"])
JSON = st.recursive(
    st.one_of(st.none(), st.integers(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(JSON, JSON, JSON, JSON)
def test_a_report_of_any_shape_is_survived(drawn: object, goldens: object, failed: object, passed: object) -> None:
    """Wrong types, surrogates and paths of nowhere."""
    said = {"actualDir": drawn, "expectedDir": goldens, "failedItems": failed, "passedItems": passed}
    content = json.dumps(said).encode()
    kept = members("reg.json", "drawn/home.png")
    found = find(suite("reg-cli"), kept, tree("expected/home.png"), reading({kept[0]: content}))
    assert {each.name for each in found} <= {"expected/home.png", None}
    assert reg_cli_report.read(json.dumps(drawn).encode(), ()) is None
