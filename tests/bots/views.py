"""Make views to be told of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bots.forge import Vocabulary
from bots.views import RunView, Said, View
from diffing.verdict import judge
from diffing.words import (
    Comparison,
    Decision,
    Difference,
    Digest,
    Kind,
    Name,
    Opinion,
    Outcome,
    Sha,
    Size,
)

HEAD = Sha("1a2b3c4d5e" * 4)
PAGE = "https://gold.example.org/runs/r1?key=abc"
WORDS = Vocabulary(change="pull request", sign="#")


def compared(
    id_: int,
    name: str,
    outcome: Outcome = Outcome.CHANGED,
    *,
    suite: str = "widgets",
    kind: Kind | None = Kind.CONTENT,
    pixels: int = 100,
    fingerprint: str = "",
    placed: bool = True,
    why: str = "",
    flaky: bool = False,
) -> Comparison:
    """A comparison of two pictures of 100×100."""
    size, changed = Size(100, 100), outcome is Outcome.CHANGED
    return Comparison(
        id=str(id_),
        suite=suite,
        name=Name(name),
        outcome=outcome,
        placed=placed,
        golden=None if outcome is Outcome.ADDED else Digest(f"{id_:064x}"),
        candidate=None if outcome is Outcome.REMOVED else Digest(f"{id_ + 1:064x}"),
        mask=Digest(f"{id_ + 2:064x}") if changed else None,
        difference=Difference(
            outcome=outcome,
            kind=kind if changed else None,
            golden_size=None if outcome is Outcome.ADDED else size,
            candidate_size=None if outcome in (Outcome.REMOVED, Outcome.UNREADABLE) else size,
            pixels=pixels if changed else 0,
            ratio=pixels / 10_000 if changed else 0.0,
            fingerprint=fingerprint,
        ),
        why=why,
        flaky=flaky,
    )


def run_of(comparisons: Iterable[Comparison], *, kept: bool | None = True, state: str = "concluded") -> RunView:
    """A run that ended with these comparisons."""
    return RunView(id="r1", title="Golden tests", url=PAGE, state=state, kept=kept, comparisons=tuple(comparisons))


def view_of(*runs: RunView) -> View:
    """A view of these runs, nothing decided yet."""
    everything = [each for run in runs for each in run.comparisons]
    return View(
        vocabulary=WORDS,
        change_id="7",
        number="12",
        title="Blue buttons",
        head=HEAD,
        url=PAGE,
        runs=runs,
        verdict=judge(everything, []),
    )


def decided(view: View, opinion: Opinion, who: str = "alice", *ids: str) -> View:
    """The view after somebody said so of these comparisons, or of all."""
    meant = [each for each in view.comparisons if each.decidable and (not ids or each.id in ids)]
    opinions = {**view.opinions, **{each.id: Said(opinion, who) for each in meant}}
    said = [
        Decision(name=each.name, candidate=each.candidate, opinion=held.opinion, who=held.who)
        for each in view.comparisons
        if (held := opinions.get(each.id))
    ]
    return replace(view, opinions=opinions, verdict=judge(view.comparisons, said))
