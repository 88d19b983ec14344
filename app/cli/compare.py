"""Be `golddigger compare`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diffing.words import Refused, Region, Unavailable

if TYPE_CHECKING:
    from app.compare.telling import Line

_RULES, _REPORTS = "How to compare", "What to write"
_COULD_NOT, _INTERRUPTED = 2, 130


def _rule(name: str, *more: str, **said: Any) -> Any:
    return typer.Option(name, *more, show_default=False, rich_help_panel=_RULES, **said)


def _report(name: str, **said: Any) -> Any:
    return typer.Option(name, show_default=False, rich_help_panel=_REPORTS, **said)


Expected = Annotated[
    Path, typer.Argument(metavar="EXPECTED", help="The goldens: a folder, or one file.", show_default=False)
]
Actual = Annotated[
    Path,
    typer.Argument(
        metavar="ACTUAL", help="What was drawn: a folder with the same names, or one file.", show_default=False
    ),
]
Threshold = Annotated[
    float | None, _rule("--threshold", min=0, max=1, help="How far one pixel's colour may be off, 0 to 1 (0.1).")
]
Antialiasing = Annotated[bool, _rule("--antialiasing", help="Count anti-aliased pixels too.")]
Exact = Annotated[bool, _rule("--exact", help="Count every pixel that is not the same to the bit.")]
Pixels = Annotated[int | None, _rule("--pixels", min=0, help="So many pixels may differ (0) …")]
Ratio = Annotated[
    float | None, _rule("--ratio", min=0, max=1, help="… or this share of all pixels (0), whichever allows more.")
]
Sides = Annotated[int | None, _rule("--size", min=0, help="So many pixels a side may be longer or shorter (0).")]
Ignored = Annotated[
    list[str] | None,
    _rule(
        "--ignore",
        metavar="LEFT,TOP,WIDTH,HEIGHT",
        help="Do not compare this part, in pixels or in percent (0%,0%,100%,5%); may be repeated.",
    ),
]
Configuration = Annotated[
    Path | None,
    _rule(
        "--config",
        "-c",
        metavar="FILE",
        help="A .golddigger.yml: the suite whose globs match a golden says how to compare it, "
        "where the options above do not.",
    ),
]
Json = Annotated[Path | None, _report("--json", metavar="FILE", help="All as JSON; `-` is standard output.")]
Html = Annotated[
    Path | None, _report("--html", metavar="FOLDER", help="A page to look at: before, after and what differs.")
]
Diff = Annotated[
    Path | None,
    _report("--diff", metavar="FOLDER", help="For each changed golden a PNG of what differs, under its name."),
]
Junit = Annotated[Path | None, _report("--junit", metavar="FILE", help="JUnit XML, a test case a golden.")]
RegJson = Annotated[
    Path | None, _report("--reg-json", metavar="FILE", help="reg-cli's reg.json, for tools that read that.")
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        max=256,
        help="How many pairs to compare at a time; else a core each.",
        show_default=False,
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing; the exit code tells.")]


def compare(
    expected: Expected,
    actual: Actual,
    threshold: Threshold = None,
    antialiasing: Antialiasing = False,
    exact: Exact = False,
    pixels: Pixels = None,
    ratio: Ratio = None,
    size: Sides = None,
    ignore: Ignored = None,
    config: Configuration = None,
    json: Json = None,
    html: Html = None,
    diff: Diff = None,
    junit: Junit = None,
    reg_json: RegJson = None,
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Compare two files, or two folders of goldens, and say what differs and of what kind it is.

    Pictures are compared as pixelmatch does, texts by lines, everything else by bytes. Ends with 0 where all is
    the same, with 1 where something changed, was added or removed, and with 2 where something could not be
    compared.

    For example:

        golddigger compare golden.png drawn.png
        golddigger compare test/goldens build/drawn --html report
        golddigger compare goldens drawn --pixels 20 --json - --quiet
        golddigger compare goldens drawn --config .golddigger.yml --junit junit.xml
    """
    from app.compare import command, rulebook

    tolerance: dict[str, Any] = {"threshold": threshold, "pixels": pixels, "ratio": ratio, "size": size}
    tolerance |= {"antialiasing": antialiasing or None, "exact": exact or None}
    asked = rulebook.Asked(
        tolerance={name: value for name, value in tolerance.items() if value is not None},
        ignore=tuple(map(_region, ignore or ())),
    )
    reports = {"--json": json, "--html": html, "--diff": diff, "--junit": junit, "--reg-json": reg_json}
    order = command.Order(
        expected=expected,
        actual=actual,
        rules=asked,
        configuration=config,
        reports={option: place for option, place in reports.items() if place is not None},
        workers=workers,
    )
    tell = _ignore if quiet else _teller(aside=json == command.STANDARD_OUTPUT)
    try:
        ended = command.compare(order, write=_write, tell=tell, watch=not quiet)
    except (Refused, Unavailable) as why:
        typer.echo(f"golddigger: {why}", err=True)
        raise typer.Exit(_COULD_NOT) from why
    except KeyboardInterrupt:
        raise typer.Exit(_INTERRUPTED) from None  # as of a shell's own; 1 would say "different"
    raise typer.Exit(ended)


def _region(said: str) -> Region:
    from app.compare import rulebook

    try:
        return rulebook.region(said)
    except ValueError as wrong:
        hint = "give left,top,width,height within the picture, in pixels (0,0,200,40) or percent (0%,0%,100%,5%)"
        raise typer.BadParameter(f"{said}: {hint}", param_hint="--ignore") from wrong


def _write(text: str) -> None:
    typer.echo(text, nl=False)


def _ignore(_: Line) -> None:
    """Say nothing."""


def _teller(*, aside: bool) -> Callable[[Line], None]:
    """Give what prints the summary, beside standard output where that holds the JSON; in colours on a terminal."""

    def tell(line: Line) -> None:
        typer.echo("".join(_styled(span.text, span.style) for span in line), err=aside)

    return tell


def _styled(text: str, style: str) -> str:
    if not style:
        return text
    return typer.style(text, dim=True) if style == "dim" else typer.style(text, fg=style)
