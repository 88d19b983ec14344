"""`golddigger jobs`: what is not done, in words and as JSON, and tried again."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app import main as parts
from app.cli import main
from app.flow.jobs import Ingest
from app.settings import Settings
from app.worker import broker as brokers
from app.worker import depths
from storage import changes, database, deliveries, runs
from tests.storage import making
from tests.storage.making import LEASE, NOW

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a data folder with a migrated database, and settings that name it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GOLDDIGGER_DATA", str(tmp_path))
    monkeypatch.setenv("GOLDDIGGER_SECRET_KEY", "a key that nobody can guess")
    parts.migrate(Settings(data=tmp_path, secret_key="a key that nobody can guess"))
    return tmp_path


def say(*words: str) -> str:
    """Type a command that ends well; give what it said."""
    result = CliRunner().invoke(main, ["jobs", *words], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.stdout


def asked(*words: str) -> Any:
    """Ask for JSON."""
    return json.loads(say(*words, "--json"))


def make(place: Path, what: str) -> str:
    """Make a job that was given up, or waits; give its id."""
    engine = database.connect(f"sqlite:///{place / 'golddigger.db'}")
    try:
        with engine.begin() as db:
            if what == "ingest":
                id_ = deliveries.keep(
                    db, host="github.com", delivery_id=making.fresh(), event="push", body=b"{}", now=NOW
                )
                assert id_ is not None
                deliveries.claim(db, id_, now=NOW, until=LEASE)
                deliveries.fail(db, id_, why="\x1b[31mBearer ghs_abcdefghijklmnop0123456789 was\nrefused")
                return f"ingest:{id_}"
            change = making.change(db, making.repo(db, path="octo/app"), number="7", title="[bold]Redesign[/]")
            if what == "publish":
                changes.give_up(db, change, 0, why="The app was taken away.", now=NOW)
                return f"publish:{change}"
            run = making.run(db, change, now=NOW - timedelta(hours=1))
            if what == "dead run":
                claim = runs.claim(db, run, now=NOW, until=LEASE)
                runs.fail(db, run, why="It broke.", now=NOW, claim=claim)
            return f"compare:{run}"
    finally:
        engine.dispose()


def test_nothing_to_do_is_said(place: Path) -> None:
    """An empty list is no riddle."""
    assert "Every job is done." in say()
    assert asked() == {"jobs": [], "queue": {}}


def test_nothing_that_was_given_up_is_not_nothing_to_do(place: Path) -> None:
    """While something waits, nobody is told that every job is done."""
    make(place, "waiting run")
    assert "No job was given up." in say("--dead")
    assert "Every job is done." not in say("--dead")


def test_a_fresh_installation_has_nothing_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks first has the SQLite file made, as by every command."""
    monkeypatch.setenv("GOLDDIGGER_DATA", str(tmp_path / "fresh"))
    assert "Every job is done." in say()


def test_what_is_not_done_is_listed(place: Path) -> None:
    """What, whose, why, since when, how often tried; nothing that steers a terminal, and no key."""
    names = [make(place, each) for each in ("ingest", "publish", "dead run", "waiting run")]
    listed = say()
    for name in names:
        assert name in listed
    assert "octo/app 7" in listed
    assert "github.com push" in listed
    assert "2026-11-21T12:00:00+00:00" in listed
    assert "\x1b" not in listed
    assert "ghs_abcdefgh" not in listed + say("show", names[0]) + json.dumps(asked())
    found = {each["id"]: each for each in asked()["jobs"]}
    assert found[names[2]] == {
        "id": names[2],
        "state": "dead",
        "host": "github.com",
        "repo": "octo/app",
        "change": "7",
        "about": "CI",
        "since": "2026-11-21T11:00:00+00:00",
        "tries": 1,
        "due": None,
        "why": "It broke.",
    }
    assert [each["id"] for each in asked("--dead", "--kind", "compare")["jobs"]] == [names[2]]


def test_a_long_list_comes_in_pages(place: Path) -> None:
    """The last line says how to go on."""
    for _ in range(5):
        make(place, "ingest")
    first = [each["id"] for each in asked("--most", "3")["jobs"]]
    assert f"golddigger jobs --after {first[-1]}" in say("--most", "3")
    second = [each["id"] for each in asked("--most", "3", "--after", first[-1])["jobs"]]
    assert len({*first, *second}) == 5


def test_one_is_shown_whole(place: Path) -> None:
    """All that is known of it, and nothing of what is not there."""
    name = make(place, "publish")
    assert "The app was taken away." in say("show", name)
    assert asked("show", name)["state"] == "dead"
    result = CliRunner().invoke(main, ["jobs", "show", "publish:999"])
    assert result.exit_code == 1
    assert "There is no job publish:999 that is not done" in result.stderr


def test_what_was_given_up_is_tried_again(place: Path) -> None:
    """With the queue in memory the server that runs does it; doing so twice does no harm."""
    names = [make(place, each) for each in ("ingest", "publish", "dead run")]
    assert (
        say("retry", names[0]) == "1 of 1 jobs are tried again, within half a minute, by the server that runs.\n"
    )
    assert say("retry", names[0]).startswith("1 of 1")
    assert {each["id"] for each in asked("--dead")["jobs"]} == set(names[1:])
    assert say("retry", "--all", "--kind", "compare").startswith("1 of 1 ")
    assert say("retry", "--all").startswith("1 of 1 ")
    assert say("retry", "--all").startswith("0 of 0 ")
    assert asked("--dead")["jobs"] == []
    assert {each["state"] for each in asked()["jobs"]} == {"waiting"}


def test_what_is_tried_again_is_sent_at_once_where_there_is_a_queue(
    place: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what lies in the queue is shown beside the list."""
    address = f"{redis_url}?namespace=test-{secrets.token_hex(6)}"
    monkeypatch.setenv("GOLDDIGGER_QUEUE_URL", address)
    name = make(place, "ingest")
    assert say("retry", name) == "1 of 1 jobs are tried again.\n"
    broker = brokers.make(address)
    try:
        assert depths.of(broker, "ingest").waiting == 1
    finally:
        broker.close()
    assert asked()["queue"]["ingest"] == {"waiting": 1, "taken": 0, "delayed": 0, "dead": 0}
    assert "queue ingest: 1 waiting" in say()
    assert Ingest(int(name.partition(":")[2])).after == 0.0


@pytest.mark.parametrize(
    "words", [["--kind", "frobnicate"], ["retry"], ["retry", "--all", "ingest:1"], ["--after", "nothing"]]
)
def test_what_makes_no_sense_is_refused(place: Path, words: list[str]) -> None:
    """In a sentence that says what would."""
    result = CliRunner().invoke(main, ["jobs", *words])
    assert result.exit_code == 1
    assert "golddigger: " in result.stderr
