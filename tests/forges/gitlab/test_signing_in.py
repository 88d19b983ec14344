"""Show that people sign in at the double by the door that it keeps."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from gitlab import Gitlab

from tests.forges.gitlab.client import as_bot, me
from tests.forges.gitlab.double import GitLabDouble

pytestmark = pytest.mark.slow

VERIFIER = "a-verifier-that-is-long-enough-for-the-specification"


def test_somebody_agrees_and_is_known_by_the_token(gitlab: GitLabDouble) -> None:
    """At the address of the API: the token that comes of it says who it is, beside the bot's own."""
    challenge = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    asked = {
        "client_id": gitlab.door.client_id,
        "redirect_uri": "http://bot.example.org/back",
        "response_type": "code",
        "state": "s",
        "scope": "read_user",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    back = gitlab.consent(f"{gitlab.url}/oauth/authorize?{urlencode(asked)}", "maria")
    form = {
        "client_id": gitlab.door.client_id,
        "client_secret": gitlab.door.client_secret,
        "grant_type": "authorization_code",
        "code": parse_qs(urlsplit(back).query)["code"][0],
        "redirect_uri": asked["redirect_uri"],
        "code_verifier": VERIFIER,
    }
    token = requests.post(f"{gitlab.url}/oauth/token", data=form, timeout=5).json()["access_token"]
    maria = me(Gitlab(gitlab.url, oauth_token=token))
    assert (maria["username"], maria["id"]) == ("maria", gitlab.account("maria").id)
    assert me(as_bot(gitlab))["username"] == "golddigger"
