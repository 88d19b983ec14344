"""Hold the shapes that GitLab publishes, as tables (see notation.py), with their sources in gitlabhq/gitlabhq."""

from __future__ import annotations

from collections.abc import Mapping

_COMMIT = (
    "id:sha short_id:str title:str created_at:time parent_ids:[sha] message:str author_name:str author_email:str "
    "authored_date:time committer_name:str committer_email:str committed_date:time trailers:obj "
    "extended_trailers:obj web_url:url"
)
_MERGE_REQUEST = (
    "id:int iid:int project_id:int title:str description:str? state:=opened,closed,locked,merged created_at:time "
    "updated_at:time merged_by:UserBasic? merge_user:UserBasic? merged_at:time? closed_by:UserBasic? "
    "closed_at:time? target_branch:str source_branch:str user_notes_count:int upvotes:int downvotes:int "
    "author:UserBasic assignees:[UserBasic] assignee:UserBasic? reviewers:[UserBasic] source_project_id:int? "
    "target_project_id:int labels:[str] draft:bool imported:bool imported_from:str work_in_progress:bool "
    "milestone:any? merge_when_pipeline_succeeds:bool merge_status:str detailed_merge_status:str "
    "merge_after:time? "
    "sha:sha merge_commit_sha:sha? squash_commit_sha:sha? discussion_locked:bool? "
    "should_remove_source_branch:bool? "
    "force_remove_source_branch:bool? prepared_at:time? ~allow_collaboration:bool ~allow_maintainer_to_push:bool "
    "reference:str references:obj web_url:url time_stats:obj squash:bool squash_on_merge:bool "
    "task_completion_status:obj has_conflicts:bool blocking_discussions_resolved:bool"
)
_JOB = (
    "id:int status:str stage:str name:str ref:str tag:bool coverage:num? allow_failure:bool created_at:time "
    "started_at:time? finished_at:time? erased_at:time? duration:num? queued_duration:num? user:User "
    "commit:Commit "
    "pipeline:PipelineBasic failure_reason:str web_url:url project:obj"
)
_NOTE = (
    "id:int type:str? body:str author:UserBasic created_at:time updated_at:time system:bool noteable_id:int "
    "noteable_type:str project_id:int commit_id:sha? ~position:Position resolvable:bool ~resolved:bool "
    "~resolved_by:UserBasic? ~resolved_at:time? confidential:bool internal:bool imported:bool imported_from:str "
    "noteable_iid:int commands_changes:obj ~attachment:str?"
)
_PIPELINE = (
    "id:int iid:int project_id:int sha:sha ref:str status:str source:str created_at:time updated_at:time "
    "web_url:url name:str?"
)
_UNNAMED = _PIPELINE.removesuffix(" name:str?")
_PROJECT = (
    "id:int description:str? name:str name_with_namespace:str path:str path_with_namespace:str created_at:time "
    "default_branch:str? tag_list:[str] topics:[str] ssh_url_to_repo:str http_url_to_repo:url web_url:url "
    "readme_url:url? forks_count:int avatar_url:url? star_count:int last_activity_at:time visibility:str "
    "namespace:Namespace"
)
_USER_BASIC = "id:int username:str public_email:str? name:str state:str locked:bool avatar_url:url? web_url:url"

ANSWERS: Mapping[str, str] = {
    # lib/api/entities/user_basic.rb, user_safe.rb
    "UserBasic": _USER_BASIC,
    # lib/api/entities/user.rb; what others see
    "User": f"{_USER_BASIC} created_at:time bio:str location:str? skype:str linkedin:str twitter:str "
    "discord:str website_url:str github:str job_title:str pronouns:str? organization:str bot:bool "
    "work_information:str? followers:int following:int is_followed:bool local_time:str?",
    # lib/api/entities/user_public.rb; what people see of themselves
    "UserPublic": f"{_USER_BASIC} created_at:time bio:str location:str? skype:str linkedin:str twitter:str "
    "discord:str website_url:str github:str job_title:str pronouns:str? organization:str bot:bool "
    "work_information:str? followers:int following:int is_followed:bool local_time:str? last_sign_in_at:time? "
    "confirmed_at:time? last_activity_on:day? email:str theme_id:int? color_scheme_id:int projects_limit:int "
    "current_sign_in_at:time? identities:[obj] can_create_group:bool can_create_project:bool "
    "two_factor_enabled:bool external:bool private_profile:bool commit_email:str",
    # lib/api/entities/member.rb
    "Member": f"{_USER_BASIC} access_level:int created_at:time expires_at:day? membership_state:str "
    "~created_by:UserBasic",
    # lib/api/entities/personal_access_token.rb
    "PersonalAccessToken": "id:int name:str revoked:bool created_at:time description:str? scopes:[str] "
    "user_id:int "
    "last_used_at:time? active:bool expires_at:day?",
    # lib/api/entities/metadata.rb
    "Metadata": "version:str revision:str kas:obj enterprise:bool",
    # lib/api/entities/namespace_basic.rb
    "Namespace": "id:int name:str path:str kind:=group,user full_path:str parent_id:int? avatar_url:url? "
    "web_url:url",
    # lib/api/entities/group.rb, the part that clients here read
    "Group": "id:int web_url:url name:str path:str description:str? visibility:str full_name:str full_path:str "
    "created_at:time parent_id:int? avatar_url:url? lfs_enabled:bool request_access_enabled:bool",
    # lib/api/entities/public_group_details.rb
    "GroupAbove": "id:int web_url:url name:str avatar_url:url? full_name:str full_path:str",
    # lib/api/entities/basic_project_details.rb, project_identity.rb
    "ProjectBasic": _PROJECT,
    # lib/api/entities/project.rb, the part that clients here read; spec/…/public_api/v4/projects.json
    "Project": f"{_PROJECT} ~permissions:Permissions ~forked_from_project:ProjectBasic empty_repo:bool "
    "archived:bool "
    "~owner:UserBasic lfs_enabled:bool issues_enabled:bool merge_requests_enabled:bool jobs_enabled:bool "
    "public_jobs:bool repository_access_level:str builds_access_level:str "
    "wiki_enabled:bool snippets_enabled:bool creator_id:int open_issues_count:int ci_config_path:str? "
    "shared_with_groups:[obj] merge_method:str squash_option:str "
    "only_allow_merge_if_pipeline_succeeds:bool only_allow_merge_if_all_discussions_are_resolved:bool",
    # lib/api/entities/project_with_access.rb
    "Permissions": "project_access:Access? group_access:Access?",
    "Access": "access_level:int notification_level:int",
    # lib/api/entities/merge_request_basic.rb; spec/…/public_api/v4/merge_requests.json
    "MergeRequestBasic": _MERGE_REQUEST,
    # lib/api/entities/merge_request.rb, diff_refs.rb
    "MergeRequest": f"{_MERGE_REQUEST} subscribed:bool changes_count:str? latest_build_started_at:time? "
    "latest_build_finished_at:time? first_deployed_to_production_at:time? pipeline:PipelineBasic? "
    "head_pipeline:Pipeline? diff_refs:DiffRefs? merge_error:str? first_contribution:bool user:obj",
    "DiffRefs": "base_sha:sha head_sha:sha start_sha:sha",
    # ee/lib/api/entities/merge_requests/status_check.rb, status_check_response.rb
    "StatusCheck": "id:int name:str external_url:str status:=passed,failed,pending",
    "StatusCheckResponse": "id:int merge_request:MergeRequest external_status_check:AnsweredCheck",
    "AnsweredCheck": "id:int name:str external_url:str",
    # lib/api/entities/diff.rb
    "Diff": "diff:str new_path:str old_path:str a_mode:str b_mode:str new_file:bool renamed_file:bool "
    "deleted_file:bool generated_file:bool? collapsed:bool too_large:bool",
    # lib/api/entities/compare.rb
    "Compare": "commit:Commit? commits:[Commit] diffs:[Diff] compare_timeout:bool compare_same_ref:bool "
    "web_url:url",
    # lib/api/entities/tree_object.rb
    "TreeObject": "id:sha name:str type:=tree,blob,commit path:str mode:str",
    # lib/api/repositories.rb, get ':id/repository/blobs/:sha'
    "Blob": "size:int encoding:=base64 content:str sha:sha",
    # lib/api/files.rb, FileHelpers#blob_data
    "File": "file_name:str file_path:str size:int encoding:=base64 content_sha256:str ref:str blob_id:sha "
    "commit_id:sha last_commit_id:sha execute_filemode:bool content:str",
    # lib/api/entities/branch.rb; spec/…/public_api/v4/branch.json
    "Branch": "name:str commit:Commit merged:bool protected:bool developers_can_push:bool "
    "developers_can_merge:bool "
    "can_push:bool default:bool web_url:url",
    # lib/api/entities/protected_branch.rb
    "ProtectedBranch": "id:int name:str push_access_levels:[AccessLevel] merge_access_levels:[AccessLevel] "
    "allow_force_push:bool",
    "AccessLevel": "id:int access_level:int access_level_description:str ~deploy_key_id:int?",
    # lib/api/entities/commit.rb; spec/…/public_api/v4/commit/basic.json
    "Commit": _COMMIT,
    # lib/api/entities/commit_detail.rb; spec/…/public_api/v4/commit/detail.json
    "CommitDetail": f"{_COMMIT} ~stats:Stats status:str? project_id:int last_pipeline:Pipeline?",
    "Stats": "additions:int deletions:int total:int",
    # lib/api/entities/basic_ref.rb
    "Ref": "type:=branch,tag name:str",
    # lib/api/entities/commit_status.rb
    "CommitStatus": "id:int sha:sha ref:str status:str name:str target_url:str? description:str? created_at:time "
    "started_at:time? finished_at:time? allow_failure:bool coverage:num? pipeline_id:int author:UserBasic",
    # lib/api/entities/ci/pipeline_basic.rb
    "PipelineBasic": _UNNAMED,
    # lib/api/entities/ci/pipeline_basic_with_metadata.rb, lists of pipelines
    "PipelineListed": _PIPELINE,
    # lib/api/entities/ci/pipeline.rb
    "Pipeline": f"{_UNNAMED} before_sha:sha tag:bool yaml_errors:str? user:UserBasic started_at:time? "
    "finished_at:time? committed_at:time? duration:int? queued_duration:int? coverage:str? detailed_status:obj "
    "archived:bool",
    # lib/api/entities/ci/pipeline_with_metadata.rb
    "PipelineNamed": f"{_PIPELINE} before_sha:sha tag:bool yaml_errors:str? user:UserBasic started_at:time? "
    "finished_at:time? committed_at:time? duration:int? queued_duration:int? coverage:str? detailed_status:obj "
    "archived:bool",
    # lib/api/entities/ci/job.rb, job_basic.rb; spec/…/public_api/v4/job.json
    "Job": f"{_JOB.replace('failure_reason', '~failure_reason')} ~artifacts_file:ArtifactFile "
    "artifacts:[Artifact] "
    "artifacts_expire_at:time? runner:obj? runner_manager:obj? archived:bool tag_list:[str]",
    # spec/…/public_api/v4/artifact_file.json, artifact.json
    "ArtifactFile": "filename:str size:int",
    "Artifact": "file_type:str size:int filename:str file_format:str?",
    # lib/api/entities/ci/bridge.rb
    "Bridge": f"{_JOB.replace('failure_reason', '~failure_reason')} archived:bool "
    "downstream_pipeline:PipelineBasic?",
    # lib/api/entities/note.rb; spec/…/public_api/v4/notes.json
    "Note": _NOTE,
    # lib/api/entities/note_commands.rb
    "NoteCommands": "commands_changes:obj summary:[str]",
    # lib/api/entities/diff_position.rb
    "Position": "base_sha:sha start_sha:sha head_sha:sha old_path:str? new_path:str? "
    "position_type:=text,image,file "
    "~old_line:int? ~new_line:int? ~line_range:any? ~width:int ~height:int ~x:num ~y:num",
    # lib/api/entities/discussion.rb
    "Discussion": "id:str individual_note:bool notes:[Note]",
    # lib/api/entities/award_emoji.rb
    "AwardEmoji": "id:int name:str user:UserBasic created_at:time updated_at:time awardable_id:int "
    "awardable_type:=MergeRequest,Note url:str?",
    # lib/api/entities/project_hook.rb, hook.rb; spec/…/public_api/v4/project_hook.json;
    # token_present and signing_token_present: gitlab-org/gitlab!231325
    "ProjectHook": "id:int url:str name:str? description:str? created_at:time push_events:bool "
    "tag_push_events:bool "
    "merge_requests_events:bool repository_update_events:bool enable_ssl_verification:bool "
    "alert_status:=executable,disabled,temporarily_disabled disabled_until:time? url_variables:[obj] "
    "push_events_branch_filter:str? branch_filter_strategy:str custom_webhook_template:str? custom_headers:[obj] "
    "~project_id:int ~group_id:int issues_events:bool confidential_issues_events:bool? note_events:bool "
    "confidential_note_events:bool? pipeline_events:bool wiki_page_events:bool deployment_events:bool "
    "feature_flag_events:bool job_events:bool releases_events:bool milestone_events:bool emoji_events:bool "
    "resource_access_token_events:bool token_present:bool signing_token_present:bool",
    # lib/api/helpers.rb, #created! and what a hook's test answers
    "Message": "message:str",
}

_PROJECT_HOOKED = (
    "id:int name:str description:str? web_url:url avatar_url:url? git_ssh_url:str git_http_url:url namespace:str "
    "visibility_level:int path_with_namespace:str default_branch:str? ci_config_path:str? ~homepage:url ~url:str "
    "~ssh_url:str ~http_url:url"
)
_PULL_HOOKED = (
    "assignee_id:int? author_id:int created_at:hooktime description:str? draft:bool head_pipeline_id:int? id:int "
    "iid:int last_edited_at:hooktime? last_edited_by_id:int? merge_commit_sha:sha? merge_error:str? "
    "merge_params:obj merge_status:str merge_user_id:int? merge_when_pipeline_succeeds:bool milestone_id:int? "
    "source_branch:str source_project_id:int? state_id:int target_branch:str target_project_id:int "
    "time_estimate:int title:str updated_at:hooktime updated_by_id:int? prepared_at:hooktime? assignee_ids:[int] "
    "blocking_discussions_resolved:bool detailed_merge_status:str first_contribution:bool "
    "human_time_change:str? human_time_estimate:str? human_total_time_spent:str? labels:[obj] "
    "last_commit:CommitHooked "
    "reviewer_ids:[int] source:ProjectHooked? state:=opened,closed,locked,merged target:ProjectHooked "
    "time_change:int "
    "total_time_spent:int url:url work_in_progress:bool approval_rules:[obj]"
)
_NOTE_HOOKED = (
    "attachment:str? author_id:int change_position:any? commit_id:sha? created_at:hooktime discussion_id:str "
    "id:int "
    "internal:bool line_code:str? note:str noteable_id:int noteable_type:str original_position:any? position:any? "
    "project_id:int resolved_at:hooktime? resolved_by_id:int? resolved_by_push:bool? st_diff:any? system:bool "
    "type:str? updated_at:hooktime updated_by_id:int? description:str url:url"
)

HOOKS: Mapping[str, str] = {
    # Examples: doc/user/project/integrations/webhook_events.md; the fields in full: lib/gitlab/hook_data/*.rb,
    # lib/gitlab/data_builder/*.rb, app/models/project.rb#hook_attrs, app/models/user.rb#hook_attrs
    "UserHooked": "id:int name:str username:str avatar_url:url? email:str",
    "ProjectHooked": _PROJECT_HOOKED,
    "CommitHooked": "id:sha message:str title:str timestamp:time url:url author:AuthorHooked",
    "AuthorHooked": "name:str email:str",
    "RepositoryHooked": "name:str url:str description:str? homepage:url",
    "PullHooked": _PULL_HOOKED,
    # lib/gitlab/hook_data/note_builder.rb
    "NoteHooked": _NOTE_HOOKED,
    "note": "object_kind:=note event_type:=note,confidential_note user:UserHooked project_id:int "
    "project:ProjectHooked object_attributes:NoteActed repository:RepositoryHooked merge_request:PullHooked",
    "NoteActed": f"{_NOTE_HOOKED} action:=create,update",
    "merge_request": "object_kind:=merge_request event_type:=merge_request user:UserHooked project:ProjectHooked "
    "object_attributes:PullActed labels:[obj] changes:obj repository:RepositoryHooked ~assignees:[UserHooked] "
    "~reviewers:[UserHooked]",
    "PullActed": f"{_PULL_HOOKED} action:=open,close,reopen,update,approved,unapproved,approval,unapproval,merge "
    "~oldrev:sha",
    # lib/gitlab/data_builder/emoji.rb
    "emoji": "object_kind:=emoji event_type:=award,revoke user:UserHooked project_id:int project:ProjectHooked "
    "object_attributes:AwardHooked ~note:NoteHooked merge_request:PullHooked",
    "AwardHooked": "user_id:int created_at:hooktime id:int name:str awardable_type:=Note,MergeRequest "
    "awardable_id:int updated_at:hooktime action:=award,revoke awarded_on_url:url",
    # lib/gitlab/data_builder/pipeline.rb
    "pipeline": "object_kind:=pipeline object_attributes:PipelineHooked merge_request:PipelinePull? "
    "user:UserHooked "
    "project:ProjectHooked commit:CommitHooked ~source_pipeline:SourcePipeline builds:[BuildHooked]",
    "PipelineHooked": "id:int iid:int name:str? ref:str tag:bool sha:sha before_sha:sha source:str status:str "
    "detailed_status:str stages:[str] created_at:hooktime finished_at:hooktime? duration:int? "
    "queued_duration:int? "
    "protected_ref:bool variables:[obj] url:url",
    "PipelinePull": "id:int iid:int title:str source_branch:str source_project_id:int? target_branch:str "
    "target_project_id:int state:str merge_status:str detailed_merge_status:str url:url",
    "SourcePipeline": "project:SourceProject job_id:int pipeline_id:int",
    "SourceProject": "id:int web_url:url path_with_namespace:str",
    "BuildHooked": "id:int stage:str name:str status:str created_at:hooktime started_at:hooktime? "
    "finished_at:hooktime? duration:num? queued_duration:num? failure_reason:str? when:str manual:bool "
    "allow_failure:bool user:UserHooked runner:obj? artifacts_file:ArtifactHooked environment:obj?",
    "ArtifactHooked": "filename:str? size:int?",
    # lib/gitlab/data_builder/build.rb
    "build": "object_kind:=build ref:str tag:bool before_sha:sha sha:sha retries_count:int build_id:int "
    "build_name:str build_stage:str build_status:str build_created_at:hooktime build_created_at_iso:time "
    "build_started_at:hooktime? build_started_at_iso:time? build_finished_at:hooktime? "
    "build_finished_at_iso:time? build_duration:num? build_queued_duration:num? build_allow_failure:bool "
    "build_failure_reason:str pipeline_id:int runner:obj? project_id:int project_name:str user:UserHooked "
    "commit:BuildCommit repository:BuildRepository project:ProjectHooked environment:obj? "
    "~source_pipeline:SourcePipeline",
    "BuildCommit": "id:int name:str? sha:sha message:str author_name:str author_email:str author_url:str "
    "status:str "
    "duration:int? started_at:hooktime? started_at_iso:time? finished_at:hooktime? finished_at_iso:time?",
    "BuildRepository": "name:str url:str description:str? homepage:url git_http_url:url git_ssh_url:str "
    "visibility_level:int",
    # lib/gitlab/data_builder/push.rb
    "push": "object_kind:=push event_name:=push before:sha after:sha ref:str ref_protected:bool checkout_sha:sha? "
    "message:str? user_id:int user_name:str user_username:str user_email:str? user_avatar:str? project_id:int "
    "project:ProjectHooked commits:[PushedCommit] total_commits_count:int push_options:obj "
    "repository:PushRepository",
    # lib/gitlab/hook_data/project_builder.rb
    "project_destroy": "event_name:=project_destroy created_at:time updated_at:time name:str path:str "
    "path_with_namespace:str project_id:int project_namespace_id:int owners:[AuthorHooked] project_visibility:str",
    "PushedCommit": "id:sha message:str title:str timestamp:time url:url author:AuthorHooked added:[str] "
    "modified:[str] removed:[str]",
    "PushRepository": "name:str url:str description:str? homepage:url git_http_url:url git_ssh_url:str "
    "visibility_level:int",
}
