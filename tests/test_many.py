"""What is said of many machines holds: the compose file, its settings, and the options of the queue."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from app.settings import Settings
from app.worker import broker as brokers
from app.worker.kinds import KINDS, QUEUES
from tests.documents import ROOT

COMPOSE = ROOT / "manifests/compose"
OURS = ("migrate", "web", "worker")


@pytest.fixture
def compose() -> Any:
    """Read the compose file."""
    return YAML(typ="safe").load((COMPOSE / "many.yaml").read_text())


def test_each_of_our_containers_is_confined(compose: Any) -> None:
    """Read-only but for volumes that there are, no rights, time to stop, an image that can be made."""
    for name in OURS:
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert {each.partition(":")[0] for each in service["volumes"]} <= set(compose["volumes"])
        assert int(service["stop_grace_period"].rstrip("s")) > Settings.model_fields["stop_seconds"].default
        assert (COMPOSE / service["build"]["context"] / "Dockerfile").is_file()
    assert all(each.startswith("127.0.0.1:") for each in compose["services"]["web"]["ports"])
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["web"]


def test_its_queue_can_be_used_and_its_names_are_settings(compose: Any) -> None:
    """Nothing is misspelt, and whoever waits for something waits for what there is."""
    settings = compose["services"]["worker"]["environment"]
    brokers.make(settings["GOLDDIGGER_QUEUE_URL"]).close()
    example = (COMPOSE / "many.env.example").read_text()
    names = {*settings, *re.findall(r"^#?(GOLDDIGGER_\w+)=", example, re.MULTILINE)}
    assert {each.removeprefix("GOLDDIGGER_").lower() for each in names} <= set(Settings.model_fields)
    for service in compose["services"].values():
        assert set(service.get("depends_on", ())) <= set(compose["services"])


def test_the_page_about_the_queue_names_every_queue_and_its_limit() -> None:
    """And addresses that can be used."""
    text = (ROOT / "docs/queue.md").read_text()
    for queue in QUEUES:
        (minutes,) = {kind.limit.total_seconds() / 60 for kind in KINDS.values() if kind.queue == queue}
        said = f"{minutes:.0f} minutes" if minutes < 60 else f"{minutes / 60:.0f} hours"
        assert re.search(rf"^\| `{queue}` \|.*\| {said} \|$", text, re.MULTILINE), queue
    for address in re.findall(r"`((?:redis|rediss|amqp)://[^`]+)`", text):
        brokers.make(address).close()
