"""Which addresses that others chose are followed, and what they are sent."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from bots.gate import MOST_HOPS, Gate, public
from diffing.words import Refused, Unavailable
from tests.forges.web import Answer, Request, Site

OUTSIDE = "https://api.github.com"
MOST = 1_000


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Request], Answer]], str]]:
    """Give a function that serves HTTP on loopback."""
    sites: list[Site] = []

    def start(answer: Callable[[Request], Answer]) -> str:
        site = Site(answer)
        site.start()
        sites.append(site)
        return site.url

    yield start
    for site in sites:
        site.stop()


Serve = Callable[[Callable[[Request], Answer]], str]


def fetch(gate: Gate, url: str, method: str = "GET", **more: object) -> bytes:
    """Send a request and give the whole answer."""
    return b"".join(gate.send(method, url, most=MOST, **more))  # type: ignore[arg-type]


def inside(url: str) -> Gate:
    """Give a gate of an API on http, as in a test or behind a company's proxy."""
    return Gate(url)


# ------------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize("address", ["8.8.8.8", "140.82.121.4", "2606:50c0:8000::153", "64:ff9b::808:808"])
def test_the_public_internet_is_public(address: str) -> None:
    """Also IPv4 behind a translator."""
    assert public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "2002:a00:1::",
        "64:ff9b::a00:1",
        "64:ff9b::a9fe:a9fe",
        "2001:0:a00:1::f5ff:fffe",
    ],
)
def test_private_addresses_are_not_however_they_are_written(address: str) -> None:
    """Mapped, tunnelled and translated ones among them."""
    assert not public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_as_public_in_ipv6_clothes(address: object) -> None:
    """A translator's prefix hides nothing."""
    packed = int(address)  # type: ignore[call-overload]
    translated = f"64:ff9b::{packed >> 16:x}:{packed & 0xFFFF:x}"
    assert public(translated) == public(str(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://user:secret@example.org/",
        "https:///nowhere",
        "https://example.org:x/",
        "https://[::1/",
        "gopher:x",
        "",
        "//example.org",
    ],
)
def test_other_kinds_of_addresses_are_refused(url: str) -> None:
    """Without asking anybody for them."""

    def never(host: str) -> list[str]:
        raise AssertionError(host)

    with pytest.raises(Refused, match="not followed"):
        fetch(Gate(OUTSIDE, resolve=never), url)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_a_name_at_a_private_address_is_refused(address: str) -> None:
    """Even where one of several addresses is public."""
    names = {"api.github.com": ["140.82.121.4"], "evil.example.org": ["8.8.8.8", address]}
    with pytest.raises(Refused, match="private address"):
        fetch(Gate(OUTSIDE, resolve=names.__getitem__), "https://evil.example.org/x")


def test_metadata_of_the_cloud_is_refused_even_inside() -> None:
    """No server has a reason to lead there."""
    with pytest.raises(Refused, match="private address"):
        fetch(Gate("http://127.0.0.1:1"), "http://169.254.169.254/latest/meta-data")


def test_a_private_api_may_lead_to_private_addresses_but_not_to_http() -> None:
    """An Enterprise Server inside a company's network."""
    names = {"ghe.corp": ["10.0.0.1"], "store.corp": ["127.0.0.1"]}
    gate = Gate("https://ghe.corp/api/v3", resolve=names.__getitem__)
    with pytest.raises(Refused, match="not https"):
        fetch(gate, "http://store.corp/x")
    with pytest.raises(Unavailable, match=r"store\.corp does not answer"):
        fetch(gate, "https://store.corp:1/x")


def test_a_name_that_nobody_knows_is_unavailable() -> None:
    """It may be known later."""

    def unknown(host: str) -> list[str]:
        raise OSError("nobody knows")

    with pytest.raises(Unavailable, match="could not be found"):
        fetch(Gate(OUTSIDE, resolve=unknown), "https://example.org/")


def test_the_address_that_was_looked_at_is_the_one_connected_to(serve: Serve) -> None:
    """A name that answers differently the second time gains nothing; the host is still told by its name."""
    seen: list[str] = []

    def answer(request: Request) -> Answer:
        seen.append(request.headers["host"])
        return Answer(raw=b"ok")

    port = serve(answer).rsplit(":", 1)[1]
    asked: list[str] = []

    def once(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    gate = Gate("http://127.0.0.1", resolve=once)
    assert fetch(gate, f"http://not-in-any-dns.invalid:{port}/") == b"ok"
    assert seen == [f"not-in-any-dns.invalid:{port}"]
    assert asked == ["not-in-any-dns.invalid"]


def test_the_next_address_is_tried_where_one_is_dead(serve: Serve) -> None:
    """As a browser does."""
    port = serve(lambda request: Answer(raw=b"ok")).rsplit(":", 1)[1]
    gate = Gate("http://127.0.0.1", resolve=lambda host: ["127.0.0.99", "127.0.0.1"])
    assert fetch(gate, f"http://host.invalid:{port}/") == b"ok"


# ------------------------------------------------------------------------------------------ hops


def test_a_few_hops_are_followed_and_credentials_stay_on_their_host(serve: Serve) -> None:
    """On the same host they are kept; off it they are dropped, and not sent again on the way back."""
    seen: list[tuple[str, str | None, str | None]] = []

    def remember(request: Request) -> None:
        seen.append((request.path, request.headers.get("authorization"), request.headers.get("x-kept")))

    def other(request: Request) -> Answer:
        remember(request)
        return Answer(302, headers={"Location": f"{home}/end"})

    def first(request: Request) -> Answer:
        remember(request)
        where = {"/start": "/next", "/next": f"{away}/away"}.get(request.path)
        return Answer(302, headers={"Location": where}) if where else Answer(raw=b"end")

    away, home = serve(other), serve(first)
    headers = {"Authorization": "Basic secret", "X-Kept": "k"}
    assert fetch(inside(home), f"{home}/start", headers=headers) == b"end"
    assert seen == [
        ("/start", "Basic secret", "k"),
        ("/next", "Basic secret", "k"),
        ("/away", None, "k"),
        ("/end", None, "k"),
    ]


def test_no_credentials_are_taken_from_the_machine(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator's ~/.netrc is not for addresses that others chose."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    url = serve(lambda request: Answer(raw=request.headers.get("authorization", "none").encode()))
    assert fetch(inside(url), url) == b"none"


def test_a_circle_ends(serve: Serve) -> None:
    """After a few hops."""
    count = [0]

    def answer(request: Request) -> Answer:
        count[0] += 1
        return Answer(302, headers={"Location": request.path})

    url = serve(answer)
    with pytest.raises(Refused, match="more than 5 times"):
        fetch(inside(url), f"{url}/x")
    assert count[0] == MOST_HOPS + 1


def test_each_hop_is_looked_at(serve: Serve) -> None:
    """A good first address leads to a bad second."""
    url = serve(lambda request: Answer(302, headers={"Location": "http://169.254.169.254/"}))
    with pytest.raises(Refused, match="private address"):
        fetch(inside(url), url)


def test_what_is_sent_is_not_turned_into_a_question(serve: Serve) -> None:
    """A PUT that is sent on by 302 would become a GET, and nothing would be kept."""
    url = serve(lambda request: Answer(302, headers={"Location": "/other"}))
    with pytest.raises(Refused, match="elsewhere"):
        fetch(inside(url), url, method="PUT", body=b"x")


def test_what_is_sent_may_be_sent_on(serve: Serve) -> None:
    """By 307, with its body."""

    def answer(request: Request) -> Answer:
        if request.path == "/":
            return Answer(307, headers={"Location": "/there"})
        return Answer(raw=request.method.encode() + request.body)

    url = serve(answer)
    assert fetch(inside(url), f"{url}/", method="PUT", body=b" x") == b"PUT x"


# --------------------------------------------------------------------------------------- answers


def test_no_more_than_so_much_is_taken(serve: Serve) -> None:
    """Counted as it comes."""
    url = serve(lambda request: Answer(raw=bytes(int(request.path[1:]))))
    assert len(fetch(inside(url), f"{url}/{MOST}")) == MOST
    with pytest.raises(Refused, match="over the limit of 1,000 bytes"):
        fetch(inside(url), f"{url}/{MOST + 1}")


def test_a_slow_answer_is_given_up(serve: Serve) -> None:
    """A drip of bytes would otherwise hold the worker for ever."""
    url = serve(lambda request: Answer(raw=b"x"))
    with pytest.raises(Unavailable, match="too slow"):
        fetch(Gate(url, within=-1.0), url)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_unavailable(serve: Serve, status: int) -> None:
    """With the wait it asks for."""
    url = serve(lambda request: Answer(status, raw=b"", headers={"Retry-After": "12"}))
    with pytest.raises(Unavailable, match=str(status)) as error:
        fetch(inside(url), url)
    assert error.value.after == 12


@pytest.mark.parametrize("status", [400, 403, 404, 410, 507, 509])
def test_a_no_is_a_no(serve: Serve, status: int) -> None:
    """Among the 5xx two that mean a quota is used up. The address is not told: it is a secret for a minute."""
    url = serve(lambda request: Answer(status, raw=b""))
    with pytest.raises(Refused, match=str(status)) as error:
        fetch(inside(url), f"{url}/x?sig=secret")
    assert "secret" not in str(error.value)


def test_a_broken_answer_is_unavailable_and_tells_no_address() -> None:
    """The connection ends in the middle of the body."""
    server = socket.create_server(("127.0.0.1", 0))

    def half() -> None:
        client, _ = server.accept()
        with client:
            client.recv(4096)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    thread = threading.Thread(target=half)
    thread.start()
    url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(Unavailable, match="broke off") as error:
        fetch(inside(url), f"{url}/?sig=secret")
    thread.join()
    server.close()
    assert error.value.__suppress_context__
    assert "secret" not in str(error.value)


def test_certificates_are_held_to_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though an address is connected to, the certificate must be the host's."""
    certificate = certified(tmp_path, "store.example.org")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=greet, args=(server, context, 2))
    thread.start()
    port = server.getsockname()[1]
    gate = Gate("http://127.0.0.1", resolve=lambda host: ["127.0.0.1"])
    assert fetch(gate, f"https://store.example.org:{port}/") == b"hello"
    with pytest.raises(Unavailable, match=r"other\.example\.org.*certificate"):
        fetch(gate, f"https://other.example.org:{port}/")
    thread.join()
    server.close()


def greet(server: socket.socket, context: ssl.SSLContext, times: int) -> None:
    """Answer over TLS, so many times, whoever can stand the certificate."""
    for _ in range(times):
        connection, _ = server.accept()
        with (
            connection,
            suppress(ssl.SSLError, OSError),
            context.wrap_socket(connection, server_side=True) as client,
        ):
            client.recv(4096)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")


def certified(folder: Path, host: str) -> Path:
    """Write a certificate for a host, and its key, into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + pem)
    return path
