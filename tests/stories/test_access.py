"""Who may approve, who may see pictures, and what becomes of repositories that were taken from us."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select, update

from app import main
from diffing.digests import digest
from storage import tables
from tests.forges.github.world import Pull
from tests.stories.bench import Stage
from tests.stories.screens import CONFIG, failures, screen
from tests.stories.trouble import hasty, swept

LOGIN = "test/goldens/login.png"
OLD, NEW = screen("Sign in"), screen("Log in")
RULES = b"approve: {permission: admin, self: false, users: [designer], teams: [octo/design]}\n"
_numbers = count()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give one Golddigger at work that shows pictures of public repositories, for all stories here."""
    with hasty(tmp_path_factory.mktemp("access"), images="public") as made:
        yield made


def broken(stage: Stage, *, config: bytes = CONFIG, private: bool = True, owner: str = "octo") -> Pull:
    """Give a pull request, in a repository of its own, that changes a golden and was told so.

    Its own copy of the configuration lets everybody approve, and counts for nothing."""
    files = {LOGIN: OLD, ".golddigger.yml": config}
    repo = stage.github.repo(f"{owner}/app-{next(_numbers)}", files=files, private=private)
    pull = repo.pull(files={".golddigger.yml": CONFIG + b"approve: {permission: triage}\n"})
    stage.github.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    assert stage.check(pull).conclusion == "action_required", stage.why()
    return pull


def test_the_base_branch_says_who_may_approve(stage: Stage) -> None:
    """A permission, people, teams, and whether one's own; whatever a payload says of somebody's association."""
    pull = broken(stage, config=CONFIG + RULES)
    stage.github.team("octo", "design", "painter")
    for login, role in {"dev": "admin", "writer": "maintain", "designer": "read", "maria": "admin"}.items():
        pull.repo.role(login, role)
    refused = {
        "dev": "nobody may approve their own here",
        "writer": "admin is needed",
        "stranger": "admin is needed",
        "painter": "would not say who is in the team octo/design",
    }
    for who, why in refused.items():
        hooks = stage.github.comment(pull, who, "/golddigger reject")
        assert hooks[0].payload["comment"]["author_association"] == "MEMBER"
        assert why in stage.replies(pull)[-1], stage.replies(pull)
        assert stage.github.comments(pull)[-2].reactions[-1][1] == "confused"
    stage.github.grant("members", "read")
    for who in ("designer", "painter", "maria"):
        stage.github.comment(pull, who, "/golddigger reject")
        stage.settle()
    assert len(stage.replies(pull)) == len(refused)
    with stage.whole.parts.db.begin() as db:
        told = db.execute(select(tables.decisions.c.who, tables.decisions.c.granted)).all()
    assert [who for who, _ in told] == ["designer", "painter", "maria"]
    assert "named in approve.users" in told[0].granted
    assert stage.check(pull).conclusion == "failure"


def test_no_answer_about_somebody_is_a_no(stage: Stage) -> None:
    """GitHub will not say what an administrator may do: nothing is committed, and they read why."""
    pull = broken(stage)
    pull.repo.role("maria", "admin")
    stage.github.fail("^GET .*/collaborators/maria/permission$", 403, body=b"")
    stage.github.comment(pull, "maria", "/golddigger approve")
    assert "GitHub would not say what maria may do" in stage.replies(pull)[0]
    assert pull.repo.file("feature", LOGIN) == OLD


def test_bots_say_nothing(stage: Stage) -> None:
    """A bot's command, edit or press is nobody's, whatever it may do in the repository; nor is it answered."""
    pull = broken(stage)
    bot = stage.github.world.account("renovate[bot]", "Bot")
    pull.repo.role(bot.login, "admin")
    stage.github.comment(pull, bot.login, "/golddigger approve")
    stage.tick(pull, bot.login, "login.png")
    stage.github.press(stage.check(pull), "approve", bot.login)
    stage.settle()
    assert pull.repo.file("feature", LOGIN) == OLD
    assert stage.replies(pull) == []


def test_what_was_taken_from_us_is_left_alone(stage: Stage) -> None:
    """The app is uninstalled while a check waits: GitHub is not asked on and on; given back, all goes on."""
    pull = broken(stage, owner="acme")
    stage.github.start_workflow(pull, name="Slow")
    stage.github.finish_workflow(pull, {}, name="Lint", conclusion="success")
    assert stage.check(pull).status == "in_progress", stage.why()
    stage.github.uninstall(pull.repo)
    stage.settle()
    with stage.whole.parts.db.begin() as db:
        db.execute(update(tables.publications).values(said_at=main.now() - timedelta(minutes=6)))
    swept(stage)
    stage.settle()
    asked = len(stage.github.asked)
    swept(stage)
    stage.settle()
    assert [each.path for each in stage.github.asked[asked:]] == []
    stage.github.install(pull.repo)
    stage.github.finish_workflow(pull, {}, name="Slow", conclusion="success")
    assert stage.check(pull).conclusion == "action_required", stage.why()


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
