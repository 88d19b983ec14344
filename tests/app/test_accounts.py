"""Several GitLabs in the settings' file: what is read, what is wrong, and which account a project has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import GitLabBot, chosen, read
from app.settings import load
from bots.gitlab.tenants import longest
from diffing.words import Refused

SEVERAL = """
public_url = "https://golddigger.example.org"

[[gitlab]]
url = "https://gitlab.example.org/"
groups = ["Acme", "acme-labs/mobile/"]
token_file = "acme.token"
webhook_secret = "first, new"
discussions = 20

[[gitlab]]
url = "https://gitlab.example.org"
token = "glpat-rest"
webhook_secret = "whist"
client_id = "i"
client_secret = "mum"

[[gitlab]]
token = "glpat-com"
webhook_secret = "hush"
client_id = "j"
client_secret = "mummy"
"""
SECRETS = ("glpat-acme", "glpat-rest", "glpat-com", "first", "whist", "hush", "mum")


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, and an environment without settings."""
    for name in [name for name in os.environ if name.startswith("GOLDDIGGER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme.token").write_text("glpat-acme\n")
    return tmp_path


def file(somewhere: Path, text: str) -> Path:
    """Write a settings' file."""
    made = somewhere / "golddigger.toml"
    made.write_text(text)
    return made


def refusal(somewhere: Path, text: str) -> str:
    """What is said when a file is refused."""
    with pytest.raises(Refused) as refused:
        load(file(somewhere, text))
    return str(refused.value)


def bot(host: str, *groups: str, path: str = "") -> GitLabBot:
    """Give an account."""
    return GitLabBot(
        url=f"https://{host}{path}", host=host, token="t", webhook_secrets=(b"s",), discussions=0, groups=groups
    )


def test_several_servers_and_groups_stand_in_tables(somewhere: Path) -> None:
    """Each with its own token, from a file too; a secret may be changed without a gap; nothing prints."""
    settings = load(file(somewhere, SEVERAL))
    acme, rest, com = settings.gitlab_bots
    assert (acme.host, acme.groups, acme.token) == (
        "gitlab.example.org",
        ("Acme", "acme-labs/mobile"),
        "glpat-acme",
    )
    assert (acme.tenant, acme.webhook_secrets, acme.discussions) == ("acme", (b"first", b"new"), 20)
    assert (rest.host, rest.groups, rest.tenant, rest.discussions) == ("gitlab.example.org", (), "", 0)
    assert (com.url, com.token) == ("https://gitlab.com", "glpat-com")
    assert [each.host for each in settings.gitlab_applications] == ["gitlab.example.org", "gitlab.com"]
    printed = f"{settings!r} {settings} {settings.gitlab_bots!r} {settings.gitlab_applications!r}"
    assert not [secret for secret in SECRETS if secret in printed]


def test_every_mistake_of_every_table_is_named_at_once(somewhere: Path) -> None:
    """With the table's number and how to mend it, and without a secret."""
    said = refusal(
        somewhere,
        """
        [[gitlab]]
        tokn = "glpat-first"
        groups = ["acme", "no such/path", "/"]
        discussions = 21
        client_id = "i"

        [[gitlab]]
        url = "gitlab.example.org"
        token = "glpat-second"
        token_file = "nowhere"
        webhook_secret = " , "
        """,
    )
    for each in (
        "[[gitlab]] 1: tokn is no setting; did you mean token?",
        "[[gitlab]] 1: token is missing: an access token",
        "[[gitlab]] 1: webhook_secret is missing: make one with `openssl rand -hex 20`",
        "[[gitlab]] 1: groups, the entry 2, is no path of a group or project such as acme/mobile.",
        "[[gitlab]] 1: groups, the entry 3, is no path",
        "[[gitlab]] 1: discussions must be less than or equal to 20.",
        "[[gitlab]] 1: client_id and client_secret work only together.",
        "[[gitlab]] 2: url is no address such as https://",
        "[[gitlab]] 2: token is set as itself and as token_file: keep one.",
        "[[gitlab]] 2: token_file names no file that is there.",
        "[[gitlab]] 2: webhook_secret is missing",
    ):
        assert each in said, said
    assert "glpat" not in said


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("", "", "[[gitlab]] 1 and [[gitlab]] 2 take all of gitlab.com that is no other's"),
        ('groups = ["acme"]', 'groups = ["b", "ACME"]', "both have the group acme: leave it in one."),
        ('url = "https://gitlab.com/x"', 'groups = ["b"]', "reach gitlab.com by different addresses"),
        (
            'groups = ["a"]\nclient_id = "i"\nclient_secret = "x"',
            'client_id = "j"\nclient_secret = "y"',
            "each have a client_id of gitlab.com, which has one door",
        ),
    ],
)
def test_tables_that_cannot_stand_beside_each_other(somewhere: Path, one: str, other: str, told: str) -> None:
    """Which they are, and what to leave out."""
    text = (
        f'[[gitlab]]\ntoken = "glpat-1"\nwebhook_secret = "s1"\n{one}\n'
        f'[[gitlab]]\ntoken = "glpat-2"\nwebhook_secret = "s2"\n{other}\n'
    )
    assert told in refusal(somewhere, text)


def test_what_is_one_tables_own_is_in_no_other(somewhere: Path) -> None:
    """A token would be sent to two servers, and a secret would speak for two groups."""
    said = refusal(
        somewhere,
        '[[gitlab]]\ntoken = "glpat-one"\nwebhook_secret = "shared, old"\n'
        '[[gitlab]]\nurl = "https://g.example.org"\ntoken = "glpat-one"\nwebhook_secret = "new,shared"\n',
    )
    assert "[[gitlab]] 1 and [[gitlab]] 2 have one token." in said
    assert "[[gitlab]] 1 and [[gitlab]] 2 have a webhook_secret in common" in said
    assert "glpat" not in said
    assert "shared" not in said


def test_tables_and_variables_of_one_gitlab_are_not_mixed(
    somewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which of them would count, nobody could tell."""
    monkeypatch.setenv("GOLDDIGGER_GITLAB_TOKEN", "glpat-variable")
    monkeypatch.setenv("GOLDDIGGER_GITLAB_WEBHOOK_SECRET", "whist")
    said = refusal(somewhere, SEVERAL)
    assert "GOLDDIGGER_GITLAB_TOKEN, GOLDDIGGER_GITLAB_WEBHOOK_SECRET: leave out" in said
    assert "glpat" not in said


@pytest.mark.parametrize("text", ["[gitlab]\ntoken = 'x'", "gitlab = 'x'", "gitlab = ['x']", "gitlab = 1"])
def test_what_is_no_list_of_tables_is_told(somewhere: Path, text: str) -> None:
    """How it is written."""
    assert "with two brackets also where there is one: [[gitlab]]" in refusal(somewhere, text)


def test_tables_do_not_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of that name is somebody else's."""
    monkeypatch.setenv("GOLDDIGGER_GITLAB", '[{"token": "x"}]')
    assert load().gitlab_bots == ()


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner))
)
def test_whatever_stands_there_is_refused_in_words(given_: object) -> None:
    """No value of another kind breaks the reading."""
    tables, problems = read([{"token": given_, "groups": given_, "url": given_, "discussions": given_}])
    assert problems
    assert tables == ()


BOTS = (
    bot("gitlab.example.org", "acme", "Labs/mobile"),
    bot("gitlab.example.org", "acme/apps"),
    bot("gitlab.example.org"),
    bot("git.example.com", path="/gitlab"),
)


@pytest.mark.parametrize(
    ("where", "server", "number", "path"),
    [
        ("acme/shop", "gitlab.example.org", 0, "acme/shop"),
        ("Acme", "gitlab.example.org", 0, "Acme"),
        ("https://gitlab.example.org/acme/apps/shop/-/merge_requests/3", "", 1, "acme/apps/shop"),
        ("https://gitlab.example.org/acme/appstore", "", 0, "acme/appstore"),
        ("https://gitlab.example.org/labs", "", 2, "labs"),
        ("https://gitlab.example.org/labs/mobile/", "", 0, "labs/mobile"),
        ("https://git.example.com/gitlab/acme/shop", "", 3, "acme/shop"),
        ("acme/shop", "https://git.example.com/gitlab", 3, "acme/shop"),
        ("12", "git.example.com", 3, "12"),
    ],
)
def test_a_project_is_found_by_path_address_or_server(where: str, server: str, number: int, path: str) -> None:
    """The longest group decides, in capital or small letters, and only at a slash."""
    assert chosen(BOTS, where, server) == (BOTS[number], path)


@pytest.mark.parametrize(
    ("where", "server", "said"),
    [
        ("acme/shop", "", "may be on several servers. Give its address, or --server: gitlab.example.org, acme"),
        ("https://gitlab.com/acme/shop", "", "No GitLab of the settings is at https://gitlab.com/acme/shop"),
        ("https://git.example.com.evil.org/gitlab/a", "", "No GitLab of the settings"),
        ("https://git.example.com/gitlabs/a", "", "No GitLab of the settings"),
        ("12", "gitlab.example.org", "Write the path instead of the id 12"),
    ],
)
def test_what_could_be_several_is_refused_with_the_choice(where: str, server: str, said: str) -> None:
    """Rather than to send a token to the wrong one."""
    with pytest.raises(Refused) as refused:
        chosen(BOTS, where, server)
    assert said in str(refused.value)


@given(
    st.dictionaries(st.sampled_from(["", "a", "a/b", "a/b/c", "ab"]), st.integers()), st.text("ab/", max_size=8)
)
def test_the_longest_path_is_found(by_path: dict[str, int], path: str) -> None:
    """As a look at each of them says."""
    fits = [each for each in by_path if not each or path == each or path.startswith(f"{each}/")]
    assert longest(by_path, path) == (by_path[max(fits, key=len)] if fits else None)
