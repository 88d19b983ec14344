"""Keep runs, and move them from queued to concluded."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select, tuple_, update

from diffing.states import RUN
from diffing.words import Comparison
from storage.comparisons import add
from storage.inserting import insert
from storage.moving import free, lapsed as lease_lapsed, move, moved
from storage.tables import runs

_GRACE = timedelta(minutes=1)
"""Runs queued for less are most likely in the queue still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """All comparisons of one pipeline attempt on one head of a change: how far that is, and how it ended."""

    id: str
    change_id: int
    head: str
    base: str
    pipeline_id: str
    attempt: int
    round: int
    """1, or more where somebody asked to compare again."""
    source: str
    title: str
    url: str
    state: str
    why: str
    """Why it failed; empty where it did not."""
    notes: tuple[str, ...]
    globs: Mapping[str, tuple[str, ...]]
    """By suite, which files may be committed."""
    kept: bool | None
    """Did the pipeline keep goldens at all? None: not yet known."""
    done: int
    total: int
    tries: int
    lease_until: datetime | None
    created_at: datetime
    concluded_at: datetime | None
    """When it ended, however that was; None while it has not."""
    shown_at: datetime | None
    """When people could first see what it found, by the forge's clock."""


def insert_run(db: Connection) -> None: ...
