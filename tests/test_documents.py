"""What the documents say exists: files, headings, targets, commands, options."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer.main
from ruamel.yaml import YAML
from typer.core import TyperGroup

from app.cli import main
from app.compare import json_schema
from app.settings import Settings
from diffing import config_schema
from tests.documents import ROOT, Document, anchor

DOCUMENTS = [
    Document(path) for where in ("*.md", "docs/**/*.md", "manifests/**/*.md") for path in sorted(ROOT.glob(where))
]
CLI = typer.main.get_group(main)
_COMMAND = re.compile(r"(?<![/\w.-])golddigger ((?!golddigger)[a-z][a-z-]+)((?: [^\s|&;#]+)*)")
_OPTION = re.compile(r"(?<!\S)(--?[a-z][\w-]*)")


def named(document: Document) -> str:
    """Name a document in a test's id."""
    return str(document.path.relative_to(ROOT))


def said(document: Document) -> list[str]:
    """Give every line of shell, and every piece of code, that a document prints."""
    shell = [*document.fences("sh"), *(each.content for each in document.tokens if each.type == "code_block")]
    lines = [line for block in shell for line in block.splitlines()]
    return [line.partition("# ")[0].replace(".venv/bin/", "") for line in lines] + document.code


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_lead_somewhere(document: Document) -> None:
    """Each relative link leads to a file, each anchor to a heading."""
    for link in document.links:
        there = urlsplit(link)
        if there.scheme:
            assert there.scheme == "https", link
            continue
        target = document.path.parent / there.path if there.path else document.path
        assert target.exists(), link
        if there.fragment:
            assert there.fragment in {anchor(each) for each in Document(target).headings}, link


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_targets_exist(document: Document) -> None:
    """Each `make TARGET` is one that the Makefile has."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for line in said(document):
        for target in re.findall(r"(?:^|[;&] *)make ([a-z-]+)", line):
            assert target in targets, line


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_commands_exist(document: Document) -> None:
    """Each `golddigger COMMAND --option` is a command with that option."""
    for line in said(document):
        for command, rest in _COMMAND.findall(line):
            assert command in CLI.commands, line
            assert set(_OPTION.findall(rest)) <= _options(command, rest), line


def _options(command: str, rest: str) -> set[str]:
    """Give the options of a command, or of a group's command, which is named next and has to be there.

    A group that does something by itself may be followed by an option."""
    found = CLI.commands[command]
    named = isinstance(found, TyperGroup) and rest.strip() and not rest.lstrip().startswith("--")
    within = found.commands[rest.split()[0]] if isinstance(found, TyperGroup) and named else found
    return {option for each in within.params for option in each.opts}


def test_decisions_are_numbered() -> None:
    """Decisions are numbered without a gap, and each says its status, context and decision."""
    for number, path in zip(count(1), sorted((ROOT / "docs/adr").glob("*.md")), strict=False):
        text = path.read_text()
        assert path.name.startswith(f"{number:04}-")
        assert text.startswith(f"# {number}. ")
        assert all(part in text for part in ("\nStatus: ", "\n**Context.**", "\n**Decision.**")), path.name


def test_the_schema_is_current() -> None:
    """What editors are given is what the code reads; `make schema` writes it anew."""
    for name, schema in (("golddigger", config_schema.schema()), ("compare", json_schema.schema())):
        assert YAML(typ="safe").load((ROOT / f"docs/{name}.schema.json").read_text()) == schema


@pytest.mark.parametrize("picture", sorted((ROOT / "docs/pictures").glob("*.png")), ids=lambda path: path.name)
def test_pictures_load_at_once(picture: Path) -> None:
    """No picture is larger than 250 KB, and each is shown in the README."""
    assert picture.stat().st_size < 250_000
    assert f"docs/pictures/{picture.name}" in Document(ROOT / "README.md").links


def test_compose_confines_what_it_runs() -> None:
    """One machine: read-only but for its volumes, no rights, asked whether it is ready."""
    compose = YAML(typ="safe").load((ROOT / "manifests/compose/compose.yaml").read_text())
    service = compose["services"]["golddigger"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "/readyz" in service["healthcheck"]["test"][-1]
    assert all(each.startswith("127.0.0.1:") for each in service["ports"])
    assert {each.partition(":")[0] for each in service["volumes"]} == set(compose["volumes"])
    assert (ROOT / "manifests/compose" / service["build"]["context"] / "Dockerfile").is_file()


def test_the_example_of_an_environment_names_settings() -> None:
    """Each name in the example, commented out or not, is a setting."""
    text = (ROOT / "manifests/compose/golddigger.env.example").read_text()
    names = re.findall(r"^#?(GOLDDIGGER_\w+)=", text, re.MULTILINE)
    assert {each.removeprefix("GOLDDIGGER_").lower() for each in names} <= set(Settings.model_fields)
    assert "GOLDDIGGER_PUBLIC_URL" in names
