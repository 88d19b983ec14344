"""Find what cypress-image-snapshot compared: `__diff_output__/NAME.diff.png` is for `../NAME.snap.png`.

It is a composite, golden, difference and candidate in one picture, of which the candidate is cut. Where the tests
set jest-image-snapshot's `storeReceivedOnFailure`, the candidate itself lies in `__received_output__/`
(dist/plugin.js of @simonsmith/cypress-image-snapshot)."""

from __future__ import annotations

from collections.abc import Sequence

from diffing.presets.places import Parts, folder, last, parts
from diffing.presets.preset import Bed, Preset
from diffing.presets.targets import Targets
from diffing.words import Form, Found, Member, Name, Piece, Read, Suite, Tree

_RECEIVED, _COMPARED = "-received.png", ".diff.png"
_RECEIVED_FOLDER, _COMPARED_FOLDER = "__received_output__", "__diff_output__"
_GOLDEN = ".snap.png"
_OPTION = "Upload `cypress/snapshots/` with its folders."


def find(suite: Suite, members: Sequence[Member], _read: Read, tree: Tree) -> list[Found]:
    """Find the candidates, whole where they were kept so."""
    targets = Targets(suite, tree, lambda name: name.endswith(_GOLDEN))
    whole = [_place(targets, each, _RECEIVED) for each in members if _is_received(each)]
    pieces = [_place(targets, each, _COMPARED, Piece(Form.THIRD)) for each in members if _is_composite(each)]
    known = {each.name for each in whole if each.name is not None}
    return [*whole, *(each for each in pieces if each.name not in known)]


def _is_received(member: Member) -> bool:
    return member.path.endswith(_RECEIVED) and _RECEIVED_FOLDER in parts(folder(member.path))


def _is_composite(member: Member) -> bool:
    return member.path.endswith(_COMPARED)


def _place(targets: Targets, member: Member, ending: str, piece: Piece | None = None) -> Found:
    target = _target(member, ending)
    names = targets.of_path(target) or targets.of_ending(target)
    return targets.place(member, names, piece=piece, advice=_OPTION)


def _target(member: Member, ending: str) -> Parts:
    """Give the golden's path as far as the artifact's tells it."""
    above = (part for part in parts(folder(member.path)) if part not in {_RECEIVED_FOLDER, _COMPARED_FOLDER})
    return (*above, f"{last(member.path).removesuffix(ending)}{_GOLDEN}")


def _recognise(members: Sequence[Member], tree: Tree) -> bool:
    usual = any(_is_composite(member) and _COMPARED_FOLDER in parts(folder(member.path)) for member in members)
    goldens = any(name.endswith(_GOLDEN) for name in tree)
    return usual or (goldens and any(_is_composite(member) for member in members))


def _bed(name: Name, tree: Tree) -> Bed | None:
    above = parts(folder(name))
    if name not in tree or not name.endswith(_GOLDEN):
        return None
    at = above.index("snapshots") + 1 if "snapshots" in above else len(above)
    return Bed(folder="/".join(above[:at]), glob=f"**/*{_GOLDEN}" if at else f"*{_GOLDEN}")


def _advise(_members: Sequence[Member]) -> str:
    return (
        "cypress-image-snapshot keeps a composite in `__diff_output__/` beside the goldens: upload "
        "`cypress/snapshots/**/__diff_output__/` also when the tests fail. With `storeReceivedOnFailure: true` it "
        "keeps the candidate itself in `__received_output__/`, which is better: upload that too. A golden that is "
        "not there yet it writes itself: run it without `requireSnapshots`, and upload the goldens with "
        "`preset: same-path`."
    )


CYPRESS = Preset(
    title="Cypress",
    default=Suite(name="cypress", preset="cypress", goldens=(f"**/*{_GOLDEN}",)),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("cypress.config.ts", "cypress.config.js", "cypress.config.mjs", "cypress.config.cjs", "package.json"),
    anywhere=("**/*.png",),
    seeks=f"`__diff_output__/*{_COMPARED}`",
    advise=_advise,
)
