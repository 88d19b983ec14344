"""That the look for secrets in what is written finds them, in each place, and that it is quiet otherwise."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.leaks import Leaks, on_wire

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
LEAKING = '''
"""Tests that write secrets, each in another way."""
import json, logging, subprocess, sys
import pytest, requests, structlog
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from storage import database
from tests.forges.web import Answer, Site

log = structlog.get_logger("test")

@pytest.fixture
def site():
    made = Site(lambda request: Answer(200, {}, headers={"Set-Cookie": "session=sesame-open-up; Path=/"}))
    made.start()
    yield made
    made.stop()

def test_quiet(site):
    SecretStr("a setting that nobody reads")
    requests.get(site.url, headers={"Authorization": "Bearer not-to-be-told-1"})
    log.info("done", authorization="Bearer not-to-be-told-1", path="/runs?key=not-to-be-told-2")
'''
WAYS = {
    "a setting, in a line of the log": 'SecretStr("whisper-it"); log.info("done", what="whisper-it")',
    "the log of a library": 'SecretStr("whisper-it"); logging.getLogger("x").debug("it is %s", "whisper-it")',
    "standard output": 'SecretStr("whisper-it"); print("it is whisper-it")',
    "standard error, of a child": (
        'SecretStr("whisper-it")\n'
        '    subprocess.run([sys.executable, "-c", "import os; os.write(2, b\'whisper-it\')"])'
    ),
    "a child of ours whose output is taken": (
        'SecretStr("whisper-it")\n'
        '    subprocess.run([sys.executable, "-c", "print(\'whisper-it\')  # golddigger"], capture_output=True)'
    ),
    "a line that was written before": 'log.info("done", what="whisper-it"); SecretStr("whisper-it")',
    "a bearer's token": (
        'requests.get(site.url, headers={"Authorization": "Bearer whisper-it"}); log.info("whisper-it")'
    ),
    "a token in a header": (
        'requests.get(site.url, headers={"PRIVATE-TOKEN": "whisper-it"}); log.info("whisper-it")'
    ),
    "a password": 'requests.get(site.url, auth=("me", "whisper-it")); log.info("whisper-it")',
    "a link's key": 'requests.get(site.url + "/?key=whisper-it"); log.info("whisper-it")',
    "a session's cookie": 'requests.get(site.url); log.info("it is sesame-open-up")',
    "the test client": (
        'web = Starlette(routes=[Route("/", lambda request: PlainTextResponse("x"))])\n'
        '    TestClient(web).get("/", headers={"X-Gitlab-Token": "whisper-it"}); log.info("whisper-it")'
    ),
    "a variable that a test sets": 'monkeypatch.setenv("SOMEBODYS_SECRET", "whisper-it"); log.info("whisper-it")',
    "a database's password": (
        'database.connect("postgresql://me:whisper-it@127.0.0.1:9/x").dispose(); log.info("whisper-it")'
    ),
    "a key of several lines": 'SecretStr("-----BEGIN-----\\nwhisper-it\\n-----END-----"); log.info("whisper-it")',
    "as JSON writes it": """SecretStr('whis"per-it'); print(json.dumps('whis"per-it'))""",
}


def run(folder: Path, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run tests of their own beside the plugin."""
    file = folder / "test_leaking.py"
    file.write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.leaks", "-p", "no:cacheprovider", *options]
    return subprocess.run(
        [*command, "--rootdir", str(folder), "-c", str(folder / "pytest.ini"), str(file)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder for tests of their own."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_every_way_to_give_a_secret_away_fails_the_run(folder: Path, options: tuple[str, ...]) -> None:
    """All tests pass, and the run does not: each line is named with its test, none with its secret."""
    names = {way: f"test_{number}" for number, way in enumerate(WAYS)}
    text = LEAKING + "".join(f"\ndef {names[way]}(site, monkeypatch):\n    {line}\n" for way, line in WAYS.items())
    ended = run(folder, text, *options)
    assert f"{len(WAYS) + 1} passed" in ended.stdout, ended.stdout + ended.stderr
    assert ended.returncode == 1
    told = ended.stdout.partition("secrets in what was written")[2]
    assert [way for way, name in names.items() if f"::{name} wrote to" not in told] == [], told
    assert "test_quiet" not in told
    for secret in ("whisper-it", "sesame-open-up", "whis"):
        assert secret not in told


def test_a_run_that_gives_nothing_away_passes(folder: Path) -> None:
    """What the log hides by itself is not written."""
    ended = run(folder, LEAKING)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "secrets in what was written" not in ended.stdout
    lines, secrets = re.search(r"(\d+) lines were looked through for (\d+) secrets", ended.stdout).groups()  # type: ignore[union-attr]
    assert int(lines) > 0
    assert int(secrets) > 2


def test_short_words_are_no_secrets() -> None:
    """They stand in any text."""
    leaks = Leaks()
    leaks.learn("a setting", "app")
    leaks.hear("the log", "the app began")
    leaks.look()
    assert leaks.found == []


def test_what_a_request_proves_itself_with_is_learnt() -> None:
    """Headers without their scheme, cookies without their names, and the queries of signed addresses."""
    leaks = Leaks()
    headers = {
        "authorization": "Basic bWU6cGFzc3dvcmQtMQ==",
        "Cookie": 'a=cookie-one; b="cookie-two"',
        "Host": "h" * 9,
    }
    on_wire(leaks.learn, "https://h/x?page=11111111&sig=abcdefgh%2B&key=ijklmnop", headers)
    expected = {"bWU6cGFzc3dvcmQtMQ==", "password-1", "cookie-one", "cookie-two", "abcdefgh+", "ijklmnop"}
    assert expected <= set(leaks.secrets)
    assert "11111111" not in leaks.secrets
