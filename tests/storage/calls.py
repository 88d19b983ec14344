"""List every public function of the tables' modules, with something to call it with."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from diffing.words import BlobId, Decision, Name, Opinion, Verdict
from storage import (
    approvals,
    backlog,
    batches,
    changes,
    cleaning,
    comparisons,
    decisions,
    deliveries,
    discards,
    duties,
    forgotten,
    git_blobs,
    histories,
    listings,
    publications,
    pulses,
    references,
    repos,
    runs,
    searches,
    signins,
    tables,
    thumbnails,
    turns,
    visits,
    watches,
)
from tests.storage.making import HEAD, LATER, NOW, comparison, digest

MODULES: list[ModuleType] = [
    approvals,
    backlog,
    batches,
    changes,
    cleaning,
    comparisons,
    decisions,
    deliveries,
    discards,
    duties,
    forgotten,
    git_blobs,
    histories,
    listings,
    publications,
    pulses,
    references,
    repos,
    runs,
    searches,
    signins,
    thumbnails,
    turns,
    visits,
    watches,
]
_FILE = approvals.File(name=Name("a.png"), candidate=digest("2"), golden_blob=None, suite="s")
_DECISION = Decision(name=Name("a.png"), candidate=None, opinion=Opinion.APPROVED, who="ann")
_BY_NAME: dict[str, Any] = {
    "files": [_FILE],
    "made": [batches.Batch(size=1, pairs={})],
    "rows": [_DECISION],
    "comparisons": [comparison()],
    "found": [comparison()],
    "globs": {"phone": ["*.png"]},
    "notes": ["a note"],
    "pairs": [(BlobId("c" * 40), digest("1"))],
    "body": b"{}",
    "head": HEAD,
    "keep_head": HEAD,
    "most": 10,
    "forge_ids": ["1"],
    "ids": [1, 2],
    "backlog.kind": "compare",
    "backlog.kinds": ["ingest", "compare", "publish", "approve"],
    "backlog.dead": [True, False],
    "backlog.after": None,
    "cleaning.after": None,
    "cleaning.said": set(),
    "references.going": tables.changes.c.open.is_(False),
}
_BY_TYPE: dict[str, Any] = {
    "int": 1,
    "str": "some",
    "Wanted": listings.Wanted(words="a", state="open", outcome="changed", suite="phone", alike="f"),
    "Digest": digest("1"),
    "Digest | None": digest("1"),
    "Name": "goldens/home.png",
    "str | None": "some",
    "bool": True,
    "datetime": NOW,
    "datetime | None": LATER,
    "Sequence[str]": ["some"],
    "Collection[str]": ["some"],
    "Collection[BlobId]": [BlobId("c" * 40)],
    "Collection[int]": [1, 2],
    "Collection[Digest]": [digest("1"), digest("2")],
    "Collection[str] | None": ["some"],
    "int | None": 5,
    "Sought": searches.Sought(words=("a", "#1"), golden="b", verdict=Verdict.APPROVED),
    "View": searches.View(hosts=["github.com"], hidden=[3], opened=["some"]),
    "Mark": searches.Mark(NOW, "some"),
    "Mark | None": searches.Mark(NOW, "some"),
    "Order": histories.Order.CHANGED,
    "Place | None": histories.Place(3, "goldens/home.png"),
}


def every(known: Mapping[str, Any] | None = None) -> list[tuple[str, Callable[..., Any], dict[str, Any]]]:
    """Give each function's name, the function, and arguments for all but its connection.

    `known`: better ones, by the parameter's name, or by module and parameter where names are shared."""
    return [
        (f"{_short(module)}.{name}", function, _arguments(_short(module), function, known or {}))
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_") and speaks(function)
    ]


def speaks(function: Callable[..., Any]) -> bool:
    """Does it say something to the database?"""
    return next(iter(inspect.signature(function).parameters), None) == "db"


def _short(module: ModuleType) -> str:
    return module.__name__.removeprefix("storage.")


def _arguments(module: str, function: Callable[..., Any], known: Mapping[str, Any]) -> dict[str, Any]:
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return {each.name: _argument(module, each, known) for each in parameters}


def _argument(module: str, parameter: inspect.Parameter, known: Mapping[str, Any]) -> Any:
    name, kind = parameter.name, str(parameter.annotation)
    for there, key in (
        (known, f"{module}.{name}"),
        (_BY_NAME, f"{module}.{name}"),
        (known, name),
        (_BY_NAME, name),
        (_BY_TYPE, kind),
    ):
        if key in there:
            return there[key]
    raise AssertionError(f"say in tests/storage/calls.py what to give for {name}: {kind}, in {module}")
