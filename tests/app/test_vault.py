"""Secrets that stand in Vault: how they are named, asked for and refused. Told with a small Vault over HTTP, whose
answers are those of Vault's documentation."""

from __future__ import annotations

import ipaddress
import os
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from app import vault
from app.settings import load
from app.vault import Vault, named
from diffing.words import Refused
from tests.forges.web import Answer, Request, Site, _Server

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEvault\n-----END RSA PRIVATE KEY-----"
TOKEN, ROLE_TOKEN, ACCOUNT = "hvs.given-by-hand-0001", "hvs.for-one-reading-0002", "eyJhbGciOi.of-the-account.0003"
SECRETS = {
    "github_private_key": PEM,
    "github_webhook_secret": "the-webhook-secret-in-vault",
    "gitlab_token": "glpat-vaulted-0004",
    "secret_key": "the-key-for-links-in-vault",
    "number": 12,
}
NEVER_SAID = (*(str(each) for each in SECRETS.values() if each != 12), TOKEN, ROLE_TOKEN, ACCOUNT)


@dataclass
class VaultDouble:
    """A Vault with a key-value engine of version 2 at `secret`, and the Kubernetes method at `auth/k8s`."""

    asked: list[Request] = field(default_factory=list)
    failing: list[Answer] = field(default_factory=list)
    """What the next requests are answered with instead."""
    namespace: str = ""
    tokens: set[str] = field(default_factory=lambda: {TOKEN})

    def __post_init__(self) -> None:
        """Make its site."""
        self.site = Site(self.answer)

    def answer(self, request: Request) -> Answer:
        """Answer one request, as the documentation says."""
        self.asked.append(request)
        if self.failing:
            return self.failing.pop(0)
        if request.headers.get("x-vault-request") != "true":
            return _errors(400, "missing 'X-Vault-Request' header")
        if request.headers.get("x-vault-namespace", "") != self.namespace:
            return _errors(403, "permission denied")
        if request.path == "/v1/auth/k8s/login" and request.method == "POST":
            return self._login(request)
        if request.headers.get("x-vault-token") not in self.tokens:
            return _errors(403, "permission denied")
        if request.path == "/v1/auth/token/revoke-self" and request.method == "POST":
            self.tokens.discard(request.headers["x-vault-token"])
            return Answer(204)
        return self._secret(request.path)

    def _login(self, request: Request) -> Answer:
        if request.json != {"role": "golddigger", "jwt": ACCOUNT}:
            return _errors(403, "permission denied")
        self.tokens.add(ROLE_TOKEN)
        auth = {"client_token": ROLE_TOKEN, "accessor": "x", "policies": ["golddigger"], "lease_duration": 2764800}
        return Answer(
            200, {"request_id": "1", "auth": {**auth, "renewable": True}, "data": None, "warnings": None}
        )

    def _secret(self, path: str) -> Answer:
        about = {"created_time": "2026-11-01T00:00:00Z", "custom_metadata": None, "destroyed": False, "version": 2}
        match path:
            case "/v1/secret/data/golddigger":
                return Answer(200, _told({"data": SECRETS, "metadata": {**about, "deletion_time": ""}}))
            case "/v1/secret/data/deleted":
                gone = {**about, "deletion_time": "2026-11-02T00:00:00Z"}
                return Answer(404, _told({"data": None, "metadata": gone}))
            case "/v1/old/golddigger":
                return Answer(200, _told({"gitlab_token": "glpat-of-version-1"}))
            case "/v1/secret/data/odd":
                odd = {"none": None, "list": ["in-a-list-0005"], "yes": True, "empty": " ", "map": {"a": "b"}}
                return Answer(200, _told({"data": odd, "metadata": {**about, "deletion_time": ""}}))
            case "/v1/secret/data/forbidden":
                return _errors(403, "1 error occurred:\n\t* permission denied\n\n")
        return _errors(404)


def _told(data: object) -> dict[str, object]:
    return {"request_id": "0", "lease_id": "", "renewable": False, "lease_duration": 0, "data": data, "auth": None}


def _errors(status: int, *errors: str) -> Answer:
    return Answer(status, {"errors": list(errors)})


@pytest.fixture
def double() -> Iterator[VaultDouble]:
    """Give a Vault."""
    made = VaultDouble()
    made.site.start()
    yield made
    made.site.stop()


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, double: VaultDouble) -> Path:
    """Be on a machine that is set up for it, in an empty folder."""
    for name in [name for name in os.environ if name.startswith(("GOLDDIGGER_", "VAULT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VAULT_ADDR", double.site.url)
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    monkeypatch.setattr(vault, "_PAUSE", 0.001)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    """Set variables."""
    for name, value in values.items():
        monkeypatch.setenv(name if name.startswith("VAULT") else f"GOLDDIGGER_{name.upper()}", value)


def refusal() -> str:
    """What is said when the settings are refused: never a secret."""
    with pytest.raises(Refused) as refused:
        load()
    said = str(refused.value)
    assert not [secret for secret in NEVER_SAID if secret in said]
    return said


def test_settings_are_read_from_vault(
    environment: Path, monkeypatch: pytest.MonkeyPatch, double: VaultDouble
) -> None:
    """Variables and the file's keys and tables name them; one path is asked for once; nothing prints."""
    file = environment / "golddigger.toml"
    file.write_text(
        'secret_key = "vault:secret/data/golddigger#secret_key"\n[[gitlab]]\n'
        'token = "vault:secret/data/golddigger#gitlab_token"\nwebhook_secret = "of-the-file"\n'
    )
    put(monkeypatch, github_private_key="vault:secret/data/golddigger#github_private_key")
    put(monkeypatch, github_webhook_secret="vault:/secret/data/golddigger#github_webhook_secret")
    put(monkeypatch, github_app_id="vault:secret/data/golddigger#number")
    settings = load(file)
    assert settings.github is not None
    assert (settings.github.private_key, settings.github.app_id) == (PEM, "12")
    assert settings.github.webhook_secrets == (b"the-webhook-secret-in-vault",)
    assert settings.secret_key.get_secret_value() == SECRETS["secret_key"]
    assert [bot.token for bot in settings.gitlab_bots] == [SECRETS["gitlab_token"]]
    assert [each.path for each in double.asked] == ["/v1/secret/data/golddigger"]
    printed = f"{settings!r} {settings} {settings.github!r} {settings.gitlab_bots!r} {Vault(os.environ)!r}"
    assert not [secret for secret in NEVER_SAID if secret in printed]


def test_without_a_secret_there_nobody_is_asked(double: VaultDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has no Vault needs none of its variables."""
    monkeypatch.delenv("VAULT_ADDR")
    load()
    assert double.asked == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("secret/data/golddigger#nothing", "Vault has no key nothing at secret/data/golddigger. There is github_"),
        (
            "secret/data/deleted#a",
            "gave nothing for reading secret/data/deleted: it was never written, was deleted",
        ),
        ("secret/data/never#a", "gave nothing for reading secret/data/never"),
        ("secret/data/forbidden#a", "does not allow reading secret/data/forbidden. Check the token"),
        ("old/golddigger#gitlab_token", "between the engine's path and the secret's stands data/"),
        ("secret/data/odd#list", "What Vault has at secret/data/odd, key list, is no text"),
        ("secret/data/odd#none", "is no text"),
        ("secret/data/odd#yes", "is no text"),
        ("secret/data/odd#map", "is no text"),
        ("secret/data/odd#empty", "is no text"),
        ("secret/data/golddigger", "A secret in Vault is named as in vault:secret/data/golddigger#key."),
        ("#key", "is named as in"),
        ("secret/../sys/raw#key", "is named as in"),
    ],
)
def test_what_cannot_be_had_is_said_with_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    """With path and key, and never with a value."""
    put(monkeypatch, gitlab_token=f"vault:{name}", gitlab_webhook_secret="a-secret-of-the-environment")
    told = refusal()
    assert "GOLDDIGGER_GITLAB_TOKEN: " in told
    assert said in told
    assert "in-a-list" not in told


def test_all_that_is_wrong_is_said_at_once_and_asked_once(
    monkeypatch: pytest.MonkeyPatch, double: VaultDouble
) -> None:
    """A path that may not be read is asked for once, whoever names it."""
    put(monkeypatch, gitlab_token="vault:secret/data/forbidden#a", secret_key="vault:secret/data/forbidden#b")
    put(monkeypatch, gitlab_webhook_secret="vault:secret/data/never#c")
    told = refusal()
    for each in ("GITLAB_TOKEN", "SECRET_KEY", "GITLAB_WEBHOOK_SECRET"):
        assert f"GOLDDIGGER_{each}: Vault at" in told
    assert sorted(each.path for each in double.asked) == ["/v1/secret/data/forbidden", "/v1/secret/data/never"]


def test_the_token_may_stand_in_a_file(
    environment: Path, monkeypatch: pytest.MonkeyPatch, double: VaultDouble
) -> None:
    """As an agent leaves it; and asked for in a namespace."""
    (environment / "token").write_text(f"{TOKEN}\n")
    monkeypatch.delenv("VAULT_TOKEN")
    put(monkeypatch, VAULT_TOKEN_FILE="token", VAULT_NAMESPACE="team/a")
    double.namespace = "team/a"
    assert Vault(os.environ).read("vault:secret/data/golddigger#gitlab_token") == SECRETS["gitlab_token"]
    put(monkeypatch, VAULT_TOKEN_FILE="nowhere")
    with pytest.raises(Refused, match="VAULT_TOKEN_FILE names no file that is there"):
        Vault(os.environ).read("vault:secret/data/golddigger#gitlab_token")


def test_a_pod_signs_in_by_its_account(
    environment: Path, monkeypatch: pytest.MonkeyPatch, double: VaultDouble
) -> None:
    """By a role, at the method's own path; what it was given for the reading is given back."""
    (environment / "account").write_text(f"{ACCOUNT}\n")
    monkeypatch.delenv("VAULT_TOKEN")
    put(monkeypatch, VAULT_ROLE="golddigger", VAULT_AUTH_PATH="k8s", VAULT_JWT_FILE="account")
    put(monkeypatch, secret_key="vault:secret/data/golddigger#secret_key")
    assert load().secret_key.get_secret_value() == SECRETS["secret_key"]
    asked = [each.path for each in double.asked]
    assert asked == ["/v1/auth/k8s/login", "/v1/secret/data/golddigger", "/v1/auth/token/revoke-self"]
    assert ROLE_TOKEN not in double.tokens
    put(monkeypatch, VAULT_ROLE="nobody")
    assert "does not allow signing in as the role nobody at auth/k8s" in refusal()


def test_a_token_that_was_given_to_us_is_kept(monkeypatch: pytest.MonkeyPatch, double: VaultDouble) -> None:
    """The operator's own is not ended by our reading."""
    put(monkeypatch, secret_key="vault:secret/data/golddigger#secret_key")
    load()
    assert TOKEN in double.tokens


@pytest.mark.parametrize("status", [412, 429, 500, 502, 503])
def test_what_passes_is_tried_again(double: VaultDouble, status: int) -> None:
    """A standby that has not caught up, a Vault that is being unsealed."""
    double.failing = [_errors(status, "Vault is sealed")] * 2
    assert Vault(os.environ).read("vault:secret/data/golddigger#gitlab_token") == SECRETS["gitlab_token"]
    assert len(double.asked) == 3


@pytest.mark.parametrize(
    ("answer", "said", "asked"),
    [
        (_errors(503, "Vault is sealed"), "is sealed, or under maintenance", 3),
        (_errors(500), "does not work at the moment (500)", 3),
        (_errors(400, "bad"), "answered 400 to reading secret/data/golddigger", 1),
        (Answer(200, raw=b"<html>"), "answers as no Vault does", 1),
        (Answer(200, raw=b"[" * 100_000), "answers as no Vault does", 1),
        (Answer(200, raw=b" " * (2 << 20)), "answers as no Vault does", 1),
        (Answer(200, raw=b'"x"'), "is no secret of its key-value engine", 1),
        (Answer(307, headers={"Location": "http://evil.example/v1/"}), "sent us on to evil.example, where", 1),
        (Answer(200, raw=b'{"data": 1}', sent=3), "broke off", 1),
    ],
)
def test_a_vault_that_does_not_answer_as_it_should(
    double: VaultDouble, answer: Answer, said: str, asked: int
) -> None:
    """Is told in words; nothing is sent on to another host."""
    double.failing = [answer] * 3
    with pytest.raises(Refused) as refused:
        Vault(os.environ).read("vault:secret/data/golddigger#gitlab_token")
    assert said in str(refused.value)
    assert len(double.asked) == asked


def test_a_vault_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named by its address."""
    put(monkeypatch, VAULT_ADDR="http://127.0.0.1:9", secret_key="vault:secret/data/golddigger#secret_key")
    assert "GOLDDIGGER_SECRET_KEY: Vault at http://127.0.0.1:9 does not answer." in refusal()


@pytest.mark.parametrize(
    "address", ["", "vault:8200", "ftp://h", "https://me:hush@h", "https://[", "https://h?x=1"]
)
def test_an_address_that_is_none(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Is refused before a token is sent anywhere, and not repeated: it may hold a password."""
    put(monkeypatch, VAULT_ADDR=address, secret_key="vault:secret/data/golddigger#secret_key")
    told = refusal()
    assert "VAULT_ADDR is no address such as https://vault.example.org:8200." in told
    assert "hush" not in told


def test_nothing_says_who_asks(monkeypatch: pytest.MonkeyPatch, double: VaultDouble) -> None:
    """It is said what to set, and nobody is asked."""
    monkeypatch.delenv("VAULT_TOKEN")
    put(monkeypatch, secret_key="vault:secret/data/golddigger#secret_key")
    assert "Set VAULT_TOKEN or VAULT_TOKEN_FILE or, on Kubernetes, VAULT_ROLE." in refusal()
    assert double.asked == []


@pytest.fixture
def certificate(environment: Path) -> Path:
    """Make a certificate for loopback, with its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a vault")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (environment / "vault.key").write_bytes(private)
    file = environment / "vault.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return file


def test_its_own_certificate_is_trusted_where_it_is_named(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, double: VaultDouble
) -> None:
    """And by nobody otherwise."""
    server: HTTPServer = _Server(double.answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        put(monkeypatch, VAULT_ADDR=f"https://127.0.0.1:{server.server_address[1]}")
        with pytest.raises(Refused, match=r"is not trusted here\. VAULT_CACERT names"):
            Vault(os.environ).read("vault:secret/data/golddigger#gitlab_token")
        put(monkeypatch, VAULT_CACERT=str(certificate))
        assert Vault(os.environ).read("vault:secret/data/golddigger#gitlab_token") == SECRETS["gitlab_token"]
        put(monkeypatch, VAULT_CACERT="nowhere.pem")
        with pytest.raises(Refused, match=r"VAULT_CACERT names nowhere\.pem, which is no file"):
            Vault(os.environ).read("vault:secret/data/golddigger#gitlab_token")
    finally:
        server.shutdown()
        server.server_close()


def test_nothing_is_taken_from_netrc(
    environment: Path, monkeypatch: pytest.MonkeyPatch, double: VaultDouble
) -> None:
    """A password that lies there is somebody else's."""
    (environment / ".netrc").write_text("machine 127.0.0.1 login me password from-netrc-0006\n")
    monkeypatch.setenv("NETRC", str(environment / ".netrc"))
    Vault(os.environ).read("vault:secret/data/golddigger#gitlab_token")
    assert "authorization" not in double.asked[0].headers
    assert requests.utils.get_netrc_auth(double.site.url) == ("me", "from-netrc-0006")


@given(st.text())
def test_any_name_is_read_or_refused(text: str) -> None:
    """None leads out of Vault's API, or breaks the reading."""
    try:
        place = named(f"vault:{text}")
    except Refused:
        return
    assert place.key
    assert not {"", ".", ".."} & set(place.path.split("/"))
