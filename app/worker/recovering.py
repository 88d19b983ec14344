"""Ask by the clock for the deliveries that did not arrive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from app.flow import recover
from app.flow.parts import Parts
from app.worker.rounds import Duty

log = structlog.get_logger("worker")

_EVERY, _FIRST = timedelta(minutes=5), timedelta(minutes=1)


def recovering(parts: Parts, clock: Callable[[], datetime]) -> Duty:
    """Give the duty. Soon after a start: much may have come while nobody was there."""

    def do(_is_over: object) -> bool:
        if asked := recover.recover(parts, clock()):
            log.info("asked for deliveries that did not arrive", count=asked)
        return True

    return Duty("recover", _EVERY, _FIRST, do)
