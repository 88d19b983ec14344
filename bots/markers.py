"""Write and read the hidden marks by which Golddigger knows its own comment and the boxes in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from unicodedata import normalize
from urllib.parse import quote, unquote

_REPORT = re.compile(r"<!-- golddigger:report change=(\S*) head=(\S*) of=(\S*)(?: seal=(\S*))? -->")
_SEAL = re.compile(r" seal=\S* -->$")
_TICKED = re.compile(r"^- \[[xX]\] (?=<!-- golddigger:approve )", re.MULTILINE)
_BOX = re.compile(r"- \[ \] <!-- golddigger:approve (?:(all)|suite=(\S*)|comparison=(\S*)) -->.*")


@dataclass(frozen=True, slots=True)
class ReportMark:
    """Of which change, head and runs a comment tells."""

    change: str
    head: str
    edition: str = ""
    """As `edition` gives it."""
    seal: str = ""
    """Over the whole comment; empty where there is none, as before there were seals."""


@dataclass(frozen=True, slots=True)
class Everything:
    """The box for all that awaits a decision."""


@dataclass(frozen=True, slots=True)
class SuiteBox:
    """The box for one suite, by its name."""

    suite: str


@dataclass(frozen=True, slots=True)
class ComparisonBox:
    """The box for one comparison, by its id."""

    comparison: str


Box = Everything | SuiteBox | ComparisonBox


def edition(runs: Iterable[str]) -> str:
    """Name which runs a report tells of, by their ids: what is approved as *all* is what stood in it."""
    return sha256(" ".join(sorted(runs)).encode()).hexdigest()[:10]


def report(mark: ReportMark) -> str:
    """Write the first line of our comment."""
    told = f"change={_word(mark.change)} head={_word(mark.head)} of={_word(mark.edition)}"
    return f"<!-- golddigger:report {told} -->"


def read_report(comment: str) -> ReportMark | None:
    """Read the first line of a comment; None where it is not ours."""
    match = _REPORT.fullmatch(comment.partition("\n")[0].rstrip("\r"))
    return ReportMark(*map(unquote, match.groups(""))) if match else None


def sealed(comment: str, seal: Callable[[str], str]) -> str:
    """Put a seal over all of our comment into its first line."""
    first, _, rest = comment.partition("\n")
    return f"{first.removesuffix(' -->')} seal={_word(seal(unsealed(comment)))} -->\n{rest}"


def unsealed(comment: str) -> str:
    """Give what a seal is over: our comment without it and without ticks, whatever a forge does to line ends, to
    blanks before them, and to letters that can be written in two ways."""
    lines = normalize("NFC", cleared(comment.replace("\r\n", "\n"))).rstrip().split("\n")
    return "\n".join(line.rstrip(" \t") for line in [_SEAL.sub(" -->", lines[0]), *lines[1:]])


def box(what: Box, label: str) -> str:
    """Write a box that can be ticked; `label` is Markdown on one line."""
    match what:
        case Everything():
            mark = "all"
        case SuiteBox(suite):
            mark = f"suite={_word(suite)}"
        case ComparisonBox(comparison):
            mark = f"comparison={_word(comparison)}"
    return f"- [ ] <!-- golddigger:approve {mark} --> {label}"


def read_box(line: str) -> Box | None:
    """Read the line of a box that is not ticked; None where it is none of ours."""
    match = _BOX.fullmatch(line)
    if match is None:
        return None
    everything, suite, comparison = match.groups()
    if everything:
        return Everything()
    return ComparisonBox(unquote(comparison)) if suite is None else SuiteBox(unquote(suite))


def ticked(line: str) -> str:
    """Write the line of a box as it stands when it is ticked."""
    return line.replace("- [ ] ", "- [x] ", 1)


def cleared(comment: str) -> str:
    """Take the ticks out of all boxes of a comment."""
    return _TICKED.sub("- [ ] ", comment)


def small(comment: str) -> str:
    """Write the ticks of all boxes of a comment in one way."""
    return _TICKED.sub("- [x] ", comment)


def boxes(lines: Iterable[str]) -> list[Box]:
    """Read all boxes among these lines."""
    return [found for line in lines if (found := read_box(line))]


def _word(text: str) -> str:
    """Write a text without spaces and without what could end a comment: two dashes are no comment on GitHub."""
    return quote(text, safe="", errors="replace").replace("-", "%2D")
