"""Write the paths of GitHub's API from ids and names. Nothing that came in an answer is ever an address."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlsplit

from bots.forge import Repo
from diffing.words import Refused

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def repo_path(repo: Repo) -> str:
    """Give `/repos/owner/name`."""
    owner, name = owner_and_name(repo)
    return f"/repos/{owner}/{name}"


def owner_and_name(repo: Repo) -> tuple[str, str]:
    """Split a repository's path; Refused where it is none of GitHub's."""
    owner, _, name = repo.path.partition("/")
    if not all(_NAME.fullmatch(part) and set(part) != {"."} for part in (owner, name)):
        raise Refused(f"{repo.path!r} is no repository of GitHub's.")
    return owner, name


def below(root: str, *segments: str) -> str:
    """Add segments to a path, each of them escaped; Refused for one that would lead elsewhere."""
    for segment in segments:
        if segment in {"", ".", ".."} or "/" in segment:
            raise Refused(f"{segment[:100]!r} is no name of GitHub's.")
    return "/".join([root, *(quote(segment, safe="") for segment in segments)])


def query(url: str) -> dict[str, str]:
    """Take the parameters, and only these, from the address of a next page."""
    return dict(parse_qsl(urlsplit(url).query))
