"""What was begun is ended, once: after broken wires, dead workers and a lost queue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select

from app import main
from bots.events import Delivery, Event, Webhook
from bots.forge import Committed, Forge
from storage import tables
from tests.forges.wire import Wire, wired
from tests.stories.bench import Stage
from tests.stories.conftest import Fresh
from tests.stories.hosts import Pull
from tests.stories.screens import CONFIG, failures, screen
from tests.stories.trouble import ended, hasty, kept, lapse, swept

LOGIN = "test/goldens/login.png"
OLD, NEW = screen("Sign in"), screen("Log in")
_numbers = count()


@pytest.fixture(scope="module")
def stage(host: str, fresh: Fresh, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give one Golddigger at work, for all stories here."""
    with fresh() as settings, hasty(host, tmp_path_factory.mktemp("recovery"), **settings) as made:
        yield made


@pytest.fixture
def wire(stage: Stage) -> Iterator[Wire]:
    """Give the wire to the forge."""
    with wired(stage.forge) as made:
        yield made


@pytest.fixture
def pull(stage: Stage) -> Pull:
    """Give a pull request in a repository of its own."""
    repo = stage.forge.repo(f"octo/app-{next(_numbers)}", files={LOGIN: OLD, ".golddigger.yml": CONFIG})
    return repo.pull(files={"README.md": b"# Better\n"})


@pytest.fixture
def reported(stage: Stage, pull: Pull) -> Pull:
    """Give a pull request that breaks a golden, and was told so."""
    break_golden(stage, pull)
    stage.shows(pull, "action_required")
    return pull


def break_golden(stage: Stage, pull: Pull) -> None:
    """Let CI end with a golden that changed."""
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})


def committed_once(stage: Stage, pull: Pull) -> bool:
    """Does the golden stand in one commit of ours, recorded as such, and was nothing untrue said?"""
    stage.settle()
    log = pull.repo.log(pull.branch)
    with stage.whole.parts.db.begin() as db:
        all_of = tables.approvals.join(tables.changes).join(tables.repos)
        states = select(tables.approvals.c.state).select_from(all_of)
        ours = states.where(tables.repos.c.path == pull.repo.path)
        assert set(db.execute(ours).scalars()) == {"committed"}
    assert "nothing was committed" not in stage.comment(pull).body.lower()
    return pull.repo.file(pull.branch, LOGIN) == NEW and len(log) == 3


def test_a_commit_whose_answer_is_lost_is_made_once(stage: Stage, wire: Wire, reported: Pull) -> None:
    """The wire breaks after GitHub committed: the next try finds our trailer, and the command is done."""
    wire.cut(stage.host.asked.commit)
    stage.forge.comment(reported, "dev", "/golddigger approve")
    comment = stage.forge.comments(reported)[-1]
    assert committed_once(stage, reported), stage.why()
    assert [content for _, content in comment.reactions] == ["eyes", "rocket"]


@pytest.mark.parametrize("where", ["hold_back", "hold_there"])
def test_a_worker_that_dies_around_the_commit_leaves_one(
    stage: Stage, wire: Wire, reported: Pull, where: str
) -> None:
    """Dead before the commit or after it: the lease lapses, another worker ends it; the dead may even wake."""
    held = getattr(wire, where)(stage.host.asked.commit)
    stage.forge.comment(reported, "dev", "/golddigger approve")
    held.wait()
    lapse(stage)
    swept(stage)
    assert committed_once(stage, reported), stage.why()
    held.let_go()
    ended(stage)
    assert committed_once(stage, reported), stage.why()


def test_a_check_and_a_comment_whose_answers_are_lost_are_found_again(
    stage: Stage, wire: Wire, pull: Pull
) -> None:
    """What stands at the head is known again, a comment by its marker and its author: neither is made twice."""
    wire.cut(stage.host.asked.verdict)
    wire.cut(stage.host.asked.comment)
    break_golden(stage, pull)
    stage.shows(pull, "action_required")
    assert len(stage.verdicts(pull)) == 1
    assert "login.png" in stage.comment(pull).body


def test_a_worker_that_dies_while_it_tells_is_replaced(stage: Stage, wire: Wire, pull: Pull) -> None:
    """Two comments made in a race become the oldest one; a check begun by the dead does not stay begun."""
    held = wire.hold_there(stage.host.asked.comment)
    break_golden(stage, pull)
    held.wait()
    lapse(stage)
    swept(stage)
    first = stage.comment(pull)
    held.let_go()
    ended(stage)
    assert stage.comment(pull) is first
    stage.forge.comment(pull, "dev", "/golddigger reject login.png")
    stage.shows(pull, "failure")
    assert "rejected" in stage.comment(pull).body.lower()
    assert len(stage.verdicts(pull)) == 1


def test_a_comment_that_the_dead_wrote_is_found_though_the_head_moved(
    stage: Stage, wire: Wire, pull: Pull
) -> None:
    """It was written and not recorded, and then somebody pushed: it is edited, not written beside."""
    held = wire.hold_back(stage.host.asked.comment)
    break_golden(stage, pull)
    held.wait()
    lapse(stage)
    stage.forge.push(pull, {"README.md": b"# Best\n"})
    break_golden(stage, pull)
    assert pull.head in stage.comment(pull).body
    held.let_go()
    ended(stage)
    assert pull.head in stage.comment(pull).body


def test_a_forge_may_stumble_at_every_step(stage: Stage, pull: Pull) -> None:
    """502 when it is asked and when it is told: all of it is tried again, and nothing twice."""
    asked = stage.host.asked
    stage.forge.fail(asked.artifact)
    stage.forge.fail(asked.verdict, times=4)
    stage.forge.fail(asked.comment, times=2)
    break_golden(stage, pull)
    stage.shows(pull, "action_required")
    stage.forge.fail(asked.reaction, times=2)
    stage.forge.fail(asked.commit, times=2)
    stage.forge.comment(pull, "dev", "/golddigger approve")
    assert committed_once(stage, pull), stage.why()
    assert len(stage.verdicts(pull, head=pull.repo.log(pull.branch)[1].sha)) == 1


def test_a_worker_that_dies_while_it_compares_is_replaced(stage: Stage, wire: Wire, pull: Pull) -> None:
    """The artifact never came: another worker fetches it, and what the dead finds on waking changes nothing."""
    held = wire.hold_there(stage.host.asked.artifact)
    break_golden(stage, pull)
    held.wait()
    lapse(stage)
    swept(stage)
    first = stage.shows(pull, "action_required")
    held.let_go()
    ended(stage)
    assert stage.verdicts(pull) == [first]
    assert stage.comment(pull).body.count("- [ ]") == 1


def test_an_answer_of_which_we_never_heard_is_not_given_twice(stage: Stage, wire: Wire, pull: Pull) -> None:
    """The reply was written, and the wire broke: the next try finds it."""
    wire.cut(stage.host.asked.comment)
    stage.forge.comment(pull, "dev", "/golddigger help")
    assert len(stage.replies(pull)) == 1, stage.why()
    stage.forge.comment(pull, "dev", "/golddigger help")
    assert len(stage.replies(pull)) == 2, "another comment has another answer"


def test_what_the_queue_lost_the_sweep_finds(stage: Stage, pull: Pull) -> None:
    """Deliveries that were kept and never came to the queue are read half a minute later."""
    with stage.held():
        webhooks = stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    assert kept(stage, webhooks, main.now() - timedelta(seconds=31))
    assert stage.verdicts(pull) == []
    swept(stage)
    stage.shows(pull, "action_required")


def test_a_delivery_that_breaks_us_stops_nothing(
    stage: Stage, pull: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is recorded as failed; delivered again it is tried again; and once done, it is dropped."""
    (hook,) = stage.whole.parts.webhooks.values()
    read = type(hook).read
    poison: set[str] = set()

    def spoiled(self: Webhook, delivery: Delivery) -> Event:
        assert delivery.id not in poison, "a bug of ours"
        return read(self, delivery)

    with stage.held():
        webhooks = stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    poison |= {each.id for each in webhooks}
    with monkeypatch.context() as patch:
        patch.setattr(type(hook), "read", spoiled)
        stage.deliver(*webhooks)
        stage.forge.comment(pull, "dev", "/golddigger help")
        assert stage.replies(pull), stage.why()
    # What does not answer for a moment, a database under load too, is tried once more: that is no try too many.
    state, tries, _ = delivery(stage, webhooks[-1].id)
    assert (state, tries >= 3) == ("failed", True)
    assert stage.verdicts(pull) == []
    stage.deliver(*webhooks)
    stage.shows(pull, "action_required")
    done = delivery(stage, webhooks[-1].id)[:2]
    assert (done[0], done[1] > tries) == ("done", True)
    stage.deliver(*webhooks)
    stage.settle()
    assert delivery(stage, webhooks[-1].id)[:2] == done


def test_a_commit_that_breaks_us_is_given_up_in_words(
    stage: Stage, reported: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug of ours is tried thrice; then the approver reads that nothing was committed, and may try again."""
    (forge,) = stage.whole.parts.forges.values()

    def broken(self: Forge, *arguments: object) -> Committed:
        raise TypeError("a bug of ours")

    with monkeypatch.context() as patch:
        patch.setattr(type(forge), "commit", broken)
        stage.forge.comment(reported, "dev", "/golddigger approve")
        assert "Nothing was committed: Golddigger itself failed" in stage.comment(reported).body
    stage.forge.comment(reported, "dev", "/golddigger approve")
    stage.settle()
    assert reported.repo.file("feature", LOGIN) == NEW, stage.why()


def delivery(stage: Stage, id_: str) -> tuple[str, int, str]:
    """Tell how far a delivery is, how often it was tried, and why."""
    columns = tables.deliveries.c
    with stage.whole.parts.db.begin() as db:
        found = db.execute(
            select(columns.state, columns.tries, columns.why).where(columns.delivery_id == id_)
        ).one()
    return found.state, found.tries, found.why
