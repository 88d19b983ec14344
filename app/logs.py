"""Write the log: a line an event, for people on a terminal and as JSON otherwise, never with secrets."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[redacted]"
_NAMES = re.compile(r"authorization|cookie|passw|secret|private.?key|api.?key|token$", re.IGNORECASE)
_SECRETS = re.compile(
    r"-----BEGIN [^-]{0,40}-----.*?(?:-----END [^-]{0,40}-----|\Z)"
    r"|\b(?:gh[pousr]_|github_pat_|gl(?:pat|ptt|dt|rt|rtr|cbt|ft|imt|agent|oas|soat)-|whsec_|hv[sbr]\.)[\w.-]{10,}"
    r"|\bv1\.[0-9a-f]{40}\b"  # installation tokens, as they were before ghs_
    r"|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+"
    r"|(?<=bearer )[\w.~+/=-]+|(?<=basic )[\w+/=]{8,}"
    r"|(?<=[?&]key=)[^&\s\"']+|(?<=[?&]sig=)[^&\s\"']+|(?<=[?&]code=)[^&\s\"']+"
    r"|(?<=x-amz-signature=)\w+|(?<=x-goog-signature=)\w+|(?<=x-amz-security-token=)[^&\s\"']+"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|(?<=accountkey=)[^;\s\"']+"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)",
    re.IGNORECASE | re.DOTALL,
)
"""Not `?token=`: a printed one-time token is there to be used, once."""
_CONTROLS = {each: f"\\x{each:02x}" for each in (*range(32), *range(127, 160))} | {
    ord("\n"): "\\n",
    ord("\t"): "\\t",
}
_LIBRARIES = ("alembic", "azure", "boto3", "botocore", "dramatiq", "google", "PIL", "s3transfer", "urllib3")
"""Heard only when something is wrong: what they do besides is told in our own words."""
_SILENT = ("azure.identity", "pika")
"""Write a page for each identity that there is not and each connection that is lost, told in a line elsewhere."""


def set_up(*, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send what structlog and the libraries' logging say down the same road."""
    out = stream or sys.stderr
    pretty = out.isatty()
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if pretty else "iso", utc=not pretty),
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(_Redacting(foreign_pre_chain=before, processors=_last(pretty=pretty)))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def redact(text: str) -> str:
    """Put a sign in place of whatever looks like a key, a token or a password."""
    return _SECRETS.sub(HIDDEN, text)


class _Redacting(structlog.stdlib.ProcessorFormatter):
    """Looks at the whole line as it will be written: nothing that was put into it can be forgotten."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def _last(*, pretty: bool) -> Sequence[Processor]:
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if pretty:
        # Without local variables: they hold keys.
        drawn = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        return [meta, _hide_named, _visible, drawn]
    # `default=str`: a log line never fails for what stands in it.
    written = structlog.processors.JSONRenderer(default=str)
    return [meta, _hide_named, structlog.processors.format_exc_info, written]


def _hide_named(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide what is called a secret, however deep."""
    return {name: HIDDEN if _NAMES.search(name) else _hidden(value) for name, value in event.items()}


def _hidden(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): HIDDEN if _NAMES.search(str(name)) else _hidden(each) for name, each in value.items()}
    return [_hidden(each) for each in value] if isinstance(value, list) else value


def _visible(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Write control characters as such: a file's name must not steer somebody's terminal."""
    return {name: each.translate(_CONTROLS) if isinstance(each, str) else each for name, each in event.items()}
