"""The page as files: what is on it, and that nothing a stranger named or drew runs on it."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from diffing.digests import digest
from tests.app.compare.stage import OPEN, PAID, compare, lay
from tests.diffing import drawing
from tests.diffing.test_svgs import svg

pytestmark = pytest.mark.slow

SCRIPT = b"<script>alert(1)</script>\n"


class Read(HTMLParser):
    """A page as a browser takes it apart."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag with its attributes."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def addresses(self) -> set[str]:
        """Give every address that the page loads or leads to."""
        return {attrs[key] for _, attrs in self.tags for key in ("href", "src", "data-marks") if key in attrs}


def written(*words: object) -> Path:
    """Compare `goldens` with `drawn` and give the page's folder."""
    compare("goldens", "drawn", "--html", "html", "--quiet", *words)
    return Path("html")


def test_it_is_whole_in_one_folder(mixed: Path) -> None:
    """Each address is a file in the folder or a place on the page; nothing is loaded from elsewhere."""
    folder = written()
    page = Read((folder / "index.html").read_text())
    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    for address in page.addresses():
        if address.startswith("#"):
            assert address[1:] in ids
        else:
            assert re.fullmatch(r"[\w.]+|files/[0-9a-f]{64}\.[a-z]{3,4}", address), address
            assert (folder / address).is_file()
    kept = {f"files/{path.name}" for path in (folder / "files").iterdir()}
    assert kept == {each for each in page.addresses() if each.startswith("files/")}


def test_nothing_on_it_may_run(mixed: Path) -> None:
    """A strict policy before anything else, scripts of our own, no handler, no inline style."""
    page = Read((written() / "index.html").read_text())
    policy = next(
        attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert [attrs["src"] for tag, attrs in page.tags if tag == "script"] == ["viewer.js", "golddigger.js"]
    assert not [
        tag for tag, _ in page.tags if tag in ("style", "iframe", "object", "embed", "base", "form", "svg")
    ]
    for _, attrs in page.tags:
        assert not [name for name in attrs if name.startswith("on") or name == "style"]


def test_what_could_run_is_kept_as_text(here: Path) -> None:
    """SVG, HTML and scripts are copied as .txt whatever they are called; a picture by what its bytes are."""
    names = ("logo.svg", "page.html", "code.js", "lie.png")
    lay(here / "goldens", {**dict.fromkeys(names, SCRIPT), "picture": PAID})
    lay(here / "drawn", {**dict.fromkeys(names, SCRIPT + b"more\n"), "picture": OPEN})
    folder = written()
    assert {path.name for path in (folder / "files").iterdir() if path.suffix == ".txt"} == {
        f"{digest(SCRIPT)}.txt",
        f"{digest(SCRIPT + b'more' + bytes([10]))}.txt",
    }
    assert (folder / "files" / f"{digest(PAID)}.png").read_bytes() == PAID
    text = (folder / "index.html").read_text()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_the_same_change_stands_together(mixed: Path) -> None:
    """Goldens with one change have a heading of their own; the others are sorted by what became of them."""
    text = (written() / "index.html").read_text()
    headings = [unescape(each) for each in re.findall(r"<h2><bdi>(.*?)</bdi>", text)]
    assert headings[0] == "Unreadable"
    assert any(each.startswith("The same change: ") for each in headings)
    assert headings[-2:] == ["Added", "Removed"]
    alike = text.split("<h2><bdi>")[1 + headings.index(next(h for h in headings if "same change" in h))]
    assert alike.count("data-entry=") >= 2
    assert "2 goldens are unchanged" in text


def test_each_kind_of_file_is_shown_in_its_way(mixed: Path) -> None:
    """Pictures beside each other with their difference, texts by lines, all else by a sentence and its files."""
    text = (written() / "index.html").read_text()
    cards = {
        unescape(re.sub(r"<.*?>", "", part.partition("</h2>")[0].rpartition("<h2")[2].partition(">")[2])): part
        for part in text.split("<article")[1:]
    }
    assert cards["larger.png"].count("<img") == 3
    assert "<del>1</del>" in cards["answer.json"]
    assert "<ins>2</ins>" in cards["answer.json"]
    assert "first other byte" in cards["font.woff"]
    assert cards["font.woff"].count(".bin") == 2
    assert "<del>01</del>" in cards["font.woff"]
    assert "<ins>02</ins>" in cards["font.woff"]
    assert "No golden yet" in cards["added.png"]
    assert "Not drawn any more" in cards["removed.png"]
    assert "Cannot be shown" in cards["broken.png"]


def test_what_browsers_do_not_show_is_drawn(here: Path) -> None:
    """An SVG's lines stand beside each other, and so do its drawings and what differs in them; a TIFF's too."""
    pages = [drawing.encoded(drawing.written(word), "TIFF") for word in ("Paid", "Open")]
    lay(here / "goldens", {"logo.svg": svg(), "scan.tiff": pages[0]})
    lay(
        here / "drawn",
        {"logo.svg": svg('<rect x="10" y="5" width="24" height="10" fill="red"/>'), "scan.tiff": pages[1]},
    )
    folder = written()
    logo, scan = sorted((folder / "index.html").read_text().split("<article")[1:], key=lambda part: "scan" in part)
    for card in (logo, scan):
        assert card.count("<img") == 3
        assert all((folder / each).is_file() for each in re.findall(r'src="(files/[^"]+\.png)"', card))
    assert "<ins>" in logo
    assert len(re.findall(r'href="files/[^"]+\.txt"', logo)) == 2
    assert len(re.findall(r'href="files/[^"]+\.tif"', scan)) == 2


def test_a_second_page_leaves_nothing_of_the_first(mixed: Path) -> None:
    """Files of an earlier page go away, and no others; the page of equal folders says so."""
    folder = written()
    (folder / "files" / "mine.txt").write_text("mine")
    (folder / "mine.txt").write_text("mine")
    lay(mixed / "equal", {"a.png": PAID})
    lay(mixed / "also", {"a.png": PAID})
    assert compare("equal", "also", "--html", "html").code == 0
    assert [path.name for path in (folder / "files").iterdir()] == ["mine.txt"]
    assert (folder / "mine.txt").is_file()
    assert "Every golden is the same." in (folder / "index.html").read_text()


def test_a_page_says_the_same_twice(mixed: Path) -> None:
    """Nothing on it depends on the clock, or on who was faster."""
    first = (written("--workers", 1) / "index.html").read_bytes()
    assert (written("--workers", 4) / "index.html").read_bytes() == first


@pytest.mark.slow
def test_long_texts_are_cut(here: Path) -> None:
    """A page of large texts stays one that a browser can show; what is cut is in the files beside it."""
    lay(here / "goldens", {f"{at}.txt": b"".join(b"%d\n" % line for line in range(20_000)) for at in range(4)})
    lay(here / "drawn", {f"{at}.txt": b"".join(b"- %d\n" % line for line in range(20_000)) for at in range(4)})
    folder = written()
    assert (folder / "index.html").stat().st_size < 2_000_000
    assert "There is more. Open the files to see all of it." in (folder / "index.html").read_text()
