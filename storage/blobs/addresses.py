"""Read the address of an object store. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from diffing.words import Refused

_YES = {"true": True, "false": False}
OPTIONS = {
    "s3": ("endpoint", "region", "path_style", "links"),
    "gs": ("endpoint", "links"),
    "az": ("account", "endpoint", "links"),
}
"""What may stand behind the question mark, by scheme."""
_NO_SECRETS = "No key belongs into the address: it is read from where the store's own tools read it."
USABLE = (
    "Use `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix?account=name`, "
    "or a folder's path or `file:///absolute/path`."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where objects are kept. What was not said is empty; `path_style` None: as the store's client likes."""

    scheme: str
    bucket: str
    prefix: str = ""
    """Ends in a slash, where it is not empty."""
    endpoint: str = ""
    region: str = ""
    account: str = ""
    path_style: bool | None = None
    links: bool = False
    """May downloads be sent to the store itself?"""


def read(url: str) -> Address:
    """Read an address; Refused in words, without repeating what may be a secret."""
    parts = split(url)
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise Refused(f"The storage's address holds a name or a password. {_NO_SECRETS}")
    if not parts.netloc:
        raise Refused(f"The storage's address `{parts.scheme}://` names no bucket. {USABLE}")
    said = _options(parts.scheme, parts.query)
    prefix = unquote(parts.path).strip("/")
    return Address(
        scheme=parts.scheme,
        bucket=parts.netloc,
        prefix=f"{prefix}/" if prefix else "",
        endpoint=_endpoint(said.get("endpoint", "")),
        region=said.get("region", ""),
        account=said.get("account", ""),
        path_style=_yes("path_style", said["path_style"]) if "path_style" in said else None,
        links=_yes("links", said.get("links", "false")),
    )


def split(url: str) -> SplitResult:
    """Take an address apart; Refused where it is none."""
    try:
        return urlsplit(url)
    except ValueError:  # its words repeat the address
        raise Refused(f"The storage's address cannot be read. {USABLE}") from None


def _options(scheme: str, query: str) -> dict[str, str]:
    said, known = dict(parse_qsl(query, keep_blank_values=True)), OPTIONS[scheme]
    unknown = [name for name in said if name not in known]
    if unknown:
        may = ", ".join(f"`{each}`" for each in known)
        raise Refused(f"`{unknown[0]}` is no option of a {scheme}:// address, which may have {may}. {_NO_SECRETS}")
    return said


def _endpoint(url: str) -> str:
    if not url:
        return ""
    parts = split(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query:
        raise Refused(f"The storage's endpoint must be `https://host` or `https://host:port`. {_NO_SECRETS}")
    return url.rstrip("/")


def _yes(name: str, word: str) -> bool:
    if word not in _YES:
        raise Refused(f"`{name}` in the storage's address must be `true` or `false`.")
    return _YES[word]
