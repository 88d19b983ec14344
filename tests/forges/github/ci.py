"""Let CI run on the double: workflows begin and end, and other apps' checks."""

from __future__ import annotations

from collections.abc import Mapping

from tests.forges.github.doings import Doings
from tests.forges.github.hooks import Webhook
from tests.forges.github.world import App, Artifact, Attempt, CheckRun, Pull, Repo, WorkflowRun
from tests.forges.zips import zipped


class CI(Doings):
    """What CI does."""

    def start_workflow(self, pull: Pull, *, name: str = "CI", event: str = "pull_request") -> list[Webhook]:
        """Let a workflow begin on the pull request's head."""
        with self.world.lock:
            run = self._workflow(pull, name, event, attempt=None)
            run.attempts[-1].status, run.attempts[-1].conclusion = "in_progress", None
            made = self.hooks.make("workflow_run", "requested", pull.repo, pull.author, run=run)
        return self.send(made)

    def finish_workflow(
        self,
        pull: Pull,
        artifacts: Mapping[str, bytes | Mapping[str, bytes]] | None = None,
        *,
        conclusion: str = "failure",
        attempt: int | None = None,
        name: str = "CI",
        event: str = "pull_request",
        head: str | None = None,
    ) -> list[Webhook]:
        """Let a workflow end on the pull request's head (or an older commit), keeping artifacts.

        `artifacts`: name to zip, or to the zip's members. `attempt`: 2 or more re-runs the newest run of that
        name there."""
        with self.world.lock:
            run = self._workflow(pull, name, event, attempt, head)
            last = run.last
            last.status, last.conclusion, last.updated_at = "completed", conclusion, self.world.now()
            for artifact, content in (artifacts or {}).items():
                run.artifacts.append(self._artifact(run, artifact, content))
            job = self._check(pull.repo, self.world.actions, f"{name} / test", run.head, conclusion, run.suite)
            made = self.hooks.make("check_run", "completed", pull.repo, pull.author, check=job)
            made += self.hooks.make("workflow_run", "completed", pull.repo, pull.author, run=run)
        return self.send(made)

    def expire(self, pull: Pull) -> None:
        """Let the artifacts of all runs on the pull request's head expire."""
        for run in self.runs(pull):
            for artifact in run.artifacts:
                artifact.expired = True

    def runs(self, pull: Pull, *, head: str | None = None) -> list[WorkflowRun]:
        """Give the workflow runs on the pull request's head (or another commit), oldest first."""
        return [run for run in pull.repo.runs.values() if run.head == (head or pull.head)]

    def finish_check(
        self,
        pull: Pull,
        *,
        name: str = "ci/circleci: goldens",
        app: str = "circleci-checks",
        conclusion: str = "failure",
    ) -> list[Webhook]:
        """Let another app's check end on the pull request's head."""
        with self.world.lock:
            owner = self.world.new_app(app, owner=self.account(app))
            check = self._check(pull.repo, owner, name, pull.head, conclusion, self.world.next("suite"))
            made = self.hooks.make("check_run", "completed", pull.repo, owner.bot, check=check)
        return self.send(made)

    def _workflow(
        self, pull: Pull, name: str, event: str, attempt: int | None, head: str | None = None
    ) -> WorkflowRun:
        now = self.world.now()
        known = [run for run in self.runs(pull, head=head) if (run.name, run.event) == (name, event)]
        if known and known[-1].last.status != "completed":
            return known[-1]
        if attempt is not None and attempt > 1:
            known[-1].attempts.append(Attempt(attempt, "in_progress", None, now, now))
            return known[-1]
        assert pull.head_repo
        run = WorkflowRun(
            id=self.world.next("run"),
            repo=pull.repo,
            name=name,
            path=f".github/workflows/{name.lower().replace(' ', '-')}.yml",
            workflow_id=sum(name.encode()) + 9_000_000,
            number=len(pull.repo.runs) + 1,
            event=event,
            head=head or pull.head,
            branch=pull.branch,
            head_repo=pull.head_repo,
            actor=pull.author,
            suite=self.world.next("suite"),
            attempts=[Attempt(1, "in_progress", None, now, now)],
        )
        pull.repo.runs[run.id] = run
        return run

    def _artifact(self, run: WorkflowRun, name: str, content: bytes | Mapping[str, bytes]) -> Artifact:
        packed = content if isinstance(content, bytes) else zipped(content)
        return Artifact(self.world.next("artifact"), name, packed, run, self.world.now())

    def _check(self, repo: Repo, app: App, name: str, head: str, conclusion: str, suite: int) -> CheckRun:
        now = self.world.now()
        check = CheckRun(self.world.next("check"), name, head, app, suite, "completed", conclusion)
        check.started_at = check.completed_at = now
        repo.checks[check.id] = check
        return check
