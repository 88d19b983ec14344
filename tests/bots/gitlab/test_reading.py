"""What is asked of GitLab: merge requests, CI, files, history."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from bots.forge import Change, PipelineState
from bots.gitlab import transport
from bots.gitlab.forge import GitLab
from diffing.pointers import Pointer
from diffing.words import BlobId, Digest, Name, Refused, Sha, Unavailable
from tests.bots.gitlab.conftest import change_of, described, forge_of
from tests.forges.git import File
from tests.forges.gitlab import world
from tests.forges.gitlab.double import GitLabDouble

pytestmark = pytest.mark.slow


def test_a_merge_request_is_described(forge: GitLab, repo: world.Repo) -> None:
    """Everything the flow needs of a merge request is there, by GitLab's own ids."""
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
        head_path="acme/apps/shop",
        base_branch="main",
        base=Sha(repo.sha("main")),
        open=True,
    )
    assert not change_of(forge, pull).fork


def test_a_merge_request_that_is_not_there_is_refused_in_words(forge: GitLab, repo: world.Repo) -> None:
    """Nobody gets a bare 404."""
    with pytest.raises(Refused, match="no merge request !999 in acme/apps/shop"):
        forge.change(described(repo), "999")


def test_a_merge_request_of_a_deleted_fork_is_still_one_of_a_fork(forge: GitLab, repo: world.Repo) -> None:
    """GitLab names no source project then."""
    pull = repo.pull(files={"a": b"1"}, fork="stranger/shop", author="stranger")
    pull.follow()
    pull.head_repo = None
    change = change_of(forge, pull)
    assert (change.head_repo, change.head_path, change.fork) == ("", "", True)


@pytest.mark.parametrize("fork", [None, "stranger/shop"])
@pytest.mark.parametrize("told", ["branch", "nothing"])
def test_the_changes_at_a_head_are_found(forge: GitLab, repo: world.Repo, fork: str | None, told: str) -> None:
    """By branch, and without it by the commit."""
    repo.pull(branch="other", files={"b": b"2"})
    pull = repo.pull(branch="feature/x", files={"a": b"1"}, fork=fork, author="stranger")
    branch = "feature/x" if told == "branch" else None
    found = forge.changes_at(described(repo), Sha(pull.head), branch, None)
    assert [change.number for change in found] == [str(pull.number)]


def test_a_head_that_moved_on_is_no_change(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """A late event for an old commit finds nothing, nor does one for a commit that nobody has."""
    pull = repo.pull(files={"a": b"1"})
    old = Sha(pull.head)
    gitlab.push(pull, {"a": b"2"})
    assert forge.changes_at(described(repo), old, "feature", None) == []
    assert forge.changes_at(described(repo), old, None, None) == []
    assert forge.changes_at(described(repo), Sha("1" * 40), None, None) == []


def test_a_project_that_became_private_is_known_as_such_at_once(gitlab: GitLabDouble, forge: GitLab) -> None:
    """Whatever was known of it before."""
    repo = gitlab.repo("acme/open", private=False)
    pull = repo.pull(files={"a": b"1"})
    assert not change_of(forge, pull).repo.private
    repo.private = True
    assert change_of(forge, pull).repo.private


def test_the_configuration_is_the_base_branchs(forge: GitLab, repo: world.Repo) -> None:
    """What the merge request says of it does not count, nor is there one where nobody wrote it."""
    pull = repo.pull(files={".golddigger.yml": b"mine"})
    assert forge.config(change_of(forge, pull)) is None
    repo.commit("main", {".golddigger.yml": b"ours"})
    assert forge.config(change_of(forge, pull)) == b"ours"


# -------------------------------------------------------------------------------------------------- CI


@pytest.mark.parametrize(
    ("conclusion", "state"),
    [
        ("success", PipelineState.SUCCEEDED),
        ("failure", PipelineState.FAILED),
        ("cancelled", PipelineState.CANCELLED),
        ("skipped", PipelineState.CANCELLED),
    ],
)
@pytest.mark.parametrize("event", ["push", "pull_request"])
def test_pipelines_are_listed_however_they_ended(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, conclusion: str, state: PipelineState, event: str
) -> None:
    """Those of the branch and those of the merge request, by what happened in their jobs."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.finish_workflow(pull, {"golden": {"a.png": b"a"}}, conclusion=conclusion, event=event)
    [pipeline] = forge.pipelines(change_of(forge, pull))
    assert (pipeline.state, pipeline.attempt, pipeline.head, pipeline.title) == (state, 1, pull.head, "CI")
    assert pipeline.source.startswith("push" if event == "push" else "merge_request_event")


def test_a_retried_job_is_another_attempt(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """GitLab keeps the pipeline; what its jobs kept the last time counts."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.finish_workflow(pull, {"golden": {"a.png": b"first"}})
    gitlab.finish_workflow(pull, {"golden": {"a.png": b"second"}}, attempt=2)
    [pipeline] = forge.pipelines(change_of(forge, pull))
    assert pipeline.attempt == 2
    [artifact] = forge.artifacts(pipeline)
    [before] = artifact.earlier
    for kept, drawn in ((artifact, b"second"), (before, b"first")):
        with forge.open_artifact(pipeline, kept) as archive:
            assert archive.read("a.png") == drawn


def test_a_pipeline_under_way_is_running(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """Nothing is concluded of it yet."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.start_workflow(pull)
    [pipeline] = forge.pipelines(change_of(forge, pull))
    assert pipeline.state is PipelineState.RUNNING


@pytest.mark.parametrize("elsewhere", [False, True])
def test_pipelines_that_a_pipeline_started_are_found(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, elsewhere: bool
) -> None:
    """Children in the same project, and those of other projects; their artifacts are asked where they lie."""
    pull = repo.pull(files={"a": b"1"})
    project = gitlab.repo("acme/screens") if elsewhere else None
    gitlab.finish_child(pull, {"golden": {"a.png": b"drawn below"}}, project=project)
    _, below = forge.pipelines(change_of(forge, pull))
    assert (below.head, below.state) == (pull.head, PipelineState.FAILED)
    assert below.source.endswith("/trigger")
    [artifact] = forge.artifacts(below)
    with forge.open_artifact(below, artifact) as archive:
        assert archive.read("a.png") == b"drawn below"


@pytest.mark.parametrize("event", ["pull_request", "merged_results"])
def test_pipelines_of_other_names_are_other_sources(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, event: str
) -> None:
    """A merge request's own list does not name them: they are asked for, so that neither replaces the other."""
    pull = repo.pull(files={"a": b"1"})
    for name in ("App", "Web"):
        gitlab.finish_workflow(pull, {}, name=name, event=event)
    found = forge.pipelines(change_of(forge, pull))
    assert {(each.title, each.source) for each in found} == {
        ("App", "merge_request_event:App"),
        ("Web", "merge_request_event:Web"),
    }


def test_another_branchs_pipeline_on_the_same_commit_is_not_this_changes(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo
) -> None:
    """It ran with other rules, and somebody else may have started it."""
    pull = repo.pull(branch="one", files={"a": b"1"})
    other = repo.pull(branch="two", files={"b": b"1"})
    gitlab.finish_workflow(other, {"golden": {"a.png": b"a"}}, event="push", head=pull.head)
    assert forge.pipelines(change_of(forge, pull)) == []


def test_whether_jobs_run_still_is_one_question(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """Asked for each job that ended; of a pipeline that is not seen, nothing is waited for."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.finish_workflow(pull, {"golden": {"a.png": b"a"}, "other": {"b.png": b"b"}})
    [run] = gitlab.runs(pull)
    before = len(gitlab.asked)
    assert not forge.witness.busy(repo.id, run.id)
    run.jobs[0].status = "running"
    assert forge.witness.busy(repo.id, run.id)
    assert len(gitlab.asked) == before + 2
    assert not forge.witness.busy(repo.id, 12345)


def test_our_own_status_starts_no_pipeline_of_ours(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """What others say of the commit holds no job."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.finish_check(pull)
    assert forge.pipelines(change_of(forge, pull)) == []


def test_a_pipeline_in_a_forks_own_project_counts(gitlab: GitLabDouble, forge: GitLab) -> None:
    """Where everybody may see it, what it kept is read there."""
    repo = gitlab.repo("acme/open", private=False)
    pull = repo.pull(files={"a": b"1"}, fork="stranger/open", author="stranger")
    gitlab.finish_workflow(pull, {"golden": {"a.png": b"a"}}, where=pull.head_repo)
    [pipeline] = forge.pipelines(change_of(forge, pull))
    [artifact] = forge.artifacts(pipeline)
    with forge.open_artifact(pipeline, artifact) as archive:
        assert archive.read("a.png") == b"a"


def test_a_pipeline_in_a_fork_that_the_bot_does_not_see_is_explained(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo
) -> None:
    """It seems neither not to be there nor to have kept nothing."""
    pull = repo.pull(files={"a": b"1"}, fork="stranger/shop", author="stranger")
    gitlab.finish_workflow(pull, {"golden": {"a.png": b"a"}}, where=pull.head_repo)
    [pipeline] = forge.pipelines(change_of(forge, pull))
    assert pipeline.state is PipelineState.FAILED
    with pytest.raises(Refused, match="adds the bot as a Reporter"):
        forge.artifacts(pipeline)


def test_merged_results_belong_to_the_head_that_was_merged(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo
) -> None:
    """Their commit is one of GitLab's own, with the head among its parents."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.finish_workflow(pull, {"golden": {"a.png": b"a"}}, event="merged_results")
    [pipeline] = forge.pipelines(change_of(forge, pull))
    assert (pipeline.head, pipeline.state) == (pull.head, PipelineState.FAILED)
    gitlab.push(pull, {"a": b"2"})
    assert forge.pipelines(change_of(forge, pull)) == []


# ------------------------------------------------------------------------------------------- artifacts


def test_artifacts_have_the_names_that_ci_gave_them(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """With their sizes, one for each job that kept something."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.finish_workflow(pull, {"golden-a": {"a.png": b"a"}, "golden-b": {"b.png": b"b"}})
    [pipeline] = forge.pipelines(change_of(forge, pull))
    listed = forge.artifacts(pipeline)
    assert sorted(each.name for each in listed) == ["golden-a", "golden-b"]
    assert all(each.size > 0 and not each.expired for each in listed)


@pytest.mark.parametrize(
    ("jobs", "names"),
    [
        ([("golden", "artifacts.zip")], ["golden"]),
        ([("golden 1/2", "artifacts.zip"), ("golden 2/2", "artifacts.zip")], ["golden-1-of-2", "golden-2-of-2"]),
        ([("ui 1/2", "golddigger.zip"), ("ui 2/2", "golddigger.zip")], ["golddigger-1-of-2", "golddigger-2-of-2"]),
        ([("golden: [ios]", "main.zip"), ("lint", "main.zip")], ["golden: [ios]", "main"]),
        ([("ios", "golden.zip"), ("android", "golden.zip")], ["golden (android)", "golden (ios)"]),
    ],
)
def test_an_artifact_is_named_so_that_it_can_be_chosen(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, jobs: list[tuple[str, str]], names: list[str]
) -> None:
    """By its own name or its job's, whichever speaks of goldens; shards by their numbers; never two alike."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.finish_workflow(pull, {f"golden-{at}": {"a.png": b"a"} for at in range(len(jobs))})
    [run] = gitlab.runs(pull)
    for job, (name, filename) in zip(run.jobs, jobs, strict=True):
        assert job.artifact
        job.name, job.artifact.filename = name, filename
    [pipeline] = forge.pipelines(change_of(forge, pull))
    assert sorted(each.name for each in forge.artifacts(pipeline)) == names


def test_an_expired_artifact_is_told_of_and_refused_in_words(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo
) -> None:
    """In the list by its job's name, which is all that is left of it; and when it expired since."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.finish_workflow(pull, {"golden": {"a.png": b"a"}})
    [pipeline] = forge.pipelines(change_of(forge, pull))
    [before] = forge.artifacts(pipeline)
    gitlab.expire(pull)
    [after] = forge.artifacts(pipeline)
    assert (after.name, after.expired, after.size) == ("ci:golden", True, 0)
    for artifact in (before, after):
        with pytest.raises(Refused, match="expired"), forge.open_artifact(pipeline, artifact):
            pass


def test_an_artifact_of_another_pipeline_is_refused(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """Whatever id is given, it must be of the pipeline that was asked for."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.finish_workflow(pull, {"golden": {"a.png": b"a"}}, name="One")
    gitlab.finish_workflow(pull, {"golden": {"a.png": b"a"}}, name="Two")
    one, two = forge.pipelines(change_of(forge, pull))
    [artifact] = forge.artifacts(one)
    with pytest.raises(Refused, match="another pipeline"), forge.open_artifact(two, artifact):
        pass


def test_a_hostile_artifact_is_refused(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """What is no zip at all."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.finish_workflow(pull, {"golden": b"no zip"})
    [pipeline] = forge.pipelines(change_of(forge, pull))
    [artifact] = forge.artifacts(pipeline)
    with pytest.raises(Refused, match="no zip"), forge.open_artifact(pipeline, artifact):
        pass


@pytest.mark.parametrize("redirects", [True, False])
def test_the_token_stays_with_gitlab(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, redirects: bool
) -> None:
    """Where GitLab sends us to another host for the bytes, that host hears no token: the double would say so."""
    gitlab.api.redirects = redirects
    pull = repo.pull(files={"a": b"1"})
    gitlab.finish_workflow(pull, {"golden": {"a.png": b"a"}})
    [pipeline] = forge.pipelines(change_of(forge, pull))
    [artifact] = forge.artifacts(pipeline)
    with forge.open_artifact(pipeline, artifact) as archive:
        assert archive.read("a.png") == b"a"


# ----------------------------------------------------------------------------------------------- files


def test_a_tree_is_read_by_keyset(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """A hundred entries a page, each page from where the last one ended; modes and ids as git has them."""
    files = {f"deep/folder-{at // 50}/{at}.txt": f"{at}".encode() for at in range(220)}
    repo.commit("main", {**files, "run.sh": File(b"#!/bin/sh\n", "100755")})
    tree = forge.tree(described(repo), Sha(repo.sha("main")))
    assert set(tree) == {*files, "run.sh", "README.md", "test/goldens/a.png"}
    assert (tree[Name("run.sh")].mode, tree[Name("README.md")].mode) == ("100755", "100644")
    assert tree[Name("deep/folder-0/1.txt")].id == hashlib.sha1(b"blob 1\x001").hexdigest()
    pages = [each for each in gitlab.asked if each.operation.endswith("/tree")]
    assert len(pages) >= 3


def test_a_forks_commit_is_read_from_the_base(forge: GitLab, repo: world.Repo) -> None:
    """GitLab keeps merge requests' heads in the target project."""
    pull = repo.pull(files={"new.png": b"n"}, fork="stranger/shop", author="stranger")
    assert Name("new.png") in forge.tree(described(repo), Sha(pull.head))


def test_blobs_come_many_at_once_and_each_once(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """In any order, each asked for once, held to its id."""
    contents = [f"{at}\r\n\0".encode() for at in range(20)]
    repo.commit("main", {f"{at}.bin": content for at, content in enumerate(contents)})
    tree = forge.tree(described(repo), Sha(repo.sha("main")))
    wanted = [tree[Name(f"{at}.bin")].id for at in range(20)]
    assert dict(forge.blobs(described(repo), wanted * 2)) == dict(zip(wanted, contents, strict=True))
    assert len([each for each in gitlab.asked if each.operation.endswith("/raw")]) == 20


def test_a_blob_that_is_not_there_is_refused(forge: GitLab, repo: world.Repo) -> None:
    """In words."""
    with pytest.raises(Refused, match="404"):
        list(forge.blobs(described(repo), [BlobId("1" * 40)]))


def test_a_blob_that_came_damaged_is_not_believed(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """It is asked for again later."""
    tree = forge.tree(described(repo), Sha(repo.sha("main")))
    gitlab.fail(r"GET .*/blobs/.*/raw", 200, body=b"something else")
    with pytest.raises(Unavailable, match="damaged"):
        list(forge.blobs(described(repo), [tree[Name("README.md")].id]))


def test_a_blob_over_the_limit_is_not_taken_in(
    forge: GitLab, repo: world.Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several are asked for at once, of a stranger's files."""
    repo.commit("main", {"huge.bin": b"x" * 100_000})
    tree = forge.tree(described(repo), Sha(repo.sha("main")))
    monkeypatch.setattr(transport, "MOST_BYTES", 90_000)
    with pytest.raises(Refused, match="larger than"):
        list(forge.blobs(described(repo), [tree[Name("huge.bin")].id]))


def test_large_files_come_from_the_lfs_store(forge: GitLab, repo: world.Repo) -> None:
    """By their pointers, held to their digests."""
    content = b"a large picture"
    oid = Digest(hashlib.sha256(content).hexdigest())
    repo.large[oid] = content
    assert dict(forge.large_files(described(repo), [Pointer(oid, len(content))])) == {oid: content}


def test_large_files_are_uploaded_once(forge: GitLab, repo: world.Repo) -> None:
    """Into the store of the project that the commit goes to."""
    pull = repo.pull(files={"a": b"1"})
    content = b"a new large picture"
    oid = Digest(hashlib.sha256(content).hexdigest())
    for _ in range(2):
        forge.upload_large(change_of(forge, pull), {oid: content})
    assert repo.large[oid] == content


def test_history_is_newest_first(forge: GitLab, repo: world.Repo) -> None:
    """With messages, as far back as was asked; a fork's is asked of the target."""
    for fork in (None, "stranger/shop"):
        pull = repo.pull(branch=f"b{bool(fork)}", files={"a": b"1"}, message="Change it\n\nBody: yes", fork=fork)
        newest, older = forge.history(change_of(forge, pull), 2)
        assert (newest.sha, newest.message.strip()) == (pull.head, "Change it\n\nBody: yes")
        assert older.sha == repo.sha("main")
        assert newest.url


# --------------------------------------------------------------------------------------------- troubles


@pytest.mark.parametrize(("retry_after", "wait"), [(17, 17.0), (None, None)])
def test_a_limit_says_when_to_come_back(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, retry_after: int | None, wait: float | None
) -> None:
    """By Retry-After, or else by the moment at which the count begins anew."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.limit(retry_after=retry_after, times=3)
    with pytest.raises(Unavailable) as limited:
        change_of(forge, pull)
    assert limited.value.after is not None
    assert wait is None or limited.value.after == wait


def test_a_server_that_stumbles_once_is_asked_again(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """Reading is tried again at once; where it stays so, later."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.fail(r"GET .*/merge_requests/.*", 502)
    assert change_of(forge, pull).open
    gitlab.fail(r"GET .*/merge_requests/.*", 502, times=5)
    with pytest.raises(Unavailable, match="does not work"):
        change_of(forge, pull)


def test_what_is_no_json_is_no_answer(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """A proxy's page in between, with a status that says all is well."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.fail(r"GET .*/merge_requests/.*", 200, times=5)
    with pytest.raises(Unavailable, match="not JSON"):
        change_of(forge, pull)


def test_a_token_that_is_not_known_is_told_in_words(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """And never shown; what was begun goes on when whoever runs us has mended it."""
    pull = repo.pull(files={"a": b"1"})
    with pytest.raises(Unavailable, match=r"does not take the token .* into the settings") as refused:
        change_of(forge_of(gitlab, "glpat-wrong"), pull)
    assert refused.value.after
    assert "glpat-wrong" not in str(refused.value)


def test_a_merge_request_that_gitlab_still_prepares_is_asked_for_again(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo
) -> None:
    """Right after it was opened it may have no head yet."""
    pull = repo.pull(files={"a": b"1"})
    bare = b'{"iid": 1, "title": "t", "sha": null, "diff_refs": null, "source_project_id": 1, "state": "opened"}'
    gitlab.fail(r"GET .*/merge_requests/1$", 200, body=bare)
    with pytest.raises(Unavailable, match="still prepares"):
        change_of(forge, pull)


def test_a_server_that_is_not_there_is_unavailable(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """With its address, which may be wrong."""
    forge = GitLab(url="http://127.0.0.1:9", token="t", host="127.0.0.1:9", clock=gitlab.world.clock)
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9 does not answer"):
        forge.change(replace(described(repo), host="127.0.0.1:9"), "1")
