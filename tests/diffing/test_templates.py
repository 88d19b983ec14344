"""A template names the parts of a path and puts them into another, in linear time, whatever the paths are."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffing import templates
from diffing.globs import matches
from diffing.words import Template

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("candidate", "path", "becomes", "expected"),
    [
        ("out/{name}.png", "out/a.png", "g/{name}.png", "g/a.png"),
        ("/out/{name}.png", "out/a b.png", "g/{name}.png", "g/a b.png"),
        ("**/out/{name}.png", "home/runner/out/a.png", "g/{name}.png", "g/a.png"),
        ("**/out/{name}.png", "out/a.png", "g/{name}.png", "g/a.png"),
        ("out/{name}.png", "out/x/a.png", "g/{name}.png", None),
        ("out/{name}.png", "out/.png", "g/{name}.png", None),
        ("out/{name}.png", "out/a.png.txt", "g/{name}.png", None),
        ("{suite}/{name}_actual.{kind}", "s/a_b_actual.png", "g/{kind}/{suite}-{name}", "g/png/s-a_b"),
        ("{folder=**/}{name}.png", "x/y/a.png", "g/{folder}{name}.png", "g/x/y/a.png"),
        ("{folder=**/}{name}.png", "a.png", "g/{folder}{name}.png", "g/a.png"),
        ("{rest=**}.new", "x/y/a.png.new", "{rest}", "x/y/a.png"),
        ("{a}-{b}.png", "x-y-z.png", "{a}/{b}", "x-y/z"),
        ("{a=?}{b=*}.png", "xyz.png", "{a}/{b}", "x/yz"),
        ("{kind={phone,tablet}}-{n=[0-9][0-9]}.png", "tablet-07.png", "g/{n}/{kind}.png", "g/07/tablet.png"),
        ("{kind={phone,tablet}}-{n=[0-9][0-9]}.png", "watch-07.png", "g/{n}/{kind}.png", None),
        ("{a,b}/{name}.png", "b/x.png", "{name}", "x"),
        (r"\{x\}/{name}.png", "{x}/y.png", r"\{{name}\}.png", "{y}.png"),
        ("{name=*[[:digit:]]}.png", "shot12.png", "{name}", "shot12"),
        ("{name}/{x", "a/{x", "{name}", "a"),
        ("try*/{name}.png", "try3/a.png", "{name}", "a"),
    ],
)
def test_a_path_gives_its_golden(candidate: str, path: str, becomes: str, expected: str | None) -> None:
    """Names, their own globs, folders or none, what is not named; earlier names take as much as they can."""
    template = Template(candidate=candidate, becomes=becomes)
    assert templates.golden(template, path) == expected
    assert expected is None or matches(expected, templates.glob(template))


@pytest.mark.parametrize(
    ("candidate", "becomes", "key", "said"),
    [
        ("out/*.png", "g/x.png", "candidate", "must name what varies"),
        ("{a}/{a}.png", "g/{a}.png", "candidate", "names `{a}` twice"),
        ("{a}.png", "g/{b}.png", "becomes", "has `{b}`, which `candidate` does not name"),
        ("{a}.png", "g/{a}/*.png", "becomes", "may not have `*`"),
        ("{a}.png", "g/{a}/{.png", "becomes", "may not have `{`"),
        ("{a}-{b}.png", "g/{a}.png", "becomes", "lacks `{b}`"),
        ("{x,{a}}.png", "g/{a}.png", "candidate", "must name what varies"),
    ],
)
def test_a_mistake_is_named(candidate: str, becomes: str, key: str, said: str) -> None:
    """In the one of the two that has to be mended."""
    wrong = templates.mistake(Template(candidate=candidate, becomes=becomes))
    assert wrong is not None
    assert wrong[0] == key
    assert said in wrong[1]


def test_a_good_template_has_no_mistake() -> None:
    """A name and its glob; a brace of the path itself behind a backslash."""
    assert templates.mistake(Template(candidate="{a=**/}{b}.png", becomes=r"g/{a}\{x\}{b}.png")) is None


def test_a_path_longer_than_a_golden_can_be_is_no_candidate() -> None:
    """It could not be committed, and need not be walked."""
    template = Template(candidate="{a=**}", becomes="{a}")
    assert templates.golden(template, "a" * 1000) == "a" * 1000
    assert templates.golden(template, "a" * 1001) is None


PIECES = st.sampled_from(
    ["a", "b", "/", "-", "*", "**/", "?", "[ab]", "{a,b}", "{N}", "{N=**}", "{N=[ab]}", "{N=a*}"]
)
EXPRESSIONS = {
    "a": "a",
    "b": "b",
    "/": "/",
    "-": "-",
    "*": "[^/]*",
    "?": "[^/]",
    "[ab]": "[ab]",
    "{a,b}": "(?:a|b)",
}


def numbered(pieces: list[str]) -> str:
    """Give each named part a name of its own."""
    return "".join(piece.replace("N", f"n{at}") for at, piece in enumerate(pieces))


@given(st.lists(PIECES, max_size=8), st.text(alphabet="ab/-", max_size=12))
def test_parts_put_together_are_the_path(pieces: list[str], path: str) -> None:
    """What is named lies in the path in its order, and what is taken is what the glob without names takes."""
    names = {f"n{at}" for at, piece in enumerate(pieces) if piece.startswith("{N")}
    candidate = numbered(pieces)
    given_ = templates.golden(
        Template(candidate=candidate, becomes="\n".join(f"{{{name}}}" for name in names)), path
    )
    plain = "".join("?*" if piece == "{N}" else re.sub(r"\{N=(.*)\}", r"\1", piece) for piece in pieces)
    # whether `**` is a whole folder depends on its neighbours, and a glob's last slash means all in a folder
    if "{N=**}" not in pieces and not plain.endswith("/"):
        assert (given_ is not None) == matches(path, plain)
    if given_ is not None and names:
        assert all(part in path for part in given_.split("\n"))


@given(
    st.lists(st.sampled_from(["a", "b", "-", "{N}/", "{N}", "{N=[ab]*}", "{N=?}"]), min_size=1, max_size=6),
    st.text(alphabet="ab/-", max_size=10),
)
def test_earlier_parts_take_as_much_as_they_can(pieces: list[str], path: str) -> None:
    """As a regular expression with greedy groups does, which may take exponentially long."""
    groups = {"{N}": "([^/]+)", "{N}/": "([^/]+)/", "{N=[ab]*}": "([ab][^/]*)", "{N=?}": "([^/])"}
    expression = re.compile("".join(groups.get(piece, piece) for piece in pieces))
    names = [f"n{at}" for at, piece in enumerate(pieces) if piece in groups]
    template = Template(candidate=numbered(pieces), becomes="\n".join(f"{{{name}}}" for name in names))
    found = expression.fullmatch(path)
    expected = None if found is None else "\n".join(found.groups())
    assert templates.golden(template, path) == expected


@pytest.mark.parametrize(
    "candidate",
    [
        "{a=*}" + "".join(f"{{n{at}=*}}" for at in range(30)) + "x",
        "**/" * 40 + "{a}.png",
        "{a={" + ",".join(["*a*a*a*"] * 20) + "}}/{b=**}x",
        "{a=**}{b=**}{c=**}.png",
    ],
)
def test_hostile_paths_take_no_long_time(candidate: str) -> None:
    """A thousand paths of a thousand characters; a regular expression with as many stars would not end."""
    template = Template(candidate=candidate, becomes="g/{a}")
    paths = ["a" * (990 - at % 7) + f"{at:05}"[-5:] for at in range(500)]
    paths += ["a/" * 490 + f"{at}.png" for at in range(500)]
    begun = time.perf_counter()
    for path in paths:
        templates.golden(template, path)
    assert time.perf_counter() - begun < 10
