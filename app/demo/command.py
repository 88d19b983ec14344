"""Be `golddigger demo`: the sample, reviewed by the real path; with a person, or without one to check it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from app import review
from app.demo import rehearsal, sample
from app.review import Say


def demo(*, say: Say, check: bool = False, port: int | None = None, data: Path | None = None) -> None:
    """Show the sample's run until Ctrl-C; with `check` play the person too, and raise Refused where it goes wrong.

    Everything lies in a temporary folder that is removed at the end, or stays in `data` where that is given."""
    with suppress(KeyboardInterrupt), _folder(data) as folder:
        made = sample.make(folder)
        say(f"Drew a sample repository whose branch {sample.BRANCH} broke its goldens: {made.git.path}")
        with review.opened(made.git, sample.BRANCH, data=folder / "data", port=port, say=say) as at:
            at.hand_over(made.artifacts)
            if check:
                rehearsal.rehearse(at, made, say)
                return
            review.show(at, say)


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with TemporaryDirectory(prefix="golddigger-demo-") as folder:
        yield Path(folder)
