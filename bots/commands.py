"""Read what people order in comments: commands, and boxes that were ticked. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bots import markers
from bots.forge import Vocabulary
from bots.lines import spoken
from bots.markers import ComparisonBox, Everything, SuiteBox
from diffing.globs import literal, matches
from diffing.words import Comparison

APPROVE = "approve"
RERUN = "rerun"
"""What the buttons beside the check are for; the id of the first also names the edition that it stands beside."""

MOST_COMMANDS = 10
"""So many different commands of one comment are read; what follows is not."""

# ------------------------------------------------------------------------------------------- the words


@dataclass(frozen=True, slots=True)
class All:
    """Whatever awaits a decision."""


@dataclass(frozen=True, slots=True)
class OfSuite:
    """What belongs to one suite."""

    name: str


@dataclass(frozen=True, slots=True)
class Globs:
    """What is named, or matches a glob."""

    globs: tuple[str, ...]


Selection = All | OfSuite | Globs


@dataclass(frozen=True, slots=True)
class Approve:
    """Approve and commit. `sha` is the commit that the person looked at; None where they did not say."""

    selection: Selection
    sha: str | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """Say no."""

    selection: Selection


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back what this person said last."""


@dataclass(frozen=True, slots=True)
class Rerun:
    """Fetch the artifacts and compare again."""


@dataclass(frozen=True, slots=True)
class Status:
    """Say how it stands."""


@dataclass(frozen=True, slots=True)
class Help:
    """List the commands."""


Command = Approve | Reject | Undo | Rerun | Status | Help


@dataclass(frozen=True, slots=True)
class Unknown:
    """What is no command, and the one that was probably meant; None where there is no guess."""

    word: str
    meant: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """The boxes that were ticked in one edit of our comment, and which report they stood in."""

    change: str
    head: str
    edition: str
    all: bool
    suites: frozenset[str]
    comparisons: frozenset[str]

    @property
    def count(self) -> int:
        """How many boxes?"""
        return self.all + len(self.suites) + len(self.comparisons)


# ------------------------------------------------------------------------------------- reading commands

_BARE: dict[str, Command] = {"undo": Undo(), "rerun": Rerun(), "status": Status()}
_WORDS = ("approve", "reject", *_BARE, "help")
_SYNONYMS = {
    "accept": "approve",
    "lgtm": "approve",
    "ok": "approve",
    "update": "approve",
    "commit": "approve",
    "deny": "reject",
    "decline": "reject",
    "revert": "undo",
    "withdraw": "undo",
    "cancel": "undo",
    "retry": "rerun",
    "recheck": "rerun",
    "re-run": "rerun",
    "compare": "rerun",
    "commands": "help",
}
_COMMAND = re.compile(r" {0,3}/golddigger(?:\s+(.*)|)", re.IGNORECASE)
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'|`([^`]*)`")
_TOKEN = re.compile(rf"(?:{_QUOTED.pattern}|\S)+")
_SHA = re.compile(r"[0-9a-fA-F]{7,40}")
_HARD = {'"': r"[\!-#]", "<": "[;-=]"}
"""What ends a quotation in a command, or hides the rest of it; each as a glob, with its rare neighbours."""


def commands(text: str) -> list[Command | Unknown]:
    """Read the commands of a comment in their order, each once. Code, quotes and hidden text hold none."""
    found = (_COMMAND.fullmatch(line) for line in spoken(text))
    return list(dict.fromkeys(_order(each[1] or "") for each in found if each))[:MOST_COMMANDS]


def argument(name: str) -> str:
    """Write a golden's name so that a command means it alone, whatever it is called."""
    if _SHA.fullmatch(name) or _is_whole(name) or not _HARD.keys().isdisjoint(name):
        alone = "".join(_HARD.get(each) or literal(each) for each in name)
        return _in_quotes(f"/{alone}")  # a glob from the root: no other word of ours begins so
    return _in_quotes(name)


def choose(selection: Selection, comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Give the comparisons that a selection names, in their order."""
    match selection:
        case All():
            return list(comparisons)
        case OfSuite(name):
            exact = [each for each in comparisons if each.suite == name]
            return exact or [each for each in comparisons if each.suite.casefold() == name.casefold()]
        case Globs(globs):
            ids = {each.id for glob in globs for each in _named(glob, comparisons)}
            return [each for each in comparisons if each.id in ids]


def _order(rest: str) -> Command | Unknown:
    said = [_unquoted(token[0]) for token in _TOKEN.finditer(rest)]
    word, arguments = (said[0].casefold(), tuple(said[1:])) if said else ("help", ())
    match word:
        case "approve":
            return _approve(arguments)
        case "reject":
            chosen = _selection(arguments)
            return Reject(chosen) if chosen else _unclear(word, arguments)
        case "undo" | "rerun" | "status":
            return _unclear(word, arguments) if arguments else _BARE[word]
        case "help":
            return Help()
        case _:
            return _unknown(word)


def _approve(arguments: tuple[str, ...]) -> Approve | Unknown:
    sha = arguments[-1] if arguments and _SHA.fullmatch(arguments[-1]) else None
    chosen = _selection(arguments[:-1] if sha else arguments)
    return Approve(chosen, sha.lower() if sha else None) if chosen else _unclear("approve", arguments)


def _selection(arguments: tuple[str, ...]) -> Selection | None:
    """Read what is chosen; None where *all* or a suite stands beside something else."""
    whole = [each for each in arguments if _is_whole(each)]
    if not whole:
        return Globs(arguments) if arguments else All()
    if len(arguments) > 1:
        return None
    return All() if whole[0].casefold() == "all" else OfSuite(whole[0][len("suite:") :])


def _is_whole(argument: str) -> bool:
    return argument.casefold() == "all" or argument.casefold().startswith("suite:")


def _in_quotes(argument: str) -> str:
    return f'"{argument}"' if any(each.isspace() or each in "'`" for each in argument) else argument


def _unknown(word: str) -> Unknown:
    close = get_close_matches(word, _WORDS, n=1)
    return Unknown(_shown(word), _SYNONYMS.get(word) or (close[0] if close else None))


def _unclear(word: str, arguments: tuple[str, ...]) -> Unknown:
    return Unknown(_shown(" ".join((word, *arguments))), f"/golddigger {word}")


def _shown(said: str) -> str:
    """Shorten what somebody wrote so that it can stand between backticks."""
    return said.replace("`", "'")[:60]


def _unquoted(token: str) -> str:
    return _QUOTED.sub(lambda found: next(part for part in found.groups() if part is not None), token)


def _named(glob: str, comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Give what has this very name; else what matches the glob; one without a folder is for any folder."""
    exact = [each for each in comparisons if each.name == glob]
    anywhere = glob if "/" in glob else f"**/{glob}"
    return exact or [each for each in comparisons if matches(each.name, anywhere)]


# ---------------------------------------------------------------------------- reading buttons and boxes


def button(edition: str) -> str:
    """Give the id of the button that approves what stands in an edition of the report."""
    return f"{APPROVE}:{edition}"


def pressed(id_: str) -> tuple[str, str]:
    """Read a button's id: what it is for, and the edition beside which it stood."""
    what, _, edition = id_.partition(":")
    return what, edition


def ticks(before: str | None, after: str) -> Ticks | None:
    """Read which boxes an edit of our comment ticked; None where the edit did anything else, or nothing.

    `before`: None where it is not known. Ours never holds a ticked box: it is taken for `after` without ticks."""
    before = markers.cleared(after) if before is None else before
    mark = markers.read_report(before)
    old, new = _plain_lines(before), _plain_lines(after)
    if mark is None or len(old) != len(new):
        return None
    edited = [(one, other) for one, other in zip(old, new, strict=True) if one != other]
    found = markers.boxes(one for one, _ in edited)
    if not edited or len(found) != len(edited) or any(markers.ticked(one) != other for one, other in edited):
        return None
    return Ticks(
        change=mark.change,
        head=mark.head,
        edition=mark.edition,
        all=Everything() in found,
        suites=frozenset(each.suite for each in found if isinstance(each, SuiteBox)),
        comparisons=frozenset(each.comparison for each in found if isinstance(each, ComparisonBox)),
    )


def _plain_lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")


# ------------------------------------------------------------------------------------------------- help

_HELP = """\
| Command | What it does |
|---|---|
| `/golddigger approve` | approve everything that awaits a decision, and commit it |
| `/golddigger approve lib/**/login*.png` | … only what matches; several names or globs may follow |
| `/golddigger approve suite:NAME` | … only one suite |
| `/golddigger approve all 1a2b3c4` | … only if the branch is still at that commit; a fork needs this |
| `/golddigger reject [GLOB…]` | say no: the check fails until it is mended or approved |
| `/golddigger undo` | take back what you said last, while it is not committed |
| `/golddigger rerun` | fetch what CI kept and compare it again |
| `/golddigger status` | say how it stands |
| `/golddigger help` | this list |

A command is the first word of a line, outside quotes and code. Names with spaces go between quotes.
*status* and *help* are for everybody; the others are for whoever may push to this repository, unless
`.golddigger.yml` on the {change}'s base branch says otherwise."""


def help_text(vocabulary: Vocabulary) -> str:
    """Say what can be ordered, by whom, with examples (Markdown)."""
    return _HELP.format(change=vocabulary.change)
