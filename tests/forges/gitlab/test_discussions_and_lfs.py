"""Show threads on pictures through python-gitlab, and git LFS as its clients speak it."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import requests
from gitlab import GitlabCreateError, GitlabError

from tests.forges.github.site import LFS
from tests.forges.gitlab.client import as_person, merge_request
from tests.forges.gitlab.double import GitLabDouble
from tests.forges.gitlab.site import basic
from tests.forges.gitlab.world import Pull, Repo

pytestmark = pytest.mark.slow

BIG = b"a picture of many pixels"
OID = hashlib.sha256(BIG).hexdigest()


@pytest.fixture
def pull(gitlab: GitLabDouble) -> Pull:
    """Give a merge request that changes a golden."""
    repo = gitlab.repo("octo/app", files={"goldens/login.png": b"old", "text": b"1"})
    return repo.pull(files={"goldens/login.png": b"new", "text": b"2"})


def place(gitlab: GitLabDouble, pull: Pull, path: str = "goldens/login.png", **more: Any) -> dict[str, Any]:
    """Write the place of a thread on a picture."""
    refs = merge_request(gitlab, pull).diff_refs
    picture = {"width": 100, "height": 200, "x": 10, "y": 20}
    return {**refs, "position_type": "image", "new_path": path, "old_path": path, **picture, **more}


def test_a_thread_on_a_picture_is_begun_answered_and_resolved(gitlab: GitLabDouble, pull: Pull) -> None:
    """By our bot, who is a developer; people see where it lies."""
    threads = merge_request(gitlab, pull).discussions
    begun = threads.create({"body": "login changed", "position": place(gitlab, pull)})
    assert begun.attributes["notes"][0]["position"]["new_path"] == "goldens/login.png"
    assert begun.attributes["notes"][0]["type"] == "DiffNote"
    [thread] = gitlab.discussions(pull)
    assert (thread.id, thread.resolved) == (begun.id, False)
    threads.get(begun.id).notes.create({"body": "approved"})
    threads.update(begun.id, {"resolved": True})
    assert gitlab.discussions(pull)[0].resolved is True
    assert threads.get(begun.id).attributes["notes"][1]["resolved_by"]["username"] == "golddigger"
    threads.update(begun.id, {"resolved": False})
    assert gitlab.discussions(pull)[0].resolved is False


def test_a_thread_needs_a_place_in_what_changed(gitlab: GitLabDouble, pull: Pull) -> None:
    """A file that is not in the diff, one that is no picture, a commit that is not there: all are a 400."""
    threads = merge_request(gitlab, pull).discussions
    for wrong in (
        place(gitlab, pull, "README.md"),
        place(gitlab, pull, "text"),
        place(gitlab, pull, head_sha="1" * 40),
        {name: value for name, value in place(gitlab, pull).items() if name != "width"},
        {"position_type": "image", "new_path": "goldens/login.png"},
    ):
        with pytest.raises(GitlabCreateError) as refused:
            threads.create({"body": "here", "position": wrong})
        assert refused.value.response_code == 400
    assert gitlab.discussions(pull) == []


def test_notes_alone_are_threads_that_nobody_resolves(gitlab: GitLabDouble, pull: Pull) -> None:
    """They are listed with `individual_note`; a reporter resolves none of the others."""
    gitlab.comment(pull, "dev", "hello")
    threads = merge_request(gitlab, pull).discussions
    begun = threads.create({"body": "see"})
    assert [one.individual_note for one in threads.list(get_all=True)] == [True, False]
    assert gitlab.our_comments(pull) == []
    alone = threads.list(get_all=True)[0]
    with pytest.raises(GitlabError) as gone:
        threads.update(alone.id, {"resolved": True})
    assert gone.value.response_code == 404
    pull.repo.role("rita", "reporter")
    theirs = merge_request(gitlab, pull, as_person(gitlab, "rita")).discussions
    with pytest.raises(GitlabError) as refused:
        theirs.update(begun.id, {"resolved": True})
    assert refused.value.response_code == 403


# ------------------------------------------------------------------------------------------------- LFS


def batch(gitlab: GitLabDouble, repo: Repo, operation: str, token: str) -> requests.Response:
    """Ask for one object, as git-lfs does."""
    asked = {"operation": operation, "transfers": ["basic"], "objects": [{"oid": OID, "size": len(BIG)}]}
    headers = {"Accept": LFS, "Content-Type": LFS, "Authorization": basic(token)}
    url = f"{gitlab.url}/{repo.path}.git/info/lfs/objects/batch"
    return requests.post(url, json=asked, headers=headers, timeout=5)


def test_a_large_file_is_put_and_got(gitlab: GitLabDouble) -> None:
    """By the addresses and headers that the batch names; the second time there is nothing to put."""
    repo = gitlab.repo("octo/web/app")
    [offer] = batch(gitlab, repo, "upload", gitlab.token).json()["objects"]
    upload = offer["actions"]["upload"]
    wrong = requests.put(upload["href"], data=BIG[1:], headers=upload["header"], timeout=5)
    assert (wrong.status_code, repo.large) == (400, {})
    assert requests.put(upload["href"], data=BIG, headers=upload["header"], timeout=5).status_code == 200
    assert repo.large == {OID: BIG}
    assert "actions" not in batch(gitlab, repo, "upload", gitlab.token).json()["objects"][0]
    [found] = batch(gitlab, repo, "download", gitlab.token).json()["objects"]
    download = found["actions"]["download"]
    led = requests.get(download["href"], headers=download["header"], allow_redirects=False, timeout=5)
    assert requests.get(led.headers["Location"], timeout=5).content == BIG


def test_a_large_file_is_kept_from_strangers(gitlab: GitLabDouble) -> None:
    """A project they may not see is not there; who only reads puts nothing; what is missing is said."""
    repo = gitlab.repo("octo/app")
    stranger = gitlab.personal_token("stranger").text
    assert batch(gitlab, repo, "download", stranger).status_code == 404
    assert batch(gitlab, repo, "download", "glpat-wrong").status_code == 401
    repo.role("rita", "reporter")
    reader = gitlab.personal_token("rita", "read_repository").text
    assert batch(gitlab, repo, "upload", reader).status_code == 403
    [missing] = batch(gitlab, repo, "download", reader).json()["objects"]
    assert missing["error"]["code"] == 404
