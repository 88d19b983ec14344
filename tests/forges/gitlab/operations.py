"""Name every operation that is served, with what it may be asked and what it answers. Source: doc/api/*.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PROJECT = "/projects/:id"
PULL = f"{PROJECT}/merge_requests/:iid"
CODE = f"{PROJECT}/repository"
_PAGES = "~page:int ~per_page:int ~pagination:=keyset,legacy ~order_by:str ~sort:=asc,desc"
_KEYSET = f"{_PAGES} ~page_token:str ~id_after:int ~cursor:str"
_EVENTS = (
    "~push_events:bool ~push_events_branch_filter:str ~branch_filter_strategy:str ~issues_events:bool "
    "~confidential_issues_events:bool ~merge_requests_events:bool ~tag_push_events:bool ~note_events:bool "
    "~confidential_note_events:bool ~job_events:bool ~pipeline_events:bool ~wiki_page_events:bool "
    "~deployment_events:bool ~feature_flag_events:bool ~releases_events:bool ~milestone_events:bool "
    "~emoji_events:bool ~resource_access_token_events:bool ~enable_ssl_verification:bool ~token:str "
    "~signing_token:str ~name:str ~description:str ~custom_webhook_template:str ~custom_headers:[obj]"
)


@dataclass(frozen=True, slots=True)
class Operation:
    """What may be in the query and the body, and what is answered when it goes well. Tables as in notation.py."""

    query: str = ""
    body: str | None = None
    answer: str | None = None
    statuses: tuple[int, ...] = (200,)


def _list(answer: str, query: str = "", pages: str = _PAGES) -> Operation:
    return Operation(query=f"{pages} {query}", answer=f"[{answer}]")


def _made(answer: str, body: str) -> Operation:
    return Operation(body=body, answer=answer, statuses=(201,))


_GONE = Operation(statuses=(204,))

KNOWN: Mapping[str, Operation] = {
    # users.md, personal_access_tokens.md, members.md, metadata.md, groups.md
    "GET /user": Operation(answer="UserPublic"),
    "GET /users": _list("User", "~username:str ~search:str ~active:bool"),
    "GET /users/:user": Operation(answer="User"),
    "GET /personal_access_tokens/self": Operation(answer="PersonalAccessToken"),
    "GET /version": Operation(answer="Metadata"),
    "GET /metadata": Operation(answer="Metadata"),
    "GET /groups/:group": Operation(query="~with_projects:bool", answer="Group"),
    "GET /groups/:group/projects": _list(
        "ProjectBasic", "~include_subgroups:bool ~min_access_level:int ~simple:bool ~archived:bool"
    ),
    "GET /groups/:group/members/all": _list("Member", "~query:str ~user_ids:any"),
    "GET /groups/:group/members/all/:user": Operation(answer="Member"),
    f"GET {PROJECT}/members/all": _list("Member", "~query:str ~user_ids:any"),
    f"GET {PROJECT}/members/all/:user": Operation(answer="Member"),
    # projects.md, branches.md, protected_branches.md
    "GET /projects": _list(
        "ProjectBasic", "~membership:bool ~min_access_level:int ~simple:bool ~archived:bool ~search:str", _KEYSET
    ),
    f"GET {PROJECT}/groups": _list("GroupAbove", "~search:str ~with_shared:bool ~skip_groups:any"),
    f"GET {PROJECT}": Operation(query="~statistics:bool ~license:bool", answer="Project"),
    f"GET {CODE}/branches": _list("Branch", "~search:str ~regex:str", _KEYSET),
    f"GET {CODE}/branches/:branch": Operation(answer="Branch"),
    f"POST {CODE}/branches": Operation(
        query="~branch:str ~ref:str", body="~branch:str ~ref:str", answer="Branch", statuses=(201,)
    ),
    f"DELETE {CODE}/branches/:branch": _GONE,
    f"GET {PROJECT}/protected_branches": _list("ProtectedBranch", "~search:str"),
    f"GET {PROJECT}/protected_branches/:branch": Operation(answer="ProtectedBranch"),
    # merge_requests.md
    f"GET {PROJECT}/merge_requests": _list(
        "MergeRequestBasic",
        "~state:=all,opened,closed,locked,merged ~source_branch:str ~target_branch:str ~iids:any ~scope:str "
        "~author_id:int ~search:str ~source_project_id:int ~created_after:time ~updated_after:time ~view:str",
    ),
    f"GET {PULL}": Operation(
        query="~render_html:bool ~include_diverged_commits_count:bool ~include_rebase_in_progress:bool",
        answer="MergeRequest",
    ),
    f"GET {PULL}/commits": _list("Commit"),
    f"GET {PULL}/diffs": _list("Diff", "~unidiff:bool"),
    f"GET {PULL}/pipelines": _list("PipelineBasic"),
    # repositories.md, repository_files.md, commits.md
    f"GET {CODE}/tree": _list("TreeObject", "~path:str ~ref:str ~recursive:bool", _KEYSET),
    f"GET {CODE}/blobs/:sha": Operation(answer="Blob"),
    f"GET {CODE}/blobs/:sha/raw": Operation(),
    f"GET {CODE}/files/:path": Operation(query="~ref:str", answer="File"),
    f"HEAD {CODE}/files/:path": Operation(query="~ref:str"),
    f"GET {CODE}/files/:path/raw": Operation(query="~ref:str ~lfs:bool"),
    f"GET {CODE}/compare": Operation(
        query="from:str to:str ~from_project_id:int ~straight:bool ~unidiff:bool", answer="Compare"
    ),
    f"GET {CODE}/merge_base": Operation(query="refs[]:any", answer="Commit"),
    f"GET {CODE}/commits": _list(
        "Commit",
        "~ref_name:str ~path:str ~since:time ~until:time ~all:bool ~with_stats:bool ~first_parent:bool ~order:str "
        "~trailers:bool ~author:str ~follow:bool",
    ),
    f"GET {CODE}/commits/:sha": Operation(query="~stats:bool", answer="CommitDetail"),
    f"GET {CODE}/commits/:sha/refs": _list("Ref", "~type:=branch,tag,all"),
    f"GET {CODE}/commits/:sha/diff": _list("Diff", "~unidiff:bool"),
    f"GET {CODE}/commits/:sha/merge_requests": _list("MergeRequestBasic", "~state:str"),
    f"GET {CODE}/commits/:sha/statuses": _list(
        "CommitStatus", "~ref:str ~stage:str ~name:str ~pipeline_id:int ~all:bool"
    ),
    f"POST {CODE}/commits": _made(
        "CommitDetail",
        "branch:str commit_message:str ~actions:[any] ~start_branch:str ~start_sha:sha ~start_project:any "
        "~author_email:str ~author_name:str ~stats:bool ~force:bool ~allow_empty:bool",
    ),
    f"POST {PROJECT}/statuses/:sha": _made(
        "CommitStatus",
        "state:=pending,running,success,failed,canceled,skipped ~ref:str ~name:str ~context:str ~target_url:str "
        "~description:str ~coverage:num ~pipeline_id:int",
    ),
    # pipelines.md, jobs.md, job_artifacts.md
    f"GET {PROJECT}/pipelines": _list(
        "PipelineListed",
        "~scope:str ~status:str ~source:str ~ref:str ~sha:sha ~name:str ~username:str ~updated_after:time",
        _KEYSET,
    ),
    f"GET {PROJECT}/pipelines/:pipeline": Operation(answer="PipelineNamed"),
    f"GET {PROJECT}/pipelines/:pipeline/jobs": _list(
        "Job", "~scope[]:any ~scope:str ~include_retried:bool", _KEYSET
    ),
    f"GET {PROJECT}/pipelines/:pipeline/bridges": _list("Bridge", "~scope[]:any ~scope:str"),
    f"GET {PROJECT}/jobs/:job": Operation(answer="Job"),
    f"GET {PROJECT}/jobs/:job/artifacts": Operation(query="~job_token:str", statuses=(200, 302)),
    f"HEAD {PROJECT}/jobs/:job/artifacts": Operation(statuses=(200, 302)),
    f"POST {PROJECT}/jobs/:job/artifacts/keep": Operation(answer="Job"),
    f"GET {PROJECT}/jobs/:job/artifacts/:path": Operation(),
    # status_checks.md
    f"GET {PULL}/status_checks": _list("StatusCheck"),
    f"POST {PULL}/status_check_responses": _made(
        "StatusCheckResponse", "sha:sha external_status_check_id:int status:=passed,failed,pending"
    ),
    # notes.md, discussions.md, award_emoji.md
    f"GET {PULL}/notes": _list("Note", "~activity_filter:str"),
    f"GET {PULL}/notes/:note": Operation(answer="Note"),
    f"POST {PULL}/notes": Operation(
        body="body:str ~created_at:time ~internal:bool ~confidential:bool ~merge_request_diff_head_sha:sha",
        answer="Note",
        statuses=(201, 202),
    ),
    f"PUT {PULL}/notes/:note": Operation(body="body:str ~confidential:bool", answer="Note"),
    f"DELETE {PULL}/notes/:note": _GONE,
    f"GET {PULL}/discussions": _list("Discussion"),
    f"GET {PULL}/discussions/:discussion": Operation(answer="Discussion"),
    f"POST {PULL}/discussions": _made("Discussion", "body:str ~position:any ~commit_id:sha ~created_at:time"),
    f"PUT {PULL}/discussions/:discussion": Operation(body="resolved:bool", answer="Discussion"),
    f"POST {PULL}/discussions/:discussion/notes": _made("Note", "body:str ~created_at:time ~internal:bool"),
    f"PUT {PULL}/discussions/:discussion/notes/:note": Operation(body="~body:str ~resolved:bool", answer="Note"),
    f"DELETE {PULL}/discussions/:discussion/notes/:note": _GONE,
    **{
        f"{method} {PULL}{under}/award_emoji{one}": operation
        for under in ("", "/notes/:note")
        for method, one, operation in (
            ("GET", "", _list("AwardEmoji")),
            ("GET", "/:award", Operation(answer="AwardEmoji")),
            ("POST", "", Operation(query="~name:str", body="~name:str", answer="AwardEmoji", statuses=(201,))),
            ("DELETE", "/:award", _GONE),
        )
    },
    # project_webhooks.md, group_webhooks.md
    **{
        f"{method} {owner}/hooks{one}": operation
        for owner in (PROJECT, "/groups/:group")
        for method, one, operation in (
            ("GET", "", _list("ProjectHook")),
            ("GET", "/:hook", Operation(answer="ProjectHook")),
            ("POST", "", _made("ProjectHook", f"url:url {_EVENTS}")),
            ("PUT", "/:hook", Operation(body=f"~url:url {_EVENTS}", answer="ProjectHook")),
            ("DELETE", "/:hook", _GONE),
            ("POST", "/:hook/test/:trigger", Operation(answer="Message", statuses=(201,))),
        )
    },
}
