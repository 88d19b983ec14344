"""Say what a real part is: found how, started how, waited for how."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.forges.web import free_port


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One process of a part. `user`: as whom it runs, None for whoever runs the tests."""

    words: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop: signal.Signals = signal.SIGTERM


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A program that somebody else wrote and Golddigger works with in production."""

    key: str
    """Its name in GOLDDIGGER_TEST_REQUIRE, in folders, and in capitals in GOLDDIGGER_TEST_…_URL."""
    name: str
    install: str
    """How to get it, as the end of a sentence."""
    program: Callable[[], str | None]
    """Where it lies; None where the machine does not have it."""
    prepare: Callable[[Path], None] = lambda folder: None
    commands: Callable[[Path, int], Sequence[Command]]
    url: Callable[[int], str]
    answers: Callable[[str], bool]
    patience: float = 30.0
    """Seconds until it must answer."""

    @property
    def variable(self) -> str:
        """Name the variable by which one that runs already is named."""
        return f"GOLDDIGGER_TEST_{self.key.upper()}_URL"

    @property
    def named(self) -> str:
        """Give the address of one that runs already; empty where none is named."""
        return os.environ.get(self.variable, "")

    @property
    def missing(self) -> str:
        """Say in a line how to get what is missing; empty where it is there."""
        if self.named or self.program():
            return ""
        return f"{self.name} is missing: {self.install}, or name one that runs in {self.variable}"


def program(*names: str, beside: Sequence[Path] = ()) -> str | None:
    """Find a program in folders that are not in the path, then in the path."""
    path = os.pathsep.join([*map(str, beside), os.environ.get("PATH", "")])
    return next(filter(None, (shutil.which(name, path=path) for name in names)), None)


def free_ports(count: int) -> list[int]:
    """Give ports on loopback that nobody listens at now."""
    return [free_port() for _ in range(count)]
