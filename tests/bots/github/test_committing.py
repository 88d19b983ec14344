"""How approved files reach a branch, and what stops them."""

from __future__ import annotations

import re

import pytest

from bots.forge import Conflict, Forbidden, Write
from bots.github import committing
from bots.github.forge import GitHub
from diffing.words import Name, Refused, Sha, Unavailable
from tests.bots.github.conftest import change_of, forge_of
from tests.forges.git import File
from tests.forges.github import world
from tests.forges.github.double import GitHubDouble
from tests.forges.pace import Fault
from tests.forges.web import Answer

pytestmark = pytest.mark.slow

MESSAGE = "Accept 2 goldens\n\nGolddigger-Run: r\nGolddigger-Approval: a\nApproved-by: maria"


def write(name: str, content: bytes | None, mode: str = "100644") -> Write:
    """Name a file to be written."""
    return Write(name=Name(name), content=content, mode=mode)


def test_a_commit_holds_exactly_the_approved_bytes(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """One commit on the branch: changed, added, removed; signed by GitHub, its trailers in place."""
    pull = repo.pull(branch="feature/x", files={"test/goldens/old.png": b"old"})
    change = change_of(forge, pull)
    files = [
        write("test/goldens/a.png", b"\x89PNG\r\n new"),
        write("test/goldens/sub/b.png", b""),
        write("test/goldens/old.png", None),
    ]
    made = forge.commit(change, files, MESSAGE, change.head)
    assert made.sha == repo.sha("feature/x")
    assert repo.files("feature/x") == {
        "README.md": b"# App\n",
        "test/goldens/a.png": b"\x89PNG\r\n new",
        "test/goldens/sub/b.png": b"",
    }
    newest, before, *_ = repo.log("feature/x")
    assert newest.message.strip() == MESSAGE
    assert before.sha == change.head
    assert made.url.endswith(made.sha)
    assert forge.history(change, 1)[0].sha == made.sha


def test_nothing_is_written_where_the_branch_moved(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """Compared by GitHub itself, in the act."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    github.push(pull, {"a": b"2"})
    moved = repo.sha("feature")
    for mode in ("100644", "100755"):
        with pytest.raises(Conflict):
            forge.commit(change, [write("a", b"3", mode)], MESSAGE, change.head)
    assert repo.sha("feature") == moved


@pytest.mark.parametrize("mode", ["100644", "100755"])
def test_a_branch_that_went_back_is_not_brought_forward(forge: GitHub, repo: world.Repo, mode: str) -> None:
    """Somebody dropped the reviewed commit. Moving on from it would bring it back."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    repo.git.move("refs/heads/feature", repo.sha("main"))
    with pytest.raises(Conflict):
        forge.commit(change, [write("a", b"3", mode)], MESSAGE, change.head)
    assert repo.sha("feature") == repo.sha("main")


@pytest.mark.parametrize("by", ["rule", "ruleset"])
@pytest.mark.parametrize("mode", ["100644", "100755"])
def test_a_protected_branch_is_forbidden(forge: GitHub, repo: world.Repo, by: str, mode: str) -> None:
    """So that the flow can offer a branch beside it; rulesets say so in words only."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    repo.protect("feature", by)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        forge.commit(change, [write("a", b"2", mode)], MESSAGE, change.head)
    assert repo.sha("feature") == change.head


def test_an_executable_golden_stays_one(forge: GitHub, repo: world.Repo) -> None:
    """The mutation knows no modes, so git's objects are used."""
    pull = repo.pull(files={"run.png": File(b"1", "100755"), "gone": b"x"})
    change = change_of(forge, pull)
    made = forge.commit(change, [write("run.png", b"2", "100755"), write("gone", None)], MESSAGE, change.head)
    entry = repo.git.entry(made.sha, "run.png")
    assert entry is not None
    assert (entry.mode, repo.file("feature", "run.png"), repo.file("feature", "gone")) == ("100755", b"2", None)
    assert repo.log("feature")[0].message.strip() == MESSAGE


def test_a_payload_near_the_limit_is_several_commits(
    github: GitHubDouble, forge: GitHub, repo: world.Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each on top of the one before, each with the trailers."""
    monkeypatch.setattr(committing, "MOST_BYTES", 3_000)
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    files = [write(f"{at}.png", bytes([at]) * 1_000) for at in range(5)]
    made = forge.commit(change, files, MESSAGE, change.head)
    assert all(repo.file("feature", f"{at}.png") == bytes([at]) * 1_000 for at in range(5))
    newest = repo.log("feature")[:3]
    assert newest[0].sha == made.sha
    assert [commit.message.splitlines()[0] for commit in newest] == [
        "Accept 2 goldens (3 of 3)",
        "Accept 2 goldens (2 of 3)",
        "Accept 2 goldens (1 of 3)",
    ]
    assert all("Golddigger-Approval: a" in commit.message for commit in newest)


def test_a_forks_branch_is_forbidden_and_a_branch_beside_it_works(
    github: GitHubDouble, forge: GitHub, repo: world.Repo
) -> None:
    """The app is not installed there. The same commit goes to the base, on top of the fork's head."""
    pull = repo.pull(files={"a": b"1"}, fork="stranger/app", author="stranger")
    change = change_of(forge, pull)
    with pytest.raises(Forbidden, match="stranger/app"):
        forge.commit(change, [write("a", b"2")], MESSAGE, change.head)
    made = forge.commit_beside(change, [write("a", b"2")], MESSAGE, "golddigger/pr-1", ours=[])
    assert repo.file("golddigger/pr-1", "a") == b"2"
    assert [commit.sha for commit in repo.log("golddigger/pr-1")[:2]] == [made.sha, change.head]
    again = forge.commit_beside(change, [write("a", b"3")], MESSAGE, "golddigger/pr-1", ours=[made.sha])
    assert repo.sha("golddigger/pr-1") == again.sha
    assert repo.log("golddigger/pr-1")[1].sha == change.head


def test_a_file_that_cannot_be_removed_is_refused_in_words(forge: GitHub, repo: world.Repo) -> None:
    """It is gone already."""
    change = change_of(forge, repo.pull(files={"a": b"1"}))
    with pytest.raises(Refused, match="does not exist"):
        forge.commit(change, [write("never.png", None)], MESSAGE, change.head)


def test_a_limit_comes_back_later(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """Nothing was written, and the job is asked again in time."""
    change = change_of(forge, repo.pull(files={"a": b"1"}))
    forge.commit(change, [write("a", b"2")], MESSAGE, change.head)
    github.limit("secondary", retry_after=17)
    with pytest.raises(Unavailable) as error:
        forge.commit(change, [write("a", b"3")], MESSAGE, Sha(repo.sha("feature")))
    assert error.value.after == 17


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"message": "Something went wrong while executing your query. Please include `1:2` ..."}, Unavailable),
        ({"type": "RATE_LIMITED", "message": "API rate limit exceeded"}, Unavailable),
        ({"type": "FORBIDDEN", "message": "Resource not accessible by integration"}, Forbidden),
        ({"type": "UNPROCESSABLE", "message": "A file is too large"}, Refused),
    ],
)
def test_an_error_in_a_200_is_told_as_what_it_is(
    github: GitHubDouble, forge: GitHub, repo: world.Repo, error: dict[str, str], expected: type[Exception]
) -> None:
    """GraphQL answers 200 to everything."""
    change = change_of(forge, repo.pull(files={"a": b"1"}))
    told = Answer(json={"data": {"createCommitOnBranch": None}, "errors": [error]})
    github.limits.faults.append(Fault(re.compile("POST /graphql"), told, 1))
    with pytest.raises(expected) as raised:
        forge.commit(change, [write("a", b"2")], MESSAGE, change.head)
    assert type(raised.value) is expected


def test_it_commits_on_an_enterprise_server(github: GitHubDouble, repo: world.Repo) -> None:
    """Where GraphQL lies beside the REST API, not below it."""
    forge = forge_of(github, api_url=github.enterprise_api_url)
    change = change_of(forge, repo.pull(files={"a": b"1"}))
    assert forge.commit(change, [write("a", b"2")], MESSAGE, change.head).sha == repo.sha("feature")
