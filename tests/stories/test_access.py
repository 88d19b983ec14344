"""Who may approve, and who may see pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select

from app import main
from diffing.digests import digest
from storage import tables
from tests.stories.bench import Stage
from tests.stories.hosts import Pull
from tests.stories.screens import CONFIG, failures, screen
from tests.stories.trouble import hasty

LOGIN = "test/goldens/login.png"
OLD, NEW = screen("Sign in"), screen("Log in")
RULES = b"approve: {permission: admin, self: false, users: [designer]}\n"
_numbers = count()


@pytest.fixture(scope="module")
def stage(host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give one Golddigger at work that shows pictures of public repositories, for all stories here."""
    with hasty(host, tmp_path_factory.mktemp("access"), images="public") as made:
        yield made


def broken(stage: Stage, *, config: bytes = CONFIG, private: bool = True, owner: str = "octo") -> Pull:
    """Give a pull request, in a repository of its own, that changes a golden and was told so.

    Its own copy of the configuration lets everybody approve, and counts for nothing."""
    files = {LOGIN: OLD, ".golddigger.yml": config}
    repo = stage.forge.repo(f"{owner}/app-{next(_numbers)}", files=files, private=private)
    pull = repo.pull(files={".golddigger.yml": CONFIG + b"approve: {permission: triage}\n"})
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    stage.shows(pull, "action_required")
    return pull


def test_the_base_branch_says_who_may_approve(stage: Stage) -> None:
    """A permission, people, and whether one's own; the change's own copy of the rules counts for nothing."""
    pull = broken(stage, config=CONFIG + RULES)
    for login, role in {"dev": "admin", "writer": "maintain", "designer": "read", "maria": "admin"}.items():
        pull.repo.role(login, role)
    for number, who in enumerate(("dev", "writer", "stranger"), 1):
        stage.forge.comment(pull, who, "/golddigger reject")
        assert len(stage.replies(pull)) == number, who
    assert "nobody may approve their own here" in stage.replies(pull)[0]
    for who in ("designer", "maria"):
        stage.forge.comment(pull, who, "/golddigger reject")
        stage.settle()
    assert len(stage.replies(pull)) == 3
    with stage.whole.parts.db.begin() as db:
        told = db.execute(select(tables.decisions.c.who, tables.decisions.c.granted)).all()
    assert [who for who, _ in told] == ["designer", "maria"]
    assert "named in approve.users" in told[0].granted
    stage.shows(pull, "failure")


def test_no_answer_about_somebody_is_a_no(stage: Stage) -> None:
    """The forge will not say what an administrator may do: nothing is committed, and they read why."""
    pull = broken(stage)
    pull.repo.role("maria", "admin")
    stage.forge.fail(stage.host.asked.role, 403, body=b"")
    stage.forge.comment(pull, "maria", "/golddigger approve")
    assert "would not say what maria may do" in stage.replies(pull)[0]
    assert pull.repo.file("feature", LOGIN) == OLD


def test_bots_say_nothing(stage: Stage) -> None:
    """A bot's command or edit is nobody's, whatever it may do in the repository; nor is it answered."""
    pull = broken(stage)
    bot = stage.host.bot(stage.forge)
    pull.repo.role(bot, "admin")
    stage.forge.comment(pull, bot, "/golddigger approve")
    stage.tick(pull, bot, "login.png")
    stage.settle()
    assert pull.repo.file("feature", LOGIN) == OLD
    assert stage.replies(pull) == []


def test_pictures_of_public_repositories_stand_in_the_comment(stage: Stage) -> None:
    """Each by a link that opens this one picture to whoever has it, and ends; those of private ones do not."""
    assert "<img" not in stage.comment(broken(stage, private=True)).body
    body = stage.comment(broken(stage, private=False)).body
    links = [link.replace("&amp;", "&") for link in re.findall(r'<img src="([^"]+)"', body)]
    shown = [stage.get(link) for link in links]
    assert [each.content for each in shown[:2]] == [OLD, NEW]
    assert {each.headers["content-type"] for each in shown} == {"image/png"}
    assert len(shown) == 3, "before, after, difference"
    before = links[0]
    assert stage.get(before.replace(digest(OLD), digest(NEW))).status_code in {403, 404}
    assert stage.get(before.partition("?")[0]).status_code in {403, 404}
    over = stage.whole.parts.links.picture(digest(OLD), until=main.now() - timedelta(seconds=1))
    assert stage.get(over).status_code in {403, 404}
