"""Tell what a repository on disk answers, as a forge."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bots.forge import ApproveRule, Change, Conclusion, Conflict, Publications, Repo, Report, User, Write
from bots.local import repositories
from bots.local.forge import Local
from bots.local.git import Git
from bots.local.handovers import Handover, Handovers
from diffing.digests import blob_id
from diffing.pointers import Pointer
from diffing.words import Digest, Name, Refused, Sha
from tests.bots.local.conftest import Run

pytestmark = pytest.mark.slow

NOON = datetime(2026, 5, 11, 12, tzinfo=UTC)
MESSAGE = "Update goldens\n\nGolddigger-Approval: a1"


class Place:
    """A forge over one repository, and what it said and told."""

    def __init__(self, git: Git, folder: Path) -> None:
        self.said: list[str] = []
        self.handovers = Handovers(folder / "handovers")
        self.forge = Local(
            [git],
            self.handovers,
            say=self.said.append,
            clock=lambda: NOON,
        )
        self.repo = repositories.describe(git)

    @property
    def change(self) -> Change:
        """The branch as it stands now."""
        return self.forge.change(self.repo, "redesign")

    def hand_over(self, **artifacts: Path) -> Handover:
        """Hand artifacts over for the branch as it stands."""
        return self.handovers.add(
            repo=self.repo.id, branch="redesign", head=self.change.head, source="CI", artifacts=artifacts
        )

    def approve(self, content: bytes | None) -> Sha:
        """Commit one golden."""
        writes = [Write(name=Name("goldens/cart.png"), content=content)]
        return self.forge.commit(self.change, writes, MESSAGE, self.change.head).sha


@pytest.fixture
def place(git: Git, tmp_path: Path) -> Place:
    """The forge over the test's repository."""
    return Place(git, tmp_path)


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """A folder with one candidate."""
    path = tmp_path / "drawn/goldens/cart.png"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"new cart")
    return tmp_path / "drawn"


def test_a_repository_that_was_not_named_is_never_opened(place: Place) -> None:
    """Whatever a delivery says."""
    with pytest.raises(Refused, match="not named"):
        place.forge.change(Repo(host="local", id="0" * 16, path="/etc"), "main")


def test_changes_at_a_head(place: Place, run: Run) -> None:
    """The named branch, if it stands there; without a name every branch that does."""
    head = place.change.head
    run("branch", "copy", "redesign")

    def at(branch: str | None, sha: Sha = head) -> list[str]:
        return [change.branch for change in place.forge.changes_at(place.repo, sha, branch, None)]

    assert at("redesign") == ["redesign"]
    assert sorted(at(None)) == ["copy", "redesign"]
    assert at("main") == []
    assert at("gone") == []
    assert at("redesign", Sha("0" * 40)) == []


def test_the_configuration_is_the_base_branchs(place: Place) -> None:
    """Not the one on the branch under review."""
    assert place.forge.config(place.change) == b"version: 1\n"


def test_without_a_configuration_there_is_none(place: Place, run: Run) -> None:
    """None, not an error."""
    run("rm", "--quiet", ".golddigger.yml")
    run("commit", "--quiet", "-m", "Remove the configuration")
    assert place.forge.config(place.change) is None


def _zipped(folder: Path) -> Path:
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(folder / "goldens/cart.png", "goldens/cart.png")
    return target


@pytest.mark.parametrize("shape", [lambda folder: folder, _zipped], ids=["folder", "zip"])
def test_an_artifact_is_a_folder_or_a_zip(place: Place, drawn: Path, shape: Callable[[Path], Path]) -> None:
    """Both are read alike."""
    place.hand_over(golddigger=shape(drawn))
    (pipeline,) = place.forge.pipelines(place.change)
    (artifact,) = place.forge.artifacts(pipeline)
    assert (artifact.name, artifact.expired) == ("golddigger", False)
    assert artifact.size > 0
    with place.forge.open_artifact(pipeline, artifact) as archive:
        assert list(archive.paths) == ["goldens/cart.png"]
        assert archive.read("goldens/cart.png") == b"new cart"


def test_an_artifact_that_was_deleted_is_expired(place: Place, drawn: Path) -> None:
    """Only its name is left, as on other forges."""
    place.hand_over(golddigger=drawn / "gone")
    (pipeline,) = place.forge.pipelines(place.change)
    (artifact,) = place.forge.artifacts(pipeline)
    assert artifact.expired
    with pytest.raises(Refused, match="no longer where"):
        place.forge.open_artifact(pipeline, artifact)


def test_only_what_was_handed_over_is_opened(place: Place, drawn: Path) -> None:
    """An artifact or pipeline made up by whoever asks is refused."""
    place.hand_over(golddigger=drawn)
    (pipeline,) = place.forge.pipelines(place.change)
    (artifact,) = place.forge.artifacts(pipeline)
    with pytest.raises(Refused):
        place.forge.open_artifact(pipeline, replace(artifact, id="/etc/passwd"))
    with pytest.raises(Refused, match="never handed over"):
        place.forge.artifacts(replace(pipeline, id="99"))
    with pytest.raises(Refused, match="never handed over"):
        place.forge.artifacts(replace(pipeline, repo=replace(place.repo, id="another")))


def test_what_was_drawn_still_holds_after_our_own_commit(place: Place, drawn: Path) -> None:
    """Nobody runs CI on a local branch again; only goldens changed."""
    place.hand_over(golddigger=drawn)
    place.approve(b"new cart")
    (pipeline,) = place.forge.pipelines(place.change)
    assert pipeline.head == place.change.head


def test_what_was_drawn_does_not_hold_after_somebody_elses_commit(place: Place, drawn: Path, run: Run) -> None:
    """The code may draw otherwise now."""
    place.hand_over(golddigger=drawn)
    place.approve(b"new cart")
    run("switch", "--quiet", "redesign")
    run("commit", "--quiet", "--allow-empty", "-m", "Change the code")
    assert place.forge.pipelines(place.change) == []


def test_a_commit_is_said(place: Place) -> None:
    """The terminal names it, and how to see it."""
    made = place.approve(b"new cart")
    assert place.change.head == made
    assert place.said == [
        f"Committed 1 file to redesign as {made[:10]}.\nSee it: git log -1 --stat redesign",
    ]


def test_a_commit_to_a_checked_out_branch_comes_with_advice(place: Place, run: Run, folder: Path) -> None:
    """Otherwise the next commit of the user would undo it."""
    run("switch", "--quiet", "redesign")
    place.approve(b"new cart")
    assert "redesign is checked out" in place.said[0]
    assert f"git -C {folder} read-tree -m -u" in place.said[0]


def test_a_commit_on_a_head_that_moved_writes_nothing(place: Place, run: Run) -> None:
    """And nothing is said of one."""
    reviewed = place.change
    run("switch", "--quiet", "redesign")
    run("commit", "--quiet", "--allow-empty", "-m", "Change the code")
    with pytest.raises(Conflict):
        place.forge.commit(reviewed, [Write(name=Name("x.png"), content=b"x")], MESSAGE, reviewed.head)
    assert place.said == []


def test_the_message_of_a_commit_is_in_the_history(place: Place) -> None:
    """Newest first, so that after a crash the trailer says what was done."""
    made = place.approve(b"new cart")
    newest, before = place.forge.history(place.change, 2)
    assert newest.sha == made
    assert "Golddigger-Approval: a1" in newest.message.splitlines()
    assert before.message.startswith("Redesign the shop")


def test_a_commit_beside_makes_and_moves_a_branch_of_its_own(place: Place, run: Run) -> None:
    """On top of the head each time; the branch under review stays."""
    change = place.change
    ours: list[Sha] = []
    for content in (b"one", b"two"):
        writes = [Write(name=Name("goldens/cart.png"), content=content)]
        made = place.forge.commit_beside(change, writes, MESSAGE, "golddigger/redesign", ours=ours)
        ours.append(made.sha)
    assert run("rev-parse", "golddigger/redesign") == made.sha
    assert run("rev-parse", "golddigger/redesign^") == change.head == place.change.head


def test_the_repositorys_user_may_approve_and_nobody_else(place: Place) -> None:
    """No rule can ask for more rights than the owner of the files has."""
    rule = ApproveRule(permission="admin", self_approval=False)
    assert place.forge.may_approve(place.change, User("Robin Reviewer"), rule).granted
    assert not place.forge.may_approve(place.change, User("Robin Reviewer", bot=True), rule).granted
    refused = place.forge.may_approve(place.change, User("Mallory"), ApproveRule(users=("Mallory",)))
    assert not refused.granted
    assert "Robin Reviewer" in refused.why


def test_the_repositorys_user_may_look_and_nobody_else(place: Place) -> None:
    """Nor a bot of that name."""
    repo = place.change.repo
    assert place.forge.may_see(repo, User("Robin Reviewer")).granted
    assert not place.forge.may_see(repo, User("Robin Reviewer", bot=True)).granted
    assert not place.forge.may_see(repo, None).granted
    refused = place.forge.may_see(repo, User("Mallory"))
    assert not refused.granted
    assert "Robin Reviewer" in refused.why


def test_a_report_is_said_once_and_again_when_it_changed(place: Place) -> None:
    """With when it was said; without a link, which would only let people look."""
    report = Report(
        head=place.change.head,
        handle="1",
        conclusion=Conclusion.ACTION_REQUIRED,
        title="3 goldens changed",
        summary="One suite.",
        url="http://127.0.0.1:1/runs/x",
    )
    before = Publications()
    broken = replace(report, title="No goldens to compare", conclusion=Conclusion.NEUTRAL)
    for each in (report, report, replace(report, title="2 goldens changed"), broken):
        (before,) = place.forge.publish(place.change, each, before)
        assert before.said_at == NOON
    assert place.said == [
        "redesign: 3 goldens changed",
        "redesign: 2 goldens changed",
        "redesign: No goldens to compare\n\nOne suite.\n",
    ]


def test_tree_and_blobs_go_together(place: Place) -> None:
    """What the tree names can be fetched."""
    tree = place.forge.tree(place.repo, place.change.head)
    ids = [entry.id for entry in tree.values()]
    assert blob_id(b"old cart") in ids
    assert dict(place.forge.blobs(place.repo, ids))[blob_id(b"old cart")] == b"old cart"


def test_a_commit_that_is_not_there_has_no_tree(place: Place) -> None:
    """It is said, not raised as git's failure."""
    with pytest.raises(Refused, match="cannot be read"):
        place.forge.tree(place.repo, Sha("0" * 40))


def test_large_files_come_from_gits_own_folder(place: Place, folder: Path) -> None:
    """Put in and taken out, and where git LFS itself looks for them."""
    content = b"large"
    oid = Digest(hashlib.sha256(content).hexdigest())
    place.forge.upload_large(place.change, {oid: content})
    assert (folder / ".git/lfs/objects" / oid[:2] / oid[2:4] / oid).read_bytes() == content
    assert dict(place.forge.large_files(place.repo, [Pointer(oid, 5)])) == {oid: content}


@pytest.mark.parametrize(("content", "said"), [(None, "git lfs fetch"), (b"broken", "git lfs fsck")])
def test_large_files_that_lack_or_are_damaged_are_refused(
    place: Place, folder: Path, content: bytes | None, said: str
) -> None:
    """With the command that mends it."""
    oid = Digest(hashlib.sha256(b"large").hexdigest())
    path = folder / ".git/lfs/objects" / oid[:2] / oid[2:4] / oid
    path.parent.mkdir(parents=True)
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refused, match=said):
        list(place.forge.large_files(place.repo, [Pointer(oid, 5)]))


def test_a_reply_is_said(place: Place) -> None:
    """On the terminal, where the person sits."""
    place.forge.reply(place.change, "7", "Nothing is approved yet.")
    assert place.said == ["Nothing is approved yet."]
