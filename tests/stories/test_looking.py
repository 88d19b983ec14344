"""What CI kept, what it did not keep, and what is said of that. A check is never left pending."""

from __future__ import annotations

import pytest

from tests.stories.bench import Stage
from tests.stories.screens import CONFIG, failures, screen

LOGIN = "test/goldens/login.png"
OLD, NEW = screen("Sign in"), screen("Log in")
ALL = b"""\
version: 1
suites:
  - name: screens
    preset: same-path
    mode: all
    goldens: ["goldens/**"]
"""


def test_nothing_kept_is_neutral_and_says_what_to_add(stage: Stage) -> None:
    """A workflow without goldens: neutral, with the line to add, and no comment."""
    repo = stage.forge.repo("octo/app", files={LOGIN: OLD})
    pull = repo.pull(files={"README.md": b"# Better\n"})
    stage.forge.finish_workflow(pull, {"coverage": {"index.html": b"<p>"}}, conclusion="success")
    shown = stage.shows(pull, "neutral")
    assert "coverage" in shown.said
    assert "artifact" in shown.said
    assert stage.forge.our_comments(pull) == []


def test_the_check_waits_for_all_of_ci(stage: Stage) -> None:
    """While another workflow runs the check is in progress; the last one to end concludes it."""
    repo = stage.forge.repo("octo/app", files={LOGIN: OLD, ".golddigger.yml": CONFIG})
    pull = repo.pull(files={"README.md": b"# Better\n"})
    stage.forge.start_workflow(pull, name="Goldens")
    stage.forge.finish_workflow(pull, {}, name="Lint", conclusion="success")
    stage.shows(pull, "running")
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})}, name="Goldens")
    stage.shows(pull, "action_required")


def test_two_workflows_are_told_of_in_one_check(stage: Stage) -> None:
    """Two workflows that keep goldens do not overwrite each other."""
    repo = stage.forge.repo("octo/app", files={LOGIN: OLD, "web/test/goldens/home.png": OLD})
    pull = repo.pull(files={"README.md": b"# Better\n"})
    stage.forge.finish_workflow(pull, {"goldens-app": failures({"login": (OLD, NEW)})}, name="App")
    kept = failures({"home": (OLD, screen("Home"))}, folder="web/test")
    stage.forge.finish_workflow(pull, {"goldens-web": kept}, name="Web")
    body = stage.comment(pull).body
    assert "login.png" in body
    assert "home.png" in body
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", LOGIN) == NEW, stage.why()
    assert repo.file("feature", "web/test/goldens/home.png") == screen("Home")
    assert len(repo.log("feature")) == 3


def test_shards_are_merged(stage: Stage) -> None:
    """Artifacts of one pipeline lie side by side."""
    files = {LOGIN: OLD, "test/goldens/cart.png": OLD, ".golddigger.yml": CONFIG}
    repo = stage.forge.repo("octo/app", files=files)
    pull = repo.pull(files={"README.md": b"# Better\n"})
    stage.forge.finish_workflow(
        pull,
        {
            "goldens-1-of-2": failures({"login": (OLD, NEW)}),
            "goldens-2-of-2": failures({"cart": (OLD, screen("Cart"))}),
        },
    )
    assert len(stage.shown(pull).remarks) == 2, stage.why()


def test_every_candidate_within_its_goldens_is_a_success(stage: Stage) -> None:
    """Where the artifact holds all, our comparison decides: the same pixels pass, and nothing is said aloud."""
    repo = stage.forge.repo("octo/app", files={"goldens/a.png": OLD, ".golddigger.yml": ALL})
    pull = repo.pull(files={"README.md": b"# Better\n"})
    stage.forge.finish_workflow(pull, {"goldens": {"goldens/a.png": OLD}}, conclusion="success")
    stage.shows(pull, "success")
    assert stage.forge.our_comments(pull) == []


def test_added_and_removed_goldens_are_committed(stage: Stage) -> None:
    """A new candidate is added, a golden nobody draws any more is removed, by one approval."""
    files = {"goldens/a.png": OLD, "goldens/gone.png": OLD, ".golddigger.yml": ALL}
    repo = stage.forge.repo("octo/app", files=files)
    pull = repo.pull(files={"README.md": b"# Better\n"})
    kept = {"goldens/a.png": OLD, "goldens/new.png": NEW}
    stage.forge.finish_workflow(pull, {"goldens": kept}, conclusion="success")
    assert "1 golden added, 1 removed" in stage.shown(pull).title, stage.why()
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", "goldens/new.png") == NEW, stage.why()
    assert repo.file("feature", "goldens/gone.png") is None


def test_a_lost_shard_removes_nothing(stage: Stage) -> None:
    """Two of three numbered shards: a golden without a candidate may be in the third."""
    files = {"goldens/a.png": OLD, "goldens/b.png": OLD, ".golddigger.yml": ALL}
    repo = stage.forge.repo("octo/app", files=files)
    pull = repo.pull(files={"README.md": b"# Better\n"})
    kept = {"goldens-1-of-3": {"goldens/a.png": NEW}, "goldens-2-of-3": {"README.txt": b""}}
    stage.forge.finish_workflow(pull, kept, conclusion="failure")
    shown = stage.shown(pull)
    assert "removed" not in shown.title
    assert "shards" in shown.said, shown.said


def test_an_expired_artifact_is_explained(stage: Stage) -> None:
    """An artifact that is gone is no success."""
    repo = stage.forge.repo("octo/app", files={LOGIN: OLD, ".golddigger.yml": CONFIG})
    pull = repo.pull(files={"README.md": b"# Better\n"})
    with stage.held():
        hooks = stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
        stage.forge.expire(pull)
    stage.deliver(*hooks)
    shown = stage.shows(pull, "neutral")
    assert "expired" in shown.said


def test_a_hostile_archive_fails_with_a_sentence(stage: Stage) -> None:
    """A member that climbs out of the archive is refused, and so is all of it."""
    repo = stage.forge.repo("octo/app", files={LOGIN: OLD, ".golddigger.yml": CONFIG})
    pull = repo.pull(files={"README.md": b"# Better\n"})
    stage.forge.finish_workflow(pull, {"goldens": {"../../etc/passwd": b"root"}})
    shown = stage.shows(pull, "failure")
    assert ".." in shown.said


def test_an_unreadable_candidate_cannot_be_approved(stage: Stage) -> None:
    """Bytes that are no picture are shown with a sentence, and no command commits them."""
    repo = stage.forge.repo("octo/app", files={LOGIN: OLD, ".golddigger.yml": CONFIG})
    pull = repo.pull(files={"README.md": b"# Better\n"})
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW[:90])})})
    stage.shows(pull, "action_required")
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD
    assert "Nothing awaits a decision" in stage.replies(pull)[0]


def test_a_mistake_in_the_configuration_is_shown_with_its_line(stage: Stage) -> None:
    """The base branch's file is read strictly; the change's own copy counts for nothing."""
    bad = CONFIG.replace(b"goldens:", b"golden:")
    repo = stage.forge.repo("octo/app", files={LOGIN: OLD, ".golddigger.yml": bad})
    pull = repo.pull(files={".golddigger.yml": CONFIG})
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    shown = stage.shows(pull, "failure")
    assert "line 5" in shown.said
    assert "goldens" in shown.said


@pytest.mark.parametrize("path", [".github/workflows/ci.png", "CODEOWNERS", ".gitattributes"])
def test_protected_paths_are_never_committed(stage: Stage, path: str) -> None:
    """Whatever the globs say, an approval does not write where CI and reviewers are governed."""
    wide = ALL.replace(b"goldens/**", b"**")
    repo = stage.forge.repo("octo/app", files={path: OLD, ".golddigger.yml": wide})
    pull = repo.pull(files={"README.md": b"# Better\n"})
    stage.forge.finish_workflow(pull, {"goldens": {path: NEW}}, conclusion="success")
    stage.settle()
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", path) == OLD


def test_a_newer_attempt_replaces_the_older_one(stage: Stage) -> None:
    """*Re-run failed jobs*: what the second attempt kept counts."""
    repo = stage.forge.repo("octo/app", files={LOGIN: OLD, ".golddigger.yml": CONFIG})
    pull = repo.pull(files={"README.md": b"# Better\n"})
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    stage.settle()
    third = screen("Enter")
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, third)})}, attempt=2)
    stage.settle()
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", LOGIN) == third, stage.why()


def test_a_rerun_compares_again(stage: Stage) -> None:
    """The command fetches and compares once more."""
    repo = stage.forge.repo("octo/app", files={LOGIN: OLD, ".golddigger.yml": CONFIG})
    pull = repo.pull(files={"README.md": b"# Better\n"})
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    first = stage.shown(pull)
    stage.forge.comment(pull, "dev", "/golddigger rerun")
    assert stage.shows(pull, "action_required").url != first.url, stage.why()


def test_a_closed_pull_request_is_left_alone(stage: Stage) -> None:
    """After it was closed nothing is committed to it."""
    repo = stage.forge.repo("octo/app", files={LOGIN: OLD, ".golddigger.yml": CONFIG})
    pull = repo.pull(files={"README.md": b"# Better\n"})
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    stage.settle()
    stage.forge.close(pull)
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD
