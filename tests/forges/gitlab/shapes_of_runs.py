"""Show people, commits, pipelines, jobs and statuses as GitLab's JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.forges.git import Commit
from tests.forges.gitlab.world import Account, Bridge, Job, Pipeline, Pull, Repo, Status, World, stamp

Json = Any
ZERO = "0" * 40


@dataclass(frozen=True, slots=True)
class Runs:
    """Writes what CI leaves, and what it is made of. `web`: the address of GitLab."""

    world: World
    web: str

    # -------------------------------------------------------------------------------------- who

    def user_basic(self, account: Account) -> Json:
        """Show somebody beside something else (``UserBasic``)."""
        return {
            "id": account.id,
            "username": account.username,
            "public_email": None,
            "name": account.name,
            "state": account.state,
            "locked": False,
            "avatar_url": None,
            "web_url": f"{self.web}/{account.username}",
        }

    def user(self, account: Account) -> Json:
        """Show somebody (``User``)."""
        told = (
            "bio",
            "skype",
            "linkedin",
            "twitter",
            "discord",
            "website_url",
            "github",
            "job_title",
            "organization",
        )
        return {
            **self.user_basic(account),
            "created_at": "2012-05-23T08:00:58.000Z",
            **dict.fromkeys(told, ""),
            "location": None,
            "pronouns": None,
            "bot": account.bot,
            "work_information": None,
            "followers": 0,
            "following": 0,
            "is_followed": False,
            "local_time": None,
        }

    def user_public(self, account: Account) -> Json:
        """Show somebody to themselves (``UserPublic``)."""
        return {
            **self.user(account),
            "last_sign_in_at": None,
            "confirmed_at": "2012-05-23T09:05:22.000Z",
            "last_activity_on": None,
            "email": f"{account.username}@example.org",
            "theme_id": None,
            "color_scheme_id": 1,
            "projects_limit": 100_000,
            "current_sign_in_at": None,
            "identities": [],
            "can_create_group": not account.bot,
            "can_create_project": not account.bot,
            "two_factor_enabled": False,
            "external": account.bot,
            "private_profile": False,
            "commit_email": account.email,
        }

    # ----------------------------------------------------------------------------------- commits

    def commit(self, repo: Repo, commit: Commit) -> Json:
        """Show a commit in lists (``Commit``)."""
        at = commit.at.replace("Z", ".000+00:00")
        return {
            "id": commit.sha,
            "short_id": commit.sha[:8],
            "title": commit.message.split("\n")[0],
            "created_at": at,
            "parent_ids": list(commit.parents),
            "message": commit.message,
            "author_name": commit.author.name,
            "author_email": commit.author.email,
            "authored_date": at,
            "committer_name": commit.committer.name,
            "committer_email": commit.committer.email,
            "committed_date": at,
            "trailers": {name: values[-1] for name, values in commit.trailers.items()},
            "extended_trailers": {name: list(values) for name, values in commit.trailers.items()},
            "web_url": f"{self.web}/{repo.path}/-/commit/{commit.sha}",
        }

    def status(self, status: Status) -> Json:
        """Show a commit's status (``CommitStatus``)."""
        return {
            "id": status.id,
            "sha": status.pipeline.sha,
            "ref": status.pipeline.ref,
            "status": status.status,
            "name": status.name,
            "target_url": status.target_url,
            "description": status.description,
            "created_at": stamp(status.created_at),
            "started_at": stamp(status.started_at),
            "finished_at": stamp(status.finished_at),
            "allow_failure": False,
            "coverage": status.coverage,
            "pipeline_id": status.pipeline.id,
            "author": self.user_basic(status.user),
        }

    # --------------------------------------------------------------------------------- pipelines

    def pull_url(self, pull: Pull) -> str:
        """Give a merge request's address."""
        return f"{self.web}/{pull.repo.path}/-/merge_requests/{pull.number}"

    def pipelines_of(self, pull: Pull) -> list[Pipeline]:
        """Give the pipelines of a merge request, the newest first: of its head, here and in the fork."""
        repos = {id(repo): repo for repo in (pull.repo, pull.head_repo) if repo}
        every = [one for repo in repos.values() for one in repo.pipelines.values()]
        mine = [one for one in every if one.pull is pull or (one.branch == pull.branch and one.pull is None)]
        known = [one for one in mine if one.parent is None and pull.head_repo]
        return sorted(known, key=lambda one: one.id, reverse=True)

    def pipeline_basic(self, pipeline: Pipeline) -> Json:
        """Show a pipeline beside something else (``PipelineBasic``)."""
        return {
            "id": pipeline.id,
            "iid": pipeline.iid,
            "project_id": pipeline.repo.id,
            "sha": pipeline.sha,
            "ref": pipeline.ref,
            "status": pipeline.status,
            "source": pipeline.source,
            "created_at": stamp(pipeline.created_at),
            "updated_at": stamp(pipeline.updated_at),
            "web_url": self.pipeline_url(pipeline),
        }

    def pipeline_listed(self, pipeline: Pipeline) -> Json:
        """Show a pipeline in lists (``PipelineListed``)."""
        return {**self.pipeline_basic(pipeline), "name": pipeline.name}

    def pipeline_url(self, pipeline: Pipeline) -> str:
        """Give a pipeline's address."""
        return f"{self.web}/{pipeline.repo.path}/-/pipelines/{pipeline.id}"

    def pipeline(self, pipeline: Pipeline) -> Json:
        """Show a pipeline as a merge request or a commit does (``Pipeline``): without its name."""
        return {
            **self.pipeline_basic(pipeline),
            "before_sha": ZERO,
            "tag": False,
            "yaml_errors": None,
            "user": self.user_basic(pipeline.user),
            "started_at": stamp(pipeline.created_at),
            "finished_at": stamp(pipeline.finished_at),
            "committed_at": None,
            "duration": 17 if pipeline.finished_at else None,
            "queued_duration": 1,
            "coverage": None,
            "detailed_status": {"text": pipeline.status, "label": pipeline.status, "group": pipeline.status},
            "archived": False,
        }

    def pipeline_named(self, pipeline: Pipeline) -> Json:
        """Show a pipeline by itself (``PipelineNamed``)."""
        return {**self.pipeline(pipeline), "name": pipeline.name}

    def _job(self, job: Job) -> Json:
        pipeline = job.pipeline
        shown = {
            "id": job.id,
            "status": job.status,
            "stage": job.stage,
            "name": job.name,
            "ref": pipeline.ref,
            "tag": False,
            "coverage": None,
            "allow_failure": job.allow_failure,
            "created_at": stamp(job.created_at),
            "started_at": stamp(job.started_at),
            "finished_at": stamp(job.finished_at),
            "erased_at": None,
            "duration": 17.0 if job.finished_at else None,
            "queued_duration": 0.01,
            "user": self.user(job.user),
            "commit": self.commit(pipeline.repo, pipeline.repo.git.commit(pipeline.sha)),
            "pipeline": self.pipeline_basic(pipeline),
            "web_url": f"{self.web}/{pipeline.repo.path}/-/jobs/{job.id}",
            "project": {"ci_job_token_scope_enabled": False},
            "archived": False,
        }
        if job.status == "failed":
            shown["failure_reason"] = "script_failure"
        return shown

    def job(self, job: Job) -> Json:
        """Show a job (``Job``). Of artifacts that expired only the time is left."""
        kept = job.artifact
        shown = {
            **self._job(job),
            "artifacts": [_TRACE],
            "artifacts_expire_at": stamp(kept.until) if kept else None,
            "runner": None,
            "runner_manager": None,
            "tag_list": [],
        }
        if kept and not kept.expired:
            file = {"filename": kept.filename, "size": len(kept.content)}
            shown["artifacts_file"] = file
            shown["artifacts"] = [{"file_type": "archive", **file, "file_format": "zip"}, _TRACE]
        return shown

    def bridge(self, bridge: Bridge) -> Json:
        """Show a job that starts a pipeline elsewhere (``Bridge``)."""
        downstream = self.pipeline_basic(bridge.downstream) if bridge.downstream else None
        return {**self._job(bridge), "downstream_pipeline": downstream}


_TRACE = {"file_type": "trace", "size": 1500, "filename": "job.log", "file_format": None}
