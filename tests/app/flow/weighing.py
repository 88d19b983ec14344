"""Compare two runs of large files at once, and print how many MiB this process took, without its children."""

from __future__ import annotations

import resource
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random

from app.flow.jobs import Compare
from app.sandbox import Sandbox
from diffing.words import Outcome
from storage import database
from tests.app.flow.works import Works, handed_over, set_up

MANY, LARGE = 4, 40 << 20


def main(folder: Path) -> None:
    """Set two artifacts up, compare both, and print what that took."""
    engine = database.connect(f"sqlite:///{folder}/own.sqlite")
    database.migrate(engine)
    with Sandbox(workers=2) as sandbox:
        works = set_up(folder, engine, many=MANY, changed=0)
        works = replace(works, parts=replace(works.parts, differ=sandbox.differ))
        both = [handed_over(works, folder, artifact(folder / f"{number}.zip", number)) for number in (1, 2)]
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(compare, both))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
    engine.dispose()


def compare(works: Works) -> None:
    """Compare a run; each of its files is read and found to be no picture."""
    works.drain([Compare(works.run_id)])
    assert sum(each.outcome is Outcome.UNREADABLE for each in works.found) == MANY, works.run.why


def artifact(path: Path, seed: int) -> Path:
    """Pack large files that cannot be packed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        for number in range(MANY):
            packed.writestr(
                f"goldens/{number:05}.png", b"\x89PNG\r\n\x1a\n" + Random(seed * MANY + number).randbytes(LARGE)
            )
    return path


if __name__ == "__main__":
    main(Path(sys.argv[1]))
