"""Tell which golden's name Playwright shortened to a picture's: it cuts the middle out and puts a hash there.

What a test did not name itself it calls by its title; a picture's title may have 60 characters, a golden's 100
(trimLongString in Playwright's packages/playwright/src/util.ts)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

_SHORT = re.compile(r"(?P<start>.{10,30})-[0-9a-f]{5}-(?P<end>.{10,30})")
_MOST_LENGTHS = 40
_MOST_ALIKE = 50
"""Names that differ in their hash alone; of more, none is looked for."""


class Shortened:
    """Pictures' names that may be short for others, each with its ending."""

    def __init__(self, drawn: Iterable[tuple[str, str]]) -> None:
        self._names: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
        for stem, ending in drawn:
            short = _SHORT.fullmatch(stem)
            if short is not None:
                self._names[short["start"], short["end"], ending].append(stem)
        lengths = dict.fromkeys((len(start), len(end)) for start, end, _ in self._names)
        self._lengths = list(lengths)[:_MOST_LENGTHS]

    def of(self, name: str, ending: str) -> list[str]:
        """Give the pictures' names that may be short for a golden's."""
        alike = (
            self._names.get((name[:start], name[-end:], ending), ())
            for start, end in self._lengths
            if len(name) > start + end
        )
        return [stem for stems in alike if len(stems) <= _MOST_ALIKE for stem in stems]


def rest(name: str, stem: str) -> str:
    """Give what follows a picture's name, or what that is short for, in a golden's: project and platform."""
    short = _SHORT.fullmatch(stem)
    if name.startswith(stem) or short is None:
        return name.removeprefix(stem)
    return name.rpartition(short["end"])[2]
