"""Show projects, members, branches and git through python-gitlab."""

from __future__ import annotations

import hashlib

import pytest
from gitlab import Gitlab, GitlabAuthenticationError, GitlabError, GitlabGetError, GitlabHttpError

from tests.forges.git import File
from tests.forges.gitlab.client import as_bot, as_holder, as_person, me, project
from tests.forges.gitlab.double import GitLabDouble

pytestmark = pytest.mark.slow

FILES: dict[str, bytes | File | None] = {f"goldens/{number:03}.png": str(number).encode() for number in range(230)}


def test_a_project_is_found_by_its_id_and_by_its_nested_path(gitlab: GitLabDouble) -> None:
    """A path with groups within groups is one encoded segment, and means the same as the id."""
    repo = gitlab.repo("octo/web/shop/app")
    by_path = as_bot(gitlab).projects.get("octo/web/shop/app")
    by_id = as_bot(gitlab).projects.get(repo.id)
    assert by_path.id == by_id.id == repo.id
    assert by_path.namespace["full_path"] == "octo/web/shop"
    assert by_path.permissions["project_access"]["access_level"] == 30


def test_what_may_not_be_seen_is_not_there(gitlab: GitLabDouble) -> None:
    """A private project is a 404 to strangers, the same as one that is not there; a public one is open to all."""
    hidden, shown = gitlab.repo("octo/hidden"), gitlab.repo("octo/shown", private=False)
    stranger, nobody = as_person(gitlab, "stranger"), Gitlab(gitlab.url, timeout=10)
    for client in (stranger, nobody):
        with pytest.raises(GitlabGetError) as there:
            client.projects.get(hidden.path)
        with pytest.raises(GitlabGetError) as gone:
            client.projects.get("octo/none")
        assert there.value.response_code == gone.value.response_code == 404
        assert there.value.error_message == gone.value.error_message
        assert client.projects.get(shown.path).visibility == "public"


def test_a_token_that_is_no_good_lets_nobody_in(gitlab: GitLabDouble) -> None:
    """Unknown, expired and revoked tokens are a 401, and one with too few scopes is told which it needs."""
    repo = gitlab.repo("octo/app")
    old = gitlab.personal_token("maria", until=gitlab.world.today())
    gone = gitlab.personal_token("maria")
    gone.revoked = True
    for text in ("glpat-wrong", old.text, gone.text):
        with pytest.raises(GitlabAuthenticationError):
            Gitlab(gitlab.url, private_token=text).projects.get(repo.path)
    repo.role("maria", "maintainer")
    narrow = as_holder(gitlab, gitlab.personal_token("maria", "read_user"))
    assert me(narrow)["username"] == "maria"
    with pytest.raises(GitlabError) as refused:
        narrow.projects.get(repo.path)
    assert refused.value.response_code == 403


def test_a_token_tells_of_itself(gitlab: GitLabDouble) -> None:
    """Scopes, end and user can be asked for with any scope; a project's token has a bot of its own."""
    repo = gitlab.repo("octo/app")
    token = gitlab.project_token(repo, "maintainer", "api", "write_repository")
    client = as_holder(gitlab, token)
    told = client.personal_access_tokens.get("self")
    assert (told.scopes, told.active) == (["api", "write_repository"], True)
    user = me(client)
    assert user["bot"] is True
    assert user["username"].startswith(f"project_{repo.id}_bot_")
    bearer = Gitlab(gitlab.url, oauth_token=token.text)
    assert me(bearer)["id"] == told.user_id


def test_members_are_inherited_from_the_groups_above(gitlab: GitLabDouble) -> None:
    """The higher of a member's levels counts; who is no member is a 404."""
    repo = gitlab.repo("octo/web/app")
    gitlab.group("octo").role("maria", "maintainer")
    repo.role("maria", "reporter")
    repo.role("pavel", "guest")
    members = project(gitlab, repo).members_all
    assert members.get(gitlab.account("maria").id).access_level == 40
    assert members.get(gitlab.account("pavel").id).access_level == 10
    with pytest.raises(GitlabGetError):
        members.get(gitlab.account("stranger").id)
    assert {member.username for member in members.list(get_all=True)} == {"golddigger", "maria", "pavel"}


def test_a_private_group_is_seen_by_those_within(gitlab: GitLabDouble) -> None:
    """Members of it, or of a project in it; to others it is not there. A public one all may look into."""
    gitlab.repo("octo/web/app")
    gitlab.group("octo/design").role("maria", "guest")
    client = as_bot(gitlab)
    assert client.groups.get("octo").full_path == "octo"
    with pytest.raises(GitlabGetError):
        client.groups.get("octo/design")
    gitlab.group("octo/design", private=False)
    members = client.groups.get("octo/design").members_all
    assert members.get(gitlab.account("maria").id).access_level == 10


def test_a_guest_of_a_private_project_reads_no_code(gitlab: GitLabDouble) -> None:
    """It is a 403: a guest may know of the project."""
    repo = gitlab.repo("octo/app")
    repo.role("pavel", "guest")
    client = as_person(gitlab, "pavel")
    with pytest.raises(GitlabHttpError) as refused:
        client.http_list(f"/projects/{repo.id}/repository/tree", get_all=True)
    assert refused.value.response_code == 403


def test_a_tree_is_read_by_keyset(gitlab: GitLabDouble) -> None:
    """Each page leads to the next by a token; all entries come once, folders too, with git's own ids."""
    repo = gitlab.repo("octo/app", files=FILES)
    tree = project(gitlab, repo).repository_tree(
        ref="main", recursive=True, pagination="keyset", per_page=100, get_all=True
    )
    assert len(tree) == 231
    blobs = {entry["path"]: entry["id"] for entry in tree if entry["type"] == "blob"}
    content = b"7"
    assert blobs["goldens/007.png"] == hashlib.sha1(b"blob 1\0" + content, usedforsecurity=False).hexdigest()
    pages = [one for one in gitlab.asked if one.operation.endswith("/tree")]
    assert len(pages) == 3


def test_blobs_and_files_give_the_bytes_in_git(gitlab: GitLabDouble) -> None:
    """By blob id, raw; by path, with the last commit that touched it, in a header too."""
    repo = gitlab.repo("octo/app", files={"a/b c.png": b"\x89PNG\0", "other": b"1"})
    repo.commit("main", {"other": b"2"})
    here = project(gitlab, repo)
    entry = next(one for one in here.repository_tree(path="a", get_all=True) if one["name"] == "b c.png")
    assert here.repository_raw_blob(entry["id"]) == b"\x89PNG\0"
    file = here.files.get("a/b c.png", ref="main")
    first = repo.log("main")[-1].sha
    assert (file.decode(), file.last_commit_id) == (b"\x89PNG\0", first)
    assert here.files.raw("a/b c.png", ref="main") == b"\x89PNG\0"
    assert here.files.head("a/b c.png", ref="main")["X-Gitlab-Last-Commit-Id"] == first


def test_commits_and_branches_are_described(gitlab: GitLabDouble) -> None:
    """Parents and trailers of a commit, the branches that hold it, and who may push to them."""
    repo = gitlab.repo("octo/app")
    head = repo.pull(files={"a": b"1"}, message="Change\n\nGolddigger-Approval: 7").head
    here = project(gitlab, repo)
    commit = here.commits.get("feature")
    assert (commit.id, commit.trailers) == (head, {"Golddigger-Approval": "7"})
    assert [ref["name"] for ref in here.commits.get(head).refs(get_all=True)] == ["feature"]
    assert [one.id for one in here.commits.list(ref_name="feature", per_page=1, get_all=False)] == [head]
    assert here.branches.get("feature").can_push is True
    main = here.branches.get("main")
    assert (main.protected, main.developers_can_push, main.can_push) == (True, False, False)
    compared = here.repository_compare("main", "feature")
    assert isinstance(compared, dict)
    assert [diff["new_path"] for diff in compared["diffs"]] == ["a"]


def test_an_operation_that_is_not_documented_is_a_violation() -> None:
    """A path, a query or a body that GitLab does not know fails the test."""
    with GitLabDouble() as double:
        repo = double.repo("octo/app")
        client = as_bot(double)
        for path, query in ((f"/projects/{repo.path}", {}), (f"/projects/{repo.id}", {"colour": "red"})):
            with pytest.raises(GitlabHttpError):
                client.http_get(path, query_data=query)
        with pytest.raises(GitlabHttpError):
            client.http_post(f"/projects/{repo.id}/statuses/{repo.sha('main')}", post_data={"state": "green"})
        assert len(double.violations) == 3
