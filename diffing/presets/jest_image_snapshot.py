"""Find what jest-image-snapshot received: `__received_output__/ID-received.png` is for `../ID.png`.

Storybook's test-runner compares by its means, with goldens in `__snapshots__/`. Where only its composites
(golden, difference and what was received, side by side) were kept, they are shown, and what to set is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from diffing.presets.places import Parts, folder, last, parts
from diffing.presets.preset import Bed, Preset, listed
from diffing.presets.targets import Targets
from diffing.words import Found, Member, Name, Read, Suite, Tree

_RECEIVED, _COMPARED = "-received.png", "-diff.png"
_FOLDER, _COMPOSITES = "__received_output__", "__diff_output__"
_GOLDENS, _STORIES = "__image_snapshots__", "__snapshots__"
_SET = "Set `storeReceivedOnFailure: true`"


def find(suite: Suite, members: Sequence[Member], _read: Read, tree: Tree) -> list[Found]:
    """Find the candidates; a received folder of another name is looked for by the file's name alone."""
    targets = Targets(suite, tree, lambda name: name.endswith(".png"))
    received = [member for member in members if _is_received(member)]
    kept = {_target(member, _RECEIVED)[-1] for member in received}
    lonely = [each for each in members if _is_composite(each) and _target(each, _COMPARED)[-1] not in kept]
    return [
        *(_place(targets, member) for member in received),
        *(_lonely(suite, targets, member) for member in lonely),
    ]


def _recognise(members: Sequence[Member], tree: Tree) -> bool:
    usual = any(_FOLDER in parts(member.path) for member in members if _is_received(member))
    goldens = any(f"{_GOLDENS}/" in name or f"{_STORIES}/" in name for name in tree if name.endswith(".png"))
    return usual or (goldens and any(_is_received(member) or _is_composite(member) for member in members))


def _is_received(member: Member) -> bool:
    return member.path.endswith(_RECEIVED)


def _is_composite(member: Member) -> bool:
    return member.path.endswith(_COMPARED) and _COMPOSITES in parts(folder(member.path))


def _target(member: Member, ending: str) -> Parts:
    """Give the golden's path as far as the artifact's tells it."""
    above = (part for part in parts(folder(member.path)) if part not in {_FOLDER, _COMPOSITES})
    return (*above, f"{last(member.path).removesuffix(ending)}.png")


def _meant(targets: Targets, target: Parts) -> list[Name]:
    return targets.of_path(target) or targets.of_ending(target)


def _place(targets: Targets, member: Member) -> Found:
    return targets.place(member, _meant(targets, _target(member, _RECEIVED)))


def _lonely(suite: Suite, targets: Targets, member: Member) -> Found:
    """Show a composite without what was received: never as an option, for it is no candidate."""
    names = _meant(targets, _target(member, _COMPARED))
    of = f" of {listed(names)}" if names else ""
    why = f"This is golden, difference and candidate{of} in one picture; the candidate alone was not kept. {_SET}."
    return Found(suite=suite.name, member=member, name=None, why=why)


def _bed(name: Name, _tree: Tree) -> Bed:
    split = parts(folder(name))
    if _GOLDENS not in split:
        return Bed(folder="/".join(split), glob="*.png")
    return Bed(folder="/".join(split[: split.index(_GOLDENS)]), glob=f"**/{_GOLDENS}/**/*.png")


def _advise(members: Sequence[Member]) -> str:
    composites = [member.path for member in members if _is_composite(member)]
    seen = f"There are only composites ({listed(composites)}). " if composites else ""
    return (
        f"{seen}jest-image-snapshot keeps what it received only with `storeReceivedOnFailure: true`: set it, "
        f"leave `customReceivedPostfix` as it is, and upload `**/{_FOLDER}/`. "
        "With `--ci` it writes nothing for a golden that is not there yet."
    )


JEST_IMAGE_SNAPSHOT = Preset(
    title="jest-image-snapshot",
    default=Suite(name="jest-image-snapshot", preset="jest-image-snapshot", goldens=(f"**/{_GOLDENS}/**/*.png",)),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("package.json",),
    anywhere=("**/*.png",),
    seeks=f"`{_FOLDER}/*{_RECEIVED}`",
    advise=_advise,
)
STORYBOOK = replace(
    JEST_IMAGE_SNAPSHOT,
    title="Storybook",
    default=Suite(name="storybook", preset="storybook", goldens=(f"**/{_STORIES}/**/*.png",)),
)
"""What nobody configured is recognised as jest-image-snapshot's."""
