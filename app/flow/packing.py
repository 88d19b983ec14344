"""Pack pairs that were laid out into batches, and unpack them where they are measured."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from app.flow.laying import Laid
from app.flow.measure import Rulebook, Ruling, judged
from app.messages import read_rules, write_rules
from diffing.digests import digest
from diffing.words import Digest, Mode
from storage import comparisons
from storage.batches import Batch
from storage.differences import Written

WAITING = 32
"""So many pairs of a batch wait to be measured, some seconds' work: what is lost with a worker is done again."""
_WHOLE = 1000
"""So many neighbours make a batch, however few of them wait."""

Unpacked = tuple[list[Laid], Callable[[Laid], Ruling]]


def pack(laid: Sequence[Laid], rules: Rulebook) -> Iterator[Batch]:
    """Cut a run's pairs into batches of neighbours, in their order."""
    masks = {name: digest(content) for name, content in rules.masks.items()}
    by_bytes = {content: masks[name] for name, content in rules.masks.items()}
    for some in _cut(laid):
        waiting = sum(not each.settled for each in some)
        if waiting:
            yield Batch(size=waiting, pairs=_packed(some, rules, by_bytes))
        else:
            yield Batch(size=0, pairs={}, found=[judged(each, each.comparison) for each in some])


def unpack(written: Written, mask: Callable[[Digest], bytes]) -> Unpacked:
    """Give a batch's pairs, and the rules of each; `mask` gives the bytes of a mask."""
    fetched = cache(mask)
    rulings = [_ruling(each, fetched) for each in written["rules"]]
    laid = [_laid(each) for each in written["pairs"]]
    ruled = {_key(one): each["rules"] for one, each in zip(laid, written["pairs"], strict=True) if not one.settled}
    return laid, lambda each: rulings[ruled[_key(each)]]


def _cut(laid: Sequence[Laid]) -> Iterator[Sequence[Laid]]:
    start = waiting = 0
    for at, each in enumerate(laid):
        waiting += not each.settled
        if waiting == WAITING or at + 1 - start == _WHOLE:
            yield laid[start : at + 1]
            start, waiting = at + 1, 0
    if start < len(laid):
        yield laid[start:]


def _packed(some: Iterable[Laid], rules: Rulebook, masks: Mapping[bytes, Digest]) -> Written:
    known: dict[str, int] = {}
    pairs = []
    for each in some:
        said = _written(each)
        if not each.settled:
            ruling = rules.of(*each.golden)
            key = json.dumps(_ruled(ruling, masks), sort_keys=True)
            said["rules"] = known.setdefault(key, len(known))
        pairs.append(said)
    return {"pairs": pairs, "rules": [json.loads(key) for key in known]}


def _key(each: Laid) -> tuple[str, str, bool]:
    """Tell a pair from all others of its run."""
    return *each.golden, each.comparison.placed


def _written(each: Laid) -> dict[str, Any]:
    return {
        "comparison": comparisons.columns(each.comparison),
        "settled": each.settled,
        "refusal": each.refusal,
        "weight": each.weight,
        "doubted": each.doubted,
    }


def _laid(said: Mapping[str, Any]) -> Laid:
    return Laid(
        comparison=comparisons.of_columns(said["comparison"]),
        settled=said["settled"],
        refusal=said["refusal"],
        weight=said["weight"],
        doubted=said["doubted"],
    )


def _ruled(ruling: Ruling, masks: Mapping[bytes, Digest]) -> dict[str, Any]:
    said, contents = write_rules(ruling.rules)
    return {"mode": ruling.mode.value, "said": said, "masks": [masks[each] for each in contents]}


def _ruling(said: Mapping[str, Any], mask: Callable[[Digest], bytes]) -> Ruling:
    rules = read_rules(said["said"], [mask(Digest(each)) for each in said["masks"]])
    return Ruling(Mode(said["mode"]), rules)
