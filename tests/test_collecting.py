"""What CI's jobs collect, by the action and by the template, is what the presets pair."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from ruamel.yaml import YAML

from diffing.pairing import pair
from diffing.presets.registry import PRESETS, infer
from diffing.words import Member
from tests.diffing.artifacts import reading
from tests.diffing.recordings import Recording
from tests.documents import ROOT, Document

pytestmark = pytest.mark.slow

CI = ROOT / "manifests/ci"
ACTION, SCRIPT = CI / "github/action.yml", CI / "github/collect.sh"
TEMPLATE = CI / "gitlab/golddigger.yml"
Json = Any


@dataclass(frozen=True)
class Collected:
    """What one job's collecting came to: the artifact's files, what was said, and how it ended."""

    files: dict[str, bytes]
    said: str
    status: int


Collect = Callable[[Path, Mapping[str, str]], Collected]


def by_action(work: Path, inputs: Mapping[str, str]) -> Collected:
    """Run the action's own step, and take what its other step uploads."""
    action = YAML(typ="safe").load(ACTION.read_text())
    collect, upload = action["runs"]["steps"]
    outside = work.parent / "runner"
    given = {name: inputs.get(name, each["default"]) for name, each in action["inputs"].items()}
    values = {**{f"inputs.{name}": value for name, value in given.items()}, "runner.temp": str(outside)}
    env = {name: _filled(value, values) for name, value in collect["env"].items()}
    ended = _run(work, collect["run"], env | {"GITHUB_ACTION_PATH": str(ACTION.parent)})
    return Collected(_files(Path(_filled(upload["with"]["path"], values))), *ended)


def by_template(work: Path, inputs: Mapping[str, str]) -> Collected:
    """Run the job's `after_script`, and take what its artifact is made of: paths below the project."""
    job = template(inputs)[inputs.get("job", ".golddigger")]
    (script,) = job["after_script"]
    ended = _run(work, script, job["variables"])
    kept = {
        f"{folder}{path}": content
        for folder in job["artifacts"]["paths"]
        for path, content in _files(work / folder).items()
    }
    return Collected(kept, *ended)


def template(inputs: Mapping[str, str] = MappingProxyType({})) -> Json:
    """Read the template as GitLab does: its inputs put in as text, before it is YAML."""
    header, _, text = TEMPLATE.read_text().partition("\n---\n")
    known = YAML(typ="safe").load(header)["spec"]["inputs"]
    assert set(inputs) <= set(known)
    for name, each in known.items():
        text = text.replace(f"$[[ inputs.{name} ]]", inputs.get(name, each["default"]))
    return YAML(typ="safe").load(text)


FORGES = pytest.mark.parametrize("collect", [by_action, by_template], ids=["github", "gitlab"])
RECORDED = [
    ("cypress", "folder", "compared"),
    ("cypress", "horizontal", ""),
    ("cypress", "received", ""),
    ("jest-image-snapshot", "custom", "failed"),
    ("jest-image-snapshot", "received", ""),
    ("lost-pixel", "pages", ""),
    ("playwright", "html", ""),
    ("playwright", "kinds", ""),
    ("playwright", "merged", "all"),
    ("playwright", "new", ""),
    ("playwright", "retries", ""),
    ("pytest-image-snapshot", "saved", ""),
    ("pytest-regressions", "regenerated", "tests"),
    ("pytest-regressions", "temporary", "out"),
    ("reg-cli", "whole", "visual"),
    ("storybook", "received", ""),
    ("syrupy", "updated", ""),
    ("vitest", "attachments", ""),
    ("vitest", "folder", "drawn"),
]


@FORGES
@pytest.mark.parametrize(("framework", "scenario", "paths"), RECORDED)
def test_what_frameworks_left_is_collected_and_paired(
    framework: str, scenario: str, paths: str, collect: Collect, tmp_path: Path
) -> None:
    """In a checkout with goldens and sources: each golden gets the candidate that it gets of all that was left."""
    recording = Recording(framework, scenario)
    left = {each.path: content for each, content in recording.kept.items()}
    work = checkout(tmp_path, {**{str(name): content for name, content in recording.goldens.items()}, **left})
    collected = collect(work, {"preset": framework, "paths": paths})
    assert collected.status == 0, collected.said
    assert changed(recording, collected.files) == changed(recording, left)
    if not paths:
        assert set(collected.files) <= {_below(collect, path) for path in left}, "a source was collected too"


def changed(recording: Recording, kept: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give by golden the candidate that differs from it, as a run without configuration finds them."""
    files = {Member("golddigger", path): content for path, content in kept.items()}
    suites = infer(list(files), reading(files), recording.tree)
    found = [
        each
        for suite in suites
        for each in PRESETS[suite.preset].find(suite, list(files), reading(files), recording.tree)
    ]
    pairs = pair(suites, found, recording.tree, complete=True)
    drawn = {each.name: files[each.found.member] for each in pairs if each.placed and each.found}
    assert drawn
    return {name: content for name, content in drawn.items() if recording.goldens.get(name) != content}


LEFT = {
    "flutter": ["app/test/failures/login_testImage.png", "app/test/failures/login_masterImage.png"],
    "roborazzi": ["app/build/outputs/roborazzi/a_actual.png", "app/build/test-results/roborazzi/debug/r.json"],
    "paparazzi": ["app/build/paparazzi/failures/delta-a.png"],
    "swift-snapshot-testing": ["Tests/__Snapshots__/LoginTests/testLogin.1.png"],
    "insta": ["src/snapshots/a.snap.new", "src/snapshots/a.snap.new.png"],
    "verify": ["Tests/A.Works.received.txt", "Tests/A.Draws.received/page.png"],
}
"""What frameworks leave that no little project here could record, from their documentation."""


@FORGES
@pytest.mark.parametrize("preset", LEFT)
def test_what_is_only_documented_is_collected(preset: str, collect: Collect, tmp_path: Path) -> None:
    """Those files, and none of the sources, dependencies and git's own."""
    others = ["app/test/goldens/login.png", "node_modules/x/test/failures/a.png", ".git/test/failures/a.png"]
    work = checkout(tmp_path, dict.fromkeys([*LEFT[preset], *others, "README.md"], b"drawn"))
    collected = collect(work, {"preset": preset})
    assert sorted(collected.files) == sorted(_below(collect, path) for path in LEFT[preset])


@FORGES
def test_several_presets_and_paths_are_collected_together(collect: Collect, tmp_path: Path) -> None:
    """Folders, files and globs; whatever was collected before is gone."""
    work = checkout(
        tmp_path,
        dict.fromkeys(
            [
                "test/failures/a_testImage.png",
                "web/test-results/report.json",
                "logs/test run.log",
                "shots/b.png",
                "shots/deep/c.png",
                "shots/notes.txt",
                "goldens/d.png",
                "app/goldens/e.png",
                "my goldens/f.png",
            ],
            b"drawn",
        ),
    )
    collect(work, {"preset": "playwright"})
    paths = "logs/test run.log, ./shots/**/*.png, **/goldens/"
    collected = collect(work, {"preset": "flutter", "paths": paths})
    assert sorted(collected.files) == sorted(
        _below(collect, path)
        for path in (
            "test/failures/a_testImage.png",
            "logs/test run.log",
            "shots/b.png",
            "shots/deep/c.png",
            "goldens/d.png",
            "app/goldens/e.png",
        )
    )


@FORGES
@pytest.mark.parametrize("name", ["two\nlines", "$(touch stolen)", "`touch stolen`", "-rf", "a'b\"c", "é", "*"])
def test_names_that_a_shell_could_mistake_are_only_names(name: str, collect: Collect, tmp_path: Path) -> None:
    """What a test drew under a name made to be run is copied under that name."""
    path = f"test/failures/{name}.png"
    work = checkout(tmp_path, {path: b"drawn", f"{name}/failures/b.png": b"drawn"})
    collected = collect(work, {"preset": "flutter"})
    assert set(collected.files) == {_below(collect, path), _below(collect, f"{name}/failures/b.png")}
    assert not (work / "stolen").exists()


@FORGES
def test_links_are_left_where_they_lie(collect: Collect, tmp_path: Path) -> None:
    """A link among the drawn files brings no file of the machine into the artifact."""
    work = checkout(tmp_path, {"test/failures/a.png": b"drawn"})
    (tmp_path / "secret.png").write_bytes(b"secret")
    (work / "test/failures/b.png").symlink_to(tmp_path / "secret.png")
    (work / "failures").symlink_to(tmp_path)
    assert list(collect(work, {"preset": "flutter"}).files) == [_below(collect, "test/failures/a.png")]


@FORGES
def test_nothing_drawn_is_no_error_and_is_said(collect: Collect, tmp_path: Path) -> None:
    """When all goldens passed the job stays green; its log says that nothing was there."""
    collected = collect(checkout(tmp_path, {"README.md": b""}), {"preset": "flutter"})
    assert (collected.files, collected.status) == ({}, 0)
    assert "no golden failed, or the tests keep nothing" in collected.said


@FORGES
@pytest.mark.parametrize(
    ("inputs", "said"), [({"preset": "fluter"}, "no preset named 'fluter'"), ({}, "Name a preset, or the paths")]
)
def test_a_mistake_is_said(inputs: dict[str, str], said: str, collect: Collect, tmp_path: Path) -> None:
    """A preset that there is not, or nothing to collect, ends the collecting with a reason."""
    collected = collect(checkout(tmp_path, {"README.md": b""}), inputs)
    assert collected.status == 2
    assert said in collected.said


def test_every_preset_is_known_to_the_script() -> None:
    """Each preset of the registry can be named, and no other."""
    known = re.search(r"case \$1 in\n(.*?)\n    \*\)", SCRIPT.read_text(), re.DOTALL)
    assert known
    named = [
        name for line in re.findall(r"^    ([a-z |-]+)\)", known[1], re.MULTILINE) for name in line.split(" | ")
    ]
    assert sorted(named) == sorted(PRESETS)


def test_both_forges_run_one_script() -> None:
    """GitLab includes no file beside a template, so the script stands in it, word for word."""
    assert template()[".golddigger"]["after_script"] == [SCRIPT.read_text()]


def test_artifacts_are_kept_under_a_name_that_is_looked_for() -> None:
    """Also when the tests fail, and with the folders that begin with a dot."""
    upload = YAML(typ="safe").load(ACTION.read_text())["runs"]["steps"][1]["with"]
    assert upload["include-hidden-files"] is True
    assert upload["if-no-files-found"] == "ignore"
    kept = template({"name": "golddigger-web", "job": ".web"})[".web"]["artifacts"]
    assert kept["when"] == "always"
    assert kept["name"] == "golddigger-web"
    assert YAML(typ="safe").load(ACTION.read_text())["inputs"]["name"]["default"] == "golddigger"
    assert template()[".golddigger"]["artifacts"]["name"] == "golddigger"


def test_the_line_to_add_names_what_there_is() -> None:
    """What the page on collecting prints is what the action and the template take."""
    page = Document(CI / "README.md")
    printed = [YAML(typ="safe").load(each) for each in page.fences("yaml")]
    steps = [step for each in printed if isinstance(each, list) for step in each if "uses" in step]
    includes = [one for each in printed if isinstance(each, dict) for one in each.get("include", ())]
    assert steps
    assert includes
    assert {name for each in steps for name in each["with"]} <= set(
        YAML(typ="safe").load(ACTION.read_text())["inputs"]
    )
    for each in includes:
        template(each["inputs"])
    assert all("!cancelled()" in each["if"] for each in steps)


def checkout(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Lay files out as a runner has them when the tests have ended."""
    work = folder / "work"
    for path, content in files.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_bytes(content)
    return work


def _below(collect: Collect, path: str) -> str:
    return f"golddigger-collected/{path}" if collect is by_template else path


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"${{{{ {name} }}}}", value)
    return text


def _run(work: Path, script: str, env: Mapping[str, str]) -> tuple[str, int]:
    shell = shutil.which("sh") or "/bin/sh"
    ended = subprocess.run(
        [shell, "-c", script], cwd=work, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    return ended.stdout + ended.stderr, ended.returncode


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
