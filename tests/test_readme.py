"""What the README and its pages say is so: examples work, and tables name every key, setting and command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from app import settings
from app.settings import PREFIX, Settings
from bots import commands
from bots.commands import Unknown
from bots.forge import Vocabulary
from diffing import config, config_schema
from diffing.presets.registry import PRESETS
from tests.documents import ROOT, Document
from tests.test_documents import CLI

README = Document(ROOT / "README.md")
CONFIGURATION, SETTINGS = Document(ROOT / "docs/configuration.md"), Document(ROOT / "docs/settings.md")
WORKFLOWS = sorted((ROOT / "manifests/ci").glob("*.yml"))
_SWITCHED = {"True": "on", "False": "off"}
_INNER: Mapping[str, tuple[str, type[BaseModel]]] = {
    "suites": ("suites[]", config_schema.Suite),
    "tolerance": ("tolerance", config_schema.Tolerance),
    "ignore": ("ignore[]", config_schema.Ignore),
    "approve": ("approve", config_schema.Approve),
}


def test_the_first_screen_holds_what_a_newcomer_needs() -> None:
    """The name, one sentence, the two commands and the two pictures come before the first heading."""
    first = (ROOT / "README.md").read_text().partition("\n## ")[0]
    assert first.startswith("# Golddigger\n\n")
    for part in ("make demo", "make test", "docs/pictures/run.png", "docs/pictures/comment.png"):
        assert part in first


def test_configurations_pass() -> None:
    """Each configuration that is printed is one that `golddigger check-config` takes, and names known suites."""
    pages = (README, CONFIGURATION)
    printed = [each for page in pages for each in page.fences("yaml") if "version: 1" in each]
    assert len(printed) == 2
    assert [[suite.preset for suite in config.read(each.encode()).suites] for each in printed] == [
        ["flutter", "playwright", "same-path"],
        ["same-path"],
    ]


def test_workflows_are_those_of_the_manifests() -> None:
    """The README leads to each workflow, and the step that it prints is the last of one that was linted."""
    linked = [f"[{path.name}](manifests/ci/{path.name})" for path in WORKFLOWS]
    assert sorted(cells[1] for cells in README.table("tool")) == linked
    (printed,) = (each for each in README.fences("yaml") if "upload-artifact" in each)
    assert (ROOT / "manifests/ci/flutter.yml").read_text().endswith(printed)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_keep_what_golddigger_looks_for(path: Path) -> None:
    """Each uploads an artifact of a name that is looked for, also when the tests fail, and may only read."""
    text = path.read_text()
    name = re.search(r"\n +name: (golddigger\S*)\n +path:", text)
    assert name is not None
    assert any(re.match(each.replace("*", ".*"), name[1]) for each in PRESETS["flutter"].default.artifact)
    assert "permissions:\n  contents: read\n" in text
    assert "persist-credentials: false" in text
    assert ("if: ${{ !cancelled() }}" in text) == (path.stem in PRESETS and path.stem != "same-path")


def test_every_key_of_the_configuration_is_explained() -> None:
    """The table has a row for each key, with its default."""
    rows = {cells[0].strip("`"): cells[1] for cells in CONFIGURATION.table("key")}
    drawn = dict(_keys(config_schema.File))
    assert set(rows) == {"suites", *drawn}
    for key, default in drawn.items():
        if isinstance(default, str | int | float):
            assert rows[key] == f"`{json.dumps(default).strip(chr(34))}`", key


def test_every_preset_is_explained() -> None:
    """The table has a row for each preset, with its goldens; a configuration takes each by its name."""
    rows = {cells[0].strip("`"): cells[1] for cells in CONFIGURATION.table("preset")}
    assert list(rows) == list(PRESETS)
    for name, preset in PRESETS.items():
        globs = ", ".join(f"`{glob}`" for glob in preset.default.goldens)
        assert rows[name] == globs or not globs, name
        keys = "candidate: '{a}', becomes: '{a}'" if name == "template" else "goldens: a"
        (suite,) = config.read(f"version: 1\nsuites: [{{preset: {name}, {keys}}}]\n".encode()).suites
        assert suite.preset == name


def test_every_setting_is_explained() -> None:
    """The table has a row for each setting, with its default."""
    rows = {cells[0].strip("`"): cells[1] for cells in SETTINGS.table("setting")}
    assert set(rows) == {f"{PREFIX}{name.upper()}" for name in settings.FLAT}
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, str | int | Path) and field.default != "":
            assert rows[f"{PREFIX}{name.upper()}"] == f"`{_SWITCHED.get(str(field.default), field.default)}`"


def test_the_settings_file_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a key and a secret where it names them, the example is a whole GitHub App."""
    for name in ("key.pem", "webhook-secret"):
        (tmp_path / name).write_text(f"-----BEGIN {name}")
    file = tmp_path / "golddigger.toml"
    (printed,) = SETTINGS.fences("toml")
    file.write_text(printed.replace("/etc/golddigger", str(tmp_path)).replace("/srv/golddigger", str(tmp_path)))
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    read = settings.load(file)
    assert read.github is not None
    assert read.github.app_id == "123456"
    assert read.github.private_key == "-----BEGIN key.pem"


def test_the_tables_of_several_gitlabs_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a token and a secret where they name them, each table is an account."""
    file = tmp_path / "golddigger.toml"
    (printed,) = Document(ROOT / "docs/gitlab.md").fences("toml")
    for number, name in enumerate(re.findall(r"/run/secrets/([a-z-]+)", printed)):
        (tmp_path / name).write_text(f"secret {number}")
    file.write_text(f"data = '{tmp_path}'\n" + printed.replace("/run/secrets", str(tmp_path)))
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    read = settings.load(file)
    assert [(each.host, each.groups) for each in read.gitlab_bots] == [
        ("gitlab.com", ("acme",)),
        ("gitlab.com", ("acme/mobile", "acme-labs/shop")),
        ("gitlab.example.org", ()),
    ]
    assert [each.host for each in read.gitlab_applications] == ["gitlab.example.org"]


def test_every_page_is_led_to() -> None:
    """Whatever lies in docs/ is one click away from the README."""
    pages = {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")}
    assert pages <= {each.partition("#")[0] for each in README.links}


def test_every_command_is_explained() -> None:
    """The table's commands are the ones that the help lists, and each is understood."""
    printed = [cells[0].strip("`") for cells in README.table("command")]
    helped = re.findall(
        r"^\| `([^`]+)`", commands.help_text(Vocabulary(change="pull request", sign="#")), re.MULTILINE
    )
    assert printed == helped
    for each in printed:
        (order,) = commands.commands(each)
        assert not isinstance(order, Unknown), each


def test_every_option_that_is_mentioned_exists() -> None:
    """An option between backticks is one of some command."""
    known = {option for command in CLI.commands.values() for each in command.params for option in each.opts}
    mentioned = {
        word
        for page in (README, CONFIGURATION, SETTINGS, Document(ROOT / "docs/troubleshooting.md"))
        for code in page.code
        for word in code.split()
        if word.startswith("--") and word != "--detach"
    }
    of_others = {"--build", "--update-goldens", "--ci", "--basetemp=obtained", "--snapshot-update"}
    assert mentioned - of_others - {"--image-snapshot-save-diff"} <= known


def test_the_keys_of_the_page_are_named() -> None:
    """Each key that the README names is one that the page hears."""
    static = ROOT / "app/web/static"
    heard = set(re.findall(r'^  "([a-z])": ', (static / "golddigger.js").read_text(), re.MULTILINE))
    viewer = (static / "viewer.js").read_text()
    heard |= {each.lower() for each in re.findall(r'^  \["\w+", "[^"]+", "([A-Z])"', viewer, re.MULTILINE)}
    heard |= set(re.findall(r'"([a-z])": \(\) =>', viewer))
    named = re.findall(r"<kbd>(\w)</kbd>", (ROOT / "README.md").read_text())
    assert named
    assert {each.lower() for each in named} <= heard


def _keys(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, object]]:
    """Give the keys of a model and of what it holds, each with its default; None where it has none to show."""
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key in _INNER:
            shown, inner = _INNER[key]
            yield from _keys(inner, f"{above}{shown}.")
        else:
            yield f"{above}{key}", None if field.default is PydanticUndefined else field.default
