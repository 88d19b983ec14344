"""Write what came of comparing as JSON; docs/compare.schema.json says of what shape."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.compare.findings import reason
from diffing.words import Box, Comparison, Difference, Digest, Outcome, Size

VERSION = 1


def lines(found: Sequence[Comparison]) -> Iterator[str]:
    """Give the file line by line, a comparison a line, in the order of the names."""
    tally = Counter(each.outcome for each in found)
    summary = {str(outcome): tally[outcome] for outcome in Outcome}
    yield f'{{"version": {VERSION}, "summary": {json.dumps(summary)}, "comparisons": [\n'
    for number, each in enumerate(found, 1):
        yield f"{json.dumps(_entry(each), ensure_ascii=False)}{',' if number < len(found) else ''}\n"
    yield "]}\n"


def _entry(each: Comparison) -> Mapping[str, Any]:
    seen = each.difference or Difference(outcome=each.outcome)
    return {
        "name": each.name,
        "outcome": each.outcome,
        "class": seen.kind,
        "pixels": seen.pixels,
        "antialiased": seen.antialiased,
        "ratio": seen.ratio,
        "boxes": [_edges(box) for box in seen.boxes],
        "fingerprint": seen.fingerprint,
        "golden": _side(each.golden, seen.golden_size),
        "candidate": _side(each.candidate, seen.candidate_size),
        "reason": reason(each),
    }


def _edges(box: Box) -> list[int]:
    return [box.left, box.top, box.left + box.width, box.top + box.height]


def _side(digest: Digest | None, size: Size | None) -> Mapping[str, Any] | None:
    if digest is None:
        return None
    return {"width": size and size.width, "height": size and size.height, "digest": digest}
