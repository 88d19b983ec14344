"""The batch API of git LFS, against a store that answers as the specification says, or does not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots import lfs
from diffing.pointers import Pointer
from diffing.words import Digest, Refused, Unavailable

Json = Any
BASE = "https://git.example.org/acme/app.git/info/lfs"


class Wire:
    """What is sent, and what comes back for it."""

    def __init__(self, answer: Callable[[str, str, Json], Json | bytes]) -> None:
        self.sent: list[tuple[str, str, Mapping[str, str], bytes | None]] = []
        self._answer = answer

    def __call__(
        self, method: str, url: str, *, most: int, headers: Mapping[str, str], body: bytes | None = None
    ) -> Iterator[bytes]:
        self.sent.append((method, url, headers, body))
        is_json = headers.get("Content-Type", "").endswith("json")
        told = self._answer(method, url, json.loads(body) if body and is_json else body)
        yield told if isinstance(told, bytes) else json.dumps(told).encode()

    @property
    def store(self) -> lfs.Store:
        """Give the store behind this wire."""
        return lfs.Store(url=BASE, authorization="Basic secret", send=self, most=1_000)


def oid(content: bytes) -> Digest:
    """Name a file."""
    return Digest(hashlib.sha256(content).hexdigest())


def pointer(content: bytes) -> Pointer:
    """Point to a file."""
    return Pointer(oid(content), len(content))


def serving(files: Mapping[str, bytes], href: str = "https://store.example.org/{oid}") -> Wire:
    """Give a store that has these files."""

    def answer(method: str, url: str, body: Json) -> Json | bytes:
        if method == "GET":
            return files[url.rsplit("/", 1)[1]]
        objects = [{**asked, "actions": {"download": {"href": href.format(**asked)}}} for asked in body["objects"]]
        return {"transfer": "basic", "objects": objects}

    return Wire(answer)


def test_files_are_asked_for_in_batches_and_fetched() -> None:
    """Never more objects in a request than stores take."""
    files = {str(oid(bytes([at]))): bytes([at]) for at in range(120)}
    wire = serving(files)
    assert dict(lfs.download(wire.store, map(pointer, files.values()))) == files
    batches = [json.loads(body or b"") for method, _, _, body in wire.sent if method == "POST"]
    assert [len(batch["objects"]) for batch in batches] == [50, 50, 20]
    assert batches[0]["operation"] == "download"
    assert batches[0]["transfers"] == ["basic"]


def test_our_credentials_reach_the_store_and_no_other_host() -> None:
    """Where an action stays on the store's host without any of its own, they are needed there too."""
    content = b"picture"
    for href, expected in (("https://other.example.org/{oid}", None), (f"{BASE}/{{oid}}", "Basic secret")):
        wire = serving({str(oid(content)): content}, href)
        assert list(lfs.download(wire.store, [pointer(content)])) == [(oid(content), content)]
        (_, url, batch, _), (_, _, get, _) = wire.sent
        assert (url, batch["Authorization"]) == (f"{BASE}/objects/batch", "Basic secret")
        assert get.get("Authorization") == expected
    assert "secret" not in repr(wire.store)


def test_a_damaged_file_is_refused() -> None:
    """It is held to its name."""
    wire = serving({str(oid(b"good")): b"evil"})
    with pytest.raises(Refused, match="damaged"):
        list(lfs.download(wire.store, [pointer(b"good")]))


def _download(store: lfs.Store, files: Mapping[Digest, bytes]) -> None:
    list(lfs.download(store, map(pointer, files.values())))


@pytest.mark.parametrize("ask", [_download, lfs.upload])
def test_an_answer_that_leaves_a_file_out_is_none(
    ask: Callable[[lfs.Store, Mapping[Digest, bytes]], None],
) -> None:
    """A pointer proves nothing: whoever wrote it may want another repository's file to be taken for theirs."""
    wire = Wire(lambda method, url, body: {"objects": [{"oid": oid(b"a"), "size": 1}]})
    with pytest.raises(Unavailable, match=f"leaves out the large file {oid(b'b')[:12]}"):
        ask(wire.store, {oid(each): each for each in (b"a", b"b")})


def test_a_file_over_the_limit_is_not_asked_for() -> None:
    """Its pointer says its size."""
    wire = serving({})
    with pytest.raises(Refused, match="is over"):
        list(lfs.download(wire.store, [Pointer(oid(b"x"), 1_001)]))
    assert wire.sent == []


@pytest.mark.parametrize(
    ("code", "expected"), [(404, Refused), (410, Refused), (422, Refused), (429, Unavailable), (503, Unavailable)]
)
def test_an_objects_error_is_told(code: int, expected: type[Exception]) -> None:
    """As what it is: gone, or only not now."""
    told = {"oid": oid(b"x"), "size": 1, "error": {"code": code, "message": "No such object"}}
    wire = Wire(lambda method, url, body: {"objects": [told]})
    with pytest.raises(expected, match="No such object"):
        list(lfs.download(wire.store, [pointer(b"x")]))


def uploading(wire_files: dict[str, bytes], known: set[str], *, verify: bool = True) -> Wire:
    """Give a store that takes files it does not have."""

    def answer(method: str, url: str, body: Json) -> Json:
        if method == "PUT":
            wire_files[url.rsplit("/", 1)[1]] = body
        if not url.endswith("/batch"):
            return {}
        upload = {"href": "https://store.example.org/{oid}", "header": {"x-kind": "blob"}}
        actions = {"upload": upload, **({"verify": {"href": f"{BASE}/verify"}} if verify else {})}
        return {"objects": [_offered(asked, known, actions) for asked in body["objects"]]}

    return Wire(answer)


def _offered(asked: Json, known: set[str], actions: Json) -> Json:
    if asked["oid"] in known:
        return asked
    filled = json.loads(json.dumps(actions).replace("{oid}", asked["oid"]))
    return {**asked, "actions": filled}


def test_what_the_store_lacks_is_uploaded_and_verified() -> None:
    """With the headers it asks for; what it has is left alone."""
    kept: dict[str, bytes] = {}
    wire = uploading(kept, {oid(b"known")})
    lfs.upload(wire.store, {oid(content): content for content in (b"known", b"new")})
    assert kept == {oid(b"new"): b"new"}
    _, put, verify = wire.sent
    assert put[2] == {"Content-Type": "application/octet-stream", "x-kind": "blob"}
    assert verify[1] == f"{BASE}/verify"
    assert verify[2]["Authorization"] == "Basic secret"
    assert json.loads(verify[3] or b"") == {"oid": oid(b"new"), "size": 3}


def test_a_store_that_does_not_verify_is_not_asked_to() -> None:
    """Verify is the store's wish."""
    wire = uploading({}, set(), verify=False)
    lfs.upload(wire.store, {oid(b"a"): b"a"})
    assert [method for method, *_ in wire.sent] == ["POST", "PUT"]


def test_nothing_is_asked_where_nothing_is_wanted() -> None:
    """No pointers, no request."""
    wire = serving({})
    assert list(lfs.download(wire.store, [])) == []
    lfs.upload(wire.store, {})
    assert wire.sent == []


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"transfer": "multipart", "objects": []}, Refused),
        ({"objects": [{"oid": "0" * 64, "size": 1}]}, Unavailable),
        ({"objects": [{"oid": oid(b"x"), "actions": {"download": {"url": "x"}}}]}, Unavailable),
        ({"objects": [{"oid": oid(b"x"), "actions": []}]}, Refused),
        ({"objects": {}}, Unavailable),
        (b"<html>", Unavailable),
        (b"[" * 100_000, Unavailable),
    ],
)
def test_an_odd_answer_is_an_error_in_words(told: Json, expected: type[Exception]) -> None:
    """Never one of our own."""
    wire = Wire(lambda method, url, body: told)
    with pytest.raises(expected):
        list(lfs.download(wire.store, [pointer(b"x")]))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["oid", "error", "code", "actions", "download", "href", "header"]), inner
        )
    ),
    max_leaves=8,
)


@given(st.fixed_dictionaries({"objects": st.lists(JSON, max_size=3)}) | JSON)
def test_no_answer_makes_anything_but_an_error_in_words(told: Json) -> None:
    """Whatever a store says."""
    wire = Wire(lambda method, url, body: told if method == "POST" else b"")
    with suppress(Refused, Unavailable):
        assert list(lfs.download(wire.store, [pointer(b"x")])) == []
