"""Tell what the sample holds, and that the demo plays from end to end."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from app import review
from app.demo import artifacts, command, pictures, rehearsal, sample
from diffing.differ import differ
from diffing.groups import unite
from diffing.words import Kind, Outcome, Refused, Rules

pytestmark = pytest.mark.slow

KINDS = {
    "cart_page.png": Kind.CONTENT,
    "product_page.png": Kind.RECOLOURED,
    "profile_page.png": Kind.SHIFTED,
    "saved_page.png": Kind.CONTENT,
    "settings_dark.png": Kind.ANTIALIASING_ONLY,
    "sign_in_page.png": Kind.RESIZED,
    "dashboard-chromium-linux.png": Kind.RECOLOURED,
    "landing-chromium-linux.png": Kind.CONTENT,
    "catalogue.json": Kind.FORMATTING_ONLY,
    "invoice.png": Kind.ENCODING_ONLY,
    "label.png": Kind.METADATA_ONLY,
    "order.json": Kind.CONTENT,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> sample.Sample:
    """The sample, made once."""
    return sample.make(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def said() -> list[str]:
    """What was printed."""
    return []


def test_the_sample_shows_every_kind_of_change() -> None:
    """As the comparison names them, and as the README promises."""
    goldens = {**pictures.shop(), **pictures.website(), **pictures.orders()}
    found: dict[str, Kind | None] = {}
    for name, drawn in goldens.items():
        if drawn.golden and drawn.candidate and drawn.golden != drawn.candidate:
            difference = differ(drawn.golden, drawn.candidate, Rules())
            if difference.outcome is Outcome.CHANGED:
                found[Path(name).name] = difference.kind
            else:
                assert difference.outcome is Outcome.UNREADABLE
                assert name.endswith("payment-chromium-linux.png")
    assert found == KINDS
    assert set(found.values()) == set(Kind)


def test_the_sample_has_one_change_in_two_goldens() -> None:
    """The button of the cart stands on another page too: both are one group, and no other golden belongs to it."""
    drawn = {name: each for name, each in pictures.shop().items() if each.golden != each.candidate}
    found = unite([differ(each.golden or b"", each.candidate or b"", Rules()) for each in drawn.values()])
    prints = {Path(name).stem: each.fingerprint for name, each in zip(drawn, found, strict=True)}
    assert [name for name, mark in prints.items() if mark == prints["cart_page"]] == ["cart_page", "saved_page"]
    assert len(set(prints.values())) == len(prints) - 1


def test_the_sample_has_one_added_and_one_removed() -> None:
    """And some that are the same."""
    goldens = {**pictures.shop(), **pictures.website(), **pictures.orders()}.values()
    assert sum(drawn.golden is None for drawn in goldens) == 1
    assert sum(drawn.candidate is None for drawn in goldens) == 1
    assert sum(drawn.golden == drawn.candidate for drawn in goldens) == 3


def test_the_same_sample_is_made_every_time(made: sample.Sample, tmp_path: Path) -> None:
    """Same pictures, same dates, same authors: the same commit, and the same zip."""
    again = sample.make(tmp_path)
    assert again.head == made.head
    zips = [each.artifacts["golddigger-website"].read_bytes() for each in (made, again)]
    assert zips[0] == zips[1]


def test_the_sample_does_not_depend_on_whose_machine_it_is(
    made: sample.Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who signs commits and converts line ends gets the same one."""
    settings = tmp_path / "gitconfig"
    settings.write_text(
        "[commit]\n\tgpgSign = true\n[core]\n\tautocrlf = true\n\thooksPath = /nowhere\n"
        "[init]\n\tdefaultBranch = trunk\n[user]\n\tname = Somebody Else\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    assert sample.make(tmp_path / "sample").head == made.head


def test_the_sample_is_a_clean_checkout_of_main(made: sample.Sample) -> None:
    """So that an approval on `redesign` is in nobody's way."""
    said = subprocess.run(
        ("git", "status", "--porcelain", "--branch"), cwd=made.git.path, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "## main"


def test_playwrights_report_names_what_lies_beside_it() -> None:
    """Each attachment's path leads to a file of the artifact or to a golden of the repository."""
    pages = pictures.website()
    files = artifacts.playwright(pages)
    report = json.loads(files["web/results.json"])
    results = [
        result
        for suite in report["suites"]
        for spec in suite["specs"]
        for test in spec["tests"]
        for result in test["results"]
    ]
    paths = [
        each["path"].removeprefix("/home/runner/work/fjord/fjord/") for r in results for each in r["attachments"]
    ]
    assert {path for path in paths if path.endswith("-actual.png")} <= set(files)
    assert {path for path in paths if not path.endswith("-actual.png")} == {
        name for name, drawn in pages.items() if drawn.golden
    }
    assert sum("A snapshot doesn't exist at" in error["message"] for r in results for error in r["errors"]) == 1


@pytest.mark.slow
def test_the_demo_plays_from_end_to_end(tmp_path: Path, said: list[str]) -> None:
    """Delivered, compared, approved by command and on the page, committed; and nothing is left behind."""
    command.demo(say=said.append, check=True)
    assert "16 goldens: 3 same, 10 changed, 1 added, 1 removed, 1 unreadable" in "\n".join(said)
    assert "Everything is as it should be" in said[-1]
    assert not Path(said[0].split()[-1]).exists()


@pytest.mark.slow
def test_the_check_says_what_is_wrong(made: sample.Sample, tmp_path: Path, said: list[str]) -> None:
    """A run that lacks an outcome the sample has is no success."""
    some = replace(made, artifacts={"golddigger-shop": made.artifacts["golddigger-shop"]})
    with review.opened(made.git, sample.BRANCH, data=tmp_path, port=None, say=said.append) as at:
        at.hand_over(some.artifacts)
        with pytest.raises(Refused, match="nothing added"):
            rehearsal.rehearse(at, some, said.append)
