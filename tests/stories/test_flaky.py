"""Goldens that CI draws now so, now otherwise: the last try counts, and people are told."""

from __future__ import annotations

import json
from typing import Any

from tests.stories.bench import Stage
from tests.stories.screens import screen

SHOTS = "e2e/shop.spec.ts-snapshots"
HOME, MENU = f"{SHOTS}/home-chromium-linux.png", f"{SHOTS}/menu-chromium-linux.png"
OLD, FIRST, SECOND, THIRD = screen("Home"), screen("Welcome"), screen("Welcome!", "black"), screen("Hello")
ROOT = "/home/runner/work/app/app"


def tried(number: int, name: str) -> dict[str, Any]:
    """Tell of one try that failed, and of the pictures that it left."""
    folder = f"{ROOT}/test-results/shop-shows-{name}-chromium" + (f"-retry{number}" if number else "")
    pictures = {
        f"{name}-expected.png": f"{ROOT}/{SHOTS}/{name}-chromium-linux.png",
        f"{name}-actual.png": f"{folder}/{name}-actual.png",
    }
    attachments = [{"name": key, "contentType": "image/png", "path": path} for key, path in pictures.items()]
    return {"retry": number, "status": "failed", "attachments": attachments, "errors": []}


def spec(name: str, status: str, *results: dict[str, Any]) -> dict[str, Any]:
    """Tell of one test."""
    test = {"projectName": "chromium", "status": status, "results": list(results)}
    return {"title": f"shows {name}", "file": "shop.spec.ts", "tests": [test]}


def kept(home_first: bytes, home_last: bytes) -> dict[str, bytes]:
    """Lay out what Playwright left: a test that failed twice, and one that failed and then passed."""
    passed = {"retry": 1, "status": "passed", "attachments": [], "errors": []}
    specs = [
        spec("home", "unexpected", tried(0, "home"), tried(1, "home")),
        spec("menu", "flaky", tried(0, "menu"), passed),
    ]
    suite = {"title": "shop.spec.ts", "file": "shop.spec.ts", "specs": specs}
    report = {"config": {"rootDir": f"{ROOT}/e2e"}, "suites": [suite], "errors": []}
    return {
        "report.json": json.dumps(report).encode(),
        "test-results/shop-shows-home-chromium/home-actual.png": home_first,
        "test-results/shop-shows-home-chromium-retry1/home-actual.png": home_last,
        "test-results/shop-shows-menu-chromium/menu-actual.png": FIRST,
    }


def test_tries_that_disagree_are_called_flaky(stage: Stage) -> None:
    """Two tries drew two pictures: the last one is shown, and may be approved; the run after it is the proof."""
    repo = stage.forge.repo("octo/app", files={HOME: OLD, MENU: OLD, "package.json": b"{}"})
    pull = repo.pull(files={"src/home.ts": b"// new\n"})
    stage.forge.finish_workflow(pull, {"goldens": kept(FIRST, SECOND)})
    shown = stage.shows(pull, "action_required")
    assert list(shown.remarks) == [HOME], "what passed in the end is nobody's golden"
    assert "drawn differently twice on the same commit" in shown.remarks[HOME]
    assert "drawn differently twice on the same commit" in stage.comment(pull).body
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert (repo.file("feature", HOME), repo.file("feature", MENU)) == (SECOND, OLD), stage.why()
    stage.forge.finish_workflow(pull, {"goldens": kept(THIRD, THIRD)})
    body = stage.comment(pull).body
    assert "drawn differently twice on the same commit" in body, "other than what was approved a minute ago"
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", HOME) == THIRD
    stage.forge.finish_workflow(pull, {}, conclusion="success")
    stage.shows(pull, "neutral")
    assert "flaky" not in stage.comment(pull).body.partition("<details>")[0]


def test_tries_that_agree_are_not(stage: Stage) -> None:
    """The same bytes twice are evidence for the picture, not against it."""
    repo = stage.forge.repo("octo/app", files={HOME: OLD, MENU: OLD, "package.json": b"{}"})
    pull = repo.pull(files={"src/home.ts": b"// new\n"})
    stage.forge.finish_workflow(pull, {"goldens": kept(SECOND, SECOND)})
    assert list(stage.shown(pull).remarks) == [HOME], stage.why()
    assert "drawn differently" not in stage.comment(pull).body
