"""Hold every line that the product writes to this: no token, header or key of the run stands in it.

A plugin of pytest's. What is secret it learns where it is used: from settings, and on the wire, of both sides.
What is written it hears from the log's own formatter, from what tests leave on standard output and error (their
child processes' too), and from child processes of ours whose output is taken. A run in which one meets the other
fails."""

from __future__ import annotations

import base64
import binascii
import functools
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
from pydantic import SecretStr
from urllib3.connectionpool import HTTPConnectionPool

from app import logs

SHORTEST = 8
"""Whatever is shorter is found in any text."""
_HEADERS = {
    "authorization",
    "cookie",
    "job-token",
    "private-token",
    "proxy-authorization",
    "set-cookie",
    "webhook-signature",
    "x-amz-security-token",
    "x-gitlab-token",
    "x-hub-signature-256",
    "x-vault-token",
}
_QUERY = {"access_token", "code", "code_verifier", "key", "private_token", "sig", "x-amz-signature"}
_ENVIRONMENT = ("SECRET", "TOKEN", "PASSWORD", "_KEY")
_OPENED = (("storage.database", "connect"), ("app.worker.broker", "make"))
"""What opens something by its address, which may hold a password."""
_OURS = ("golddigger", "app.cli", "app.worker")
_MOST_SHOWN = 240


@dataclass(frozen=True, slots=True)
class Written:
    """Something that was written: by which test, and where to."""

    test: str
    where: str
    text: str


@dataclass(slots=True)
class Leaks:
    """What is secret, what was written, and where they met."""

    test: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    """With what each of them is."""
    written: list[Written] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    counted: tuple[int, int] = (0, 0)
    """How many secrets there were in all, and lines."""

    def learn(self, what: str, secret: str) -> None:
        """Remember a secret; of several lines, as of a PEM, each."""
        for line in secret.splitlines():
            plain = line.strip()
            if len(plain) >= SHORTEST and not plain.startswith("-----"):
                forms = {plain, json.dumps(plain)[1:-1], quote(plain, safe="")}
                self.secrets.update(dict.fromkeys(forms, what))

    def hear(self, where: str, text: str) -> None:
        """Remember what was written."""
        if text:
            self.written.append(Written(self.test, where, text))

    def look(self) -> None:
        """Look for the one in the other, and begin anew."""
        whole = "\n".join(each.text for each in self.written)
        met = [secret for secret in self.secrets if secret in whole]
        for each in self.written if met else ():
            self.found += self._in(each, met)
        self.counted = (self.counted[0] + len(self.secrets), self.counted[1] + whole.count("\n") + bool(whole))
        self.secrets.clear()
        self.written.clear()

    def _in(self, written: Written, secrets: Iterable[str]) -> Iterator[str]:
        for number, line in enumerate(written.text.splitlines(), 1):
            for secret in secrets:
                if secret in line:
                    place = f"{written.test} wrote to {written.where}, line {number}"
                    yield f"{place}, {self.secrets[secret]}: {self._without(line)[:_MOST_SHOWN]}"

    def _without(self, line: str) -> str:
        for secret in sorted(self.secrets, key=len, reverse=True):
            line = line.replace(secret, "[…]")
        return line


# ---------------------------------------------------------------------------------------------- the plugin


class Plugin:
    """Listens while tests run, and says in the end what it found."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.leaks = Leaks()
        self.stream = open(2, "w", closefd=False, buffering=1)  # noqa: SIM115 - standard error, as captured
        self._undo: list[Callable[[], None]] = []

    def begin(self) -> None:
        """Listen from now on."""
        self._write()
        learn, hear = self.leaks.learn, self.leaks.hear
        self._wrap(SecretStr, "__init__", after=lambda _, secret, value, *__: learn("a setting", value))
        self._wrap(
            HTTPConnectionPool,
            "urlopen",
            before=lambda _, method, url, body=None, headers=None, *__, **___: on_wire(learn, url, headers or {}),
            after=lambda answer, *_, **__: _headers(learn, answer.headers),
        )
        formatter = logs._Redacting  # all that is logged goes through it, whatever the stream
        self._wrap(formatter, "format", after=lambda line, *_: hear("the log", line))
        self._wrap(subprocess.Popen, "communicate", after=self._communicated)

    def end(self) -> None:
        """Leave everything as it was."""
        for undo in reversed(self._undo):
            undo()

    # ------------------------------------------------------------------------------------ pytest's hooks

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Know who writes, in the product's own way; look, when the tests of another file begin."""
        if _file(nodeid) != _file(self.leaks.test):
            self.leaks.look()
            self._learn_environment()
        self.leaks.test = nodeid
        self._write()
        self._listen_to_late_comers()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        """Learn what a test itself set in the environment."""
        try:
            return (yield)
        finally:
            self._learn_environment()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hear what a test left on its streams; where tests run in workers, the worker hears."""
        if hasattr(report, "node"):
            return
        for title, text in report.sections:
            if title in {f"Captured stdout {report.when}", f"Captured stderr {report.when}"}:
                self.leaks.hear(f"standard {'output' if 'stdout' in title else 'error'}", text)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Look for the last time, and fail the run where something was found."""
        self.leaks.look()
        told = getattr(self.config, "workeroutput", None)
        if told is not None:
            told["leaks"] = (self.leaks.found, self.leaks.counted)
        elif self.leaks.found:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker found."""
        found, (secrets, lines) = getattr(node, "workeroutput", {}).get("leaks", ([], (0, 0)))
        self.leaks.found += found
        self.leaks.counted = (self.leaks.counted[0] + secrets, self.leaks.counted[1] + lines)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say how much was looked at, and name the lines, without the secrets."""
        secrets, lines = self.leaks.counted
        terminalreporter.line(f"{lines} lines were looked through for {secrets} secrets.")
        if self.leaks.found:
            terminalreporter.section("secrets in what was written", red=True)
            for each in dict.fromkeys(self.leaks.found):
                terminalreporter.line(each)

    # ---------------------------------------------------------------------------------------- listening

    def _write(self) -> None:
        """Have the log written as the product does, to the last word."""
        handlers = logging.getLogger().handlers
        if not any(getattr(each, "stream", None) is self.stream for each in handlers):
            logs.set_up(level="debug", stream=self.stream)

    def _learn_environment(self) -> None:
        for name, value in os.environ.items():
            if any(each in name for each in _ENVIRONMENT):
                self.leaks.learn(name, value)
            elif "://" in value and (password := _password(value)):
                self.leaks.learn(f"the password of {name}", password)

    def _listen_to_late_comers(self) -> None:
        """Hear what is loaded only when somebody uses it: Starlette's test client, databases, queues."""
        learn = self.leaks.learn
        client = getattr(sys.modules.get("httpx2"), "Client", None)
        if client is not None and not hasattr(client.send, "__wrapped__"):
            self._wrap(
                client,
                "send",
                before=lambda _, request, *__, **___: on_wire(learn, str(request.url), request.headers),
                after=lambda answer, *_, **__: _headers(learn, answer.headers),
            )
        for name, opens in _OPENED:
            module = sys.modules.get(name)
            if module is not None and not hasattr(getattr(module, opens), "__wrapped__"):
                self._wrap(module, opens, before=lambda url, *_, **__: learn("a password", _password(url)))

    def _communicated(self, told: tuple[Any, Any], process: Any, *_: object, **__: object) -> None:
        if any(ours in str(process.args) for ours in _OURS):
            for where, text in zip(("output", "error"), told, strict=True):
                plain = text.decode(errors="replace") if isinstance(text, bytes) else text or ""
                self.leaks.hear(f"a child's standard {where}", plain)

    def _wrap(
        self,
        owner: Any,
        name: str,
        *,
        before: Callable[..., None] | None = None,
        after: Callable[..., None] | None = None,
    ) -> None:
        kept = getattr(owner, name)

        @functools.wraps(kept)
        def listened(*args: Any, **kwargs: Any) -> Any:
            if before is not None:
                before(*args, **kwargs)
            answer = kept(*args, **kwargs)
            if after is not None:
                after(answer, *args, **kwargs)
            return answer

        setattr(owner, name, listened)
        self._undo.append(functools.partial(setattr, owner, name, kept))


def pytest_configure(config: pytest.Config) -> None:
    """Begin to listen."""
    plugin = Plugin(config)
    config.pluginmanager.register(plugin, "leaks")
    config.add_cleanup(plugin.end)
    plugin.begin()


# ------------------------------------------------------------------------------------------------ the wire


def on_wire(learn: Callable[[str, str], None], url: str, headers: Mapping[str, Any]) -> None:
    """Learn what a request proves itself with."""
    _headers(learn, headers)
    parts = urlsplit(url)
    if parts.query:
        for name, value in parse_qsl(parts.query):
            if name.lower() in _QUERY:
                learn(f"{name}= of an address", value)


def _headers(learn: Callable[[str, str], None], headers: Mapping[str, Any]) -> None:
    for name, value in headers.items():
        lower = name.lower()
        if lower in _HEADERS:
            plain = value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for secret in _secrets(lower, plain):
                learn(f"the header {name}", secret)


def _secrets(name: str, value: str) -> Iterator[str]:
    """Take the secrets out of a header: without the scheme, and the attributes of a cookie."""
    if name == "set-cookie":
        yield value.partition(";")[0].partition("=")[2].strip('"')
    elif name == "cookie":
        yield from (each.partition("=")[2].strip('"') for each in value.split("; "))
    elif name.endswith("authorization"):
        scheme, _, proof = value.partition(" ")
        yield proof
        if scheme.lower() == "basic":
            yield _basic(proof)
    else:
        yield value


def _basic(proof: str) -> str:
    try:
        return base64.b64decode(proof).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _password(url: str) -> str:
    try:
        return unquote(urlsplit(url).password or "")
    except ValueError:
        return ""


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]
