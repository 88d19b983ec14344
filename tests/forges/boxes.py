"""Tick the boxes of a text, as people do. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

Wanted = str | re.Pattern[str] | Callable[[str], bool]
"""Which lines of a comment are meant: those that hold a text, match a pattern, or please a function."""
BOX = re.compile(r"^(\s*[-*] )\[ \]")


def ticked(text: str, wanted: Wanted) -> str:
    """Tick the open boxes whose lines are wanted; there must be one."""
    lines = text.split("\n")
    changed = [BOX.sub(r"\1[x]", line) if _wants(wanted, line) else line for line in lines]
    assert changed != lines, f"no open box for {wanted!r} in:\n{text}"
    return "\n".join(changed)


def _wants(wanted: Wanted, line: str) -> bool:
    match wanted:
        case str():
            return wanted in line
        case re.Pattern():
            return wanted.search(line) is not None
    return wanted(line)
