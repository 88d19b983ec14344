"""What stands in the log, and what must never stand there."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from app import logs

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """The events that were written as JSON."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_a_line_of_json() -> None:
    """Where nobody looks at a terminal, each event is one line for a machine, libraries' events too."""
    stream = io.StringIO()
    logs.set_up(stream=stream)
    structlog.get_logger("worker").info("done", job="Compare(run='x')", name="a\nb", seconds=0.5)
    logging.getLogger("uvicorn.error").warning("started %s", "here")
    logging.getLogger("urllib3.connectionpool").info("nobody wants to know")
    done, started = lines(stream)
    assert (done["event"], done["logger"], done["level"], done["name"]) == ("done", "worker", "info", "a\nb")
    assert done["timestamp"].endswith("Z")
    assert (started["event"], started["logger"]) == ("started here", "uvicorn.error")


def test_a_person_reads_a_line() -> None:
    """On a terminal an event is a line for a person, and a file's name cannot steer the terminal."""
    stream = Terminal()
    logs.set_up(stream=stream)
    structlog.get_logger("worker").info("done", name="a\x1b]0;title\x07b\nc")
    said = stream.getvalue()
    assert said.count("\n") == 1
    assert "a\\x1b]0;title\\x07b\\nc" in said
    assert not said.startswith("{")


def test_the_level_is_kept() -> None:
    """What is below the level is not written."""
    stream = io.StringIO()
    logs.set_up(level="warning", stream=stream)
    structlog.get_logger("worker").info("done")
    structlog.get_logger("worker").warning("later")
    assert [each["event"] for each in lines(stream)] == ["later"]


SECRETS = [
    "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
    "github_pat_11ABCDEFG0abcdefghijkl_mnop",
    "glpat-abcdefghij1234567890",
    "glptt-abcdefghij1234567890",
    "hvs.CAESIJabcdefghij1234567890",
    "v1." + "0" * 40,
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOjF9.c2lnbmF0dXJl",
    PEM,
    "-----BEGIN PRIVATE KEY-----\\nMIIE\\n and then nothing",
    "AKIAIOSFODNN7EXAMPLE",
]
INSIDE = [
    ("Authorization: Bearer {}", "abc.def-123"),
    ("Authorization: Basic {}", "dXNlcjpwYXNz"),
    ("postgresql://{}@db/golddigger", "user:hunter2"),
    ("https://gold/runs/r1?key={}&golden=a", "0a1b2c3d"),
    ("https://gold/pictures/d?until=1&sig={}", "0a1b2c3d"),
    ("https://gold/callback?code={}&state=x", "0a1b2c3d"),
    ("https://bucket/d?X-Amz-Algorithm=a&X-Amz-Signature={}&x=y", "0a1b2c3d"),
    ("https://bucket/d?X-Amz-Security-Token={}", "IQoJb3JpZ2lu%2F%2B"),
    ("https://bucket/d?X-Goog-Signature={}", "0a1b2c3d"),
    ("AccountName=shop;AccountKey={};EndpointSuffix=x", "Eby8vdM02xNOcqFlq/KBHBeksoGMGw=="),
]


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
@pytest.mark.parametrize(("text", "secret"), [*[("it was {} there", each) for each in SECRETS], *INSIDE])
def test_secrets_are_not_written(stream: type[io.StringIO], text: str, secret: str) -> None:
    """Whatever looks like a secret is hidden wherever it stands: words, values, lists, errors."""
    written = stream()
    logs.set_up(stream=written)
    said = text.format(secret)
    log = structlog.get_logger("worker")
    log.info(said, value=said, deep={"list": [said]})
    logging.getLogger("uvicorn.error").warning("%s", said)
    try:
        raise ValueError(said)
    except ValueError:
        log.exception("broken")
    plain = written.getvalue()
    for piece in [piece for piece in secret.replace("\\n", "\n").split("\n") if piece]:
        assert piece not in plain
    assert logs.HIDDEN in plain


def test_what_is_called_a_secret_is_hidden() -> None:
    """By its name a value is known too, however deep it stands."""
    stream = io.StringIO()
    logs.set_up(stream=stream)
    structlog.get_logger("x").info(
        "set", webhook_secret="hush", headers={"Cookie": "a=b", "X-Api-Key": "mum"}, more=[{"password": "ssh"}]
    )
    (event,) = lines(stream)
    assert event["webhook_secret"] == logs.HIDDEN
    assert event["headers"] == {"Cookie": logs.HIDDEN, "X-Api-Key": logs.HIDDEN}
    assert event["more"] == [{"password": logs.HIDDEN}]


def test_what_is_there_to_be_read_is_not_hidden() -> None:
    """A printed one-time address works, and addresses, digests and commits stay whole."""
    for said in (
        "http://127.0.0.1:8000/?token=abc",
        "https://api.github.com/repos/o/r/git/trees/" + "0" * 40,
        "the token was refused",
        "key=value",
    ):
        assert logs.redact(said) == said


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    """Looking for secrets twice finds no more than looking once."""
    once = logs.redact(text)
    assert logs.redact(once) == once
