"""Make the sample: a git repository whose branch `redesign` broke its goldens, and what CI kept of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.demo import artifacts, pictures
from bots.forge import Write
from bots.local import commits
from bots.local.git import Git
from diffing.words import Name, Sha

BRANCH = "redesign"
USER = "Robin Reviewer"
_AUTHOR = ("Ines Author", "ines@example.org")
_README = b"# Fjord\n\nFurniture, light and plants. The shop's app, its website and the orders service.\n"
_STYLE = "apps/shop/lib/theme.dart"


@dataclass(frozen=True, slots=True)
class Sample:
    """Where the sample lies."""

    git: Git
    head: Sha
    """The tip of the branch `redesign`."""
    artifacts: Mapping[str, Path]
    """By name; folders and a zip."""


def make(folder: Path) -> Sample:
    """Make the sample in an empty folder. The same bytes, and so the same commits, every time."""
    git = Git(_started(folder / "fjord"))
    goldens = {**pictures.shop(), **pictures.website(), **pictures.orders()}
    before = {name: drawn.golden for name, drawn in goldens.items() if drawn.golden}
    sources = {"README.md": _README, ".golddigger.yml": pictures.CONFIG, _STYLE: _theme("0xFF4F46E5", "Checkout")}
    main = _commit(git, None, before | sources, "Sell furniture, light and plants", day=4)
    head = _commit(git, main, {_STYLE: _theme("0xFF0F766E", "Pay now")}, "Redesign the shop", day=11)
    git.run("update-ref", "refs/heads/main", main)
    git.run("update-ref", f"refs/heads/{BRANCH}", head)
    git.run("reset", "--quiet", "--hard", "main")
    return Sample(git, head, artifacts.write(folder / "artifacts"))


def _started(folder: Path) -> Path:
    folder.mkdir(parents=True)
    git = Git(folder)
    git.run("init", "--quiet", "--initial-branch=main", "--template=")
    git.run("config", "user.name", USER)
    git.run("config", "user.email", "robin@example.org")
    return folder


def _commit(git: Git, parent: Sha | None, files: Mapping[str, bytes], message: str, *, day: int) -> Sha:
    name, mail = _AUTHOR
    when = {"NAME": name, "EMAIL": mail, "DATE": f"2026-05-{day:02} 09:24:00 +0200"}
    signed = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in when.items()}
    writes = [Write(name=Name(path), content=content) for path, content in files.items()]
    return commits.commit(git, parent, writes, message, signed=signed)


def _theme(accent: str, call: str) -> bytes:
    return f"const accent = Color({accent});\nconst call = '{call}';\n".encode()
