"""Show pipelines, jobs, artifacts and statuses through python-gitlab."""

from __future__ import annotations

import io
import threading
import zipfile
from datetime import UTC, datetime

import pytest
import requests
from gitlab import GitlabCreateError, GitlabError, GitlabGetError

from tests.forges.gitlab.client import as_bot, as_person, merge_request, project
from tests.forges.gitlab.double import GitLabDouble
from tests.forges.gitlab.world import Job, Pull

pytestmark = pytest.mark.slow

PICTURES = {"goldens": {"goldens/login.png": b"\x89PNG"}}


@pytest.fixture
def pull(gitlab: GitLabDouble) -> Pull:
    """Give a merge request."""
    return gitlab.repo("octo/app").pull(files={"lib/app.dart": b"// new\n"})


def job_of(gitlab: GitLabDouble, pull: Pull) -> Job:
    """Give the newest job of the newest pipeline on the head."""
    return gitlab.runs(pull)[-1].jobs[-1]


def test_a_pipeline_tells_its_jobs_and_what_they_kept(gitlab: GitLabDouble, pull: Pull) -> None:
    """A job's hook, then the pipeline's, which names the archive, the merge request, and its branch as the ref."""
    build, pipeline = gitlab.finish_workflow(pull, PICTURES, name="Goldens")
    assert build.payload["build_name"] == "goldens:goldens"
    assert build.payload["commit"]["id"] == pipeline.payload["object_attributes"]["id"]
    attributes = pipeline.payload["object_attributes"]
    assert (attributes["status"], attributes["source"], attributes["ref"]) == (
        "failed",
        "merge_request_event",
        "feature",
    )
    assert (attributes["name"], attributes["sha"]) == ("Goldens", pull.head)
    assert pipeline.payload["merge_request"]["iid"] == pull.number
    [told] = pipeline.payload["builds"]
    assert (told["status"], told["artifacts_file"]["filename"]) == ("failed", "goldens.zip")


def test_a_pipeline_of_a_branch_names_no_merge_request(gitlab: GitLabDouble, pull: Pull) -> None:
    """It is found through its commit."""
    *_, pipeline = gitlab.finish_workflow(pull, PICTURES, event="push")
    assert (pipeline.payload["merge_request"], pipeline.payload["object_attributes"]["source"]) == (None, "push")


def test_artifacts_are_fetched_by_job(gitlab: GitLabDouble, pull: Pull) -> None:
    """The pipelines of the merge request, their jobs, and the zip, which another host gives."""
    gitlab.finish_workflow(pull, PICTURES)
    here = project(gitlab, pull.repo)
    [listed] = merge_request(gitlab, pull).pipelines.list(get_all=True)
    [job] = here.pipelines.get(listed.id).jobs.list(get_all=True)
    assert job.artifacts_file["filename"] == "goldens.zip"
    headers = {"PRIVATE-TOKEN": gitlab.token}
    url = f"{gitlab.url}/api/v4/projects/{pull.repo.id}/jobs/{job.id}/artifacts"
    led = requests.get(url, headers=headers, allow_redirects=False, timeout=5)
    assert (led.status_code, led.headers["Location"].startswith(gitlab.url)) == (302, False)
    content = requests.get(led.headers["Location"], timeout=5).content
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["goldens/login.png"]
    gitlab.api.redirects = False
    assert here.jobs.get(job.id, lazy=True).artifacts() == content


def test_a_token_that_follows_to_the_other_host_is_a_violation() -> None:
    """Sessions keep GitLab's own header when they are led elsewhere."""
    with GitLabDouble() as double:
        pull = double.repo("octo/app").pull(files={"a": b"1"})
        double.finish_workflow(pull, PICTURES)
        url = f"{double.url}/api/v4/projects/{pull.repo.id}/jobs/{job_of(double, pull).id}/artifacts"
        requests.get(url, headers={"PRIVATE-TOKEN": double.token}, timeout=5)
        [violation] = double.violations
        assert "carried private-token" in violation


def test_expired_artifacts_leave_their_time(gitlab: GitLabDouble, pull: Pull) -> None:
    """The job tells when they ended, and has no file; fetching is a 404. Kept ones do not expire."""
    gitlab.finish_workflow(pull, PICTURES)
    kept = job_of(gitlab, pull)
    here = project(gitlab, pull.repo)
    here.jobs.get(kept.id).keep_artifacts()
    gitlab.expire(pull)
    assert here.jobs.get(kept.id).artifacts_file["filename"] == "goldens.zip"
    gitlab.finish_workflow(pull, PICTURES, name="Other")
    gitlab.expire(pull)
    job = here.jobs.get(job_of(gitlab, pull).id)
    assert not hasattr(job, "artifacts_file")
    assert datetime.fromisoformat(job.artifacts_expire_at) <= datetime.now(UTC)
    with pytest.raises(GitlabGetError) as gone:
        job.artifacts()
    assert gone.value.response_code == 404


def test_a_retry_is_another_job(gitlab: GitLabDouble, pull: Pull) -> None:
    """In the same pipeline, under the same name; the old one is listed only when asked for."""
    gitlab.finish_workflow(pull, PICTURES)
    build, pipeline = gitlab.finish_workflow(pull, PICTURES, attempt=2, conclusion="success")
    assert build.payload["retries_count"] == 1
    assert len(pipeline.payload["builds"]) == 1
    [listed] = merge_request(gitlab, pull).pipelines.list(get_all=True)
    jobs = project(gitlab, pull.repo).pipelines.get(listed.id).jobs
    assert [job.status for job in jobs.list(get_all=True)] == ["success"]
    assert [job.status for job in jobs.list(include_retried=True, get_all=True)] == ["success", "failed"]
    assert jobs.list(scope=["failed"], get_all=True) == []


def test_a_child_hangs_on_a_bridge(gitlab: GitLabDouble, pull: Pull) -> None:
    """Its hook names the pipeline above; from there a bridge leads to it, also into another project."""
    hooks = gitlab.finish_child(pull, PICTURES)
    child = next(hook for hook in hooks if "source_pipeline" in hook.payload and hook.event == "pipeline")
    above = child.payload["source_pipeline"]["pipeline_id"]
    here = project(gitlab, pull.repo)
    [bridge] = here.pipelines.get(above).bridges.list(get_all=True)
    assert bridge.downstream_pipeline["id"] == child.payload["object_attributes"]["id"]
    assert bridge.downstream_pipeline["source"] == "parent_pipeline"
    assert [one.id for one in here.pipelines.list(get_all=True)] == [above]
    other = gitlab.repo("octo/screens")
    hooks = gitlab.finish_child(pull, PICTURES, project=other, name="Elsewhere")
    told = next(hook for hook in hooks if hook.event == "pipeline" and hook.repo == other.id)
    assert told.payload["source_pipeline"]["project"]["path_with_namespace"] == pull.repo.path
    assert told.payload["merge_request"] is None


def test_a_status_moves_on_and_never_to_itself(gitlab: GitLabDouble, pull: Pull) -> None:
    """Pending, running, ended; one that ended is followed by another. From running to running is a 400."""
    statuses = project(gitlab, pull.repo).commits.get(pull.head).statuses
    told = {"name": "golddigger", "ref": "feature", "target_url": "http://bot.example.org/runs/1"}
    for state in ("pending", "running"):
        statuses.create({"state": state, **told})
    with pytest.raises(GitlabCreateError) as refused:
        statuses.create({"state": "running", "description": "still", **told})
    assert refused.value.response_code == 400
    assert "Cannot transition status via :run from :running" in refused.value.error_message
    statuses.create({"state": "failed", "description": "2 changed", **told})
    statuses.create({"state": "success", "description": "approved", **told})
    assert [one.status for one in gitlab.statuses(pull)] == ["failed", "success"]
    [last] = statuses.list(name="golddigger", get_all=True)
    assert (last.status, last.description) == ("success", "approved")
    assert len(statuses.list(all=True, get_all=True)) == 2


def test_a_status_joins_the_pipeline_of_its_ref(gitlab: GitLabDouble, pull: Pull) -> None:
    """Where there is none, one of its own is made; its hook says `external`."""
    statuses = project(gitlab, pull.repo).commits.get(pull.head).statuses
    alone = statuses.create({"state": "pending", "name": "golddigger", "ref": "feature"})
    assert gitlab.echoes()[-1].payload["object_attributes"]["source"] == "external"
    [listed] = merge_request(gitlab, pull).pipelines.list(get_all=True)
    assert listed.id == alone.pipeline_id
    *_, finished = gitlab.finish_workflow(pull, PICTURES)
    number = finished.payload["object_attributes"]["id"]
    told = {"state": "success", "name": "golddigger"}
    assert statuses.create(told).pipeline_id == number
    assert statuses.create({**told, "ref": f"refs/merge-requests/{pull.number}/head"}).pipeline_id == number
    assert statuses.create({**told, "ref": "feature"}).pipeline_id == alone.pipeline_id
    assert statuses.create({**told, "pipeline_id": number}).pipeline_id == number


def test_of_two_statuses_at_once_one_is_refused(gitlab: GitLabDouble, pull: Pull) -> None:
    """It is a 409, which goes away by itself."""
    statuses: list[int] = []

    def post(name: str) -> None:
        answer = requests.post(
            f"{gitlab.url}/api/v4/projects/{pull.repo.id}/statuses/{pull.head}",
            json={"state": "success", "name": name},
            headers={"PRIVATE-TOKEN": gitlab.token},
            timeout=10,
        )
        statuses.append(answer.status_code)

    with gitlab.world.lock:
        threads = [threading.Thread(target=post, args=(str(number),)) for number in range(4)]
        for thread in threads:
            thread.start()
        while len(statuses) < 3:
            threads[0].join(0.01)
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 409, 409, 409]


def test_others_statuses_are_not_ours(gitlab: GitLabDouble, pull: Pull) -> None:
    """Another CI's is told as a pipeline from outside, and a reporter may post none."""
    [told] = gitlab.finish_check(pull)
    assert told.payload["object_attributes"]["source"] == "external"
    assert gitlab.statuses(pull) == []
    pull.repo.role("rita", "reporter")
    here = project(gitlab, pull.repo, as_person(gitlab, "rita"))
    with pytest.raises(GitlabError) as refused:
        here.commits.get(pull.head).statuses.create({"state": "success"})
    assert refused.value.response_code == 403
    assert as_bot(gitlab).projects.get(pull.repo.id).commits.get(pull.head).status == "failed"


def test_a_pipeline_does_not_end_while_a_status_is_pending_in_it(gitlab: GitLabDouble, pull: Pull) -> None:
    """Its jobs tell that they ended; the pipeline tells of it when the status does, and is as bad as the worst."""
    [begun] = gitlab.start_workflow(pull)
    number = begun.payload["object_attributes"]["id"]
    here = project(gitlab, pull.repo)
    statuses = here.commits.get(pull.head).statuses
    told = {"name": "golddigger", "pipeline_id": number}
    statuses.create({"state": "pending", **told})
    hooks = gitlab.finish_workflow(pull, PICTURES, conclusion="success")
    assert {hook.event for hook in hooks} == {"build"}
    assert here.pipelines.get(number).status == "running"
    gitlab.echoes()
    statuses.create({"state": "failed", **told})
    assert here.pipelines.get(number).status == "failed"
    [ended] = gitlab.echoes()
    assert ended.payload["object_attributes"]["status"] == "failed"
    assert {build["status"] for build in ended.payload["builds"]} == {"success"}


def test_merged_results_run_on_a_commit_of_their_own(gitlab: GitLabDouble, pull: Pull) -> None:
    """It joins head and target, and its ref ends in `merge`; statuses go to that commit."""
    *_, pipeline = gitlab.finish_workflow(pull, PICTURES, event="merged_results")
    sha = pipeline.payload["object_attributes"]["sha"]
    here = project(gitlab, pull.repo)
    assert here.commits.get(sha).parent_ids == [pull.repo.sha("main"), pull.head]
    shown = merge_request(gitlab, pull).head_pipeline
    assert (shown["sha"], shown["ref"]) == (sha, f"refs/merge-requests/{pull.number}/merge")
    here.commits.get(sha).statuses.create({"state": "success", "pipeline_id": shown["id"]})
    assert [status.status for status in gitlab.statuses(pull)] == ["success"]


def test_a_status_is_not_skipped_once_it_runs(gitlab: GitLabDouble, pull: Pull) -> None:
    """From pending it may be, from running only the other ends are open."""
    statuses = project(gitlab, pull.repo).commits.get(pull.head).statuses
    for name, first, passes in (("a", "pending", True), ("b", "running", False)):
        statuses.create({"state": first, "name": name})
        if passes:
            assert statuses.create({"state": "skipped", "name": name}).status == "skipped"
            continue
        with pytest.raises(GitlabCreateError) as refused:
            statuses.create({"state": "skipped", "name": name})
        assert "via :skip from :running" in refused.value.error_message


def test_a_merge_request_does_not_name_its_pipelines(gitlab: GitLabDouble, pull: Pull) -> None:
    """Their names stand in the project's own list, and in each pipeline by itself."""
    gitlab.finish_workflow(pull, PICTURES, name="Goldens")
    here = project(gitlab, pull.repo)
    [listed] = merge_request(gitlab, pull).pipelines.list(get_all=True)
    assert not hasattr(listed, "name")
    assert [one.name for one in here.pipelines.list(get_all=True)] == ["Goldens"]
    assert here.pipelines.get(listed.id).name == "Goldens"
