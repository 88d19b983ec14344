"""List the operations, hooks and mutations that the contract is cut down to."""

from __future__ import annotations

REPO = "/repos/{owner}/{repo}"

OPERATIONS = (
    "GET /app",
    "GET /app/hook/deliveries",
    "POST /app/hook/deliveries/{delivery_id}/attempts",
    "GET /app/installations",
    "POST /app/installations/{installation_id}/access_tokens",
    "POST /app-manifests/{code}/conversions",
    "GET /installation/repositories",
    "GET /orgs/{org}/teams/{team_slug}/memberships/{username}",
    "GET /rate_limit",
    "GET /user",
    "GET /users/{username}",
    f"GET {REPO}",
    f"GET {REPO}/installation",
    f"GET {REPO}/actions/artifacts/{{artifact_id}}",
    f"GET {REPO}/actions/artifacts/{{artifact_id}}/{{archive_format}}",
    f"GET {REPO}/actions/runs",
    f"GET {REPO}/actions/runs/{{run_id}}",
    f"GET {REPO}/actions/runs/{{run_id}}/artifacts",
    f"GET {REPO}/actions/runs/{{run_id}}/attempts/{{attempt_number}}",
    f"POST {REPO}/check-runs",
    f"GET {REPO}/check-runs/{{check_run_id}}",
    f"PATCH {REPO}/check-runs/{{check_run_id}}",
    f"GET {REPO}/check-runs/{{check_run_id}}/annotations",
    f"GET {REPO}/collaborators/{{username}}/permission",
    f"GET {REPO}/commits",
    f"GET {REPO}/commits/{{commit_sha}}/pulls",
    f"GET {REPO}/commits/{{ref}}/check-runs",
    f"GET {REPO}/contents/{{path}}",
    f"POST {REPO}/git/blobs",
    f"GET {REPO}/git/blobs/{{file_sha}}",
    f"POST {REPO}/git/commits",
    f"GET {REPO}/git/commits/{{commit_sha}}",
    f"GET {REPO}/git/ref/{{ref}}",
    f"POST {REPO}/git/refs",
    f"PATCH {REPO}/git/refs/{{ref}}",
    f"DELETE {REPO}/git/refs/{{ref}}",
    f"POST {REPO}/git/trees",
    f"GET {REPO}/git/trees/{{tree_sha}}",
    f"GET {REPO}/issues/comments/{{comment_id}}",
    f"PATCH {REPO}/issues/comments/{{comment_id}}",
    f"DELETE {REPO}/issues/comments/{{comment_id}}",
    f"POST {REPO}/issues/comments/{{comment_id}}/reactions",
    f"GET {REPO}/issues/{{issue_number}}/comments",
    f"POST {REPO}/issues/{{issue_number}}/comments",
    f"GET {REPO}/pulls",
    f"GET {REPO}/pulls/{{pull_number}}",
)
"""What bots.github asks of GitHub's REST API, and what the double therefore serves: the two are one list."""

HOOKS = (
    "check-run-completed",
    "check-run-created",
    "check-run-requested-action",
    "check-run-rerequested",
    "check-suite-requested",
    "check-suite-rerequested",
    "installation-created",
    "installation-deleted",
    "installation-repositories-added",
    "installation-repositories-removed",
    "issue-comment-created",
    "issue-comment-edited",
    "pull-request-closed",
    "pull-request-opened",
    "pull-request-reopened",
    "pull-request-synchronize",
    "workflow-run-completed",
    "workflow-run-requested",
)
"""What the double delivers."""

MUTATIONS = ("createCommitOnBranch",)

REACHED = {
    "CreateCommitOnBranchPayload": ("clientMutationId", "commit", "ref"),
    "Commit": ("oid", "url", "abbreviatedOid", "message", "messageHeadline", "messageBody", "committedDate"),
    "Ref": ("id", "name", "prefix"),
}
"""The fields kept of what a mutation gives."""
