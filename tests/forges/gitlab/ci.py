"""Let CI run on the double: pipelines with jobs that keep artifacts, retries, children, and others' statuses."""

from __future__ import annotations

from collections.abc import Mapping

from tests.forges.gitlab.doings import Doings
from tests.forges.gitlab.hooks import Webhook
from tests.forges.gitlab.world import RETENTION, Artifact, Bridge, Job, Pipeline, Pull, Repo, Status
from tests.forges.zips import zipped

Artifacts = Mapping[str, bytes | Mapping[str, bytes]]
"""Name to zip, or to the zip's members."""
SOURCES: Mapping[str, str] = {"pull_request": "merge_request_event", "merged_results": "merge_request_event"}
"""Words that stories of every forge use, and GitLab's own. `merged_results`: on head and target joined."""
ENDS: Mapping[str, str] = {
    "success": "success",
    "failure": "failed",
    "cancelled": "canceled",
    "timed_out": "failed",
    "skipped": "skipped",
}
"""How something ended in the words of every forge, and what GitLab says of it."""


class CI(Doings):
    """What CI does."""

    def start_workflow(self, pull: Pull, *, name: str = "CI", event: str = "pull_request") -> list[Webhook]:
        """Let a pipeline begin on the merge request's head."""
        with self.world.lock:
            pipeline = self._pipeline(pull, name, event, attempt=None)
            now = self.world.now()
            pipeline.jobs.append(Job(self.world.next("job"), "test", pipeline, "running", pull.author, now))
            made = self.hooks.make("pipeline", pipeline.repo, pull.author, pipeline=pipeline)
        return self.send(made)

    def finish_workflow(
        self,
        pull: Pull,
        artifacts: Artifacts | None = None,
        *,
        conclusion: str = "failure",
        attempt: int | None = None,
        name: str = "CI",
        event: str = "pull_request",
        head: str | None = None,
        where: Repo | None = None,
    ) -> list[Webhook]:
        """Let a pipeline end on the merge request's head (or an older commit), its jobs keeping artifacts.

        `artifacts`: each is kept by a job ``name:artifact`` (in lower case) in ``artifact.zip``; without any there
        is one job, ``test``. What else runs in the pipeline ends too. `attempt`: 2 or more retries the jobs of the
        newest pipeline of that name there. `where`: the project that it runs in; the merge request's own, unless
        another is named (a fork's)."""
        with self.world.lock:
            pipeline = self._pipeline(pull, name, event, attempt, head, where)
            jobs = [
                self._job(pipeline, f"{name.lower()}:{each}", conclusion, each, content)
                for each, content in (artifacts or {}).items()
            ] or [self._job(pipeline, "test", conclusion)]
            made = self._end(pipeline, conclusion, jobs)
        return self.send(made)

    def offer(self, pull: Pull, job: str, *, name: str = "CI") -> None:
        """Let the newest pipeline have a job that waits until somebody plays it; it may end without."""
        with self.world.lock:
            pipeline = self._pipeline(pull, name, "pull_request", None)
            offered = Job(self.world.next("job"), job, pipeline, "manual", pull.author, self.world.now())
            offered.allow_failure = True
            pipeline.jobs.append(offered)

    def play(
        self, pull: Pull, job: str, artifacts: Artifacts, *, conclusion: str = "failure", name: str = "CI"
    ) -> list[Webhook]:
        """Let somebody play a job that was offered, and let it run to its end: it is the same job, not a try."""
        with self.world.lock:
            pipeline = next(one for one in reversed(self.runs(pull)) if one.name == name)
            [played] = [one for one in pipeline.jobs if (one.name, one.status) == (job, "manual")]
            now = self.world.now()
            played.status, played.started_at = "running", now
            made = self.hooks.make("build", pipeline.repo, pipeline.user, job=played)
            if pipeline.settle(now):
                made += self.hooks.make("pipeline", pipeline.repo, pipeline.user, pipeline=pipeline)
            for kept, content in artifacts.items():
                played.artifact = self._artifact(kept, content)
            made += self._end(pipeline, conclusion, [])
        return self.send(made)

    def finish_child(
        self,
        pull: Pull,
        artifacts: Artifacts,
        *,
        conclusion: str = "failure",
        project: Repo | None = None,
        name: str = "CI",
    ) -> list[Webhook]:
        """Let a pipeline end that another one started by a bridge: a child, or in another `project`."""
        with self.world.lock:
            parent = self._pipeline(pull, name, "pull_request", None)
            source = "pipeline" if project else "parent_pipeline"
            child = self._new(project or pull.repo, pull, source, None, None if project else pull.head)
            bridge = Bridge(
                self.world.next("job"),
                "trigger",
                parent,
                "success",
                pull.author,
                self.world.now(),
                downstream=child,
            )
            parent.jobs.append(bridge)
            child.parent = bridge
            jobs = [self._job(child, f"child:{each}", conclusion, each, kept) for each, kept in artifacts.items()]
            made = self._end(child, conclusion, jobs) + self._end(parent, conclusion, [])
        return self.send(made)

    def _end(self, pipeline: Pipeline, conclusion: str, jobs: list[Job]) -> list[Webhook]:
        """End a pipeline's jobs. The pipeline itself does not end while somebody's status is pending in it."""
        now = self.world.now()
        made = []
        for job in pipeline.latest:
            if job.finished_at is None and job.status != "manual":
                job.status, job.finished_at = ENDS[conclusion], now
                jobs = [*jobs, job]
        for job in jobs:
            made += self.hooks.make("build", pipeline.repo, pipeline.user, job=job)
        if pipeline.settle(now):
            made += self.hooks.make("pipeline", pipeline.repo, pipeline.user, pipeline=pipeline)
        return made

    def expire(self, pull: Pull) -> None:
        """Let the artifacts of all pipelines on the merge request's head expire, as if their time had passed."""
        for pipeline in self.runs(pull):
            for job in pipeline.jobs:
                if job.artifact and job.artifact.until:
                    job.artifact.expired, job.artifact.until = True, job.created_at

    def runs(self, pull: Pull, *, head: str | None = None) -> list[Pipeline]:
        """Give the pipelines on the merge request's head (or another commit), oldest first; statuses' apart."""
        wanted = head or pull.head
        every = (one for repo in self.world.repos.values() for one in repo.pipelines.values())
        return [one for one in every if one.head == wanted and one.source != "external"]

    def statuses(self, pull: Pull, *, head: str | None = None) -> list[Status]:
        """Give our bot's statuses on the merge request's head (or another commit), oldest first."""
        wanted = head or pull.head
        every = (
            one for repo in self.world.repos.values() for one in repo.pipelines.values() if one.head == wanted
        )
        found = (status for pipeline in every for status in pipeline.statuses)
        return sorted((one for one in found if one.user is self.world.bot), key=lambda one: one.id)

    def finish_check(
        self, pull: Pull, *, name: str = "ci/circleci: goldens", app: str = "circleci", conclusion: str = "failure"
    ) -> list[Webhook]:
        """Let another CI post a status on the merge request's head."""
        with self.world.lock:
            now, who = self.world.now(), self.world.account(app, bot=True)
            pipeline = self._new(pull.repo, pull, "external", None, pull.head)
            number = self.world.next("status")
            pipeline.statuses.append(Status(number, name, pipeline, ENDS[conclusion], who, now, finished_at=now))
            pipeline.settle(now)
            made = self.hooks.make("pipeline", pull.repo, who, pipeline=pipeline)
        return self.send(made)

    def _pipeline(
        self,
        pull: Pull,
        name: str,
        event: str,
        attempt: int | None,
        head: str | None = None,
        where: Repo | None = None,
    ) -> Pipeline:
        source = SOURCES.get(event, event)
        known = [one for one in self.runs(pull, head=head) if (one.name, one.source) == (name, source)]
        if known and any(job.finished_at is None and job.status != "manual" for job in known[-1].latest):
            return known[-1]
        if attempt is not None and attempt > 1:
            known[-1].status, known[-1].finished_at = "running", None
            return known[-1]
        made = self._new(where or pull.repo, pull, source, name, head or pull.head)
        if event == "merged_results":
            made.merged = self._joined(pull)
        return made

    def _joined(self, pull: Pull) -> str:
        """Join head and target, as GitLab does before it runs a pipeline for merged results."""
        git, who = pull.repo.git, pull.author.person
        parents = [pull.repo.sha(pull.base), pull.head]
        tree, now = git.commit(pull.head).tree, self.world.now()
        made = git.write_commit(tree, parents, f"Merge {pull.head} into {parents[0]}", who, who, now)
        git.move(f"refs/merge-requests/{pull.number}/merge", made)
        return made

    def _new(self, repo: Repo, pull: Pull, source: str, name: str | None, head: str | None) -> Pipeline:
        now = self.world.now()
        made = Pipeline(
            id=self.world.next("pipeline"),
            iid=len(repo.pipelines) + 1,
            repo=repo,
            source=source,
            branch=pull.branch if head else repo.default_branch,
            head=head or repo.sha(repo.default_branch),
            user=pull.author,
            created_at=now,
            updated_at=now,
            name=name,
            pull=pull if source in {"merge_request_event", "parent_pipeline"} else None,
        )
        repo.pipelines[made.id] = made
        return made

    def _job(
        self,
        pipeline: Pipeline,
        name: str,
        conclusion: str,
        artifact: str | None = None,
        content: bytes | Mapping[str, bytes] = b"",
    ) -> Job:
        now = self.world.now()
        for older in pipeline.jobs:
            older.retried = older.retried or older.name == name
        made = Job(self.world.next("job"), name, pipeline, ENDS[conclusion], pipeline.user, now)
        made.started_at = made.finished_at = now
        if artifact is not None:
            made.artifact = self._artifact(artifact, content)
        pipeline.jobs.append(made)
        return made

    def _artifact(self, name: str, content: bytes | Mapping[str, bytes]) -> Artifact:
        packed = content if isinstance(content, bytes) else zipped(content)
        return Artifact(f"{name}.zip", packed, self.world.now() + RETENTION)
