"""How comparing ended, and what is one change."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.compare import findings, telling
from diffing.words import Comparison, Difference, Kind, Name, Outcome


def changed(name: str, fingerprint: str, pixels: int = 1, ratio: float = 0.1) -> Comparison:
    """Give a golden that changed."""
    difference = Difference(
        outcome=Outcome.CHANGED, kind=Kind.CONTENT, pixels=pixels, ratio=ratio, fingerprint=fingerprint
    )
    return Comparison(id=name, suite="", name=Name(name), outcome=Outcome.CHANGED, difference=difference)


def plainly(name: str, outcome: Outcome) -> Comparison:
    """Give a golden of which nothing else is known."""
    return Comparison(id=name, suite="", name=Name(name), outcome=outcome)


def test_the_same_change_is_one_group() -> None:
    """Equal fingerprints belong together, none belongs to none; what is the same is in no group."""
    found = [
        changed("c", "one"),
        changed("b", "one"),
        changed("a", ""),
        changed("d", ""),
        plainly("e", Outcome.ADDED),
        plainly("f", Outcome.ADDED),
        plainly("g", Outcome.SAME),
    ]
    groups = [[each.name for each in members] for members in findings.grouped(found)]
    assert sorted(groups) == [["a"], ["b", "c"], ["d"], ["e"], ["f"]]


def test_a_change_that_is_tolerated_is_in_no_group() -> None:
    """A fingerprint of what counts as the same says nothing."""
    tolerated = changed("a", "one")
    found = [changed("b", "one"), Comparison(id="a", suite="", name=Name("a"), outcome=Outcome.SAME)]
    assert [[each.name for each in members] for members in findings.grouped(found)] == [["b"]]
    assert tolerated.open


def test_different_forms_of_one_exchange_are_united() -> None:
    """What `diffing.groups` takes for one change has one fingerprint, and the rest stays as it was."""
    one = Comparison(
        id="1",
        suite="",
        name=Name("a"),
        outcome=Outcome.CHANGED,
        difference=Difference(outcome=Outcome.CHANGED, fingerprint="form a", exchange="same pixels"),
    )
    other = Comparison(
        id="2",
        suite="",
        name=Name("b"),
        outcome=Outcome.CHANGED,
        difference=Difference(outcome=Outcome.CHANGED, fingerprint="form b", exchange="same pixels"),
    )
    untouched = plainly("c", Outcome.ADDED)
    first, second, third = findings.unite([one, other, untouched])
    assert first.difference is not None
    assert second.difference is not None
    assert first.difference.fingerprint == second.difference.fingerprint
    assert third is untouched or third == untouched


def test_the_ending_is_the_worst() -> None:
    """Nothing differs: 0. Something does: 1. Something could not be compared: 2, as `diff` has it."""
    assert findings.ending([plainly("a", Outcome.SAME)]) == 0
    for outcome in (Outcome.CHANGED, Outcome.ADDED, Outcome.REMOVED):
        assert findings.ending([plainly("a", Outcome.SAME), plainly("b", outcome)]) == 1
        assert findings.ending([plainly("a", Outcome.UNREADABLE), plainly("b", outcome)]) == 2


names = st.text(min_size=1, max_size=30).map(Name)


@given(
    st.lists(
        st.builds(Comparison, id=names, suite=st.just(""), name=names, outcome=st.sampled_from(Outcome)),
        max_size=80,
        unique_by=lambda each: each.id,
    )
)
def test_whatever_is_told_fits_on_lines(found: list[Comparison]) -> None:
    """The counts are right, no row is told twice, and nothing told can steer a terminal."""
    lines = ["".join(span.text for span in line) for line in telling.lines(found)]
    assert all(line.replace("\xa0", " ").isprintable() for line in lines)
    numbers = [int(word) for word in lines[0].partition(":")[2].replace(",", "").split() if word.isdigit()]
    assert sum(numbers) == len(found)
    assert len(lines) <= 1 + 1 + telling.MOST + 2
