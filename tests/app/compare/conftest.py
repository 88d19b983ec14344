"""Give every test an empty folder to be in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.compare.stage import AGAIN, HOSTILE, LARGER, OPEN, PAID, lay


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def mixed(here: Path) -> Path:
    """Lay two folders, `goldens` and `drawn`, with one of everything; give the folder that they are in."""
    goldens = {
        "same.png": PAID,
        "again.png": PAID,
        "invoice/paid.png": PAID,
        "invoice/copy.png": PAID,
        "larger.png": PAID,
        "removed.png": PAID,
        "broken.png": PAID,
        "answer.json": b'{"a": 1}\n',
        "logo.svg": b"<svg><script>alert(1)</script></svg>\n",
        "font.woff": b"wOFF\x00\x01",
        HOSTILE: PAID,
    }
    drawn = goldens | {
        "again.png": AGAIN,
        "invoice/paid.png": OPEN,
        "invoice/copy.png": OPEN,
        "larger.png": LARGER,
        "added.png": PAID,
        "broken.png": PAID[:100],
        "answer.json": b'{"a": 2}\n',
        "logo.svg": b"<svg><script>alert(2)</script></svg>\n",
        "font.woff": b"wOFF\x00\x02",
        HOSTILE: OPEN,
    }
    del drawn["removed.png"]
    lay(here / "goldens", goldens)
    lay(here / "drawn", drawn)
    return here
