"""Pictures that a test printed into a log are found there, with the golden that was named before them."""

from __future__ import annotations

import base64
import time

import pytest

from diffing import logged
from diffing.presets.registry import infer
from diffing.words import Form, Found, Refused
from tests.diffing.artifacts import find, members, only, reading, suite, tree
from tests.stories.screens import screen

LOG = suite("cocoon-log")
(MEMBER,) = members("build.log")
GOLDEN = "dashboard/test/widgets/goldens/error.png"
TREE = tree(GOLDEN, "dashboard/pubspec.yaml", "dashboard/test/widgets/error_test.dart")
PICTURE = screen()
SAID = "has failed. For your convenience CI provides it as a base64 encoded image below. #[IMAGE]:"


def log(path: str, before: str = "", content: bytes = PICTURE, end: str = "\n") -> bytes:
    """Write what cocoon's comparator prints, with what a runner puts before each line."""
    lines = [f"{path} {SAID}", base64.b64encode(content).decode(), "#[/IMAGE]"]
    return "".join(f"{before}{line}{end}" for line in lines).encode()


def look(content: bytes) -> list[Found]:
    """Find the pictures of a log."""
    return find(LOG, [MEMBER], TREE, reading({MEMBER: content}))


@pytest.mark.parametrize("before", ["", "Shell: ", "2026-01-01T00:00:00.0000000Z ", "00:03 +1: loading "])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "path",
    [GOLDEN, f"/b/s/w/ir/x/w/cocoon/{GOLDEN}", "widgets/goldens/error.png", "/w/cocoon/dashboard/test/../test/x"],
)
def test_a_picture_is_found_with_its_golden(before: str, end: str, path: str) -> None:
    """Absolute, relative, or unknown; whatever stands before each line."""
    content = log(path, before, end=end)
    found = only(look(b"+ flutter test\n" + content))
    assert found.name == (GOLDEN if path.endswith("error.png") else None)
    assert found.piece is not None
    assert found.piece.form is Form.LOGGED
    assert logged.picture(b"+ flutter test\n" + content, found.piece.at) == PICTURE


def test_several_pictures_in_their_order() -> None:
    """The last of a golden counts; each has its own place in the log."""
    content = log(GOLDEN) + b"retry\n" + log(GOLDEN, content=screen("again"))
    first, second = look(content)
    assert (first.name, second.name) == (GOLDEN, GOLDEN)
    assert logged.picture(content, second.piece.at if second.piece else 0) == screen("again")


def test_a_new_golden_lies_in_the_folder_that_was_named() -> None:
    """Cocoon's comparator prints pictures of goldens that are not there yet, too."""
    new = "dashboard/test/widgets/goldens/new.png"
    found = only(look(log(new, "Shell: ")))
    assert (found.name, found.missing) == (new, True)


@pytest.mark.parametrize(
    "content",
    [b"", b"#[IMAGE]:", b"#[IMAGE]:\n", f"{GOLDEN} {SAID} more\nabc\n".encode(), b"#[IMAGE]:\n\n\n#[IMAGE]:\n"],
)
def test_what_is_no_picture_is_never_taken(content: bytes) -> None:
    """The mark alone, the log's end, words after the mark."""
    for found in look(content):
        assert found.name is None
        with pytest.raises(Refused):
            logged.picture(content, found.piece.at if found.piece else 0)


def test_pictures_are_no_logs() -> None:
    """Only what is named like a log is read."""
    assert find(LOG, members("a.png", "a.json", "a.log"), TREE) == []


def test_it_is_recognised_by_what_the_log_says() -> None:
    """No name tells, so the log is looked into."""
    (found,) = infer([MEMBER], reading({MEMBER: log(GOLDEN)}), TREE)
    assert (found.name, found.preset) == ("dashboard", "cocoon-log")
    assert infer([MEMBER], reading({MEMBER: b"all tests passed\n"}), TREE) == []


@pytest.mark.parametrize(
    "content",
    [
        b"#[IMAGE]:\n" * 500_000,
        b"x" * 20_000_000 + b"#[IMAGE]:\n",
        b"#[IMAGE]: " * 2_000_000,
        (b"a b " * 400 + b"has failed #[IMAGE]:\nAAAA\n") * 5_000,
    ],
    ids=["marks", "one line", "marks in one line", "words"],
)
def test_a_hostile_log_takes_no_long_time(content: bytes) -> None:
    """Whatever it repeats, the number of pictures is bounded, and each line is looked at once."""
    begun = time.perf_counter()
    assert len(look(content)) <= 2_000
    assert time.perf_counter() - begun < 3
