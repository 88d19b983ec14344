"""Follow addresses that others chose: https, public addresses, few hops, no credentials off-host."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from types import MappingProxyType
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

from bots.breakers import Away, Breakers
from diffing.words import Refused, Unavailable

Address = IPv4Address | IPv6Address
Resolve = Callable[[str], Sequence[str]]

MOST_HOPS = 5
_TIMEOUTS = (5, 30)
_CHUNK = 1 << 16
_NONE: Mapping[str, str] = MappingProxyType({})
_CREDENTIALS = {"authorization", "cookie", "proxy-authorization"}
_MOVED = {301, 302, 303, 307, 308}
_KEEPS_METHOD = {307, 308}
_STAYS = {501, 507, 509}  # 5xx by number, but trying again does not help: not served, full, over quota
_NAT64 = IPv6Network("64:ff9b::/96")


def resolve(host: str) -> Sequence[str]:
    """Give a host's addresses, in the order in which the system would try them."""
    return list(
        dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    )


def public(address: str) -> bool:
    """Does an address lie on the public internet, and so does the IPv4 address it may carry?"""
    return all(each.is_global and not each.is_multicast for each in _meant(address))


class Barred(Refused):
    """A host did not let us in: the proof in the address or the headers is none, or is none any more."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Requests to addresses that came in an answer.

    `api`: the address the administrator set. Only where it is on http, or private itself, may others be so too:
    an Enterprise Server inside a company's network, or a test. The address that was looked at is the one that is
    connected to, so that a name cannot answer differently in between."""

    api: str
    resolve: Resolve = resolve
    within: float = 600.0
    """Seconds that one answer may take as a whole."""
    breakers: Breakers = field(default_factory=Breakers, compare=False)

    def send(
        self,
        method: str,
        url: str,
        *,
        most: int,
        headers: Mapping[str, str] = _NONE,
        body: bytes | None = None,
    ) -> Iterator[bytes]:
        """Send a request and give what comes back, at most `most` bytes, piece by piece."""
        for _ in range(MOST_HOPS + 1):
            with self._answer(method, url, headers, body) as answer:
                target = _target(answer, method, url)
                if target is None:
                    yield from self._content(answer, url, most)
                    return
            if _origin(target) != _origin(url):
                headers = {name: text for name, text in headers.items() if name.lower() not in _CREDENTIALS}
            url = target
        raise Refused(f"{_host(url)} sent us on more than {MOST_HOPS} times.")

    @contextmanager
    def _answer(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Iterator[requests.Response]:
        split = _split(url)
        if split.scheme != "https" and urlsplit(self.api).scheme != "http":
            raise Refused(f"An address on {split.hostname} is not https, so it was not followed.")
        addresses = self._addresses(split)
        with requests.Session() as session:
            with self.breakers.of(split.netloc).watching():
                answer = _first(session, addresses, method, url, {**headers, "Host": split.netloc}, body)
            with answer:
                yield answer

    def _addresses(self, split: SplitResult) -> Sequence[str]:
        host = split.hostname or ""
        found = self._resolved(host)
        refused = [address for address in found if not public(address)]
        if refused and (not self._inward() or any(_never(address) for address in refused)):
            raise Refused(f"{host} is at the private address {refused[0]}, so it was not followed.")
        return found

    def _inward(self) -> bool:
        """Does the API itself lie on http or in a private network?"""
        api = urlsplit(self.api)
        return api.scheme == "http" or not all(public(address) for address in self._resolved(api.hostname or ""))

    def _resolved(self, host: str) -> Sequence[str]:
        try:
            return self.resolve(host)
        except UnicodeError as error:
            raise Refused(f"{host[:100]!r} is no name of a host.") from error
        except OSError as error:
            raise Unavailable(f"{host} could not be found.") from error

    def _content(self, answer: requests.Response, url: str, most: int) -> Iterator[bytes]:
        _check_status(answer, url)
        until = time.monotonic() + self.within
        given = 0
        try:
            for chunk in answer.iter_content(_CHUNK):
                given += len(chunk)
                if given > most:
                    raise Refused(f"What {_host(url)} sent is over the limit of {most:,} bytes.")
                if time.monotonic() > until:
                    raise Unavailable(f"{_host(url)} is too slow.")
                yield chunk
        except requests.RequestException:
            # Not from the error: its text may hold the address, which is a secret for a while.
            raise Unavailable(f"{_host(url)} broke off.") from None


class _Pinned(HTTPAdapter):
    """Connect to one address whatever the name resolves to now; certificates are held to the name."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        name = {"server_hostname": host["host"], "assert_hostname": host["host"]}
        return {**host, "host": self._address}, {**pool, **(name if host["scheme"] == "https" else {})}


def _first(
    session: requests.Session,
    addresses: Sequence[str],
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
) -> requests.Response:
    """Give the answer of the first address that lets itself be connected to."""
    why = "does not answer"
    for address in addresses:
        session.mount(f"{urlsplit(url).scheme}://", _Pinned(address))
        try:
            return session.request(
                method,
                url,
                headers=headers,
                data=body,
                stream=True,
                allow_redirects=False,
                timeout=_TIMEOUTS,
                auth=_as_it_is,
            )
        except requests.exceptions.SSLError:
            why = "shows a certificate that is not trusted here"
        except requests.ConnectionError:
            continue
        except (requests.Timeout, requests.RequestException, ValueError):
            break
    raise Away(f"{_host(url)} {why}.")


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add no credentials: without this, requests takes some from ~/.netrc."""
    return request


def _target(answer: requests.Response, method: str, url: str) -> str | None:
    """Give the address an answer sends on to; None where it is the last."""
    location = answer.headers.get("location")
    if answer.status_code not in _MOVED or not location:
        return None
    if method not in {"GET", "HEAD"} and answer.status_code not in _KEEPS_METHOD:
        raise Refused(f"{_host(url)} sent us elsewhere instead of taking what we sent.")
    return urljoin(url, location)


def _check_status(answer: requests.Response, url: str) -> None:
    status = answer.status_code
    if 200 <= status < 300:
        return
    if status == 429 or (status >= 500 and status not in _STAYS):
        after = answer.headers.get("retry-after", "")
        raise Unavailable(f"{_host(url)} answered {status}.", float(after) if after.isdecimal() else None)
    if status in {404, 410}:
        raise Refused(f"{_host(url)} no longer has what was asked for ({status}).")
    kind = Barred if status in {401, 403} else Refused
    raise kind(f"{_host(url)} answered {status} {answer.reason or ''}".rstrip() + ".")


def _split(url: str) -> SplitResult:
    try:
        split = urlsplit(url)
        _ = split.port
    except ValueError as error:
        raise Refused("An address that cannot be read was not followed.") from error
    if split.scheme not in {"http", "https"} or not split.hostname or "@" in split.netloc:
        raise Refused(f"An address of the kind {split.scheme[:20]!r} was not followed.")
    return split


def _origin(url: str) -> tuple[str, str | None, int | None]:
    split = _split(url)
    return split.scheme, split.hostname, split.port or {"http": 80, "https": 443}[split.scheme]


def _host(url: str) -> str:
    return urlsplit(url).hostname or "an address without a host"


def _meant(address: str) -> Iterator[Address]:
    """Give an address, and the IPv4 addresses it stands for in a tunnel or a translation."""
    ip = ip_address(address.partition("%")[0])
    yield ip
    if isinstance(ip, IPv6Address):
        yield from (inner for inner in (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())) if inner)
        if ip in _NAT64:
            yield IPv4Address(int(ip) & 0xFFFFFFFF)


def _never(address: str) -> bool:
    """Is it an address that no server has reason to name, as the clouds' metadata at 169.254.169.254?"""
    return any(each.is_link_local or each.is_unspecified or each.is_multicast for each in _meant(address))
