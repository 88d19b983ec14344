"""Write approved files into git by the commits API, which knows no guard for a whole branch.

So the head is read before and the parent after, and each file is held to the commit that touched it last: a commit
that came to lie on somebody's push holds only files whose reviewed golden is still the one there. Shapes: "Commits
API" (doc/api/commits.md), errors: app/services/files/multi_service.rb."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from bots import owning
from bots.forge import Change, Committed, Conflict, Forbidden, Write
from bots.gitlab.client import Api, Client
from bots.gitlab.limits import Failed
from bots.parcels import parcels
from diffing import pointers
from diffing.words import Refused, Sha

Json = Any
MOST_BYTES = 18_000_000
"""In base64, a request: of those above 20 MB GitLab.com takes three in 30 seconds."""
_AT_ONCE = 8
_EXECUTABLE = "100755"
_STRANGE = bytes({*range(1, 32), 127} - set(b"\b\t\n\r\x0c\x1b"))
"""What git counts as no text."""
_MODES = {"100644", _EXECUTABLE}
_MOVED = (
    "has changed since",
    "already exists",
    "doesn't exist",
    "does not exist",
    "when you are on a branch",
    "reference update",
    "expected old object",
)
_RULES = ("not allowed to push", "protected", "not allowed to commit", "you are not allowed")


@dataclass(frozen=True, slots=True)
class Place:
    """A branch of one project, and the commit on which the next one is to stand."""

    api: Api
    branch: str
    head: Sha


def commit(client: Client, change: Change, files: Sequence[Write], message: str, expected: Sha) -> Committed:
    """Write files onto the change's branch, if its head is still the expected one."""
    place = Place(client.on(_project(client, change)), change.branch, expected)
    made = Committed(expected, message)
    for parcel, said in parcels(files, message, most=MOST_BYTES):
        made = _write(replace(place, head=made.sha), parcel, said)
    return made


def beside(
    client: Client, change: Change, files: Sequence[Write], message: str, branch: str, ours: Collection[Sha]
) -> Committed:
    """Write files on top of the change's head onto a branch of the base project, made for it, or moved where it
    stands at a commit of ours."""
    place = Place(client.on(change.repo.id), branch, change.head)
    begun = _begun(place, message, ours)
    made = Committed(change.head, message)
    for parcel, said in parcels(files, message, most=MOST_BYTES):
        place = replace(place, head=made.sha)
        made = _onto(place, _actions(place, parcel, guarded=False), said, begun)
        begun = {}
    return made


def _begun(place: Place, message: str, ours: Collection[Sha]) -> Mapping[str, Json]:
    """Say how the first commit comes onto a branch beside. Only by force does it take another place; then nothing
    guards what is pushed in the moment after this looked."""
    found = place.api.find("repository", "branches", place.branch)
    stands = Committed(Sha(found["commit"]["id"]), found["commit"]["message"]) if found else None
    owning.check(place.branch, stands, message, ours)
    if stands is None:
        return {"start_sha": place.head}
    return {} if stands.sha == place.head else {"start_sha": place.head, "force": True}


def _onto(place: Place, actions: Sequence[Json], message: str, begun: Mapping[str, Json]) -> Committed:
    made = _post(place, actions, message, begun)
    if made["parent_ids"] != [place.head]:
        raise Conflict(
            f"somebody pushed to the branch `{place.branch}` at the same moment. Nothing of it is lost."
        )
    return _committed(made, message)


def collaborates(client: Client, change: Change) -> bool:
    """Did the author of a fork's merge request allow whoever may merge it to push to its branch?"""
    if not change.fork or not change.head_repo:
        return False
    told = client.on(change.repo.id).find("merge_requests", change.number) or {}
    return told.get("allow_collaboration") is True


def _project(client: Client, change: Change) -> str:
    """Give the project whose branch it is."""
    if not change.fork:
        return change.repo.id
    if collaborates(client, change):
        return change.head_repo
    raise Forbidden(
        f"The branch lies in the fork {change.head_path or '(deleted)'}, whose author did not allow whoever may "
        "merge to push to it."
    )


def _write(place: Place, files: Sequence[Write], message: str) -> Committed:
    _check_head(place)
    made = _post(place, _actions(place, files, guarded=True), message, {})
    if made["parent_ids"] != [place.head]:
        # It holds no file that somebody else touched, and is found again by its trailers.
        raise Conflict("Somebody pushed to the branch at the same moment.")
    return _committed(made, message)


def _check_head(place: Place) -> None:
    try:
        branch = place.api.find("repository", "branches", place.branch)
    except Failed as failed:
        raise _meaning(failed) from failed
    if branch is None or branch["commit"]["id"] != place.head:
        raise Conflict("The branch moved since it was looked at.")
    if branch.get("can_push") is False:
        raise Forbidden(f"GitLab does not let the bot push to {place.branch}.")


def _post(place: Place, actions: Sequence[Json], message: str, more: Json) -> Json:
    body = {"branch": place.branch, "commit_message": message, "actions": list(actions), **more}
    try:
        return place.api.post("repository", "commits", body=body).data
    except Failed as failed:
        raise _meaning(failed) from failed


def _committed(made: Json, message: str) -> Committed:
    return Committed(Sha(made["id"]), message, made.get("web_url") or "")


def _meaning(failed: Failed) -> Refused:
    """Tell what is forbidden, and what moved, from what is wrong: GitLab has only words for it."""
    why = failed.message.lower()
    if any(words in why for words in _MOVED):
        return Conflict("The branch moved since it was looked at.")
    if failed.status in {403, 404} or any(words in why for words in _RULES):
        return Forbidden(f"GitLab does not let the bot push there: {failed.message or failed.status}")
    return failed


def _actions(place: Place, files: Sequence[Write], *, guarded: bool) -> list[Json]:
    """Word what is to happen to each file, with the commit that touched it last where it must be still that."""
    for file in files:
        _check_writable(file)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        last = pool.map(lambda file: _last_commit(place, file), files)
        return [action for file, sha in zip(files, last, strict=True) for action in _action(file, sha, guarded)]


def _check_writable(file: Write) -> None:
    if file.content is None:
        return
    if file.mode not in _MODES:
        raise Refused(f"`{file.name}` has the mode {file.mode} in git, which GitLab's API cannot write.")
    if _is_rewritten(file.content):
        raise Refused(
            f"`{file.name}` has Windows line ends, which GitLab rewrites when it commits, so that other bytes "
            "would stand there than were approved. Have the test write plain line ends, or commit it with git."
        )


def _is_rewritten(content: bytes) -> bool:
    """Would Gitaly take CR LF for a text's? It has git's `core.autocrlf=input` in force; what git holds for binary
    it leaves alone (`convert_is_binary` in git's convert.c)."""
    line_ends = content.count(b"\r\n")
    if not line_ends or content.count(b"\r") != line_ends or b"\0" in content:
        return False
    strange = sum(content.count(bytes([each])) for each in _STRANGE)
    plain = len(content) - strange - 2 * line_ends
    return plain // 128 >= strange


def _last_commit(place: Place, file: Write) -> str | None:
    """Give the commit that touched a file last below the head; None where there is no such file."""
    known = place.api.headers("repository", "files", file.name, params={"ref": place.head})
    return known.get("x-gitlab-last-commit-id", "") if known is not None else None


def _action(file: Write, last: str | None, guarded: bool) -> Iterator[Json]:
    named = {"file_path": str(file.name)}
    guard = {"last_commit_id": last} if guarded and last else {}
    if file.content is None:
        yield {"action": "delete", **named, **guard}
        return
    bytes_ = {"content": b64encode(file.content).decode(), "encoding": "base64"}
    if last is not None:
        yield {"action": "update", **named, **bytes_, **guard}
        return
    yield {"action": "create", **named, **bytes_}
    if pointers.read(file.content):
        # What is created where git LFS is in force, GitLab puts there itself, our pointer too. An update stays.
        yield {"action": "update", **named, **bytes_}
    if file.mode == _EXECUTABLE:
        yield {"action": "chmod", **named, "execute_filemode": True}
