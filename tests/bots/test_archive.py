"""Zips and folders that strangers made: what is read of them, and what never is."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.archive import CAPS, Caps, open_folder, open_path, open_zip
from diffing.words import Refused

SMALL = Caps(entries=5, member=1_000, total=2_500, ratio=10, ratio_floor=100)


def packed(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    """Make a zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for path, content in members.items():
            archive.writestr(path, content)
    return file


def packed_as(info: zipfile.ZipInfo, content: bytes = b"x") -> io.BytesIO:
    """Make a zip of one odd entry."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(info, content)
    return file


def read_all(file: io.BytesIO, caps: Caps = CAPS) -> dict[str, bytes]:
    """Read every member."""
    with open_zip(file, caps) as archive:
        return {path: archive.read(path) for path in archive.paths}


def refusal(file: io.BytesIO, caps: Caps = CAPS) -> str:
    """Give the words with which a zip is refused."""
    with pytest.raises(Refused) as error:
        read_all(file, caps)
    return str(error.value)


NAMES = st.text("abcÄßé0_-. ", min_size=1, max_size=12).filter(lambda name: name.strip(".") != "")


@given(st.dictionaries(NAMES.map(str.casefold), st.binary(max_size=300), max_size=6))
def test_what_was_packed_is_read_back(members: dict[str, bytes]) -> None:
    """Names and bytes, stored or deflated."""
    unalike = {f"{at}/{name}": content for at, (name, content) in enumerate(members.items())}
    assert read_all(packed(unalike)) == unalike
    assert read_all(packed(unalike, zipfile.ZIP_STORED)) == unalike


def test_folders_are_no_members() -> None:
    """A zip may name them; a nested archive is a file like any other."""
    inner = packed({"a": b"1"}).getvalue()
    assert read_all(packed({"goldens/": b"", "goldens/a.zip": inner})) == {"goldens/a.zip": inner}


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../up", "plain"),
        ("a/../../b", "plain"),
        ("a//b", "plain"),
        ("./a", "plain"),
        ("/etc/passwd", "absolute"),
        ("C:/windows", "absolute"),
        ("c:x", "absolute"),
        ("a\\b", "backslash"),
        ("a\x1bb", "control"),
        ("a\nb", "control"),
        ("a\x85b", "control"),
        ("a" * 2_000, "long"),
        ("..", "plain"),
        ("../", "plain"),
    ],
)
def test_a_path_that_leads_away_is_refused(path: str, why: str) -> None:
    """Nothing is unpacked, yet no such name is ever shown or matched either."""
    assert why in refusal(packed({"fine.png": b"1", path: b"x"}))


def test_a_name_with_nul_is_refused() -> None:
    """Python cuts the name there, and would read another than it shows."""
    info = zipfile.ZipInfo("aXb.png")
    file = packed_as(info)
    hidden = io.BytesIO(file.getvalue().replace(b"aXb.png", b"a\0b.png"))
    assert "control" in refusal(hidden)


@pytest.mark.parametrize(
    ("first", "second"), [("a.png", "A.png"), ("stra\u00dfe", "STRASSE"), ("\u00e9", "e\u0301"), ("a/B", "A/b")]
)
def test_names_that_are_one_file_on_some_disks_are_refused(first: str, second: str) -> None:
    """Whoever reviews one would commit the other."""
    assert "one file on some disks" in refusal(packed({first: b"1", second: b"2"}))


def test_the_same_name_twice_is_refused() -> None:
    """One is shown, the other read."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", b"2")
    assert "one file" in refusal(file)


@pytest.mark.parametrize(
    ("kind", "why"),
    [(stat.S_IFLNK, "symbolic link"), (stat.S_IFIFO, "no ordinary"), (stat.S_IFCHR, "no ordinary")],
)
def test_links_and_devices_are_refused(kind: int, why: str) -> None:
    """Whatever system the zip says it was made on."""
    for system in (3, 0):
        info = zipfile.ZipInfo("link")
        info.external_attr = (kind | 0o777) << 16
        info.create_system = system
        assert why in refusal(packed_as(info, b"/etc/passwd"))


def test_an_encrypted_member_is_refused() -> None:
    """By its flag, before a password is asked for."""
    content = bytearray(packed({"a.png": b"x"}).getvalue())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    assert "encrypted" in refusal(io.BytesIO(content))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_packings_are_not_unpacked(method: int) -> None:
    """They inflate a piece without a bound."""
    assert "deflate" in refusal(packed({"a.png": b"x" * 100}, method))


def test_a_bomb_is_stopped_while_it_is_read() -> None:
    """By what really came out, not by what the archive says of itself."""
    assert "bomb" in refusal(packed({"a": bytes(900)}), SMALL)
    assert read_all(packed({"flat.bmp": bytes(99)}), SMALL) == {"flat.bmp": bytes(99)}


def test_a_lying_size_does_not_help_a_bomb() -> None:
    """The central directory says one byte."""
    content = bytearray(packed({"a": bytes(50_000)}).getvalue())
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (1).to_bytes(4, "little")
    assert "damaged" in refusal(io.BytesIO(content), SMALL)


def test_a_large_member_and_a_large_whole_are_refused() -> None:
    """Each with its limit; reading one member again does not count twice."""
    noise = os.urandom(1_001)
    assert "larger than 1,000 bytes" in refusal(packed({"a": noise}), SMALL)
    three = packed(dict.fromkeys("abc", noise[:900]))
    with open_zip(three, SMALL) as archive:
        for path in ("a", "b", "a", "b", "a"):
            assert archive.read(path) == noise[:900]
        with pytest.raises(Refused, match="more than 2,500 bytes"):
            archive.read("c")


def test_a_member_that_is_never_read_may_be_large() -> None:
    """Videos and traces lie beside goldens."""
    noise = os.urandom(5_000)
    with open_zip(packed({"trace.zip": noise, "a.png": b"1"}), SMALL) as archive:
        assert archive.read("a.png") == b"1"


def test_too_many_members_are_refused() -> None:
    """Counted before any is read."""
    assert "more than 5 files" in refusal(packed({f"f{at}": b"" for at in range(6)}), SMALL)


def test_a_long_list_of_names_is_not_even_taken_in() -> None:
    """Python's zipfile would read it whole."""
    file = packed({f"{at:05}" + "n" * 500: b"" for at in range(20)})
    assert "list of names is too long" in refusal(file, SMALL)


@given(st.binary(max_size=400))
def test_no_bytes_make_anything_but_a_refusal(content: bytes) -> None:
    """Whatever came instead of a zip."""
    with suppress(Refused):
        read_all(io.BytesIO(content))


@given(st.data())
def test_a_damaged_zip_is_refused_or_read_within_its_caps(data: st.DataObject) -> None:
    """A few bytes of a sound zip are changed."""
    content = bytearray(packed({"a/b.png": b"content " * 20, "c.txt": b"hello"}).getvalue())
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[at] = data.draw(st.integers(0, 255))
    left = data.draw(st.integers(0, len(content)) | st.just(len(content)))
    with suppress(Refused):
        members = read_all(io.BytesIO(content[:left]), SMALL)
        assert sum(map(len, members.values())) <= SMALL.total


def test_an_unknown_path_is_refused(tmp_path: Path) -> None:
    """Only what is listed can be read; a folder's neighbours neither."""
    (tmp_path / "secret").write_bytes(b"s")
    (tmp_path / "in").mkdir()
    with open_zip(packed({"a": b"1"})) as archive, pytest.raises(Refused, match="not in the archive"):
        archive.read("b")
    with pytest.raises(Refused, match="not in the folder"):
        open_folder(tmp_path / "in").read("../secret")


def test_a_folder_is_read_like_a_zip(tmp_path: Path) -> None:
    """Names in order, POSIX style."""
    for path in ("b.png", "sub/a.png"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(path.encode())
    with open_path(tmp_path) as archive:
        assert {path: archive.read(path) for path in archive.paths} == {
            "b.png": b"b.png",
            "sub/a.png": b"sub/a.png",
        }


def test_a_folder_is_held_to_the_same_rules(tmp_path: Path) -> None:
    """Links, backslashes, letter case, number, size."""
    target = tmp_path / "target"
    target.write_bytes(b"s")
    for name, make, why in [
        ("link", lambda path: path.symlink_to(target), "symbolic link"),
        ("folder", lambda path: path.symlink_to(tmp_path), "symbolic link"),
        ("a\\b", lambda path: path.write_bytes(b""), "backslash"),
        ("A.png", lambda path: (path.parent / "a.png").write_bytes(b"") or path.write_bytes(b""), "one file"),
    ]:
        folder = tmp_path / f"case of {why} {name[:1]}"
        folder.mkdir()
        make(folder / name)  # type: ignore[no-untyped-call]
        with pytest.raises(Refused, match=why):
            open_folder(folder)


def test_a_folder_that_is_too_much_is_refused(tmp_path: Path) -> None:
    """Files are counted at once, bytes when they are read."""
    (tmp_path / "large").write_bytes(bytes(1_001))
    with pytest.raises(Refused, match="larger than"):
        open_folder(tmp_path, SMALL).read("large")
    for at in range(6):
        (tmp_path / f"f{at}").write_bytes(b"")
    with pytest.raises(Refused, match="more than 5 files"):
        open_folder(tmp_path, SMALL)


def test_a_file_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    """Between looking and reading."""
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_bytes(b"s")
    (tmp_path / "in" / "a").write_bytes(b"1")
    folder = open_folder(tmp_path / "in")
    (tmp_path / "in" / "a").unlink()
    (tmp_path / "in" / "a").symlink_to(tmp_path / "secret")
    with pytest.raises(Refused, match="cannot be read"):
        folder.read("a")


def test_a_path_is_a_zip_or_a_folder_or_refused(tmp_path: Path) -> None:
    """In words."""
    (tmp_path / "a.zip").write_bytes(packed({"a": b"1"}).getvalue())
    with open_path(tmp_path / "a.zip") as archive:
        assert archive.read("a") == b"1"
    with pytest.raises(Refused, match="cannot be opened"), open_path(tmp_path / "none"):
        pass
