"""Read from an address which runs are looked for, and write it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from diffing.words import Verdict
from storage.searches import Mark, Sought

_MOST_LETTERS = 200
_MOST_WORDS = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MARK = re.compile(r"([0-9]{1,17})\.([A-Za-z0-9_-]{1,32})")
_VERDICTS = {str(each): each for each in Verdict}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for, and from where on."""

    words: str = ""
    """Of the repository, the branch or the change."""
    golden: str = ""
    """Of a golden's name or a suite's."""
    verdict: Verdict | None = None
    """None: any."""
    before: Mark | None = None
    """Older than this; None: from the newest on."""
    after: Mark | None = None
    """Newer than this, the nearest to it; None: not asked for."""

    @property
    def narrowed(self) -> bool:
        """Is anything left out?"""
        return bool(self.words or self.golden or self.verdict)

    @property
    def deep(self) -> bool:
        """Does it depend on what was found in a run?"""
        return bool(self.golden or self.verdict)

    def sought(self, repo_id: int | None) -> Sought:
        """Give it as the storage looks for it. None: in every repository."""
        words = tuple(self.words.split()[:_MOST_WORDS])
        return Sought(words=words, golden=self.golden, verdict=self.verdict, repo_id=repo_id)

    def address(self, path: str, *, before: Mark | None = None, after: Mark | None = None) -> str:
        """Write it, from another place on."""
        words = {
            "q": self.words,
            "golden": self.golden,
            "verdict": str(self.verdict or ""),
            "before": _written(before),
            "after": _written(after),
        }
        query = urlencode({key: value for key, value in words.items() if value})
        return f"{path}?{query}" if query else path


def read(query: Mapping[str, str]) -> Search:
    """Read an address; what means nothing is left out, for addresses are copied and cut."""
    return Search(
        words=text(query, "q"),
        golden=text(query, "golden"),
        verdict=_VERDICTS.get(query.get("verdict", "")),
        before=_mark(query.get("before", "")),
        after=_mark(query.get("after", "")),
    )


def text(query: Mapping[str, str], key: str) -> str:
    """Give what somebody wrote into a field, within bounds."""
    return query.get(key, "").strip()[:_MOST_LETTERS]


def _written(mark: Mark | None) -> str:
    return f"{(mark.at - _EPOCH) // timedelta(microseconds=1)}.{mark.id}" if mark else ""


def _mark(word: str) -> Mark | None:
    found = _MARK.fullmatch(word)
    return Mark(_EPOCH + timedelta(microseconds=int(found[1])), found[2]) if found else None
