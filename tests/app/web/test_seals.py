"""Seals: what a browser carries comes back as it was, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.web.seals import Seals

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
SEALS = Seals(b"k" * 32)


@given(
    words=st.dictionaries(
        st.text(max_size=10).filter(lambda key: key != "until"), st.text(max_size=20), max_size=4
    )
)
@settings(max_examples=40)
def test_what_was_sealed_is_read_again(words: dict[str, str]) -> None:
    """Any words come back unchanged under the same key and purpose."""
    opened = SEALS.open("session", SEALS.seal("session", words, LATER), NOW)
    assert opened == {**words, "until": int(LATER.timestamp())}


@given(at=st.integers(0, 90), letter=st.sampled_from("AZaz09-_."))
@settings(max_examples=60)
def test_a_changed_letter_breaks_the_seal(at: int, letter: str) -> None:
    """Whichever letter of the seal is changed, nothing is read from it."""
    sealed = SEALS.seal("session", {"who": "mira"}, LATER)
    at %= len(sealed) - 1  # the last letter holds bits that base64 does not use
    changed = sealed[:at] + letter + sealed[at + 1 :]
    assert changed == sealed or SEALS.open("session", changed, NOW) is None


@given(junk=st.text(max_size=200))
@settings(max_examples=60)
def test_junk_is_nothing(junk: str) -> None:
    """Whatever stands in a cookie, reading it never raises."""
    assert SEALS.open("session", junk, NOW) is None


def test_a_seal_ends() -> None:
    """Past its end a seal is nothing."""
    sealed = SEALS.seal("session", {}, LATER)
    assert SEALS.open("session", sealed, LATER - timedelta(seconds=1)) is not None
    assert SEALS.open("session", sealed, LATER) is None


def test_one_purpose_or_key_never_passes_for_another() -> None:
    """A seal made for signing in is no session, nor is another server's."""
    sealed = SEALS.seal("signin", {}, LATER)
    assert SEALS.open("session", sealed, NOW) is None
    assert Seals(b"other" * 8).open("signin", sealed, NOW) is None


def test_words_are_about_one_thing() -> None:
    """A word made about one session is not the word of another; one that is not ASCII is merely wrong."""
    word = SEALS.word("csrf", "a")
    assert SEALS.is_word("csrf", "a", word)
    assert not SEALS.is_word("csrf", "b", word)
    assert not SEALS.is_word("csrf", "a", "wörd")
