"""Say by which rules each golden is compared: what was asked for, before what a configuration says."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.compare import reading
from diffing.globs import matches_any
from diffing.words import Box, Name, Refused, Region, Rules, Share, Suite, Tolerance


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asked for."""

    tolerance: Mapping[str, Any] = field(default_factory=dict)
    """Fields of a tolerance, of those alone that were asked for."""
    ignore: tuple[Region, ...] = ()


class Rulebook:
    """The rules of every golden.

    A suite's globs are paths in the repository, so they are tried on the golden's path from the configuration's
    folder, and on its name in what is compared."""

    def __init__(
        self, asked: Asked, *, suites: Sequence[Suite] = (), masks: Mapping[Name, bytes], below: str = ""
    ):
        self._asked, self._suites, self._masks, self._below = asked, suites, masks, below

    def suite(self, name: Name) -> Suite | None:
        """Give the suite that a golden belongs to; None where there is none."""
        return next((suite for suite in self._suites if any(self._within(name, suite.goldens))), None)

    def rules(self, name: Name) -> Rules:
        """Give the rules of a golden."""
        suite = self.suite(name)
        tolerance = replace(suite.tolerance if suite else Tolerance(), **self._asked.tolerance)
        told = [each for each in suite.ignore if any(self._within(name, (each.path,)))] if suite else []
        regions = [region for each in told for region in each.regions]
        masks = tuple(self._masks[each.mask] for each in told if each.mask)
        return Rules(tolerance=tolerance, ignore=(*self._asked.ignore, *regions), masks=masks)

    def _within(self, name: Name, globs: Sequence[str]) -> Iterator[bool]:
        yield matches_any(name, globs)
        if self._below:
            yield matches_any(f"{self._below}{name}", globs)


def write(asked: Asked, configuration: Path | None, goldens: Path) -> Rulebook:
    """Write the rulebook for goldens in a folder. Raises Refused where the configuration cannot be used."""
    if configuration is None:
        return Rulebook(asked, masks={})
    suites = _suites(configuration)
    root = configuration.resolve().parent
    named = {each.mask for suite in suites for each in suite.ignore if each.mask}
    masks = {mask: _mask(root, mask) for mask in sorted(named)}
    return Rulebook(asked, suites=suites, masks=masks, below=_below(root, goldens.resolve()))


def region(said: str) -> Region:
    """Read `left,top,width,height`, all in pixels or all in percent. Raises ValueError."""
    parts = [part.strip() for part in said.split(",")]
    if len(parts) != 4:
        raise ValueError("not four numbers")
    if all(part.endswith("%") for part in parts):
        left, top, width, height = (float(part[:-1]) / 100 for part in parts)
        if not (0 <= left <= 1 and 0 <= top <= 1 and 0 < width <= 1 and 0 < height <= 1):
            raise ValueError("not within the picture")
        return Share(left, top, width, height)
    box = Box(*(int(part) for part in parts))
    if min(box.left, box.top) < 0 or min(box.width, box.height) < 1:
        raise ValueError("not within the picture")
    return box


def _suites(configuration: Path) -> tuple[Suite, ...]:
    from diffing import config  # brings pydantic
    from diffing.mistakes import Misconfigured

    try:
        return config.read(configuration.read_bytes()).suites
    except OSError as error:
        raise Refused(f"{configuration} cannot be read: {error.strerror}.") from error
    except Misconfigured as wrong:
        raise Refused("\n".join(f"{configuration}: {each}" for each in wrong.mistakes)) from wrong


def _mask(root: Path, mask: Name) -> bytes:
    try:
        return reading.read(str(root / mask))
    except Refused as refused:
        raise Refused(f"The mask {mask} {refused}.") from refused


def _below(root: Path, goldens: Path) -> str:
    """Give the goldens' folder as seen from the configuration's, with a slash; empty where it lies elsewhere."""
    if not goldens.is_relative_to(root):
        return ""
    between = os.path.relpath(goldens, root)
    return "" if between == "." else f"{Path(between).as_posix()}/"
