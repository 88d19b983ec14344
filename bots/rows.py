"""Tell of comparisons in tables: by suite in numbers, and one by one in words and pictures. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bots import markdown
from bots.sentences import FLAKY, SORTS, goldens, numbers, rank, sort_of, what
from bots.views import RunView, View
from diffing.formats import is_picture
from diffing.words import Comparison, Digest, Opinion, Size

_WIDEST, _TALLEST = 200, 260
"""Of a picture in a table, in pixels on the screen."""
_NAMED_ALIKE = 3
_SIGNS = {Opinion.APPROVED: "✓", Opinion.REJECTED: "✗"}


@dataclass(frozen=True, slots=True)
class Row:
    """Goldens of one run that changed in the same way, or one alone."""

    run: RunView
    members: tuple[Comparison, ...]


def rows(view: View) -> list[Row]:
    """Put together what changed in the same way; what most needs eyes comes first."""
    groups: dict[tuple[str, ...], Row] = {}
    for run in view.runs:
        for each in sorted((each for each in run.comparisons if each.open), key=rank):
            key = _alike(run, each, view)
            before = groups[key].members if key in groups else ()
            groups[key] = Row(run, (*before, each))
    return sorted(groups.values(), key=lambda row: rank(row.members[0]))


def suites(view: View) -> list[str]:
    """Count by suite: a line for one suite, a table for several."""
    of: dict[tuple[str, str], list[Comparison]] = {}
    for run in view.runs:
        for each in run.comparisons:
            of.setdefault((run.title, each.suite), []).append(each)
    sorts = [sort for sort in SORTS if any(sort_of(each) == sort for each in view.comparisons)]
    several = len({title for title, _ in of}) > 1
    lines = [
        markdown.row(
            markdown.code(suite),
            *([markdown.text(title, 80)] if several else []),
            *(_of_sort(members, sort) for sort in sorts),
        )
        for (title, suite), members in of.items()
    ]
    if len(of) < 2 or not sorts:
        return []
    named = ["Suite", *(["CI run"] if several else []), *(f"{sort.capitalize()} " for sort in sorts)]
    return [markdown.heads(*named), *lines]


def header(view: View) -> str:
    """Write the beginning of the table of goldens."""
    return markdown.heads("Golden", *(["Before", "After", "Difference"] if view.picture else ["What changed"]))


def lines(view: View, told: Sequence[Row]) -> Iterator[str]:
    """Write the rows of the table of goldens."""
    for row in told:
        name, change = _name(row), _change(row, view)
        if view.picture:
            yield markdown.row(f"{name}<br>{change}", *_pictures(row.members[0], view.picture))
        else:
            yield markdown.row(name, change)


def _of_sort(members: Sequence[Comparison], sort: str) -> str:
    number = sum(sort_of(each) == sort for each in members)
    return f"{number:,}" if number else ""


def _alike(run: RunView, each: Comparison, view: View) -> tuple[str, ...]:
    # A row shows one golden's pictures alone, and a fingerprint may say no more than that the form is the same.
    found = each.difference if each.placed else None
    print_ = f"{found.fingerprint} {found.exchange}" if found and found.fingerprint else ""
    said = view.opinions.get(each.id)
    decided = (said.opinion.value, said.who) if said else ("", "")
    return (run.id, each.suite, each.outcome, print_, each.why, *decided) if print_ else (run.id, "", each.id)


def _name(row: Row) -> str:
    first, *others = row.members
    name = markdown.link(markdown.code(first.name), row.run.at(first))
    if not others:
        return name
    folder = first.name.rpartition("/")[0] + "/"
    named = ", ".join(markdown.code(each.name.removeprefix(folder), 60) for each in others[:_NAMED_ALIKE])
    more = f" and {len(others) - _NAMED_ALIKE:,} more" if len(others) > _NAMED_ALIKE else ""
    return f"{name}<br>The same change in {goldens(len(row.members))}: also {named}{more}."


def _change(row: Row, view: View) -> str:
    first = row.members[0]
    measured = numbers(first)
    told = f"**{what(first)}**" + (f", {measured}" if measured else "")
    flaky = f"*{FLAKY}*" if any(each.flaky for each in row.members) else ""
    return "<br>".join(part for part in (told, flaky, _why(first), _decided(first, view)) if part)


def _why(comparison: Comparison) -> str:
    why = comparison.why or (comparison.difference.why if comparison.difference else "")
    return markdown.prose(why, 200)


def _decided(comparison: Comparison, view: View) -> str:
    said = view.opinions.get(comparison.id)
    if said is None:
        return ""
    return f"{_SIGNS[said.opinion]} {said.opinion} by **{markdown.text(said.who, 80)}**"


def _pictures(comparison: Comparison, address: Callable[[Digest], str]) -> list[str]:
    def shown(digest: Digest | None, size: Size | None, alt: str) -> str:
        return markdown.picture(address(digest), alt, _width(size)) if digest and size else ""

    seen = comparison.difference
    before, after = (seen.golden_size, seen.candidate_size) if seen else (None, None)
    picture = is_picture(comparison.name)  # an SVG or a PDF has a size too, and no browser shows it in a comment
    return [
        shown(comparison.golden, before if picture else None, "before"),
        shown(comparison.candidate, after if picture else None, "after"),
        shown(comparison.mask, before and after, "difference"),
    ]


def _width(size: Size) -> int:
    return max(1, min(_WIDEST, _TALLEST * size.width // max(1, size.height)))
