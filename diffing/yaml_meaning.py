"""Tell whether two YAML texts mean the same, in a time and memory that no YAML can make large."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

_MOST_CHARACTERS = 256 * 1024
"""Longer texts are not read as YAML: it would take seconds."""
_MOST_DEPTH = 100
_MAYBE_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#.*", re.MULTILINE)
_PLAIN_COMMENT = re.compile(r"#+(?:[ \t].*)?\r?")
_HINT = re.compile(r"^[ \t]*(?:- |-$|\? |[\[{]|[^\s#].*?:(?:\s|$))", re.MULTILINE)

# What YAML 1.1 and the core schema of 1.2 read alike (yaml.org/spec/1.2.2 § 10.3.2, yaml.org/type). Where they do
# not (`yes`, `0o7`, `010`, `1_000`, `1:30`, `1e3`), a scalar means what stands there and no more.
_ALIKE = {
    "null": re.compile(r"|~|null|Null|NULL"),
    "bool": re.compile(r"true|True|TRUE|false|False|FALSE"),
    "int": re.compile(r"[-+]?(?:0|[1-9][0-9]*)"),
    "float": re.compile(
        r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
    ),
}
_UNLIKE = re.compile(
    r"(?:y|n|yes|no|on|off)|[-+]?0[bxo]?[0-9a-f_]*|[-+.]?[0-9][-0-9_:.eE+tTzZ ]*|[-+]?\.[0-9_eE+-]+|<<|=",
    re.IGNORECASE,
)
_STRING = "tag:yaml.org,2002:str"

Meaning = bytes
"""A digest of what a node means: an alias is as cheap as a word, so nothing is ever written out."""


class _Unclear(Exception):
    """Readers disagree on it, or it is no YAML that means something."""


def alike(golden: str, candidate: str) -> bool:
    """Are they the same YAML: documents of mappings and sequences that mean the same, written in another way?

    A prose of lines that happens to be YAML is not, and a list under a heading, as in Markdown, is not either:
    where comments differ, every document must be a mapping, and the comments must look like some."""
    if max(len(golden), len(candidate)) > _MOST_CHARACTERS or not (
        _HINT.search(golden) and _HINT.search(candidate)
    ):
        return False
    try:
        before, after = _read(golden), _read(candidate)
    except (_Unclear, YAMLError, ValueError, RecursionError, AttributeError, TypeError, IndexError, KeyError):
        return False  # ruamel.yaml's scanner trips over some hostile texts in its own ways
    if not before or [each.meaning for each in before] != [each.meaning for each in after]:
        return False
    changed = _other_comments(golden, candidate)
    return not changed or (
        all(each.is_mapping for each in (*before, *after))
        and all(_PLAIN_COMMENT.fullmatch(comment) for comment in changed)
    )


@dataclass(frozen=True, slots=True)
class _Document:
    meaning: Meaning
    is_mapping: bool


@dataclass(slots=True)
class _Open:
    """A mapping or sequence that has not ended yet."""

    start: CollectionStartEvent
    children: list[Meaning] = field(default_factory=list)
    keys: set[Meaning] = field(default_factory=set)

    def add(self, child: Meaning) -> None:
        """Take in what stands next in it; of a mapping, key and value in turn."""
        if isinstance(self.start, MappingStartEvent) and not len(self.children) % 2:
            if child in self.keys:
                raise _Unclear("a key stands twice, and readers disagree on which one counts")
            self.keys.add(child)
        self.children.append(child)


def _read(text: str) -> list[_Document]:
    documents: list[_Document] = []
    events = iter(YAML(typ="safe", pure=True).parse(text))
    for event in events:
        if isinstance(event, DocumentStartEvent):
            if event.version:
                raise _Unclear("a document that names its version of YAML is read by other rules")
            documents.append(_document(events))
    return documents


def _document(events: Iterator[Event]) -> _Document:
    stack: list[_Open] = []
    anchors: dict[str, Meaning] = {}
    root: _Open | None = None
    for event in events:
        if isinstance(event, DocumentEndEvent):
            break
        if isinstance(event, CollectionStartEvent):
            if len(stack) >= _MOST_DEPTH:
                raise _Unclear("too deep")
            anchors.pop(event.anchor, None)  # inside itself a name means nothing yet
            stack.append(_Open(event))
            continue
        if isinstance(event, CollectionEndEvent):
            root = stack.pop()
            node: NodeEvent = root.start
            meaning = _collection(root)
        else:
            node = _node(event)
            meaning = _alias(node, anchors) if isinstance(node, AliasEvent) else _scalar(node)
        if node.anchor and not isinstance(node, AliasEvent):
            anchors[node.anchor] = meaning
        if stack:
            stack[-1].add(meaning)
    if root is None:
        raise _Unclear("a text that is one scalar is prose")
    return _Document(meaning, isinstance(root.start, MappingStartEvent))


def _node(event: Event) -> NodeEvent:
    if not isinstance(event, NodeEvent):
        raise _Unclear("an event out of place")
    return event


def _alias(event: AliasEvent, anchors: dict[str, Meaning]) -> Meaning:
    if event.anchor not in anchors:
        raise _Unclear("an alias of nothing, or of what holds it")
    return anchors[event.anchor]


def _scalar(event: NodeEvent) -> Meaning:
    if not isinstance(event, ScalarEvent):
        raise _Unclear("an event out of place")
    tag = str(event.tag or "")
    if tag not in ("", "!", _STRING):
        return _sum("tagged", tag, _kind(event.value), event.value)
    if tag or event.style:
        return _sum("string", event.value)
    kind = _kind(event.value)
    return _sum(kind, _plain(kind, event.value))


def _kind(value: str) -> str:
    for kind, pattern in _ALIKE.items():
        if pattern.fullmatch(value):
            return kind
    return "unclear" if _UNLIKE.fullmatch(value) else "string"


def _plain(kind: str, value: str) -> str:
    """Write a scalar in one way: `~` and `null` are one, `1.0` and `1.00` stay two."""
    match kind:
        case "null":
            return ""
        case "bool":
            return value.lower()
        case "int":
            return value.removeprefix("+")
        case _:
            return value


def _collection(ended: _Open) -> Meaning:
    tag = str(ended.start.tag or "")
    if not isinstance(ended.start, MappingStartEvent):
        return _sum("sequence", tag, *ended.children)
    pairs = sorted(zip(ended.children[::2], ended.children[1::2], strict=True))
    return _sum("mapping", tag, *(half for pair in pairs for half in pair))


def _sum(*parts: str | bytes) -> Meaning:
    total = sha256()
    for part in parts:
        content = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        total.update(len(content).to_bytes(8) + content)
    return total.digest()


def _other_comments(golden: str, candidate: str) -> set[str]:
    """Give what may be a comment in one text and does not stand in the other."""
    before, after = _comments(golden), _comments(candidate)
    return set(before) ^ set(after) if sorted(before) != sorted(after) else set()


def _comments(text: str) -> Sequence[str]:
    found: Iterable[str] = _MAYBE_COMMENT.findall(text)
    return [each.rstrip() for each in found]
