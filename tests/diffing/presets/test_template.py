"""A configured template finds candidates of frameworks that no other preset knows."""

from __future__ import annotations

import pytest

from diffing import config
from diffing.mistakes import Misconfigured
from diffing.pairing import pair
from diffing.presets.registry import PRESETS, explain
from diffing.words import Mode, Suite
from tests.diffing.artifacts import find, members, placed, tree


def suites(more: str) -> tuple[Suite, ...]:
    """Read a configuration with a template."""
    return config.read(f"version: 1\nsuites:\n  - preset: template\n    {more}\n".encode()).suites


def mistakes(more: str, preset: str = "template") -> list[str]:
    """Give what is wrong, in words."""
    with pytest.raises(Misconfigured) as caught:
        config.read(f"version: 1\nsuites:\n  - preset: {preset}\n    {more}\n".encode())
    return [str(each) for each in caught.value.mistakes]


GAME = suites('candidate: "**/shots/{level}/{name}.actual.png"\n    becomes: "test/goldens/{name}/{level}.png"')[0]
TREE = tree("test/goldens/boss/one.png", "test/goldens/boss/two.png", "src/game.c")


def test_candidates_lie_where_the_configuration_says() -> None:
    """Other files are none; what is not there yet is new."""
    kept = members(
        "w/shots/one/boss.actual.png", "shots/three/boss.actual.png", "shots/one/boss.expected.png", "a.txt"
    )
    found = {each.member.path: each for each in find(GAME, kept, TREE)}
    assert {path: (each.name, each.missing) for path, each in found.items()} == {
        "w/shots/one/boss.actual.png": ("test/goldens/boss/one.png", False),
        "shots/three/boss.actual.png": ("test/goldens/boss/three.png", True),
    }
    assert len(placed(GAME, kept, TREE)) == 2


def test_a_template_tells_where_its_goldens_lie() -> None:
    """So nothing outside is committed, without saying it twice; whoever says it anyway narrows it."""
    assert (GAME.name, GAME.goldens, GAME.mode) == ("template", ("test/goldens/*/*.png",), Mode.FAILURES)
    narrow = suites('candidate: "{a}.png"\n    becomes: "g/{a}.png"\n    goldens: "g/x*.png"\n    mode: all')[0]
    assert (narrow.goldens, narrow.mode) == (("g/x*.png",), Mode.ALL)


@pytest.mark.parametrize(
    "path",
    ["shots/../../x.actual.png", "shots/.github/x.actual.png", "shots/a/\x00.actual.png"],
)
def test_a_strangers_path_leads_nowhere(path: str) -> None:
    """Whatever a name in an artifact says, it is put at no place that steers anything, or outside."""
    narrow = suites('candidate: "shots/{folder}/{name}.actual.png"\n    becomes: "{folder}/{name}.png"')[0]
    pairs = pair([narrow], find(narrow, members(path), TREE), TREE, complete=True)
    assert not [each for each in pairs if each.placed]


def test_the_last_try_counts() -> None:
    """What a template leaves open with `*` may be a try."""
    game = suites('candidate: "try*/{name}.png"\n    becomes: "test/goldens/boss/{name}.png"')[0]
    (one,) = pair([game], find(game, members("try1/one.png", "try2/one.png"), TREE), TREE, complete=True)
    assert one.found is not None
    assert one.found.member.path == "try2/one.png"
    assert [each.member.path for each in one.found.earlier] == ["try1/one.png"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("name: x", "line 3, column 5: `preset: template` needs `candidate`."),
        ('candidate: "{a}.png"', "line 3, column 5: `preset: template` needs `becomes`."),
        (
            'candidate: "{a}.png"\n    becomes: "g/{b}.png"',
            "line 5, column 14: `becomes` has `{b}`, which `candidate` does not name.",
        ),
        (
            'candidate: "{a}/{a}.png"\n    becomes: "g/{a}.png"',
            "line 4, column 16: `candidate` names `{a}` twice.",
        ),
        (
            'candidate: "*.png"\n    becomes: "g/a.png"',
            "line 4, column 16: `candidate` must name what varies, as `{name}` does.",
        ),
        (
            'candidate: "{a}.png"\n    becomes: "/g/{a}.png"',
            "line 5, column 14: `/g/{a}.png` must be relative to the repository's root, without `..`.",
        ),
        ("candidate: 3\n    becomes: x", "line 4, column 16: `candidate` must be text."),
        ("candidat: x", "line 4, column 5: `candidat` is not known here; did you mean `candidate`?"),
    ],
)
def test_a_mistake_is_shown_where_it_stands(more: str, said: str) -> None:
    """With line and column, like every other."""
    assert said in mistakes(more)


def test_only_a_template_has_these_keys() -> None:
    """Elsewhere they would do nothing."""
    assert mistakes('becomes: "g/{a}.png"', "flutter") == [
        "line 4, column 5: `becomes` belongs to `preset: template`."
    ]


def test_nothing_found_is_explained() -> None:
    """The paths that are there, and that the whole path has to match."""
    said = "\n".join(explain(members("w/a.png"), [GAME]))
    assert "`w/a.png`" in said
    assert "`**/`" in said
    assert "`candidate` matches" not in "\n".join(explain(members("w/a.png"), []))


def test_a_suite_without_a_template_finds_nothing() -> None:
    """As the preset's own default is."""
    assert PRESETS["template"].find(PRESETS["template"].default, members("a.png"), lambda _: b"", TREE) == []
