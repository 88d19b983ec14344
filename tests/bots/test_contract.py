"""The port's contract: what every forge answers to the same questions, told by the same assertions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import stamina

from bots import markers
from bots.events import Commanded, Delivery, HeadMoved, Ignored, PipelineFinished, Unverified
from bots.forge import (
    ApproveRule,
    Artifact,
    Conclusion,
    Conflict,
    Forbidden,
    Permission,
    PipelineState,
    Publications,
    Reaction,
    Report,
    User,
    Write,
)
from bots.markers import ReportMark
from diffing.digests import blob_id
from diffing.pointers import Pointer
from diffing.words import BlobId, Digest, Name, Refused, Sha, Unavailable
from tests.bots.grounds import BASE, BRANCH, ROBIN, STRANGER, Ground, OnServer, change_of, ground
from tests.forges.git import File, Person

pytestmark = pytest.mark.slow

MESSAGE = "Accept 2 goldens\n\nGolddigger-Run: r\nGolddigger-Approval: a\nApproved-by: robin"
EVERY, SERVERS = ("local", "github", "gitlab"), ("github", "gitlab")
NOWHERE = Sha("0" * 40)
HOSTILE = [
    "goldens/with space.png",
    "goldens/ä-ö-😀.png",
    "goldens/100%25.png",
    "goldens/a?b#c&d=e.png",
    "goldens/[id]/{x}.png",
    'goldens/it\'s "quoted".png',
    "goldens/-rf.png",
    "goldens/$(touch hacked);`x`.png",
    "goldens/a+b@c:d.png",
    "goldens/.hidden/..png",
    "goldens/<b>&amp;.png",
]


@pytest.fixture(autouse=True)
def _tries_without_pauses() -> Iterator[None]:
    """Try as often as in production, without waiting in between."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture(params=EVERY)
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    """Stand on each forge's ground."""
    with ground(request.param, tmp_path) as made:
        yield made


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OnServer]:
    """Stand on the ground of each forge that is a server: a folder has no doors, and is never down."""
    with ground(request.param, tmp_path) as made:
        assert isinstance(made, OnServer)
        yield made


def write(name: str, content: bytes | None, mode: str = "100644") -> Write:
    """Name a file to be written."""
    return Write(name=Name(name), content=content, mode=mode)


def tip(at: Ground, branch: str = "feature") -> str | None:
    """Say where a branch stands, as git sees it."""
    return at.git.ref(f"refs/heads/{branch}")


# ------------------------------------------------------------------------------------------------- asking


def test_a_change_is_described_as_it_stands_now(at: Ground) -> None:
    """Its branch, head and base; open; the branch in the repository itself."""
    change = change_of(at)
    assert (change.number, change.branch, change.base_branch) == (at.number, "feature", "main")
    assert (change.head, change.base) == (tip(at), tip(at, "main"))
    assert (change.open, change.fork, change.head_path) == (True, False, at.repo.path)
    assert (change.title, change.author) == (change.title.strip(), "dev")
    at.push({"goldens/b.png": b"newer"})
    assert change_of(at).head == tip(at) != change.head


def test_a_change_that_there_is_not_is_refused(at: Ground) -> None:
    """With a sentence."""
    with pytest.raises(Refused, match="999999"):
        at.forge.change(at.repo, "999999")


def test_a_repository_that_there_is_not_is_refused(at: Ground) -> None:
    """Or one that we may not know of."""
    with pytest.raises(Refused):
        at.forge.change(replace(at.repo, id="424242", path="octo/nothing"), at.number)


def test_changes_are_found_by_their_head(at: Ground) -> None:
    """By the commit at which they stand now, and by no other."""
    head = change_of(at).head

    def found(head: Sha, branch: str | None = "feature") -> list[str]:
        return [each.number for each in at.forge.changes_at(at.repo, head, branch, at.repo.path)]

    assert found(head) == [at.number]
    assert at.number in found(head, None)
    assert found(NOWHERE) == []
    at.push({"goldens/b.png": b"newer"})
    assert found(head) == []


def test_the_configuration_is_that_of_the_base_branch(at: Ground) -> None:
    """The branch has one of its own, which does not count."""
    assert at.forge.config(change_of(at)) == BASE[".golddigger.yml"]


def test_pipelines_and_what_they_kept(at: Ground) -> None:
    """The artifacts by name, the newest of each; their files by path; and that CI has ended."""
    at.keep({"goldens": {"test/failures/a_testImage.png": b"drawn"}})
    (pipeline,) = at.forge.pipelines(change_of(at))
    assert pipeline.head == change_of(at).head
    assert pipeline.state in {PipelineState.FAILED, PipelineState.SUCCEEDED}
    (artifact,) = at.forge.artifacts(pipeline)
    assert ("goldens" in artifact.name, artifact.expired, artifact.size > 0) == (True, False, True)
    with at.forge.open_artifact(pipeline, artifact) as archive:
        assert list(archive.paths) == ["test/failures/a_testImage.png"]
        assert archive.read("test/failures/a_testImage.png") == b"drawn"


def test_pipelines_of_another_head_are_not_the_changes(at: Ground) -> None:
    """What CI drew before a push says nothing of what is there now."""
    at.keep({"goldens": {"a.png": b"drawn"}})
    at.push({"goldens/b.png": b"newer"})
    assert at.forge.pipelines(change_of(at)) == []


def test_an_expired_artifact_is_named_and_refused(at: Ground) -> None:
    """Only its name is left."""
    at.keep({"goldens": {"a.png": b"drawn"}})
    (pipeline,) = at.forge.pipelines(change_of(at))
    at.lose()
    (artifact,) = at.forge.artifacts(pipeline)
    assert artifact.expired
    with pytest.raises(Refused), at.forge.open_artifact(pipeline, artifact):
        pass


def test_an_artifact_that_was_made_up_is_refused(at: Ground) -> None:
    """Whoever asks for it, nothing but what CI kept is opened."""
    at.keep({"goldens": {"a.png": b"drawn"}})
    (pipeline,) = at.forge.pipelines(change_of(at))
    for id_ in ("/etc/passwd", "424242", "../1"):
        made_up = Artifact(id=id_, name="goldens", size=1)
        with pytest.raises(Refused), at.forge.open_artifact(pipeline, made_up):
            pass


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "a/../../b", "c:\\x\\..\\y"])
def test_an_archive_that_climbs_out_is_refused(at: Ground, path: str) -> None:
    """All of it, before anything is read."""
    at.keep({"goldens": {path: b"root", "a.png": b"drawn"}})
    (pipeline,) = at.forge.pipelines(change_of(at))
    (artifact,) = at.forge.artifacts(pipeline)
    with pytest.raises(Refused), at.forge.open_artifact(pipeline, artifact) as archive:
        archive.read(path)


def test_the_tree_and_the_blobs_are_gits(at: Ground) -> None:
    """Every file with its mode and id; its bytes by that id, many at once."""
    at.push({"link": File(b"README.md", "120000"), "run.sh": File(b"#!", "100755")})
    tree = at.forge.tree(at.repo, change_of(at).head)
    expected = {**BASE, **BRANCH, "link": b"README.md", "run.sh": b"#!"}
    assert {name: entry.id for name, entry in tree.items()} == {
        name: blob_id(content) for name, content in expected.items()
    }
    modes = {name: tree[Name(name)].mode for name in ("README.md", "link", "run.sh")}
    assert modes == {"README.md": "100644", "link": "120000", "run.sh": "100755"}
    ids = [entry.id for entry in tree.values()]
    assert dict(at.forge.blobs(at.repo, ids)) == {blob_id(content): content for content in expected.values()}
    assert list(at.forge.blobs(at.repo, [])) == []


def test_what_git_does_not_hold_is_refused(at: Ground) -> None:
    """A commit or a blob that there is not."""
    with pytest.raises(Refused):
        at.forge.tree(at.repo, NOWHERE)
    with pytest.raises(Refused):
        list(at.forge.blobs(at.repo, [BlobId("1" * 40)]))


def test_large_files_are_put_in_and_taken_out(at: Ground) -> None:
    """By their digest; one that nobody put in is refused."""
    content = b"a large picture"
    oid = Digest(hashlib.sha256(content).hexdigest())
    at.forge.upload_large(change_of(at), {oid: content})
    assert dict(at.forge.large_files(at.repo, [Pointer(oid, len(content))])) == {oid: content}
    with pytest.raises(Refused):
        list(at.forge.large_files(at.repo, [Pointer(Digest("0" * 64), 5)]))


# ------------------------------------------------------------------------------------------------ writing


def test_a_commit_holds_exactly_what_was_given(at: Ground) -> None:
    """Changed, added and removed in one commit on the reviewed head, with its trailers; and it is found again."""
    change = change_of(at)
    files = [
        write("goldens/a.png", b"\x89PNG\r\n\x1a\n\x00new"),
        write("goldens/deep/er/c.png", b"\x00\xff"),
        write("goldens/b.png", None),
    ]
    made = at.forge.commit(change, files, MESSAGE, change.head)
    assert made.sha == tip(at)
    newest = at.git.log("feature")[0]
    assert newest.parents == (change.head,)
    assert newest.message.strip() == MESSAGE
    held = {entry.path: at.git.blob(entry.id) for entry in at.git.tree("feature") if entry.kind == "blob"}
    assert held == {
        **BASE,
        ".golddigger.yml": BRANCH[".golddigger.yml"],
        "goldens/a.png": b"\x89PNG\r\n\x1a\n\x00new",
        "goldens/deep/er/c.png": b"\x00\xff",
    }
    found = at.forge.history(change, 2)
    assert [each.sha for each in found] == [made.sha, change.head]
    assert "Golddigger-Approval: a" in found[0].message.splitlines()


def test_hostile_names_are_only_names(at: Ground) -> None:
    """Made, read, changed and removed, letter by letter."""
    change = change_of(at)
    drawn = {name: name.encode() for name in HOSTILE}
    at.forge.commit(change, [write(name, content) for name, content in drawn.items()], MESSAGE, change.head)
    tree = at.forge.tree(at.repo, change_of(at).head)
    assert {name: tree[Name(name)].id for name in HOSTILE} == {name: blob_id(each) for name, each in drawn.items()}
    change = change_of(at)
    files = [write(HOSTILE[0], None), *(write(name, b"again") for name in HOSTILE[1:])]
    at.forge.commit(change, files, MESSAGE, change.head)
    assert at.git.entry("feature", HOSTILE[0]) is None
    assert {at.git.file("feature", name) for name in HOSTILE[1:]} == {b"again"}


def test_an_executable_golden_stays_one(at: Ground) -> None:
    """Its mode goes with it."""
    at.push({"goldens/run.png": File(b"1", "100755")})
    change = change_of(at)
    at.forge.commit(change, [write("goldens/run.png", b"2", "100755")], MESSAGE, change.head)
    entry = at.git.entry("feature", "goldens/run.png")
    assert entry is not None
    assert (entry.mode, at.git.blob(entry.id)) == ("100755", b"2")


def test_nothing_is_written_where_the_branch_moved(at: Ground) -> None:
    """Neither forward nor back: the head is no longer the reviewed one."""
    change = change_of(at)
    at.push({"goldens/b.png": b"newer"})
    moved = tip(at)
    with pytest.raises(Conflict):
        at.forge.commit(change, [write("goldens/a.png", b"new")], MESSAGE, change.head)
    assert tip(at) == moved
    at.git.move("refs/heads/feature", change.base)
    with pytest.raises(Conflict):
        at.forge.commit(change, [write("goldens/a.png", b"new")], MESSAGE, change.head)
    assert tip(at) == change.base


def test_a_commit_beside_leaves_the_branch_alone(at: Ground) -> None:
    """A branch of its own is made on the change's head, and moved by the next."""
    change = change_of(at)
    ours: list[Sha] = []
    for content in (b"one", b"two"):
        files = [write("goldens/a.png", content)]
        made = at.forge.commit_beside(change, files, MESSAGE, "golddigger/pr-1", ours=ours)
        ours.append(made.sha)
        (newest, *_) = at.git.log("golddigger/pr-1")
        assert (newest.sha, newest.parents) == (made.sha, (change.head,))
        assert at.git.file("golddigger/pr-1", "goldens/a.png") == content
    assert tip(at) == change.head


def test_a_branch_beside_that_is_somebodys_is_left_alone(at: Ground) -> None:
    """One that was there before, and ours onto which somebody pushed: it is said what to do about it."""
    change, files = change_of(at), [write("goldens/a.png", b"new")]
    at.git.move("refs/heads/golddigger/pr-1", change.base)
    with pytest.raises(Forbidden, match="Rename or delete that branch"):
        at.forge.commit_beside(change, files, MESSAGE, "golddigger/pr-1", ours=[change.head])
    assert tip(at, "golddigger/pr-1") == change.base
    made = at.forge.commit_beside(change, files, MESSAGE, "golddigger/pr-2", ours=[])
    dev = Person("dev", "dev@example.org")
    pushed = at.git.write(
        "golddigger/pr-2", {"mine": b"1"}, message="Mine", author=dev, at=datetime.now(UTC), parent=made.sha
    )
    for head in (change.head, made.sha):
        with pytest.raises(Forbidden, match="golddigger/pr-2"):
            at.forge.commit_beside(replace(change, head=head), files, MESSAGE, "golddigger/pr-2", ours=[made.sha])
    assert tip(at, "golddigger/pr-2") == pushed


def test_a_commit_beside_that_was_made_and_not_recorded_is_ours(at: Ground) -> None:
    """It is told by its trailers; the next stands in its place."""
    change, message = change_of(at), f"{MESSAGE.rstrip()}\n\nGolddigger-Approval: made-once"
    files = [write("goldens/a.png", b"new")]
    at.forge.commit_beside(change, files, message, "golddigger/pr-1", ours=[])
    again = at.forge.commit_beside(change, files, message, "golddigger/pr-1", ours=[])
    assert tip(at, "golddigger/pr-1") == again.sha
    other = f"{MESSAGE.rstrip()}\n\nGolddigger-Approval: another"
    with pytest.raises(Forbidden):
        at.forge.commit_beside(change, files, other, "golddigger/pr-1", ours=[])


def test_a_branch_beside_that_stands_at_ours_grows(at: Ground) -> None:
    """On top of what was committed there before."""
    change = change_of(at)
    first = at.forge.commit_beside(change, [write("a.png", b"1")], MESSAGE, "golddigger/pr-1", ours=[])
    onto = replace(change, head=first.sha)
    second = at.forge.commit_beside(onto, [write("b.png", b"2")], MESSAGE, "golddigger/pr-1", ours=[first.sha])
    assert [each.sha for each in at.git.log("golddigger/pr-1")[:3]] == [second.sha, first.sha, change.head]


def test_a_protected_branch_is_forbidden(server: OnServer) -> None:
    """So that the flow can offer a branch beside it. Nothing is written."""
    change = change_of(server)
    server.pull.repo.protect("feature")
    with pytest.raises(Forbidden):
        server.forge.commit(change, [write("goldens/a.png", b"new")], MESSAGE, change.head)
    assert tip(server) == change.head
    made = server.forge.commit_beside(
        change, [write("goldens/a.png", b"new")], MESSAGE, "golddigger/pr-1", ours=[]
    )
    assert tip(server, "golddigger/pr-1") == made.sha


def test_a_forks_branch_is_forbidden(server: OnServer) -> None:
    """Where its author allowed nothing. The fork is described as one, and its commit read through the base."""
    server.pull = server.pull.repo.pull(fork="stranger/app", files=BRANCH, author="stranger", branch="theirs")
    server.number = str(server.pull.number)
    change = change_of(server)
    assert change.fork
    assert change.head_path in {"stranger/app", ""}, "a fork that the bot may not see has no name"
    assert Name("goldens/b.png") in server.forge.tree(server.repo, change.head)
    with pytest.raises(Forbidden):
        server.forge.commit(change, [write("goldens/a.png", b"new")], MESSAGE, change.head)


# ------------------------------------------------------------------------------------------------- people

Ask = Callable[[Ground, User], Permission]


def approves(at: Ground, who: User) -> Permission:
    """Ask whether somebody may approve."""
    return at.forge.may_approve(change_of(at), who, ApproveRule())


def sees(at: Ground, who: User) -> Permission:
    """Ask whether somebody may look."""
    return at.forge.may_see(at.repo, who)


@pytest.mark.parametrize("ask", [approves, sees])
def test_who_may_and_who_may_not(at: Ground, ask: Ask) -> None:
    """Somebody of the repository may; a stranger, nobody's name, and a bot may not. Each answer says why."""
    assert ask(at, ROBIN).granted
    assert ROBIN.name in ask(at, ROBIN).why
    for who in (STRANGER, User("nobody-at-all"), User("röbin"), User(ROBIN.name, bot=True)):
        answer = ask(at, who)
        assert (answer.granted, bool(answer.why)) == (False, True), who


@pytest.mark.parametrize("ask", [approves, sees])
@pytest.mark.parametrize("name", ["", ".", "..", "../robin", "robin/..", "robin?x=1", "robin\n", "*", "a" * 5000])
def test_what_is_no_name_is_nobody(at: Ground, ask: Ask, name: str) -> None:
    """A no, or a refusal: never somebody else who is asked about instead."""
    try:
        answer = ask(at, User(name))
    except Refused:
        return
    assert not answer.granted


def test_nobody_who_is_not_signed_in_sees_a_private_repository(at: Ground) -> None:
    """Whether there is one is not even said."""
    assert not at.forge.may_see(at.repo, None).granted


def test_anybody_sees_a_public_repository(server: OnServer) -> None:
    """Signed in or not; a bot never looks."""
    public = server.public()
    assert server.forge.may_see(public, None).granted
    assert server.forge.may_see(public, STRANGER).granted
    assert not server.forge.may_see(public, User("robot", bot=True)).granted


@pytest.mark.parametrize("role", ["none", "triage", "write", "maintain", "admin"])
@pytest.mark.parametrize("needed", ["triage", "write", "maintain", "admin"])
def test_a_rule_asks_for_a_role_or_a_higher_one(server: OnServer, needed: str, role: str) -> None:
    """The forge's own roles, in the port's words."""
    order = ["none", "triage", "write", "maintain", "admin"]
    server.pull.repo.role("maria", role)
    granted = server.forge.may_approve(change_of(server), User("maria"), ApproveRule(permission=needed)).granted
    assert granted == (order.index(role) >= order.index(needed))


def test_a_rule_names_people_and_may_exclude_the_author(server: OnServer) -> None:
    """A name opens the door whatever the role is; one's own change may be closed to one."""
    server.pull.repo.role("designer", "read")
    server.pull.repo.role("dev", "admin")
    rule = ApproveRule(users=("designer",), self_approval=False)
    change = change_of(server)
    assert server.forge.may_approve(change, User("designer"), rule).granted
    assert not server.forge.may_approve(change, User("dev"), rule).granted
    assert server.forge.may_approve(change, User("dev"), ApproveRule()).granted


@pytest.mark.parametrize("ask", [approves, sees])
@pytest.mark.parametrize("status", [401, 403, 404, 418, 500, 502, 503])
def test_without_an_answer_nobody_may(server: OnServer, ask: Ask, status: int) -> None:
    """A forge that does not answer, or not sensibly, is no yes: it is a no, or an error that is one."""
    change = change_of(server)
    server.double.fail(".*", status, times=10_000)
    try:
        answer = (
            server.forge.may_see(server.repo, ROBIN)
            if ask is sees
            else server.forge.may_approve(change, ROBIN, ApproveRule())
        )
    except (Refused, Unavailable):
        return
    assert not answer.granted


# ------------------------------------------------------------------------------------------------ telling


def report(at: Ground, conclusion: Conclusion | None, title: str, comment: str | None = "") -> Report:
    """Word a report on the change's head; with a comment, where one is not None."""
    change = change_of(at)
    mark = markers.report(ReportMark("1", change.head, "1"))
    return Report(
        head=change.head,
        handle="1",
        conclusion=conclusion,
        title=title,
        summary="One suite.",
        url="https://golddigger.example.org/runs/x",
        comment=None if comment is None else f"{mark}\n### {title}\n{comment}",
    )


def said(at: Ground, each: Report, before: Publications) -> Publications:
    """Say a report to its end."""
    *_, last = at.forge.publish(change_of(at), each, before)
    return last


def test_a_report_is_said_once_and_then_edited(server: OnServer) -> None:
    """However often, and also by somebody who lost where it was said: one comment, with the newest words."""
    at = server
    first = said(at, report(at, None, "Comparing"), Publications())
    again = said(at, report(at, Conclusion.ACTION_REQUIRED, "3 goldens changed"), first)
    said(at, report(at, Conclusion.SUCCESS, "All is approved"), Publications())
    said(at, report(at, Conclusion.SUCCESS, "All is approved"), again)
    (comment,) = server.double.our_comments(server.pull)
    assert "All is approved" in comment.body
    assert first.comment == again.comment == str(comment.id)


def test_the_result_is_said_before_it_is_decorated(server: OnServer) -> None:
    """The comment cannot be written: what a team requires stands already, and is told."""
    told: list[Publications] = []
    server.double.fail("^(POST|PUT|PATCH) .*/(comments|notes)", 403, times=10_000)
    with pytest.raises((Refused, Unavailable)):
        told.extend(
            server.forge.publish(
                change_of(server), report(server, Conclusion.FAILURE, "1 golden rejected"), Publications()
            )
        )
    assert server.double.our_comments(server.pull) == []
    for each in server.forge.publish(
        change_of(server), report(server, Conclusion.FAILURE, "1 golden rejected", None), Publications()
    ):
        assert each.check is not None
        assert each.said_at is not None


def test_without_a_comment_none_is_written(at: Ground) -> None:
    """Nothing to say to the whole change: what stands at its head is enough."""
    last = said(at, report(at, Conclusion.SUCCESS, "All goldens are the same", None), Publications())
    assert (last.check is not None, last.comment) == (True, None)


def test_a_comment_is_seen_and_answered(server: OnServer) -> None:
    """An emoji under it, and a reply; saying either again adds nothing."""
    server.double.comment(server.pull, ROBIN.name, "/golddigger approve")
    comment = server.double.comments(server.pull)[-1]
    change = change_of(server)
    for _ in range(2):
        server.forge.react(change, str(comment.id), Reaction.SEEN)
        server.forge.reply(change, str(comment.id), "Nothing awaits a decision.")
    assert [name for _, name in comment.reactions] == ["eyes"]
    assert len(server.double.our_comments(server.pull)) == 1
    assert "Nothing awaits a decision." in server.double.our_comments(server.pull)[0].body


def test_people_are_spoken_to_in_the_forges_own_words(at: Ground) -> None:
    """A change is called something, and its number written somehow."""
    words = at.forge.words()
    assert (words.change, words.sign) in {("branch", ""), ("pull request", "#"), ("merge request", "!")}
    assert ROBIN.name in words.ping(ROBIN.name)


# ----------------------------------------------------------------------------------------------- bad days


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_forge_that_is_down_is_unavailable(server: OnServer, status: int) -> None:
    """Whatever was asked: try again later. Nothing is called refused that may work in a minute."""
    change = change_of(server)
    server.double.fail(".*", status, times=10_000)
    asks: list[Callable[[], object]] = [
        lambda: server.forge.change(server.repo, server.number),
        lambda: server.forge.pipelines(change),
        lambda: server.forge.config(change),
        lambda: server.forge.tree(server.repo, change.head),
        lambda: list(server.forge.blobs(server.repo, [blob_id(b"golden b")])),
        lambda: server.forge.history(change, 3),
        lambda: server.forge.commit(change, [write("a.png", b"1")], MESSAGE, change.head),
        lambda: said(server, report_of(change.head), Publications()),
    ]
    for ask in asks:
        with pytest.raises(Unavailable):
            ask()
    assert tip(server) == change.head


def report_of(head: Sha) -> Report:
    """Word a report without asking anybody."""
    return Report(
        head=head, handle="1", conclusion=Conclusion.SUCCESS, title="Good", summary="Good.", url="https://x"
    )


def test_a_limit_says_when_to_come_again(server: OnServer) -> None:
    """The forge's own number of seconds, so that nobody asks sooner."""
    server.double.limit(retry_after=77, times=100)
    with pytest.raises(Unavailable) as limited:
        server.forge.change(server.repo, server.number)
    assert limited.value.after is not None
    assert 60 <= limited.value.after <= 120


# ---------------------------------------------------------------------------------------------- webhooks


def test_a_delivery_is_verified_and_read(at: Ground) -> None:
    """That CI ended, on which commit; and a comment, by whom, in whose own words."""
    headers, body = at.told()
    delivery = at.hook.verify(headers, body)
    assert (delivery.host, delivery.body) == (at.repo.host, body)
    event = at.hook.read(delivery)
    match event:
        case PipelineFinished():
            assert (event.repo.id, event.head, event.branch) == (at.repo.id, tip(at), "feature")
        case HeadMoved():  # GitLab names the merge request itself
            assert (event.repo.id, event.number) == (at.repo.id, at.number)
        case other:
            pytest.fail(f"{other} leads to no change")
    spoken = at.hook.read(at.hook.verify(*at.commanded("/golddigger approve")))
    assert isinstance(spoken, Commanded)
    assert (spoken.number, spoken.who.name, spoken.text) == (at.number, ROBIN.name, "/golddigger approve")
    assert not spoken.who.bot


def test_the_same_delivery_has_the_same_id(at: Ground) -> None:
    """Headers may come in any letter case; another delivery has another id."""
    headers, body = at.told()
    shouted = {name.upper(): value for name, value in headers.items()}
    assert at.hook.verify(headers, body) == at.hook.verify(shouted, body)


def test_a_delivery_without_proof_is_turned_away(at: Ground) -> None:
    """Without any headers, or with every one of them spoiled; and no secret is named in the refusal."""
    headers, body = at.told()
    for spoiled in (
        {},
        dict.fromkeys(headers, "x"),
        dict.fromkeys(headers, "ä\udcff"),
        dict.fromkeys(headers, ""),
    ):
        with pytest.raises(Unverified) as refused:
            at.hook.verify(spoiled, body)
        assert "secret of" not in str(refused.value)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"\xff\xfe", b'{"a":', b'"text"', b"[" * 100_000, b'{"repository": {"id": {}}}']
)
def test_what_makes_no_sense_is_ignored(at: Ground, body: bytes) -> None:
    """Whatever the event is called: nothing crashes, and a sentence says why."""
    headers, real = at.told()
    event = at.hook.verify(headers, real).event
    read = at.hook.read(Delivery(at.repo.host, "1", event, body))
    assert isinstance(read, Ignored)
    assert read.why
