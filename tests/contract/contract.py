"""Hold requests and answers to GitHub's published contract, cut down by make.py."""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

HERE = Path(__file__).parent
Json = Any
MOST_WORDS = 12


class ContractBroken(AssertionError):
    """A request or an answer that GitHub's contract does not know; names the operation and the errors."""


@dataclass(frozen=True, slots=True)
class Match:
    """An operation (``GET /repos/{owner}/{repo}``), and what stands in its path for each parameter."""

    operation: str
    path: Mapping[str, str]


@cache
def whole() -> Json:
    """Give the contract as make.py wrote it."""
    return json.loads(lzma.decompress((HERE / "api.json.xz").read_bytes()))


@cache
def payloads() -> tuple[tuple[str, Json], ...]:
    """Give GitHub's real webhook payloads as (event, payload). Shared: copy before you change one."""
    packed = json.loads(lzma.decompress((HERE / "webhooks.json.xz").read_bytes()))
    return tuple((event, payload) for event, payload in packed)


# ----------------------------------------------------------------------------------------- matching


def match(method: str, path: str) -> Match:
    """Find the operation of a request; file paths and refs may hold slashes."""
    for pattern, operation in _patterns(method):
        found = pattern.fullmatch(path)
        if found:
            return Match(operation, found.groupdict())
    raise ContractBroken(f"{method} {path} is no operation of the contract (tests/contract/operations.py)")


@cache
def _patterns(method: str) -> Sequence[tuple[re.Pattern[str], str]]:
    names = sorted((name for name in whole()["operations"] if name.startswith(f"{method} ")), key=_vagueness)
    return [(_pattern(name.split(" ")[1]), name) for name in names]


def _vagueness(operation: str) -> tuple[bool, int]:
    return operation.endswith(("{path}", "{ref}")), operation.count("{")


def _pattern(template: str) -> re.Pattern[str]:
    def group(name: str) -> str:
        return rf"(?P<{name}>.+)" if name in {"path", "ref"} else rf"(?P<{name}>[^/]+)"

    parts = re.split(r"\{(\w+)\}", template)
    return re.compile("".join(group(part) if at % 2 else re.escape(part) for at, part in enumerate(parts)))


# ----------------------------------------------------------------------------------------- checking


def check_request(found: Match, query: Mapping[str, str], body: Json) -> None:
    """Raise ContractBroken unless the path's and query's parameters and the body are as published."""
    entry = whole()["operations"][found.operation]
    known = {(parameter["in"], parameter["name"]): parameter for parameter in entry["parameters"]}
    wrong = [f"unknown query parameter {name!r}" for name in query if ("query", name) not in known]
    for (place, name), parameter in known.items():
        given = (found.path if place == "path" else query).get(name)
        if given is None and parameter["required"]:
            wrong.append(f"{place} parameter {name!r} is missing")
        if given is not None:
            errors = _errors(_parameter(found.operation, place, name), _typed(given, parameter["schema"]))
            wrong += [f"{place} parameter {name!r}: {error}" for error in errors]
    if body is None and entry["body_required"]:
        wrong.append("the body is missing")
    if entry["body"] is not None and body is not None:
        wrong += _errors(_body(found.operation), body)
    if entry["body"] is None and body:
        wrong.append("no body is expected")
    _hold(f"request {found.operation}", wrong)


def check_answer(found: Match, status: int, body: Json, *, raw: bool = False) -> None:
    """Raise ContractBroken unless the status is published and the body is as published for it.

    Any operation may answer 304 to a conditional request, and 401, 403, 404, 429 or 5xx with a message. `raw`:
    the caller asked for the bytes themselves (``application/vnd.github.raw``), which have no schema."""
    answers = whole()["operations"][found.operation]["answers"]
    what = f"answer {status} to {found.operation}"
    if str(status) not in answers:
        message = isinstance(body, Mapping) and isinstance(body.get("message"), str)
        _hold(what, [] if status == 304 or (status >= 401 and message) else ["the status is not published"])
    elif "schema" in answers[str(status)] and not raw:
        _hold(what, _errors(_answer(found.operation, str(status)), body))
    elif body is not None and status < 300:
        _hold(what, ["no body is expected"])


def check_hook(name: str, payload: Json) -> None:
    """Raise ContractBroken unless a webhook's payload is as published; `name` like ``check-run-completed``."""
    _hold(f"webhook {name}", _errors(_hook(name), payload))


def example(operation: str, status: int = 200) -> Json:
    """Give a copy of GitHub's own example of an answer."""
    return json.loads(json.dumps(whole()["operations"][operation]["answers"][str(status)]["example"]))


def _typed(given: str, schema: Json) -> Json:
    variants = [schema, *schema.get("oneOf", []), *schema.get("anyOf", [])]
    types = {variant.get("type") for variant in variants}
    if "integer" in types and re.fullmatch(r"-?\d+", given):
        return int(given)
    if "boolean" in types and given in {"true", "false"}:
        return given == "true"
    return given


def _errors(validator: jsonschema_rs.Validator, instance: Json) -> list[str]:
    return [
        f"{'/'.join(map(str, error.instance_path)) or '(whole)'}: {error.message[:500]}"
        for error in validator.iter_errors(instance)
    ]


def _hold(what: str, wrong: Sequence[str]) -> None:
    if wrong:
        raise ContractBroken(f"{what}: " + "; ".join(wrong[:MOST_WORDS]))


# ---------------------------------------------------------------------------------------- compiling


@cache
def _parameter(operation: str, place: str, name: str) -> jsonschema_rs.Validator:
    parameters = whole()["operations"][operation]["parameters"]
    [schema] = [one["schema"] for one in parameters if (one["in"], one["name"]) == (place, name)]
    return _compile(schema, _closed_schemas())


@cache
def _body(operation: str) -> jsonschema_rs.Validator:
    return _compile(_closed(whole()["operations"][operation]["body"]), _closed_schemas())


@cache
def _answer(operation: str, status: str) -> jsonschema_rs.Validator:
    return _compile(_closed(whole()["operations"][operation]["answers"][status]["schema"]), _closed_schemas())


@cache
def _hook(name: str) -> jsonschema_rs.Validator:
    return _compile(whole()["hooks"][name], whole()["schemas"])


def _compile(schema: Json, schemas: Json) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator({**schema, "$defs": schemas}, validate_formats=True)


@cache
def _closed_schemas() -> Json:
    """Give every schema closed, and as it was published under ``open:<name>``."""
    schemas = whole()["schemas"]
    return {name: _closed(schema) for name, schema in schemas.items()} | {
        f"open:{name}": _opened(schema) for name, schema in schemas.items()
    }


def _closed(node: Json, *, branch: bool = False) -> Json:
    """Let objects have no properties but the published ones, so that neither side can invent a field."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    shut = {key: _closed_member(key, value) for key, value in node.items()}
    if branch or not node.keys() & {"properties", "allOf"} or "additionalProperties" in node:
        return shut
    return {**shut, "unevaluatedProperties": False}


def _closed_member(key: str, value: Json) -> Json:
    match key:
        case "properties":
            return {name: _closed(schema) for name, schema in value.items()}
        case "allOf":  # its parts complete each other: only the whole can be closed
            return _opened(value)
        case "anyOf" | "oneOf":
            return [_closed(item, branch=True) for item in value]
        case "enum" | "required" | "default":
            return value
    return _closed(value)


def _opened(node: Json) -> Json:
    return json.loads(json.dumps(node).replace('"#/$defs/', '"#/$defs/open:'))
