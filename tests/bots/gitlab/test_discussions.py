"""Threads for goldens: opened where a team wants them, renewed by new pictures, resolved when decided."""

from __future__ import annotations

import pytest

from bots.forge import Annotation, Change, Conclusion, Publications, Report
from bots.gitlab.forge import GitLab
from bots.pacing import at_once
from diffing.words import Sha
from tests.bots.gitlab.conftest import HOST, change_of
from tests.forges.gitlab import world
from tests.forges.gitlab.double import GitLabDouble


@pytest.fixture
def pull(repo: world.Repo) -> world.Pull:
    """Give a merge request."""
    return repo.pull(files={"a": b"1"})


def forge_of(gitlab: GitLabDouble, most: int) -> GitLab:
    """Make a forge that opens so many threads."""
    return GitLab(
        url=gitlab.url, token=gitlab.token, host=HOST, clock=gitlab.world.clock, pacer=at_once(), discussions=most
    )


def remark(name: str, *, decided: bool = False, failure: bool = True, run: str = "r") -> Annotation:
    """Remark on a golden."""
    return Annotation(
        path=name,
        title="Golden changed: color",
        message=f"12 pixels differ.\nBefore and after: https://golddigger.example.org/runs/{run}#c",
        failure=failure,
        decided=decided,
    )


def say(
    gitlab: GitLabDouble,
    pull: world.Pull,
    *remarks: Annotation,
    most: int = 20,
    conclusion: Conclusion | None = Conclusion.ACTION_REQUIRED,
) -> None:
    """Publish a report with these remarks."""
    forge = forge_of(gitlab, most)
    change: Change = change_of(forge, pull)
    told = Report(
        head=Sha(pull.head),
        handle="4",
        conclusion=conclusion,
        title="t",
        summary="s",
        url="https://golddigger.example.org",
        annotations=remarks,
    )
    list(forge.publish(change, told, Publications()))


def test_by_itself_no_thread_is_opened(gitlab: GitLabDouble, pull: world.Pull) -> None:
    """Nor is any looked for."""
    say(gitlab, pull, remark("a.png"), most=0)
    assert gitlab.discussions(pull) == []
    assert not [each for each in gitlab.asked if each.operation.endswith("/discussions")]


def test_a_thread_is_opened_for_each_changed_golden(gitlab: GitLabDouble, pull: world.Pull) -> None:
    """With its name, what differs, and where to look; once, however often it is said. New ones are no failures."""
    for _ in range(2):
        say(gitlab, pull, remark("test/goldens/a.png"), remark("b.png"), remark("new.png", failure=False))
    one, two = gitlab.discussions(pull)
    assert "`test/goldens/a.png`" in one.notes[0].body
    assert "12 pixels differ." in one.notes[0].body
    assert "https://golddigger.example.org/runs/r#c" in one.notes[0].body
    assert "`b.png`" in two.notes[0].body
    assert not one.resolved


def test_only_so_many_threads_stand_open(gitlab: GitLabDouble, pull: world.Pull) -> None:
    """The others are on the page; where one is decided, the next one gets its place."""
    names = ["a.png", "b.png", "c.png"]
    say(gitlab, pull, *map(remark, names), most=2)
    assert len(gitlab.discussions(pull)) == 2
    say(gitlab, pull, remark("a.png", decided=True), remark("b.png"), remark("c.png"), most=2)
    assert [each.resolved for each in gitlab.discussions(pull)] == [True, False, False]


def test_a_decided_golden_resolves_its_thread(gitlab: GitLabDouble, pull: world.Pull) -> None:
    """And so does one that does not differ any more."""
    say(gitlab, pull, remark("a.png"), remark("b.png"))
    say(gitlab, pull, remark("a.png", decided=True))
    assert [each.resolved for each in gitlab.discussions(pull)] == [True, True]


def test_another_picture_opens_the_thread_again(gitlab: GitLabDouble, pull: world.Pull) -> None:
    """It tells of the new one, in place; while nothing is new it stays as people left it."""
    say(gitlab, pull, remark("a.png"))
    say(gitlab, pull)
    say(gitlab, pull, remark("a.png"))
    [thread] = gitlab.discussions(pull)
    assert thread.resolved
    say(gitlab, pull, remark("a.png", run="r2"))
    [thread] = gitlab.discussions(pull)
    assert not thread.resolved
    assert "/runs/r2#c" in thread.notes[0].body


def test_while_something_is_under_way_threads_stay(gitlab: GitLabDouble, pull: world.Pull) -> None:
    """There are no remarks then, which does not mean that all is decided."""
    say(gitlab, pull, remark("a.png"))
    say(gitlab, pull, conclusion=None)
    assert not gitlab.discussions(pull)[0].resolved


def test_hostile_names_stay_names(gitlab: GitLabDouble, pull: world.Pull) -> None:
    """Nobody is pinged, no mark is forged, and the golden is known again."""
    name = "`@all` --> <!-- golddigger:golden name=b -->\n/approve.png"
    for _ in range(2):
        say(gitlab, pull, remark(name))
    [thread] = gitlab.discussions(pull)
    mark, title, *_ = thread.notes[0].body.splitlines()
    assert mark.count("-->") == 1
    assert title.startswith("**Golden changed")
    assert not any(line.startswith("/") for line in thread.notes[0].body.splitlines())
