"""Read reg-cli's `reg.json`: which folders it compared, and what came of each file in them."""

from __future__ import annotations

from dataclasses import dataclass

from diffing.presets import reports
from diffing.presets.places import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What of a report is of use. Folders are told from the report's own, as far as the artifact kept that."""

    drawn: Parts
    goldens: Parts
    changed: tuple[str, ...]
    """Files that differ or are new."""
    same: tuple[str, ...]


def read(content: bytes, above: Parts) -> Report | None:
    """Read the report in a folder; None where it is JSON, but not reg-cli's. Refused where it cannot be read."""
    said = reports.load(content)
    drawn, goldens = reports.text(said, "actualDir"), reports.text(said, "expectedDir")
    if not drawn or not goldens:
        return None
    return Report(
        drawn=_resolved(above, drawn),
        goldens=_resolved(above, goldens),
        changed=(*reports.texts(said, "failedItems"), *reports.texts(said, "newItems")),
        same=tuple(reports.texts(said, "passedItems")),
    )


def _resolved(above: Parts, path: str) -> Parts:
    """Follow a path from a folder; what leads above the artifact's root is cut off."""
    steps = list(above)
    for step in path.replace("\\", "/").split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in {"", "."}:
            steps.append(step)
    return tuple(steps)
