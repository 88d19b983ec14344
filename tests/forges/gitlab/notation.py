"""Read shape tables as JSON schemas. Pure: words in, validators out.

A table is words like ``id:int ~milestone:any? state:=opened,closed author:UserBasic notes:[Note]``: a name, a
colon and a type. ``~``: may be missing. ``?``: may be null. ``=a,b``: one of these. ``[x]``: a list. A capital:
another table. Nothing that a table does not name may be there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

Json = Any
_PLAIN: Mapping[str, Json] = {
    "int": {"type": "integer"},
    "num": {"type": "number"},
    "str": {"type": "string"},
    "bool": {"type": "boolean"},
    "time": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"},
    "hooktime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$"},
    "day": {"type": "string", "format": "date"},
    "url": {"type": "string", "format": "uri"},
    "sha": {"type": "string", "pattern": "^[0-9a-f]{40}$"},
    "obj": {"type": "object"},
    "any": {},
}


def table(text: str) -> Json:
    """Read one table as a schema."""
    words = [word.split(":", 1) for word in text.split()]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, _ in words if not name.startswith("~")],
        "properties": {name.lstrip("~"): kind(word) for name, word in words},
    }


def kind(word: str) -> Json:
    """Read one type as a schema."""
    if word.endswith("?"):
        return {"anyOf": [kind(word[:-1]), {"type": "null"}]}
    if word.startswith("["):
        return {"type": "array", "items": kind(word[1:-1])}
    if word.startswith("="):
        return {"enum": word[1:].split(",")}
    return _PLAIN.get(word, {"$ref": f"#/$defs/{word}"})


def validator(schema: Json, tables: Mapping[str, str]) -> jsonschema_rs.Validator:
    """Make a validator of a schema that may name tables."""
    named = {name: table(text) for name, text in tables.items()}
    return jsonschema_rs.Draft202012Validator({**schema, "$defs": named}, validate_formats=True)


def errors(validator: jsonschema_rs.Validator, instance: Json) -> list[str]:
    """Say what is wrong with something, and where."""
    return [
        f"{'/'.join(map(str, error.instance_path)) or '(whole)'}: {error.message[:400]}"
        for error in validator.iter_errors(instance)
    ]
