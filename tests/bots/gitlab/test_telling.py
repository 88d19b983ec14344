"""What is said on GitLab: statuses, the one note, answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots.forge import Change, Conclusion, Publications, Reaction, Report
from bots.gitlab.forge import GitLab
from bots.pacing import Full, Pacer
from diffing.words import Refused, Sha, Unavailable
from tests.bots.gitlab.conftest import HOST, change_of
from tests.forges.gitlab import world
from tests.forges.gitlab.double import GitLabDouble

pytestmark = pytest.mark.slow

MARKER = "<!-- golddigger:report change=4 head=abc of=ed -->"


def report(pull: world.Pull, **more: object) -> Report:
    """Word a report of a change that awaits approval."""
    usual = Report(
        head=Sha(pull.head),
        handle="4",
        conclusion=Conclusion.ACTION_REQUIRED,
        title="1 golden awaits approval",
        summary="One is *different*.",
        url="https://golddigger.example.org/runs/r",
        comment=f"{MARKER}\n- [ ] Approve all",
    )
    return replace(usual, **more)  # type: ignore[arg-type]


def say(forge: GitLab, change: Change, told: Report, before: Publications | None = None) -> Publications:
    """Publish to the end, and give where it stands."""
    return list(forge.publish(change, told, before or Publications()))[-1]


# ------------------------------------------------------------------------------------------- statuses


@pytest.mark.parametrize("event", ["push", "pull_request", "merged_results"])
def test_a_report_is_said_by_a_status_and_then_in_a_note(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, event: str
) -> None:
    """In the pipeline that the merge request shows, so that the status stands where people look."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.finish_workflow(pull, {"golden": {"a.png": b"a"}}, event=event)
    first, last = list(forge.publish(change_of(forge, pull), report(pull), Publications()))
    [status] = gitlab.statuses(pull)
    [note] = gitlab.our_comments(pull)
    assert (first.check, first.comment) == (str(status.id), None)
    assert (last.check, last.comment) == (str(status.id), str(note.id))
    assert last.said_at == note.updated_at
    assert (status.name, status.status) == ("golddigger", "failed")
    assert (status.description, status.target_url) == (
        "1 golden awaits approval",
        "https://golddigger.example.org/runs/r",
    )
    assert [status.pipeline] == gitlab.runs(pull)


def test_without_a_pipeline_the_status_stands_on_the_branch(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo
) -> None:
    """GitLab makes an external pipeline for it then."""
    pull = repo.pull(files={"a": b"1"})
    say(forge, change_of(forge, pull), report(pull))
    [status] = gitlab.statuses(pull)
    assert (status.pipeline.source, status.pipeline.branch) == ("external", "feature")


@pytest.mark.parametrize(
    ("conclusion", "state"),
    [
        (None, "pending"),
        (Conclusion.SUCCESS, "success"),
        (Conclusion.FAILURE, "failed"),
        (Conclusion.ACTION_REQUIRED, "failed"),
        (Conclusion.NEUTRAL, "skipped"),
    ],
)
def test_each_conclusion_has_a_state(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, conclusion: Conclusion | None, state: str
) -> None:
    """Nothing that awaits somebody, or found no golden, is a success; and each follows on *pending*."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    say(forge, change, report(pull, conclusion=None))
    say(forge, change, report(pull, conclusion=conclusion))
    assert gitlab.statuses(pull)[-1].status == state


def test_a_status_that_says_so_already_is_left_alone(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo
) -> None:
    """Saying it again would add a copy, or be refused; other words are said."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    before = say(forge, change, report(pull))
    assert say(forge, change, report(pull), before).check == before.check
    assert len(gitlab.statuses(pull)) == 1
    say(forge, change, report(pull, title="2 goldens await approval"), before)
    assert [each.description for each in gitlab.statuses(pull)][-1] == "2 goldens await approval"


def test_a_status_under_way_is_not_said_twice(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """There is no way from pending to pending on GitLab, whatever the words."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    for title in ("Comparing", "Comparing still"):
        say(forge, change, report(pull, conclusion=None, title=title))
    assert [each.status for each in gitlab.statuses(pull)] == ["pending"]


def test_a_status_that_ended_is_taken_up_again(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """A re-run begins on the same head; GitLab adds another one."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    for conclusion in (Conclusion.FAILURE, None, Conclusion.SUCCESS):
        say(forge, change, report(pull, conclusion=conclusion))
    assert [each.status for each in gitlab.statuses(pull)] == ["failed", "success"]


def test_two_statuses_at_once_are_tried_again(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """GitLab answers 409; without another try the last one would hang for ever."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.fail(r"POST .*/statuses/", 409, times=2)
    say(forge, change_of(forge, pull), report(pull))
    assert [each.status for each in gitlab.statuses(pull)] == ["failed"]


def test_statuses_that_are_refused_for_long_come_back_later(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo
) -> None:
    """The job is asked for again, with when."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.fail(r"POST .*/statuses/", 409, times=9)
    with pytest.raises(Unavailable) as later:
        say(forge, change_of(forge, pull), report(pull))
    assert later.value.after


def test_an_older_server_takes_no_skipped_status(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """It gets one that is no success either."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.fail(r"POST .*/statuses/", 400, body=b'{"error": "state does not have a valid value"}')
    say(forge, change_of(forge, pull), report(pull, conclusion=Conclusion.NEUTRAL))
    assert [each.status for each in gitlab.statuses(pull)] == ["canceled"]


def test_where_ci_has_not_ended_there_is_no_status(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """Only the note is written."""
    pull = repo.pull(files={"a": b"1"})
    [said] = list(forge.publish(change_of(forge, pull), report(pull, begun=False), Publications()))
    assert (said.check, gitlab.statuses(pull)) == (None, [])
    assert said.comment


def test_a_forks_status_that_is_refused_does_not_hold_up_the_note(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo
) -> None:
    """Its commit is the fork's own, where the bot is nobody."""
    pull = repo.pull(files={"a": b"1"}, fork="stranger/shop", author="stranger")
    gitlab.fail(r"POST .*/statuses/", 404, body=b'{"message": "404 Not Found"}')
    [said] = list(forge.publish(change_of(forge, pull), report(pull), Publications()))
    assert (said.check, said.comment) == (None, str(gitlab.our_comments(pull)[0].id))


def test_a_status_that_is_refused_is_told(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """A bot that is no Developer cannot set one, and people must hear why."""
    repo.role(gitlab.bot.username, "reporter")
    pull = repo.pull(files={"a": b"1"})
    with pytest.raises(Refused, match="403"):
        say(forge, change_of(forge, pull), report(pull))


# ------------------------------------------------------------------------------------------------ note


def test_saying_it_again_edits(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """One note, however often there is news."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    before = say(forge, change, report(pull))
    say(forge, change, report(pull, comment=f"{MARKER}\nAll is well."), before)
    assert [note.body for note in gitlab.our_comments(pull)] == [f"{MARKER}\nAll is well."]


def test_a_deleted_note_is_written_again(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """Its id is of no use any more."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    before = say(forge, change, report(pull))
    pull.notes.clear()
    after = say(forge, change, report(pull), before)
    assert [str(note.id) for note in gitlab.our_comments(pull)] == [after.comment]


def test_a_note_that_was_not_recorded_is_found_by_its_marker_and_author(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo
) -> None:
    """A marker that somebody else planted is none of ours."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    gitlab.comment(pull, "stranger", f"{MARKER}\nplanted")
    said = say(forge, change, report(pull))
    again = say(forge, change, report(pull, comment=f"{MARKER}\nagain"))
    assert said.comment == again.comment
    assert [note.body for note in gitlab.comments(pull)] == [f"{MARKER}\nplanted", f"{MARKER}\nagain"]


def test_a_note_that_fails_leaves_the_status_said(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """The result first, what decorates it later."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.fail(r"POST .*/notes", 403, body=b'{"message": "403 Forbidden"}')
    steps = forge.publish(change_of(forge, pull), report(pull), Publications())
    assert next(steps).check
    with pytest.raises(Refused, match="403"):
        next(steps)
    assert gitlab.statuses(pull)


def test_notes_are_paced(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """What a minute bears is not gone over: the job comes back later, with when."""
    pacer = Pacer(spacing=0.0, windows={60.0: 1}, patience=0.0)
    forge = GitLab(url=gitlab.url, token=gitlab.token, host=HOST, clock=gitlab.world.clock, pacer=pacer)
    one, two = repo.pull(branch="one", files={"a": b"1"}), repo.pull(branch="two", files={"a": b"1"})
    say(forge, change_of(forge, one), report(one))
    with pytest.raises(Full) as full:
        say(forge, change_of(forge, two), report(two))
    assert full.value.after
    assert full.value.after > 50


# ------------------------------------------------------------------------------------------- answering


@pytest.mark.parametrize(
    ("reaction", "sign"),
    [(Reaction.SEEN, "eyes"), (Reaction.DONE, "rocket"), (Reaction.REFUSED, "confused")],
)
def test_a_command_gets_an_emoji(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, reaction: Reaction, sign: str
) -> None:
    """Once, however often it is given."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.comment(pull, "maria", "/golddigger approve")
    [note] = gitlab.comments(pull)
    for _ in range(2):
        forge.react(change_of(forge, pull), str(note.id), reaction)
    assert note.reactions == [(gitlab.bot, sign)]


def test_a_sign_for_a_deleted_note_is_no_failure(forge: GitLab, repo: world.Repo) -> None:
    """Nobody waits for it any more."""
    forge.react(change_of(forge, repo.pull(files={"a": b"1"})), "12345", Reaction.SEEN)


def test_an_answer_quotes_what_it_answers_and_stands_once(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo
) -> None:
    """As code, in which nothing pings; however often it is sent."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.comment(pull, "maria", "/golddigger aprove `@all`\nplease")
    [asked] = gitlab.comments(pull)
    for _ in range(2):
        forge.reply(change_of(forge, pull), str(asked.id), "Did you mean *approve*?")
    [answer] = gitlab.our_comments(pull)
    assert answer.body.startswith("> `/golddigger aprove ˋ@allˋ`\n> `please`\n\nDid you mean *approve*?")


def test_merge_requests_have_their_own_words(forge: GitLab) -> None:
    """As people call them there."""
    assert (forge.words().change, forge.words().sign, forge.words().ping("rosa")) == (
        "merge request",
        "!",
        "@rosa",
    )
