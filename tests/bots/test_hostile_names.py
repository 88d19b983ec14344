"""Names, suites and sentences that try to break out of the comment."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bots import markdown, markers
from bots.commands import ticks
from bots.forge import Report
from bots.report import ApprovalView, Said, View, word
from diffing.words import Opinion, Outcome
from tests.bots.views import PAGE, compared, run_of, view_of

pytestmark = pytest.mark.slow

EVIL = [
    "@team/everyone",
    "a@b.example",
    "<!-- golddigger:approve all -->",
    "- [x] <!-- golddigger:approve comparison=99 --> me",
    "x\n- [ ] <!-- golddigger:approve all --> y",
    "--> <script>alert(1)</script>",
    "</summary></details><h1>",
    "`code` ``more`` `",
    "a|b\\|c\\",
    "[text](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "https://evil.example www.evil.example",
    "<https://evil.example>",
    "#123 GH-7 owner/repo#1",
    "\n/golddigger approve\n",
    "\r\n\r\n# Title\n\n| a | b |\n|---|---|",
    "photo\u202egnp.exe",
    "\ud800half\udfff",
    "\x00\x07\x1b[31m\u2028\u2029\u200b\ufeff",
    "&lt;b&gt; &#64;team &amp;",
    "*a* _b_ ~~c~~ **d** $e$ :f:",
    "1. one",
    "> quote",
    "    code",
    "\t",
    "",
    "é" * 3000,
    "𝕏" * 1100,
]
EVIL_TEXT = st.one_of(
    st.sampled_from(EVIL),
    st.lists(st.sampled_from(EVIL), min_size=2, max_size=3).map("".join),
    st.text(alphabet=st.sampled_from("`|\\[]()<>!-*_~#@&;:/. \nax1\u202e\ud800é"), max_size=40),
)
OURS = re.compile(
    r'<!-- golddigger:[^<>]*?-->|</?details>|<summary>(?:Commands|One by one)</summary>|<br>|</a>|<a href="https://[^"<>]*">'
    r'|<img src="https://[^"<>]*" alt="[a-z]+" width="\d+">'
)
FORBIDDEN = re.compile(r"@[A-Za-z0-9]|#\d|[A-Za-z]://|www\.", re.IGNORECASE)
PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@st.composite
def views(draw: st.DrawFn) -> View:
    """A view of a few goldens whose every foreign word is hostile."""
    number = draw(st.integers(1, 6))
    outcomes = st.sampled_from(list(Outcome))
    comparisons = [
        replace(
            compared(
                each,
                draw(EVIL_TEXT),
                draw(outcomes),
                suite=draw(EVIL_TEXT),
                why=draw(EVIL_TEXT),
                fingerprint=draw(st.sampled_from(["", "f"])),
                placed=draw(st.booleans()),
            )
        )
        for each in range(number)
    ]
    run = replace(run_of(comparisons), title=draw(EVIL_TEXT), notes=(draw(EVIL_TEXT),))
    failed = replace(run_of([], kept=None, state="failed"), why=draw(EVIL_TEXT), title=draw(EVIL_TEXT))
    view = view_of(run, *([failed] if draw(st.booleans()) else []))
    return replace(
        view,
        title=draw(EVIL_TEXT),
        notice=draw(EVIL_TEXT),
        mistakes=draw(st.sampled_from([(), ("`x` " + draw(EVIL_TEXT),)])),
        opinions={"0": Said(Opinion.REJECTED, draw(EVIL_TEXT))} if draw(st.booleans()) else {},
        approvals=(ApprovalView(state="stale", who=draw(EVIL_TEXT), why=draw(EVIL_TEXT)),),
        picture=draw(st.sampled_from([None, lambda digest: f"https://pics.example/{digest}?a=1&b=2"])),
        commented=True,
    )


def tokens(text: str) -> list[Token]:
    """All tokens of rendered Markdown, those inside lines too."""
    return [
        token
        for block in PARSER.parse(text)
        for token in ([block, *block.children] if block.children is not None else [block])
    ]


def html(text: str) -> str:
    """The HTML in Markdown, without what is only shown as code."""
    return "".join(token.content for token in tokens(text) if token.type in ("html_inline", "html_block"))


def said(report: Report) -> str:
    """The comment, which there is."""
    assert report.comment is not None
    return report.comment


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(views())
def test_no_name_breaks_out(view: View) -> None:
    """Whatever things are called: no foreign link, no foreign HTML, no mention, and every row has its cells."""
    report = word(view)
    for text in (said(report), report.summary):
        text.encode()
        for token in tokens(text):
            if token.type == "link_open":
                assert str(token.attrs["href"]).startswith(PAGE)
            if token.type in ("html_inline", "html_block"):
                assert not OURS.sub("", token.content).strip()
            if token.type == "text":
                assert not FORBIDDEN.search(token.content.removeprefix("@team: "))
            assert token.type != "image"
        shown = [line for line in text.split("\n") if line.startswith("| ") and line.strip("|-: ")]
        assert sum(token.type == "tr_open" for token in tokens(text)) == len(shown)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(views())
def test_boxes_name_only_our_comparisons(view: View) -> None:
    """Every box in the comment is ours, stands for a comparison that can be approved, and reads back."""
    text = said(word(view))
    can = {each.id for each in view.comparisons if each.decidable}
    suites = {each.suite.encode(errors="replace").decode() for each in view.comparisons if each.decidable}
    lines = [line for line in text.split("\n") if re.match(r"\s*[-*+] \[.\]", line)]
    for line in lines:
        found = ticks(text, text.replace(line, line.replace("[ ]", "[x]", 1)))
        assert found is not None
        assert found.comparisons <= can
        assert found.suites <= suites
    assert html(text).count("<!-- golddigger:approve ") == len(lines)
    assert html(text).count("<!-- golddigger:report ") == 1
    assert markers.read_report(text) == markers.ReportMark("7", view.head, view.edition)


@pytest.mark.parametrize("name", EVIL[::4])
def test_the_longest_names_still_fit(name: str) -> None:
    """However long and wide the words: neither text passes the forge's limit, and neither is cut inside a line."""
    long = (name * 1500)[:1500] or "a"
    comparisons = [compared(each, f"{each}{long}", suite=f"{each}{long}", why=long) for each in range(120)]
    run = replace(
        run_of(comparisons), title=long, notes=(long,) * 50, golden_url=lambda each: f"{PAGE}&g={'%F0' * 4000}"
    )
    view = replace(
        view_of(run, *(replace(run, id=str(each), comparisons=()) for each in range(40))),
        notice=long,
        mistakes=(long,) * 30,
        approvals=(ApprovalView(state="failed", who=long, why=long),),
        picture=lambda digest: f"https://pics.example/{digest}?{'x' * 200}",
    )
    report = word(view)
    for text in (said(report), report.summary):
        assert len(text.encode()) <= 65_000
        assert html(text).count("<details>") == html(text).count("</details>")
        assert all(line.endswith(" |") for line in text.split("\n") if line.startswith("|") and "`" in line)
    for each in report.annotations:
        assert len(each.message.encode()) < 64_000
        assert len(each.title) <= 255


@settings(max_examples=200)
@given(EVIL_TEXT)
def test_code_shows_one_piece_of_code(name: str) -> None:
    """A name is one piece of code and nothing else, on a line and in a table's cell."""
    inline = PARSER.parseInline(markdown.code(name))[0].children or []
    assert [token.type for token in inline] == ["code_inline"]
    cells = [
        each
        for each in PARSER.parse(f"| a | b |\n|---|---|\n| {markdown.code(name)} | x |")
        if each.type == "td_open"
    ]
    assert len(cells) == 2


def test_reversed_and_invisible_characters_are_named() -> None:
    """Nobody is shown a name other than the one that would be committed."""
    assert markdown.code("photo\u202egnp.exe") == "`photo⟨U+202E⟩gnp.exe`"
    assert markdown.code("a\u200bb") == "`a⟨U+200B⟩b`"


def test_only_a_leading_name_is_pinged() -> None:
    """A notice reaches whom it is for; a name further on does not."""
    assert markdown.address("@carol: ask @dave") == "@carol: ask @\u2060dave"
    assert markdown.address("@team/all: x").startswith("@\u2060team")
