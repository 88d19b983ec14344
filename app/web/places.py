"""Write the addresses of the pages about many runs. Pure."""

from __future__ import annotations

from urllib.parse import quote


def repository(host: str, path: str) -> str:
    """Give the address of a repository's page."""
    return f"/r/{quote(host, safe='')}/{quote(path)}"


def golden(repo_id: int, name: str) -> str:
    """Give the address of a golden's history."""
    return f"/goldens/{repo_id}/{quote(name)}"
