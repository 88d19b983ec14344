"""The command `golddigger`, as people type it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import jsonschema_rs
import pytest
import requests
from typer.testing import CliRunner

from app import main as parts
from app.cli import main
from diffing.words import Refused, Unavailable

COMMANDS = ("demo", "review", "compare", "serve", "worker", "migrate", "sweep", "doctor", "check-config", "schema")
KEY = {"GOLDDIGGER_SECRET_KEY": "a key that nobody can guess"}


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, and an environment without settings."""
    for name in [name for name in os.environ if name.startswith("GOLDDIGGER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def say(*words: str, env: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Type a command; give how it ended, what it said, and what it complained of."""
    done = CliRunner().invoke(main, words, env=env, prog_name="golddigger")
    return done.exit_code, done.stdout, done.stderr


def test_help_lists_every_command() -> None:
    """Each command is listed with a sentence that is not cut off."""
    ended, told, _ = say("--help")
    assert ended == 0
    for command in COMMANDS:
        assert re.search(rf"^│ {command} +\w", told, re.MULTILINE)
    assert "…" not in told


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_examples_that_can_be_typed(command: str) -> None:
    """Each command's help says what it is for, and its examples begin with the command itself."""
    ended, told, _ = say(command, "--help")
    assert ended == 0
    examples = told.partition("For example:")[2].partition("╭")[0]
    assert f"golddigger {command}" in examples


def test_version() -> None:
    """The version is the package's."""
    assert say("--version") == (0, f"golddigger {version('golddigger')}\n", "")


@pytest.mark.parametrize(
    "words", [["sing"], ["serve", "--port", "x"], ["serve", "--log-level", "loud"], ["review"]]
)
def test_mistyped_is_said_without_a_traceback(words: list[str]) -> None:
    """What was mistyped ends with 2 and a hint."""
    ended, _, complained = say(*words)
    assert ended == 2
    assert "Traceback" not in complained


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "sweep"])
def test_wrong_settings_are_all_named(command: str) -> None:
    """A command that cannot start names all that is wrong with its settings, and ends with 1."""
    ended, _, complained = say(command, env={"GOLDDIGGER_WORKERS": "0", "GOLDDIGGER_PUBLIC_URL": "x", **KEY})
    assert ended == 1
    assert complained.startswith("golddigger: The settings need mending:\n")
    assert len(complained.splitlines()) == 3


@pytest.mark.parametrize("trouble", [Refused("The branch moved."), Unavailable("GitHub sleeps.")])
def test_trouble_is_told_in_one_sentence(trouble: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused, or cannot be had now, is one sentence and 1, never a traceback."""

    def broken(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(parts, "migrate", broken)
    assert say("migrate") == (1, "", f"golddigger: {trouble}\n")


def test_a_worker_needs_a_queue_of_its_own() -> None:
    """With the queue in memory a worker has nothing to do, and says what to run instead."""
    ended, _, complained = say("worker")
    assert ended == 1
    assert "golddigger serve" in complained


def test_migrate_makes_what_the_doctor_misses(somewhere: Path) -> None:
    """The doctor says what to do, and after it is done all is well."""
    ended, told, _ = say("doctor")
    assert ended == 1
    assert "✗ database" in told
    assert "golddigger migrate" in " ".join(told.split())
    assert say("migrate")[0] == 0
    ended, told, _ = say("doctor")
    assert (ended, "✗" in told) == (0, False)
    assert (somewhere / "golddigger-data" / "golddigger.db").is_file()


def test_the_doctor_looks_at_the_settings_first() -> None:
    """Settings that cannot be read are a finding like any other."""
    ended, told, _ = say("doctor", env={"GOLDDIGGER_IMAGES": "some"})
    assert ended == 1
    assert "✗ settings" in told
    assert "GOLDDIGGER_IMAGES" in told


def test_sweep_says_what_was_left_over() -> None:
    """A sweep of a house in order finds nothing."""
    assert say("migrate")[0] == 0
    assert say("sweep") == (0, "Nothing was left over.\n", "")


def test_settings_come_from_a_file(somewhere: Path) -> None:
    """A settings file is read where it is named."""
    (somewhere / "my.toml").write_text('data = "elsewhere"\n')
    assert say("migrate", "--config", "my.toml")[0] == 0
    assert (somewhere / "elsewhere" / "golddigger.db").is_file()


def test_the_schema_holds_a_good_configuration_and_no_bad_one() -> None:
    """What is printed is a JSON Schema that knows right from wrong."""
    ended, told, _ = say("schema")
    assert ended == 0
    schema = jsonschema_rs.validator_for(json.loads(told))
    assert schema.is_valid({"version": 1, "suites": [{"name": "a", "preset": "flutter", "goldens": ["**/*.png"]}]})
    assert not schema.is_valid({"version": 1, "suits": []})


def test_check_config_praises_what_is_right(somewhere: Path) -> None:
    """A good configuration is told back in short."""
    (somewhere / ".golddigger.yml").write_text(
        "version: 1\nsuites:\n  - {name: widgets, preset: flutter, goldens: ['test/**/*.png']}\n"
    )
    assert say("check-config") == (0, ".golddigger.yml: one suite: widgets (flutter).\n", "")


def test_check_config_points_at_every_mistake(somewhere: Path) -> None:
    """Each mistake has its line, its column, and what was probably meant."""
    (somewhere / "c.yml").write_text(
        "version: 1\nsuites:\n  - {name: widgets, preset: fluter, goldens: ['a/*.png'], mod: all}\n"
    )
    ended, told, complained = say("check-config", "c.yml")
    assert (ended, told) == (1, "")
    assert len(complained.splitlines()) == 2
    assert all(line.startswith("c.yml: line 3, column ") for line in complained.splitlines())
    assert "did you mean `flutter`?" in complained
    assert "did you mean `mode`?" in complained


def test_check_config_of_a_file_that_is_not_there() -> None:
    """A file that cannot be read is said so by the system's reason."""
    assert say("check-config", "none.yml") == (1, "", "none.yml: No such file or directory.\n")


@pytest.mark.slow
def test_serve_answers_until_it_is_told_to_stop(somewhere: Path) -> None:
    """The server makes its data folder, prints where to sign in, answers, and ends in order when asked to."""
    port = _free_port()
    command = [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", str(port)]
    root = Path(__file__).parents[2]
    log = somewhere / "log"
    with log.open("w") as written:
        environment = {**os.environ, "PYTHONPATH": str(root)}
        server = subprocess.Popen(command, stderr=written, cwd=somewhere, env=environment)
    try:
        base = f"http://127.0.0.1:{port}"
        assert _answers(f"{base}/readyz", server).json()
        events = [json.loads(line) for line in log.read_text().splitlines()]
        assert requests.get(next(each["setup"] for each in events if "setup" in each), timeout=10).ok
        assert not any("open" in each for each in events)  # a file is no terminal
        printed = subprocess.run(
            [*command[:3], "invite"], cwd=somewhere, env=environment, capture_output=True, text=True, check=True
        )
        word = printed.stdout.strip().rpartition("/")[2]
        opened = requests.get(f"{base}/{word}", timeout=10)
        assert opened.ok
        assert "Sign out" in opened.text
        assert "Sign out" not in requests.get(f"{base}/{word}", timeout=10).text
        assert (somewhere / "golddigger-data" / "golddigger.db").is_file()
    finally:
        server.send_signal(signal.SIGTERM)
        ended = server.wait(30)
    assert ended in (0, -signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _answers(url: str, server: subprocess.Popen[bytes]) -> requests.Response:
    until = time.monotonic() + 30
    while time.monotonic() < until and server.poll() is None:
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer")
