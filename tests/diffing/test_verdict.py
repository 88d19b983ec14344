"""A verdict follows from what is compared and what people said of those very candidates."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffing.digests import digest
from diffing.verdict import judge, opinions
from diffing.words import Comparison, Decision, Name, Opinion, Outcome, Verdict

OLD, NEW = digest(b"old"), digest(b"new")
CHANGED = Comparison(id="1", suite="s", name=Name("a.png"), outcome=Outcome.CHANGED, candidate=NEW)
SAME = Comparison(id="2", suite="s", name=Name("b.png"), outcome=Outcome.SAME, candidate=OLD)
REMOVED = Comparison(id="3", suite="s", name=Name("c.png"), outcome=Outcome.REMOVED)
UNREADABLE = Comparison(id="4", suite="s", name=Name("d.png"), outcome=Outcome.UNREADABLE, candidate=NEW)
LOST = Comparison(id="5", suite="s", name=Name("e.png"), outcome=Outcome.CHANGED, candidate=NEW, placed=False)

DECISIONS = st.builds(
    Decision,
    name=st.sampled_from([Name("a.png"), Name("c.png"), Name("d.png"), Name("e.png")]),
    candidate=st.sampled_from([None, OLD, NEW]),
    opinion=st.sampled_from(Opinion),
    who=st.sampled_from(["ann", "bob"]),
)
COMPARISONS = st.lists(st.sampled_from([CHANGED, SAME, REMOVED, UNREADABLE, LOST]), unique=True)


def said(comparison: Comparison, opinion: Opinion) -> Decision:
    """Let somebody say something of a comparison."""
    return Decision(name=comparison.name, candidate=comparison.candidate, opinion=opinion, who="ann")


@pytest.mark.parametrize(
    ("comparisons", "decisions", "verdict"),
    [
        ([], [], Verdict.PASSED),
        ([SAME], [], Verdict.PASSED),
        ([SAME, CHANGED], [], Verdict.PENDING),
        ([CHANGED], [said(CHANGED, Opinion.APPROVED)], Verdict.APPROVED),
        ([CHANGED, REMOVED], [said(CHANGED, Opinion.APPROVED)], Verdict.PENDING),
        ([CHANGED, REMOVED], [said(REMOVED, Opinion.REJECTED)], Verdict.REJECTED),
        ([CHANGED], [said(CHANGED, Opinion.APPROVED), said(CHANGED, Opinion.REJECTED)], Verdict.REJECTED),
        ([CHANGED], [said(CHANGED, Opinion.REJECTED), said(CHANGED, Opinion.WITHDRAWN)], Verdict.PENDING),
        ([UNREADABLE], [said(UNREADABLE, Opinion.APPROVED)], Verdict.PENDING),
        ([LOST], [said(LOST, Opinion.APPROVED)], Verdict.PENDING),
        ([CHANGED, LOST], [said(CHANGED, Opinion.APPROVED)], Verdict.PENDING),
    ],
)
def test_the_verdict(comparisons: list[Comparison], decisions: list[Decision], verdict: Verdict) -> None:
    """The table of what follows from what."""
    assert judge(comparisons, decisions) is verdict


@given(st.lists(DECISIONS))
def test_a_new_candidate_is_undecided(decisions: list[Decision]) -> None:
    """Whatever was said of other pictures: pixels that nobody saw are not approved."""
    unseen = replace(CHANGED, candidate=digest(b"nobody saw this"))
    assert opinions([unseen], decisions) == {unseen.id: None}
    assert judge([unseen], decisions) is Verdict.PENDING


@given(st.lists(DECISIONS), COMPARISONS)
def test_what_was_said_of_others_changes_nothing(decisions: list[Decision], comparisons: list[Comparison]) -> None:
    """Decisions on other names and candidates can stand anywhere between, or be missing."""
    keys = {(each.name, each.candidate) for each in comparisons}
    related = [each for each in decisions if (each.name, each.candidate) in keys]
    assert opinions(comparisons, decisions) == opinions(comparisons, related)


@given(st.lists(DECISIONS), COMPARISONS)
def test_the_order_counts_within_one_candidate_only(
    decisions: list[Decision], comparisons: list[Comparison]
) -> None:
    """Sorted by candidate, with each one's own order kept, decisions say the same."""
    by_key = sorted(decisions, key=lambda each: (each.name, each.candidate or ""))
    assert opinions(comparisons, decisions) == opinions(comparisons, by_key)


@given(st.lists(DECISIONS), COMPARISONS)
def test_green_only_when_everything_open_was_approved(
    decisions: list[Decision], comparisons: list[Comparison]
) -> None:
    """APPROVED and PASSED leave nothing open that the last word on it does not approve."""
    if judge(comparisons, decisions) in {Verdict.APPROVED, Verdict.PASSED}:
        last = {(each.name, each.candidate): each.opinion for each in decisions}
        still = [each for each in comparisons if each.open]
        assert all(last[each.name, each.candidate] is Opinion.APPROVED and each.decidable for each in still)
