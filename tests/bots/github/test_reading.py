"""What is asked of GitHub: pull requests, CI, files, history."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace

import pytest

from bots.forge import Change, PipelineState
from bots.github import transport, trees
from bots.github.forge import GitHub
from diffing.pointers import Pointer
from diffing.words import BlobId, Digest, Name, Refused, Sha, Unavailable
from tests.bots.github.conftest import change_of, described, forge_of
from tests.forges.git import File
from tests.forges.github import world
from tests.forges.github.double import GitHubDouble
from tests.forges.web import Answer

pytestmark = pytest.mark.slow


def test_a_pull_request_is_described(forge: GitHub, repo: world.Repo) -> None:
    """Everything the flow needs of a pull request is there, by the forge's own ids."""
    pull = repo.pull(branch="feature/ä&b", files={"a": b"1"}, author="dev", title="Mend <it>")
    assert change_of(forge, pull) == Change(
        repo=described(repo),
        number=str(pull.number),
        title="Mend <it>",
        author="dev",
        url=change_of(forge, pull).url,
        branch="feature/ä&b",
        head=Sha(pull.head),
        head_repo=str(repo.id),
        head_path="acme/app",
        base_branch="main",
        base=Sha(repo.sha("main")),
        open=True,
    )
    assert not change_of(forge, pull).fork


def test_a_pull_request_that_is_not_there_is_refused_in_words(forge: GitHub, repo: world.Repo) -> None:
    """Nobody gets a bare 404."""
    with pytest.raises(Refused, match="no pull request #999 in acme/app"):
        forge.change(described(repo), "999")


def test_a_pull_request_of_a_deleted_fork_is_still_one_of_a_fork(forge: GitHub, repo: world.Repo) -> None:
    """GitHub answers null for the repository then."""
    pull = repo.pull(files={"a": b"1"}, fork="stranger/app", author="stranger")
    pull.head_repo = None
    change = change_of(forge, pull)
    assert (change.head_repo, change.head_path, change.fork) == ("", "", True)


@pytest.mark.parametrize("fork", [None, "stranger/app"])
@pytest.mark.parametrize("told", ["branch and repository", "nothing"])
def test_the_changes_at_a_head_are_found(forge: GitHub, repo: world.Repo, fork: str | None, told: str) -> None:
    """By branch; and without it by the commit, or for forks among the newest that are open."""
    repo.pull(branch="other", files={"b": b"2"})
    pull = repo.pull(branch="feature/x", files={"a": b"1"}, fork=fork, author="stranger")
    branch, path = ("feature/x", fork or "acme/app") if told != "nothing" else (None, None)
    found = forge.changes_at(described(repo), Sha(pull.head), branch, path)
    assert [change.number for change in found] == [str(pull.number)]


def test_a_head_that_moved_on_is_no_change(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """A late event for an old commit finds nothing."""
    pull = repo.pull(files={"a": b"1"})
    old = Sha(pull.head)
    github.push(pull, {"a": b"2"})
    assert forge.changes_at(described(repo), old, "feature", "acme/app") == []
    assert forge.changes_at(described(repo), old, None, None) == []


def test_two_pull_requests_of_one_branch_are_both_found(forge: GitHub, repo: world.Repo) -> None:
    """One branch may be proposed to two bases."""
    repo.commit("next", {"n": b"1"})
    first = repo.pull(files={"a": b"1"})
    second = repo.pull(files={"a": b"3"}, base="next")
    found = forge.changes_at(described(repo), Sha(second.head), "feature", None)
    assert {change.number for change in found} == {str(first.number), str(second.number)}


def test_pipelines_are_listed_by_their_newest_attempt(
    github: GitHubDouble, forge: GitHub, repo: world.Repo
) -> None:
    """Workflow and event make the source, so that a later run replaces an earlier one."""
    pull = repo.pull(files={"a": b"1"})
    github.finish_workflow(pull, conclusion="failure")
    github.finish_workflow(pull, conclusion="success", attempt=2)
    github.start_workflow(pull, name="Lint", event="push")
    github.finish_workflow(pull, name="Deploy", conclusion="cancelled")
    found = {each.title: each for each in forge.pipelines(change_of(forge, pull))}
    assert (found["CI"].attempt, found["CI"].state) == (2, PipelineState.SUCCEEDED)
    assert found["Lint"].state is PipelineState.RUNNING
    assert found["Lint"].source.endswith(":push")
    assert found["Deploy"].state is PipelineState.CANCELLED
    assert {each.head for each in found.values()} == {pull.head}


def test_the_configuration_is_the_base_branchs(forge: GitHub, repo: world.Repo) -> None:
    """Not the change's own, and also what the base got after the change was opened."""
    pull = repo.pull(files={".golddigger.yml": b"version: evil\n"})
    assert forge.config(change_of(forge, pull)) is None
    repo.commit("main", {".golddigger.yml": b"version: 1\n"})
    assert forge.config(change_of(forge, pull)) == b"version: 1\n"


def test_a_tree_is_one_call(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """Every file with its mode and blob, links among them, folders not."""
    head = repo.commit("main", {"run.sh": File(b"#!", "100755"), "link": File(b"README.md", "120000")})
    before = len(github.asked)
    tree = forge.tree(described(repo), Sha(head))
    assert {name: entry.mode for name, entry in tree.items()} == {
        "README.md": "100644",
        "test/goldens/a.png": "100644",
        "run.sh": "100755",
        "link": "120000",
    }
    assert tree[Name("test/goldens/a.png")].id == hashlib.sha1(b"blob 8\0golden a").hexdigest()
    assert [each.operation for each in github.asked[before:] if "trees" in each.path] == [
        "GET /repos/{owner}/{repo}/git/trees/{tree_sha}"
    ]


def test_a_tree_too_large_for_one_call_is_walked(forge: GitHub, repo: world.Repo) -> None:
    """GitHub says `truncated`, and no file is missed."""
    head = repo.commit("main", {f"d{at % 3}/e{at % 2}/f{at}": b"x" for at in range(30)})
    whole = forge.tree(described(repo), Sha(head))
    repo.truncated = True
    assert forge.tree(described(repo), Sha(head)) == whole


def test_a_forks_commit_is_read_from_the_base(forge: GitHub, repo: world.Repo) -> None:
    """The app is not installed on the fork; its pull request brought the commit."""
    pull = repo.pull(files={"new": b"1"}, fork="stranger/app", author="stranger")
    assert Name("new") in forge.tree(described(repo), Sha(pull.head))
    assert forge.history(change_of(forge, pull), 1)[0].message == "Change the screens"


def test_blobs_come_many_at_once_and_each_once(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """Whatever their bytes are."""
    contents = [bytes([at]) * at for at in range(20)]
    head = repo.commit("main", {f"f{at}": content for at, content in enumerate(contents)})
    tree = forge.tree(described(repo), Sha(head))
    ids = [tree[Name(f"f{at}")].id for at in range(20)]
    before = len(github.asked)
    assert dict(forge.blobs(described(repo), [*ids, *ids])) == dict(zip(ids, contents, strict=True))
    assert len(github.asked) - before == 20


def test_a_blob_that_is_not_there_is_refused(forge: GitHub, repo: world.Repo) -> None:
    """It stays away however often it is asked for."""
    with pytest.raises(Refused, match="404"):
        list(forge.blobs(described(repo), [BlobId("0" * 40)]))


def test_a_blob_that_came_damaged_is_not_believed(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """Its id is the sum of its bytes."""
    blob = forge.tree(described(repo), Sha(repo.sha("main")))[Name("README.md")].id
    github.fail("GET .*/git/blobs", 200, body=b"other bytes")
    with pytest.raises(Unavailable, match="damaged"):
        list(forge.blobs(described(repo), [blob]))


def test_large_files_come_from_the_lfs_store(forge: GitHub, repo: world.Repo) -> None:
    """By the batch API, proved by the installation's token, the store's host without it."""
    files = {Digest(hashlib.sha256(content).hexdigest()): content for content in (b"one", b"two " * 1000)}
    repo.large.update({str(oid): content for oid, content in files.items()})
    pointers = [Pointer(oid, len(content)) for oid, content in files.items()]
    assert dict(forge.large_files(described(repo), pointers)) == files


def test_a_large_file_that_was_never_uploaded_is_refused(forge: GitHub, repo: world.Repo) -> None:
    """In words that name the file."""
    with pytest.raises(Refused, match="refused the large file 0000"):
        list(forge.large_files(described(repo), [Pointer(Digest("0" * 64), 5)]))


def test_large_files_are_uploaded_once(forge: GitHub, repo: world.Repo) -> None:
    """What the store has is not sent again."""
    pull = repo.pull(files={"a": b"1"})
    content = b"picture"
    oid = Digest(hashlib.sha256(content).hexdigest())
    forge.upload_large(change_of(forge, pull), {oid: content})
    forge.upload_large(change_of(forge, pull), {oid: content})
    assert repo.large == {oid: content}


def test_artifacts_are_the_newest_of_each_name(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """GitHub lists those of every attempt together: the older ones are earlier attempts'."""
    pull = repo.pull(files={"a": b"1"})
    github.finish_workflow(pull, {"goldens": {"a.png": b"old"}, "logs": {"log": b""}})
    github.finish_workflow(pull, {"goldens": {"a.png": b"new"}}, attempt=2)
    [pipeline] = forge.pipelines(change_of(forge, pull))
    found = {each.name: each for each in forge.artifacts(pipeline)}
    assert set(found) == {"goldens", "logs"}
    [before] = found["goldens"].earlier
    assert found["logs"].earlier == ()
    for kept, drawn in ((found["goldens"], b"new"), (before, b"old")):
        with forge.open_artifact(pipeline, kept) as archive:
            assert (archive.paths, archive.read("a.png")) == (["a.png"], drawn)


def test_an_expired_artifact_is_refused_in_words(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """Known from the list, or found out only when it is fetched."""
    pull = repo.pull(files={"a": b"1"})
    github.finish_workflow(pull, {"goldens": {"a.png": b"x"}})
    [pipeline] = forge.pipelines(change_of(forge, pull))
    [before] = forge.artifacts(pipeline)
    github.expire(pull)
    [after] = forge.artifacts(pipeline)
    assert after.expired
    for artifact in (before, after):
        with pytest.raises(Refused, match="expired"), forge.open_artifact(pipeline, artifact):
            pass


def test_an_address_that_was_good_too_short_is_asked_for_again(
    github: GitHubDouble, forge: GitHub, repo: world.Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub's are good for a minute; a storage that is slow to answer must not fail a run."""
    pull = repo.pull(files={"a": b"1"})
    github.finish_workflow(pull, {"goldens": {"a.png": b"x"}})
    [pipeline] = forge.pipelines(change_of(forge, pull))
    [artifact] = forge.artifacts(pipeline)
    answer, late = github.world.store.answer, [True]
    monkeypatch.setattr(
        github._store_site._server, "answer", lambda asked: Answer(403) if late and late.pop() else answer(asked)
    )
    with forge.open_artifact(pipeline, artifact) as archive:
        assert archive.read("a.png") == b"x"


def test_an_artifact_of_an_older_attempt_is_refused(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """A re-run started between the list and the download."""
    pull = repo.pull(files={"a": b"1"})
    github.finish_workflow(pull, {"goldens": {"a.png": b"x"}})
    [pipeline] = forge.pipelines(change_of(forge, pull))
    [artifact] = forge.artifacts(pipeline)
    github.finish_workflow(pull, attempt=2)
    with pytest.raises(Refused, match="was run again"), forge.open_artifact(pipeline, artifact):
        pass


def test_an_artifact_of_another_run_is_refused(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """An id alone proves nothing."""
    pull = repo.pull(files={"a": b"1"})
    github.finish_workflow(pull, {"goldens": {"a.png": b"x"}})
    github.finish_workflow(pull, name="Other")
    one, other = sorted(forge.pipelines(change_of(forge, pull)), key=lambda each: each.title)
    [artifact] = forge.artifacts(one)
    assert forge.artifacts(other) == []
    with pytest.raises(Refused, match="of another run"), forge.open_artifact(other, artifact):
        pass


def test_a_hostile_artifact_is_refused(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """The archive's rules hold for what came over the wire."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../etc/passwd", b"x")
    pull = repo.pull(files={"a": b"1"})
    github.finish_workflow(pull, {"goldens": packed.getvalue()})
    [pipeline] = forge.pipelines(change_of(forge, pull))
    [artifact] = forge.artifacts(pipeline)
    with pytest.raises(Refused, match="no plain path"), forge.open_artifact(pipeline, artifact):
        pass


def test_history_is_newest_first(forge: GitHub, repo: world.Repo) -> None:
    """Whole messages: the trailers stand at their end."""
    pull = repo.pull(files={"a": b"1"}, message="First\n\nGolddigger-Approval: abc")
    repo.commit("feature", {"a": b"2"}, message="Second")
    found = forge.history(change_of(forge, pull), 2)
    assert [each.message.strip() for each in found] == ["Second", "First\n\nGolddigger-Approval: abc"]
    assert found[0].sha == pull.head


def test_it_works_on_an_enterprise_server(github: GitHubDouble, repo: world.Repo) -> None:
    """Its API lies under /api/v3."""
    forge = forge_of(github, api_url=github.enterprise_api_url)
    pull = repo.pull(files={"a": b"1"})
    assert change_of(forge, pull).head == pull.head


def test_what_another_fork_drew_on_the_same_commit_is_not_this_changes(
    github: GitHubDouble, forge: GitHub, repo: world.Repo
) -> None:
    """Anybody can open a pull request with somebody else's commit; its runs are on another branch's merge."""
    pull = repo.pull(files={"new": b"1"}, fork="stranger/app", author="stranger")
    theirs = repo.pull(files={"new": b"2"}, fork="mallory/app", author="mallory")
    github.finish_workflow(pull, {"goldens": {"a.png": b"drawn"}})
    github.finish_workflow(theirs, {"goldens": {"a.png": b"forged"}}, head=pull.head)
    (own,) = forge.pipelines(change_of(forge, pull))
    assert own.id == str(github.runs(pull)[0].id)


def test_what_the_repository_itself_drew_on_a_forks_commit_counts(
    github: GitHubDouble, forge: GitHub, repo: world.Repo
) -> None:
    """Some teams push a fork's commit to a branch of their own, to have it tested there."""
    pull = repo.pull(files={"new": b"1"}, fork="stranger/app", author="stranger")
    ours = repo.pull(files={"other": b"2"}, branch="from-a-fork")
    github.finish_workflow(ours, {"goldens": {"a.png": b"drawn"}}, head=pull.head, event="push")
    assert len(forge.pipelines(change_of(forge, pull))) == 1


def test_a_tree_of_more_folders_than_anybody_has_is_not_walked_to_its_end(
    github: GitHubDouble, forge: GitHub, repo: world.Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each folder is a request, and a stranger's commit may hold as many as they like, one below the other."""
    monkeypatch.setattr(trees, "MOST_CALLS", 20)
    head = repo.commit("main", {f"{'d/' * 50}f": b"x"})
    repo.truncated = True
    before = len(github.asked)
    with pytest.raises(Refused, match="folders"):
        forge.tree(described(repo), Sha(head))
    assert len(github.asked) - before < 30


def test_a_blob_over_the_limit_is_not_taken_in(
    forge: GitHub, repo: world.Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub keeps files of a hundred megabytes, and several are fetched at once."""
    monkeypatch.setattr(transport, "MOST_BYTES", 100_000)
    head = repo.commit("main", {"large.png": b"x" * 100_001})
    blob = forge.tree(described(repo), Sha(head))[Name("large.png")].id
    with pytest.raises(Refused, match="larger"):
        list(forge.blobs(described(repo), [blob]))


def test_a_repository_that_became_private_is_known_as_such_at_once(forge: GitHub, repo: world.Repo) -> None:
    """A delivery of last week says that it is public; pictures go by what GitHub says when it is asked."""
    pull = repo.pull(files={"a": b"1"})
    told_last_week = replace(described(repo), private=False)
    repo.private = True
    assert forge.change(told_last_week, str(pull.number)).repo.private
