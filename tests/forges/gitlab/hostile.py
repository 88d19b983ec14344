"""Spoil GitLab's payloads, as the double tells what happened: Hypothesis strategies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.forges import spoiling
from tests.forges.gitlab.double import GitLabDouble
from tests.forges.gitlab.hooks import NAMES, Webhook

Json = Any
OTHERS = (
    ("Tag Push Hook", {"object_kind": "tag_push", "ref": "refs/tags/v1.0.0"}),
    ("Issue Hook", {"object_kind": "issue", "object_attributes": {"action": "open", "iid": 23}}),
    ("Issue Hook", {"object_kind": "work_item", "object_attributes": {"type": "Task", "action": "close"}}),
    (
        "Note Hook",
        {"object_kind": "note", "object_attributes": {"noteable_type": "Issue", "id": 1, "author_id": 1}},
    ),
    ("Wiki Page Hook", {"object_kind": "wiki_page", "object_attributes": {"action": "create"}}),
    ("Deployment Hook", {"object_kind": "deployment", "status": "success", "deployment_id": 15}),
    ("Feature Flag Hook", {"object_kind": "feature_flag", "object_attributes": {"active": True}}),
    ("Release Hook", {"object_kind": "release", "action": "create", "tag": "v1.1"}),
    ("Milestone Hook", {"object_kind": "milestone", "action": "create"}),
    ("Member Hook", {"event_name": "user_add_to_group", "group_path": "webhook-test"}),
    ("Subgroup Hook", {"event_name": "subgroup_create", "full_path": "group1/subgroup1"}),
    ("Project Hook", {"event_name": "project_create", "path_with_namespace": "group1/project1", "project_id": 22}),
    ("Resource Access Token Hook", {"object_kind": "access_token", "event_name": "expiring_access_token"}),
    ("Vulnerability Hook", {"object_kind": "vulnerability", "object_attributes": {"state": "confirmed"}}),
    ("System Hook", {"event_name": "project_destroy", "path_with_namespace": "group1/project1", "project_id": 22}),
    ("System Hook", {"event_name": "user_create", "username": "js"}),
)
"""The kinds that the double does not make, by what tells them apart.

doc/user/project/integrations/webhook_events.md, doc/administration/system_hooks.md."""


@cache
def samples() -> tuple[tuple[str, Json], ...]:
    """Give one of each thing that happens, as the double tells it: the header's event, and the payload."""
    with GitLabDouble() as double:
        told = [(hook.headers["X-Gitlab-Event"], hook.payload) for hook in _doings(double)]
    return (*told, *OTHERS)


def _doings(double: GitLabDouble) -> Iterator[Webhook]:
    pull = double.repo("octo/app").pull(files={"a.png": b"1"})
    kept = {"goldens": {"a.png": b"2"}}
    yield from double.opened(pull)
    yield from double.comment(pull, "dev", "/golddigger approve")
    note = double.comments(pull)[0]
    yield from double.edit(pull, note, "maria", "- [x] all")
    yield from double.award(pull, "maria", on=note)
    yield from double.revoke(pull, "maria", on=note)
    yield from double.award(pull, "maria")
    yield from double.push(pull, {"b.png": b"1"})
    yield from double.start_workflow(pull)
    yield from double.finish_workflow(pull, kept)
    yield from double.finish_workflow(pull, kept, event="push")
    yield from double.finish_workflow(pull, kept, event="merged_results")
    yield from double.finish_child(pull, kept)
    yield from double.finish_check(pull)
    yield from double.close(pull)
    yield from double.reopen(pull)
    yield from double.merge(pull)
    yield from double.delete_branch(pull)


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, bytes]:
    """Give an event and the body of a payload with up to four fields missing, odd or moved."""
    event, real = draw(st.sampled_from(samples()))
    body = draw(spoiling.spoiled(real))
    return draw(st.sampled_from([event, event, event, *(name for _, name in NAMES.values())])), body


@st.composite
def rubbish(draw: st.DrawFn) -> tuple[str, bytes]:
    """Give an event and a body that is no payload at all."""
    events = st.sampled_from([name for _, name in NAMES.values()]) | st.text("abc_", min_size=1, max_size=20)
    cut = st.sampled_from(samples()).map(lambda one: spoiling.half(one[1]))
    return draw(events), draw(spoiling.bodies() | cut)
