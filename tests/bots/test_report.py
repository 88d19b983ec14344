"""What the check and the comment say, in which state of affairs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots import commands
from bots.comment import MOST_BOXES, MOST_ROWS
from bots.forge import Conclusion
from bots.report import MOST_ANNOTATIONS, ApprovalView, Beside, View, word
from bots.sentences import FLAKY, numbers, share, what
from diffing.words import Comparison, Kind, Opinion, Outcome, Size
from tests.bots.views import HEAD, PAGE, compared, decided, run_of, view_of

CHANGED = compared(1, "test/a.png")
ADDED = compared(2, "test/b.png", Outcome.ADDED)
REMOVED = compared(3, "test/c.png", Outcome.REMOVED)
BROKEN = compared(4, "test/d.png", Outcome.UNREADABLE, why="It is no picture.")
SAME = compared(5, "test/e.png", Outcome.SAME)
OPEN = view_of(run_of([CHANGED, ADDED, SAME]))
BESIDE = Beside("golddigger/pr-12", ("git fetch https://forge/x golddigger/pr-12",), into="develop")
COMMITTED = ApprovalView(
    state="committed",
    who="alice",
    commit="c0ffee1234",
    url="https://forge/c0ffee",
    files=frozenset((each.name, each.candidate) for each in (CHANGED, ADDED)),
)
IN_PART = replace(COMMITTED, files=frozenset({(CHANGED.name, CHANGED.candidate)}))


def comment(view: View) -> str:
    """The comment of a view that has one."""
    said = word(view).comment
    assert said is not None
    return said


@pytest.mark.parametrize(
    ("view", "conclusion", "title"),
    [
        (view_of(run_of([SAME])), Conclusion.SUCCESS, "1 golden matches"),
        (OPEN, Conclusion.ACTION_REQUIRED, "1 golden changed, 1 added · awaiting approval"),
        (
            decided(OPEN, Opinion.APPROVED, "alice", "1"),
            Conclusion.ACTION_REQUIRED,
            "1 golden changed, 1 added · 1 awaiting approval",
        ),
        (
            decided(OPEN, Opinion.APPROVED),
            Conclusion.ACTION_REQUIRED,
            "1 golden changed, 1 added · approved, not yet committed",
        ),
        (
            replace(decided(OPEN, Opinion.APPROVED), approvals=(IN_PART,)),
            Conclusion.ACTION_REQUIRED,
            "1 golden changed, 1 added · approved, not yet committed",
        ),
        (
            replace(decided(OPEN, Opinion.APPROVED), approvals=(COMMITTED,)),
            Conclusion.SUCCESS,
            "1 golden changed, 1 added · approved",
        ),
        (
            replace(
                decided(OPEN, Opinion.APPROVED),
                approvals=(COMMITTED, ApprovalView(state="requested", who="bob")),
            ),
            Conclusion.ACTION_REQUIRED,
            "1 golden changed, 1 added · approved, not yet committed",
        ),
        (
            decided(OPEN, Opinion.REJECTED, "bob", "2"),
            Conclusion.FAILURE,
            "1 golden changed, 1 added · rejected",
        ),
        (
            view_of(run_of([BROKEN])),
            Conclusion.ACTION_REQUIRED,
            "1 golden unreadable · to be mended",
        ),
        (view_of(run_of([], kept=False)), Conclusion.NEUTRAL, "No goldens to compare"),
        (view_of(), None, "Waiting for CI"),
        (view_of(run_of([], kept=None, state="failed")), Conclusion.FAILURE, "Could not compare"),
        (replace(OPEN, mistakes=("Line 3: what?",)), Conclusion.FAILURE, "The configuration has a mistake"),
        (replace(OPEN, waiting=1), None, "Waiting for CI"),
        (replace(OPEN, waiting=3), None, "Waiting for 3 CI runs"),
        (view_of(run_of([], kept=None, state="queued")), None, "Comparing goldens"),
        (
            view_of(replace(run_of([], kept=None, state="comparing"), done=37, total=120)),
            None,
            "Comparing: 37 of 120 goldens",
        ),
    ],
)
def test_the_check_says_how_it_stands(view: View, conclusion: Conclusion | None, title: str) -> None:
    """The conclusion is green only for what passed or stands committed, and the title says why."""
    report = word(view)
    assert (report.conclusion, report.title) == (conclusion, title)
    assert report.summary
    assert (report.handle, report.head, report.url) == ("7", HEAD, PAGE)


def test_all_is_well_makes_no_comment() -> None:
    """A change whose goldens match, or that has none, is left in peace."""
    assert word(view_of(run_of([SAME]))).comment is None
    assert word(view_of(run_of([], kept=False))).comment is None
    assert word(view_of(run_of([], kept=None, state="comparing"))).comment is None


def test_all_is_well_again_is_said_in_the_comment_that_said_otherwise() -> None:
    """A comment that exists is told that things are well now, and has no box left."""
    said = comment(replace(view_of(run_of([SAME])), commented=True))
    assert "### 1 golden matches" in said
    assert "- [ ]" not in said


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        (OPEN, "Nothing is committed until somebody approves."),
        (
            decided(OPEN, Opinion.APPROVED, "alice", "1"),
            "Approved by **alice** (1). 1 golden still awaits a decision.",
        ),
        (
            replace(decided(OPEN, Opinion.APPROVED), approvals=(ApprovalView(state="committing", who="alice"),)),
            "Approved by **alice**. The commit is on its way.",
        ),
        (
            replace(decided(OPEN, Opinion.APPROVED), approvals=(COMMITTED,)),
            "Committed as [`c0ffee1`](https://forge/c0ffee).",
        ),
        (decided(OPEN, Opinion.APPROVED), "Nothing is committed yet: approve once more to commit it."),
        (decided(OPEN, Opinion.REJECTED, "bob", "1"), "Rejected by **bob** (1). Push a change"),
        (
            replace(
                OPEN, approvals=(ApprovalView(state="stale", who="bob", why="The branch moved to `1234567`."),)
            ),
            "The commit that **bob** asked for was not made. The branch moved to `1234567`.",
        ),
        (replace(OPEN, notice="@carol: Look again."), "> @carol: Look again."),
        (view_of(run_of([CHANGED, BROKEN])), "1 golden cannot be approved; the table says why."),
        (view_of(replace(run_of([CHANGED]), notes=("CI failed early.",))), "- CI failed early."),
        (
            replace(OPEN, fork=True, beside=BESIDE),
            (
                "The bot may not push to the fork of this pull request, so the commit stands on "
                "`golddigger/pr-12`. To bring it in, its author says, with `develop` checked out, and pushes:"
                "\n\n```sh\ngit fetch https://forge/x golddigger/pr-12\n```"
            ),
        ),
        (
            replace(OPEN, beside=BESIDE),
            (
                "The bot may not push to `develop`, which is protected, so the commit stands on "
                "`golddigger/pr-12`. Open a pull request from there; or, where you may push, say:"
            ),
        ),
        (view_of(run_of([compared(9, "x.png", flaky=True)])), f"*{FLAKY}*"),
        (replace(OPEN, fork=True), f"`/golddigger approve {HEAD[:12]}`"),
    ],
)
def test_the_comment_says_what_to_know_and_to_do(view: View, sentence: str) -> None:
    """Who decided, what was committed or was not and why, and what comes next stand in the comment."""
    assert sentence in comment(view)


def test_nothing_kept_says_what_to_mend() -> None:
    """Zero images are never a success: the check says what was looked for and what to add."""
    noted = view_of(replace(run_of([], kept=False), notes=("It kept `coverage` only.",)))
    assert "It kept `coverage` only." in word(noted).summary
    assert "Upload what the golden tests drew" in word(view_of(run_of([], kept=False))).summary


def test_a_failure_says_why() -> None:
    """What broke stands on the check and in a comment, for the author may not look at the check."""
    view = view_of(replace(run_of([], kept=None, state="failed"), why="The archive ends early."))
    assert "**Golden tests**: The archive ends early." in word(view).summary
    assert "The archive ends early." in comment(view)


def test_every_mistake_stands_on_a_line_of_its_own() -> None:
    """A failure that names several things to mend lists them."""
    view = view_of(replace(run_of([], kept=None, state="failed"), why="line 3: a.\nline 5: b."))
    assert "- **Golden tests**: line 3: a.\n- **Golden tests**: line 5: b." in comment(view)


def test_counts_stand_by_suite() -> None:
    """Several suites are counted each for itself, in the words that occur."""
    said = comment(view_of(run_of([CHANGED, SAME, compared(9, "e2e/x.png", Outcome.ADDED, suite="site")])))
    assert "| Suite | Changed | Added | Same |" in said
    assert "| `widgets` | 1 |  | 1 |" in said
    assert "| `site` |  | 1 |  |" in said


def test_the_same_change_is_told_once() -> None:
    """Goldens that changed in the same way share a row, and each keeps its box."""
    alike = [compared(each, f"test/button_{each}.png", fingerprint="f") for each in range(10, 17)]
    said = comment(view_of(run_of([*alike, CHANGED])))
    assert said.count("| [`test/button_") == 1
    assert (
        "The same change in 7 goldens: also `button_11.png`, `button_12.png`, `button_13.png` and 3 more." in said
    )
    assert said.count("approve comparison=") == 8


def test_no_picture_stands_for_one_that_was_not_seen() -> None:
    """Goldens of one form are one group on the page; in the comment, other pixels have a row of their own."""
    seen, other = (compared(each, f"test/icon_{each}.png", fingerprint="f") for each in (10, 11))
    assert other.difference is not None
    hidden = replace(other, difference=replace(other.difference, exchange="other pixels"))
    assert comment(view_of(run_of([seen, other]))).count("| [`test/icon_") == 1
    assert comment(view_of(run_of([seen, hidden]))).count("| [`test/icon_") == 2


def test_pictures_stand_only_where_they_may() -> None:
    """Before, after and difference stand in the comment only where pictures may leave the house."""
    view = view_of(run_of([CHANGED, ADDED]))
    assert "<img" not in comment(view)
    said = comment(replace(view, picture=lambda digest: f"https://pics/{digest}?a=1&b=2"))
    assert said.count('alt="before"') == 1
    assert said.count('alt="after"') == 2
    assert f'src="https://pics/{1:064x}?a=1&amp;b=2"' in said


@pytest.mark.parametrize("name", ["a.svg", "a.pdf"])
def test_no_file_stands_in_a_comment_that_no_browser_shows_there(name: str) -> None:
    """An SVG and a PDF have a size too; only the picture of what differs is one."""
    said = comment(replace(view_of(run_of([compared(1, name)])), picture=lambda digest: f"https://pics/{digest}"))
    assert (said.count("<img"), said.count('alt="difference"')) == (1, 1)


def test_boxes_and_buttons_are_offered_only_while_they_can_do_something() -> None:
    """No box and no button to approve while CI runs, after the commit, or where nothing can be approved."""
    assert "approve all -->" in comment(OPEN)
    told = [commands.pressed(each.id) for each in word(OPEN).buttons]
    assert told == [(commands.APPROVE, OPEN.edition), (commands.RERUN, "")]
    over = replace(decided(OPEN, Opinion.APPROVED), approvals=(COMMITTED,))
    for view in (replace(OPEN, waiting=1), over, view_of(run_of([BROKEN]))):
        assert "- [ ]" not in comment(view)
        assert [each.id for each in word(view).buttons] == [commands.RERUN]


def test_what_was_rejected_is_approved_only_by_name() -> None:
    """The box for all leaves alone what somebody rejected; its own box is still there."""
    said = comment(decided(OPEN, Opinion.REJECTED, "bob", "1"))
    assert "approve all --> `test/b.png`" in said
    assert "approve comparison=1 -->" in said
    everything = decided(OPEN, Opinion.REJECTED, "bob")
    assert "approve all" not in comment(everything).partition("<summary>Commands")[0]
    assert [each.id for each in word(everything).buttons] == [commands.RERUN]


def test_buttons_keep_to_githubs_limits() -> None:
    """Labels of 20 characters, descriptions of 40, ids of 20, and three buttons: no more is taken."""
    buttons = word(OPEN).buttons
    assert len(buttons) <= 3
    for each in buttons:
        assert len(each.label) <= 20
        assert len(each.description) <= 40
        assert len(each.id) <= 20


def test_annotations_stand_at_the_goldens() -> None:
    """Each open golden has a remark with its numbers and the page, a failure only where something broke."""
    homeless = compared(6, "test-results/x.png", placed=False)
    view = view_of(run_of([CHANGED, ADDED, REMOVED, BROKEN, SAME, homeless]))
    found = {each.path: each for each in word(view).annotations}
    assert {path: each.failure for path, each in found.items()} == {
        "test/a.png": True,
        "test/b.png": False,
        "test/c.png": False,
        "test/d.png": True,
    }
    assert "100\u00a0px (1.0\u00a0%)" in found["test/a.png"].message
    assert PAGE in found["test/a.png"].message
    assert "It is no picture." in found["test/d.png"].message


def test_annotations_do_not_change_with_decisions() -> None:
    """Some forges can only add annotations, so deciding must not make new ones; before the end there are none."""
    assert word(OPEN).annotations == word(decided(OPEN, Opinion.APPROVED)).annotations != ()
    assert word(replace(OPEN, waiting=1)).annotations == ()


def test_thousands_are_counted_and_linked() -> None:
    """What does not fit is counted, and the page is linked."""
    many = [compared(each, f"test/{each:05}.png") for each in range(3_000)]
    report = word(view_of(run_of(many)))
    said = report.comment or ""
    assert said.count("| [`test/") == MOST_ROWS
    assert f"2,980 goldens more are on [the page]({PAGE})." in said
    assert said.count("approve comparison=") == MOST_BOXES
    assert "2,900 goldens more can be approved one by one" in said
    assert len(report.annotations) == MOST_ANNOTATIONS


@pytest.mark.parametrize(
    ("comparison", "words", "measured"),
    [
        (compared(1, "a", kind=Kind.RECOLOURED, pixels=1), "recoloured", "1\u00a0px (0.01\u00a0%)"),
        (compared(1, "a", kind=Kind.ENCODING_ONLY), "same pixels in other bytes", ""),
        (compared(1, "a", Outcome.ADDED), "new", "100×100"),
        (compared(1, "a", Outcome.REMOVED), "no longer drawn", "100×100"),
        (BROKEN, "unreadable", ""),
        (compared(1, "a", placed=False), "unmatched", "100\u00a0px (1.0\u00a0%)"),
    ],
)
def test_what_changed_is_said_in_words_and_numbers(comparison: Comparison, words: str, measured: str) -> None:
    """Each kind of change has its words, and numbers only where they mean something."""
    assert (what(comparison), numbers(comparison)) == (words, measured)


def test_sizes_and_lines_are_said_as_such() -> None:
    """Another size is told as before and after, a text's difference in lines."""
    assert CHANGED.difference is not None
    grown = replace(CHANGED.difference, candidate_size=Size(100, 120))
    assert numbers(replace(CHANGED, difference=grown)).startswith("100×100 → 100×120, 100")
    text = replace(CHANGED.difference, golden_size=None, candidate_size=None, pixels=1)
    assert numbers(replace(CHANGED, difference=text)) == "1 line"
    drawn = replace(CHANGED.difference, lines=3)
    assert numbers(replace(CHANGED, difference=drawn)) == "3 lines, 100\u00a0px (1.0\u00a0%)"
    assert numbers(replace(CHANGED, difference=replace(drawn, pixels=0))) == "3 lines"


@pytest.mark.parametrize(("ratio", "words"), [(0.0, "0.00"), (1e-9, "under 0.01"), (0.055, "5.5"), (1.0, "100")])
def test_a_share_that_is_something_is_never_nothing(ratio: float, words: str) -> None:
    """Shares are rounded as people read them."""
    assert share(ratio) == f"{words}\u00a0%"
