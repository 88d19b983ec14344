"""Fetch the masks that a configuration names: from the base branch, as the configuration itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.flow.goldens import Goldens
from app.flow.parts import Parts
from bots.forge import Change
from diffing.words import Name, Refused, Suite

MOST_BYTES = 8 << 20
"""Of one mask. It goes with every golden that it is for."""


def fetch(parts: Parts, change: Change, suites: Sequence[Suite], goldens: Goldens) -> Mapping[Name, bytes]:
    """Give the masks' bytes; Refused where the base branch does not have one."""
    named = dict.fromkeys(each.mask for suite in suites for each in suite.ignore if each.mask)
    if not named:
        return {}
    tree = parts.forges[change.repo.host].tree(change.repo, change.base)
    missing = [name for name in named if name not in tree or not tree[name].mode.startswith("100")]
    if missing:
        raise Refused(
            f"`.golddigger.yml` names the mask `{missing[0]}`, and the base branch has no such file: "
            "commit it there, or take it out of `ignore`."
        )
    digests = goldens.digests(tree[name].id for name in named)
    goldens.make_ready(digests.values())
    return {name: _small(name, parts.blobs.get(digests[tree[name].id])) for name in named}


def _small(name: Name, content: bytes) -> bytes:
    if len(content) > MOST_BYTES:
        raise Refused(f"The mask `{name}` is over {MOST_BYTES >> 20} MiB: a PNG of two colours is far smaller.")
    return content
