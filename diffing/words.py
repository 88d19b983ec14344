"""Name what the core talks about. Data only: nothing here decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

Name = NewType("Name", str)
"""A golden's path in the repository, POSIX style, relative to its root."""
Digest = NewType("Digest", str)
"""SHA-256 of a file's bytes, 64 lower-case hexadecimal digits."""
BlobId = NewType("BlobId", str)
"""git's name of a file's bytes: SHA-1 over ``blob <length>\\0`` and the bytes."""
Sha = NewType("Sha", str)
"""A commit's id."""


class Refused(Exception):
    """It will not work however often it is tried; the text says what a person can do about it."""


class NoSuch(Refused):
    """What was asked about is not there, says whoever would have it; or it is hidden from us."""


class Unavailable(Exception):
    """It did not work now. Try again `after` seconds, or when you like where that is None."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


class Outcome(StrEnum):
    """What came of looking at one golden beside its candidate."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    UNREADABLE = "unreadable"


class Kind(StrEnum):
    """Of what kind a change is; the first that fits, in this order."""

    ENCODING_ONLY = "encoding-only"  # other bytes, same pixels
    METADATA_ONLY = "metadata-only"  # same pixels, other colour profile or text chunks
    FORMATTING_ONLY = "formatting-only"  # text that means the same: a re-ordered JSON key
    RESIZED = "resized"
    ANTIALIASING_ONLY = "antialiasing-only"
    SHIFTED = "shifted"
    RECOLOURED = "recoloured"
    CONTENT = "content"


QUIET = (Kind.ENCODING_ONLY, Kind.METADATA_ONLY, Kind.FORMATTING_ONLY, Kind.ANTIALIASING_ONLY)
"""What most people need not look at: it comes last in every list."""


class Mode(StrEnum):
    """What CI keeps in the artifact: only what failed there, or every candidate."""

    FAILURES = "failures"
    ALL = "all"


class Obsolete(StrEnum):
    """What to do with a golden that has no candidate in an artifact of every candidate."""

    REPORT = "report"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels from the top left corner."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Share:
    """A rectangle as shares of a picture's width and height, 0 to 1, from the top left corner."""

    left: float
    top: float
    width: float
    height: float


Region = Box | Share


@dataclass(frozen=True, slots=True)
class Shift:
    """Lines `first` to `last` of the golden stand `by` pixels further on in the candidate (negative: back)."""

    lines: str
    """`rows` or `columns`."""
    first: int
    last: int
    by: int

    def __str__(self) -> str:
        ways = ("down", "up") if self.lines == "rows" else ("right", "left")
        return f"{self.lines} {self.first}–{self.last} moved {ways[self.by < 0]} by {abs(self.by)} px"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How much may differ before a golden counts as changed."""

    threshold: float = 0.1
    """YIQ distance of one pixel, 0 to 1, as in pixelmatch."""
    antialiasing: bool = False
    """Count anti-aliased pixels too."""
    exact: bool = False
    """Count every pixel that is not the same to the bit, whatever `threshold` and `antialiasing` say."""
    pixels: int = 0
    """So many pixels may differ …"""
    ratio: float = 0.0
    """… or this share of all pixels, whichever allows more."""
    size: int = 0
    """So many pixels either side may be longer or shorter; what only the larger picture has is not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """What is not compared in the goldens that match `path`: regions, and wherever a mask is painted."""

    path: str
    regions: tuple[Region, ...] = ()
    mask: Name | None = None
    """A picture in the repository, at the base; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How to compare one golden."""

    tolerance: Tolerance = Tolerance()
    ignore: tuple[Region, ...] = ()
    masks: tuple[bytes, ...] = ()
    """Pictures: wherever one is painted, nothing is compared."""
    most_pixels: int = 80_000_000
    """Images of more pixels are refused by their header."""
    draw: bool = True
    """Draw texts that can be drawn (SVG), beside comparing their lines."""
    mask: bool = True
    """Make the mask. Whoever only wants to know how much differs, and where, does without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What `diffing.differ` found between a golden's bytes and a candidate's."""

    outcome: Outcome
    kind: Kind | None = None
    """None where the outcome is *same* to the byte, or *unreadable*."""
    golden_size: Size | None = None
    """None where that side is no readable image."""
    candidate_size: Size | None = None
    pixels: int = 0
    """Pixels (text: lines) that differ beyond the tolerance's threshold, anti-aliased ones apart."""
    lines: int = 0
    """Lines that differ, of a text that was drawn too (an SVG, what a PDF says): `pixels` are the drawings'."""
    antialiased: int = 0
    ratio: float = 0.0
    """`pixels` as a share of all pixels of the larger side."""
    largest: float = 0.0
    """Largest colour distance of a pixel, 0 to 1."""
    mean: float = 0.0
    """Mean colour distance over the pixels that differ, 0 to 1."""
    boxes: tuple[Box, ...] = ()
    """Where it differs, largest first, at most 100."""
    shift: Shift | None = None
    """What moved; None where nothing did, or it does not explain most of what differs."""
    fingerprint: str = ""
    """Equal where what differs has the same form; empty where there is none to compare. `diffing.groups` makes it
    equal for the same change in several goldens."""
    exchange: str = ""
    """Equal where the same pixels were removed and added in the same order; empty where there are none."""
    mask: bytes | None = None
    """A palette PNG of the candidate's size (the larger of both): 0 same, 1 anti-aliased, 2 differs."""
    why: str = ""
    """A sentence for people: why unreadable, or a remark on the change."""


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One file in a commit's tree: git's mode (``100644``, ``120000``, ``160000`` …) and the blob's id."""

    mode: str
    id: BlobId


Tree = Mapping[Name, TreeEntry]


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """Where one file lies: the artifact's name and the path inside it, POSIX style."""

    artifact: str
    path: str


Read = Callable[[Member], bytes]
"""Gives a member's bytes; raises Refused when they are over the cap or broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Where candidates lie, and which golden each is for."""

    candidate: str
    """A glob of their paths in the artifact, which names parts: `{name}`, `{name=GLOB}`."""
    becomes: str
    """The golden's path, with those names in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One set of goldens with one set of rules."""

    name: str
    preset: str
    goldens: tuple[str, ...]
    """Globs of golden paths, ``**`` for any folders. Nothing outside them is ever committed."""
    artifact: tuple[str, ...] = ("golddigger*", "goldens*", "*golden*")
    """Globs of artifact names, letter case ignored."""
    mode: Mode = Mode.FAILURES
    tolerance: Tolerance = Tolerance()
    ignore: tuple[Ignore, ...] = ()
    obsolete: Obsolete = Obsolete.REPORT
    template: Template | None = None
    """Of the preset `template`; None for every other."""


class Form(StrEnum):
    """How a candidate stands in a member that holds more."""

    THIRD = "third"  # the last of three pictures of one size, side by side or one below the other
    LOGGED = "logged"  # a base64 text in a log


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a member that is the candidate."""

    form: Form
    at: int = 0
    """LOGGED: the byte of the member at which the base64 begins. Else 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One candidate that a preset found in an artifact, with the golden it is for."""

    suite: str
    member: Member
    name: Name | None
    """None where no golden, or more than one, could be meant."""
    options: tuple[Name, ...] = ()
    """The goldens it may be for, where there are several."""
    reference: Member | None = None
    """The copy of the golden that CI compared with. A claim by the change's author: it settles which golden
    is meant, and is never shown as *before*."""
    earlier: tuple[Found, ...] = ()
    """What earlier retries of the same test drew, oldest first."""
    piece: Piece | None = None
    """What of the member is the candidate; None where all of it is."""
    missing: bool = False
    """CI said there is no golden yet."""
    why: str = ""
    """A sentence for people where `name` is None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A golden beside its candidate, and what came of it. `(name, candidate)` is what a decision names."""

    id: str
    suite: str
    name: Name
    """The golden's path; for a candidate without a golden to put it at, its path in the artifact."""
    outcome: Outcome
    placed: bool = True
    """False where it is not known which golden is meant: shown, never committed."""
    golden: Digest | None = None
    """None where there is no golden."""
    golden_blob: BlobId | None = None
    """The golden's blob in the reviewed tree (for LFS the pointer's); None where there is no golden."""
    candidate: Digest | None = None
    """None where there is no candidate: the golden is to be removed."""
    difference: Difference | None = None
    mask: Digest | None = None
    flaky: bool = False
    """Drawn differently by retries on the same commit, or from what was approved a minute ago."""
    why: str = ""

    @property
    def open(self) -> bool:
        """Does it call for a decision?"""
        return self.outcome is not Outcome.SAME

    @property
    def decidable(self) -> bool:
        """Can a decision on it be carried out?"""
        return self.open and self.placed and self.outcome is not Outcome.UNREADABLE


class Opinion(StrEnum):
    """What one person said of one candidate."""

    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One person's opinion of one candidate digest. Append-only: the last one counts."""

    name: Name
    candidate: Digest | None
    opinion: Opinion
    who: str


class Verdict(StrEnum):
    """What follows from comparisons and decisions; derived, never stored."""

    PASSED = "passed"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Pair:
    """A candidate beside its golden's place in the tree, before any pixel is read."""

    suite: str
    name: Name
    placed: bool
    golden: TreeEntry | None
    found: Found | None
    """None where the golden has no candidate."""
    why: str = ""
    notes: tuple[str, ...] = field(default=())
