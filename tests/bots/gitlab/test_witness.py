"""What GitLab says of that to which a delivery points: read from the double, with nothing of ours replaced."""

from __future__ import annotations

import pytest

from bots.gitlab.client import Silent
from bots.gitlab.forge import GitLab
from diffing.words import Unavailable
from tests.forges.gitlab import world
from tests.forges.gitlab.double import GitLabDouble

pytestmark = pytest.mark.slow
NOBODYS = 999_999_999


@pytest.fixture
def pull(repo: world.Repo) -> world.Pull:
    """Give a merge request."""
    return repo.pull(files={"code": b"1"})


def said(gitlab: GitLabDouble, pull: world.Pull, text: str = "/golddigger approve") -> world.Note:
    """Let somebody write a note."""
    gitlab.comment(pull, "dev", text)
    return gitlab.comments(pull)[-1]


def test_a_note_is_told_as_it_stands(gitlab: GitLabDouble, forge: GitLab, pull: world.Pull) -> None:
    """By whom, when, and whether anything happened to it since: an emoji is enough."""
    note = said(gitlab, pull)
    told = forge.witness.note(pull.repo.id, pull.number, note.id)
    assert told
    assert (told.who.name, told.text, told.written_at) == ("dev", note.body, note.created_at)
    assert (told.author, told.system, told.touched) == (note.user.id, False, False)
    gitlab.award(pull, "maria", on=note)
    later = forge.witness.note(pull.repo.id, pull.number, note.id)
    assert later
    assert later.touched


def test_a_note_elsewhere_is_none(gitlab: GitLabDouble, forge: GitLab, pull: world.Pull) -> None:
    """Of another merge request, another project, one that the bot does not see, or nowhere."""
    note, other = said(gitlab, pull), pull.repo.pull(branch="other", files={"code": b"2"})
    hidden = gitlab.repo("acme/secret", installed=False).pull(files={"code": b"1"})
    for project, number, id_ in (
        (pull.repo.id, other.number, note.id),
        (hidden.repo.id, hidden.number, said(gitlab, hidden).id),
        (NOBODYS, pull.number, note.id),
        (pull.repo.id, pull.number, NOBODYS),
    ):
        assert forge.witness.note(project, number, id_) is None


def test_the_last_editor_is_told_with_the_text_that_they_left(
    gitlab: GitLabDouble, forge: GitLab, pull: world.Pull
) -> None:
    """And when: an emoji since then changes nothing of it."""
    note = said(gitlab, pull)
    fresh = forge.witness.last_edit(note.id)
    assert fresh
    assert (fresh.editor, fresh.who, fresh.at, fresh.author) == (None, None, None, note.user.id)
    pull.repo.role("maria", "maintainer")
    gitlab.edit(pull, note, "maria", "Other words.")
    gitlab.award(pull, "dev", on=note)
    told = forge.witness.last_edit(note.id)
    assert told
    assert told.who
    assert (told.who.name, told.text, told.at) == ("maria", "Other words.", note.edited_at)
    assert "maria@users.noreply" in told.who.author
    assert forge.witness.last_edit(NOBODYS) is None


def test_a_bot_that_edits_is_known_as_one(gitlab: GitLabDouble, forge: GitLab, pull: world.Pull) -> None:
    """Whatever it is called."""
    note = said(gitlab, pull)
    robot = gitlab.world.account("renamer", bot=True)
    gitlab.edit(pull, note, robot.username, "Other words.")
    told = forge.witness.last_edit(note.id)
    assert told
    assert told.who
    assert told.who.bot


@pytest.mark.parametrize("kind", ["old", "closed"])
def test_a_server_that_does_not_tell_is_silent(
    gitlab: GitLabDouble, forge: GitLab, pull: world.Pull, kind: str
) -> None:
    """It has no such field, or no GraphQL at all; one that is away for a moment is asked again later."""
    note = said(gitlab, pull)
    gitlab.fail("POST /api/graphql", 502, times=9)
    with pytest.raises(Unavailable):
        forge.witness.last_edit(note.id)
    gitlab.limits.faults.clear()
    gitlab.api.graphql = kind
    with pytest.raises(Silent):
        forge.witness.last_edit(note.id)


def test_an_emoji_is_told_by_whom_and_when(gitlab: GitLabDouble, forge: GitLab, pull: world.Pull) -> None:
    """Until it is taken back."""
    note = said(gitlab, pull)
    gitlab.award(pull, "maria", on=note)
    award = note.awards[-1]
    told = forge.witness.award(pull.repo.id, pull.number, note.id, award.id)
    assert told
    assert (told.name, told.who.name, told.giver) == ("thumbsup", "maria", award.user.id)
    assert told.given_at == award.created_at
    gitlab.revoke(pull, "maria", on=note)
    assert forge.witness.award(pull.repo.id, pull.number, note.id, award.id) is None


def test_a_project_is_gone_where_the_bot_finds_none(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """Deleted, or taken from the bot."""
    assert not forge.witness.gone(repo.id)
    gitlab.uninstall(repo)
    assert forge.witness.gone(repo.id)


def test_a_project_lies_in_all_groups_above_it(gitlab: GitLabDouble, forge: GitLab) -> None:
    """However deep; in no other, and a person's project in none."""
    repo = gitlab.repo("acme/apps/mobile/shop")
    above = [gitlab.group(path).id for path in ("acme/apps/mobile", "acme/apps", "acme")]
    assert [forge.witness.within(each, repo.id) for each in above] == [True, True, True]
    assert not forge.witness.within(gitlab.group("acme/app").id, repo.id)
    assert not forge.witness.within(above[0], NOBODYS)


def test_a_pipeline_is_started_by_the_one_whose_bridge_leads_to_it(
    gitlab: GitLabDouble, forge: GitLab, pull: world.Pull
) -> None:
    """Into another project, too; by no other, and by none that the bot cannot see."""
    other = gitlab.repo("octo/screens")
    hooks = gitlab.finish_child(pull, {"goldens": b""}, project=other, name="Elsewhere")
    told = next(hook.payload for hook in hooks if hook.event == "pipeline" and hook.repo == other.id)
    above, below = told["source_pipeline"]["pipeline_id"], told["object_attributes"]["id"]
    assert forge.witness.started(pull.repo.id, above, below)
    assert not forge.witness.started(pull.repo.id, above, NOBODYS)
    assert not forge.witness.started(pull.repo.id, NOBODYS, below)
    assert not forge.witness.started(NOBODYS, above, below)


def test_a_merge_request_comes_from_where_its_branch_is(gitlab: GitLabDouble, forge: GitLab) -> None:
    """From a fork; from no other project, and not where there is no such merge request."""
    repo = gitlab.repo("octo/open", private=False)
    pull = repo.pull(fork="stranger/open", files={"a": b"1"}, author="stranger")
    source = gitlab.world.repos["stranger/open"].id
    assert forge.witness.comes_from(repo.id, pull.number, source)
    assert not forge.witness.comes_from(repo.id, pull.number, NOBODYS)
    assert not forge.witness.comes_from(repo.id, NOBODYS, source)
