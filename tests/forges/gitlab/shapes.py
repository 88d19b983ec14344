"""Show what exists as GitLab's JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.forges.git import Commit, Entry
from tests.forges.gitlab.shapes_of_runs import Runs
from tests.forges.gitlab.world import Award, Discussion, Group, Hook, Note, Pull, Repo, Token, stamp

Json = Any
EVENTS = (
    "push",
    "tag_push",
    "merge_requests",
    "repository_update",
    "issues",
    "confidential_issues",
    "note",
    "confidential_note",
    "pipeline",
    "wiki_page",
    "deployment",
    "feature_flag",
    "job",
    "releases",
    "milestone",
    "emoji",
    "resource_access_token",
)


@dataclass(frozen=True, slots=True)
class Shapes(Runs):
    """Writes everything: projects, merge requests, notes and hooks, too."""

    # -------------------------------------------------------------------------------------- who

    def token(self, token: Token) -> Json:
        """Show a token without its text (``PersonalAccessToken``)."""
        return {
            "id": token.id,
            "name": token.name,
            "revoked": token.revoked,
            "created_at": stamp(token.created_at),
            "description": None,
            "scopes": list(token.scopes),
            "user_id": token.user.id,
            "last_used_at": stamp(token.used_at),
            "active": token.active(self.world.today()),
            "expires_at": token.until.isoformat() if token.until else None,
        }

    def member(self, username: str, level: int) -> Json:
        """Show a member (``Member``)."""
        shown = self.user_basic(self.world.account(username))
        more = {"created_at": stamp(self.world.now()), "expires_at": None, "membership_state": "active"}
        return {**shown, "access_level": level, **more}

    def group(self, group: Group) -> Json:
        """Show a group (``Group``)."""
        parent = self.world.groups.get(group.path.rpartition("/")[0])
        return {
            "id": group.id,
            "web_url": f"{self.web}/groups/{group.path}",
            "name": group.name,
            "path": group.path.rpartition("/")[2],
            "description": "",
            "visibility": "private" if group.private else "public",
            "full_name": " / ".join(part.title() for part in group.path.split("/")),
            "full_path": group.path,
            "created_at": stamp(self.world.now()),
            "parent_id": parent.id if parent else None,
            "avatar_url": None,
            "lfs_enabled": True,
            "request_access_enabled": True,
        }

    # ---------------------------------------------------------------------------------- projects

    def project_basic(self, repo: Repo) -> Json:
        """Show a project in lists (``ProjectBasic``)."""
        now = stamp(self.world.now())
        return {
            "id": repo.id,
            "description": None,
            "name": repo.name,
            "name_with_namespace": repo.path.replace("/", " / "),
            "path": repo.name,
            "path_with_namespace": repo.path,
            "created_at": now,
            "default_branch": repo.default_branch,
            "tag_list": [],
            "topics": [],
            "ssh_url_to_repo": f"git@gitlab.example.org:{repo.path}.git",
            "http_url_to_repo": f"{self.web}/{repo.path}.git",
            "web_url": f"{self.web}/{repo.path}",
            "readme_url": None,
            "forks_count": 0,
            "avatar_url": None,
            "star_count": 0,
            "last_activity_at": now,
            "visibility": "private" if repo.private else "public",
            "namespace": self._namespace(repo),
        }

    def _namespace(self, repo: Repo) -> Json:
        group = self.world.groups.get(repo.namespace)
        parent = self.world.groups.get(repo.namespace.rpartition("/")[0])
        return {
            "id": group.id if group else repo.owner.id if repo.owner else 0,
            "name": repo.namespace.rpartition("/")[2].title(),
            "path": repo.namespace.rpartition("/")[2],
            "kind": "group" if group else "user",
            "full_path": repo.namespace,
            "parent_id": parent.id if parent else None,
            "avatar_url": None,
            "web_url": f"{self.web}/{'groups/' if group else ''}{repo.namespace}",
        }

    def project(self, repo: Repo, token: Token | None) -> Json:
        """Show a project (``Project``), with the permissions of whoever asks."""
        shown = {
            **self.project_basic(repo),
            "empty_repo": False,
            "archived": repo.archived,
            "lfs_enabled": repo.lfs_enabled,
            "issues_enabled": True,
            "merge_requests_enabled": True,
            "jobs_enabled": True,
            "public_jobs": repo.public_jobs,
            "repository_access_level": "enabled",
            "builds_access_level": "enabled",
            "wiki_enabled": True,
            "snippets_enabled": True,
            "creator_id": repo.owner.id if repo.owner else 1,
            "open_issues_count": 0,
            "ci_config_path": "",
            "shared_with_groups": [],
            "merge_method": "merge",
            "squash_option": "default_off",
            "only_allow_merge_if_pipeline_succeeds": False,
            "only_allow_merge_if_all_discussions_are_resolved": False,
        }
        if repo.owner:
            shown["owner"] = self.user_basic(repo.owner)
        if repo.parent:
            shown["forked_from_project"] = self.project_basic(repo.parent)
        if token:
            shown["permissions"] = self._permissions(repo, token)
        return shown

    def _permissions(self, repo: Repo, token: Token) -> Json:
        own = repo.roles.get(token.user.username, 0)
        every = self.world.level(token.user, repo)
        return {
            "project_access": {"access_level": own, "notification_level": 3} if own else None,
            "group_access": {"access_level": every, "notification_level": 3} if every > own else None,
        }

    def entry(self, entry: Entry) -> Json:
        """Show an entry of a tree (``TreeObject``)."""
        name = entry.path.rpartition("/")[2]
        return {"id": entry.id, "name": name, "type": entry.kind, "path": entry.path, "mode": entry.mode}

    def branch(self, repo: Repo, name: str, *, can_push: bool) -> Json:
        """Show a branch (``Branch``)."""
        level = repo.protected.get(name)
        return {
            "name": name,
            "commit": self.commit(repo, repo.git.commit(repo.sha(name))),
            "merged": False,
            "protected": level is not None,
            "developers_can_push": level == 30,
            "developers_can_merge": level == 30,
            "can_push": can_push,
            "default": name == repo.default_branch,
            "web_url": f"{self.web}/{repo.path}/-/tree/{name}",
        }

    def protected(self, repo: Repo, name: str) -> Json:
        """Show the protection of a branch (``ProtectedBranch``)."""
        level = repo.protected[name]
        words = {0: "No one", 30: "Developers + Maintainers", 40: "Maintainers"}[level]
        access = {"id": 1, "access_level": level, "access_level_description": words, "deploy_key_id": None}
        number = 1 + list(repo.protected).index(name)
        return {
            "id": number,
            "name": name,
            "push_access_levels": [access],
            "merge_access_levels": [access],
            "allow_force_push": False,
        }

    def commit_detail(self, repo: Repo, commit: Commit, *, stats: bool) -> Json:
        """Show a commit (``CommitDetail``)."""
        mine = [one for one in repo.pipelines.values() if one.sha == commit.sha]
        shown = {
            **self.commit(repo, commit),
            "status": mine[-1].status if mine else None,
            "project_id": repo.id,
            "last_pipeline": self.pipeline(mine[-1]) if mine else None,
        }
        if stats:
            shown["stats"] = {"additions": 0, "deletions": 0, "total": 0}
        return shown

    # ----------------------------------------------------------------------------- merge requests

    def pull_basic(self, pull: Pull) -> Json:
        """Show a merge request in lists (``MergeRequestBasic``)."""
        closed = stamp(pull.updated_at)
        merged, gone = pull.state == "merged", pull.state == "closed"
        by = self.user_basic(pull.merged_by) if pull.merged_by else None
        shown = {
            "id": pull.id,
            "iid": pull.number,
            "project_id": pull.repo.id,
            "title": pull.title,
            "description": "",
            "state": pull.state,
            "created_at": stamp(pull.created_at),
            "updated_at": closed,
            "merged_by": by,
            "merge_user": by,
            "merged_at": closed if merged else None,
            "closed_by": self.user_basic(pull.closed_by) if gone and pull.closed_by else None,
            "closed_at": closed if gone else None,
            "target_branch": pull.base,
            "source_branch": pull.branch,
            "user_notes_count": sum(not note.system for note in pull.notes.values()),
            "upvotes": sum(award.name == "thumbsup" for award in pull.awards),
            "downvotes": sum(award.name == "thumbsdown" for award in pull.awards),
            "author": self.user_basic(pull.author),
            "assignees": [],
            "assignee": None,
            "reviewers": [],
            "source_project_id": pull.head_repo.id if pull.head_repo else None,
            "target_project_id": pull.repo.id,
            "labels": [],
            "draft": False,
            "imported": False,
            "imported_from": "none",
            "work_in_progress": False,
            "milestone": None,
            "merge_when_pipeline_succeeds": False,
            "merge_status": "can_be_merged",
            "detailed_merge_status": "mergeable" if pull.state == "opened" else "not_open",
            "merge_after": None,
            "sha": pull.head,
            "merge_commit_sha": None,
            "squash_commit_sha": None,
            "discussion_locked": None,
            "should_remove_source_branch": None,
            "force_remove_source_branch": False,
            "prepared_at": stamp(pull.created_at),
            "reference": f"!{pull.number}",
            "references": {
                "short": f"!{pull.number}",
                "relative": f"!{pull.number}",
                "full": f"{pull.repo.path}!{pull.number}",
            },
            "web_url": self.pull_url(pull),
            "time_stats": {
                "time_estimate": 0,
                "total_time_spent": 0,
                "human_time_estimate": None,
                "human_total_time_spent": None,
            },
            "squash": False,
            "squash_on_merge": False,
            "task_completion_status": {"count": 0, "completed_count": 0},
            "has_conflicts": False,
            "blocking_discussions_resolved": all(one.resolved for one in pull.discussions),
        }
        if pull.fork:
            shown["allow_collaboration"] = shown["allow_maintainer_to_push"] = pull.allow_collaboration
        return shown

    def pull(self, pull: Pull, *, may_merge: bool) -> Json:
        """Show a merge request (``MergeRequest``)."""
        pipelines = self.pipelines_of(pull)
        return {
            **self.pull_basic(pull),
            "subscribed": False,
            "changes_count": "1",
            "latest_build_started_at": None,
            "latest_build_finished_at": None,
            "first_deployed_to_production_at": None,
            "pipeline": self.pipeline_basic(pipelines[0]) if pipelines else None,
            "head_pipeline": self.pipeline(pipelines[0]) if pipelines else None,
            "diff_refs": {"base_sha": pull.merge_base, "head_sha": pull.head, "start_sha": pull.start},
            "merge_error": None,
            "first_contribution": False,
            "user": {"can_merge": may_merge},
        }

    def note(self, note: Note) -> Json:
        """Show a note (``Note``)."""
        shown = {
            "id": note.id,
            "type": note.kind,
            "body": note.body,
            "author": self.user_basic(note.user),
            "created_at": stamp(note.created_at),
            "updated_at": stamp(note.updated_at),
            "system": note.system,
            "noteable_id": note.pull.id,
            "noteable_type": "MergeRequest",
            "project_id": note.pull.repo.id,
            "commit_id": None,
            "resolvable": note.resolvable,
            "confidential": False,
            "internal": False,
            "imported": False,
            "imported_from": "none",
            "noteable_iid": note.pull.number,
            "commands_changes": {},
            "attachment": None,
        }
        if note.kind == "DiffNote":
            shown["position"] = note.position
        if note.resolvable:
            shown["resolved"] = note.resolved_by is not None
            shown["resolved_by"] = self.user_basic(note.resolved_by) if note.resolved_by else None
            shown["resolved_at"] = stamp(note.resolved_at)
        return shown

    def discussion(self, discussion: Discussion) -> Json:
        """Show a thread (``Discussion``)."""
        alone = discussion.notes[0].kind is None
        return {
            "id": discussion.id,
            "individual_note": alone,
            "notes": [self.note(note) for note in discussion.notes],
        }

    def award(self, award: Award, on: Note | Pull) -> Json:
        """Show an emoji (``AwardEmoji``)."""
        return {
            "id": award.id,
            "name": award.name,
            "user": self.user_basic(award.user),
            "created_at": stamp(award.created_at),
            "updated_at": stamp(award.created_at),
            "awardable_id": on.id,
            "awardable_type": "Note" if isinstance(on, Note) else "MergeRequest",
            "url": None,
        }

    # --------------------------------------------------------------------------------------- hooks

    def hook(self, hook: Hook, owner: Repo | Group) -> Json:
        """Show a hook (``ProjectHook``), without what is secret in it."""
        defaults = {"push_events": True}
        events = {f"{name}_events": False for name in EVENTS} | defaults | hook.events
        now = self.world.now()
        return {
            "id": hook.id,
            "url": hook.url or "http://golddigger.example.org/webhooks/gitlab",
            "name": hook.name,
            "description": hook.description,
            "created_at": stamp(hook.created_at),
            "enable_ssl_verification": hook.verify,
            "alert_status": _alert(hook, now),
            "disabled_until": stamp(hook.until) if hook.until and hook.until > now else None,
            "url_variables": [],
            "push_events_branch_filter": None,
            "branch_filter_strategy": "wildcard",
            "custom_webhook_template": hook.template or None,
            "custom_headers": [{"key": name} for name in hook.headers],
            "project_id" if isinstance(owner, Repo) else "group_id": owner.id,
            "token_present": bool(hook.token),
            "signing_token_present": bool(hook.signing_token),
            **events,
        }


def _alert(hook: Hook, now: datetime) -> str:
    if hook.permanent:
        return "disabled"
    return "temporarily_disabled" if hook.until and hook.until > now.astimezone(UTC) else "executable"
