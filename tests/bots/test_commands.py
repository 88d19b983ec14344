"""What people write and tick, and what is understood."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots import markers
from bots.commands import (
    MOST_COMMANDS,
    All,
    Approve,
    Command,
    Globs,
    Help,
    OfSuite,
    Reject,
    Rerun,
    Selection,
    Status,
    Ticks,
    Undo,
    Unknown,
    choose,
    commands,
    help_text,
    ticks,
)
from bots.forge import Vocabulary
from bots.markers import ComparisonBox, Everything, ReportMark, SuiteBox
from diffing.words import Comparison, Name, Outcome

SHA = "1a2b3c4d5e"


def comparison(name: str, *, suite: str = "widgets", id_: str = "") -> Comparison:
    """A changed golden."""
    return Comparison(id=id_ or name, suite=suite, name=Name(name), outcome=Outcome.CHANGED)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("/golddigger approve", Approve(All())),
        ("/golddigger approve all", Approve(All())),
        ("/GoldDigger APPROVE All", Approve(All())),
        ("  /golddigger   approve\t", Approve(All())),
        (f"/golddigger approve {SHA}", Approve(All(), SHA)),
        (f"/golddigger approve all {SHA.upper()}", Approve(All(), SHA)),
        ("/golddigger approve suite:widgets", Approve(OfSuite("widgets"))),
        ('/golddigger approve suite:"the widgets"', Approve(OfSuite("the widgets"))),
        ("/golddigger approve `test/a.png`", Approve(Globs(("test/a.png",)))),
        ("/golddigger approve 'my screen.png' lib/**", Approve(Globs(("my screen.png", "lib/**")))),
        ("/golddigger approve it's.png", Approve(Globs(("it's.png",)))),
        ("/golddigger reject", Reject(All())),
        ("/golddigger reject a*.png", Reject(Globs(("a*.png",)))),
        ("/golddigger undo", Undo()),
        ("/golddigger rerun", Rerun()),
        ("/golddigger status", Status()),
        ("/golddigger help me", Help()),
        ("/golddigger", Help()),
    ],
)
def test_reads_each_command(text: str, meant: Command) -> None:
    """Each command is understood, whatever its case, its spaces and its quotes."""
    assert commands(text) == [meant]


@pytest.mark.parametrize(
    ("text", "word", "meant"),
    [
        ("/golddigger aprove", "aprove", "approve"),
        ("/golddigger lgtm", "lgtm", "approve"),
        ("/golddigger retry", "retry", "rerun"),
        ("/golddigger sing", "sing", None),
        ("/golddigger undo test/a.png", "undo test/a.png", "/golddigger undo"),
        ("/golddigger approve all but.png", "approve all but.png", "/golddigger approve"),
        ("/golddigger do`it", "do'it", None),
    ],
)
def test_guesses_what_was_meant(text: str, word: str, meant: str | None) -> None:
    """What is no command is given back with a guess, and never half obeyed."""
    assert commands(text) == [Unknown(word, meant)]


@pytest.mark.parametrize(
    "text",
    [
        "please /golddigger approve",
        "/golddiggers approve",
        "> /golddigger approve",
        "    /golddigger approve",
        "\t/golddigger approve",
        "`/golddigger approve`",
        "- /golddigger approve",
        "```\n/golddigger approve\n```",
        "~~~ sh\n/golddigger approve\n```\n~~~",
        "````\n```\n/golddigger approve\n````",
        "```\n/golddigger approve",
        "<!-- /golddigger approve -->",
        "<!--\n/golddigger approve\n-->",
        "text <!-- hidden\n/golddigger approve\n-->",
        "<pre>\n/golddigger approve\n</pre>",
        "",
    ],
)
def test_leaves_code_quotes_and_hidden_text_alone(text: str) -> None:
    """A command counts only as the first word of a line that people meant as words."""
    assert commands(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "```\ncode\n```\n/golddigger approve",
        "<!-- one --> <!--\ntwo --> text\r\n/golddigger approve <!-- three -->",
        "> quoted\n/golddigger approve",
        "```not a fence``` text\n/golddigger approve",
        "<preview>\n/golddigger approve",
        "Looks good!\r\n\r\n/golddigger approve\r\n",
    ],
)
def test_finds_a_command_after_code_quotes_and_hidden_text(text: str) -> None:
    """What was closed before the command does not hide it."""
    assert commands(text) == [Approve(All())]


def test_reads_several_commands_each_once() -> None:
    """Commands keep their order, and a repeated one is obeyed once."""
    text = "/golddigger reject a.png\n/golddigger approve\n/golddigger approve all"
    assert commands(text) == [Reject(Globs(("a.png",))), Approve(All())]


def test_caps_the_commands_of_one_comment() -> None:
    """A comment of thousands of commands does not make thousands of answers."""
    assert len(commands("\n".join(f"/golddigger x{each}" for each in range(1000)))) == MOST_COMMANDS


@settings(max_examples=150)
@given(st.text(alphabet=st.sampled_from("/golddigger aprve\"'` \n<!->#~\t\\*"), max_size=200))
def test_reads_any_text(text: str) -> None:
    """Whatever somebody writes, reading it never fails, and what is given back fits between backticks."""
    for each in commands(f"{text}\n/golddigger {text}"):
        assert not isinstance(each, Unknown) or ("`" not in each.word and len(each.word) <= 60)


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        (All(), ["lib/a.png", "lib/b[1].png", "web/a.png"]),
        (OfSuite("site"), ["web/a.png"]),
        (OfSuite("SITE"), ["web/a.png"]),
        (OfSuite("none"), []),
        (Globs(("lib/a.png",)), ["lib/a.png"]),
        (Globs(("lib/b[1].png",)), ["lib/b[1].png"]),
        (Globs(("a.png",)), ["lib/a.png", "web/a.png"]),
        (Globs(("lib/*", "web/**")), ["lib/a.png", "lib/b[1].png", "web/a.png"]),
        (Globs(("z.png", "*.jpg")), []),
    ],
)
def test_chooses_what_is_named(selection: Selection, names: list[str]) -> None:
    """A name is taken as it stands before it is taken as a glob; a bare file name is looked for everywhere."""
    offered = [comparison("lib/a.png"), comparison("lib/b[1].png"), comparison("web/a.png", suite="site")]
    assert [each.name for each in choose(selection, offered)] == names


EDITION = markers.edition(["run"])
COMMENT = "\n".join(
    [
        markers.report(ReportMark("7", SHA, EDITION)),
        "14 goldens changed.",
        markers.box(Everything(), "all"),
        markers.box(SuiteBox("a --> suite"), "one suite"),
        markers.box(ComparisonBox("12"), "a [ ] golden"),
        "- [ ] somebody else's box",
    ]
)


def tick(comment: str, *lines: int) -> str:
    """The comment after somebody ticked the boxes on these lines."""
    split = comment.split("\n")
    return "\n".join(line.replace("[ ]", "[x]", 1) if at in lines else line for at, line in enumerate(split))


@pytest.mark.parametrize(
    ("lines", "everything", "suites", "comparisons"),
    [
        ((2,), True, set(), set()),
        ((3,), False, {"a --> suite"}, set()),
        ((3, 4), False, {"a --> suite"}, {"12"}),
    ],
)
def test_reads_ticked_boxes(
    lines: tuple[int, ...], everything: bool, suites: set[str], comparisons: set[str]
) -> None:
    """Ticked boxes say what they stand for, and of which head, also when the forge changed the line ends."""
    meant = Ticks(
        change="7",
        head=SHA,
        edition=EDITION,
        all=everything,
        suites=frozenset(suites),
        comparisons=frozenset(comparisons),
    )
    assert ticks(COMMENT, tick(COMMENT, *lines)) == meant
    assert ticks(COMMENT.replace("\n", "\r\n"), tick(COMMENT, *lines)) == meant


@pytest.mark.parametrize(
    "after",
    [
        COMMENT,
        tick(COMMENT, 5),
        tick(COMMENT, 2, 5),
        tick(COMMENT, 2) + "\n",
        tick(COMMENT, 2).replace("14 goldens", "0 goldens"),
        tick(COMMENT, 2).replace("approve all", "approve suite=other"),
        COMMENT.replace("[ ] golden", "[x] golden"),
        COMMENT.replace("[ ]", "[X]", 1),
        "",
    ],
)
def test_any_other_edit_ticks_nothing(after: str) -> None:
    """A tick counts only alone: not with changed words, with a forged mark, or in somebody else's list."""
    assert ticks(COMMENT, after) is None


def test_unticking_is_no_approval() -> None:
    """Taking a tick away is an edit like any other."""
    assert ticks(tick(COMMENT, 2), COMMENT) is None


def test_a_comment_without_our_mark_ticks_nothing() -> None:
    """The mark must be the first line, where nobody but the bot can put it."""
    moved = f"hello\n{COMMENT}"
    assert ticks(moved, tick(moved, 3)) is None


@settings(max_examples=100)
@given(st.text(max_size=40), st.text(max_size=40))
def test_marks_survive_any_name(suite: str, change: str) -> None:
    """Whatever a suite is called, its box reads back as that suite and stays one comment on one line."""
    line = markers.box(SuiteBox(suite), "label")
    assert markers.read_box(line) == SuiteBox(suite)
    assert line.count("--") == 2
    assert len(line.splitlines()) == 1
    mark = ReportMark(change, SHA, EDITION)
    assert markers.read_report(f"{markers.report(mark)}\ntext") == mark


@pytest.mark.parametrize(
    "kept",
    [
        lambda text: text,
        lambda text: tick(text, 2, 4),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("14 goldens changed. ", "14 goldens changed.").rstrip(),
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.replace("- [ ] <!--", "- [X] <!--"),
    ],
)
def test_what_is_sealed_survives_a_forge(kept: Callable[[str], str]) -> None:
    """Ticks, line ends, blanks at the ends, letters written in two ways: the seal is over the same words."""
    written = f"{COMMENT} ü\n".replace("changed.", "changed. ")
    sealed = markers.sealed(written, lambda text: sha256(text.encode()).hexdigest())
    mark = markers.read_report(kept(sealed))
    assert mark
    assert mark.seal == sha256(markers.unsealed(kept(sealed)).encode()).hexdigest()
    assert (mark.change, mark.head, mark.edition) == ("7", SHA, EDITION)


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace("14", "13"),
        lambda text: text.replace("comparison=12", "comparison=13"),
        lambda text: text.replace("a [ ] golden", "a [x] golden"),
        lambda text: text.replace("- [ ] somebody", "- [x] somebody"),
        lambda text: text.replace("one suite", "one\r suite"),
        lambda text: text.replace("one suite", "one\n suite"),
        lambda text: text.replace("\n14", "\n    14"),
        lambda text: text.replace("change=7", "change=8"),
    ],
)
def test_what_is_sealed_changes_with_every_word(changed: Callable[[str], str]) -> None:
    """Another word, another golden in a box, another's tick, a line broken or set in."""
    assert markers.unsealed(changed(COMMENT)) != markers.unsealed(COMMENT)


def test_help_speaks_the_forges_words() -> None:
    """The help calls a change what its readers call it, and every command in it is understood."""
    text = help_text(Vocabulary(change="merge request", sign="!"))
    assert "merge request" in text
    shown = [line.split("`")[1] for line in text.split("\n") if line.startswith("| `")]
    assert shown
    assert not [each for line in shown for each in commands(line) if isinstance(each, Unknown)]
