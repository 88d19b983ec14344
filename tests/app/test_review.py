"""Tell how somebody reviews a repository of their own, from the folder CI left to the commit."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from PIL import Image

from app import review
from app.review import Review
from bots.local import repositories
from diffing.digests import digest
from diffing.words import Outcome, Refused
from storage import comparisons

pytestmark = pytest.mark.slow

GOLDEN = "app/test/goldens/home.png"


def _png(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()


def _git(folder: Path, *words: str) -> str:
    return subprocess.run(("git", *words), cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Flutter app whose branch `redesign` is checked out, with the failures its tests left beside them."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    folder = tmp_path / "shop"
    golden = folder / GOLDEN
    golden.parent.mkdir(parents=True)
    golden.write_bytes(_png("white"))
    (folder / ".gitignore").write_text("failures/\n")
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "config", "user.name", "Robin Reviewer")
    _git(folder, "config", "user.email", "robin@example.org")
    _git(folder, "add", ".")
    _git(folder, "commit", "--quiet", "-m", "Sell things")
    _git(folder, "switch", "--quiet", "-c", "redesign")
    _git(folder, "commit", "--quiet", "--allow-empty", "-m", "Redesign the shop")
    failures = golden.parent.parent / "failures"
    failures.mkdir()
    (failures / "home_testImage.png").write_bytes(_png("teal"))
    (failures / "home_masterImage.png").write_bytes(_png("white"))
    return folder


@pytest.fixture
def said() -> list[str]:
    """What was printed."""
    return []


@pytest.fixture
def opened(folder: Path, tmp_path: Path, said: list[str]) -> Iterator[Review]:
    """Golddigger at work on the branch."""
    git = repositories.find(folder)
    with review.opened(git, "redesign", data=tmp_path / "data", port=None, say=said.append) as at:
        yield at


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


@pytest.mark.slow
def test_a_golden_is_approved_and_committed_to_the_branch(opened: Review, folder: Path, said: list[str]) -> None:
    """The whole road: handed over, compared, approved by command, committed; and unsaved work stays."""
    (folder / "notes.txt").write_text("unsaved")
    before = opened.change.head
    opened.hand_over({"golddigger": folder / "app"})
    run = opened.ended(seconds=30)
    with opened.whole.parts.db.begin() as db:
        found = comparisons.of_run(db, run.id)
    assert [(each.name, each.outcome) for each in found] == [(GOLDEN, Outcome.CHANGED)]
    opened.command("/golddigger approve")
    _until(lambda: opened.change.head != before)
    assert opened.git.file_at(opened.change.head, GOLDEN) == _png("teal")
    assert f"Golddigger-Run: {run.id}" in _git(folder, "log", "-1", "--format=%B", "redesign").splitlines()
    assert (folder / GOLDEN).read_bytes() == _png("white")
    assert (folder / "notes.txt").read_text() == "unsaved"
    _until(lambda: any("read-tree -m -u" in text for text in said))


@pytest.mark.slow
def test_after_the_commit_the_same_drawings_are_the_same(opened: Review, folder: Path) -> None:
    """The page goes on at the new tip, without anybody drawing again."""
    opened.hand_over({"golddigger": folder / "app"})
    first = opened.ended(seconds=30)
    opened.command("/golddigger approve")
    _until(lambda: opened.change.head != first.head)
    second = opened.ended(seconds=30)
    with opened.whole.parts.db.begin() as db:
        assert [each.outcome for each in comparisons.of_run(db, second.id)] == [Outcome.SAME]


def test_an_unsigned_delivery_is_not_taken(opened: Review) -> None:
    """Whoever else can reach the port cannot hand anything over."""
    url = f"{opened.whole.settings.public_url}/webhooks/local"
    assert requests.post(url, data=b"{}", timeout=10).status_code == 401


def test_the_page_opens_once_by_its_token(opened: Review, folder: Path) -> None:
    """A link that was printed and copied is worth nothing after its first use."""
    opened.hand_over({"golddigger": folder / "app"})
    url = opened.invitation(opened.ended(seconds=30))
    assert requests.get(url, timeout=10).status_code == 200
    assert requests.get(url, timeout=10).status_code == 403


def test_a_second_review_shows_its_own_run(folder: Path, tmp_path: Path, said: list[str]) -> None:
    """Started again over the same kept data, it does not point at what was drawn the last time."""
    git = repositories.find(folder)
    shown = []
    for colour in ("teal", "navy"):
        (folder / "app/test/failures/home_testImage.png").write_bytes(_png(colour))
        with review.opened(git, "redesign", data=tmp_path / "data", port=None, say=said.append) as at:
            at.hand_over({"golddigger": folder / "app"})
            run = at.ended(seconds=30)
            with at.whole.parts.db.begin() as db:
                (found,) = comparisons.of_run(db, run.id)
            shown.append(found.candidate)
    assert shown == [digest(_png("teal")), digest(_png("navy"))]


def test_a_branch_that_moves_meanwhile_is_said(opened: Review, folder: Path) -> None:
    """What was drawn is not what stands there now, and nobody waits for it in vain."""
    opened.handovers.add(
        repo=opened.repo.id,
        branch="redesign",
        head=opened.change.head,
        source="CI",
        artifacts={"golddigger": folder / "app"},
    )
    _git(folder, "commit", "--quiet", "--allow-empty", "-m", "Go on working")
    with pytest.raises(Refused, match="has moved"):
        opened.ended(seconds=30)


@pytest.mark.parametrize(
    ("change", "artifact", "said"),
    [
        ("nothing", "app", "no branch 'nothing'"),
        (None, "app/none", "There is no"),
        (None, ".gitignore", "neither a folder nor a zip"),
    ],
)
def test_mistakes_are_one_sentence(folder: Path, change: str | None, artifact: str, said: str) -> None:
    """Said before anything is started."""
    with pytest.raises(Refused, match=said):
        review.review(folder, [folder / artifact], say=print, branch=change)


def test_a_detached_head_needs_a_branch(folder: Path) -> None:
    """There is nothing to commit to otherwise."""
    _git(folder, "switch", "--quiet", "--detach")
    with pytest.raises(Refused, match="--change BRANCH"):
        review.review(folder, [folder / "app"], say=print)


@pytest.mark.slow
def test_the_command_prints_an_address_and_ends_by_ctrl_c(folder: Path, tmp_path: Path) -> None:
    """It serves the page until interrupted, keeps what was decided outside the repository, and ends well."""
    script = (
        "import sys; from pathlib import Path; from app.review import review; "
        "review(Path(sys.argv[1]), [Path(sys.argv[2])], say=lambda text: print(text, flush=True))"
    )
    words = (sys.executable, "-c", script, str(folder), str(folder / "app"))
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        url = next(line for line in process.stdout if "?token=" in line).split()[-1]
        assert "home.png" in requests.get(url, timeout=10).text
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert _git(folder, "status", "--porcelain") == ""
    assert list((tmp_path / "share/golddigger/reviews").iterdir())
