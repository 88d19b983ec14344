"""Find pictures that a test printed into CI's log: a line that ends in `#[IMAGE]:`, and one of base64 after it.

By flutter/cocoon's dashboard/tool/update_goldens_from_luci.dart and the comparator of its tests: the golden's path
stands before ` has failed`, and what a runner puts before each line (`Shell: `, a time) before that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diffing.presets.places import ending, folder, is_picture, parts
from diffing.presets.preset import Bed, Preset
from diffing.presets.targets import Targets
from diffing.words import Form, Found, Member, Name, Piece, Read, Refused, Suite, Tree

_MARK, _FAILED = b"#[IMAGE]:", " has failed"
_LOGS = frozenset({".log", ".txt", ""})
_MOST_LOGS, _MOST_BYTES, _MOST_PICTURES = 50, 64 << 20, 2_000
_MOST_CHARACTERS, _MOST_WORDS = 2_000, 12


@dataclass(frozen=True, slots=True)
class Print:
    """A picture in a log: the words before it, and the byte at which its base64 begins."""

    log: Member
    said: str
    at: int


def find(suite: Suite, members: Sequence[Member], read: Read, tree: Tree) -> list[Found]:
    """Find the pictures in the logs, in their order there."""
    prints = list(_prints(members, read))
    if not prints:
        return []
    goldens = Targets(suite, tree, is_picture)
    return [_place(goldens, each) for each in prints]


def _prints(members: Sequence[Member], read: Read) -> Iterator[Print]:
    left, pictures = _MOST_BYTES, 0
    for log in [each for each in members if ending(each.path) in _LOGS][:_MOST_LOGS]:
        try:
            content = read(log)
        except Refused:
            continue
        left -= len(content)
        if left < 0:
            return
        for each in _in_log(log, content):
            yield each
            pictures += 1
            if pictures == _MOST_PICTURES:
                return


def _in_log(log: Member, content: bytes) -> Iterator[Print]:
    at = content.find(_MARK)
    while at >= 0:
        end = content.find(b"\n", at)
        if end < 0:
            return
        earliest = max(0, at - _MOST_CHARACTERS)
        begin = max(content.rfind(b"\n", earliest, at) + 1, earliest)
        if not content[at + len(_MARK) : end].strip():
            yield Print(log, content[begin:at].decode(errors="replace"), _base64(content, end + 1))
        at = content.find(_MARK, end)


def _base64(content: bytes, begin: int) -> int:
    """Say where in a line the base64 begins: after the last space, because it has none."""
    end = content.find(b"\n", begin)
    line = content[begin : end if end >= 0 else len(content)].rstrip()
    return begin + line.rfind(b" ") + 1


def _place(goldens: Targets, picture: Print) -> Found:
    said = picture.said.partition(_FAILED)[0]
    paths = [parts(each) for each in _ends(said)]
    names = next((names for path in paths if path and (names := goldens.of_path(path))), [])
    return goldens.place(
        picture.log,
        names,
        paths[-1] if paths else (),
        piece=Piece(Form.LOGGED, picture.at),
        advice="Let the test print the golden's path in the repository before ` has failed … #[IMAGE]:`.",
    )


def _ends(said: str) -> Iterator[str]:
    """Give what may be the path: all that was said, then without its first word, and so on."""
    words = said.strip().split(" ")
    return (" ".join(words[at:]) for at in range(max(0, len(words) - _MOST_WORDS), len(words)))


def _recognise(_members: Sequence[Member], _tree: Tree) -> bool:
    return False  # a log's name tells nothing; `find` looks into it


def _bed(name: Name, tree: Tree) -> Bed | None:
    above, kind = folder(name), name.rpartition(".")[2]
    return Bed(folder=above, glob=f"**/*.{kind}") if above and name in tree else None


def _advise(_members: Sequence[Member]) -> str:
    return (
        "Print `PATH has failed #[IMAGE]:`, and the picture's base64 as one line after it, and upload the log as "
        "a file that ends in `.log` or `.txt`."
    )


COCOON_LOG = Preset(
    title="pictures in a log",
    default=Suite(name="cocoon-log", preset="cocoon-log", goldens=("**/{test,tests,integration_test}/**/*.png",)),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("pubspec.yaml", "package.json"),
    anywhere=("**/*.png",),
    seeks="`#[IMAGE]:` in a log",
    advise=_advise,
)
