"""No file stops the sandbox: the child dies, the next one works."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from app.sandbox import Sandbox, Settled
from diffing.composites import third
from diffing.differ import differ
from diffing.pairing import settled
from diffing.rendering import difference, thumbnail
from diffing.words import Box, Kind, Mode, Outcome, Refused, Rules, Size, Tolerance, Unavailable
from tests.diffing import drawing
from tests.diffing.paper import Page, pdf
from tests.diffing.test_svgs import svg
from tests.fuzz import bombs
from tests.fuzz.broken import SIZE

pytestmark = pytest.mark.slow

RECORDED = Path(__file__).parents[1] / "recorded/composites/output"
GOLDEN, CANDIDATE = drawing.encoded(drawing.written("Total")), drawing.encoded(drawing.written("Paid"))
DARK, LIGHT = (drawing.encoded(np.full((7000, 7000), shade, np.uint8), compress_level=1) for shade in (10, 200))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Two children, as in life."""
    with Sandbox(2, 30, 1 << 30) as made:
        yield made


def child(sandbox: Sandbox) -> int:
    """Give the process id of the idle child that is asked next."""
    return sandbox._idle[-1]._process.pid


def unread(process: subprocess.Popen[bytes]) -> int:
    """Give how many bytes of what was asked a child has not read yet (ioctl_list(2), FIONREAD)."""
    assert process.stdin
    told = fcntl.ioctl(process.stdin, termios.FIONREAD, bytes(4))
    return int.from_bytes(told, sys.byteorder)


@pytest.mark.parametrize(
    ("golden", "candidate"),
    [(GOLDEN, CANDIDATE), (b"a\n", b"b\n"), (GOLDEN, GOLDEN), (GOLDEN, b""), (b"\x00", b"\x00\x01")],
)
def test_it_answers_what_differ_answers(sandbox: Sandbox, golden: bytes, candidate: bytes) -> None:
    """Sizes, boxes, kind, mask: all comes back as it was."""
    rules = Rules(tolerance=Tolerance(threshold=0.05, antialiasing=True), ignore=(Box(1, 2, 3, 4),))
    assert sandbox.differ(golden, candidate, rules) == differ(golden, candidate, rules)


@pytest.mark.parametrize("pixels", [0, 10_000])
@pytest.mark.parametrize(
    ("golden", "candidate"),
    [(GOLDEN, CANDIDATE), (GOLDEN, GOLDEN), (b"a\n", b"b\n"), (GOLDEN, b"text"), (GOLDEN, GOLDEN[:80])],
)
def test_it_settles_as_pairing_does(sandbox: Sandbox, golden: bytes, candidate: bytes, pixels: int) -> None:
    """What a child says a difference comes to is what the tolerance makes of it; what is let pass is not drawn."""
    rules = Rules(tolerance=Tolerance(pixels=pixels))
    found = differ(golden, candidate, rules)
    outcome = settled(Mode.ALL, rules.tolerance, found)
    assert sandbox.settle(golden, candidate, rules) == Settled(outcome, found)
    drawn = difference(golden, candidate, found.mask) if found.mask and outcome is Outcome.CHANGED else None
    assert sandbox.exhibit(golden, candidate, rules) == Settled(outcome, found, drawn)


def test_it_draws(sandbox: Sandbox) -> None:
    """Pictures for people are drawn in a child too; what cannot be drawn is refused in words."""
    mask = differ(GOLDEN, CANDIDATE, Rules()).mask or b""
    assert sandbox.draw(GOLDEN, CANDIDATE, mask) == difference(GOLDEN, CANDIDATE, mask)
    assert sandbox.thumbnail(GOLDEN, most=40) == thumbnail(GOLDEN, most=40)
    with pytest.raises(Refused, match="no image"):
        sandbox.thumbnail(b"text")


def test_it_cuts(sandbox: Sandbox) -> None:
    """A composite is decoded in a child too, and what is none is refused in words."""
    composite = (RECORDED / "vertical.composite.png").read_bytes()
    assert sandbox.cut(composite) == third(composite)
    with pytest.raises(Refused, match="no composite"):
        sandbox.cut(GOLDEN)


def test_many_threads_share_the_children(sandbox: Sandbox) -> None:
    """Forty comparisons from eight threads, never more than two children."""
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: sandbox.differ(GOLDEN, CANDIDATE, Rules()), range(40)))
    assert found == [differ(GOLDEN, CANDIDATE, Rules())] * 40
    assert len(sandbox._all) <= 2


def test_too_slow_is_unreadable_and_the_next_is_not() -> None:
    """49 megapixels do not fit into a twentieth of a second; a small picture afterwards does."""
    with Sandbox(1, 30) as sandbox:
        sandbox.differ(GOLDEN, CANDIDATE, Rules())
        before, sandbox._seconds = child(sandbox), 0.05
        slow = sandbox.differ(DARK, LIGHT, Rules())
        sandbox._seconds = 30
        assert sandbox.differ(GOLDEN, CANDIDATE, Rules()).outcome is Outcome.CHANGED
        assert child(sandbox) != before
    assert slow.outcome is Outcome.UNREADABLE
    assert slow.why == "The candidate took longer than 0.05 seconds: draw a smaller or simpler one."


def test_too_large_is_unreadable_and_the_next_is_not() -> None:
    """What needs more memory than allowed is refused, in words; a small picture afterwards is compared."""
    with Sandbox(1, 30, 64 << 20) as sandbox:
        large = sandbox.differ(DARK, LIGHT, Rules())
        assert sandbox.differ(GOLDEN, CANDIDATE, Rules()).outcome is Outcome.CHANGED
    assert large.outcome is Outcome.UNREADABLE
    assert "memory" in large.why


BOMBS = {
    "chunks": (bombs.crowd(b"tIME", 100_001), "is a PNG of more than 100,000 chunks"),
    "texts": (bombs.crowd(b"tEXt", 1001), "is a PNG of more than 1,000 text chunks"),
    "frames": (bombs.frames(1001), "says it has 1001 frames"),
    "pixels by the header": (bombs.huge(30_000, 5000), "is 30000×5000, 150.0 megapixels"),
    "pixels beyond all measure": (bombs.huge(70_000, 70_000), "has far more than 80 megapixels"),
    "a text": (bombs.swelling(b"zTXt"), "is a damaged PNG (Decompressed data too large"),
    "a profile": (bombs.swelling(b"iCCP"), "is a damaged PNG (Decompressed data too large"),
}


@pytest.mark.parametrize(("bomb", "clause"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_unreadable_and_the_next_is_not(sandbox: Sandbox, bomb: bytes, clause: str) -> None:
    """What is too much is refused by its header, in words; a small picture afterwards is compared."""
    found = sandbox.differ(GOLDEN, bomb, Rules())
    assert found.outcome is Outcome.UNREADABLE
    assert found.why.startswith(f"The candidate {clause}")
    assert sandbox.differ(GOLDEN, CANDIDATE, Rules()).outcome is Outcome.CHANGED


def test_a_stream_says_no_more_than_its_header(sandbox: Sandbox) -> None:
    """Pixels that swell to 64 MB behind a header of twenty pixels are never unpacked beyond those."""
    found = sandbox.differ(GOLDEN, bombs.swollen(), Rules())
    assert found.candidate_size == Size(*SIZE)
    assert sandbox.differ(GOLDEN, CANDIDATE, Rules()).outcome is Outcome.CHANGED


def test_processor_time_runs_out() -> None:
    """Should nobody watch the clock, the system ends a child that calculates without end."""
    asked = "from app.confined import _allow_time; _allow_time(0.1)\nwhile True: pass"
    ran = subprocess.run([sys.executable, "-c", asked], check=False, timeout=60)
    assert ran.returncode == -signal.SIGXCPU


def test_a_killed_child_is_replaced() -> None:
    """A child that dies at work costs one comparison; one that died idle costs none."""
    with Sandbox(1, 30) as sandbox, ThreadPoolExecutor(1) as thread:
        sandbox.differ(GOLDEN, CANDIDATE, Rules())
        idle = sandbox._idle[-1]._process
        os.kill(idle.pid, signal.SIGKILL)
        os.waitid(os.P_PID, idle.pid, os.WEXITED | os.WNOWAIT)
        assert sandbox.differ(GOLDEN, CANDIDATE, Rules()).outcome is Outcome.CHANGED
        victim = sandbox._idle[-1]._process
        os.kill(victim.pid, signal.SIGSTOP)  # it hangs in the middle of its work, and then it dies
        asked = thread.submit(sandbox.differ, GOLDEN, CANDIDATE, Rules())
        while not unread(victim):
            time.sleep(0.001)
        victim.kill()
        assert asked.result(10).why.startswith("The candidate broke the program that decodes it")
        assert sandbox.differ(GOLDEN, CANDIDATE, Rules()).outcome is Outcome.CHANGED


def test_a_child_has_limits_and_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at from outside: nothing of our environment, bounded memory, no file may be written."""
    monkeypatch.setenv("GOLDDIGGER_SECRET_KEY", "hidden")
    with Sandbox(1, 30, 1 << 30) as fresh:
        fresh.differ(GOLDEN, CANDIDATE, Rules())
        place = Path(f"/proc/{child(fresh)}")
        if not place.exists():
            pytest.skip("no /proc to look into")
        assert b"GOLDDIGGER" not in (place / "environ").read_bytes()
        limits = {line[:26].strip(): line[26:].split()[:2] for line in (place / "limits").read_text().splitlines()}
    assert limits["Max file size"] == ["0", "0"]
    assert limits["Max core file size"] == ["0", "0"]
    assert limits["Max open files"] == ["32", "32"]
    assert int(limits["Max address space"][1]) < 4 << 30
    assert limits["Max cpu time"][0] != "unlimited"


def test_a_child_has_no_network() -> None:
    """Where the system allows it, a child sees no interface that leads anywhere."""
    asked = (
        "import socket; from app.confined import _without_network;_without_network(); print(socket.if_nameindex())"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    names = {name for _, name in socket.if_nameindex()}
    if said.strip() == str(socket.if_nameindex()) and len(names) > 1:
        pytest.skip("this system lets nobody unshare the network")
    assert all(f"'{name}'" not in said for name in names if name.startswith(("eth", "en", "wl")))


def test_closing_is_final() -> None:
    """A closed sandbox says that it will not be long, and leaves no process behind."""
    sandbox = Sandbox(1, 30)
    sandbox.differ(GOLDEN, CANDIDATE, Rules())
    process = sandbox._idle[-1]._process
    sandbox.close()
    assert process.returncode == -signal.SIGKILL
    with pytest.raises(Unavailable):
        sandbox.differ(GOLDEN, CANDIDATE, Rules())


def test_it_starts_under_a_script_that_guards_nothing(tmp_path: Path) -> None:
    """A console script is not imported again by the children, and nothing is printed but what it prints."""
    script = tmp_path / "script.py"
    script.write_text(
        "from app.sandbox import Sandbox\nfrom diffing.words import Rules\n"
        "print('once')\n"
        "with Sandbox(1) as sandbox:\n    print(sandbox.differ(b'a', b'b', Rules()).kind)\n"
    )
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert (ran.stdout, ran.stderr) == ("once\ncontent\n", "")


LAYERS = '<g opacity="0.5">' * 400 + '<rect width="1000" height="1000"/>' + "</g>" * 400


@pytest.mark.slow
@pytest.mark.parametrize(
    "hostile",
    [
        '<filter id="f"><feMorphology radius="500"/></filter><rect filter="url(#f)" width="1000" height="1000"/>',
        LAYERS,
    ],
)
def test_an_svg_that_cannot_be_drawn_is_compared_by_its_lines(hostile: str) -> None:
    """A drawing that takes all time or memory ends its child, and the reviewer still sees what differs."""
    golden, candidate = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="1000">{each}</svg>\n'.encode()
        for each in ("<g/>", hostile)
    )
    with Sandbox(1, 3, 1 << 28) as sandbox:
        difference = sandbox.differ(golden, candidate, Rules())
    assert (difference.outcome, difference.kind, difference.pixels) == (Outcome.CHANGED, Kind.CONTENT, 1)
    assert difference.why == "1 line differs. It was not drawn: that took too much time or memory."


def test_a_child_draws_svg_and_pdf() -> None:
    """What draws them works within a child's limits, too."""
    with Sandbox(1, 30) as sandbox:
        for golden, candidate in (
            (svg(), svg('<rect width="9" height="9"/>')),
            (pdf(), pdf(Page(draws="0 0 1 rg 20 20 30 30 re f"))),
        ):
            difference = sandbox.differ(golden, candidate, Rules())
            assert difference.pixels > 50
            assert difference.mask is not None
            assert sandbox.draw(golden, candidate, difference.mask).startswith(b"\x89PNG")
            assert sandbox.sheet(candidate).startswith(b"\x89PNG")
