"""How files are kept by digest, through crashes too."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffing.words import Digest, Refused, Unavailable
from storage import blobs
from storage.blobs import Blobs

ROOT = Path(__file__).parents[3]
CONTENT = b"\x89PNG\r\n\x1a\n and more"
DIGEST = Digest(sha256(CONTENT).hexdigest())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Name a folder that is not there yet."""
    return tmp_path / "new" / "blobs"


@pytest.fixture
def kept(folder: Path) -> Blobs:
    """Open the folder."""
    return blobs.open(str(folder))


@pytest.fixture(scope="session")
def lasting_blobs(tmp_path_factory: pytest.TempPathFactory) -> Blobs:
    """Open a folder for properties."""
    return blobs.open(str(tmp_path_factory.mktemp("blobs")))


def files(folder: Path) -> list[Path]:
    """List every file in a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


@given(st.binary(max_size=3000))
def test_what_is_put_is_got(lasting_blobs: Blobs, content: bytes) -> None:
    """Any bytes come back as they were, under their SHA-256."""
    digest = lasting_blobs.put(content)
    assert digest == sha256(content).hexdigest()
    assert lasting_blobs.has(digest)
    assert lasting_blobs.get(digest) == content


def test_putting_twice_is_putting_once(kept: Blobs, folder: Path) -> None:
    """The same bytes lie there once, two folders deep, and are not written again."""
    kept.put(CONTENT)
    (file,) = files(folder)
    written = file.stat().st_mtime_ns, file.stat().st_ino
    kept.put(CONTENT)
    assert files(folder) == [folder / DIGEST[:2] / DIGEST[2:4] / DIGEST]
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == written


def test_what_is_not_there_is_refused(kept: Blobs) -> None:
    """A file that is gone is refused with what a person can do."""
    assert not kept.has(DIGEST)
    with pytest.raises(Refused, match=r"no longer in the storage. Compare again"):
        kept.get(DIGEST)


def test_a_deleted_file_is_gone(kept: Blobs, folder: Path) -> None:
    """To delete it twice is to delete it once, and nothing but a digest names what is deleted."""
    kept.put(CONTENT)
    kept.delete(DIGEST)
    kept.delete(DIGEST)
    assert files(folder) == []
    with pytest.raises(Refused, match="no file's digest"):
        kept.delete(Digest("../../etc/passwd"))


@pytest.mark.parametrize("damage", [b"", CONTENT[:-1], CONTENT + b"!", CONTENT.replace(b"PNG", b"GIF")])
def test_a_damaged_file_is_refused_and_mended(kept: Blobs, folder: Path, damage: bytes) -> None:
    """Bytes that are not those of the digest are never given; putting the right ones mends it."""
    kept.put(CONTENT)
    files(folder)[0].write_bytes(damage)
    with pytest.raises(Refused, match=f"{DIGEST[:12]} is damaged"):
        kept.get(DIGEST)
    kept.put(CONTENT)
    assert kept.get(DIGEST) == CONTENT


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "/" + "a" * 63, "a" * 64 + "\n", "\0"]
)
def test_only_a_digest_names_a_file(kept: Blobs, name: str) -> None:
    """No address leads out of the folder."""
    assert not kept.has(Digest(name))
    with pytest.raises(Refused, match="no file's digest"):
        kept.get(Digest(name))


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_put_that_breaks_off_leaves_nothing(
    kept: Blobs, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """On a full disk the caller may try again later; nothing half-written stays, nothing is served."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if step == "replace":
        monkeypatch.setattr(Path, "replace", full)
    else:
        monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        kept.put(CONTENT)
    assert files(folder) == []
    assert not kept.has(DIGEST)
    monkeypatch.undo()
    assert kept.get(kept.put(CONTENT)) == CONTENT


def test_a_half_written_file_is_never_served(kept: Blobs, folder: Path) -> None:
    """What a killed process left under a temporary name is no file of the storage, and hinders no put."""
    place = folder / DIGEST[:2] / DIGEST[2:4]
    place.mkdir(parents=True)
    (place / ".half.part").write_bytes(CONTENT[:5])
    assert not kept.has(DIGEST)
    kept.put(CONTENT)
    assert kept.get(DIGEST) == CONTENT


_PUT_FOREVER = """
import random, sys
from storage import blobs
kept = blobs.open(sys.argv[1])
seed = random.Random(int(sys.argv[2]))
print("ready", flush=True)
while True:
    kept.put(seed.randbytes(seed.randrange(1, 3_000_000)))
"""


def test_a_kill_leaves_whole_files_only(folder: Path) -> None:
    """Killed in the midst of writing, again and again, it leaves under digests only what has that digest."""
    moments = random.Random(7)
    for seed in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", _PUT_FOREVER, str(folder), str(seed)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            writer.wait(moments.uniform(0.02, 0.12))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    whole = [file for file in files(folder) if not file.name.startswith(".")]
    assert whole
    assert [sha256(file.read_bytes()).hexdigest() for file in whole] == [file.name for file in whole]


def test_many_may_put_the_same_at_once(kept: Blobs, folder: Path) -> None:
    """Whoever puts first, all succeed, and one whole file lies there."""
    content = CONTENT * 50_000
    with ThreadPoolExecutor(8) as threads:
        digests = set(threads.map(lambda _: kept.put(content), range(32)))
    (digest,) = digests
    assert kept.get(digest) == content
    assert len(files(folder)) == 1


@pytest.mark.parametrize("write", ["{}", "file://{}", "file://localhost{}"])
def test_a_folder_is_named_in_three_ways(folder: Path, write: str) -> None:
    """A path and both spellings of its address open the same folder, spaces and all."""
    spaced = folder / "with space"
    url = write.format(str(spaced).replace(" ", "%20") if write.startswith("file") else spaced)
    digest = blobs.open(url).put(CONTENT)
    assert blobs.open(str(spaced)).get(digest) == CONTENT


@pytest.mark.parametrize("url", ["ftp://key:secret@host/goldens", "file://elsewhere/folder"])
def test_other_places_are_refused(url: str) -> None:
    """What does not work is refused with what does, and without the address's secrets."""
    with pytest.raises(Refused, match="file:///absolute/path") as refused:
        blobs.open(url)
    assert "secret" not in str(refused.value)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """A file in the way is said at start, not at the first picture."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Refused, match="cannot be made"):
        blobs.open(str(tmp_path / "file" / "blobs"))


def test_files_are_told_of_in_order(kept: Blobs, folder: Path) -> None:
    """Each with its size and age, from behind any digest on; what is no file of the storage is passed over."""
    put = sorted(kept.put(bytes([each])) for each in range(40))
    (folder / put[0][:2] / put[0][2:4] / ".half.part").write_bytes(b"half")
    (folder / "readme.txt").write_text("not ours")
    told = list(kept.walk())
    assert [each.digest for each in told] == put
    assert {each.size for each in told} == {1}
    assert all(datetime.now(UTC) - each.written_at < timedelta(minutes=5) for each in told)
    assert [each.digest for each in kept.walk(put[17])] == put[18:]
    assert list(kept.walk(put[-1])) == []


def test_one_file_is_told_of_unread(kept: Blobs) -> None:
    """Its size and when it was written, as walking tells it; of what is not there nothing."""
    put = kept.put(b"three")
    assert kept.about(put) == next(kept.walk())
    assert kept.about(Digest("0" * 64)) is None


def test_what_was_put_again_is_not_discarded(kept: Blobs, folder: Path) -> None:
    """Between a cleaner's look and its deleting, somebody may need an old file again."""
    put = [kept.put(bytes([each])) for each in range(3)]
    for file in files(folder):
        os.utime(file, (0, 0))
    told = list(kept.walk())
    kept.put(bytes([1]))
    assert kept.discard(told) == 2
    assert [each.digest for each in kept.walk()] == [put[1]]
    assert kept.discard(told) == 0
