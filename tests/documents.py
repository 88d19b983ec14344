"""Read the repository's Markdown: its fences, code, links and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[1]
_SOURCE = re.compile(r'(?:src|href)="([^"]+)"')


@dataclass(frozen=True)
class Document:
    """One Markdown file."""

    path: Path

    @cached_property
    def tokens(self) -> list[Token]:
        """The whole as tokens."""
        return MarkdownIt("commonmark", {"html": True}).enable("table").parse(self.path.read_text())

    def fences(self, language: str) -> list[str]:
        """Give the blocks of code in a language."""
        return [each.content for each in self.tokens if each.type == "fence" and each.info == language]

    @property
    def code(self) -> list[str]:
        """What stands between backticks."""
        return [each.content for each in self._inline() if each.type == "code_inline"]

    @property
    def links(self) -> list[str]:
        """Where links and pictures lead."""
        found: list[str] = []
        for each in [*self.tokens, *self._inline()]:
            if each.type in ("html_inline", "html_block"):
                found += _SOURCE.findall(each.content)
            found += [str(each.attrs[name]) for name in ("href", "src") if name in each.attrs]
        return found

    @property
    def headings(self) -> list[str]:
        """The headings' texts."""
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        return [text.content for opened, text in pairs if opened.type == "heading_open"]

    def table(self, first: str) -> list[list[str]]:
        """Give the rows of the table whose first column has this heading, cells as they are written."""
        for rows in self._tables():
            if rows[0][0] == first:
                return rows[1:]
        raise AssertionError(f"{self.path.name} has no table of {first!r}")

    def _inline(self) -> Iterator[Token]:
        return (child for each in self.tokens for child in each.children or ())

    def _tables(self) -> Iterator[list[list[str]]]:
        rows: list[list[str]] = []
        for at, each in enumerate(self.tokens):
            match each.type:
                case "table_open":
                    rows = []
                case "tr_open":
                    rows.append([])
                case "th_open" | "td_open":
                    rows[-1].append(self.tokens[at + 1].content)
                case "table_close":
                    yield rows


def anchor(heading: str) -> str:
    """Give the anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
