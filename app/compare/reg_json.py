"""Write what came of comparing as reg-cli 0.18 writes its `reg.json`, for tools that read that.

https://github.com/reg-viz/reg-cli: the items are paths below the three folders, which are given as seen from the
file. It speaks of images only."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.compare.pictures import spread
from diffing.formats import EXTENSIONS
from diffing.words import Comparison, Name, Outcome


@dataclass(frozen=True, slots=True)
class Folders:
    """Where what is compared lies."""

    expected: Path
    actual: Path
    drawn: Path | None
    """The pictures of what differs; None where none were asked for."""


def text(found: Sequence[Comparison], file: Path, folders: Folders) -> str:
    """Give the text of a file that is to be written there."""
    images = [each for each in found if _is_image(each.name)]
    at = spread(each.name for each in found)
    failed = _names(images, Outcome.CHANGED, Outcome.UNREADABLE)
    new, deleted = _names(images, Outcome.ADDED), _names(images, Outcome.REMOVED)
    drawn = folders.drawn
    named = {"actualDir": folders.actual, "expectedDir": folders.expected, "diffDir": drawn or file.parent}
    said = {
        "failedItems": failed,
        "newItems": new,
        "deletedItems": deleted,
        "passedItems": _names(images, Outcome.SAME),
        "expectedItems": [each.name for each in images if each.outcome is not Outcome.ADDED],
        "actualItems": [each.name for each in images if each.outcome is not Outcome.REMOVED],
        "diffItems": [at[name] for name in _names(images, Outcome.CHANGED)] if drawn else [],
        **{key: _seen_from(file.parent, folder) for key, folder in named.items()},
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _names(found: Sequence[Comparison], *outcomes: Outcome) -> list[Name]:
    return [each.name for each in found if each.outcome in outcomes]


def _is_image(name: Name) -> bool:
    promised = EXTENSIONS.get(PurePosixPath(name).suffix.lower())
    return promised is not None and promised.is_image


def _seen_from(here: Path, folder: Path) -> str:
    return f"./{Path(os.path.relpath(folder, here)).as_posix()}"
