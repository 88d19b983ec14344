"""Hold the templates, and how they write numbers, shares, moments and sentences."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

HERE = Path(__file__).parent


def _count(number: int) -> str:
    return f"{number:,}"


def _plural(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _share(ratio: float) -> str:
    """0.3 → 30 %; never 0 % of something."""
    percent = ratio * 100
    if 0 < percent < 0.01:
        return "under 0.01 %"
    return f"{percent:.2f}".rstrip("0").rstrip(".") + " %"


def _is_web(address: str) -> bool:
    """An address from a payload becomes a link only where it leads to the web: never `javascript:`."""
    return address.startswith(("https://", "http://"))


def _ticked(sentence: str) -> Markup:
    """Show what stands between backticks as code."""
    parts = enumerate(sentence.split("`"))
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in parts)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%-d %b %Y, %H:%M UTC")


def day(moment: datetime) -> str:
    """Write a day as people do: 3 May 2026."""
    return moment.astimezone(UTC).strftime("%-d %B %Y")


def _ago(moment: datetime, now: datetime) -> str:
    seconds = max(0, int((now - moment).total_seconds()))
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{_plural(seconds // size, word, word + 's')} ago"
    return "just now"


TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters.update(
    count=_count,
    plural=_plural,
    share=_share,
    moment=_moment,
    day=day,
    ago=_ago,
    web=_is_web,
    ticked=_ticked,
    quoted=lambda text: quote(text, safe=""),
)
