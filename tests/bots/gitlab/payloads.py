"""Write GitLab's payloads, in the shapes of its "Webhook events" page (doc/user/project/integrations)."""

from __future__ import annotations

from typing import Any

Json = Any
SHA = "562e173be03b8ff2efb05345d12df18815438a4b"
OTHER = "da1560886d4f094c3e6c9ef40349f7d38b5d27d7"
NOTHING = "0" * 40
US, ROSA = 900, 7


def user(username: str = "rosa", number: int = ROSA, name: str = "Rosa Diaz") -> Json:
    """Give somebody, as `hook_attrs` of a user tells them."""
    return {
        "id": number,
        "name": name,
        "username": username,
        "avatar_url": f"https://gitlab.example.org/uploads/{username}.png",
        "email": "[REDACTED]",
    }


def project(number: int = 15, path: str = "mike/diaspora", visibility: int = 0) -> Json:
    """Give a project."""
    return {
        "id": number,
        "name": "Diaspora",
        "description": "",
        "web_url": f"https://gitlab.example.org/{path}",
        "avatar_url": None,
        "git_ssh_url": f"git@gitlab.example.org:{path}.git",
        "git_http_url": f"https://gitlab.example.org/{path}.git",
        "namespace": "Mike",
        "visibility_level": visibility,
        "path_with_namespace": path,
        "default_branch": "main",
        "ci_config_path": "",
    }


def change(number: int = 12, target: int = 15) -> Json:
    """Give the merge request that a pipeline tells of."""
    return {
        "id": 99,
        "iid": number,
        "title": "Mend the header",
        "source_branch": "feature",
        "source_project_id": 15,
        "target_branch": "main",
        "target_project_id": target,
        "state": "opened",
        "merge_status": "can_be_merged",
        "detailed_merge_status": "mergeable",
        "url": f"https://gitlab.example.org/mike/diaspora/-/merge_requests/{number}",
    }


def pipeline(status: str = "success", *, ref: str = "feature", source: str = "push", **more: Json) -> Json:
    """Tell of a pipeline."""
    return {
        "object_kind": "pipeline",
        "object_attributes": {
            "id": 31,
            "iid": 3,
            "name": None,
            "ref": ref,
            "tag": False,
            "sha": SHA,
            "before_sha": NOTHING,
            "source": source,
            "status": status,
            "detailed_status": status,
            "stages": ["test"],
            "created_at": "2026-11-25 08:23:28 UTC",
            "finished_at": "2026-11-25 08:26:29 UTC",
            "duration": 63,
            "queued_duration": 10,
            "variables": [],
            "url": "https://gitlab.example.org/mike/diaspora/-/pipelines/31",
        },
        "merge_request": None,
        "user": user(),
        "project": project(),
        "commit": {"id": SHA, "message": "Change the screens\n"},
        "builds": [],
        **more,
    }


def upstream(number: int = 41, path: str = "mike/app") -> Json:
    """Give what started a pipeline."""
    told = {"id": number, "web_url": f"https://gitlab.example.org/{path}", "path_with_namespace": path}
    return {"project": told, "pipeline_id": 30, "job_id": 3401}


def job(status: str = "success", *, ref: str = "feature", **more: Json) -> Json:
    """Tell of a job."""
    return {
        "object_kind": "build",
        "ref": ref,
        "tag": False,
        "before_sha": NOTHING,
        "sha": SHA,
        "build_id": 1977,
        "build_name": "golden",
        "build_stage": "test",
        "build_status": status,
        "build_allow_failure": False,
        "retries_count": 0,
        "pipeline_id": 31,
        "project_id": 15,
        "project_name": "Mike / Diaspora",
        "user": user(),
        "commit": {"id": 31, "sha": SHA, "status": status},
        "project": project(),
        **more,
    }


def note(text: str = "/golddigger approve", **attributes: Json) -> Json:
    """Tell of a note on a merge request. `user` is its author, whoever edited it."""
    author = attributes.pop("author", user())
    return {
        "object_kind": "note",
        "event_type": "note",
        "user": author,
        "project_id": 15,
        "project": project(),
        "object_attributes": {
            "id": 1244,
            "note": text,
            "noteable_type": "MergeRequest",
            "author_id": author["id"],
            "created_at": "2026-11-25 08:21:36 UTC",
            "updated_at": "2026-11-25 08:30:00 UTC",
            "updated_by_id": None,
            "project_id": 15,
            "discussion_id": "8b3b7a",
            "noteable_id": 99,
            "system": False,
            "internal": False,
            "type": None,
            "action": "create",
            "url": "https://gitlab.example.org/mike/diaspora/-/merge_requests/12#note_1244",
            **attributes,
        },
        "merge_request": {"id": 99, "iid": 12, "target_project_id": 15, "source_project_id": 15},
    }


def award(text: str, *, name: str = "thumbsup", event: str = "award", who: Json = None, author: int = US) -> Json:
    """Tell of an emoji on a note."""
    who = who or user()
    return {
        "object_kind": "emoji",
        "event_type": event,
        "user": who,
        "project_id": 15,
        "project": project(),
        "object_attributes": {
            "user_id": who["id"],
            "created_at": "2026-11-25 08:31:00 UTC",
            "id": 1,
            "name": name,
            "awardable_type": "Note",
            "awardable_id": 1244,
            "action": event,
            "awarded_on_url": "https://gitlab.example.org/mike/diaspora/-/merge_requests/12#note_1244",
        },
        "note": {"id": 1244, "note": text, "author_id": author, "noteable_type": "MergeRequest", "system": False},
        "merge_request": {"id": 99, "iid": 12, "source_project_id": 15, "target_project_id": 15},
    }


def merge_request(action: str, *, changes: Json = None, **attributes: Json) -> Json:
    """Tell of a merge request."""
    return {
        "object_kind": "merge_request",
        "event_type": "merge_request",
        "user": user(),
        "project": project(),
        "object_attributes": {
            "id": 99,
            "iid": 12,
            "target_branch": "main",
            "source_branch": "feature",
            "source_project_id": 15,
            "target_project_id": 15,
            "state": "opened",
            "last_commit": {"id": SHA},
            "action": action,
            **attributes,
        },
        "changes": changes or {},
    }


def push(after: str = OTHER) -> Json:
    """Tell of a push."""
    return {
        "object_kind": "push",
        "event_name": "push",
        "before": SHA,
        "after": after,
        "ref": "refs/heads/feature",
        "checkout_sha": None if after == NOTHING else after,
        "user_id": ROSA,
        "user_username": "rosa",
        "project_id": 15,
        "project": project(),
        "commits": [],
        "total_commits_count": 0,
    }


def project_destroy() -> Json:
    """Tell, by a system hook or a group's, that a project is gone."""
    return {
        "event_name": "project_destroy",
        "created_at": "2026-11-25T10:43:48Z",
        "updated_at": "2026-11-25T10:43:48Z",
        "name": "Diaspora",
        "path": "diaspora",
        "path_with_namespace": "mike/diaspora",
        "project_id": 15,
        "owners": [{"name": "Mike", "email": "mike@example.org"}],
        "project_visibility": "private",
    }


def every() -> list[Json]:
    """Give one of each kind."""
    return [
        pipeline(),
        pipeline("failed", merge_request=change(), source="merge_request_event"),
        pipeline(source_pipeline=upstream()),
        job("failed"),
        note(),
        note("- [x] everything", author=user("golddigger", US), action="update", updated_by_id=ROSA),
        award("- [ ] <!-- golddigger:approve all --> all"),
        merge_request("open"),
        merge_request("merge"),
        push(),
        push(NOTHING),
        project_destroy(),
    ]
