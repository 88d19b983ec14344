"""Keep one bare git repository, through git's own plumbing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

ZERO = "0" * 40
_CLEAN = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote a commit."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class File:
    """A file to commit with a mode of its own: ``120000`` a symlink (content: its target), ``160000`` a submodule
    (content: the commit's id), ``100755`` a program."""

    content: bytes
    mode: str = "100644"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a recursive tree."""

    mode: str
    kind: str
    id: str
    size: int | None
    path: str


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as git tells it. `trailers`: name to values, in order."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    at: str
    message: str
    trailers: Mapping[str, tuple[str, ...]]


class Rejected(Exception):
    """git would not do it; the text is git's."""


class Git:
    """One bare repository. `share`: a repository of the same fork network, whose objects are the same."""

    def __init__(self, folder: Path, share: Git | None = None) -> None:
        self.folder = folder
        for name in ("refs/heads", "refs/pull", "refs/tags"):
            (folder / name).mkdir(parents=True)
        (folder / "HEAD").write_text("ref: refs/heads/main\n")
        (folder / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n[gc]\n\tauto = 0\n")
        if share:
            (folder / "objects").symlink_to(share.folder / "objects")
        else:
            (folder / "objects").mkdir()

    def run(self, *arguments: str, given: bytes = b"", environment: Mapping[str, str] | None = None) -> bytes:
        """Run git here and give what it printed; raise Rejected with its complaint."""
        done = subprocess.run(
            ["git", f"--git-dir={self.folder}", *arguments],
            input=given,
            capture_output=True,
            env={**_CLEAN, **(environment or {})},
            check=False,
        )
        if done.returncode:
            raise Rejected(done.stderr.decode(errors="replace").strip())
        return done.stdout

    def line(self, *arguments: str, given: bytes = b"", environment: Mapping[str, str] | None = None) -> str:
        """Run git and give the one line it printed."""
        return self.run(*arguments, given=given, environment=environment).decode().strip()

    # ------------------------------------------------------------------------------------- reading

    def ref(self, name: str) -> str | None:
        """Give the commit that a ref (``refs/heads/main``) points to; None where there is none."""
        loose = self.folder / name  # asked all the time: its file is read without a process, where it has one
        if name.startswith("refs/") and loose.is_file():
            return loose.read_text().strip()
        try:
            return self.line("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        except Rejected:
            return None

    def commit_id(self, word: str) -> str | None:
        """Give the commit that a branch's name, a ref or an id means."""
        for name in (f"refs/heads/{word}", word):
            found = self.ref(f"{name}^{{commit}}")
            if found:
                return found
        return None

    def kind(self, sha: str) -> str | None:
        """Give what an object is: blob, tree, commit; None where there is none of that id."""
        try:
            return self.line("cat-file", "-t", sha)
        except Rejected:
            return None

    def blob(self, sha: str) -> bytes:
        """Give a blob's bytes."""
        return self.run("cat-file", "blob", sha)

    def tree(self, sha: str, *, recursive: bool = True) -> list[Entry]:
        """Give the entries of a commit or tree, folders among them."""
        deep = ("-r", "-t") if recursive else ()
        lines = self.run("ls-tree", *deep, "-l", "-z", sha).decode("utf-8", "surrogateescape").split("\0")
        return [_entry(line) for line in lines if line]

    def entry(self, commit: str, path: str) -> Entry | None:
        """Give what stands at a path in a commit."""
        printed = self.run("--literal-pathspecs", "ls-tree", "-l", "-z", commit, "--", path.rstrip("/"))
        return _entry(printed.decode().split("\0")[0]) if printed else None

    def file(self, commit: str, path: str) -> bytes | None:
        """Give the bytes of a file in a commit (a branch's name will do); None where there is none."""
        found = self.entry(commit, path)
        return self.blob(found.id) if found and found.kind == "blob" else None

    def log(self, start: str, most: int = 100) -> list[Commit]:
        """Give a branch's commits, newest first."""
        form = "%x1e%H%x1f%T%x1f%P%x1f%an%x1f%ae%x1f%cn%x1f%ce%x1f%cI%x1f%B%x1f%(trailers:only,unfold)"
        printed = self.run("log", f"--max-count={most}", f"--format={form}", start, "--").decode()
        return [_commit(record) for record in printed.split("\x1e")[1:]]

    def commit(self, sha: str) -> Commit:
        """Give one commit."""
        return self.log(sha, 1)[0]

    def contains(self, older: str, newer: str) -> bool:
        """Is `older` an ancestor of `newer`, or the same?"""
        try:
            self.run("merge-base", "--is-ancestor", older, newer)
        except Rejected:
            return False
        return True

    # ------------------------------------------------------------------------------------- writing

    def move(self, ref: str, new: str, old: str | None = None) -> None:
        """Point a ref at a commit; with `old`, only from there."""
        self.run("update-ref", ref, new, *([] if old is None else [old]))

    def remove(self, ref: str) -> None:
        """Delete a ref."""
        self.run("update-ref", "-d", ref)

    def write(
        self,
        branch: str,
        files: Mapping[str, bytes | File | None],
        *,
        message: str,
        author: Person,
        committer: Person | None = None,
        at: datetime,
        parent: str | None = None,
    ) -> str:
        """Commit files (None deletes) onto a branch, on top of `parent`, and give the commit's id."""
        lines = [
            f"commit refs/heads/{branch}\nmark :1\n".encode(),
            _signed("author", author, at),
            _signed("committer", committer or author, at),
            _data(message.encode()),
            f"from {parent}\n".encode() if parent else b"",
            *(_change(path, _file(content)) for path, content in files.items()),
            b"\nget-mark :1\ndone\n",
        ]
        return self.line("fast-import", "--quiet", "--force", "--done", given=b"".join(lines))

    def write_blob(self, content: bytes) -> str:
        """Keep a blob."""
        return self.line("hash-object", "-w", "--stdin", given=content)

    def write_tree(self, base: str | None, entries: Sequence[tuple[str, str, str | None]]) -> str:
        """Keep a tree: (mode, path, blob id or None to delete) on top of a base tree."""
        index = {"GIT_INDEX_FILE": str(self.folder / f"index.{os.urandom(4).hex()}")}
        try:
            if base:
                self.run("read-tree", base, environment=index)
            lines = (f"{mode if sha else '0'} {sha or ZERO}\t{path}\0" for mode, path, sha in entries)
            self.run("update-index", "-z", "--index-info", given="".join(lines).encode(), environment=index)
            return self.line("write-tree", environment=index)
        finally:
            Path(index["GIT_INDEX_FILE"]).unlink(missing_ok=True)

    def write_commit(
        self, tree: str, parents: Sequence[str], message: str, author: Person, committer: Person, at: datetime
    ) -> str:
        """Keep a commit that no ref points to."""
        when = f"{int(at.timestamp())} +0000"
        environment = {
            "GIT_AUTHOR_NAME": author.name,
            "GIT_AUTHOR_EMAIL": author.email,
            "GIT_AUTHOR_DATE": when,
            "GIT_COMMITTER_NAME": committer.name,
            "GIT_COMMITTER_EMAIL": committer.email,
            "GIT_COMMITTER_DATE": when,
        }
        flags = [flag for parent in parents for flag in ("-p", parent)]
        return self.line("commit-tree", tree, *flags, given=message.encode(), environment=environment)


def _entry(line: str) -> Entry:
    head, path = line.split("\t", 1)
    mode, kind, sha, size = head.split()
    return Entry(mode, kind, sha, None if size == "-" else int(size), path)


def _commit(record: str) -> Commit:
    sha, tree, parents, name, email, committer, committer_email, at, message, trailers = record.split("\x1f")
    found: dict[str, tuple[str, ...]] = {}
    for line in trailers.strip().splitlines():
        key, _, value = line.partition(": ")
        found[key] = (*found.get(key, ()), value)
    return Commit(
        sha,
        tree,
        tuple(parents.split()),
        Person(name, email),
        Person(committer, committer_email),
        at.replace("+00:00", "Z"),
        message.rstrip("\n"),
        found,
    )


def _file(content: bytes | File | None) -> File | None:
    return File(content) if isinstance(content, bytes) else content


def _change(path: str, file: File | None) -> bytes:
    quoted = b'"' + path.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
    if file is None:
        return b"D " + quoted + b"\n"
    if file.mode == "160000":
        return b"M 160000 " + file.content + b" " + quoted + b"\n"
    return f"M {file.mode} inline ".encode() + quoted + b"\n" + _data(file.content)


def _data(content: bytes) -> bytes:
    return b"data %d\n" % len(content) + content + b"\n"


def _signed(role: str, person: Person, at: datetime) -> bytes:
    return f"{role} {person.name} <{person.email}> {int(at.timestamp())} +0000\n".encode()
