"""Turn approvals into what git is to hold: the files, checked once more, and the commit's message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from app.flow import settled
from app.flow.goldens import Goldens
from app.flow.parts import Parts
from bots.forge import Change, Write
from diffing import gitattributes, pointers
from diffing.digests import blob_id, digest
from diffing.guard import refusal
from diffing.pointers import Pointer
from diffing.words import Name, Opinion, Refused, Tree
from storage import decisions, runs
from storage.approvals import File, StoredApproval


def writes(parts: Parts, change_id: int, change: Change, claimed: Sequence[StoredApproval]) -> list[Write]:
    """Give the files of approvals that still hold, without those that stand at the head already.

    Raises Refused, naming file and reason, where one of them may not be committed."""
    tree = parts.forges[change.repo.host].tree(change.repo, change.head)
    files = _still_approved(parts, change_id, claimed)
    contents = {file.name: parts.blobs.get(file.candidate) if file.candidate else None for file in files}
    globs = _globs(parts, change, claimed)
    for file in files:
        why = refusal(file.name, contents[file.name], globs.get(file.suite, ()), tree)
        if why is not None:
            raise Refused(f"`{file.name}` may not be committed: {why}")
    in_git = _into_large(parts, change, contents, tree)
    return [
        Write(name=name, content=content, mode=tree[name].mode if name in tree else "100644")
        for name, content in in_git.items()
        if not _stands(name, content, tree)
    ]


def message(parts: Parts, change: Change, claimed: Sequence[StoredApproval], files: Sequence[Write]) -> str:
    """Word the commit: what it holds, who approved it, and trailers that tools can read."""
    words = parts.forges[change.repo.host].words()
    people = _once(each.who for each in claimed)
    goldens = "1 golden" if len(files) == 1 else f"{len(files)} goldens"
    trailers = [
        *(f"Golddigger-Run: {run}" for run in _once(each.run_id for each in claimed)),
        *(f"Golddigger-Approval: {each.id}" for each in claimed),
        *(f"Approved-by: {who}" for who in people),
        *(f"Co-authored-by: {each}" for each in _once(each.author for each in claimed if each.author)),
    ]
    return "\n".join(
        [
            f"Update {goldens} as approved by {', '.join(people)}",
            "",
            f"What CI drew at {change.head[:12]} was reviewed in {words.change} {words.sign}{change.number}",
            "and is committed byte for byte.",
            "",
            *trailers,
        ]
    )


def branch_beside(change: Change) -> str:
    """Name the branch of the base repository that takes what may not be pushed to the change's own."""
    return f"golddigger/pr-{change.number}"


def _still_approved(parts: Parts, change_id: int, claimed: Iterable[StoredApproval]) -> list[File]:
    with parts.db.begin() as db:
        said = decisions.of_change(db, change_id)
    last = {(each.name, each.candidate): each.opinion for each in said}
    asked = {file.name: file for approval in claimed for file in approval.files}
    return [file for file in asked.values() if last.get((file.name, file.candidate)) is Opinion.APPROVED]


def _globs(parts: Parts, change: Change, claimed: Sequence[StoredApproval]) -> Mapping[str, Sequence[str]]:
    """Ask the base branch again: what it allows now counts, not what it allowed at the comparing.

    Where it says nothing, the suites were recognised by their signatures, and the run knows their bounds."""
    rules = settled.rules(parts, change)
    if rules and rules.suites:
        return {suite.name: suite.goldens for suite in rules.suites}
    with parts.db.begin() as db:
        compared = [runs.get(db, run) for run in {each.run_id for each in claimed}]
    return {suite: globs for run in compared for suite, globs in run.globs.items()}


def _into_large(
    parts: Parts, change: Change, contents: dict[Name, bytes | None], tree: Tree
) -> dict[Name, bytes | None]:
    """Put what `.gitattributes` sends to git LFS there, and commit its pointer instead."""
    goldens = Goldens(parts, change.repo)
    sources = [name for name in gitattributes.files(tree) if name in tree]
    digests = goldens.digests(tree[name].id for name in sources)
    texts = {name: parts.blobs.get(digests[tree[name].id]).decode(errors="replace") for name in sources}
    large = {
        name: content
        for name, content in contents.items()
        if content is not None and gitattributes.large(name, texts)
    }
    if not large:
        return contents
    stored = {name: Pointer(digest(content), len(content)) for name, content in large.items()}
    parts.forges[change.repo.host].upload_large(
        change, {stored[name].oid: content for name, content in large.items()}
    )
    return {
        name: pointers.write(stored[name]) if name in stored else content for name, content in contents.items()
    }


def _stands(name: Name, content: bytes | None, tree: Tree) -> bool:
    """Does the head hold this already?"""
    if content is None:
        return name not in tree
    return name in tree and tree[name].id == blob_id(content)


def _once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
