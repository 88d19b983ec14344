"""Find candidates where the configuration says they lie: a pattern of their paths, and one of their goldens'.

For frameworks that no other preset knows. The patterns come from the base branch, the paths from strangers."""

from __future__ import annotations

from collections.abc import Sequence

from diffing import templates
from diffing.presets.preset import Bed, Preset
from diffing.words import Found, Member, Name, Read, Suite, Tree


def find(suite: Suite, members: Sequence[Member], _read: Read, tree: Tree) -> list[Found]:
    """Find the candidates whose paths the suite's template takes, each with the golden that it gives."""
    template = suite.template
    if template is None:
        return []
    given = ((member, templates.golden(template, member.path)) for member in members)
    return [
        Found(suite=suite.name, member=member, name=name, missing=name not in tree)
        for member, name in given
        if name is not None
    ]


def _never(_members: Sequence[Member], _tree: Tree) -> bool:
    return False  # nobody can tell without the configuration


def _bed(_name: Name, _tree: Tree) -> Bed | None:
    return None


def _advise(_members: Sequence[Member]) -> str:
    return (
        "`candidate` has to match the whole path of a file in the artifact: begin it with `**/` where folders of "
        "CI's machine may stand before, and compare it with the paths above."
    )


TEMPLATE = Preset(
    title="template",
    default=Suite(name="template", preset="template", goldens=()),
    find=find,
    recognise=_never,
    bed=_bed,
    marks=(),
    anywhere=(),
    seeks="what `candidate` matches",
    advise=_advise,
)
