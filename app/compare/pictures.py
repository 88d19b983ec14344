"""Keep a picture of what differs for each golden that changed, under the golden's name."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path, PurePosixPath

from app.compare import places
from app.compare.running import Evidence
from diffing.formats import EXTENSIONS
from diffing.words import Name


class Pictures:
    """A folder of pictures. What an earlier run left there of the same goldens goes away."""

    def __init__(self, folder: Path, names: Collection[Name]) -> None:
        self._folder, self._names = folder, frozenset(names)
        places.make(folder)
        for name in self._names:
            places.remove(folder / place(name, self._names))

    def keep(self, evidence: Evidence) -> None:
        """Write one picture, where there is one. Raises Refused."""
        if evidence.drawn is not None:
            places.write(self._folder / place(evidence.comparison.name, self._names), evidence.drawn)


def place(name: Name, names: Collection[Name]) -> str:
    """Say where a golden's picture goes: its own path, ending in `.png`, and no two at one place."""
    path = PurePosixPath(name)
    promised = EXTENSIONS.get(path.suffix.lower())
    short = str(path.with_suffix(".png")) if promised is not None and promised.is_image else f"{name}.png"
    return short if short == name or short not in names else f"{name}.png"
