"""What GitLab's deliveries say is not believed: what GitLab says counts, and whatever is not so leaves nothing."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bots.gitlab import connecting
from storage import decisions, tables
from tests.forges.gitlab import world
from tests.forges.gitlab.double import GitLabDouble
from tests.forges.gitlab.hooks import Webhook, sign
from tests.forges.gitlab.world import Pull, Repo
from tests.stories.bench import Stage, on_stage
from tests.stories.screens import CART, CART_NEW, CONFIG, LOGIN, NEW, OLD, failures, screen

Json = Any
_COMMIT = r"POST .*/repository/commits$"


@pytest.fixture(scope="module")
def host() -> str:
    """Tell these of GitLab alone."""
    return "gitlab"


@pytest.fixture
def gitlab(stage: Stage) -> GitLabDouble:
    """Give the GitLab."""
    assert isinstance(stage.forge, GitLabDouble)
    return stage.forge


@pytest.fixture
def repo(gitlab: GitLabDouble) -> Repo:
    """Give a project with two goldens."""
    return gitlab.repo("octo/app", files={LOGIN: OLD, CART: OLD, ".golddigger.yml": CONFIG})


@pytest.fixture
def pull(stage: Stage, gitlab: GitLabDouble, repo: Repo) -> Pull:
    """Give a merge request that breaks both, reported."""
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    gitlab.opened(pull)
    gitlab.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW), "cart": (OLD, CART_NEW)})})
    stage.shows(pull, "action_required")
    return pull


def ours(gitlab: GitLabDouble, pull: Pull) -> world.Note:
    """Give our note."""
    return gitlab.our_comments(pull)[0]


def forge(gitlab: GitLabDouble, hook: Webhook, payload: Json) -> None:
    """Deliver by the same hook what somebody wrote in its stead, as a template lets a Maintainer do."""
    body = json.dumps(payload).encode()
    headers = sign(hook.hook.token, body, hook.headers["X-Gitlab-Event"])
    gitlab.redeliver(Webhook(headers["Idempotency-Key"], hook.event, "", headers, body, hook.hook, hook.repo))


def nothing_said(stage: Stage) -> bool:
    """Was nothing decided, and nothing committed for anybody?"""
    stage.settle()
    with stage.whole.parts.reading() as db:
        said = db.execute(select(tables.decisions.c.id)).all()
        asked = db.execute(select(tables.approvals.c.id)).all()
    return not said and not asked


def who(stage: Stage) -> Sequence[str]:
    """Name who decided."""
    with stage.whole.parts.reading() as db:
        return [each.who for each in decisions.audit(db, 1)]


def told(hook: Webhook, *, user: Json = None, **attributes: Json) -> Json:
    """Give what a hook said, with other words in it."""
    payload = hook.payload
    return {
        **payload,
        "user": user or payload["user"],
        "object_attributes": payload["object_attributes"] | attributes,
    }


def until(so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 20
    while not so():
        assert time.monotonic() < end
        time.sleep(0.02)


def ticked(body: str, name: str) -> str:
    """Tick the box of one golden."""
    lines = body.split("\n")
    return "\n".join(each.replace("[ ]", "[x]") if f"`{name}`" in each else each for each in lines)


# ------------------------------------------------------------------------------------------- forged notes


def test_a_note_in_anothers_name_is_its_authors(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """A reader writes a command, and the hook says that a maintainer did: the reader is answered."""
    repo.role("reader", "read")
    maria = repo.role("maria", "maintain")
    with stage.held():
        (hook,) = gitlab.comment(pull, "reader", "/golddigger approve")
    forge(gitlab, hook, told(hook, user={"id": maria.id, "username": "maria"}, author_id=maria.id))
    assert nothing_said(stage)
    assert len(stage.replies(pull)) == 1
    assert repo.file("feature", LOGIN) == OLD


def test_a_command_that_nobody_wrote_is_none(stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull) -> None:
    """The note is there, and holds no command; or there is no such note."""
    with stage.held():
        (hook,) = gitlab.comment(pull, "dev", "Looks good.")
    forge(gitlab, hook, told(hook, note="/golddigger approve"))
    forge(gitlab, hook, told(hook, note="/golddigger approve", id=999_999_999))
    assert nothing_said(stage)
    assert stage.replies(pull) == []


def test_a_command_edited_into_anothers_note_is_nobodys(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """A maintainer edits another's note; the hook says that its author did, or that it is new."""
    mallory, dev = repo.role("mallory", "maintain"), gitlab.account("dev")
    gitlab.comment(pull, "dev", "Looks good.")
    note = gitlab.comments(pull)[-1]
    with stage.held():
        (hook,) = gitlab.edit(pull, note, mallory.username, "/golddigger approve")
    forge(gitlab, hook, told(hook, updated_by_id=dev.id))
    forge(gitlab, hook, told(hook, updated_by_id=None, action="create"))
    assert nothing_said(stage)
    gitlab.edit(pull, note, "dev", "/golddigger approve login.png")
    stage.settle()
    assert repo.file("feature", LOGIN) == NEW, stage.why()


def test_a_connected_hook_of_one_project_says_nothing_of_another(stage: Stage, gitlab: GitLabDouble) -> None:
    """A Maintainer of project A, with the hook that `connect` made there and a template, writes a true note of
    project B: even that is not heard from there."""
    for path in ("octo/a", "octo/b"):
        gitlab.repo(path, files={LOGIN: OLD, ".golddigger.yml": CONFIG}).role("maria", "maintain")
    a, b = gitlab.world.repos["octo/a"], gitlab.world.repos["octo/b"]
    maria = gitlab.personal_token("maria")
    secret = stage.whole.settings.gitlab_webhook_secret.get_secret_value()
    for repo in (a, b):
        repo.hooks.clear()
        client = connecting.client_of(gitlab.url, maria.text, gitlab.world.clock)
        list(connecting.connect(client, repo.path, url=f"{stage.base}/webhooks/gitlab", secret=secret))
    pull = b.pull(files={"lib/app.dart": b"// new\n"})
    gitlab.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    stage.shows(pull, "action_required")
    (own,) = b.hooks.values()
    own.events["note_events"] = False
    gitlab.comment(pull, "dev", "/golddigger approve")
    note = gitlab.comments(pull)[-1]
    (hook,) = a.hooks.values()
    hook.template = json.dumps(gitlab.hooks.payloads.note(b, note, "create"))
    gitlab.comment(a.pull(files={"x": b"1"}), "maria", "hello")
    assert gitlab.delivered[-1].ok, "it is taken, so that GitLab switches nothing off"
    assert nothing_said(stage)
    assert any(why.startswith("ignored: forged") for _, _, why in stage.why())
    own.events["note_events"] = True
    gitlab.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert b.file("feature", LOGIN) == NEW, stage.why()


# ------------------------------------------------------------------------------------------- forged ticks


def test_a_tick_in_anothers_name_counts_for_nobody(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """Mallory ticks, and the hook says that dev did; or nobody ticks, and it says so."""
    repo.role("mallory", "read")
    dev = gitlab.account("dev")
    with stage.held():
        (hook,) = stage.tick(pull, "mallory", "approve all")
    forge(gitlab, hook, told(hook, updated_by_id=dev.id))
    assert nothing_said(stage)
    assert "tick it again" in stage.comment(pull).body
    later = gitlab.world.now().replace(year=gitlab.world.now().year + 1)
    body = stage.comment(pull).body.replace("[ ]", "[x]")
    forge(gitlab, hook, told(hook, updated_by_id=dev.id, note=body, updated_at=f"{later:%Y-%m-%d %H:%M:%S} UTC"))
    assert nothing_said(stage)
    assert "tick it again" in stage.comment(pull).body, "what never was is not even told: the note stays as it was"
    assert repo.file("feature", LOGIN) == OLD


def test_words_that_a_delivery_invents_tick_nothing(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """Dev ticked one box; the hook says: all of them."""
    with stage.held():
        (hook,) = stage.tick(pull, "dev", "login.png")
    forge(gitlab, hook, told(hook, note=ours(gitlab, pull).body.replace("[ ]", "[x]")))
    stage.settle()
    assert (repo.file("feature", LOGIN), repo.file("feature", CART)) == (NEW, OLD), stage.why()


def test_a_tick_that_our_renewal_overtook_is_told(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """The note was written anew between the tick and our reading of it: nobody can tell any more who ticked."""
    with stage.held():
        late = stage.tick(pull, "dev", "login.png")
    gitlab.comment(pull, "dev", "/golddigger status")
    stage.settle()
    stage.deliver(*late)
    assert nothing_said(stage)
    comment = stage.comment(pull)
    assert "tick it again" in comment.body
    assert "@dev" not in comment.body
    stage.tick(pull, "dev", "login.png")
    stage.settle()
    assert repo.file("feature", LOGIN) == NEW, stage.why()


def test_of_two_people_who_tick_at_once_neither_speaks_for_the_other(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """The second's text holds the first's tick too: whose each is, nobody knows. Both are told, and tick again."""
    repo.role("maria", "maintain")
    with stage.held():
        first = stage.tick(pull, "dev", "login.png")
        second = stage.tick(pull, "maria", "cart.png")
    stage.deliver(*second)
    assert nothing_said(stage)
    assert "Several boxes were ticked" in stage.comment(pull).body
    stage.deliver(*first)
    assert nothing_said(stage)
    assert "tick it again" in stage.comment(pull).body
    stage.tick(pull, "maria", "cart.png")
    stage.settle()
    assert (repo.file("feature", LOGIN), repo.file("feature", CART)) == (OLD, CART_NEW), stage.why()
    assert repo.log("feature")[0].trailers["Approved-by"] == ("maria",)


def test_a_second_box_is_ones_own_where_the_first_was_counted(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """Somebody ticks one, and from a page that shows it ticked still, another: one is left, and it is theirs."""
    gitlab.fail(r"PUT .*/notes/", 502, times=1000)  # so that the note is not renewed in between
    gitlab.fail(_COMMIT, 502, times=1000)
    stage.forge.edit(pull, ours(gitlab, pull), "dev", ticked(ours(gitlab, pull).body, LOGIN))
    until(lambda: who(stage) == ["dev"])
    stage.forge.edit(pull, ours(gitlab, pull), "dev", ticked(ours(gitlab, pull).body, CART))
    until(lambda: who(stage) == ["dev", "dev"])
    for fault in gitlab.limits.faults:
        fault.times = 0


def test_a_tick_told_twice_counts_once(stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull) -> None:
    """Also under another key, while the text stands there still: what was taken back since stays so."""
    gitlab.fail(r"PUT .*/notes/", 403, times=1000, body=b"{}")  # the conversation is locked: it cannot be renewed
    with stage.held():
        (hook,) = stage.tick(pull, "dev", "login.png")
    gitlab.fail(_COMMIT, 403, times=1000, body=b"{}")
    stage.deliver(hook)
    stage.settle()
    assert who(stage) == ["dev"]
    gitlab.comment(pull, "dev", "/golddigger undo")
    stage.settle()
    before = len(who(stage))
    forge(gitlab, hook, hook.payload)
    stage.settle()
    assert len(who(stage)) == before


# ------------------------------------------------------------------------------------------- our own words


def swapped(body: str) -> str:
    """Let each of two boxes stand for the other's golden."""
    lines = body.split("\n")
    login, cart = (next(at for at, line in enumerate(lines) if _is_box(line, name)) for name in (LOGIN, CART))
    one, other = lines[login].partition(" --> "), lines[cart].partition(" --> ")
    lines[login], lines[cart] = f"{other[0]} --> {one[2]}", f"{one[0]} --> {other[2]}"
    return "\n".join(lines)


def _is_box(line: str, name: str) -> bool:
    return "golddigger:approve comparison=" in line and f"`{name}`" in line


def test_boxes_that_somebody_swapped_approve_nothing(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """A Maintainer lets each box stand for the other golden while no webhook tells of it. Whoever ticks one then
    approves nothing, and is told why; in the note that is written anew, a tick counts."""
    repo.role("mallory", "maintain")
    with stage.held():
        gitlab.edit(pull, ours(gitlab, pull), "mallory", swapped(ours(gitlab, pull).body))
    stage.tick(pull, "dev", "cart.png")
    assert nothing_said(stage)
    assert "@dev: The comment did not stand as it was written" in stage.comment(pull).body
    stage.tick(pull, "dev", "cart.png")
    stage.settle()
    assert (repo.file("feature", LOGIN), repo.file("feature", CART)) == (OLD, CART_NEW), stage.why()


def test_a_note_of_before_there_were_seals_approves_nothing(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """Nobody can tell what was in it: it is written anew, and says so."""
    note = ours(gitlab, pull)
    note.body = re.sub(r" seal=\w+ -->", " -->", note.body, count=1)
    stage.tick(pull, "dev", "login.png")
    assert nothing_said(stage)
    assert "before an upgrade" in stage.comment(pull).body
    assert "seal=" in stage.comment(pull).body
    stage.tick(pull, "dev", "login.png")
    stage.settle()
    assert repo.file("feature", LOGIN) == NEW, stage.why()


def test_the_note_of_one_change_says_nothing_on_another(stage: Stage, gitlab: GitLabDouble, repo: Repo) -> None:
    """Even where its first line names the other: the seal is over where it stands."""
    repo.role("mallory", "maintain")
    pulls = [repo.pull(branch=name, files={"lib/app.dart": name.encode()}) for name in ("one", "two")]
    for each in pulls:
        gitlab.opened(each)
        gitlab.finish_workflow(each, {"goldens": failures({"login": (OLD, NEW), "cart": (OLD, CART_NEW)})})
        stage.shows(each, "action_required")
    one, two = (ours(gitlab, each) for each in pulls)
    seal = re.compile(r"seal=\w+")
    with stage.held():
        other = seal.search(two.body)
        assert other
        gitlab.edit(pulls[0], one, "mallory", seal.sub(other[0], one.body))
    stage.tick(pulls[0], "dev", "login.png")
    assert nothing_said(stage)


def test_a_thumb_on_a_note_that_somebody_shortened_approves_nothing(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """What it does not show any more, nobody approved; nor where that was put back before the thumb is read."""
    repo.role("mallory", "maintain")
    whole = ours(gitlab, pull).body
    short = "\n".join(line for line in whole.split("\n") if LOGIN not in line)
    with stage.held():
        gitlab.edit(pull, ours(gitlab, pull), "mallory", short)
        (thumb,) = gitlab.award(pull, "dev", on=ours(gitlab, pull))
    stage.deliver(thumb)
    assert nothing_said(stage)
    with stage.held():
        gitlab.edit(pull, ours(gitlab, pull), "mallory", short)
        (thumb,) = gitlab.award(pull, "maria", on=ours(gitlab, pull))
        gitlab.edit(pull, ours(gitlab, pull), "mallory", whole)
    stage.deliver(thumb)
    assert nothing_said(stage)
    assert repo.file("feature", LOGIN) == OLD


def test_where_two_people_must_agree_a_box_counts_for_nobody(stage: Stage, gitlab: GitLabDouble) -> None:
    """Who ticked is not beyond doubt: the author could have, and left to another to take a second tick away."""
    config = CONFIG + b"approve:\n  self: false\n"
    repo = gitlab.repo("octo/four", files={LOGIN: OLD, CART: OLD, ".golddigger.yml": config})
    repo.role("mallory", "maintain")
    repo.role("dev", "write")
    pull = repo.pull(files={"lib/app.dart": b"// new\n"}, author="mallory")
    gitlab.opened(pull)
    gitlab.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW), "cart": (OLD, CART_NEW)})})
    stage.shows(pull, "action_required")
    body = ours(gitlab, pull).body
    with stage.held():
        gitlab.edit(pull, ours(gitlab, pull), "mallory", ticked(ticked(body, LOGIN), CART))
    gitlab.edit(pull, ours(gitlab, pull), "dev", ticked(body, LOGIN))
    assert nothing_said(stage)
    assert "No box counts here" in stage.comment(pull).body
    gitlab.comment(pull, "dev", "/golddigger approve cart.png")
    stage.settle()
    assert (repo.file("feature", LOGIN), repo.file("feature", CART)) == (OLD, CART_NEW), stage.why()


# ------------------------------------------------------------------------------------------------- thumbs


def test_a_thumb_that_was_never_given_approves_nothing(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """Of dev's heart the hook says that it was a thumb; of a reader's thumb, that it was dev's; and of none."""
    reader, dev = repo.role("reader", "read"), gitlab.account("dev")
    with stage.held():
        (heart,) = gitlab.award(pull, "dev", "heart", on=ours(gitlab, pull))
        (thumb,) = gitlab.award(pull, reader.username, on=ours(gitlab, pull))
    forge(gitlab, heart, told(heart, name="thumbsup"))
    forge(gitlab, thumb, told(thumb, user={"id": dev.id, "username": "dev"}, user_id=dev.id))
    forge(gitlab, thumb, told(thumb, id=999_999_999))
    assert nothing_said(stage)
    assert repo.file("feature", LOGIN) == OLD


def test_a_thumb_older_than_the_pictures_approves_none(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """It was given to other pictures, and is read when new ones stand in the note: it gets words."""
    with stage.held():
        (thumb,) = gitlab.award(pull, "dev", on=ours(gitlab, pull))
    drawn = failures({"login": (OLD, screen("All your base")), "cart": (OLD, CART_NEW)})
    gitlab.finish_workflow(pull, {"goldens": drawn}, attempt=2)
    stage.settle()
    stage.deliver(thumb)
    assert nothing_said(stage)
    assert "Look at the newest pictures" in stage.comment(pull).body
    assert repo.file("feature", LOGIN) == OLD


def test_a_thumb_told_twice_approves_once(stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull) -> None:
    """Whoever may change the hook tells of it again when it was taken back in words: it stays taken back."""
    gitlab.fail(_COMMIT, 403, times=1000, body=b"{}")  # what is not committed can be taken back
    (thumb,) = gitlab.award(pull, "dev", on=ours(gitlab, pull))
    stage.settle()
    assert set(who(stage)) == {"dev"}
    gitlab.comment(pull, "dev", "/golddigger undo")
    stage.settle()
    before = len(who(stage))
    forge(gitlab, thumb, thumb.payload)
    stage.settle()
    assert len(who(stage)) == before


def test_a_thumb_on_a_fork_is_refused_whatever_the_hook_says(stage: Stage, gitlab: GitLabDouble) -> None:
    """The hook says that the branch is in the project itself: the flow asks, and wants the commit named."""
    repo = gitlab.repo("octo/open", files={LOGIN: OLD, ".golddigger.yml": CONFIG}, private=False)
    repo.role("dev", "write")
    pull = repo.pull(fork="stranger/open", files={"a": b"1"}, author="stranger")
    gitlab.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    stage.shows(pull, "action_required")
    with stage.held():
        (thumb,) = gitlab.award(pull, "dev", on=ours(gitlab, pull))
    lie = thumb.payload
    lie["merge_request"]["source_project_id"] = lie["merge_request"]["target_project_id"]
    forge(gitlab, thumb, lie)
    assert nothing_said(stage)
    assert "Name the commit" in stage.comment(pull).body


# ----------------------------------------------------------------------------------------------- the rest


def test_a_living_project_is_not_lost(stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull) -> None:
    """Only one that is really not there any more."""
    assert isinstance(repo, Repo)
    hook = gitlab.system_hook()
    payload = gitlab.hooks.payloads.project_destroy(repo)
    (sample,) = [
        each for each in gitlab.hooks.make("project_destroy", repo, gitlab.account("olga")) if each.hook is hook
    ]
    forge(gitlab, sample, payload)
    stage.settle()
    with stage.whole.parts.reading() as db:
        assert db.execute(select(tables.repos.c.gone)).scalars().all() == [False]
    gitlab.destroy(repo)
    stage.settle()
    with stage.whole.parts.reading() as db:
        assert db.execute(select(tables.repos.c.gone)).scalars().all() == [True]


def test_a_payload_renames_no_project(stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull) -> None:
    """A closing that is told of with another path: what GitLab says of the project stays."""
    with stage.held():
        (hook,) = gitlab.close(pull)
    gitlab.reopen(pull)
    payload = hook.payload
    payload["project"]["path_with_namespace"] = "evil/other"
    forge(gitlab, hook, payload)
    stage.settle()
    with stage.whole.parts.reading() as db:
        assert db.execute(select(tables.repos.c.path)).scalars().all() == [repo.path]


def test_a_branch_that_is_deleted_ends_what_stands_on_it(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """GitLab closes its merge request, and tells of it: nothing is approved there any more."""
    gitlab.delete_branch(pull)
    stage.settle()
    with stage.whole.parts.reading() as db:
        assert set(db.execute(select(tables.runs.c.state)).scalars()) == {"superseded"}
    gitlab.comment(pull, "dev", "/golddigger approve")
    assert nothing_said(stage)
    assert "closed" in stage.replies(pull)[-1]


@pytest.mark.parametrize("kind", ["old", "closed"])
def test_a_server_that_does_not_tell_who_edits_is_answered(kind: str, tmp_path: Path) -> None:
    """A tick is refused in words; a new note with the command is obeyed."""
    with on_stage("gitlab", tmp_path) as stage:
        gitlab = stage.forge
        assert isinstance(gitlab, GitLabDouble)
        repo = gitlab.repo("octo/app", files={LOGIN: OLD, CART: OLD, ".golddigger.yml": CONFIG})
        pull = repo.pull(files={"lib/app.dart": b"// new\n"})
        gitlab.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW), "cart": (OLD, CART_NEW)})})
        stage.shows(pull, "action_required")
        gitlab.api.graphql = kind
        stage.tick(pull, "dev", "login.png")
        assert nothing_said(stage)
        assert "does not tell who edits a note" in stage.comment(pull).body
        gitlab.comment(pull, "dev", "/golddigger approve login.png")
        stage.settle()
        assert repo.file("feature", LOGIN) == NEW, stage.why()


def test_most_deliveries_cost_nothing(stage: Stage, gitlab: GitLabDouble, pull: Pull) -> None:
    """Talk, other emoji, our own renewals: none of them asks GitLab anything."""
    gitlab.comment(pull, "dev", "/golddigger status")
    stage.settle()
    before = len(gitlab.asked)
    gitlab.comment(pull, "dev", "Looks good to me.")
    gitlab.award(pull, "dev", "heart", on=ours(gitlab, pull))
    gitlab.award(pull, "dev", on=gitlab.comments(pull)[-1])
    stage.settle()
    assert len(gitlab.asked) == before, [each.path for each in gitlab.asked[before:]]
