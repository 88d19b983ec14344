"""The configuration is read strictly, and each mistake says where it stands and what was meant."""

from __future__ import annotations

import json
import time

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffing import config, config_schema
from diffing.config import Approve, Config
from diffing.mistakes import Misconfigured, Mistake
from diffing.words import Box, Ignore, Mode, Name, Obsolete, Refused, Share, Tolerance

WHOLE = b"""\
version: 1
suites:
  - name: app
    preset: flutter
    goldens: ["app/test/**/*.png"]
    artifact: app-goldens
    mode: all
    tolerance: {threshold: 0.2, antialiasing: true, pixels: 10, ratio: 0.001}
    ignore:
      - path: "**/clock.png"
        regions: [[0, 10, 20, 30], {left: 1, top: 2, width: 3, height: 4}]
    obsolete: ignore
  - preset: playwright
approve: {permission: maintain, self: false, users: ["@ann", bob], teams: [org/design]}
"""
ALIAS = "what begins with `*` means an alias in YAML, and none are read here; put a glob in quotes"
ONE_KIND = "must be all pixels, like `[0, 0, 40, 20]`, or all shares, like `[0%, 0%, 10%, 5%]`"
STEERING = "which steers git, CI or reviews; the bot never writes there"


def attempt(content: bytes) -> Config | Misconfigured:
    """Read a file, or give what is wrong with it."""
    try:
        return config.read(content)
    except Misconfigured as wrong:
        return wrong


def mistakes(content: bytes) -> list[str]:
    """Give what is wrong, in words."""
    with pytest.raises(Misconfigured) as caught:
        config.read(content)
    return [str(each) for each in caught.value.mistakes]


def test_everything_that_can_be_said_is_read() -> None:
    """Every key of the format arrives in the words of the core."""
    read = config.read(WHOLE)
    app = read.suites[0]
    assert (app.name, app.preset, app.goldens, app.artifact) == (
        "app",
        "flutter",
        ("app/test/**/*.png",),
        ("app-goldens",),
    )
    assert (app.mode, app.obsolete) == (Mode.ALL, Obsolete.IGNORE)
    assert app.tolerance == Tolerance(threshold=0.2, antialiasing=True, pixels=10, ratio=0.001)
    assert app.ignore == (Ignore(path="**/clock.png", regions=(Box(0, 10, 20, 30), Box(1, 2, 3, 4))),)
    assert read.approve == Approve(
        permission="maintain", self_approval=False, users=("ann", "bob"), teams=("org/design",)
    )


def test_what_is_ignored_may_be_said_in_shares_or_painted() -> None:
    """A share is of the golden's side; a mask is a file of the repository."""
    suite = b"{preset: flutter, tolerance: {exact: true, size: 2}, ignore: [%s]}"
    said = b"{path: a, regions: [[0%, 12.5%, 100 %, 5%]], mask: test/clock.png}"
    (read,) = config.read(b"version: 1\nsuites: [" + suite % said + b"]\n").suites
    assert read.ignore == (Ignore(path="a", regions=(Share(0.0, 0.125, 1.0, 0.05),), mask=Name("test/clock.png")),)
    assert read.tolerance == Tolerance(exact=True, size=2)


def test_a_preset_fills_in_what_is_not_said() -> None:
    """`preset: playwright` alone is a whole suite."""
    suite = config.read(WHOLE).suites[1]
    assert (suite.name, suite.goldens, suite.mode) == ("playwright", ("**/*-snapshots/**",), Mode.FAILURES)
    assert suite.artifact == ("golddigger*", "goldens*", "*golden*")


def test_the_shortest_file() -> None:
    """Without suites the presets are recognised, and whoever may write may approve."""
    assert config.read(b"version: 1\n") == Config()


@pytest.mark.parametrize(
    ("suite", "said"),
    [
        ("mode: failed", "line 4, column 11: `mode: failed` is not known; did you mean `failures`?"),
        ("mode: al", "line 4, column 11: `mode: al` is not known; did you mean `all`?"),
        ("mode: 3", "line 4, column 11: `mode: 3` is not known; it may be `failures` or `all`."),
        ("obsolete: Report", "line 4, column 15: `obsolete: Report` is not known; did you mean `report`?"),
        ("golden: [a]", "line 4, column 5: `golden` is not known here; did you mean `goldens`?"),
        ("name: ''", "line 4, column 11: `name` must not be empty."),
        ('name: "a\\nb"', "line 4, column 11: `a b` must be one line of printable characters."),
        (f"name: {'x' * 101}", "line 4, column 11: `name` must have at most 100 characters."),
        ("goldens: []", "line 4, column 14: `goldens` must have at least 1."),
        ("goldens: [3]", "line 4, column 15: entry 1 of `goldens` must be text."),
        (
            "goldens: [**/*.png]",
            f"line 4, column 15: {ALIAS}.",
        ),
        ("goldens: [/a]", "line 4, column 15: `/a` must be relative to the repository's root, without `..`."),
        (
            "goldens: [a/../b]",
            "line 4, column 15: `a/../b` must be relative to the repository's root, without `..`.",
        ),
        ("goldens: ['a\\b']", "line 4, column 15: `a\\b` must have `/` between folders, not `\\`."),
        (
            "goldens: ['.github/**']",
            f"line 4, column 15: `.github/**` may only match `.github`, {STEERING}.",
        ),
        ("tolerance: {ratio: 2}", "line 4, column 24: `ratio` must be at most 1.0."),
        ("tolerance: {pixels: -1}", "line 4, column 25: `pixels` must be at least 0."),
        ("tolerance: {pixels: 1.5}", "line 4, column 25: `pixels` must be a whole number."),
        ("tolerance: {threshold: .nan}", "line 4, column 28: `threshold` must be a finite number."),
        ("tolerance: {antialiasing: yes}", "line 4, column 31: `antialiasing` must be `true` or `false`."),
        ("ignore: [{path: a}]", "line 4, column 14: entry 1 of `ignore` must have `regions` or a `mask`."),
        (
            "ignore: [{path: a, regions: [[1, 2, 3%, 4]]}]",
            f"line 4, column 34: entry 1 of `regions` {ONE_KIND}.",
        ),
        (
            "ignore: [{path: a, regions: [[1, 2, 0, 4]]}]",
            "line 4, column 34: entry 1 of `regions` must have a width and a height.",
        ),
        (
            "ignore: [{path: a, regions: [[1, 2, 3, 400 %]]}]",
            "line 4, column 34: `400 %` must be a whole number of pixels, or a share like `12.5%`.",
        ),
        (
            "ignore: [{path: a, mask: ../m.png}]",
            "line 4, column 30: `../m.png` must be the path of a file, from the repository's root.",
        ),
        ("tolerance: {size: -1}", "line 4, column 23: `size` must be at least 0."),
        (
            "ignore: [{path: a, regions: [[1, 2, 3]]}]",
            "line 4, column 34: `[1, 2, 3]` must be four numbers: left, top, width and height.",
        ),
        ("tolerance: 3", "line 4, column 16: `tolerance` must be `key: value` lines."),
        ("preset: flutter", "line 4, column 5: `preset` stands here twice, first on line 3."),
    ],
)
def test_a_mistake_in_a_suite(suite: str, said: str) -> None:
    """Line, column, and what was meant."""
    assert mistakes(f"version: 1\nsuites:\n  - preset: flutter\n    {suite}\n".encode()) == [said]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1, column 1: the file is empty; begin with `version: 1`."),
        (b"suites: []", "line 1, column 1: `version: 1` is missing."),
        (b"version: 2", "line 1, column 10: `version: 2` is not known; it may be `1`."),
        (b"version: true", "line 1, column 10: `true` must be a number."),
        (b"- 1", "line 1, column 1: the file must be `key: value` lines."),
        (b"version: 1\nsuites: [x]", "line 2, column 10: entry 1 of `suites` must be `key: value` lines."),
        (b"version: 1\nsuites: [{}]", "line 2, column 10: `preset` is missing."),
        (
            b"version: 1\nsuites: [{preset: same-path}]",
            "line 2, column 10: `preset: same-path` needs `goldens`: globs of where they lie.",
        ),
        (
            b"version: 1\nsuites: [{preset: flutter}, {preset: flutter}]",
            "line 2, column 29: two suites are called `flutter`; give each its own `name`.",
        ),
        (
            b"version: 1\napprove: {permission: 4}",
            "line 2, column 23: `permission: 4` is not known; it may be `triage`, `write`, `maintain` or `admin`.",
        ),
        (b"version: 1\n---\nversion: 1", "line 2, column 1: this is no YAML: but found another document."),
        (b"version: 1\n# \xff", "line 2, column 1: the file is not UTF-8 text."),
        (b"version: 1\n# \x00", "line 2, column 1: this is no YAML: a character that may not stand in it."),
        (b"version: !!int x", "line 1, column 10: `x` cannot be read as `int`; put it in quotes."),
        (
            b"version: !!python/object:os.system x",
            "line 1, column 10: `x` cannot be read as `python/object:os.system`; put it in quotes.",
        ),
        (b"[" + b"1," * 15_000 + b"]", "line 1, column 1: the file must be `key: value` lines."),
        (b"[" + b"1," * 25_000 + b"]", "line 1, column 39998: the file has too many parts."),
        (b"#" * 300_000, "line 1, column 1: the file is larger than 256 KiB."),
    ],
)
def test_a_mistake_in_the_file(content: bytes, said: str) -> None:
    """What is no configuration at all says so in the same way."""
    assert mistakes(content) == [said]


def test_all_mistakes_are_said_at_once_in_the_files_order() -> None:
    """Nobody mends one to be told of the next."""
    said = mistakes(b"version: 3\nsuites: [{preset: fluter}]\naprove: {}\n")
    assert [each.partition(":")[0] for each in said] == [
        "line 1, column 10",
        "line 2, column 19",
        "line 3, column 1",
    ]


def test_what_is_wrong_can_be_told_to_people() -> None:
    """It is a refusal like any other, and gives the parts to those who show them apart."""
    with pytest.raises(Refused, match="did you mean `approve`") as caught:
        config.read(b"version: 1\naprove: {}\n")
    assert isinstance(caught.value, Misconfigured)
    assert caught.value.mistakes == (Mistake(2, 1, "`aprove` is not known here", "approve"),)


@pytest.mark.parametrize(
    "content",
    [
        *("[" * 200_000, "{" * 200_000, "- " * 100_000, "? " * 100_000, "&a " * 60_000, "a: {b: c," * 20_000),
        *("a: &a [x]\nb: [*a, *a]\n" * 9, "!" * 200_000, "version: 1" + "0" * 5000, "[" + "1," * 100_000 + "]"),
    ],
)
def test_a_hostile_file_is_refused_soon(content: str) -> None:
    """Depth, number of parts, aliases and endless numbers are bounded before anything is built of them."""
    start = time.perf_counter()
    assert mistakes(content.encode())
    assert time.perf_counter() - start < 5


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(-1, 2),
    st.sampled_from(["a", "**/*.png", "all", "", "x\ny"]),
)
VALUES = st.one_of(
    SCALARS, st.lists(SCALARS, max_size=4), st.lists(st.lists(st.integers(-1, 9), min_size=3, max_size=5))
)
IGNORES = st.fixed_dictionaries({"path": SCALARS, "regions": VALUES}, optional={"x": SCALARS})
SUITES = st.fixed_dictionaries(
    {"preset": st.sampled_from(["flutter", "playwright", "same-path", "x"])},
    optional={
        "name": SCALARS,
        "goldens": VALUES,
        "artifact": VALUES,
        "mode": st.sampled_from(["all", "failures", "x", None]),
        "tolerance": st.dictionaries(
            st.sampled_from(["threshold", "pixels", "ratio", "antialiasing", "x"]), SCALARS
        ),
        "ignore": st.lists(IGNORES, max_size=2),
        "obsolete": st.sampled_from(["report", "x"]),
    },
)
FILES = st.fixed_dictionaries(
    {"version": st.sampled_from([1, 1, 1, 2, "1"])},
    optional={
        "suites": st.lists(SUITES, max_size=3),
        "approve": st.dictionaries(st.sampled_from(["permission", "self", "users", "teams", "x"]), VALUES),
    },
)


@settings(max_examples=150, deadline=None)
@given(FILES)
def test_the_schema_allows_whatever_is_read(file: dict[str, object]) -> None:
    """An editor never underlines what Golddigger takes; and whatever it does not take is explained."""
    read = attempt(json.dumps(file).encode())
    if isinstance(read, Config):
        jsonschema_rs.validate(config_schema.schema(), file)
    else:
        assert all(each.message and each.line >= 1 and each.column >= 1 for each in read.mistakes)
        assert "is wrong:" not in str(read)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=60), st.text(alphabet="av:1 -[]{}&*!|>'\"\n\t#%@`,?", max_size=40).map(str.encode)
    )
)
def test_any_bytes_can_be_read(content: bytes) -> None:
    """They are a configuration, or a mistake with its place."""
    read = attempt(content)
    assert isinstance(read, Config) or read.mistakes


@pytest.mark.parametrize(
    "wrong", [{}, {"version": 2}, {"version": 1, "suits": []}, {"version": 1, "suites": [{}]}]
)
def test_the_schema_refuses_what_is_wrong(wrong: dict[str, object]) -> None:
    """Editors find the same gross mistakes."""
    assert not jsonschema_rs.is_valid(config_schema.schema(), wrong)


def test_the_schema_is_one_and_explains_itself() -> None:
    """It is valid draft 2020-12, names no host, and describes each key of a suite."""
    schema = config_schema.schema()
    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].startswith("urn:")
    assert all(
        each.get("description") or "$ref" in each or "items" in each
        for each in schema["$defs"]["Suite"]["properties"].values()
    )
