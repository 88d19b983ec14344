"""Say what a sandbox and its children tell each other: JSON heads and bytes, never a pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, Protocol

from diffing.words import Box, Difference, Kind, Outcome, Region, Rules, Share, Shift, Size, Tolerance

Head = Mapping[str, Any]
"""JSON. A child is not trusted any more once it has seen a file, so nothing of it is ever unpickled."""
Message = tuple[Head, list[bytes]]

_SHAPES = {"golden_size", "candidate_size", "shift", "boxes", "mask"}
_PLAIN = tuple(field.name for field in fields(Difference) if field.name not in _SHAPES)
_MOST_HEAD, _MOST_BYTES = 1 << 24, 1 << 30


class Pipe(Protocol):
    """One end of a pipe."""

    def read(self, length: int, /) -> bytes:
        """Give so many bytes, or fewer where the other end is gone."""

    def write(self, content: bytes, /) -> object:
        """Write all of it."""

    def flush(self) -> None:
        """Hand on what was written."""


def send(pipe: Pipe, head: Head, parts: Sequence[bytes]) -> None:
    """Write a message: its head's length in four bytes, the head, the parts."""
    line = json.dumps({**head, "lengths": [len(part) for part in parts]}).encode()
    pipe.write(len(line).to_bytes(4) + line)
    for part in parts:
        pipe.write(part)
    pipe.flush()


def receive(pipe: Pipe, *, most: int) -> Message:
    """Read a message of at most so many parts. Raises OSError or ValueError: there is none, or a strange one."""
    try:
        head = json.loads(_exactly(pipe, int.from_bytes(_exactly(pipe, 4)), _MOST_HEAD))
        lengths = [int(length) for length in head["lengths"]]
    except (KeyError, TypeError, RecursionError) as strange:
        raise ValueError("not a message") from strange
    if len(lengths) > most:
        raise ValueError("more parts than were asked for")
    return head, [_exactly(pipe, length) for length in lengths]


def write_rules(rules: Rules) -> tuple[Head, tuple[bytes, ...]]:
    """Write rules as a head and the parts that follow the two files."""
    regions = [_written(region) for region in rules.ignore]
    said = {"tolerance": asdict(rules.tolerance), "ignore": regions, "most_pixels": rules.most_pixels}
    return {**said, "draw": rules.draw, "mask": rules.mask}, rules.masks


def read_rules(said: Head, masks: Sequence[bytes]) -> Rules:
    """Read what `write_rules` wrote."""
    return Rules(
        tolerance=Tolerance(**said["tolerance"]),
        ignore=tuple(_region(*region) for region in said["ignore"]),
        masks=tuple(masks),
        most_pixels=said["most_pixels"],
        draw=said["draw"],
        mask=said["mask"],
    )


def write_difference(found: Difference) -> Message:
    """Write a difference as a message, its mask apart."""
    plain = {name: getattr(found, name) for name in _PLAIN}
    sides = {"golden_size": _edges(found.golden_size), "candidate_size": _edges(found.candidate_size)}
    rest = {"shift": _edges(found.shift), "boxes": [_edges(box) for box in found.boxes]}
    return {"difference": {**plain, **sides, **rest}}, [found.mask or b""]


def read_difference(head: Head, parts: Sequence[bytes]) -> Difference:
    """Read what `write_difference` wrote; raises KeyError, TypeError or ValueError where it is something else."""
    said = dict(head["difference"])
    golden, candidate, shift = said.pop("golden_size"), said.pop("candidate_size"), said.pop("shift")
    return Difference(
        outcome=Outcome(said.pop("outcome")),
        kind=Kind(kind) if (kind := said.pop("kind")) else None,
        golden_size=Size(*golden) if golden else None,
        candidate_size=Size(*candidate) if candidate else None,
        boxes=tuple(Box(*box) for box in said.pop("boxes")),
        shift=Shift(*shift) if shift else None,
        mask=parts[0] or None,
        **said,
    )


def _edges(shape: Size | Box | Shift | None) -> list[Any] | None:
    """Write a shape's fields in their order: `asdict` would take ten times as long."""
    return None if shape is None else [getattr(shape, name) for name in shape.__slots__]


def _written(region: Region) -> list[Any]:
    unit = "pixels" if isinstance(region, Box) else "share"
    return [unit, region.left, region.top, region.width, region.height]


def _region(unit: str, *edges: Any) -> Region:
    return Box(*edges) if unit == "pixels" else Share(*edges)


def _exactly(pipe: Pipe, length: int, most: int = _MOST_BYTES) -> bytes:
    if not 0 <= length <= most:
        raise ValueError("a length beyond all bounds")
    found = pipe.read(length)
    if len(found) < length:
        raise BrokenPipeError("the other end is gone")
    return found
