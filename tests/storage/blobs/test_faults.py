"""What object stores do when something is wrong in between: work is tried again, delayed, and never half done."""

from __future__ import annotations

import gc
import secrets
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.pipeline.transport import HttpTransport
from google.cloud.storage.retry import DEFAULT_RETRY

from diffing.words import Digest, Refused, Unavailable
from storage.blobs import Blobs, gcs
from storage.blobs.port import MOST_WHOLE
from tests.storage.blobs import stores
from tests.storage.blobs.between import CUT, HALF_HEARD, HALF_TOLD, Between, Fault, refusal
from tests.storage.blobs.stores import Store

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings(
        "ignore:unclosed <socket:ResourceWarning"
    ),  # clients leave lines that died to Python
]

BUSY = refusal(503, "SlowDown")
SECONDS = 1.0
FAULTS = pytest.mark.parametrize(
    "fault",
    [BUSY, refusal(500, "InternalError"), refusal(429, "TooManyRequests"), CUT, HALF_TOLD],
    ids=["busy", "broken", "throttled", "cut", "half"],
)
REQUESTS: dict[str, Callable[[Blobs, Digest], Any]] = {
    "put": lambda kept, _: kept.put(secrets.token_bytes(2000)),
    "put-large": lambda kept, _: kept.put(secrets.token_bytes(MOST_WHOLE + 1)),
    "get": lambda kept, digest: kept.get(digest),
    "stream": lambda kept, digest: b"".join(kept.stream(digest).pieces),
    "has": lambda kept, digest: kept.has(digest),
    "about": lambda kept, digest: kept.about(digest),
    "delete": lambda kept, digest: kept.delete(digest),
    "walk": lambda kept, _: list(kept.walk()),
}


@pytest.fixture(
    scope="module", params=[stores.ministack, stores.azure, stores.gcs], ids=lambda make: make.__name__
)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Give one object store of a kind after the other."""
    made: Store = request.param(tmp_path_factory.mktemp("store"))
    return made


@pytest.fixture
def between(store: Store) -> Iterator[Between]:
    """Stand between us and an object store."""
    with Between(store.endpoint).standing() as between:
        yield between
    gc.collect()  # here, where nobody minds lines that died


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once, and not for a minute."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr(HttpTransport, "sleep", lambda transport, seconds: None)
    for module in ("s3", "azure"):
        monkeypatch.setattr(f"storage.blobs.{module}.TRIES", 3)
    soon = DEFAULT_RETRY.with_timeout(1.5).with_delay(initial=0.1, maximum=0.5)
    monkeypatch.setattr("storage.blobs.gcs._ASK", {"timeout": (10.0, 10.0), "retry": soon})


@FAULTS
@pytest.mark.parametrize("ask", ["put", "get", "has", "walk"])
def test_what_passes_is_not_noticed(store: Store, between: Between, fault: Fault, ask: str) -> None:
    """One fault is met by a second try of the client's own."""
    if fault.status == 429 and not isinstance(store, stores.gcs):
        pytest.skip("only Google says this; a 429 of others is met by the job's second try")
    kept = store.open(endpoint=between.url)
    digest = kept.put(secrets.token_bytes(300_000))
    between.once(fault)
    REQUESTS[ask](kept, digest)
    assert kept.has(digest)


@pytest.mark.parametrize("fault", [BUSY, CUT], ids=["busy", "cut"])
@pytest.mark.parametrize("ask", list(REQUESTS))
def test_a_store_that_is_away_is_unavailable(store: Store, between: Between, fault: Fault, ask: str) -> None:
    """Whatever is asked of it, the answer is to try again later; when it is back, all is as before."""
    kept = store.open(endpoint=between.url)
    content = secrets.token_bytes(2000)
    digest = kept.put(content)
    before = {each.digest for each in kept.walk()}
    between.always(fault)
    with pytest.raises(Unavailable, match=r"cannot do it now|does not answer|broke off"):
        REQUESTS[ask](kept, digest)
    between.always(None)
    assert kept.get(digest) == content
    assert {each.digest for each in kept.walk()} == before


@pytest.mark.parametrize("size", [300_000, MOST_WHOLE + 300_000])
@pytest.mark.parametrize("fault", [HALF_HEARD, BUSY, CUT], ids=["half", "busy", "cut"])
def test_a_put_that_breaks_off_leaves_nothing(store: Store, between: Between, fault: Fault, size: int) -> None:
    """Nothing half-written is ever found under a digest, and putting it again succeeds."""
    kept, content = store.open(endpoint=between.url), secrets.token_bytes(size)
    digest = Digest(sha256(content).hexdigest())
    between.always(fault, "PUT", "POST")
    with pytest.raises(Unavailable):
        kept.put(content)
    between.always(None)
    assert not kept.has(digest)
    assert kept.put(content) == digest
    assert kept.get(digest) == content


def test_large_files_break_off_between_their_parts(store: Store, between: Between) -> None:
    """A file of which the second part fails is not there, and the part that came is not kept for ever."""
    kept, content = store.open(endpoint=between.url), secrets.token_bytes(3 * MOST_WHOLE)
    digest = Digest(sha256(content).hexdigest())
    parts = iter([None])
    between.spoils = lambda method, target: next(parts, BUSY) if method == "PUT" else None
    with pytest.raises(Unavailable):
        kept.put(content)
    between.always(None)
    assert not kept.has(digest)
    if isinstance(store, stores.ministack):
        assert any(method == "DELETE" and "uploadId=" in target for method, target in between.seen)


@pytest.mark.parametrize("ask", ["get", "stream"])
def test_half_a_body_is_never_a_file(store: Store, between: Between, ask: str) -> None:
    """Where every answer breaks off, reading is Unavailable, not a shorter file, and not damage."""
    kept = store.open(endpoint=between.url)
    digest = kept.put(secrets.token_bytes(3_000_000))
    between.always(HALF_TOLD, "GET")
    with pytest.raises(Unavailable):
        REQUESTS[ask](kept, digest)


@pytest.mark.parametrize("ask", ["put", "get", "has"])
def test_a_store_that_hangs_is_given_up(
    store: Store, between: Between, ask: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for ever."""
    for module in ("s3", "azure"):
        monkeypatch.setattr(f"storage.blobs.{module}.READ_SECONDS", SECONDS)
    monkeypatch.setitem(gcs._ASK, "timeout", (SECONDS, SECONDS))
    kept = store.open(endpoint=between.url)
    digest = kept.put(secrets.token_bytes(2000))
    between.always(Fault(wait=SECONDS + 1))
    began = time.monotonic()
    with pytest.raises(Unavailable, match="does not answer"):
        REQUESTS[ask](kept, digest)
    assert time.monotonic() - began < 30


def test_rights_that_are_taken_away(store: Store, between: Between) -> None:
    """Refused at opening, with what to grant; while it is in use, to be tried again in a minute."""
    kept = store.open(endpoint=between.url)
    digest = kept.put(secrets.token_bytes(2000))
    between.always(refusal(403, "AccessDenied"))
    with pytest.raises(Unavailable, match="does not let Golddigger in") as unavailable:
        kept.get(digest)
    assert unavailable.value.after == 60
    with pytest.raises(Refused, match=r"s3:ListBucket|roles/storage.objectUser|Storage Blob Data Contributor"):
        store.open(endpoint=between.url)


def test_a_store_that_is_away_is_opened(store: Store, between: Between) -> None:
    """A server can start before its storage: what needs it waits."""
    between.always(BUSY)
    kept = store.open(endpoint=between.url)
    with pytest.raises(Unavailable):
        kept.has(Digest("0" * 64))
    between.always(None)
    assert kept.has(kept.put(b"back"))


def test_credentials_that_are_over_come_back(store: Store, between: Between) -> None:
    """An expired token is for now: the client fetches another one."""
    if not isinstance(store, stores.ministack):
        pytest.skip("S3's own word")
    kept = store.open(endpoint=between.url)
    digest = kept.put(b"before")
    between.always(refusal(400, "ExpiredToken"))
    with pytest.raises(Unavailable, match="ExpiredToken"):
        kept.get(digest)


@pytest.mark.parametrize("refused", [refusal(501, "NotImplemented")], ids=["not implemented"])
def test_a_store_that_knows_no_condition(store: Store, between: Between, refused: Fault) -> None:
    """Where writing only what is new is not known, it is written: the same bytes belong there."""
    if not isinstance(store, stores.ministack):
        pytest.skip("only among those who speak S3 some know no condition")
    kept, content = store.open(endpoint=between.url), secrets.token_bytes(2000)
    between.once(refused, "PUT")
    digest = kept.put(content)
    assert kept.get(digest) == content
    before = len(between.seen)
    kept.put(content)
    assert [method for method, _ in between.seen[before:]] == ["PUT"]
