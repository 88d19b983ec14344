"""Ask GitLab who somebody is."""

from __future__ import annotations

import threading
from typing import Any

from bots.gitlab.client import Client
from diffing.words import Unavailable

Json = Any


class People:
    """The accounts of one server, as the bot sees them."""

    def __init__(self, client: Client, host: str) -> None:
        self._client = client
        self._host = host
        self._lock = threading.Lock()
        self._us: Json = None

    def us(self) -> int:
        """Give the number of the bot's own account."""
        return int(self.account()["id"])

    def account(self) -> Json:
        """Give the bot's own account, which stays the same as long as its token."""
        with self._lock:
            if self._us is None:
                self._us = _account(self._client.everywhere().get("user"))
            return self._us

    def named(self, name: str) -> Json | None:
        """Find an active account by its name; None where there is none."""
        found = self._client.everywhere().get("users", params={"username": name})
        for each in found if isinstance(found, list) else ():
            match each:
                case {"id": int(number), "username": str(told)} if told.lower() == name.lower():
                    # Whether it is a bot, only the account by itself tells.
                    known = self._client.everywhere().find("users", str(number))
                    return known if known is not None and known["state"] == "active" else None
        return None


def _account(told: Json) -> Json:
    match told:
        case {"id": int(), "username": str()}:
            return told
    raise Unavailable("GitLab did not name an account that was asked for.")
