"""Cut GitHub's published contract down to what Golddigger uses.

``python -m tests.contract.make --from node_modules``. The result is committed
 (README.md says from which versions), so that tests need neither npm nor a network.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLNamedType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_scalar_type,
    print_type,
)

from tests.contract.operations import HOOKS, MUTATIONS, OPERATIONS, REACHED

HERE = Path(__file__).parent
Json = Any
PROSE = frozenset({"description", "summary", "title", "example", "examples", "externalDocs", "tags", "deprecated"})


def main() -> None:
    """Read the three packages and write the three files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="a node_modules folder")
    octokit = parser.parse_args().source / "@octokit"
    whole = json.loads((octokit / "openapi/generated/api.github.com.json").read_bytes())
    _keep("api.json.xz", contract(whole))
    examples = json.loads((octokit / "webhooks-examples/api.github.com/index.json").read_bytes())
    _keep("webhooks.json.xz", payloads(examples))
    schema = build_schema((octokit / "graphql-schema/schema.graphql").read_text(), assume_valid=True)
    (HERE / "schema.graphql").write_text(mutations(schema))


def _keep(name: str, content: Json) -> None:
    packed = json.dumps(content, separators=(",", ":"), sort_keys=True).encode()
    (HERE / name).write_bytes(lzma.compress(packed, preset=9 | lzma.PRESET_EXTREME))
    print(f"{name}: {(HERE / name).stat().st_size:,} bytes")


# ----------------------------------------------------------------------------------------- OpenAPI


def contract(whole: Json) -> Json:
    """Give the operations and hooks used, with every schema they reach, as plain JSON Schema (2020-12)."""
    _mend(whole)
    operations = {name: _operation(whole, *name.split(" ")) for name in OPERATIONS}
    hooks = {name: _body(whole, whole["x-webhooks"][name]["post"]) for name in HOOKS}
    schemas = _reached(whole, [operations, hooks])
    return {"version": whole["info"]["version"], "operations": operations, "hooks": hooks, "schemas": schemas}


def _mend(whole: Json) -> None:
    """Correct the contract where it contradicts itself or what GitHub is known to send."""
    # An account would have to be a user and an enterprise at once; elsewhere it is either of them.
    listed = whole["paths"]["/app/installations"]["get"]["responses"]["200"]["content"]["application/json"]
    listed["schema"]["items"] = {"$ref": "#/components/schemas/installation"}
    # The head's repository is null when a fork was deleted, as the webhooks' schemas say.
    for name in ("pull-request", "pull-request-simple"):
        head = whole["components"]["schemas"][name]["properties"]["head"]["properties"]
        head["repo"] = {"oneOf": [head["repo"]], "nullable": True}


def _operation(whole: Json, method: str, path: str) -> Json:
    entry = whole["paths"][path][method.lower()]
    parameters = [_resolve(whole, parameter) for parameter in entry.get("parameters", [])]
    return {
        "id": entry["operationId"],
        "parameters": [
            {
                "name": parameter["name"],
                "in": parameter["in"],
                "required": parameter.get("required", False),
                "schema": plain(parameter["schema"]),
            }
            for parameter in parameters
        ],
        "body": _body(whole, entry),
        "body_required": entry.get("requestBody", {}).get("required", False),
        "answers": {status: _answer(whole, answer) for status, answer in entry["responses"].items()},
    }


def _body(whole: Json, entry: Json) -> Json:
    content = _resolve(whole, entry.get("requestBody", {})).get("content", {})
    return plain(content["application/json"]["schema"]) if "application/json" in content else None


def _answer(whole: Json, answer: Json) -> Json:
    """Give an answer's schema and GitHub's own example of it; empty where it has no JSON body."""
    content = _resolve(whole, answer).get("content", {}).get("application/json")
    if content is None:
        return {}
    examples = [_resolve(whole, example)["value"] for example in content.get("examples", {}).values()]
    return {"schema": plain(content["schema"]), "example": examples[0] if examples else None}


def _resolve(whole: Json, node: Json) -> Json:
    while "$ref" in node:
        target = whole
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def plain(node: Json) -> Json:
    """Turn an OpenAPI 3.0 schema into JSON Schema: no prose, and ``nullable`` as a type."""
    if isinstance(node, list):
        return [plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": node["$ref"].replace("#/components/schemas/", "#/$defs/")}
    kept = {key: _member(key, value) for key, value in node.items() if key not in PROSE}
    kept = {key: value for key, value in kept.items() if key != "nullable" and not key.startswith("x-")}
    if kept.get("format") == "email":
        del kept["format"]  # bots' addresses have brackets: github-actions[bot]@…
    return _nullable(kept) if node.get("nullable") is True else kept


def _member(key: str, value: Json) -> Json:
    if key == "properties":
        return {name: plain(schema) for name, schema in value.items()}
    return value if key in {"enum", "required", "default"} else plain(value)


def _nullable(schema: Json) -> Json:
    if "enum" in schema:
        schema = {**schema, "enum": [*schema["enum"], *([] if None in schema["enum"] else [None])]}
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _reached(whole: Json, roots: Json) -> dict[str, Json]:
    schemas: dict[str, Json] = {}
    waiting = list(_references(roots))
    while waiting:
        name = waiting.pop()
        if name not in schemas:
            schemas[name] = plain(whole["components"]["schemas"][name])
            waiting += _references(schemas[name])
    return schemas


def _references(node: Json) -> Iterator[str]:
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rsplit("/", 1)[1]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


# ---------------------------------------------------------------------------------------- webhooks


def payloads(examples: Json) -> Json:
    """Give every real payload as ``[event, payload]``, in the package's order."""
    return [[event["name"], example] for event in examples for example in event["examples"]]


# ----------------------------------------------------------------------------------------- GraphQL


def mutations(schema: GraphQLSchema) -> str:
    """Give the schema cut down to the mutations used; what they give is cut down to `REACHED`."""
    assert schema.mutation_type
    fields = {name: schema.mutation_type.fields[name] for name in MUTATIONS}
    types: dict[str, GraphQLNamedType] = {}
    for field in fields.values():
        for argument in field.args.values():
            _inputs(get_named_type(argument.type), types)
        _outputs(get_named_type(field.type), types)
    schema.mutation_type.fields = fields
    named = [schema.mutation_type, *(types[name] for name in sorted(types))]
    printed = [_bare(print_type(type_)) for type_ in named if not _built_in(type_)]
    return "\n\n".join([HEADER, *printed]) + "\n"


HEADER = """# Cut from @octokit/graphql-schema by make.py: what createCommitOnBranch takes and gives.
type Query { viewer: String }"""


def _built_in(type_: GraphQLNamedType) -> bool:
    return type_.name in {"String", "Int", "Boolean", "ID", "Float"}


def _inputs(type_: GraphQLNamedType, types: dict[str, GraphQLNamedType]) -> None:
    if type_.name in types:
        return
    types[type_.name] = type_
    if is_input_object_type(type_):
        for field in type_.fields.values():
            _inputs(get_named_type(field.type), types)


def _outputs(type_: GraphQLNamedType, types: dict[str, GraphQLNamedType]) -> None:
    if type_.name in types:
        return
    types[type_.name] = type_
    if is_object_type(type_) or is_interface_type(type_):
        wanted = REACHED[type_.name]
        type_.interfaces = ()
        type_.fields = {name: field for name, field in type_.fields.items() if name in wanted}
        for field in type_.fields.values():
            field.args = {}
            _outputs(get_named_type(field.type), types)
    else:
        assert is_scalar_type(type_) or is_enum_type(type_), type_


def _bare(printed: str) -> str:
    """Leave out descriptions: block strings stand on lines of their own."""
    kept, inside = [], False
    for line in printed.splitlines():
        quotes = line.count('"""')
        if not inside and not quotes and line.strip():
            kept.append(line)
        inside ^= quotes == 1
    return "\n".join(kept)


if __name__ == "__main__":
    main()
