"""What the doctor finds, well and ill."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.doctor import Check, examine
from app.settings import Settings
from diffing.words import Refused
from storage import database
from tests.diffing import roads
from tests.forges.github.double import GitHubDouble
from tests.forges.github.keys import Key

pytestmark = pytest.mark.slow


def looked(settings: Settings, *, skew: float = 0.0, queue: Any = str) -> dict[str, Check]:
    """What the doctor says, by name; of several of a name the first."""
    found = examine(settings, queue=queue, now=lambda: datetime.now(UTC) + timedelta(seconds=skew))
    return {check.name: check for check in reversed(list(found))}


def well(folder: Path, **more: Any) -> Settings:
    """Settings of a machine on which the database is there."""
    settings = Settings(data=folder, secret_key="a key that nobody can guess", **more)
    if settings.database_url.startswith("sqlite"):
        engine = database.connect(settings.database_url)
        database.migrate(engine)
        engine.dispose()
    return settings


def of(github: GitHubDouble, folder: Path, **more: Any) -> Settings:
    """Settings of our app on that GitHub."""
    app = {
        "github_app_id": str(github.app.id),
        "github_private_key": github.app.key.private,
        "github_webhook_secret": github.app.webhook_secret,
        "github_api_url": github.api_url,
        "github_web_url": github.web_url,
    }
    return well(folder, **(app | more))


def test_a_machine_on_which_all_is_well(tmp_path: Path) -> None:
    """Without an app everything can be well, and the address that makes one is named."""
    found = looked(well(tmp_path))
    assert list(found) == ["GitHub", "queue", "storage", "database", "drawing", "engine", "settings"]
    assert all(check.ok for check in found.values())
    assert "golddigger serve" in found["GitHub"].sentence


@pytest.mark.parametrize("road", roads.ROADS)
def test_by_what_pictures_are_compared(tmp_path: Path, road: str) -> None:
    """Both are well; how to have the faster one is said."""
    with roads.on(road):
        check = looked(well(tmp_path))["engine"]
    assert check.ok
    assert ("C compiler" in check.mend) == (road == "numpy")
    assert ("the compiled core, and inflated by" in check.sentence) == (road == "core")


def test_what_can_be_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both extras are well without; what to install for them is said."""
    assert looked(well(tmp_path / "both"))["drawing"].sentence == "SVG and PDF are drawn."
    monkeypatch.setattr("diffing.pdfs.available", lambda: False)
    check = looked(well(tmp_path / "one"))["drawing"]
    assert check.ok
    assert "`golddigger[pdf]`" in check.sentence
    assert "[svg]" not in check.sentence


def test_a_database_without_its_schema(tmp_path: Path) -> None:
    """A schema that is not there is mended by migrating."""
    check = looked(Settings(data=tmp_path, secret_key="a key that nobody can guess"))["database"]
    assert not check.ok
    assert "golddigger migrate" in check.sentence


@pytest.mark.parametrize("url", ["sqlite:////dev/null/all.db", "nonsense", "oracle://user:hunter2@127.0.0.1:1/x"])
def test_a_database_that_is_not_there(url: str, tmp_path: Path) -> None:
    """A database that cannot be reached is said so by its setting's name, without its password."""
    settings = Settings(data=tmp_path, secret_key="a key that nobody can guess", database_url=url)
    check = looked(settings)["database"]
    assert not check.ok
    assert "GOLDDIGGER_DATABASE_URL" in check.sentence + check.mend
    assert "hunter2" not in repr(check)


def test_a_storage_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    """What is ever done with a file is done with one that nobody wrote before, and nothing of it stays."""
    check = looked(well(tmp_path))["storage"]
    assert check.ok
    assert check.sentence == "A file was written, read, listed and deleted."
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []


def test_a_storage_that_cannot_be_written(tmp_path: Path) -> None:
    """A storage that is no folder is said so by what works."""
    (tmp_path / "file").write_text("")
    check = looked(well(tmp_path, storage_url=str(tmp_path / "file")))["storage"]
    assert not check.ok
    assert "GOLDDIGGER_STORAGE_URL" in check.mend


def test_a_storage_whose_address_is_wrong(tmp_path: Path) -> None:
    """What is wrong with an address is said, never what is secret in it."""
    check = looked(well(tmp_path, storage_url="s3://key:hunter2@goldens"))["storage"]
    assert not check.ok
    assert "No key belongs into the address" in check.sentence
    assert "hunter2" not in repr(check)


def test_a_queue_that_nobody_knows(tmp_path: Path) -> None:
    """The queue's own words are given on."""

    def queue(url: str) -> object:
        raise Refused(f"No queue at {url}.")

    assert looked(well(tmp_path), queue=queue)["queue"] == Check("queue", False, "No queue at memory://.")


def test_an_app_that_has_what_it_needs(github: GitHubDouble, tmp_path: Path) -> None:
    """GitHub knows the app, its rights are right, and the clocks agree."""
    found = looked(of(github, tmp_path))
    assert [check for check in found.values() if not check.ok] == []
    assert github.app.name in found["GitHub"].sentence


def test_an_app_that_lacks_a_permission(github: GitHubDouble, tmp_path: Path) -> None:
    """A missing permission is named, with where to give it."""
    github.grant("checks", "read")
    check = looked(of(github, tmp_path))["rights"]
    assert not check.ok
    assert "checks: write" in check.sentence
    assert "Permissions" in check.mend


def test_an_app_that_is_not_known(github: GitHubDouble, tmp_path: Path) -> None:
    """A key that is another app's, or no key at all, is said so."""
    for key in (Key.new().private, "-----BEGIN nothing"):
        check = looked(of(github, tmp_path, github_private_key=key))["GitHub"]
        assert not check.ok
        assert "key" in check.sentence


@pytest.mark.parametrize(("skew", "said"), [(95.0, "ahead of"), (-95.0, "behind")])
def test_a_clock_that_is_wrong(skew: float, said: str, github: GitHubDouble, tmp_path: Path) -> None:
    """A clock that runs apart from GitHub's is told by how much, for GitHub refuses what it signs."""
    check = looked(of(github, tmp_path), skew=skew)["clock"]
    assert not check.ok
    assert said in check.sentence
    assert any(f"{seconds} seconds" in check.sentence for seconds in (94, 95, 96))


def test_a_github_that_does_not_answer(github: GitHubDouble, tmp_path: Path) -> None:
    """An address where nobody answers is said so."""
    found = looked(of(github, tmp_path, github_api_url="http://127.0.0.1:9"))
    assert not found["clock"].ok
    assert "GOLDDIGGER_GITHUB_API_URL" in found["clock"].mend
    assert not found["GitHub"].ok


@pytest.mark.parametrize(
    "inside", ["http://127.0.0.1:8000", "http://localhost:8000", "http://10.1.2.3", "http://[::1]"]
)
def test_an_address_that_github_cannot_reach(inside: str, github: GitHubDouble, tmp_path: Path) -> None:
    """GitHub outside cannot deliver to an address that is only inside."""
    settings = of(github, tmp_path, github_api_url="https://api.github.example", public_url=inside)
    found = examine(settings, queue=str, now=lambda: datetime.now(UTC))
    check = next(check for check in found if check.name == "address")  # and nothing after it is looked at
    assert not check.ok
    assert "GOLDDIGGER_PUBLIC_URL" in check.mend
