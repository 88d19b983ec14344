"""Write a difference into a row's columns and JSON, and read it back. The mask is a blob of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from diffing.words import Box, Difference, Kind, Outcome, Shift, Size

Written = Mapping[str, Any]


def written(difference: Difference) -> Written:
    """Give the part that stands as JSON; kind, fingerprint, pixels and ratio have columns."""
    return {
        "outcome": difference.outcome.value,
        "golden_size": _pair(difference.golden_size),
        "candidate_size": _pair(difference.candidate_size),
        "lines": difference.lines,
        "antialiased": difference.antialiased,
        "largest": difference.largest,
        "mean": difference.mean,
        "boxes": [list(asdict(box).values()) for box in difference.boxes],
        "shift": list(asdict(difference.shift).values()) if difference.shift else None,
        "exchange": difference.exchange,
        "why": difference.why,
    }


def read(json: Written, *, kind: str | None, fingerprint: str, pixels: int, ratio: float) -> Difference:
    """Give the difference that a row holds."""
    return Difference(
        outcome=Outcome(json["outcome"]),
        kind=Kind(kind) if kind else None,
        golden_size=_size(json["golden_size"]),
        candidate_size=_size(json["candidate_size"]),
        pixels=pixels,
        lines=json.get("lines", 0),
        antialiased=json["antialiased"],
        ratio=ratio,
        largest=json["largest"],
        mean=json["mean"],
        boxes=tuple(Box(*box) for box in json["boxes"]),
        shift=Shift(*json["shift"]) if json.get("shift") else None,
        exchange=json.get("exchange", ""),  # older rows have none of these
        fingerprint=fingerprint,
        why=json["why"],
    )


def _pair(size: Size | None) -> list[int] | None:
    return [size.width, size.height] if size else None


def _size(pair: list[int] | None) -> Size | None:
    return Size(*pair) if pair else None
