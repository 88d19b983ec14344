"""Large files: sent in pieces and checked on their way, or given by their storage's own link."""

from __future__ import annotations

import secrets
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from app.web.pictures import AT_A_TIME
from diffing.digests import digest
from tests.app.web.stage import Stage, picture, set_up
from tests.browser.sites import served
from tests.forges.web import free_port
from tests.parts import needs
from tests.parts.s3 import KEY, MINISTACK, SECRET
from tests.storage.blobs.stores import ministack

pytestmark = pytest.mark.slow

SIZE = 40_000_000


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ministack]:
    """Something that speaks S3."""
    needs.address(MINISTACK)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_ACCESS_KEY_ID", KEY)
        patched.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        yield ministack(tmp_path_factory.mktemp("store"))


@pytest.fixture(params=["folder", "s3"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A site on a folder, and one on an object store."""
    url = request.getfixturevalue("store").url() if request.param == "s3" else ""
    made = set_up(tmp_path, storage=url)
    yield made
    made.parts.db.dispose()


def signed(stage: Stage, content: bytes) -> str:
    """The path that opens a file of a run."""
    stage.run({"goldens/a.png": (picture("a"), content)}, pipeline=secrets.token_hex(4))
    address = stage.parts.links.picture(digest(content), until=stage.clock() + timedelta(hours=1))
    return address.partition("8000")[2]


def test_a_large_picture_is_never_in_memory_whole(stage: Stage) -> None:
    """Forty megabytes go through in pieces, with their length and their type."""
    content = picture("large") + secrets.token_bytes(SIZE)
    path, port = signed(stage, content), free_port()
    with served(stage.web, port):
        requests.get(f"http://127.0.0.1:{port}/healthz", timeout=10)
        tracemalloc.start()
        try:
            with requests.get(f"http://127.0.0.1:{port}{path}", timeout=30, stream=True) as answer:
                came = [digest(piece) for piece in answer.iter_content(SIZE // 4)]
                most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    pieces = range(0, len(content), SIZE // 4)
    assert came == [digest(content[at : at + SIZE // 4]) for at in pieces]
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert most < SIZE * 3 // 4, f"{most >> 20} MiB"  # a piece, what waits to be sent, and the quarter read here


def test_a_large_text_is_a_text(stage: Stage) -> None:
    """Also where its first piece ends within a character; what is no text stays a download."""
    text, other = ("a" + "ä" * AT_A_TIME).encode(), b"\xff" * AT_A_TIME * 2
    for content, media in ((text, "text/plain; charset=utf-8"), (other, "application/octet-stream")):
        answer = stage.browser().get(signed(stage, content))
        assert answer.headers["content-type"] == media
        assert answer.content == content
        assert ("content-disposition" in answer.headers) == media.endswith("octet-stream")


def test_the_end_of_a_damaged_file_never_comes(stage: Stage, store: ministack, tmp_path: Path) -> None:
    """A browser sees that it broke off; it is given no whole file that is another one."""
    content = picture("large") + secrets.token_bytes(AT_A_TIME * 2)
    path, port = signed(stage, content), free_port()
    spoiled = content[:-1] + bytes([content[-1] ^ 1])
    file = tmp_path / "blobs" / digest(content)[:2] / digest(content)[2:4] / digest(content)
    if file.exists():
        file.write_bytes(spoiled)
    else:
        store.spoil(digest(content), spoiled)
    with served(stage.web, port), pytest.raises(requests.RequestException):
        requests.get(f"http://127.0.0.1:{port}{path}", timeout=30)


def test_a_large_download_may_come_from_the_store_itself(store: ministack, tmp_path: Path) -> None:
    """Where its address says so: no picture, no small file, and never as anything but a download."""
    stage = set_up(tmp_path, storage=store.url(links="true"))
    document = b"%PDF-1.7\n\xff\x00" + secrets.token_bytes(AT_A_TIME)
    answer = stage.browser().get(signed(stage, document), follow_redirects=False)
    assert answer.status_code == 307
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["location"].startswith(f"{store.endpoint}/goldens/")
    came = requests.get(answer.headers["location"], timeout=10)
    assert came.content == document
    assert came.headers["content-type"] == "application/octet-stream"
    assert came.headers["content-disposition"].startswith("attachment")
    for content in (picture("large") + secrets.token_bytes(AT_A_TIME), b"%PDF-1.7\n\xff\x00 small"):
        assert stage.browser().get(signed(stage, content), follow_redirects=False).status_code == 200
    nobody = stage.browser().get(f"/pictures/{digest(document)}", follow_redirects=False)
    assert nobody.status_code == 404
    stage.parts.db.dispose()
