"""Write the payloads of webhooks as GitLab documents them (doc/user/project/integrations/webhook_events.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.forges.git import ZERO, Commit
from tests.forges.gitlab.shapes import Shapes
from tests.forges.gitlab.world import Account, Award, Job, Note, Pipeline, Pull, Repo, World, stamp

Json = Any
STATES: Mapping[str, int] = {"opened": 1, "closed": 2, "merged": 3, "locked": 4}
MOST_COMMITS = 20
_RUNNER = {
    "id": 380987,
    "description": "shared-runners-manager-6.gitlab.com",
    "runner_type": "instance_type",
    "active": True,
    "is_shared": True,
    "tags": ["linux", "docker"],
}


@dataclass(frozen=True, slots=True)
class Payloads:
    """Writes what webhooks say."""

    world: World
    shapes: Shapes

    # -------------------------------------------------------------------------------------- parts

    def user(self, account: Account) -> Json:
        """Show somebody; the address only of those who publish it."""
        return {
            "id": account.id,
            "name": account.name,
            "username": account.username,
            "avatar_url": None,
            "email": "[REDACTED]",
        }

    def project(self, repo: Repo, *, backward: bool = True) -> Json:
        """Show a project; `backward`: with the older names of its addresses."""
        ssh, http = f"git@gitlab.example.org:{repo.path}.git", f"{self.shapes.web}/{repo.path}.git"
        page = f"{self.shapes.web}/{repo.path}"
        shown = {
            "id": repo.id,
            "name": repo.name,
            "description": "",
            "web_url": page,
            "avatar_url": None,
            "git_ssh_url": ssh,
            "git_http_url": http,
            "namespace": repo.namespace.rpartition("/")[2].title(),
            "visibility_level": 0 if repo.private else 20,
            "path_with_namespace": repo.path,
            "default_branch": repo.default_branch,
            "ci_config_path": "",
        }
        older = {"homepage": page, "url": ssh, "ssh_url": ssh, "http_url": http}
        return shown | older if backward else shown

    def _repository(self, repo: Repo, *, long: bool = False) -> Json:
        project = self.project(repo)
        names = ("name", "url", "description", "homepage")
        more = ("git_http_url", "git_ssh_url", "visibility_level") if long else ()
        return {name: project[name] for name in (*names, *more)}

    def _commit(self, repo: Repo, commit: Commit) -> Json:
        return {
            "id": commit.sha,
            "message": commit.message,
            "title": commit.message.split("\n")[0],
            "timestamp": commit.at.replace("Z", "+00:00"),
            "url": f"{self.shapes.web}/{repo.path}/-/commit/{commit.sha}",
            "author": {"name": commit.author.name, "email": commit.author.email},
        }

    def pull(self, pull: Pull) -> Json:
        """Show a merge request as hooks do."""
        return {
            "assignee_id": None,
            "author_id": pull.author.id,
            "created_at": when(pull.created_at),
            "description": "",
            "draft": False,
            "head_pipeline_id": next((one.id for one in self.shapes.pipelines_of(pull)), None),
            "id": pull.id,
            "iid": pull.number,
            "last_edited_at": None,
            "last_edited_by_id": None,
            "merge_commit_sha": None,
            "merge_error": None,
            "merge_params": {"force_remove_source_branch": "0"},
            "merge_status": "can_be_merged",
            "merge_user_id": None,
            "merge_when_pipeline_succeeds": False,
            "milestone_id": None,
            "source_branch": pull.branch,
            "source_project_id": pull.head_repo.id if pull.head_repo else None,
            "state_id": STATES[pull.state],
            "target_branch": pull.base,
            "target_project_id": pull.repo.id,
            "time_estimate": 0,
            "title": pull.title,
            "updated_at": when(pull.updated_at),
            "updated_by_id": None,
            "prepared_at": when(pull.created_at),
            "assignee_ids": [],
            "blocking_discussions_resolved": all(one.resolved for one in pull.discussions),
            "detailed_merge_status": "mergeable" if pull.state == "opened" else "not_open",
            "first_contribution": False,
            "human_time_change": None,
            "human_time_estimate": None,
            "human_total_time_spent": None,
            "labels": [],
            "last_commit": self._commit(pull.repo, pull.repo.git.commit(pull.head)),
            "reviewer_ids": [],
            "source": self.project(pull.head_repo) if pull.head_repo else None,
            "state": pull.state,
            "target": self.project(pull.repo),
            "time_change": 0,
            "total_time_spent": 0,
            "url": self.shapes.pull_url(pull),
            "work_in_progress": False,
            "approval_rules": [],
        }

    def _note(self, note: Note) -> Json:
        return {
            "attachment": None,
            "author_id": note.user.id,
            "change_position": None,
            "commit_id": None,
            "created_at": when(note.created_at),
            "discussion_id": note.discussion,
            "id": note.id,
            "internal": False,
            "line_code": None,
            "note": note.body,
            "noteable_id": note.pull.id,
            "noteable_type": "MergeRequest",
            "original_position": note.position,
            "position": note.position,
            "project_id": note.pull.repo.id,
            "resolved_at": when(note.resolved_at),
            "resolved_by_id": note.resolved_by.id if note.resolved_by else None,
            "resolved_by_push": None,
            "st_diff": None,
            "system": note.system,
            "type": note.kind,
            "updated_at": when(note.updated_at),
            "updated_by_id": note.edited_by.id if note.edited_by else None,
            "description": note.body,
            "url": f"{self.shapes.pull_url(note.pull)}#note_{note.id}",
        }

    # ------------------------------------------------------------------------------------- events

    def note(self, repo: Repo, note: Note, action: str) -> Json:
        """Tell of a note. `user` is who wrote it, even where another edited it: that one is `updated_by_id`."""
        return {
            "object_kind": "note",
            "event_type": "note",
            "user": self.user(note.user),
            "project_id": repo.id,
            "project": self.project(repo),
            "object_attributes": {**self._note(note), "action": action},
            "repository": self._repository(repo),
            "merge_request": self.pull(note.pull),
        }

    def merge_request(self, sender: Account, pull: Pull, action: str, oldrev: str | None, changes: Json) -> Json:
        """Tell of a merge request; `oldrev`: its head before, where commits were pushed."""
        moved = {"oldrev": oldrev} if oldrev else {}
        return {
            "object_kind": "merge_request",
            "event_type": "merge_request",
            "user": self.user(sender),
            "project": self.project(pull.repo),
            "object_attributes": {**self.pull(pull), "action": action, **moved},
            "labels": [],
            "changes": changes,
            "repository": self._repository(pull.repo),
        }

    def emoji(self, repo: Repo, sender: Account, award: Award, on: Note | Pull, action: str) -> Json:
        """Tell of an emoji on a note, or on the merge request itself."""
        pull = on.pull if isinstance(on, Note) else on
        page = self.shapes.pull_url(pull)
        told = {
            "object_kind": "emoji",
            "event_type": action,
            "user": self.user(sender),
            "project_id": repo.id,
            "project": self.project(repo),
            "object_attributes": {
                "user_id": award.user.id,
                "created_at": when(award.created_at),
                "id": award.id,
                "name": award.name,
                "awardable_type": "Note" if isinstance(on, Note) else "MergeRequest",
                "awardable_id": on.id,
                "updated_at": when(award.created_at),
                "action": action,
                "awarded_on_url": f"{page}#note_{on.id}" if isinstance(on, Note) else page,
            },
            "merge_request": self.pull(pull),
        }
        return told | {"note": self._note(on)} if isinstance(on, Note) else told

    def pipeline(self, pipeline: Pipeline) -> Json:
        """Tell of a pipeline and its jobs, those apart that were retried. `ref` is the branch, always."""
        repo = pipeline.repo
        stages = list(dict.fromkeys(job.stage for job in pipeline.jobs))
        told = {
            "object_kind": "pipeline",
            "object_attributes": {
                "id": pipeline.id,
                "iid": pipeline.iid,
                "name": pipeline.name,
                "ref": pipeline.branch,
                "tag": False,
                "sha": pipeline.sha,
                "before_sha": ZERO,
                "source": pipeline.source,
                "status": pipeline.status,
                "detailed_status": {"success": "passed"}.get(pipeline.status, pipeline.status),
                "stages": stages or ["external"],
                "created_at": when(pipeline.created_at),
                "finished_at": when(pipeline.finished_at),
                "duration": 17 if pipeline.finished_at else None,
                "queued_duration": 1,
                "protected_ref": pipeline.branch in repo.protected,
                "variables": [],
                "url": self.shapes.pipeline_url(pipeline),
            },
            "merge_request": self._pull_of(pipeline.pull) if pipeline.pull else None,
            "user": self.user(pipeline.user),
            "project": self.project(repo, backward=False),
            "commit": self._commit(repo, repo.git.commit(pipeline.sha)),
            "builds": [self._build(job) for job in pipeline.latest],
        }
        return told | self._source(pipeline)

    def _source(self, pipeline: Pipeline) -> Json:
        if pipeline.parent is None:
            return {}
        upper = pipeline.parent.pipeline
        page = f"{self.shapes.web}/{upper.repo.path}"
        project = {"id": upper.repo.id, "web_url": page, "path_with_namespace": upper.repo.path}
        return {"source_pipeline": {"project": project, "job_id": pipeline.parent.id, "pipeline_id": upper.id}}

    def _pull_of(self, pull: Pull) -> Json:
        shown = self.pull(pull)
        names = (
            "id iid title source_branch source_project_id target_branch target_project_id state merge_status "
            "detailed_merge_status url"
        )
        return {name: shown[name] for name in names.split()}

    def _build(self, job: Job) -> Json:
        kept = job.artifact if job.artifact and not job.artifact.expired else None
        return {
            "id": job.id,
            "stage": job.stage,
            "name": job.name,
            "status": job.status,
            "created_at": when(job.created_at),
            "started_at": when(job.started_at),
            "finished_at": when(job.finished_at),
            "duration": 17.0 if job.finished_at else None,
            "queued_duration": 0.01,
            "failure_reason": "script_failure" if job.status == "failed" else None,
            "when": "on_success",
            "manual": False,
            "allow_failure": job.allow_failure,
            "user": self.user(job.user),
            "runner": _RUNNER,
            "artifacts_file": {
                "filename": kept.filename if kept else None,
                "size": len(kept.content) if kept else None,
            },
            "environment": None,
        }

    def build(self, job: Job) -> Json:
        """Tell of a job. `commit.id` is the pipeline's id."""
        pipeline, repo = job.pipeline, job.pipeline.repo
        commit = repo.git.commit(pipeline.sha)
        times = {name: getattr(job, name) for name in ("created_at", "started_at", "finished_at")}
        older = [one for one in pipeline.jobs if one.name == job.name and one.id < job.id]
        told = {
            "object_kind": "build",
            "ref": pipeline.ref,
            "tag": False,
            "before_sha": ZERO,
            "sha": pipeline.sha,
            "retries_count": len(older),
            "build_id": job.id,
            "build_name": job.name,
            "build_stage": job.stage,
            "build_status": job.status,
            **{f"build_{name}": when(at) for name, at in times.items()},
            **{f"build_{name}_iso": stamp(at) for name, at in times.items()},
            "build_duration": 17.0 if job.finished_at else None,
            "build_queued_duration": 0.01,
            "build_allow_failure": job.allow_failure,
            "build_failure_reason": "script_failure" if job.status == "failed" else "unknown_failure",
            "pipeline_id": pipeline.id,
            "runner": _RUNNER,
            "project_id": repo.id,
            "project_name": repo.path.replace("/", " / "),
            "user": self.user(job.user),
            "commit": {
                "id": pipeline.id,
                "name": pipeline.name,
                "sha": pipeline.sha,
                "message": commit.message,
                "author_name": commit.author.name,
                "author_email": commit.author.email,
                "author_url": f"mailto:{commit.author.email}",
                "status": pipeline.status,
                "duration": 17 if pipeline.finished_at else None,
                "started_at": when(pipeline.created_at),
                "started_at_iso": stamp(pipeline.created_at),
                "finished_at": when(pipeline.finished_at),
                "finished_at_iso": stamp(pipeline.finished_at),
            },
            "repository": self._repository(repo, long=True),
            "project": self.project(repo, backward=False),
            "environment": None,
        }
        return told | self._source(pipeline)

    def project_destroy(self, repo: Repo) -> Json:
        """Tell that a project is gone: to group and system hooks, which have no `object_kind` for it."""
        now = stamp(self.world.now())
        owner = repo.owner or self.world.account("olga")
        return {
            "event_name": "project_destroy",
            "created_at": now,
            "updated_at": now,
            "name": repo.name,
            "path": repo.name,
            "path_with_namespace": repo.path,
            "project_id": repo.id,
            "project_namespace_id": repo.id + 1,
            "owners": [{"name": owner.name, "email": "[REDACTED]"}],
            "project_visibility": "private" if repo.private else "public",
        }

    def push(self, repo: Repo, sender: Account, branch: str, before: str, after: str) -> Json:
        """Tell of a push: of a branch made (`before` is zero) or deleted (`after` is zero), too."""
        commits = self._pushed(repo, before, after)
        return {
            "object_kind": "push",
            "event_name": "push",
            "before": before,
            "after": after,
            "ref": f"refs/heads/{branch}",
            "ref_protected": branch in repo.protected,
            "checkout_sha": None if after == ZERO else after,
            "message": None,
            "user_id": sender.id,
            "user_name": sender.name,
            "user_username": sender.username,
            "user_email": None,
            "user_avatar": None,
            "project_id": repo.id,
            "project": self.project(repo),
            "commits": commits[:MOST_COMMITS],
            "total_commits_count": len(commits),
            "push_options": {},
            "repository": self._repository(repo, long=True),
        }

    def _pushed(self, repo: Repo, before: str, after: str) -> list[Json]:
        if after == ZERO:
            return []
        since = repo.sha(repo.default_branch) if before == ZERO else before
        shas = repo.git.run("rev-list", "--reverse", f"{since}..{after}").decode().split()
        return [self._pushed_commit(repo, repo.git.commit(sha)) for sha in shas]

    def _pushed_commit(self, repo: Repo, commit: Commit) -> Json:
        printed = repo.git.run("diff-tree", "-r", "--root", "--no-commit-id", "--name-status", "-z", commit.sha)
        words = printed.decode().split("\0")
        changed = list(zip(words[::2], words[1::2], strict=False))
        kinds = {"added": "A", "modified": "M", "removed": "D"}
        lists = {name: [path for mark, path in changed if mark == letter] for name, letter in kinds.items()}
        return {**self._commit(repo, commit), **lists}


def when(moment: datetime | None) -> str | None:
    """Write a moment as hooks do."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else None
