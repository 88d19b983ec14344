"""Redis behind TLS: its certificate is looked at, and the queue is the same."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.worker import broker as brokers
from diffing.words import Unavailable
from tests.parts import needs
from tests.parts.part import Command
from tests.parts.redis import REDIS
from tests.parts.running import Running, alone

pytestmark = pytest.mark.slow


def certify(folder: Path) -> None:
    """Make a key and a certificate for this machine, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))


def commands(folder: Path, port: int) -> list[Command]:
    """Start it with TLS alone."""
    (plain,) = REDIS.commands(folder, 0)
    certificate, key = str(folder / "certificate.pem"), str(folder / "key.pem")
    tls = ["--tls-port", str(port), "--tls-cert-file", certificate, "--tls-key-file", key]
    return [replace(plain, words=[*plain.words, *tls, "--tls-auth-clients", "no"])]


def answers(url: str) -> bool:
    """Does it speak, whoever it is?"""
    with redis.Redis.from_url(url, ssl_cert_reqs=ssl.CERT_NONE, ssl_check_hostname=False) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


@pytest.fixture
def server() -> Iterator[Running]:
    """Give a Redis that speaks TLS."""
    needs.address(REDIS)
    part = replace(
        REDIS,
        prepare=certify,
        commands=commands,
        url=lambda port: f"rediss://127.0.0.1:{port}/0",
        answers=answers,
    )
    with alone(part) as made:
        yield made


def test_who_is_known_is_believed_and_nobody_else(server: Running) -> None:
    """With the authority it is the queue; without, it is as good as away."""
    known = quote(str(server.folder / "certificate.pem"))
    assert brokers.check(f"{server.url}?ssl_ca_certs={known}") == "Redis"
    with pytest.raises(Unavailable):
        brokers.check(server.url)
