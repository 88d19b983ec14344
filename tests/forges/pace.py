"""Refuse what a test wants refused, and remember the pace that was kept: what every forge's limits stand on."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from tests.forges.web import Answer, Request

Kind = Literal["primary", "secondary", "secondary-429"]
"""`primary`: so many requests in a time, told with headers; the others: so many of one thing, told without."""
MINUTE = timedelta(minutes=1)


@dataclass
class Limit:
    """A limit that answers the next `times` requests."""

    kind: Kind
    retry_after: int | None
    times: int


@dataclass
class Fault:
    """An answer for the next `times` requests whose ``METHOD path`` matches; the path decoded."""

    pattern: re.Pattern[str]
    answer: Answer
    times: int


@dataclass
class Pace(ABC):
    """What a test switched on, and what was counted."""

    used: int = 0
    switched_on: list[Limit] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    created: list[tuple[datetime, str]] = field(default_factory=list)
    """When content was created, and by whom or by which operation."""

    def fail(self, pattern: str, status: int, *, times: int, page: bytes) -> None:
        """Let the next requests whose ``METHOD /path`` matches the pattern fail."""
        answer = Answer(status, raw=page, headers={"Content-Type": "text/html"})
        self.faults.append(Fault(re.compile(pattern), answer, times))

    def fault(self, request: Request) -> Answer | None:
        """Give the fault that a test wants for this request."""
        for fault in self.faults:
            if fault.times and fault.pattern.search(f"{request.method} {request.path}"):
                fault.times -= 1
                return fault.answer
        return None

    def limited(self, now: datetime) -> Answer | None:
        """Give the refusal that a test wants for the next requests."""
        for limit in self.switched_on:
            if limit.times:
                limit.times -= 1
                return self.refusal(limit, now)
        return None

    def busiest_minute(self) -> int:
        """Give the largest number of things that were created in any minute."""
        times = [at for at, _ in self.created]
        return max((sum(start <= at < start + MINUTE for at in times) for start in times), default=0)

    @abstractmethod
    def refusal(self, limit: Limit, now: datetime) -> Answer:
        """Say no as this forge does."""
        ...
