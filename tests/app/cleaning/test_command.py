"""`golddigger clean`, and the settings that say how long things are kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import main, settings
from app.cli.root import main as command
from diffing.words import Refused
from storage import database
from tests.storage import making

pytestmark = pytest.mark.slow


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name a data folder, by the environment."""
    monkeypatch.setenv("GOLDDIGGER_DATA", str(tmp_path))
    return tmp_path


def test_days_are_a_number_or_for_ever(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual ones stand where nothing is set."""
    assert (settings.load().keep_closed_days, settings.load().keep_superseded_days) == (30, 3)
    monkeypatch.setenv("GOLDDIGGER_KEEP_CLOSED_DAYS", "forever")
    monkeypatch.setenv("GOLDDIGGER_KEEP_SUPERSEDED_DAYS", "7")
    assert (settings.load().keep_closed_days, settings.load().keep_superseded_days) == (None, 7)


@pytest.mark.parametrize("days", ["0", "-1", "soon", "1000000", "3.5"])
def test_other_days_are_refused_in_words(days: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody deletes everything at once by a nought that was meant to switch the cleaner off."""
    monkeypatch.setenv("GOLDDIGGER_KEEP_CLOSED_DAYS", days)
    with pytest.raises(Refused, match=r"KEEP_CLOSED_DAYS must be a number of days from 1 .* or `forever`"):
        settings.load()


def test_an_operator_looks_before_anything_goes(data: Path) -> None:
    """A dry run says what would go; cleaning says what went; then nothing is over."""
    read = settings.load()
    main.migrate(read)
    engine = database.connect(read.database_url)
    with engine.begin() as db:
        change = making.change(db, open=False)
        making.concluded(db, change, making.comparison())
    engine.dispose()
    assert "Nothing was over." in _said("clean")  # from now on it is over; its thirty days begin
    engine = database.connect(read.database_url)
    with engine.begin() as db:
        db.exec_driver_sql("UPDATE changes SET over_since = '2020-01-01 00:00:00.000000'")
    engine.dispose()
    assert "1 run, 1 row: so much would go." in _said("clean", "--dry-run")
    assert json.loads(_said("clean", "--json")) == {
        "changes": 1,
        "runs": 1,
        "rows": 1,
        "deliveries": 0,
        "files": 0,
        "bytes": 0,
        "orphans": 0,
    }
    assert "Nothing was over." in _said("clean", "--orphans")


def _said(*words: str) -> str:
    answer = CliRunner().invoke(command, list(words))
    assert answer.exit_code == 0, answer.output
    return answer.stdout
