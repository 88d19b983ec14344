"""Say in whose lane a repository's runs wait: lanes take turns, so that none holds up another. Pure."""

from __future__ import annotations

from bots.forge import Repo


def lane(repo: Repo) -> str:
    """Name who shares a lane: an installation; on a forge with one bot for all, a top-level group or account."""
    return f"{repo.host}/{repo.tenant or repo.path.partition('/')[0]}"
