"""Find candidates that lie in the artifact as their goldens lie in the repository, below any other folder."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from diffing.globs import matches_any
from diffing.presets.places import PICTURES, Endings, Parts, by_path, files, folder, is_picture, last, parts
from diffing.presets.preset import Bed, Preset, found, listed
from diffing.words import Found, Member, Mode, Name, Read, Suite, Tree


@dataclass(frozen=True, slots=True)
class Moved:
    """How an artifact's paths became other than the repository's: `cut` was put before them, `lost` taken away."""

    cut: Parts
    lost: Parts

    def back(self, path: Parts) -> Name | None:
        """Give the name of a path before it was moved; None where it does not lie in that folder."""
        inside = path[: len(self.cut)] == self.cut
        return Name("/".join(self.lost + path[len(self.cut) :])) if inside else None


def find(suite: Suite, members: Sequence[Member], _read: Read, tree: Tree) -> list[Found]:
    """Find the candidates: each at its golden's own path, as most of its artifact's files lie."""
    goldens = by_path(name for name in files(tree) if matches_any(name, suite.goldens))
    by_artifact: defaultdict[str, list[Member]] = defaultdict(list)
    for member in members:
        by_artifact[member.artifact].append(member)
    return [each for kept in by_artifact.values() for each in _in_artifact(suite, kept, goldens, tree)]


def _in_artifact(suite: Suite, members: Sequence[Member], goldens: Endings, tree: Tree) -> list[Found]:
    moved = _moved(members, goldens)
    placed = (_place(suite, member, goldens, moved, tree) for member in members)
    return [each for each in placed if each is not None]


def _moved(members: Sequence[Member], goldens: Endings) -> Moved | None:
    """Ask the files that can mean one golden only how they were moved; most count. None where there are none."""
    votes: Counter[Moved] = Counter()
    for path in (parts(member.path) for member in members):
        meant = goldens.meant(path)
        if len(meant) == 1:
            own = parts(meant[0])
            votes[Moved(path[: max(0, len(path) - len(own))], own[: max(0, len(own) - len(path))])] += 1
    return votes.most_common(1)[0][0] if votes else None


def _place(suite: Suite, member: Member, goldens: Endings, moved: Moved | None, tree: Tree) -> Found | None:
    path = parts(member.path)
    own = moved.back(path) if moved else None
    meant = goldens.meant(path)
    if own is not None and own in meant:
        return found(suite, member, [own], why="")
    if meant:
        return found(
            suite, member, meant, why=f"It may be {listed(meant)}: keep more of its path in the artifact."
        )
    new = own if own is not None else Name(member.path)
    if matches_any(new, suite.goldens):
        return Found(suite=suite.name, member=member, name=new, missing=new not in tree)
    return _nowhere(suite, member) if is_picture(member.path) else None


def _nowhere(suite: Suite, member: Member) -> Found:
    why = f"No golden lies at this path, and {listed(suite.goldens) or 'no glob'} does not take it."
    return Found(suite=suite.name, member=member, name=None, why=why)


def _recognise(members: Sequence[Member], tree: Tree) -> bool:
    """At least half of the pictures mean one golden of the tree."""
    goldens = by_path(name for name in files(tree) if is_picture(name))
    pictures = [member for member in members if is_picture(member.path)]
    placed = sum(len(goldens.meant(parts(member.path))) == 1 for member in pictures)
    return placed > 0 and 2 * placed >= len(pictures)


def _bed(name: Name, tree: Tree) -> Bed | None:
    if name not in tree or not is_picture(name):
        return None
    above, ending = folder(name), last(name).rpartition(".")[2]
    return Bed(folder=above, glob=f"**/*.{ending}" if above else f"*.{ending}")


def _advise(_members: Sequence[Member]) -> str:
    return (
        "Upload the candidates under the paths that their goldens have in the repository, "
        'and say where those lie: `goldens: ["test/goldens/**/*.png"]`.'
    )


SAME_PATH = Preset(
    title="same path",
    default=Suite(name="same-path", preset="same-path", goldens=(), mode=Mode.ALL),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=(),
    anywhere=(f"**/*{{{','.join(PICTURES)}}}",),
    seeks="files at the paths of goldens",
    advise=_advise,
)
