"""How people sign in with GitLab, told by a GitLab's door over HTTP."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bots.forge import User
from bots.gitlab.signin import SignIn
from diffing.words import Refused, Unavailable
from tests.forges.gitlab.door import GitLabDoor, account
from tests.forges.web import Answer, free_port

BACK = "https://golddigger.example.org/signin/gitlab/callback"
VERIFIER = secrets.token_urlsafe(48)


@pytest.fixture
def gitlab() -> Iterator[GitLabDoor]:
    """Give a GitLab of the test's own."""
    with GitLabDoor() as door:
        yield door


def ours(gitlab: GitLabDoor, **other: str) -> SignIn:
    """Give our door to it."""
    told = {"url": gitlab.url, "client_id": gitlab.client_id, "client_secret": gitlab.client_secret}
    return SignIn(**told | other)


def begun(door: SignIn, verifier: str = VERIFIER) -> str:
    """Give where a browser is sent."""
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    return door.authorize_url(state="s t", challenge=challenge, redirect_uri=BACK)


def signed_in(gitlab: GitLabDoor, door: SignIn | None = None, verifier: str = VERIFIER, **told: Any) -> User:
    """Have somebody sign in whose account says this."""
    door = door or ours(gitlab)
    back = gitlab.consent(begun(door), account(**told))
    given = parse_qs(urlsplit(back).query)
    assert given["state"] == ["s t"]
    return door.signed_in_user(code=given["code"][0], verifier=verifier, redirect_uri=BACK)


def test_somebody_signs_in(gitlab: GitLabDoor) -> None:
    """By code and verifier; they are known by their user name, and git names them as they chose for commits."""
    who = signed_in(gitlab)
    assert who == User("maria", author="Maria <42-maria@users.noreply.gitlab.example.org>")


def test_a_gitlab_below_a_path(gitlab: GitLabDoor) -> None:
    """A GitLab of one's own may share its host with others."""
    gitlab.root = "/code/gitlab"
    door = ours(gitlab, url=f"{gitlab.url}/")
    assert signed_in(gitlab, door).name == "maria"
    assert door.host == urlsplit(gitlab.url).netloc


def test_people_call_it_by_its_host() -> None:
    """There is one gitlab.com, and many others."""
    known = SignIn(url="https://gitlab.com", client_id="i", client_secret="s")
    own = SignIn(url="https://git.acme.example:8443", client_id="i", client_secret="s")
    assert (known.title, known.host) == ("GitLab", "gitlab.com")
    assert (own.title, own.host) == ("GitLab at git.acme.example:8443", "git.acme.example:8443")


def test_only_the_name_is_asked_for(gitlab: GitLabDoor) -> None:
    """No right to read or write anything: `read_user`."""
    assert parse_qs(urlsplit(begun(ours(gitlab))).query)["scope"] == ["read_user"]


def test_another_verifier_signs_nobody_in(gitlab: GitLabDoor) -> None:
    """A code that somebody caught is of no use without the browser that began."""
    with pytest.raises(Refused, match="Sign in again"):
        signed_in(gitlab, verifier=secrets.token_urlsafe(48))


def test_a_code_works_once_and_is_not_told_on(gitlab: GitLabDoor) -> None:
    """GitLab refuses it the second time; our words hold neither the code nor the secret."""
    door = ours(gitlab)
    code = parse_qs(urlsplit(gitlab.consent(begun(door), account())).query)["code"][0]
    door.signed_in_user(code=code, verifier=VERIFIER, redirect_uri=BACK)
    with pytest.raises(Refused, match="did not take the code") as refused:
        door.signed_in_user(code=code, verifier=VERIFIER, redirect_uri=BACK)
    assert code not in str(refused.value)
    assert gitlab.client_secret not in str(refused.value)


def test_a_wrong_secret_is_said_to_whoever_runs_golddigger(gitlab: GitLabDoor) -> None:
    """It names the settings to mend, and does not show their values."""
    with pytest.raises(Refused, match="GOLDDIGGER_GITLAB_CLIENT_SECRET") as refused:
        signed_in(gitlab, ours(gitlab, client_secret="wrong-secret"))
    assert "wrong-secret" not in str(refused.value)


def test_bots_are_known_as_such(gitlab: GitLabDoor) -> None:
    """Whoever asks decides that they do not sign in."""
    assert signed_in(gitlab, bot=True).bot


@pytest.mark.parametrize("told", [{"state": "blocked"}, {"username": ""}, {"username": 7}, {"bot": None}])
def test_an_account_that_is_unclear_is_nobody(gitlab: GitLabDoor, told: dict[str, Any]) -> None:
    """It fails closed."""
    with pytest.raises(Refused, match="active account"):
        signed_in(gitlab, **told)


@pytest.mark.parametrize(
    ("told", "author"),
    [
        ({"commit_email": ""}, ""),
        ({"commit_email": "a@b.example>\nSigned-off-by: x <y@z.example"}, ""),
        ({"name": ""}, ""),
        ({"name": "M\x1b[31m"}, ""),
        ({"name": "Mal\n\nApproved-by: x <y@z>"}, "Mal Approved-by: x y@z 42-maria@"),
    ],
)
def test_an_author_is_one_line(gitlab: GitLabDoor, told: dict[str, Any], author: str) -> None:
    """Names are free text: none of them adds a trailer to a commit."""
    found = signed_in(gitlab, **told).author
    assert found.replace("<", "").startswith(author) if author else found == ""
    assert "\n" not in found
    assert found.count("<") <= 1


@pytest.mark.parametrize("path", ["/oauth/token", "/api/v4/user"])
@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, {"message": "500 Internal Server Error"}),
        Answer(502, raw=b"<html>Bad gateway</html>"),
        Answer(429, {"message": "Retry later"}, headers={"Retry-After": "7"}),
        Answer(200, raw=b"<html>Sign in to the Wi-Fi</html>"),
        Answer(200, raw=b"[]"),
        Answer(200, raw=b""),
    ],
    ids=["broken", "gateway", "slow down", "a page", "a list", "nothing"],
)
def test_what_is_no_answer_signs_nobody_in(gitlab: GitLabDoor, path: str, answer: Answer) -> None:
    """It is said in words that it did not work, at once, and nobody is signed in."""
    gitlab.instead[path] = answer
    with pytest.raises((Unavailable, Refused), match=r"GitLab|GITLAB"):
        signed_in(gitlab)
    assert len(gitlab.requests) <= 2


def test_when_to_come_back_is_taken_from_gitlab(gitlab: GitLabDoor) -> None:
    """As its answer says."""
    gitlab.instead["/oauth/token"] = Answer(429, {"message": "Retry later"}, headers={"Retry-After": "7"})
    with pytest.raises(Unavailable) as away:
        signed_in(gitlab)
    assert away.value.after == 7


def test_a_gitlab_that_is_not_there() -> None:
    """It does not answer."""
    door = SignIn(url=f"http://127.0.0.1:{free_port()}", client_id="i", client_secret="s")
    with pytest.raises(Unavailable, match="does not answer"):
        door.signed_in_user(code="c", verifier=VERIFIER, redirect_uri=BACK)


def test_the_secret_does_not_follow_a_redirect(gitlab: GitLabDoor) -> None:
    """Whatever stands before a GitLab cannot send the code and the secret elsewhere."""
    gitlab.instead["/oauth/token"] = Answer(307, headers={"Location": f"{gitlab.url}/elsewhere"})
    with pytest.raises(Unavailable, match="GOLDDIGGER_GITLAB_URL"):
        signed_in(gitlab)
    assert [request.path for request in gitlab.requests] == ["/oauth/token"]


def test_no_password_from_netrc_goes_along(
    gitlab: GitLabDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library would take one for the host by itself."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert signed_in(gitlab).name == "maria"
    kinds = [request.headers.get("authorization", "").partition(" ")[0] for request in gitlab.requests]
    assert kinds == ["", "Bearer"]
