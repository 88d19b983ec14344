"""Hold requests, answers and webhooks to the shapes that GitLab publishes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

from tests.forges.gitlab import notation
from tests.forges.gitlab.operations import KNOWN
from tests.forges.gitlab.published import ANSWERS, HOOKS

Json = Any
MOST_WORDS = 12
_YES = frozenset({"true", "1", "t", "yes", "on"})
_NO = frozenset({"false", "0", "f", "no", "off"})


class ContractBroken(AssertionError):
    """A request, an answer or a webhook that GitLab's documentation does not know; names the errors."""


@dataclass(frozen=True, slots=True)
class Match:
    """An operation (``GET /projects/:id``), and what stands in its path for each parameter, decoded."""

    operation: str
    path: Mapping[str, str]


def match(method: str, path: str) -> Match:
    """Find the operation of a request by its path as it was sent: a slash within a segment is encoded."""
    parts = path.strip("/").split("/")
    for operation, pattern in _patterns(method, len(parts)):
        if all(word.startswith(":") or word == part for word, part in zip(pattern, parts, strict=True)):
            named = zip(pattern, parts, strict=True)
            return Match(operation, {word[1:]: unquote(part) for word, part in named if word.startswith(":")})
    raise ContractBroken(f"{method} {path} is no operation of the contract (tests/forges/gitlab/operations.py)")


@cache
def _patterns(method: str, length: int) -> Sequence[tuple[str, list[str]]]:
    """Give the operations of a method with this many segments, those with the fewest parameters first."""
    split = [(name, name.split(" ")[1].strip("/").split("/")) for name in KNOWN if name.startswith(f"{method} ")]
    return sorted(
        ((name, words) for name, words in split if len(words) == length), key=lambda one: one[0].count(":")
    )


def check_request(found: Match, query: Mapping[str, str], body: Json) -> None:
    """Raise ContractBroken unless the query and the body are as documented."""
    operation = KNOWN[found.operation]
    wrong = notation.errors(_query(found.operation), typed(found.operation, query))
    if operation.body is None:
        wrong += ["no body is expected"] if body else []
    else:
        wrong += notation.errors(_body(found.operation), body or {})
    _hold(f"request {found.operation}", wrong)


def check_answer(found: Match, status: int, body: Json) -> None:
    """Raise ContractBroken unless the status and the body are as documented. Errors carry words."""
    operation = KNOWN[found.operation]
    what = f"answer {status} to {found.operation}"
    if status >= 400:
        words = isinstance(body, Mapping) and ({"message", "error"} & body.keys())
        _hold(what, [] if words or found.operation.startswith("HEAD ") else ["an error says nothing"])
    elif status not in operation.statuses:
        _hold(what, ["the status is not documented"])
    elif status == 202:
        _hold(what, notation.errors(_answer("NoteCommands"), body))
    elif operation.answer:
        _hold(what, notation.errors(_answer(operation.answer), body))
    elif body is not None:
        _hold(what, ["no body is expected"])


def check_hook(kind: str, payload: Json) -> None:
    """Raise ContractBroken unless a webhook's payload is as documented; `kind` is its ``object_kind``."""
    _hold(f"webhook {kind}", notation.errors(_hook(kind), payload))


def typed(operation: str, query: Mapping[str, str]) -> dict[str, Json]:
    """Read a query's texts as the types that the operation asks for."""
    wanted = dict(word.lstrip("~").split(":", 1) for word in KNOWN[operation].query.split())
    return {name: _typed(text, wanted.get(name, "str")) for name, text in query.items()}


def _typed(text: str, kind: str) -> Json:
    if kind == "int" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "bool" and text.lower() in _YES | _NO:
        return text.lower() in _YES
    return text


def _hold(what: str, wrong: Sequence[str]) -> None:
    if wrong:
        raise ContractBroken(f"{what}: " + "; ".join(wrong[:MOST_WORDS]))


@cache
def _query(operation: str) -> jsonschema_rs.Validator:
    return notation.validator(notation.table(KNOWN[operation].query), {})


@cache
def _body(operation: str) -> jsonschema_rs.Validator:
    return notation.validator(notation.table(KNOWN[operation].body or ""), {})


@cache
def _answer(name: str) -> jsonschema_rs.Validator:
    return notation.validator(notation.kind(name), ANSWERS)


@cache
def _hook(kind: str) -> jsonschema_rs.Validator:
    return notation.validator(notation.kind(kind), HOOKS)
