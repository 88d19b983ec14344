"""Read and write a repository's git LFS store on disk: `lfs/objects/aa/bb/<oid>` in git's own folder."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from bots.local import repositories
from bots.local.git import Git
from diffing.words import Digest, Refused


def read(git: Git, oid: Digest) -> bytes:
    """Give a large file, its digest checked; Refused where it was never fetched, or is damaged."""
    path = _path(git, oid)
    if not path.is_file():
        raise Refused(f"A large file ({oid[:12]}…) is not in {git.path} yet. Run `git lfs fetch --all` there.")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != oid:
        raise Refused(f"The large file {oid[:12]}… in {git.path} is damaged. Run `git lfs fsck` there.")
    return content


def write(git: Git, oid: Digest, content: bytes) -> None:
    """Put a large file where git LFS looks for it; `git push` uploads it from there."""
    path = _path(git, oid)
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
        part.write(content)
    Path(part.name).replace(path)


def _path(git: Git, oid: Digest) -> Path:
    store = git.setting("lfs.storage") or "lfs"
    return repositories.shared_folder(git) / store / "objects" / oid[:2] / oid[2:4] / oid
