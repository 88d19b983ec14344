"""Each real part can be had, is shared by all processes of a run, and never outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.parts import needs, running
from tests.parts.part import Part
from tests.parts.redis import REDIS

ROOT = Path(__file__).parents[2]
_BOTH_ASK = """
import pytest
@pytest.mark.parametrize("number", range(4))
def test_one(redis_url, number):
    with open({told!r}, "a") as told:
        told.write(redis_url + "\\n")
    assert number != 3, "the run fails, and still ends what it began"
"""
_HANGS = """
import os, time
from tests.parts import sharing
from tests.parts.redis import REDIS
sharing.begin()
print(sharing.address(REDIS), flush=True)
time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.parametrize("part", needs.PARTS, ids=lambda part: part.key)
def test_every_part_answers(part: Part) -> None:
    """Whatever is found is started and answers; with GOLDDIGGER_TEST_REQUIRE=all, all are found."""
    assert part.answers(needs.address(part))


@pytest.mark.slow
def test_a_part_of_ones_own_comes_back_where_it_was() -> None:
    """A test that takes a part away gives it back at the same address, and in the end it is gone."""
    if REDIS.missing:
        pytest.skip(REDIS.missing)
    with running.alone(REDIS) as own:
        own.kill()
        assert not REDIS.answers(own.url)
        own.start()
        assert REDIS.answers(own.url)
    assert not REDIS.answers(own.url)


@pytest.mark.slow
def test_all_processes_of_a_run_share_one(tmp_path: Path) -> None:
    """Four tests in two processes ask for a part: they are given one, which is gone after a failed run."""
    if REDIS.missing or REDIS.named:
        pytest.skip(REDIS.missing or "one is named, and none is started")
    told = tmp_path / "told"
    (tmp_path / "test_it.py").write_text(_BOTH_ASK.format(told=str(told)))
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GOLDDIGGER_TEST_PARTS")}
    words = ["-n", "2", "--dist", "each", "-q", "-p", "tests.parts.fixtures", "--rootdir", str(tmp_path)]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *words, "--import-mode=importlib", str(tmp_path)],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert "2 failed, 6 passed" in ended.stdout, ended.stdout + ended.stderr
    assert "started for these tests: redis" in ended.stdout
    (address,) = set(told.read_text().split())
    assert not REDIS.answers(address)


@pytest.mark.slow
def test_nothing_outlives_a_run_that_was_killed() -> None:
    """Whoever started the tests is killed without a word, and the part ends by itself."""
    if REDIS.missing or REDIS.named:
        pytest.skip(REDIS.missing or "one is named, and none is started")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GOLDDIGGER_TEST_PARTS")}
    with subprocess.Popen(
        [sys.executable, "-c", _HANGS], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        assert REDIS.answers(address)
        process.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    while REDIS.answers(address):
        assert time.monotonic() < until, f"{address} still answers"
        time.sleep(0.05)


def test_what_is_missing_is_told_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its program and without a name for one that runs, a part says how it is got."""
    monkeypatch.delenv(REDIS.variable, raising=False)
    monkeypatch.setenv("PATH", "")
    said = REDIS.missing
    assert "apt-get install redis-server" in said
    assert "GOLDDIGGER_TEST_REDIS_URL" in said
    monkeypatch.setenv(REDIS.variable, "redis://elsewhere")
    assert (REDIS.missing, REDIS.named) == ("", "redis://elsewhere")


def test_a_part_that_must_be_there_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all are required, a missing part is a failure; else its tests are skipped."""
    monkeypatch.delenv(REDIS.variable, raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(pytest.skip.Exception, match="Redis is missing"):
        needs.address(REDIS) if not needs.ALL_REQUIRED else pytest.skip(REDIS.missing)
    monkeypatch.setattr(needs, "ALL_REQUIRED", True)
    with pytest.raises(pytest.fail.Exception, match="Redis is missing"):
        needs.address(REDIS)


def test_the_end_names_only_what_was_missed() -> None:
    """Of all reasons why tests are skipped, a run is told those that can be mended, each once."""
    mended = "Redis is missing: apt-get install redis-server"
    assert needs.missed([f"Skipped: {mended}", f"Skipped: {mended}", "Skipped: only on Tuesdays"]) == [mended]


@pytest.mark.slow
@pytest.mark.parametrize(("required", "code"), [("", 0), ("all", 1)])
def test_where_nothing_may_be_missing_a_skipped_test_fails_the_run(
    tmp_path: Path, required: str, code: int
) -> None:
    """A run that left something out, whoever skipped it, is no success then."""
    (tmp_path / "test_it.py").write_text(
        "import pytest\ndef test_one():\n    pytest.skip('Gold is missing: dig')\n"
    )
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.parts.fixtures",
            "--rootdir",
            str(tmp_path),
            str(tmp_path),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "GOLDDIGGER_TEST_REQUIRE": required},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Gold is missing: dig" in ended.stdout
    assert ended.returncode == code, ended.stdout + ended.stderr
