"""Lay out what CI kept as the frameworks do: Flutter's `failures/`, Playwright's report, a plain copy."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from app.demo import pictures
from app.demo.pictures import Drawn

_RUNNER = "/home/runner/work/fjord/fjord"
_LONG_AGO = (2026, 5, 11, 9, 24, 0)

Files = Mapping[str, bytes]


def write(folder: Path) -> dict[str, Path]:
    """Write the three artifacts of the sample's CI run; give each by its name."""
    artifacts = {
        "golddigger-shop": flutter(pictures.shop()),
        "golddigger-website": playwright(pictures.website()),
        "golddigger-orders": {
            name: drawn.candidate for name, drawn in pictures.orders().items() if drawn.candidate
        },
    }
    written = {name: folder / name for name in artifacts}
    for name in ("golddigger-shop", "golddigger-orders"):
        _write_folder(written[name], artifacts[name])
    written["golddigger-website"] = folder / "golddigger-website.zip"
    written["golddigger-website"].write_bytes(_zip(artifacts["golddigger-website"]))
    return written


def flutter(screens: Mapping[str, Drawn]) -> Files:
    """Lay out what `flutter test` leaves of goldens that failed: the golden it read, and what it drew."""
    files: dict[str, bytes] = {}
    for name, drawn in screens.items():
        if drawn.golden and drawn.candidate and drawn.golden != drawn.candidate:
            path = PurePosixPath(name)
            stem = f"{path.parent.parent}/failures/{path.stem}"
            files[f"{stem}_masterImage.png"] = drawn.golden
            files[f"{stem}_testImage.png"] = drawn.candidate
    return files


def playwright(pages: Mapping[str, Drawn]) -> Files:
    """Lay out what `playwright test --reporter=json` leaves: the report, and the results it names."""
    files: dict[str, bytes] = {}
    suites = []
    for name, drawn in pages.items():
        title = PurePosixPath(name).name.removesuffix("-chromium-linux.png")
        spec = PurePosixPath(name).parent.name.removesuffix("-snapshots")
        results = f"web/test-results/{spec.removesuffix('.spec.ts')}-{title}-page-chromium"
        kept = {"expected": drawn.golden, "actual": drawn.candidate}
        files |= {f"{results}/{title}-{kind}.png": content for kind, content in kept.items() if content}
        suites.append(_suite(spec, title, name, results, missing=drawn.golden is None))
    files["web/results.json"] = (json.dumps(_report(suites), indent=2) + "\n").encode()
    return files


def _report(suites: list[dict[str, Any]]) -> dict[str, Any]:
    root = f"{_RUNNER}/web/tests"
    config = {"rootDir": root, "projects": [{"name": "chromium", "testDir": root}], "version": "1.56.1"}
    return {"config": config, "suites": suites, "errors": []}


def _suite(spec: str, title: str, golden: str, results: str, *, missing: bool) -> dict[str, Any]:
    expected, actual = f"{_RUNNER}/{golden}", f"{_RUNNER}/{results}/{title}-actual.png"
    said = (
        f"A snapshot doesn't exist at {expected}."
        if missing
        else f"expect(page).toHaveScreenshot({title}.png) failed"
    )
    result = {
        "status": "failed",
        "retry": 0,
        "errors": [{"message": f"Error: {said}"}],
        "attachments": [
            *([] if missing else [_attachment(f"{title}-expected.png", expected)]),
            _attachment(f"{title}-actual.png", actual),
        ],
    }
    test = {"projectName": "chromium", "projectId": "chromium", "status": "unexpected", "results": [result]}
    specs = [{"title": f"{title} page", "ok": False, "file": spec, "tests": [test]}]
    return {"title": spec, "file": spec, "specs": specs}


def _attachment(name: str, path: str) -> dict[str, str]:
    return {"name": name, "contentType": "image/png", "path": path}


def _write_folder(folder: Path, files: Files) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _zip(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content)
    return out.getvalue()
