"""Read the secrets that settings name as `vault:secret/data/golddigger#key` from HashiCorp Vault, or OpenBao.

Shapes: "KV secrets engine version 2", "Kubernetes auth method" and "HTTP API" (hashicorp/vault,
website/content/api-docs). The address, the token and the rest come from the variables that Vault's tools read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import requests
import stamina

from bots import connections
from bots.breakers import Passing
from diffing.words import Refused, Unavailable

Json = Any
PREFIX = "vault:"
_TRIES, _PAUSE = 3, 0.3
_TIMEOUT = (5.0, 15.0)
_MOST_BYTES = 1 << 20
_PASSING = {412, 429, 500, 502, 503, 504}
"""412: a standby that has not caught up (Enterprise); 429: a quota; 503: sealed, or maintained."""
_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/token"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret lies: the path as the API has it, and the key in it."""

    path: str
    key: str


@dataclass(slots=True)
class Vault:
    """One Vault, asked once for each path. Nothing that it gives stands in what is said of it."""

    environment: Mapping[str, str] = field(repr=False)
    _told: dict[str, Json] = field(default_factory=dict, repr=False)
    _failed: dict[str, str] = field(default_factory=dict, repr=False)
    _token: str = field(default="", repr=False)

    def read(self, value: str) -> str:
        """Give the secret that a value names; Refused, with its path and key, where it cannot be had."""
        place = named(value)
        keys = self._keys(place.path)
        if place.key not in keys:
            there = ", ".join(sorted(keys)) or "none"
            raise Refused(f"Vault has no key {place.key} at {place.path}. There is {there}.")
        secret = keys[place.key]
        if isinstance(secret, bool) or not isinstance(secret, str | int) or not str(secret).strip():
            raise Refused(f"What Vault has at {place.path}, key {place.key}, is no text.")
        return str(secret).strip()

    def close(self) -> None:
        """Give a token back that was got for reading alone; one that was given to us stays."""
        if self._token and not self._given():
            try:
                self._send("POST", "auth/token/revoke-self", self._token, what="giving back its token")
            except (Refused, Unavailable):
                return  # it ends by itself

    def _keys(self, path: str) -> Json:
        """Give all that lies at a path; the second question about it is not asked."""
        if path in self._failed:
            raise Refused(self._failed[path])
        if path not in self._told:
            try:
                self._told[path] = self._ask(path)
            except (Refused, Unavailable) as failed:
                self._failed[path] = str(failed)
                raise Refused(str(failed)) from failed
        return self._told[path]

    def _ask(self, path: str) -> Json:
        told = self._send("GET", path, self._proof(), what=f"reading {path}")
        match told:
            case {"data": {"data": dict(keys), "metadata": dict()}}:
                return keys
        raise Refused(
            f"What Vault has at {path} is no secret of its key-value engine, version 2: between the engine's path "
            "and the secret's stands data/, as in secret/data/golddigger."
        )

    # ------------------------------------------------------------------------------------------- proof

    def _proof(self) -> str:
        """Give the token: as it is set, or in trade for this machine's account on Kubernetes."""
        if not self._token:
            self._token = self._given() or self._signed_in()
        return self._token

    def _given(self) -> str:
        if self.environment.get("VAULT_TOKEN"):
            return self.environment["VAULT_TOKEN"].strip()
        file = self.environment.get("VAULT_TOKEN_FILE")
        return _text("VAULT_TOKEN_FILE", file) if file else ""

    def _signed_in(self) -> str:
        role = self.environment.get("VAULT_ROLE")
        if not role:
            raise Refused(
                "Nothing says who asks Vault. Set VAULT_TOKEN or VAULT_TOKEN_FILE or, on Kubernetes, VAULT_ROLE."
            )
        mount = self.environment.get("VAULT_AUTH_PATH", "kubernetes").strip("/")
        proof = _text("VAULT_JWT_FILE", self.environment.get("VAULT_JWT_FILE") or _ACCOUNT)
        what = f"signing in as the role {role} at auth/{mount}"
        told = self._send("POST", f"auth/{mount}/login", "", what=what, body={"role": role, "jwt": proof})
        match told:
            case {"auth": {"client_token": str(token)}} if token:
                return token
        raise Refused(f"Vault gave no token after {what}.")

    # -------------------------------------------------------------------------------------------- wire

    def _send(self, method: str, path: str, token: str, *, what: str, body: Json = None) -> Json:
        """Send a request, again where it failed in passing: nothing here is harmed by being asked twice."""
        address = _address(self.environment.get("VAULT_ADDR", ""))
        asked = requests.Request(method, f"{address}/v1/{quote(path)}", headers=self._headers(token), json=body)
        try:
            for attempt in stamina.retry_context(
                on=Passing, attempts=_TRIES, wait_initial=_PAUSE, wait_jitter=_PAUSE
            ):
                with attempt:
                    return self._once(asked, f"Vault at {address}", what)
        except Passing as passing:
            raise passing.meant from None
        raise AssertionError("stamina gave no try")

    def _once(self, asked: requests.Request, who: str, what: str) -> Json:
        trusted = self.environment.get("VAULT_CACERT")
        if trusted and not Path(trusted).is_file():
            raise Refused(f"VAULT_CACERT names {trusted}, which is no file that can be read.")
        try:
            with connections.session() as session:
                session.auth = _as_it_is  # nothing out of ~/.netrc
                ready = session.prepare_request(asked)
                way = session.merge_environment_settings(ready.url, {}, True, trusted or True, None)
                # Not on to another address: requests would take our token along, to any host.
                with session.send(ready, timeout=_TIMEOUT, allow_redirects=False, **way) as answer:
                    return _read(answer, who, what)
        except requests.exceptions.SSLError as error:
            why = "shows a certificate that is not trusted here. VAULT_CACERT names a file of those that are."
            raise Refused(f"{who} {why}") from error
        except (requests.ConnectionError, requests.Timeout) as error:
            raise Passing(Unavailable(f"{who} does not answer.")) from error
        except requests.RequestException as error:
            raise Refused(f"{who} broke off.") from error

    def _headers(self, token: str) -> dict[str, str]:
        namespace = self.environment.get("VAULT_NAMESPACE", "")
        sent = {"X-Vault-Token": token, "X-Vault-Namespace": namespace, "X-Vault-Request": "true"}
        return {name: text for name, text in sent.items() if text}


def named(value: str) -> Place:
    """Read what names a secret; Refused where it is not whole."""
    path, _, key = value.removeprefix(PREFIX).partition("#")
    segments = path.strip("/").split("/")
    if not key or len(segments) < 2 or not path.isprintable() or {"", ".", ".."} & set(segments) or "?" in path:
        raise Refused("A secret in Vault is named as in vault:secret/data/golddigger#key.")
    return Place("/".join(segments), key)


def _read(answer: requests.Response, who: str, what: str) -> Json:
    status = answer.status_code
    if status in _PASSING:
        why = "is sealed, or under maintenance" if status == 503 else f"does not work at the moment ({status})"
        raise Passing(Unavailable(f"{who} {why}."))
    if status >= 300:
        raise Refused(f"{who} {_why_not(answer, what)}")
    try:
        return json.loads(_content(answer) or b"{}")
    except (ValueError, RecursionError) as error:
        raise Refused(f"{who} answers as no Vault does. Check VAULT_ADDR.") from error


def _why_not(answer: requests.Response, what: str) -> str:
    match answer.status_code:
        case 301 | 302 | 303 | 307 | 308:
            there = urlsplit(answer.headers.get("location", "")).hostname
            return f"sent us on to {there}, where our token is not sent. Set VAULT_ADDR to that one."
        case 404:
            return f"gave nothing for {what}: it was never written, was deleted, or may not be seen."
        case 403:
            return f"does not allow {what}. Check the token, and that a policy lets it."
    return f"answered {answer.status_code} to {what}."


def _content(answer: requests.Response) -> bytes:
    content = b""
    for piece in answer.iter_content(1 << 16):
        content += piece
        if len(content) > _MOST_BYTES:
            raise ValueError("no secret is as large as that")
    return content


def _address(given: str) -> str:
    """Give Vault's address, and nobody's password in it."""
    try:
        parts = urlsplit(given.strip())
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole or parts.username or parts.query or parts.fragment:
        raise Refused("VAULT_ADDR is no address such as https://vault.example.org:8200.")
    return given.strip().rstrip("/")


def _text(variable: str, file: str) -> str:
    try:
        return Path(file).expanduser().read_text().strip()
    except (OSError, ValueError, RuntimeError):
        raise Refused(f"{variable} {unreadable(file)}") from None


def unreadable(file: object) -> str:
    """Say that a setting names no file that can be read; repeat only what is there, for who sets the secret itself
    in its place means no file."""
    with suppress(OSError, ValueError, RuntimeError):  # a secret may be too long for a name, or begin with a ~
        if Path(str(file)).expanduser().exists():
            return f"names {file}, which is no file that can be read."
    return "names no file that is there. What it says is not shown, for it may be the secret itself."


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
