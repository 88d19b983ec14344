"""What is written into git on GitLab, and what is not."""

from __future__ import annotations

import hashlib

import pytest

from bots.forge import Change, Conflict, Forbidden, Write
from bots.gitlab import committing
from bots.gitlab.forge import GitLab
from diffing import pointers
from diffing.pointers import Pointer
from diffing.words import Digest, Name, Refused, Sha, Unavailable
from tests.bots.gitlab.conftest import change_of
from tests.forges.git import File
from tests.forges.gitlab import world
from tests.forges.gitlab.double import GitLabDouble

pytestmark = pytest.mark.slow

GOLDEN = "test/goldens/a.png"


def write(name: str, content: bytes | None, mode: str = "100644") -> Write:
    """Write one file."""
    return Write(name=Name(name), content=content, mode=mode)


def test_a_commit_holds_exactly_the_approved_bytes(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """New ones, changed ones, removed ones, as one commit with its message and trailers, on the reviewed head."""
    repo.commit("main", {"old.png": b"old"})
    pull = repo.pull(branch="feature/x&y", files={"code": b"1"})
    head, change = pull.head, change_of(forge, pull)
    files = [write(GOLDEN, b"\x89PNG\r\n\0"), write("new/ö b.png", b"n"), write("old.png", None)]
    message = "Update 3 goldens\n\nAs seen.\n\nGolddigger-Approval: 7"
    made = forge.commit(change, files, message, Sha(head))
    assert made.sha == pull.head != head
    assert repo.file("feature/x&y", GOLDEN) == b"\x89PNG\r\n\0"
    assert repo.file("feature/x&y", "new/ö b.png") == b"n"
    assert repo.file("feature/x&y", "old.png") is None
    newest, before = repo.log("feature/x&y")[:2]
    assert (newest.message.strip(), before.sha) == (message, head)
    assert made.url


def test_nothing_is_written_where_the_branch_moved(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """Whatever was reviewed is not what stands there."""
    pull = repo.pull(files={"code": b"1"})
    change = change_of(forge, pull)
    gitlab.push(pull, {"code": b"2"})
    now = pull.head
    with pytest.raises(Conflict):
        forge.commit(change, [write(GOLDEN, b"new")], "Update", change.head)
    assert pull.head == now


def test_a_branch_that_is_gone_is_a_conflict(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """It is not made anew."""
    pull = repo.pull(files={"code": b"1"})
    change = change_of(forge, pull)
    gitlab.delete_branch(pull)
    with pytest.raises(Conflict):
        forge.commit(change, [write(GOLDEN, b"new")], "Update", change.head)


def _pushed_in_between(
    monkeypatch: pytest.MonkeyPatch, gitlab: GitLabDouble, pull: world.Pull, files: dict[str, bytes]
) -> None:
    """Let somebody push after the head was read, and before the commit arrives."""
    actions = committing._actions

    def late(*told: object, **more: bool) -> object:
        made = actions(*told, **more)  # type: ignore[arg-type]
        gitlab.push(pull, files)
        return made

    monkeypatch.setattr(committing, "_actions", late)


def test_a_golden_that_was_pushed_in_between_is_not_written_over(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitLab holds each file to the commit that touched it last when it was reviewed; a new one must be new."""
    for name in (GOLDEN, "new.png"):
        pull = repo.pull(branch=f"b-{name.replace('/', '-')}", files={"code": b"1"})
        change = change_of(forge, pull)
        with monkeypatch.context() as patched:
            _pushed_in_between(patched, gitlab, pull, {name: b"somebody's"})
            with pytest.raises(Conflict):
                forge.commit(change, [write(name, b"ours")], "Update", change.head)
        assert repo.file(pull.branch, name) == b"somebody's"


def test_a_commit_on_somebodys_push_is_found_by_its_parent(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds no file that they touched, and is told as a conflict: the flow finds it by its trailers."""
    pull = repo.pull(files={"code": b"1"})
    change = change_of(forge, pull)
    _pushed_in_between(monkeypatch, gitlab, pull, {"code": b"2"})
    with pytest.raises(Conflict, match="same moment"):
        forge.commit(change, [write(GOLDEN, b"ours")], "Update\n\nGolddigger-Approval: 7", change.head)
    newest = forge.history(change_of(forge, pull), 1)[0]
    assert "Golddigger-Approval: 7" in newest.message.splitlines()
    assert (repo.file("feature", "code"), repo.file("feature", GOLDEN)) == (b"2", b"ours")


@pytest.mark.parametrize("by", ["maintainers", "nobody"])
def test_a_protected_branch_is_forbidden_and_one_beside_it_works(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, by: str
) -> None:
    """The bot is a Developer; beside, the commit stands on the reviewed head, however often it is made."""
    pull = repo.pull(files={"code": b"1"})
    repo.protect("feature", by=by)
    change = change_of(forge, pull)
    with pytest.raises(Forbidden):
        forge.commit(change, [write(GOLDEN, b"new")], "Update", change.head)
    ours: list[Sha] = []
    for content in (b"new", b"newer"):
        made = forge.commit_beside(change, [write(GOLDEN, content)], "Update", "golddigger/pr-1", ours=ours)
        ours.append(made.sha)
        assert repo.file("golddigger/pr-1", GOLDEN) == content
        assert repo.sha("golddigger/pr-1") == made.sha
        assert repo.log("golddigger/pr-1")[1].sha == change.head


def test_developers_push_where_developers_may(forge: GitLab, repo: world.Repo) -> None:
    """Protected is not closed."""
    pull = repo.pull(files={"code": b"1"})
    repo.protect("feature", by="developers")
    change = change_of(forge, pull)
    forge.commit(change, [write(GOLDEN, b"new")], "Update", change.head)
    assert repo.file("feature", GOLDEN) == b"new"


@pytest.mark.parametrize("allowed", [True, False])
def test_a_forks_branch_takes_commits_where_its_author_allowed_it(
    gitlab: GitLabDouble, forge: GitLab, allowed: bool
) -> None:
    """By *allow commits from members who can merge*; else it is forbidden, and a branch beside it works."""
    repo = gitlab.repo("acme/open", files={"a.png": b"a"}, private=False)
    pull = repo.pull(files={"code": b"1"}, fork="stranger/open", author="stranger", allow_collaboration=allowed)
    change = change_of(forge, pull)
    assert change.fork
    if allowed:
        made = forge.commit(change, [write("a.png", b"new")], "Update", change.head)
        assert pull.head == made.sha
        return
    with pytest.raises(Forbidden, match="stranger/open"):
        forge.commit(change, [write("a.png", b"new")], "Update", change.head)
    forge.commit_beside(change, [write("a.png", b"new")], "Update", "golddigger/pr-1", ours=[])
    assert repo.file("golddigger/pr-1", "a.png") == b"new"


def test_an_executable_golden_stays_one(forge: GitLab, repo: world.Repo) -> None:
    """Changed or new."""
    repo.commit("main", {"run.sh": File(b"#!/bin/sh\n", "100755")})
    pull = repo.pull(files={"code": b"1"})
    change = change_of(forge, pull)
    files = [write("run.sh", b"#!/bin/sh\nls\n", "100755"), write("new.sh", b"#!/bin/sh\n", "100755")]
    made = forge.commit(change, files, "Update", change.head)
    tree = forge.tree(change.repo, made.sha)
    assert {tree[Name(name)].mode for name in ("run.sh", "new.sh")} == {"100755"}


def test_a_mode_that_the_api_cannot_write_is_refused_before_anything_is_written(
    forge: GitLab, repo: world.Repo
) -> None:
    """A symbolic link would become a file."""
    pull = repo.pull(files={"code": b"1"})
    change = change_of(forge, pull)
    with pytest.raises(Refused, match="120000"):
        forge.commit(change, [write("link", b"a.png", "120000")], "Update", change.head)
    assert pull.head == change.head


@pytest.mark.parametrize("content", [b"<svg>\r\n</svg>\r\n", b"a,b\r\n"])
def test_windows_line_ends_that_gitlab_would_rewrite_are_refused(
    forge: GitLab, repo: world.Repo, content: bytes
) -> None:
    """Other bytes would come to stand there than were approved."""
    change = change_of(forge, repo.pull(files={"code": b"1"}))
    with pytest.raises(Refused, match="Windows line ends"):
        forge.commit(change, [write("a.svg", content)], "Update", change.head)


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\0\0", b"a\r\nb\rc", b"\x01\x02\r\n", b"plain\n", b"", b"\r"]
)
def test_what_git_holds_for_binary_is_committed(forge: GitLab, repo: world.Repo, content: bytes) -> None:
    """Pictures have CR LF too, and are left alone."""
    pull = repo.pull(files={"code": b"1"})
    change = change_of(forge, pull)
    forge.commit(change, [write("a.bin", content)], "Update", change.head)
    assert repo.file("feature", "a.bin") == content


def test_the_pointer_of_a_new_large_file_stays_what_it_is(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo
) -> None:
    """GitLab would take a created pointer for the file itself: it is created, and then written once more."""
    pull = repo.pull(files={"code": b"1"})
    change = change_of(forge, pull)
    content = b"a large picture"
    pointer = Pointer(Digest(hashlib.sha256(content).hexdigest()), len(content))
    forge.upload_large(change, {pointer.oid: content})
    forge.commit(change, [write("large.png", pointers.write(pointer))], "Update", change.head)
    assert repo.file("feature", "large.png") == pointers.write(pointer)
    assert repo.large[pointer.oid] == content


def test_a_payload_near_the_limit_is_several_commits(
    forge: GitLab, repo: world.Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each on the one before, each with the trailers."""
    monkeypatch.setattr(committing, "MOST_BYTES", 2_000)
    pull = repo.pull(files={"code": b"1"})
    change = change_of(forge, pull)
    files = [write(f"{at}.png", bytes([at]) * 900) for at in range(4)]
    forge.commit(change, files, "Update\n\nGolddigger-Approval: 7", change.head)
    assert all(repo.file("feature", f"{at}.png") for at in range(4))
    made = [each for each in repo.log("feature") if each.message.startswith("Update")]
    assert len(made) > 1
    assert all("Golddigger-Approval: 7" in each.message for each in made)
    forge.commit_beside(change, files, "Update", "golddigger/pr-1", ours=[])
    assert all(repo.file("golddigger/pr-1", f"{at}.png") for at in range(4))


def test_a_limit_comes_back_later(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """And nothing was written."""
    pull = repo.pull(files={"code": b"1"})
    change: Change = change_of(forge, pull)
    gitlab.limit(retry_after=9, times=9)
    with pytest.raises(Unavailable):
        forge.commit(change, [write(GOLDEN, b"new")], "Update", change.head)
    assert pull.head == change.head
