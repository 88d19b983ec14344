"""Make an app from its manifest, and hold an app to what we need of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bots.github.app import AppKey
from bots.github.limits import Failed
from bots.github.needs import GITHUB_EVENTS, PERMISSIONS, granted
from bots.github.transport import NOBODY, Asked, Transport
from diffing.words import Refused

Json = Any
_CODE = re.compile(r"[A-Za-z0-9]{1,100}")
_HERE = Path(__file__).parent
# In the wheel it lies beside this file, in the repository at the top.
_PLACES = (_HERE / "app.yml", _HERE.parents[1] / "app.yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What GitHub says of an app."""

    slug: str
    name: str
    permissions: Mapping[str, str]
    events: frozenset[str]

    @property
    def bot(self) -> str:
        """Give the login under which the app writes."""
        return f"{self.slug}[bot]"


def template() -> dict[str, Json]:
    """Read app.yml."""
    path = next(place for place in _PLACES if place.is_file())
    told: dict[str, Json] = YAML(typ="safe", pure=True).load(path.read_text())
    return told


def manifest(public_url: str, name: str | None = None) -> dict[str, Json]:
    """Give the manifest of an app whose addresses lie under `public_url`."""
    told = template()
    base = public_url.rstrip("/")
    return {
        **told,
        **({"name": name} if name else {}),
        "url": base,
        "hook_attributes": {"url": f"{base}/webhooks/github", "active": True},
        "redirect_url": f"{base}/setup/callback",
        "callback_urls": [f"{base}/signin/github/callback"],
    }


class Installer:
    """GitHub's dance that makes an app of its own for a self-hoster."""

    def __init__(self, api_url: str, web_url: str) -> None:
        self._api = Transport(api_url)
        self._web_url = web_url.rstrip("/")

    @property
    def web_url(self) -> str:
        """Where the manifest is posted to."""
        return self._web_url

    def manifest(self, public_url: str) -> str:
        """Give the manifest as JSON."""
        return json.dumps(manifest(public_url))

    def convert(self, code: str) -> Mapping[str, str]:
        """Trade the code for the app's settings, by the name of their environment variable. Works once."""
        if not _CODE.fullmatch(code):
            raise Refused("That is no code of GitHub's. Begin again at /setup.")
        asked = Asked(method="POST", path=f"/app-manifests/{code}/conversions")
        try:
            made = self._api.send(asked, NOBODY).data
        except Failed as failed:
            raise Refused("GitHub does not know this code any more. Begin again at /setup.") from failed
        return {
            "GOLDDIGGER_GITHUB_APP_ID": str(made["id"]),
            "GOLDDIGGER_GITHUB_PRIVATE_KEY": made["pem"],
            "GOLDDIGGER_GITHUB_WEBHOOK_SECRET": made["webhook_secret"] or "",
            "GOLDDIGGER_GITHUB_CLIENT_ID": made["client_id"],
            "GOLDDIGGER_GITHUB_CLIENT_SECRET": made["client_secret"],
        }


def facts(api: Transport, key: AppKey) -> Facts:
    """Ask GitHub about the app; Refused where its id and key do not fit."""
    try:
        told = api.send(Asked(method="GET", path="/app"), key.prove()).data
    except Failed as failed:
        raise Refused(
            "GitHub does not know the app by its id and key. "
            "Check GOLDDIGGER_GITHUB_APP_ID, the private key, and this machine's clock."
        ) from failed
    return Facts(
        slug=told["slug"],
        name=told["name"],
        permissions=dict(told["permissions"]),
        events=frozenset(told["events"]),
    )


def doubts(known: Facts) -> list[str]:
    """Say what the app lacks, or has too much of, and how to mend each. Empty where all is well."""
    lacking = [
        f"The app needs the repository permission {name}: {level}. Add it in the app's settings under Permissions."
        for name, level in PERMISSIONS.items()
        if not granted(known.permissions.get(name, ""), level)
    ]
    deaf = [
        f"The app is not subscribed to {event}. Tick it in the app's settings under Subscribe to events."
        for event in GITHUB_EVENTS
        if event not in known.events
    ]
    much = ["The app may change workflows, which it never needs. Take the permission away."]
    return [*lacking, *deaf, *(much if "workflows" in known.permissions else [])]
