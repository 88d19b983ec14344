"""Keep a picture of what differs for each golden that changed, under the golden's name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath

from app.compare import places
from app.compare.running import Evidence
from diffing.formats import EXTENSIONS
from diffing.words import Name


class Pictures:
    """A folder of pictures. What an earlier run left there of the same goldens goes away."""

    def __init__(self, folder: Path, names: Collection[Name]) -> None:
        self._folder, self._places = folder, spread(names)
        places.make(folder)
        for place in self._places.values():
            places.remove(folder / place)

    def keep(self, evidence: Evidence) -> None:
        """Write one picture, where there is one. Raises Refused."""
        if evidence.drawn is not None:
            places.write(self._folder / self._places[evidence.comparison.name], evidence.drawn)


def spread(names: Iterable[Name]) -> dict[Name, str]:
    """Say where each golden's picture goes: its own path, ending in `.png`, and no two at one place."""
    found: dict[Name, str] = {}
    taken: set[str] = set()
    for name in sorted(names, key=lambda name: (name != _short(name), name)):  # those that keep their names first
        place = _short(name)
        if place in taken:
            place = f"{name}.png"
        while place in taken:
            place = f"{place}.png"
        found[name] = place
        taken.add(place)
    return found


def _short(name: Name) -> str:
    """Change an image's ending, and no other."""
    path = PurePosixPath(name)
    promised = EXTENSIONS.get(path.suffix.lower())
    return str(path.with_suffix(".png")) if promised is not None and promised.is_image else f"{name}.png"
