"""Ask GitLab who somebody is, and what else payloads name by its number alone."""

from __future__ import annotations

import threading
from typing import Any

from bots.forge import User
from bots.gitlab import payloads
from bots.gitlab.client import Client
from bots.gitlab.limits import Failed
from bots.gitlab.transport import Params
from diffing.words import Refused, Unavailable

Json = Any


_ACTIVE = ("pending", "preparing", "running", "waiting_for_resource")


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

    def person(self, number: int) -> User:
        """Say who an account is."""
        told = _account(self._client.everywhere().get("users", str(number)))
        return self._user(told)

    def head(self, project: int, pipeline: int) -> tuple[str, str]:
        """Give the commit and the ref of a pipeline."""
        told = self._client.on(str(project)).find("pipelines", str(pipeline))
        match told:
            case {"sha": str(sha), "ref": str(ref)}:
                return sha, ref
        raise Refused("The pipeline that started this one cannot be seen by the bot.")

    def busy(self, project: int, pipeline: int) -> bool:
        """Do jobs of a pipeline run still?"""
        asked: Params = {"scope[]": list(_ACTIVE), "per_page": "1"}
        try:
            return bool(self._client.on(str(project)).get("pipelines", str(pipeline), "jobs", params=asked))
        except Failed as failed:
            if failed.status in {403, 404}:
                return False
            raise

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

    def _user(self, told: Json) -> User:
        name = told["username"]
        bot = told.get("bot") is True or payloads.is_bot(name)
        return User(name, bot=bot, author=payloads.author(told.get("name"), told["id"], name, self._host))


def _account(told: Json) -> Json:
    match told:
        case {"id": int(), "username": str()}:
            return told
    raise Unavailable("GitLab did not name an account that was asked for.")
