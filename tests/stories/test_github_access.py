"""Teams, which GitHub names only to an app that may read members; and an app that was uninstalled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select, update

from app import main
from storage import tables
from tests.stories.bench import Stage
from tests.stories.hosts import Pull
from tests.stories.screens import CONFIG, LOGIN, NEW, OLD, failures
from tests.stories.trouble import hasty, swept

RULES = b"approve: {permission: admin, self: false, users: [designer], teams: [octo/design]}\n"
_numbers = count()


@pytest.fixture(scope="module")
def host() -> str:
    """Tell these of GitHub alone."""
    return "github"


@pytest.fixture(scope="module")
def stage(host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give one Golddigger at work, for all stories here."""
    with hasty(host, tmp_path_factory.mktemp("access")) as made:
        yield made


def broken(stage: Stage, *, config: bytes = CONFIG, owner: str = "octo") -> Pull:
    """Give a pull request, in a repository of its own, that changes a golden and was told so."""
    files = {LOGIN: OLD, ".golddigger.yml": config}
    pull = stage.forge.repo(f"{owner}/app-{next(_numbers)}", files=files).pull(files={"a.txt": b"1"})
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    stage.shows(pull, "action_required")
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
        hooks = stage.forge.comment(pull, who, "/golddigger reject")
        assert hooks[0].payload["comment"]["author_association"] == "MEMBER"
        assert why in stage.replies(pull)[-1], stage.replies(pull)
        assert stage.forge.comments(pull)[-2].reactions[-1][1] == "confused"
    stage.github.grant("members", "read")
    for who in ("designer", "painter", "maria"):
        stage.forge.comment(pull, who, "/golddigger reject")
        stage.settle()
    assert len(stage.replies(pull)) == len(refused)
    with stage.whole.parts.db.begin() as db:
        told = db.execute(select(tables.decisions.c.who, tables.decisions.c.granted)).all()
    assert [who for who, _ in told] == ["designer", "painter", "maria"]
    assert "named in approve.users" in told[0].granted
    stage.shows(pull, "failure")


def test_what_was_taken_from_us_is_left_alone(stage: Stage) -> None:
    """The app is uninstalled while a check waits: GitHub is not asked on and on; given back, all goes on."""
    pull = broken(stage, owner="acme")
    stage.forge.start_workflow(pull, name="Slow")
    stage.forge.finish_workflow(pull, {}, name="Lint", conclusion="success")
    stage.shows(pull, "running")
    stage.github.uninstall(pull.repo)  # type: ignore[arg-type]
    stage.settle()
    with stage.whole.parts.db.begin() as db:
        db.execute(update(tables.publications).values(said_at=main.now() - timedelta(minutes=6)))
    swept(stage)
    stage.settle()
    asked = len(stage.forge.asked)
    swept(stage)
    stage.settle()
    assert [each.path for each in stage.forge.asked[asked:]] == []
    stage.github.install(pull.repo)  # type: ignore[arg-type]
    stage.forge.finish_workflow(pull, {}, name="Slow", conclusion="success")
    stage.shows(pull, "action_required")
