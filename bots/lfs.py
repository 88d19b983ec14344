"""Speak git LFS's batch API (git-lfs/docs/api/batch.md, the basic transfer) over HTTP."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from diffing.pointers import Pointer
from diffing.words import Digest, Refused, Unavailable

Json = Any
T = TypeVar("T")
_JSON = "application/vnd.git-lfs+json"
_AT_ONCE = 4
_A_BATCH = 50
_MOST_ANSWER = 4 << 20
_SERVER_FAILS = 500
_TOO_MANY = 429


class Send(Protocol):
    """Sends one request to an address that may be another's choice: `bots.gate.Gate.send`."""

    def __call__(
        self, method: str, url: str, *, most: int, headers: Mapping[str, str], body: bytes | None = None
    ) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A repository's LFS store: where it answers, and what proves that we may ask."""

    url: str
    """Ends in `/info/lfs`."""
    authorization: str = field(repr=False)
    send: Send = field(repr=False)
    most: int = 64 << 20
    """Larger files are not fetched."""


@dataclass(frozen=True, slots=True)
class Action:
    """What the store asks to be sent, and where to."""

    href: str
    header: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Transfer:
    """One file, and what is to be done with it; no action where there is nothing to do."""

    pointer: Pointer
    actions: Mapping[str, Action]


def download(store: Store, pointers: Iterable[Pointer]) -> Iterator[tuple[Digest, bytes]]:
    """Fetch files, their digests checked."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for asked in _batches(pointers, _A_BATCH):
            for pointer in asked:
                if pointer.size > store.most:
                    raise Refused(f"A large file ({pointer.oid[:12]}…) is over {store.most >> 20} MiB.")
            for few in _batches(_ask(store, "download", asked), _AT_ONCE):
                yield from pool.map(lambda transfer: _fetch(store, transfer), few)


def upload(store: Store, files: Mapping[Digest, bytes]) -> None:
    """Put files into the store; those it has are not sent."""
    wanted = (Pointer(oid, len(content)) for oid, content in files.items())
    for asked in _batches(wanted, _A_BATCH):
        for transfer in _ask(store, "upload", asked):
            _put(store, transfer, files[transfer.pointer.oid])


def _fetch(store: Store, transfer: Transfer) -> tuple[Digest, bytes]:
    oid, action = transfer.pointer.oid, transfer.actions.get("download")
    if action is None:
        raise Refused(f"The LFS store does not have the large file {oid[:12]}….")
    content = b"".join(store.send("GET", action.href, most=transfer.pointer.size, headers=_proven(store, action)))
    if hashlib.sha256(content).hexdigest() != oid:
        raise Refused(f"The large file {oid[:12]}… came damaged from the LFS store.")
    return oid, content


def _put(store: Store, transfer: Transfer, content: bytes) -> None:
    action, verify = transfer.actions.get("upload"), transfer.actions.get("verify")
    if action:
        headers = {"Content-Type": "application/octet-stream", **_proven(store, action)}
        _drain(store.send("PUT", action.href, most=_MOST_ANSWER, headers=headers, body=content))
    if action and verify:
        said = json.dumps({"oid": transfer.pointer.oid, "size": transfer.pointer.size}).encode()
        headers = {"Accept": _JSON, "Content-Type": _JSON, **_proven(store, verify)}
        _drain(store.send("POST", verify.href, most=_MOST_ANSWER, headers=headers, body=said))


def _ask(store: Store, operation: str, pointers: Sequence[Pointer]) -> list[Transfer]:
    asked = {
        "operation": operation,
        "transfers": ["basic"],
        "hash_algo": "sha256",
        "objects": [{"oid": pointer.oid, "size": pointer.size} for pointer in pointers],
    }
    headers = {"Accept": _JSON, "Content-Type": _JSON, "Authorization": store.authorization}
    body = json.dumps(asked).encode()
    answer = b"".join(
        store.send("POST", f"{store.url}/objects/batch", most=_MOST_ANSWER, headers=headers, body=body)
    )
    return _read(answer, pointers)


def _read(answer: bytes, asked: Sequence[Pointer]) -> list[Transfer]:
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise Unavailable("The LFS store's answer is not JSON.") from error
    match told:
        case {"transfer": str(transfer)} if transfer != "basic":
            raise Refused(f"The LFS store only offers the transfer {transfer[:40]!r}; basic is what we speak.")
        case {"objects": list(objects)}:
            known = {pointer.oid: pointer for pointer in asked}
            return _all_of(known, [_transfer(each, known) for each in objects])
        case _:
            raise Unavailable("The LFS store's answer names no objects.")


def _all_of(known: Mapping[Digest, Pointer], told: list[Transfer]) -> list[Transfer]:
    """Take no silence for consent: who asked believes that each file was given, or is there."""
    lacking = sorted(set(known) - {each.pointer.oid for each in told})
    if lacking:
        raise Unavailable(f"The LFS store's answer leaves out the large file {lacking[0][:12]}….")
    return told


def _transfer(told: Json, known: Mapping[Digest, Pointer]) -> Transfer:
    match told:
        case {"oid": str(oid), "error": {"code": int(code), **rest}} if oid in known:
            why = f"The LFS store refused the large file {oid[:12]}… ({code}): {str(rest.get('message'))[:200]}."
            raise Unavailable(why) if code == _TOO_MANY or code >= _SERVER_FAILS else Refused(why)
        case {"oid": str(oid), **rest} if oid in known:
            actions = rest.get("actions")
            named = actions.items() if isinstance(actions, dict) else ()
            return Transfer(known[Digest(oid)], {name: _action(action) for name, action in named})
        case _:
            raise Unavailable("The LFS store answered for a file that was not asked for.")


def _action(told: Json) -> Action:
    match told:
        case {"href": str(href), "header": dict(header)}:
            return Action(href, {str(name): str(text) for name, text in header.items()})
        case {"href": str(href)}:
            return Action(href, {})
        case _:
            raise Unavailable("The LFS store asked for something that cannot be read.")


def _proven(store: Store, action: Action) -> Mapping[str, str]:
    """Give the action's headers; with our credentials where it brings none and stays on the store's host."""
    here, there = urlsplit(store.url), urlsplit(action.href)
    ours = (here.scheme, here.netloc) == (there.scheme, there.netloc)
    if ours and "authorization" not in {name.lower() for name in action.header}:
        return {**action.header, "Authorization": store.authorization}
    return action.header


def _batches(things: Iterable[T], most: int) -> Iterator[list[T]]:
    left = iter(things)
    while batch := list(islice(left, most)):
        yield batch


def _drain(answer: Iterator[bytes]) -> None:
    for _ in answer:
        pass
