"""Tell whether a branch beside a change is ours to move. Pure."""

from __future__ import annotations

from collections.abc import Collection

from bots.forge import Committed, Forbidden
from diffing.words import Sha

_TRAILER = "Golddigger-Approval: "


def check(branch: str, stands: Committed | None, message: str, ours: Collection[Sha]) -> None:
    """Raise Forbidden, saying what to do, unless a branch is not there yet, or stands at a commit of ours.

    `message`: of the commit that is to be made. One with all its trailers is the same, made before and not
    recorded because we ended just then; whoever rewrites one that was recorded has other approvals' trailers."""
    if stands is None or stands.sha in ours:
        return
    wanted = _trailers(message)
    if not wanted or not wanted <= _trailers(stands.message):
        raise Forbidden(
            f"the branch `{branch}`, which takes what may not be pushed elsewhere, holds commits that are not "
            "Golddigger's, and they are left alone. Rename or delete that branch, then approve again."
        )


def _trailers(message: str) -> set[str]:
    return {line for line in message.splitlines() if line.startswith(_TRAILER)}
