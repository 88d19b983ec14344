"""YAML that means the same is told from YAML that does not, and from prose."""

from __future__ import annotations

import time
from io import StringIO

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from diffing import text, yaml_meaning
from diffing.words import Kind

pytestmark = pytest.mark.slow

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["C"]), max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.from_regex("[a-z]{1,6}", fullmatch=True), inner)
    ),
    max_leaves=12,
)
SAMPLES = (
    "a: 1\nb: [x, 'y z', ~]\nc:\n  d: |\n    one\n    two\n  e: >-\n    folded\n    text\n# done\n",
    "- a: true\n  b: 1.0\n- &x {k: v, l: [1, 2]}\n- *x\n- 'it''s'\n- \"tab\\t\"\n",
    "---\nsource: x.rs\n---\n- 0o7\n- 010\n- 1e3\n- -5\n- .5\n- yes\n- null\n",
)
LAUGHS = "a0: &a0 [lol]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 40))


def dumped(value: object, *, flow: bool, width: int = 80) -> str:
    """Write a value as YAML, in blocks or in one flow."""
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style, writer.width = flow, width
    stream = StringIO()
    writer.dump(value, stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("golden", "candidate"),
    [
        ("a: 1\nb: 2\n", "b: 2\na: 1\n"),
        ("a: [1, 2]\n", "a:\n- 1\n- 2\n"),
        ("a: x y\n", "a: 'x y'\n"),
        ("a: |\n  x\n  y\n", 'a: "x\\ny\\n"\n'),
        ("a: ~\n", "a:\n"),
        ("a: True\n", "a: true\n"),
        ("# as drawn\na: 1\n", "# as drawn today\na: 1 # one\n"),
        ("a: &x {k: v}\nb: *x\n", "a: {k: v}\nb: {k: v}\n"),
        ("a: !!str 1\n", "a: '1'\n"),
        ("a: 1\n---\nb: 2\n", "{a: 1}\n---\n{b: 2}\n"),
        (
            '- heading "Hi" [level=1]\n- list:\n  - listitem: one\n',
            '- heading "Hi" [level=1]\n- list:\n    - listitem: one\n',
        ),
        ("---\nsource: a.rs\n---\n- 1\n- b: 2\n", "---\nsource: a.rs\n---\n- 1\n-   b: 2\n"),
        ('{"a": 1}\n', "a: 1\n"),
    ],
)
def test_formatting_only(golden: str, candidate: str) -> None:
    """Order of keys, comments, quotes, style, anchors: the same YAML, also as Playwright and insta write it."""
    found = text.compare(golden, candidate)
    assert (found.kind, found.why) == (Kind.FORMATTING_ONLY, "The same YAML, written in another way.")


@pytest.mark.parametrize(
    ("golden", "candidate"),
    [
        ("a: 1\n", "a: '1'\n"),
        ("a: 1\n", "a: true\n"),
        ("a: 1\n", "a: 1.0\n"),
        ("a: null\n", "a: 'null'\n"),
        ("a: [1, 2]\n", "a: [2, 1]\n"),
        ("a: 1\na: 2\n", "a: 2\na: 1\n"),
        ("a: 1\n", "a: 1\n---\nb: 2\n"),
        ("a: !x 1\n", "a: !y 1\n"),
        ("a: &x [*x]\n", "a: &x [ *x ]\n"),
        ("a: [*x]\n", "a: [ *x ]\n"),
        ("%YAML 1.1\n---\na: 1\n", "%YAML 1.1\n---\na:  1\n"),
    ],
)
def test_content(golden: str, candidate: str) -> None:
    """What means something else, or nobody can tell, is content."""
    assert not yaml_meaning.alike(golden, candidate)


@pytest.mark.parametrize(
    "plain", ["yes", "on", "y", "010", "0o17", "0x1F", "1_000", "1e3", "12:30:45", "2026-11-25"]
)
def test_where_readers_disagree(plain: str) -> None:
    """YAML 1.1 and 1.2 read these differently, so quoting them may change what they mean."""
    assert not yaml_meaning.alike(f"a: {plain}\n", f"a: '{plain}'\n")
    assert yaml_meaning.alike(f"a: {plain}\nb: 1\n", f"b: 1\na: {plain}\n")


@pytest.mark.parametrize(
    ("golden", "candidate"),
    [
        ("Hello  world\n", "Hello world\n"),
        ("- see #3\n", "- see #4\n"),
        ("pr: see #3\n", "pr: see #4\n"),
        ("# One\n- a\n", "# Two\n- a\n"),
        ("---\nsource: a.rs\n---\nHello\n  world\n", "---\nsource: a.rs\n---\nHello world\n"),
    ],
)
def test_prose_is_no_yaml(golden: str, candidate: str) -> None:
    """Lines that happen to be YAML are not folded, and a heading or a number of an issue is no comment."""
    assert text.compare(golden, candidate).kind is Kind.CONTENT


@given(st.dictionaries(st.from_regex("[a-z]{1,6}", fullmatch=True), VALUES, min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_the_same_however_it_is_dumped(value: dict[str, object]) -> None:
    """What a writer makes of a value in blocks and in a flow means the same, where it can read it again."""
    block, flow = dumped(value, flow=False), dumped(dict(reversed(value.items())), flow=True)
    assume(loaded(block) == loaded(flow) == value)  # ruamel.yaml writes `{a: ?0}`, which it cannot read
    assert yaml_meaning.alike(block, flow)


def loaded(content: str) -> object:
    """Read a value, or nothing where that is not possible."""
    try:
        return YAML(typ="safe", pure=True).load(content)
    except YAMLError:
        return None


@given(VALUES, VALUES)
@settings(max_examples=100, deadline=None)
def test_other_values_mean_something_else(one: object, two: object) -> None:
    """Two values are alike exactly where a reader of YAML finds them equal, types and all."""
    same = repr(one) == repr(two) or (
        one == two and str(type(one)) == str(type(two)) and "True" not in repr((one, two))
    )
    if not same and one != two:
        assert not yaml_meaning.alike(dumped({"k": one}, flow=False), dumped({"k": two}, flow=False))


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_what_is_alike_is_loaded_alike(data: st.DataObject) -> None:
    """A text with a character put in or taken out is never called the same YAML where a reader finds another."""
    golden = data.draw(st.sampled_from(SAMPLES))
    at = data.draw(st.integers(0, len(golden)))
    put = data.draw(st.text(st.sampled_from(" \n'\"-:#,[]{}&*!|>~01ae."), max_size=3))
    candidate = golden[:at] + put + golden[at + data.draw(st.integers(0, 2)) :]
    if candidate != golden and yaml_meaning.alike(golden, candidate):
        assert typed(loaded_all(candidate)) == typed(loaded_all(golden)), candidate


def loaded_all(content: str) -> list[object]:
    """Read all documents."""
    return list(YAML(typ="safe", pure=True).load_all(content))


def typed(value: object) -> object:
    """Tell types apart that are equal to Python, and forget the order of keys."""
    if isinstance(value, dict):
        return frozenset((typed(key), typed(each)) for key, each in value.items())
    if isinstance(value, list):
        return tuple(map(typed, value))
    return type(value).__name__, repr(value)


@given(st.text(st.sampled_from("ab-:?[]{}&*!|>'\"#%@`, \n\t~"), max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_asked(content: str) -> None:
    """Whatever the text is, there is an answer."""
    yaml_meaning.alike(content, content + " ")


@pytest.mark.parametrize(
    "hostile",
    [
        *("[" * 250_000, "{" * 250_000, "[a," * 80_000, "[{a: " * 50_000, "- " * 120_000, "? " * 120_000),
        *("[" * 100_000 + "]" * 100_000, "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 600)), LAUGHS),
        *("a: '" + "\n" * 200_000 + "'", "k: v\n" * 50_000, "a: " + "9" * 200_000, "[\n" * 100_000),
        *(
            "\n" * 250_000 + "x",
            " " * 250_000 + "x",
            "a:" * 120_000,
            "a: b\n" + "-" * 200_000,
            "a: 1" + "0" * 200_000,
        ),
    ],
)
def test_hostile_texts_take_no_time(hostile: str) -> None:
    """Nested without end, or laughing a billion times: a few seconds at most."""
    began = time.process_time()
    yaml_meaning.alike(hostile, hostile + " ")
    assert time.process_time() - began < 8


def test_long_texts_are_not_read() -> None:
    """Beyond a quarter of a megabyte nobody tells."""
    long = "".join(f"k{n}: v\n" for n in range(40_000))
    assert not yaml_meaning.alike(long, long + "\n")
