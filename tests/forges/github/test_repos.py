"""What the API shows of files, trees, commits and refs is what git holds."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from tests.forges.git import File
from tests.forges.github.client import Client, as_installation
from tests.forges.github.double import GitHubDouble
from tests.forges.github.world import Files, Repo

pytestmark = pytest.mark.slow

FILES: Files = {
    "README.md": b"# App\n",
    "goldens/a b.png": b"\x89PNG\xff\x00",
    "goldens/link": File(b"a b.png", "120000"),
    "run.sh": File(b"#!/bin/sh\n", "100755"),
    "vendor": File(b"1" * 40, "160000"),
}
RAW = {"Accept": "application/vnd.github.raw+json"}


@pytest.fixture
def repo(github: GitHubDouble) -> Repo:
    """Give a repository of every kind of entry."""
    return github.repo("octo/app", files=FILES)


@pytest.fixture
def client(github: GitHubDouble, repo: Repo) -> Client:
    """Give somebody who may do all that our app may."""
    return as_installation(github, repo)


def blob_id(content: bytes) -> str:
    """Name bytes as git does."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def test_a_tree_lists_every_entry_by_mode_and_id(client: Client, repo: Repo) -> None:
    """Files, links, programs, submodules and folders, by git's own ids."""
    tree = client.get(f"git/trees/{repo.sha('main')}?recursive=1")
    found = {entry["path"]: (entry["mode"], entry["type"]) for entry in tree["tree"]}
    assert found == {
        "README.md": ("100644", "blob"),
        "goldens": ("040000", "tree"),
        "goldens/a b.png": ("100644", "blob"),
        "goldens/link": ("120000", "blob"),
        "run.sh": ("100755", "blob"),
        "vendor": ("160000", "commit"),
    }
    ids = {entry["path"]: entry["sha"] for entry in tree["tree"]}
    assert ids["goldens/a b.png"] == blob_id(b"\x89PNG\xff\x00")
    assert tree["truncated"] is False


def test_a_large_tree_is_cut_and_says_so(client: Client, repo: Repo) -> None:
    """Where a test asks for it, entries are missing and `truncated` is true; folder by folder all are there."""
    repo.truncated = True
    tree = client.get(f"git/trees/{repo.sha('main')}?recursive=1")
    assert tree["truncated"]
    assert len(tree["tree"]) < 6
    assert len(client.get(f"git/trees/{repo.sha('main')}")["tree"]) == 4


def test_blobs_are_given_as_json_and_raw(client: Client) -> None:
    """Both hold the same bytes."""
    content = b"\x89PNG\xff\x00"
    shown = client.get(f"git/blobs/{blob_id(content)}")
    assert base64.b64decode(shown["content"]) == content
    raw = client.ask("GET", f"git/blobs/{blob_id(content)}", headers=RAW)
    assert raw.content == content
    assert client.ask("GET", f"git/blobs/{'0' * 40}").status_code == 404


def test_contents_are_given_by_path_and_ref(client: Client, repo: Repo) -> None:
    """A file of a branch, raw and as JSON; what is not there is not found."""
    repo.commit("dev", {"README.md": b"other"})
    assert client.ask("GET", "contents/goldens/a b.png?ref=main", headers=RAW).content == b"\x89PNG\xff\x00"
    assert base64.b64decode(client.get("contents/README.md?ref=dev")["content"]) == b"other"
    for path in ("contents/README.md?ref=gone", "contents/gone.md", "contents/goldens"):
        assert client.ask("GET", path).status_code == 404


def test_what_was_read_is_free_to_read_again(client: Client, github: GitHubDouble) -> None:
    """A request with the ETag of the last answer gets 304 and does not count."""
    first = client.ask("GET", "contents/README.md")
    used = github.limits.used
    again = client.ask("GET", "contents/README.md", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert github.limits.used == used
    assert int(first.headers["X-RateLimit-Remaining"]) == 5000 - used


def test_a_commit_made_of_objects_stands_on_a_branch(client: Client, repo: Repo) -> None:
    """Blob, tree, commit, ref: the long way, keeping modes."""
    head = repo.sha("main")
    tree = client.get(f"git/commits/{head}")["tree"]["sha"]
    blob = client.post("git/blobs", {"content": "aGk=", "encoding": "base64"})["sha"]
    entries: list[dict[str, Any]] = [
        {"path": "run.sh", "mode": "100755", "type": "blob", "sha": blob},
        {"path": "goldens/link", "mode": "120000", "type": "blob", "sha": None},
    ]
    new = client.post("git/trees", {"base_tree": tree, "tree": entries})["sha"]
    commit = client.post("git/commits", {"message": "Mend", "tree": new, "parents": [head]})
    client.post("git/refs", {"ref": "refs/heads/bot/pr-1", "sha": commit["sha"]})
    assert client.get("git/ref/heads/bot/pr-1")["object"]["sha"] == commit["sha"]
    assert repo.file("bot/pr-1", "run.sh") == b"hi"
    assert repo.file("bot/pr-1", "goldens/link") is None
    [top, _] = repo.log("bot/pr-1")
    assert top.author.name == "golddigger[bot]"
    assert commit["verification"]["verified"] is True


def test_a_ref_moves_forward_only_unless_by_force(client: Client, repo: Repo) -> None:
    """A branch that somebody else moved is not overwritten by accident."""
    old = repo.sha("main")
    new = repo.commit("main", {"more": b"1"})
    client.post("git/refs", {"ref": "refs/heads/bot", "sha": new})
    back = client.ask("PATCH", "git/refs/heads/bot", json={"sha": old})
    assert (back.status_code, back.json()["message"]) == (422, "Update is not a fast forward")
    client.patch("git/refs/heads/bot", {"sha": old, "force": True})
    assert repo.sha("bot") == old
    assert client.ask("POST", "git/refs", json={"ref": "refs/heads/bot", "sha": new}).status_code == 422
    assert client.ask("DELETE", "git/refs/heads/bot").status_code == 204
    assert client.ask("GET", "git/ref/heads/bot").status_code == 404


def test_commits_are_listed_page_by_page(client: Client, repo: Repo) -> None:
    """The newest first, with a Link header that leads to the next page on this server."""
    for number in range(3):
        repo.commit("main", {"n": b"%d" % number}, message=f"Change {number}\n\nReviewed-by: maria")
    first = client.ask("GET", "commits?sha=main&per_page=2")
    assert [one["commit"]["message"][:8] for one in first.json()] == ["Change 2", "Change 1"]
    rest = client.get(first.links["next"]["url"].removeprefix(client.double.api_url))
    assert len(rest) == 2
    assert repo.log("main")[0].trailers == {"Reviewed-by": ("maria",)}


def test_a_fork_s_commit_is_reached_from_the_base(client: Client, repo: Repo) -> None:
    """Forks share their objects, and the pull request's head has a ref in the base repository."""
    pull = repo.pull(fork="someone/app", author="someone", files={"goldens/a b.png": b"new"})
    tree = client.get(f"git/trees/{pull.head}?recursive=1")
    assert blob_id(b"new") in {entry["sha"] for entry in tree["tree"]}
    assert client.ask("GET", f"git/blobs/{blob_id(b'new')}", headers=RAW).content == b"new"
    assert client.get(f"git/ref/pull/{pull.number}/head")["object"]["sha"] == pull.head


def test_git_agrees_that_the_repository_is_whole(client: Client, repo: Repo) -> None:
    """After all kinds of writes, git's own check finds nothing to complain of."""
    repo.pull(files={"new": b"1", "README.md": None})
    assert repo.git.run("fsck", "--strict", "--no-dangling").decode().strip() == ""
