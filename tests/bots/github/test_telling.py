"""What is said on GitHub: checks, the one comment, answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots.forge import Annotation, Button, Change, Conclusion, Publications, Reaction, Report
from bots.github import checks
from bots.github.forge import GitHub
from diffing.words import Sha, Unavailable
from tests.bots.github.conftest import change_of
from tests.forges.github import world
from tests.forges.github.double import GitHubDouble

pytestmark = pytest.mark.slow

MARKER = "<!-- golddigger:report -->"


def report(pull: world.Pull, **more: object) -> Report:
    """Word a report of a change that awaits approval."""
    usual = Report(
        head=Sha(pull.head),
        handle="change-7",
        conclusion=Conclusion.ACTION_REQUIRED,
        title="1 golden awaits approval",
        summary="One is *different*.",
        url="https://golddigger.example.org/runs/r",
        annotations=(Annotation(path="test/goldens/a.png", title="a.png", message="12 pixels", failure=True),),
        buttons=(Button(id="approve", label="Approve all", description="Commit all candidates"),),
        comment=f"{MARKER}\n- [ ] Approve all\n",
    )
    return replace(usual, **more)  # type: ignore[arg-type]


def say(forge: GitHub, change: Change, told: Report, before: Publications | None = None) -> Publications:
    """Publish to the end, and give where it stands."""
    return list(forge.publish(change, told, before or Publications()))[-1]


def test_a_report_is_said_on_the_check_and_then_in_a_comment(
    github: GitHubDouble, forge: GitHub, repo: world.Repo
) -> None:
    """Both steps are told, so that the first is kept when the second fails."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    first, last = list(forge.publish(change, report(pull), Publications()))
    [check] = github.checks(pull)
    [comment] = github.our_comments(pull)
    assert (first.check, first.comment) == (str(check.id), None)
    assert (last.check, last.comment, last.said_at) == (str(check.id), str(comment.id), comment.updated_at)
    assert (check.status, check.conclusion, check.external_id) == ("completed", "action_required", "change-7")
    assert (check.name, check.title, check.summary) == (
        "golddigger",
        "1 golden awaits approval",
        "One is *different*.",
    )
    assert [(each["path"], each["start_line"], each["annotation_level"]) for each in check.annotations] == [
        ("test/goldens/a.png", 1, "failure")
    ]
    assert [each["identifier"] for each in check.actions] == ["approve"]
    assert comment.body == f"{MARKER}\n- [ ] Approve all\n"


def test_saying_it_again_edits(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """One check a head and one comment a change, however often something changes."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    said = say(forge, change, report(pull))
    again = report(pull, conclusion=Conclusion.SUCCESS, title="Approved", buttons=(), comment=f"{MARKER}\ndone")
    assert say(forge, change, again, said).check == said.check
    [check] = github.checks(pull)
    assert (check.conclusion, check.title, check.actions) == ("success", "Approved", [])
    assert len(check.annotations) == 1
    assert [comment.body for comment in github.our_comments(pull)] == [f"{MARKER}\ndone"]


def test_work_under_way_shows_as_such_and_ends(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """The check begins without annotations and gets them when it ends."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    begun = report(pull, conclusion=None, annotations=(), buttons=(), comment=None)
    said = say(forge, change, begun)
    assert [check.status for check in github.checks(pull)] == ["in_progress"]
    assert said.said_at is not None
    say(forge, change, report(pull), said)
    [check] = github.checks(pull)
    assert (check.status, len(check.annotations)) == ("completed", 1)


def test_a_check_that_ended_is_not_reopened(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """A re-run of CI gets a check of its own; branch protection takes the newest."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    said = say(forge, change, report(pull))
    again = say(forge, change, report(pull, conclusion=None, annotations=()), said)
    assert again.check != said.check
    assert [check.status for check in github.checks(pull)] == ["completed", "in_progress"]


def test_many_annotations_go_in_batches(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """GitHub takes 50 a request; none is lost, none doubled."""
    pull = repo.pull(files={"a": b"1"})
    many = tuple(
        Annotation(path=f"g/{at}.png", title="ü" * 300, message="ß" * 40_000, failure=False) for at in range(120)
    )
    change = change_of(forge, pull)
    said = say(forge, change, report(pull, annotations=many))
    say(forge, change, report(pull, annotations=many), said)
    [check] = github.checks(pull)
    assert [each["path"] for each in check.annotations] == [f"g/{at}.png" for at in range(120)]


def test_other_annotations_make_another_check(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """GitHub can only add to those that stand."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    said = say(forge, change, report(pull))
    other = (Annotation(path="b.png", title="b", message="b", failure=True),)
    again = say(forge, change, report(pull, annotations=other), said)
    assert again.check != said.check
    assert [[each["path"] for each in check.annotations] for check in github.checks(pull)] == [
        ["test/goldens/a.png"],
        ["b.png"],
    ]


def test_annotations_that_broke_off_are_not_doubled(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """After half of the batches nothing was recorded: the check is found again, and gets those that it lacks."""
    pull = repo.pull(files={"a": b"1"})
    many = tuple(Annotation(path=f"{at}.png", title="t", message="m", failure=True) for at in range(70))
    change = change_of(forge, pull)
    github.fail("PATCH .*/check-runs")
    with pytest.raises(Unavailable):
        say(forge, change, report(pull, annotations=many))
    say(forge, change, report(pull, annotations=many))
    [check] = github.checks(pull)
    assert [each["path"] for each in check.annotations] == [f"{at}.png" for at in range(70)]


def test_a_check_that_replaced_another_just_before_a_crash_is_found_again(
    github: GitHubDouble, forge: GitHub, repo: world.Repo
) -> None:
    """Other annotations made a new check, of which nothing was recorded: it is edited, and no third one made."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    said = say(forge, change, report(pull))
    other = (Annotation(path="b.png", title="t", message="m", failure=True),)
    replaced = say(forge, change, report(pull, annotations=other), said)
    again = say(forge, change, report(pull, annotations=other), said)
    assert again.check == replaced.check
    assert [len(check.annotations) for check in github.checks(pull)] == [1, 1]


def test_a_check_made_just_before_a_crash_is_found_again(
    github: GitHubDouble, forge: GitHub, repo: world.Repo
) -> None:
    """By our handle on the same head, though nothing was recorded; not another head's."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    begun = report(pull, conclusion=None, annotations=(), comment=None)
    assert say(forge, change, begun).check == say(forge, change, begun).check
    assert len(github.checks(pull)) == 1
    assert say(forge, change, replace(begun, handle="another")).check != str(github.checks(pull)[0].id)


def test_another_apps_check_is_not_taken_for_ours(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """Though its name and handle are the same."""
    pull = repo.pull(files={"a": b"1"})
    github.finish_check(pull, name="golddigger")
    theirs = next(iter(repo.checks.values()))
    theirs.external_id = "change-7"
    assert say(forge, change_of(forge, pull), report(pull)).check != str(theirs.id)


def test_a_check_that_github_dropped_is_made_anew(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """GitHub deletes old ones past 1,000 of a name."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    said = say(forge, change, report(pull))
    repo.checks.clear()
    assert say(forge, change, report(pull), said).check == str(github.checks(pull)[0].id)


def test_a_deleted_comment_is_written_again(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """Somebody tidied up."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    said = say(forge, change, report(pull))
    repo.comments.clear()
    assert say(forge, change, report(pull), said).comment == str(github.our_comments(pull)[0].id)


def test_a_comment_that_was_not_recorded_is_found_by_its_marker_and_author(
    github: GitHubDouble, forge: GitHub, repo: world.Repo
) -> None:
    """Past any number of others, and past a marker that somebody else planted."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    github.comment(pull, "mallory", f"{MARKER}\nmine now")
    now = github.world.now()
    other = github.world.account("other[bot]", "Bot")
    repo.comments[7] = world.Comment(7, pull.number, other, f"{MARKER}\nanother bot's", now, now)
    for at in range(110):
        github.comment(pull, "dev", f"talk {at}")
    said = say(forge, change, report(pull))
    again = say(forge, change, report(pull, comment=f"{MARKER}\nnew"), replace(said, comment=None))
    assert again.comment == said.comment
    assert [comment.body for comment in github.our_comments(pull)] == [f"{MARKER}\nnew"]
    assert f"{MARKER}\nmine now" in [comment.body for comment in github.comments(pull)]


def test_of_two_comments_written_at_once_the_oldest_stays(
    github: GitHubDouble, forge: GitHub, repo: world.Repo
) -> None:
    """The copy would become unreachable."""
    pull = repo.pull(files={"a": b"1"})
    change = change_of(forge, pull)
    first = say(forge, change, report(pull))
    now = github.world.now()
    copy = world.Comment(1 << 40, pull.number, github.app.bot, f"{MARKER}\nagain", now, now, app=github.app)
    repo.comments[copy.id] = copy
    assert say(forge, change, report(pull)).comment == first.comment
    assert len(github.our_comments(pull)) == 1


def test_a_comment_that_fails_leaves_the_check_said(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """The check is what a team requires; it is never left pending for a comment."""
    pull = repo.pull(files={"a": b"1"})
    github.fail("POST .*/comments")
    steps = forge.publish(change_of(forge, pull), report(pull), Publications())
    said = next(steps)
    with pytest.raises(Unavailable):
        next(steps)
    assert said.check == str(github.checks(pull)[0].id)
    assert github.checks(pull)[0].conclusion == "action_required"


def test_long_words_are_cut_to_what_github_takes(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """By bytes, and never inside a character; buttons too."""
    pull = repo.pull(files={"a": b"1"})
    button = Button(id="i" * 30, label="l" * 30, description="d" * 60)
    long = report(pull, title="t" * 400, summary="ü" * 60_000, buttons=(button,) * 5)
    say(forge, change_of(forge, pull), long)
    [check] = github.checks(pull)
    assert check.summary is not None
    assert len(check.summary.encode()) == 65_534
    assert [len(each["label"]) for each in check.actions] == [20, 20, 20]


def test_annotations_of_other_wording_have_another_digest() -> None:
    """And none has the empty one."""
    one = Annotation(path="a", title="t", message="m", failure=True)
    assert checks.fingerprint(()) == ""
    assert checks.fingerprint([one]) != checks.fingerprint([replace(one, failure=False)])


@pytest.mark.parametrize(
    ("reaction", "sign"), [(Reaction.SEEN, "eyes"), (Reaction.DONE, "rocket"), (Reaction.REFUSED, "confused")]
)
def test_a_command_gets_a_sign(
    github: GitHubDouble, forge: GitHub, repo: world.Repo, reaction: Reaction, sign: str
) -> None:
    """At once, and only once."""
    pull = repo.pull(files={"a": b"1"})
    github.comment(pull, "maria", "/golddigger approve")
    comment = github.comments(pull)[-1]
    for _ in range(2):
        forge.react(change_of(forge, pull), str(comment.id), reaction)
    assert [(who.login, content) for who, content in comment.reactions] == [("golddigger[bot]", sign)]


def test_a_sign_for_a_deleted_comment_is_no_failure(forge: GitHub, repo: world.Repo) -> None:
    """Nobody is left to see it."""
    forge.react(change_of(forge, repo.pull(files={"a": b"1"})), "404404", Reaction.SEEN)


def test_an_answer_quotes_what_it_answers(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """As code, so that the quote pings nobody and commands nothing."""
    pull = repo.pull(files={"a": b"1"})
    github.comment(pull, "maria", "/golddigger aprove `x`\n\n@everyone\na\nb")
    comment = github.comments(pull)[-1]
    forge.reply(change_of(forge, pull), str(comment.id), "Did you mean approve?")
    assert github.our_comments(pull)[-1].body == (
        "> `/golddigger aprove ˋxˋ`\n> `@everyone`\n> `a`\n\nDid you mean approve?\n"
        f"<!-- golddigger:reply to={comment.id} -->"
    )


def test_an_answer_to_a_deleted_comment_stands_alone(
    github: GitHubDouble, forge: GitHub, repo: world.Repo
) -> None:
    """Always answer."""
    pull = repo.pull(files={"a": b"1"})
    forge.reply(change_of(forge, pull), "404404", "No.")
    assert github.our_comments(pull)[-1].body == "No.\n<!-- golddigger:reply to=404404 -->"


def test_an_answer_stands_once(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """Said again it is found; somebody's copy of it is no answer; and where nobody may answer, nothing fails."""
    pull = repo.pull(files={"a": b"1"})
    github.comment(pull, "maria", "/golddigger help")
    asked = github.comments(pull)[-1]
    github.comment(pull, "mallory", f"> `/golddigger help`\n\nNo.\n<!-- golddigger:reply to={asked.id} -->")
    for _ in range(2):
        forge.reply(change_of(forge, pull), str(asked.id), "No.")
    assert len(github.our_comments(pull)) == 1
    github.fail("POST .*/comments", 403)
    forge.reply(change_of(forge, pull), str(asked.id), "Locked.")
    assert len(github.our_comments(pull)) == 1
