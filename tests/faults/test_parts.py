"""Redis flushed, a queue or the database restarted, a storage that refuses: work is late, and none is lost."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import redis

from tests.faults.afterwards import all_is_well
from tests.faults.figures import fault
from tests.faults.scene import Scene
from tests.parts.door import Door
from tests.parts.running import Running

pytestmark = pytest.mark.parametrize("on", ["redis", "rabbitmq"], indirect=True)


def flushed(on: Scene) -> None:
    """Forget every message."""
    queue = on.deployment.parts["queue"]
    if not queue.url.startswith("redis"):
        pytest.skip("RabbitMQ has no such word; it is restarted with nothing kept instead")
    with redis.Redis.from_url(queue.url) as client:
        client.flushall()


def restarted(name: str, *, away: float) -> Callable[[Scene], None]:
    """Kill a part, and start it again so many seconds later."""

    def do(on: Scene) -> None:
        part: Running = on.deployment.parts[name]
        part.kill()
        time.sleep(away)
        part.start()

    return do


def refused(on: Scene) -> None:
    """Shut the storage's door for a good minute of the installation's clock, and as long as its client tries."""
    if "storage" not in on.deployment.parts:
        pytest.skip("this installation keeps its files in a folder")
    door: Door = on.deployment.parts["storage"]
    door.shut()
    time.sleep(8.0)
    door.open()


TROUBLES: dict[str, Callable[[Scene], None]] = {
    "queue flushed": flushed,
    "queue restarted": restarted("queue", away=1.0),
    "database restarted": restarted("database", away=1.0),
    "storage refusing": refused,
}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("step", ["artifact", "verdict"])
def test_in_the_middle_of_a_comparison(on: Scene, trouble: str, step: str) -> None:
    """While candidates are fetched, and while the verdict is said."""
    pull = on.pull()
    held = on.wire.hold_back(getattr(on.host.asked, step))
    on.finish(pull)
    held.wait()
    TROUBLES[trouble](on)
    fault(on, trouble)
    held.let_go()
    all_is_well(on, pull, approved=False)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_in_the_middle_of_a_commit(on: Scene, trouble: str) -> None:
    """The commit stands, and nobody could note it."""
    pull = on.reported()
    held = on.wire.hold_back(on.host.asked.commit)
    on.approve(pull)
    held.wait()
    TROUBLES[trouble](on)
    fault(on, trouble)
    held.let_go()
    on.settle()
    on.finish(pull)
    all_is_well(on, pull, approved=True)


@pytest.mark.parametrize("part", ["queue", "database"])
def test_webhooks_come_while_a_part_is_away(on: Scene, part: str) -> None:
    """Without its queue Golddigger keeps what comes; without its database it says that it cannot."""
    pull = on.pull()
    away: Running = on.deployment.parts[part]
    away.kill()
    fault(on, f"{part} away")
    webhooks = on.finish(pull)
    answers = [each.status for each in on.delivered()[-len(webhooks) :]]
    away.start()
    if part == "queue":
        assert set(answers) == {202}
    else:
        assert not any(200 <= each < 300 for each in answers)
        assert {on.forge.redeliver(each) for each in webhooks} == {202}
    all_is_well(on, pull, approved=False)
