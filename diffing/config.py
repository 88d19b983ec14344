"""Read `.golddigger.yml` into suites and the rule of who may approve."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from diffing import config_schema, positions, templates
from diffing.mistakes import Misconfigured, Mistake, nearest, one_of, quoted
from diffing.positions import Document, Path, Position
from diffing.presets.registry import PRESETS
from diffing.presets.template import TEMPLATE
from diffing.words import Box, Ignore, Mode, Name, Obsolete, Region, Share, Suite, Template, Tolerance

_TEMPLATE = TEMPLATE.default.name
_MODELS: Mapping[str, type[BaseModel]] = {
    "": config_schema.File,
    "suites": config_schema.Suite,
    "tolerance": config_schema.Tolerance,
    "ignore": config_schema.Ignore,
    "regions": config_schema.Region,
    "approve": config_schema.Approve,
}
"""By the key that holds them."""
_MUST: Mapping[str, str] = {
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be `true` or `false`",
    "list_type": "must be a list",
    "model_type": "must be `key: value` lines",
    "model_attributes_type": "must be `key: value` lines",
    "too_short": "must have at least {min_length}",
    "too_long": "must have at most {max_length}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """Who may approve: a permission on the repository, or somebody named."""

    permission: str = "write"
    self_approval: bool = True
    users: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What a repository's configuration says."""

    version: int = 1
    suites: tuple[Suite, ...] = ()
    """Empty: the presets are to be recognised by their signatures."""
    approve: Approve = Approve()


def read(content: bytes) -> Config:
    """Read the file's bytes; Misconfigured with every mistake in them."""
    document = positions.read(content)
    if document.data is None:
        raise Misconfigured([Mistake(1, 1, "the file is empty; begin with `version: 1`")])
    try:
        file = config_schema.File.model_validate(document.data)
    except ValidationError as error:
        raise Misconfigured(_mistake(each, document) for each in error.errors()) from error
    mistakes = [*_twice(file, document), *_nowhere(file, document), *_templates(file, document)]
    if mistakes:
        raise Misconfigured(mistakes)
    return _config(file)


def _config(file: config_schema.File) -> Config:
    said = file.approve
    return Config(
        version=file.version,
        suites=tuple(_suite(each) for each in file.suites),
        approve=Approve(
            permission=said.permission,
            self_approval=said.self_approval,
            users=tuple(said.users),
            teams=tuple(said.teams),
        ),
    )


def _suite(said: config_schema.Suite) -> Suite:
    """Fill what a suite does not say with its preset's default."""
    default, template = PRESETS[said.preset].default, _template(said)
    goldens = default.goldens if template is None else (templates.glob(template),)
    return replace(
        default,
        name=said.name or default.name,
        goldens=tuple(said.goldens) if said.goldens else goldens,
        artifact=tuple(said.artifact) if said.artifact else default.artifact,
        mode=Mode(said.mode) if said.mode else default.mode,
        tolerance=Tolerance(**said.tolerance.model_dump()),
        ignore=tuple(_ignore(each) for each in said.ignore),
        obsolete=Obsolete(said.obsolete),
        template=template,
    )


def _template(said: config_schema.Suite) -> Template | None:
    if said.preset != _TEMPLATE or said.candidate is None or said.becomes is None:
        return None
    return Template(candidate=said.candidate, becomes=said.becomes)


def _ignore(said: config_schema.Ignore) -> Ignore:
    regions = tuple(_region(each) for each in said.regions)
    return Ignore(path=said.path, regions=regions, mask=Name(said.mask) if said.mask else None)


def _region(said: config_schema.Region) -> Region:
    sides = (said.left, said.top, said.width, said.height)
    return Share(*sides) if isinstance(said.left, float) else Box(*map(int, sides))


def _twice(file: config_schema.File, document: Document) -> Iterator[Mistake]:
    seen: set[str] = set()
    for at, suite in enumerate(file.suites):
        name = suite.name or suite.preset
        if name in seen:
            where = document.value_at(("suites", at, "name"))
            yield Mistake(*where, f"two suites are called `{quoted(name)}`; give each its own `name`")
        seen.add(name)


def _nowhere(file: config_schema.File, document: Document) -> Iterator[Mistake]:
    for at, suite in enumerate(file.suites):
        said = suite.goldens or PRESETS[suite.preset].default.goldens
        if not said and suite.preset != _TEMPLATE:
            where = document.value_at(("suites", at))
            yield Mistake(*where, f"`preset: {suite.preset}` needs `goldens`: globs of where they lie")


def _templates(file: config_schema.File, document: Document) -> Iterator[Mistake]:
    for at, suite in enumerate(file.suites):
        yield from _template_mistakes(suite, ("suites", at), document)


def _template_mistakes(suite: config_schema.Suite, path: Path, document: Document) -> Iterator[Mistake]:
    keys = {"candidate": suite.candidate, "becomes": suite.becomes}
    own, template = suite.preset == _TEMPLATE, _template(suite)
    for key, value in keys.items():
        if own and value is None:
            yield Mistake(*document.value_at(path), f"`preset: {suite.preset}` needs `{key}`")
        elif value is not None and not own:
            yield Mistake(*document.key_at((*path, key)), f"`{key}` belongs to `preset: {_TEMPLATE}`")
    wrong = templates.mistake(template) if template else None
    if wrong is not None:
        key, clause = wrong
        yield Mistake(*document.value_at((*path, key)), f"`{key}` {clause}")


def _mistake(error: ErrorDetails, document: Document) -> Mistake:
    path: Path = tuple(error["loc"])
    value, said = error["input"], error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return _unknown(document.key_at(path), quoted(path[-1]), path[-1], _keys_at(path[:-1]), "known here")
        case "literal_error":
            known = re.findall(r"[\w-]+", str(said["expected"]).replace(" or ", " "))
            return _unknown(document.value_at(path), f"{path[-1]}: {quoted(value)}", value, known, "known")
        case "missing":
            missing = "version: 1" if path == ("version",) else quoted(path[-1])
            return Mistake(*document.value_at(path[:-1]), f"`{missing}` is missing")
        case "value_error":
            shown = _subject(path) if isinstance(value, dict) else f"`{quoted(value)}`"
            return Mistake(*document.value_at(path), f"{shown} {said['error']}")
    return Mistake(*document.value_at(path), f"{_subject(path)} {_must(error)}")


def _unknown(at: Position, shown: str, word: object, known: Sequence[str], how: str) -> Mistake:
    meant = nearest(word, known)
    listed = "" if meant else f"; it may be {one_of(known)}"
    return Mistake(*at, f"`{shown}` is not {how}{listed}", meant)


def _subject(path: Path) -> str:
    word = next((part for part in reversed(path) if isinstance(part, str)), None)
    if word is None:
        return "the file"
    last = path[-1]
    return f"entry {last + 1} of `{quoted(word)}`" if isinstance(last, int) else f"`{quoted(word)}`"


def _keys_at(path: Path) -> list[str]:
    """Give the keys known at a path."""
    holder = next((part for part in reversed(path) if isinstance(part, str)), "")
    fields = _MODELS[holder].model_fields if holder in _MODELS else {}
    return [field.alias or name for name, field in fields.items()]


def _must(error: ErrorDetails) -> str:
    """Word what pydantic found, for somebody who writes YAML."""
    template = _MUST.get(error["type"])
    return template.format(**error.get("ctx", {})) if template else f"is wrong: {error['msg']}"
