"""The same change in many goldens is one group."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from diffing.groups import unite
from diffing.words import Difference, Kind, Outcome


def change(form: str, exchange: str = "") -> Difference:
    """Make a difference that is known by these marks."""
    return Difference(outcome=Outcome.CHANGED, kind=Kind.CONTENT, fingerprint=form, exchange=exchange)


def groups(*differences: Difference) -> list[list[int]]:
    """Give the members of each group, by number."""
    prints = [each.fingerprint for each in unite(differences)]
    return [[at for at, other in enumerate(prints) if other == one] for one in dict.fromkeys(prints)]


def test_the_same_form_is_one_group() -> None:
    """One mask in two themes: other pixels, the same form."""
    assert groups(change("a", "x"), change("b", "y"), change("a", "z")) == [[0, 2], [1]]


def test_the_same_pixels_are_one_group() -> None:
    """Twice the same badge, farther apart than on the other screen: other form, the same pixels."""
    assert groups(change("a", "x"), change("b", "x"), change("c", "z")) == [[0, 1], [2]]


def test_likeness_goes_on() -> None:
    """What is like the one and like the other makes one group of both, in whatever order they come."""
    assert groups(change("a", "x"), change("b", "y"), change("a", "y")) == [[0, 1, 2]]


def test_what_has_no_form_is_alone() -> None:
    """Goldens that are the same, or differ by metadata, are no group."""
    nothing = change("")
    assert unite([nothing, nothing]) == [nothing, nothing]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), max_size=12))
def test_the_order_does_not_matter(marks: list[tuple[str, str]]) -> None:
    """Groups and their names are the same whichever golden is looked at first."""
    differences = [change(*each) for each in marks]
    named = {
        each.exchange + one.fingerprint: each.fingerprint
        for one, each in zip(differences, unite(differences), strict=True)
    }
    turned = differences[::-1]
    assert named == {
        each.exchange + one.fingerprint: each.fingerprint for one, each in zip(turned, unite(turned), strict=True)
    }
