"""What every storage keeps to, whoever made it: the folder and real object stores on loopback."""

from __future__ import annotations

import secrets
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from diffing.words import Digest, Refused
from storage.blobs.port import MOST_WHOLE
from tests.storage.blobs import stores
from tests.storage.blobs.stores import A_DAY, Store

pytestmark = pytest.mark.slow


def fresh(length: int = 2000) -> bytes:
    """Bytes that nobody has put before."""
    return secrets.token_bytes(length)


def digest_of(content: bytes) -> Digest:
    """Their digest."""
    return Digest(sha256(content).hexdigest())


@given(st.binary(max_size=3000))
def test_what_is_put_is_got(store: Store, content: bytes) -> None:
    """Any bytes come back as they were, under their SHA-256, whole and in pieces."""
    kept = store.open()
    assert kept.put(content) == digest_of(content)
    assert kept.has(digest_of(content))
    assert kept.get(digest_of(content)) == content
    stream = kept.stream(digest_of(content))
    assert (stream.size, b"".join(stream.pieces)) == (len(content), content)


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 8 << 20, MOST_WHOLE, MOST_WHOLE + 1, 40_000_000])
def test_sizes_at_which_something_begins(store: Store, size: int, tmp_path: Path) -> None:
    """Nothing, one byte, one request or many parts: from memory and from a file, and again."""
    content = fresh(size)
    file = tmp_path / "file"
    file.write_bytes(content)
    kept = store.open()
    with file.open("rb") as opened:
        assert kept.put(opened) == digest_of(content)
        assert kept.put(opened) == digest_of(content)
    assert kept.put(content) == digest_of(content)
    assert kept.get(digest_of(content)) == content
    about = kept.about(digest_of(content))
    assert about is not None
    assert about.size == size


def test_a_large_file_is_never_in_memory_whole(store: Store, tmp_path: Path) -> None:
    """A hundred megabytes are put from a file and given in pieces of a few."""
    file, size = tmp_path / "file", 100_000_000
    with file.open("wb") as written:
        written.truncate(size)
    kept = store.open()
    kept.put(b"so that what a client loads at first is loaded")
    tracemalloc.start()
    try:
        with file.open("rb") as opened:
            digest = kept.put(opened)
        longest = max(len(piece) for piece in kept.stream(digest).pieces)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert longest <= 8 << 20
    # Four parts on their way at a time, and those that wait for their turn.
    assert most < 10 * MOST_WHOLE, f"{most >> 20} MiB"
    assert kept.get(digest) == bytes(size)


def test_putting_twice_is_putting_once(store: Store) -> None:
    """What stands there undamaged is left as it is, also by those who put it at once."""
    content, kept = fresh(50_000), store.open()
    with ThreadPoolExecutor(16) as threads:
        (digest,) = set(threads.map(lambda _: kept.put(content), range(48)))
        assert set(threads.map(lambda _: kept.get(digest), range(48))) == {content}


def test_what_is_not_there_is_refused(store: Store) -> None:
    """A file that is gone is refused with what a person can do, read whole or in pieces."""
    kept, digest = store.open(), digest_of(fresh())
    assert not kept.has(digest)
    assert kept.about(digest) is None
    with pytest.raises(Refused, match="no longer in the storage"):
        kept.get(digest)
    with pytest.raises(Refused, match="no longer in the storage"):
        b"".join(kept.stream(digest).pieces)


def test_a_deleted_file_is_gone(store: Store) -> None:
    """To delete it twice is to delete it once, and nothing but a digest names what is deleted."""
    kept = store.open()
    digest = kept.put(fresh())
    kept.delete(digest)
    kept.delete(digest)
    assert not kept.has(digest)
    for name in ("../../etc/passwd", "", "A" * 64, f"{digest}\n"):
        assert not kept.has(Digest(name))
        for ask in (kept.delete, kept.get, kept.stream, kept.about):
            with pytest.raises(Refused, match="no file's digest"):
                ask(Digest(name))


@pytest.mark.parametrize("size", [900, MOST_WHOLE + 900])
@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_file_is_refused_and_mended(store: Store, size: int, damage: bytes | None) -> None:
    """Bytes that are not those of the digest never arrive whole; putting the right ones mends it."""
    content, kept = fresh(size), store.open()
    digest = kept.put(content)
    store.spoil(digest, content[:-1] + bytes([content[-1] ^ 1]) if damage is None else damage)
    with pytest.raises(Refused, match=f"{digest[:12]} is damaged"):
        kept.get(digest)
    arrived: list[bytes] = []
    with pytest.raises(Refused, match=f"{digest[:12]} is damaged"):
        arrived.extend(kept.stream(digest).pieces)
    assert len(b"".join(arrived)) < size
    kept.put(content)
    assert kept.get(digest) == content
    assert b"".join(kept.stream(digest).pieces) == content


def test_files_are_told_of_in_order(store: Store) -> None:
    """Each with its size and age, from behind any digest on; what is no file of ours is passed over."""
    kept = store.open()
    for name in ("readme.txt", "0" * 63, "f" * 65):
        store.put_beside(f"{name}{secrets.token_hex(4)}" if name.startswith("readme") else name)
    put = sorted(kept.put(fresh(7)) for _ in range(30))
    told = [each for each in kept.walk() if each.digest in put]
    assert [each.digest for each in told] == put
    assert {each.size for each in told} == {7}
    assert all(abs(datetime.now(UTC) - each.written_at) < timedelta(minutes=5) for each in told)
    assert [kept.about(each.digest) for each in told] == told
    assert [each.digest for each in kept.walk(put[17]) if each.digest in put] == put[18:]
    everything = [each.digest for each in kept.walk()]
    assert everything == sorted(everything)
    assert list(kept.walk(everything[-1])) == []


def test_a_long_walk_turns_pages(store: Store) -> None:
    """More files than a store tells of at a time are told of, each once."""
    kept = store.open()
    with ThreadPoolExecutor(16) as threads:
        put = set(threads.map(lambda number: kept.put(f"{number} of many".encode()), range(1100)))
    told = [each.digest for each in kept.walk()]
    assert len(told) == len(set(told))
    assert put <= set(told)


def test_what_was_put_again_is_not_discarded(store: Store) -> None:
    """Between a cleaner's look and its deleting, somebody may need an old file again."""
    kept, a_day_later = store.open(), store.open(later=A_DAY)
    put = [kept.put(fresh()) for _ in range(3)]
    told = [each for each in kept.walk() if each.digest in put]
    _wait_for_another_second()
    content = kept.get(put[1])
    a_day_later.put(content)
    assert kept.discard(told) == 2
    assert [kept.has(each) for each in put] == [False, True, False]
    assert kept.discard(told) == 0


def test_what_is_new_is_not_written_again(store: Store) -> None:
    """Within hours nothing is written where the file stands undamaged."""
    kept, content = store.open(), fresh()
    digest = kept.put(content)
    before = kept.about(digest)
    _wait_for_another_second()
    store.open(later=3600.0).put(content)
    if not isinstance(store, stores.gcs):  # the emulator writes whatever it is sent
        assert kept.about(digest) == before


def test_places_in_one_bucket_do_not_see_each_other(store: Store, tmp_path: Path) -> None:
    """Another prefix is another storage."""
    if isinstance(store, stores.folder):
        pytest.skip("a folder has no prefix")
    other = type(store)(tmp_path).open()
    digest = store.open().put(fresh())
    assert not other.has(digest)
    assert digest not in {each.digest for each in other.walk()}


def test_links_are_given_where_they_are_asked_for(store: Store) -> None:
    """A signed link opens one file, as a download, without any other key; without the option there is none."""
    kept, content = store.open(), fresh()
    digest = kept.put(content)
    assert kept.link(digest, seconds=60) is None
    if isinstance(store, (stores.folder, stores.gcs)):  # the emulator's account is nobody, who cannot sign
        return
    link = store.open(links="true").link(digest, seconds=60)
    assert link is not None
    answer = requests.get(link, timeout=10)
    assert answer.content == content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="{digest}"'


def test_no_bucket_is_said_at_opening(store: Store) -> None:
    """A wrong name is refused before anything else happens."""
    if isinstance(store, stores.folder):
        pytest.skip("a folder is made")
    with pytest.raises(Refused, match="GOLDDIGGER_STORAGE_URL"):
        store.open(bucket="not-there")


def _wait_for_another_second() -> None:
    """Let a store that tells of whole seconds tell of another one."""
    import time

    time.sleep(1.05 - time.time() % 1)


def test_an_open_file_stays_open(store: Store) -> None:
    """Whoever opened a file closes it."""
    file = BytesIO(fresh(MOST_WHOLE + 5))
    store.open().put(file)
    assert not file.closed
