"""Hold what a report tells of: one head of a change, as the flow found it. Data only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bots import markers
from bots.forge import Vocabulary
from diffing.words import Comparison, Digest, Name, Opinion, Sha, Verdict


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of one comparison."""

    opinion: Opinion
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One run at the head."""

    id: str
    title: str
    """What CI calls the pipeline."""
    url: str
    """The run's page."""
    state: str
    """As in `diffing.states.RUN`."""
    golden_url: Callable[[Comparison], str] | None = None
    """Gives the place of one comparison on the page; None: there is only the page."""
    kept: bool | None = None
    """Did the pipeline keep goldens? None: not yet known."""
    notes: tuple[str, ...] = ()
    """Sentences: what was looked for, found, left out, and what to mend."""
    why: str = ""
    """Why it failed."""
    done: int = 0
    total: int = 0
    comparisons: tuple[Comparison, ...] = ()

    @property
    def under_way(self) -> bool:
        """Is it still to be compared?"""
        return self.state in ("queued", "comparing")

    def at(self, comparison: Comparison) -> str:
        """Give where to look at a comparison."""
        return self.golden_url(comparison) if self.golden_url else self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalView:
    """One approval of this head, and how far it is."""

    state: str
    """As in `diffing.states.APPROVAL`."""
    who: str
    why: str = ""
    commit: str = ""
    """The commit's id; empty until there is one."""
    url: str = ""
    files: frozenset[tuple[Name, Digest | None]] = frozenset()
    """Which candidates it is for, by their goldens' names."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Where the commit went that could not go to the branch itself, and the commands that bring it in."""

    branch: str
    commands: tuple[str, ...]
    into: str = ""
    """The branch where it is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything a report tells of."""

    vocabulary: Vocabulary
    change_id: str
    """Our own id of the change: the check's handle, and the comment's."""
    number: str
    title: str
    head: Sha
    url: str
    """Where the check leads: the run's page, or the first one's."""
    fork: bool = False
    runs: tuple[RunView, ...] = ()
    """The live runs at the head."""
    opinions: Mapping[str, Said | None] = field(default_factory=dict)
    """By comparison id what counts; None or nothing where it is undecided."""
    verdict: Verdict = Verdict.PASSED
    approvals: tuple[ApprovalView, ...] = ()
    """Those of this head, oldest first."""
    waiting: int = 0
    """Pipelines at the head that still run."""
    mistakes: tuple[str, ...] = ()
    """Sentences on mistakes in the configuration."""
    notice: str = ""
    """A sentence to show first: a stale approval. One that begins with `@name: ` addresses that person."""
    picture: Callable[[Digest], str] | None = None
    """Gives a public address of a picture; None where pictures must not leave the house."""
    seal: Callable[[str], str] | None = None
    """Makes the seal over the comment; None where nobody will tick in it."""
    commented: bool = False
    """Is there a comment already?"""
    beside: Beside | None = None

    @property
    def edition(self) -> str:
        """Name the runs that have something to approve."""
        return markers.edition(run.id for run in self.runs if run.state == "concluded")

    @property
    def begun(self) -> bool:
        """Has anything of CI ended at this head?"""
        return bool(self.runs)

    @property
    def settled(self) -> bool:
        """Is nothing under way any more at this head?"""
        return self.begun and not self.waiting and not any(run.under_way for run in self.runs)

    @property
    def comparisons(self) -> list[Comparison]:
        """All comparisons of all runs."""
        return [each for run in self.runs for each in run.comparisons]

    def opinion(self, comparison: Comparison) -> Opinion | None:
        """Give what counts of a comparison; None where it is undecided."""
        said = self.opinions.get(comparison.id)
        return said.opinion if said else None

    @property
    def undecided(self) -> list[Comparison]:
        """What awaits a decision that can be carried out."""
        return [each for each in self.comparisons if each.decidable and self.opinion(each) is None]

    @property
    def committing(self) -> bool:
        """Is a commit asked for or on its way?"""
        return any(each.state in ("requested", "committing") for each in self.approvals)

    @property
    def committed(self) -> bool:
        """Was all that is approved committed, and to the branch itself?"""
        done = {file for each in self.approvals if each.state == "committed" for file in each.files}
        approved = {
            (each.name, each.candidate) for each in self.comparisons if self.opinion(each) is Opinion.APPROVED
        }
        return bool(done) and approved <= done and not self.committing and self.beside is None
