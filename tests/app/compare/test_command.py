"""`golddigger compare`, as people type it."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from diffing.digests import digest
from tests.app.compare.stage import AGAIN, HOSTILE, LARGER, OPEN, PAID, compare, lay, outcomes
from tests.diffing import drawing

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-c", "from app.cli import main; main()", "compare"]


def test_the_same_is_0(here: Path) -> None:
    """Equal folders are said to be, in one line."""
    for name in ("goldens", "drawn"):
        lay(here / name, {"a.png": PAID, "b.txt": b"text\n"})
    ended = compare("goldens", "drawn")
    assert (ended.code, ended.told, ended.complained) == (0, "2 goldens: 2 same\n", "")


def test_what_differs_is_told_with_its_kind(mixed: Path) -> None:
    """How many of what first; then each change, what kind it is and how much, the same change once."""
    ended = compare("goldens", "drawn")
    lines = ended.told.splitlines()
    assert lines[0] == "12 goldens: 7 changed, 1 added, 1 removed, 1 unreadable, 2 same"
    told = "\n".join(lines)
    assert "unreadable  broken.png" in told
    assert "another size" in told
    assert "120×60 → 120×80" in told
    assert "2 more" not in told
    alike = next(at for at, line in enumerate(lines) if "the same change in" in line)
    assert {*lines[alike].split("in ")[1].split(", "), lines[alike - 1].split()[1]} >= {"invoice/paid.png"}
    assert ended.code == 2


def test_the_worst_gives_the_code(here: Path) -> None:
    """1 where something is changed, added or removed; 2 where something could not be compared; 0 else."""
    goldens = {"a.png": PAID, "b.png": PAID}
    lay(here / "goldens", goldens)
    drawn = {
        "changed": {"a.png": OPEN, "b.png": PAID},
        "added": {**goldens, "c.png": PAID},
        "removed": {"a.png": PAID},
        "again": {"a.png": AGAIN, "b.png": PAID},
        "broken": {"a.png": OPEN, "b.png": PAID[:50]},
    }
    codes = {name: compare("goldens", lay(here / name, files)).code for name, files in drawn.items()}
    assert codes == {"changed": 1, "added": 1, "removed": 1, "again": 0, "broken": 2}


def test_two_files(here: Path) -> None:
    """Two files are compared as two folders of one are."""
    lay(here, {"golden.png": PAID, "drawn.png": OPEN, "copy.png": PAID})
    assert compare("golden.png", "copy.png").code == 0
    ended = compare("golden.png", "drawn.png")
    assert ended.code == 1
    assert ended.told.splitlines()[0] == "1 golden: 1 changed"


def test_the_json_has_the_published_shape(mixed: Path) -> None:
    """One entry a golden, in the order of the names, with all that is known."""
    ended = compare("goldens", "drawn", "--json", "-", "--quiet")
    assert (ended.code, ended.complained) == (2, "")
    report = ended.json
    assert report["summary"] == {"same": 2, "changed": 7, "added": 1, "removed": 1, "unreadable": 1}
    names = [each["name"] for each in report["comparisons"]]
    assert names == sorted(names)
    entries = {each["name"]: each for each in report["comparisons"]}
    paid, copy = entries["invoice/paid.png"], entries["invoice/copy.png"]
    assert paid["golden"] == {"width": 120, "height": 60, "digest": digest(PAID)}
    assert paid["candidate"] == {"width": 120, "height": 60, "digest": digest(OPEN)}
    assert 0 < paid["pixels"] == copy["pixels"]
    assert paid["ratio"] == pytest.approx(paid["pixels"] / 7200)
    assert paid["fingerprint"] == copy["fingerprint"] != ""
    left, top, right, bottom = paid["boxes"][0]
    assert 0 <= left < right <= 120
    assert 0 <= top < bottom <= 60
    assert entries["again.png"]["class"] == "encoding-only"
    assert entries["again.png"]["outcome"] == "same"
    assert entries["same.png"] == {
        "name": "same.png",
        "outcome": "same",
        "class": None,
        "pixels": 0,
        "antialiased": 0,
        "ratio": 0.0,
        "boxes": [],
        "fingerprint": "",
        "golden": {"width": None, "height": None, "digest": digest(PAID)},
        "candidate": {"width": None, "height": None, "digest": digest(PAID)},
        "reason": "",
    }
    assert entries["added.png"]["golden"] is None
    assert entries["removed.png"]["golden"]["width"] == 120
    assert entries["broken.png"]["reason"].startswith("The candidate is ")


def test_the_summary_makes_way_for_json_on_standard_output(mixed: Path) -> None:
    """What a program reads and what a person reads do not mix."""
    ended = compare("goldens", "drawn", "--json", "-")
    assert ended.json["version"] == 1
    assert ended.complained.startswith("12 goldens: ")


def test_every_report_at_once(mixed: Path) -> None:
    """All reports of one comparison agree."""
    reports = [
        "--json",
        "out/html/r.json",
        "--junit",
        "out/j.xml",
        "--reg-json",
        "out/reg.json",
        "--diff",
        "out/diff",
    ]
    ended = compare("goldens", "drawn", *reports, "--html", "out/html")
    assert ended.code == 2
    listed = outcomes(json.loads(Path("out/html/r.json").read_text()))
    cases = ET.parse("out/j.xml").getroot().iter("testcase")
    assert {case.attrib["name"] for case in cases if len(case)} == {
        name for name, outcome in listed.items() if outcome != "same"
    }
    reg = json.loads(Path("out/reg.json").read_text())
    assert reg["newItems"] == ["added.png"]
    assert Path("out/html/index.html").is_file()
    for item in reg["diffItems"]:
        with Image.open(Path("out/diff") / item) as picture:
            assert picture.format == "PNG"


def test_options_say_how_to_compare(here: Path) -> None:
    """Threshold, pixels, ratio, ignored parts: each can let a small difference pass."""
    lay(here, {"a.png": PAID, "b.png": OPEN, "larger.png": LARGER})
    assert compare("a.png", "b.png").code == 1
    assert compare("a.png", "b.png", "--threshold", "1").code == 0
    assert compare("a.png", "b.png", "--pixels", "7200").code == 0
    assert compare("a.png", "b.png", "--ratio", "0.5").code == 0
    assert compare("a.png", "b.png", "--ignore", "0,0,120,60").code == 0
    assert compare("a.png", "b.png", "--ignore", "0%,0%,100%,100%").code == 0
    assert compare("a.png", "b.png", "--ignore", "0,0,1,1", "--ignore", "119,59,1,1").code == 1
    assert compare("a.png", "larger.png").code == 1
    assert compare("a.png", "larger.png", "--size", "20").code == 0
    assert compare("a.png", "larger.png", "--size", "19").code == 1


def test_antialiasing_and_exactness_count_more(here: Path) -> None:
    """What the usual rules let pass, stricter ones do not."""
    drawn = drawing.written("Paid")
    bent = drawing.encoded((255 * (drawn / 255) ** 0.6).round().astype(drawn.dtype))
    lay(here, {"a.png": PAID, "b.png": bent})

    def pixels(*options: str) -> int:
        report = compare("a.png", "b.png", "--json", "-", "--quiet", *options).json
        return int(report["comparisons"][0]["pixels"])

    usual = pixels()
    assert usual < pixels("--antialiasing") < pixels("--exact")


def test_a_configuration_says_how_to_compare(here: Path) -> None:
    """The suite whose globs match gives its tolerance; an option goes before it."""
    config = b'version: 1\nsuites: [{preset: same-path, goldens: ["goldens/**"], tolerance: {pixels: 7200}}]\n'
    lay(here, {"goldens/a.png": PAID, "drawn/a.png": OPEN, ".golddigger.yml": config})
    assert compare("goldens", "drawn").code == 1
    assert compare("goldens", "drawn", "--config", ".golddigger.yml").code == 0
    assert compare("goldens", "drawn", "--config", ".golddigger.yml", "--pixels", "0").code == 1


def test_a_damaged_file_is_told_and_the_others_are_compared(here: Path) -> None:
    """Whatever a file does to the process that decodes it, the command goes on."""
    lay(here / "goldens", {f"{at}.png": PAID for at in range(8)})
    lay(here / "drawn", {f"{at}.png": PAID[: 40 * at] if at % 2 else OPEN for at in range(8)})
    report = compare("goldens", "drawn", "--json", "-", "--quiet").json
    assert report["summary"] == {"same": 0, "changed": 4, "added": 0, "removed": 0, "unreadable": 4}


def test_a_file_that_may_not_be_read_is_told(mixed: Path) -> None:
    """One file without permission does not end the rest; the code says that not all was compared."""
    (mixed / "drawn" / "same.png").chmod(0)
    if os.access(mixed / "drawn" / "same.png", os.R_OK):
        (mixed / "drawn" / "same.png").unlink()  # root may read everything
        (mixed / "drawn" / "same.png").write_bytes(b"")
        with (mixed / "drawn" / "same.png").open("r+b") as file:
            file.truncate(300 << 20)
    ended = compare("goldens", "drawn", "--json", "-", "--quiet")
    (entry,) = [each for each in ended.json["comparisons"] if each["name"] == "same.png"]
    assert (ended.code, entry["outcome"]) == (2, "unreadable")
    assert entry["reason"].startswith("The candidate ")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["none", "drawn"], "EXPECTED is not there: none"),
        (["goldens", "goldens"], "are the same"),
        (["goldens", "drawn/same.png"], "EXPECTED is a folder and ACTUAL a file"),
        (["goldens", "empty"], "Did the tests run?"),
        (["empty", "empty2"], "nothing to compare"),
        (["goldens", "drawn", "--config", "none.yml"], "none.yml cannot be read"),
        (["goldens", "drawn", "--html", "goldens/report"], "lie in each other"),
        (["goldens", "drawn", "--html", "drawn"], "lie in each other"),
        (["goldens", "drawn", "--diff", "."], "lie in each other"),
        (["goldens", "drawn", "--json", "drawn/r.json"], "lie in each other"),
        (["goldens", "drawn", "--json", "r", "--junit", "./r"], "--json and --junit are both to be"),
        (["goldens", "drawn", "--html", "r", "--diff", "r"], "are both to be r."),
        (["goldens", "drawn", "--json", "goldens"], "lie in each other"),
        (["goldens", "drawn", "--json", "empty"], "empty cannot be written: Is a directory."),
        (["goldens", "drawn", "--junit", "file/j.xml"], "file cannot be made"),
        (["goldens", "drawn", "--html", "file"], "cannot be made"),
        (["goldens"], "Missing argument"),
        (["goldens", "drawn", "--threshold", "2"], "--threshold"),
        (["goldens", "drawn", "--ignore", "1,2"], "--ignore"),
        (["goldens", "drawn", "--workers", "0"], "--workers"),
    ],
)
def test_what_cannot_be_done_is_2_and_a_sentence(mixed: Path, words: list[str], why: str) -> None:
    """No traceback, nothing on standard output, and what to mend."""
    for name in ("empty", "empty2"):
        (mixed / name).mkdir()
    (mixed / "file").touch()
    ended = compare(*words)
    assert (ended.code, ended.told) == (2, "")
    assert why in " ".join(ended.complained.split())
    assert "Traceback" not in ended.complained


def test_quiet_says_nothing(mixed: Path) -> None:
    """Only the code tells."""
    ended = compare("goldens", "drawn", "--quiet")
    assert (ended.code, ended.told, ended.complained) == (2, "", "")


def test_many_changes_are_cut(here: Path) -> None:
    """The terminal shows the first forty and says where the rest is."""
    lay(here / "goldens", {f"{at:03}.txt": b"%d\n" % at for at in range(60)})
    lay(here / "drawn", {f"{at:03}.txt": b"- %d\n" % at for at in range(60)})
    told = compare("goldens", "drawn").told
    assert "60 goldens: 60 changed" in told
    assert told.count(".txt") == 40
    assert "… and 20 more. `--html FOLDER` shows them all, `--json FILE` lists them." in told
    assert "… and 20 more. See r.json." in compare("goldens", "drawn", "--json", "r.json").told


def test_names_cannot_steer_the_terminal(here: Path) -> None:
    """Escapes, line ends and turned text in a file's name are shown as what they are: nothing."""
    name = "a\x1b[2J\r\n\u202egnp.png"
    lay(here / "goldens", {name: PAID})
    lay(here / "drawn", {name: OPEN})
    ended = compare("goldens", "drawn", "--junit", "j.xml", "--json", "r.json")
    assert not any(sign in ended.told for sign in "\x1b\r\u202e")
    assert ET.parse("j.xml").getroot().find(".//testcase") is not None
    assert outcomes(json.loads(Path("r.json").read_text())) == {name: "changed"}


def test_left_out_things_are_mentioned(here: Path) -> None:
    """A link is not followed, and that is said."""
    lay(here / "goldens", {"a.png": PAID})
    lay(here / "drawn", {"a.png": PAID})
    (here / "goldens" / "b.png").symlink_to("/etc/passwd")
    ended = compare("goldens", "drawn")
    assert ended.code == 0
    assert "One thing was left out" in ended.told


def test_a_report_says_the_same_however_many_compare(mixed: Path) -> None:
    """The order of the results does not depend on who was faster."""
    reports = [
        compare("goldens", "drawn", "--json", "-", "--quiet", "--workers", number).told for number in (1, 2, 5)
    ]
    assert reports[0] == reports[1] == reports[2]


@pytest.mark.slow
def test_as_a_process_of_its_own(mixed: Path) -> None:
    """The installed command, with nothing but pipes: no colours, no bar, and its exit code."""
    done = subprocess.run(
        [*COMMAND, "goldens", "drawn"], capture_output=True, text=True, cwd=mixed, env=_environment()
    )
    assert done.returncode == 2
    assert done.stdout.startswith("12 goldens: ")
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


@pytest.mark.slow
def test_on_a_terminal_it_shows_how_far_it_is(mixed: Path) -> None:
    """A bar on standard error, gone when it is done; the summary has colours."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        process = subprocess.Popen(
            [*COMMAND, "goldens", "drawn"], stdout=theirs, stderr=theirs, env=_environment()
        )
        os.close(theirs)
        shown = BytesIO()
        try:
            while part := terminal.read(4096):
                shown.write(part)
        except OSError:  # EIO: the other end is closed
            pass
        assert process.wait(60) == 2
    text = shown.getvalue().decode()
    assert "Comparing" in text
    assert "12/12" in text
    assert "\x1b[33m7 changed\x1b[0m" in text


@pytest.mark.slow
def test_interrupted_it_ends_at_once(here: Path) -> None:
    """Ctrl-C ends the command and its children, without a traceback, and does not say that something differs."""
    files = {f"{at:04}.png": PAID for at in range(3000)}
    lay(here / "goldens", files)
    lay(here / "drawn", dict.fromkeys(files, OPEN))
    process = subprocess.Popen(
        [*COMMAND, "goldens", "drawn", "--diff", "diff"], cwd=here, env=_environment(), stderr=subprocess.PIPE
    )
    until = time.monotonic() + 30
    while not list(here.glob("diff/*.png")) and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, complained = process.communicate(timeout=20)
    assert (process.returncode, complained) == (130, b"")
    assert len(list(here.glob("diff/*.png"))) < 3000


def _environment() -> dict[str, str]:
    root = str(Path(__file__).parents[3])
    return {**os.environ, "PYTHONPATH": root, "TERM": "xterm", "COLUMNS": "100"}


def test_hostile_names_stay_names(mixed: Path) -> None:
    """Markup in a name is a name in every report."""
    compare("goldens", "drawn", "--html", "html", "--junit", "j.xml", "--quiet")
    page = Path("html/index.html").read_text()
    assert HOSTILE not in page
    assert "&lt;img src=x onerror=alert(1)&gt;.png" in page
    names = {case.attrib["name"] for case in ET.parse("j.xml").getroot().iter("testcase")}
    assert HOSTILE in names
