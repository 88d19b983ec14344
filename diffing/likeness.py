"""Say where two texts that differ look alike: by blanks, by line ends, by what nobody can see."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from diffing import unseen

_ENDS = re.compile(r"\r\n|\r|\n")
_NAMES = {"\r\n": "CRLF", "\r": "CR", "\n": "LF"}
_MOST_NAMED = 4
_MOST_COMPOSED, _LONGEST_COMPOSED = 1_000_000, 500
"""Characters of a text and of its lines. Composing is quadratic in a letter's accents."""


def remark(golden: str, candidate: str) -> str:
    """Say in a sentence or two what a reader of two texts would not see; empty where all of it can be seen."""
    found = _alike(golden, candidate)
    if found:
        return found
    return _arrived(golden, candidate)


def ends(golden: str, candidate: str) -> str:
    """Say how the line ends differ; empty where they do not."""
    before, after = _kinds(golden), _kinds(candidate)
    if before != after and before and after:
        return f"Only line ends differ: {before} became {after}."
    if _closed(golden) != _closed(candidate):
        return f"Only the last line end differs: it is {'gone' if _closed(golden) else 'new'}."
    return "Only line ends differ." if _ENDS.findall(golden) != _ENDS.findall(candidate) else ""


def _alike(golden: str, candidate: str) -> str:
    one, two = _ENDS.sub("\n", golden), _ENDS.sub("\n", candidate)
    if _trimmed(one) == _trimmed(two):
        return "Only blanks at the ends of lines differ."
    if one.split() == two.split() and not _strange(golden, candidate):
        return "Only blanks differ: spaces, tabs or empty lines."
    if _bare(one) == _bare(two):
        return f"Only what cannot be seen differs: {_named(golden, candidate)}."
    if _composed(one) == _composed(two) is not None:
        return "The same letters in another Unicode form: they look alike, and programs tell them apart."
    return ""


def _trimmed(text: str) -> list[str]:
    return [line.rstrip(" \t") for line in text.split("\n")]


def _arrived(golden: str, candidate: str) -> str:
    """Name what makes a line look like another one, where the golden had less of it; and other line ends."""
    more = Counter(unseen.MISLEADING.findall(candidate))
    more.subtract(unseen.MISLEADING.findall(golden))
    new = [character for character, count in sorted(more.items()) if count > 0 and character != "\r"]
    told = f"It brings characters that mislead the eye: {_listed(new)}." if new else ""
    before, after = _kinds(golden), _kinds(candidate)
    if before != after and before and after:
        told = f"{told} Line ends differ too: {before} became {after}.".strip()
    return told


def _strange(*texts: str) -> bool:
    return any(unseen.UNSEEN.search(_ENDS.sub("\n", text)) for text in texts)


def _bare(text: str) -> str:
    """Leave out all blanks and what cannot be seen."""
    return "".join(unseen.UNSEEN.sub("", text).split())


def _composed(text: str) -> str | None:
    """Compose letters with their accents; None where that might take long: a letter may bear thousands."""
    if len(text) > _MOST_COMPOSED or max(map(len, text.split("\n"))) > _LONGEST_COMPOSED:
        return None
    return "\n".join(unicodedata.normalize("NFC", line) for line in text.split("\n"))


def _named(golden: str, candidate: str) -> str:
    change = Counter(unseen.UNSEEN.findall(candidate) + ["\t"] * candidate.count("\t"))
    change.subtract(unseen.UNSEEN.findall(golden) + ["\t"] * golden.count("\t"))
    moved = [(character, count) for character, count in sorted(change.items()) if count and character != "\r"]
    if not moved:
        return "it stands in other places"
    told = [f"{abs(count):,} {'more' if count > 0 else 'fewer'} {_name(each)}" for each, count in moved]
    return ", ".join(told[:_MOST_NAMED]) + (" and others" if len(told) > _MOST_NAMED else "")


def _listed(characters: list[str]) -> str:
    told = [_name(each) for each in characters]
    return ", ".join(told[:_MOST_NAMED]) + (" and others" if len(told) > _MOST_NAMED else "")


def _name(character: str) -> str:
    return "tab" if character == "\t" else unseen.name(character)


def _kinds(text: str) -> str:
    """Name the line ends of a text, the most frequent first."""
    return " and ".join(_NAMES[end] for end, _ in Counter(_ENDS.findall(text)).most_common())


def _closed(text: str) -> bool:
    return text.endswith(("\n", "\r"))
