"""Turn approvals into what git is to hold: the files, checked once more, and the commit's message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from app.flow import settled
from app.flow.parts import Parts
from bots.forge import Change, Write
from diffing import gitattributes, pointers
from diffing.digests import blob_id, digest
from diffing.guard import Ground
from diffing.pointers import Pointer
from diffing.words import Digest, Name, Opinion, Refused, Tree
from storage import decisions, runs
from storage.approvals import File, StoredApproval


def writes(parts: Parts, change_id: int, change: Change, claimed: Sequence[StoredApproval]) -> list[Write]:
    """Give the files of approvals that still hold, without those that stand at the head already.

    Raises Refused, naming file and reason, where one of them may not be committed."""
    tree = parts.forges[change.repo.host].tree(change.repo, change.head)
    bounds = _bounds(parts, change, claimed)
    ground = Ground(tree)
    contents: dict[Name, bytes | None] = {}
    for approval, file in _still_approved(parts, change_id, claimed):
        content = parts.blobs.get(file.candidate) if file.candidate else None
        why = ground.refusal(file.name, content, bounds[approval.run_id].get(file.suite, ()))
        if why is None and contents.get(file.name, content) != content:
            why = "two CI runs drew it differently; reject one of them"
        if why is not None:
            raise Refused(f"`{file.name}` may not be committed: {why}")
        contents[file.name] = content
    return [
        Write(name=name, content=content, mode=tree[name].mode if name in tree else "100644")
        for name, content in _into_large(parts, change, contents, tree).items()
        if not _stands(name, content, tree)
    ]


def message(
    parts: Parts, change_id: int, change: Change, claimed: Sequence[StoredApproval], files: Sequence[Write]
) -> str:
    """Word the commit: what it holds, who approved it, and trailers that tools can read."""
    words = parts.forges[change.repo.host].words()
    people = _approvers(parts, change_id, claimed)
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


def _still_approved(
    parts: Parts, change_id: int, claimed: Iterable[StoredApproval]
) -> list[tuple[StoredApproval, File]]:
    last = _last(parts, change_id)
    asked = [(approval, file) for approval in claimed for file in approval.files]
    return [each for each in asked if (each[1].name, each[1].candidate) in last]


def _approvers(parts: Parts, change_id: int, claimed: Iterable[StoredApproval]) -> list[str]:
    """Name who approved the files: not always the one who asked for the commit."""
    last = _last(parts, change_id)
    return _once(last[file.name, file.candidate] for _, file in _still_approved(parts, change_id, claimed))


def _last(parts: Parts, change_id: int) -> dict[tuple[Name, Digest | None], str]:
    """Give what stands approved, and by whom."""
    with parts.reading() as db:
        said = decisions.of_change(db, change_id)
    last = {(each.name, each.candidate): each for each in said}
    return {key: each.who for key, each in last.items() if each.opinion is Opinion.APPROVED}


def _bounds(
    parts: Parts, change: Change, claimed: Sequence[StoredApproval]
) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Give by run and suite what may be written. What the base branch allows now counts, not what it allowed then.

    Where it says nothing, the suites were recognised by their signatures, and each run knows their bounds."""
    rules = settled.rules(parts, change)
    if rules and rules.suites:
        allowed = {suite.name: suite.goldens for suite in rules.suites}
        return {each.run_id: allowed for each in claimed}
    with parts.reading() as db:
        return {each.run_id: runs.get(db, each.run_id).globs for each in claimed}


def _into_large(
    parts: Parts, change: Change, contents: dict[Name, bytes | None], tree: Tree
) -> dict[Name, bytes | None]:
    """Put what `.gitattributes` sends to git LFS there, and commit its pointer instead."""
    texts = _attributes(parts, change, contents, tree)
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


def _attributes(parts: Parts, change: Change, names: Iterable[Name], tree: Tree) -> dict[Name, str]:
    """Fetch the `.gitattributes` that may speak of these files: as they lie in git, whatever they look like."""
    folders = {folder for name in names for folder in PurePosixPath(name).parents}
    sources = {name: tree[name].id for name in gitattributes.files(tree) if PurePosixPath(name).parent in folders}
    found = dict(parts.forges[change.repo.host].blobs(change.repo, set(sources.values())))
    for name, id_ in sources.items():
        if len(found[id_]) > gitattributes.MOST_BYTES:
            raise Refused(f"`{name}` is larger than {gitattributes.MOST_BYTES >> 10} KiB, and was not read.")
    return {name: found[id_].decode(errors="replace") for name, id_ in sources.items()}


def _stands(name: Name, content: bytes | None, tree: Tree) -> bool:
    """Does the head hold this already?"""
    if content is None:
        return name not in tree
    return name in tree and tree[name].id == blob_id(content)


def _once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
