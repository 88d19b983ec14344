"""Read YAML into plain data that knows where each of its parts stands. Hostile input: everything is bounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from diffing.mistakes import Misconfigured, Mistake, quoted

MOST_BYTES = 256 * 1024
_MOST_PARTS = 20_000
_DEEPEST = 20
_ALIAS = "what begins with `*` means an alias in YAML, and none are read here; put a glob in quotes"
_TAG = "tag:yaml.org,2002:"

Path = tuple[str | int, ...]
Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data, with the line and column of each value and of each key, by its path."""

    data: object
    values: Mapping[Path, Position]
    keys: Mapping[Path, Position]

    def value_at(self, path: Path) -> Position:
        """Say where a value stands, or the nearest that holds it."""
        return next(
            (self.values[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self.values), (1, 1)
        )

    def key_at(self, path: Path) -> Position:
        """Say where a key stands."""
        return self.keys.get(path) or self.value_at(path)


def read(content: bytes) -> Document:
    """Read one YAML document; Misconfigured where it is none, or too large, too deep or too clever."""
    if len(content) > MOST_BYTES:
        raise _mistake((1, 1), f"the file is larger than {MOST_BYTES >> 10} KiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _mistake((line, 1), "the file is not UTF-8 text") from error
    try:
        _bound(text)
        return _Builder().build(YAML(typ="safe", pure=True).compose(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        alias = "alias" in (error.context or "")
        said = _ALIAS if alias else f"this is no YAML: {quoted(error.problem or error.context)}"
        raise _mistake(at, said) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _mistake((line, 1), "this is no YAML: a character that may not stand in it") from error
    except (YAMLError, ValueError) as error:
        raise _mistake((1, 1), f"this is no YAML: {quoted(error)}") from error


def _bound(text: str) -> None:
    """Walk the events once, before anything is built of them."""
    depth = 0
    for parts, event in enumerate(YAML(typ="safe", pure=True).parse(text)):
        at = (event.start_mark.line + 1, event.start_mark.column + 1)
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > _DEEPEST:
            raise _mistake(at, "this is nested too deeply")
        if parts > _MOST_PARTS:
            raise _mistake(at, "the file has too many parts")
        if isinstance(event, AliasEvent):
            raise _mistake(at, _ALIAS)


@dataclass(slots=True)
class _Builder:
    values: dict[Path, Position] = field(default_factory=dict)
    keys: dict[Path, Position] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def build(self, node: Node | None) -> Document:
        data = self._value(node, ()) if node is not None else None
        if self.mistakes:
            raise Misconfigured(self.mistakes)
        return Document(data, self.values, self.keys)

    def _value(self, node: Node, path: Path) -> object:
        self.values[path] = _position(node)
        match node:
            case MappingNode():
                return dict(self._pairs(node, path))
            case SequenceNode():
                return [self._value(each, (*path, at)) for at, each in enumerate(node.value)]
            case ScalarNode():
                return self._scalar(node)
        return None

    def _pairs(self, node: MappingNode, path: Path) -> Iterator[tuple[str, object]]:
        seen: dict[str, Position] = {}
        for key, value in node.value:
            at = _position(key)
            if not isinstance(key, ScalarNode):
                self._mistaken(at, "a key must be a word")
            elif key.value in seen:
                line = seen[key.value][0]
                self._mistaken(at, f"`{quoted(key.value)}` stands here twice, first on line {line}")
            else:
                name = str(key.value)
                seen[name] = self.keys[*path, name] = at
                yield name, self._value(value, (*path, name))

    def _scalar(self, node: ScalarNode) -> object:
        text = str(node.value)
        kind = str(node.tag).removeprefix(_TAG)
        try:
            return _plain(kind, text)
        except (KeyError, ValueError):
            self._mistaken(
                _position(node), f"`{quoted(text)}` cannot be read as `{quoted(kind)}`; put it in quotes"
            )
            return None

    def _mistaken(self, at: Position, message: str) -> None:
        self.mistakes.append(Mistake(*at, message))


def _plain(kind: str, text: str) -> object:
    match kind:
        case "str" | "timestamp" | "value" | "merge":
            return text
        case "null":
            return None
        case "bool":
            return {"true": True, "false": False}[text.lower()]
        case "int":
            return int(text.replace("_", ""), 0 if text.lstrip("+-").startswith(("0x", "0o")) else 10)
        case "float":
            return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
    raise ValueError(kind)


def _position(node: Any) -> Position:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _mistake(at: Position, message: str) -> Misconfigured:
    return Misconfigured([Mistake(*at, message)])
