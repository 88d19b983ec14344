"""Run git's plumbing on one repository: no shell, no hooks, nothing that looks at a working tree or its index."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

from diffing.words import BlobId, Name, Refused, Sha, TreeEntry, Unavailable

_SECONDS = 120
_KEPT = {"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"}
# Whoever runs us from a hook or an alias has GIT_DIR and GIT_INDEX_FILE set, to something else than we mean.
_SET = {
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_OPTIONS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.splitIndex=false",
    "core.quotePath=false",
    "gc.auto=0",
    "i18n.commitEncoding=UTF-8",
    "i18n.logOutputEncoding=UTF-8",
    "log.showSignature=false",
)
_COMMAND = ("git", *(word for option in _OPTIONS for word in ("-c", option)))


class GitError(Exception):
    """git ended with an error; the text is what it said."""


class Git:
    """One repository, by any path inside it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def run(self, *words: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> bytes:
        """Give what a git command printed; raise GitError with what it complained of."""
        try:
            done = subprocess.run(
                (*_COMMAND, "-C", str(self.path), *words),
                input=stdin,
                capture_output=True,
                env=_environment(environment or {}),
                timeout=_SECONDS,
                check=False,
            )
        except FileNotFoundError as error:
            raise Refused("git is not installed, or not in the PATH.") from error
        except subprocess.TimeoutExpired as error:
            raise Unavailable(f"git {words[0]} took over {_SECONDS} seconds in {self.path}") from error
        if done.returncode:
            raise GitError(done.stderr.decode(errors="replace").strip() or f"git {words[0]} failed")
        return done.stdout

    def line(self, *words: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> str:
        """Give the one line a git command printed."""
        return self.run(*words, stdin=stdin, environment=environment).decode(errors="replace").rstrip("\n")

    def commit_at(self, ref: str) -> Sha | None:
        """Give the commit a full ref name stands at; None where there is no such ref."""
        try:
            return Sha(self.line("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"))
        except GitError:
            return None

    def setting(self, key: str) -> str:
        """Give a value of git's configuration; empty where it is not set."""
        try:
            return self.line("config", "--get", key)
        except GitError:
            return ""

    def tree(self, commit: Sha) -> dict[Name, TreeEntry]:
        """Give every file of a commit. A path that is no UTF-8 is left out: no golden can be named so."""
        listed = self.run("ls-tree", "-r", "-z", "--full-tree", commit)
        return dict(_entries(listed))

    def file_at(self, commit: Sha, name: str) -> bytes | None:
        """Give one file of a commit; None where it has none of that name."""
        try:
            return self.run("cat-file", "blob", f"{commit}:{name}")
        except GitError:
            return None

    def blobs(self, ids: Iterable[BlobId]) -> Iterator[tuple[BlobId, bytes]]:
        """Give many blobs from one git process, each as it is asked for."""
        with subprocess.Popen(
            (*_COMMAND, "-C", str(self.path), "cat-file", "--batch"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment({}),
        ) as process:
            if process.stdin and process.stdout:
                for blob in ids:
                    yield blob, _ask(process.stdin, process.stdout, blob)
                process.stdin.close()

    def keep(self, content: bytes) -> BlobId:
        """Put bytes into the object store as they are, whatever `.gitattributes` says of line ends."""
        return BlobId(self.line("hash-object", "-w", "--no-filters", "--stdin", stdin=content))


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    ours = {key: value for key, value in os.environ.items() if key in _KEPT or not key.startswith("GIT_")}
    return ours | _SET | dict(more)


def _entries(listed: bytes) -> Iterator[tuple[Name, TreeEntry]]:
    for record in listed.split(b"\0")[:-1]:
        about, _, path = record.partition(b"\t")
        mode, _, blob = about.decode().split(" ")
        try:
            yield Name(path.decode()), TreeEntry(mode, BlobId(blob))
        except UnicodeDecodeError:
            continue


def _ask(question: IO[bytes], answer: IO[bytes], blob: BlobId) -> bytes:
    question.write(f"{blob}\n".encode())
    question.flush()
    match answer.readline().split():
        case [_, b"blob", size]:
            content = answer.read(int(size))
            answer.read(1)
            return content
        case [] | [_]:
            raise Unavailable(f"git stopped answering while blob {blob} was read.")
        case _:
            raise Refused(f"The repository has no blob {blob}.")
