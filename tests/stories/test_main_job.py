"""The main job: broken goldens on a pull request are explained, approved and mended."""

from __future__ import annotations

from tests.stories.bench import Stage
from tests.stories.screens import CONFIG, failures, screen

LOGIN = "test/goldens/login.png"


def test_a_broken_golden_is_explained_and_a_command_commits_it(stage: Stage) -> None:
    """CI ends red, the check says what changed, `/golddigger approve` commits exactly those bytes."""
    old, new = screen("Sign in"), screen("Log in")
    repo = stage.forge.repo("octo/app", files={LOGIN: old, ".golddigger.yml": CONFIG})
    pull = repo.pull(files={"lib/login.dart": b"// new words\n"})
    stage.forge.opened(pull)
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (old, new)})})
    shown = stage.shows(pull, "action_required")
    assert list(shown.remarks) == [LOGIN]
    assert "login.png" in stage.comment(pull).body
    reviewed = pull.head
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", LOGIN) == new, stage.why()
    commit = repo.log("feature")[0]
    assert commit.parents == (reviewed,)
    assert commit.trailers["Approved-by"] == ("dev",)
    assert set(commit.trailers) >= {"Golddigger-Run", "Golddigger-Approval", "Co-authored-by"}
