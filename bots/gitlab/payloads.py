"""Take the pieces that events are made of out of GitLab's payloads. Pure; what is missing is Unread."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from bots.forge import Repo, User
from diffing.words import Sha

Json = Any
Payload = Mapping[str, Json]

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BOT = re.compile(r"(?:project|group)_\d+_bot(?:_\w+)?|service_account_\w+|ghost|support-bot|alert-bot")
_MOST_ID = 1 << 63
_NO_COMMIT = re.compile(r"0{40}(?:0{24})?")


class Unread(Exception):
    """A payload lacks what its event always has."""


def repo(payload: Payload, host: str) -> Repo:
    """Name the project that a payload is about."""
    match payload.get("project"):
        case {"id": int(number_), "path_with_namespace": str(path)}:
            return project(host, number_, path)
    raise Unread("without its project")


def project(host: str, told: Json, path: str) -> Repo:
    """Name a project. Whether everybody may see it is asked of GitLab, which knows more than a payload tells."""
    return Repo(host=host, id=str(number(told)), path=path, private=True)


def projects(payload: Payload) -> set[int]:
    """Give the ids of the projects that a payload says it is about: one, where nobody forged it."""
    told = payload.get("project")
    ids = (told.get("id") if isinstance(told, dict) else None, payload.get("project_id"))
    return {each for each in ids if isinstance(each, int)}


def number(told: Json) -> int:
    """Hold an id to what GitLab counts by."""
    if not isinstance(told, int) or isinstance(told, bool) or not 0 < told < _MOST_ID:
        raise Unread("with an id that is none")
    return told


def path_in(url: Json) -> str:
    """Give a project's path out of the address of something in it; empty where there is none."""
    if not isinstance(url, str) or "/-/" not in url:
        return ""
    try:
        return unquote(urlsplit(url).path).partition("/-/")[0].strip("/")
    except ValueError:
        return ""


def user(told: Json, host: str) -> User:
    """Name somebody."""
    match told:
        case {"username": str(name), **rest} if name:
            return User(name, bot=is_bot(name), author=author(rest.get("name"), rest.get("id"), name, host))
    raise Unread("without somebody who did it")


def is_bot(name: str) -> bool:
    """Is it a name that GitLab gives to no person? Others are told by its API alone."""
    return _BOT.fullmatch(name) is not None


def author(shown: Json, number: Json, name: str, host: str) -> str:
    """Name somebody as git does, by the address that GitLab keeps for everybody and counts as theirs."""
    plain = re.sub(r"[<>\s]+", " ", shown if isinstance(shown, str) else "").strip()
    if not isinstance(number, int) or not plain.isprintable():
        return ""
    return f"{plain or name} <{number}-{name}@users.noreply.{host}>"


def sha(text: Json) -> Sha:
    """Hold a head to the form of a commit's id."""
    if not isinstance(text, str) or not _SHA.fullmatch(text):
        raise Unread("with a head that is no commit's id")
    return Sha(text)


def nothing(text: Json) -> bool:
    """Is it what git calls no commit at all?"""
    return isinstance(text, str) and _NO_COMMIT.fullmatch(text) is not None


def text(told: Json) -> str | None:
    """Give a text; None where there is none."""
    return told if isinstance(told, str) and told else None


def moment(told: Json) -> datetime:
    """Read a time, which GitLab writes as ISO 8601 or as `2015-05-17 18:08:09 UTC`."""
    try:
        moment = datetime.fromisoformat(told.replace(" UTC", "+00:00"))
    except (AttributeError, ValueError) as error:
        raise Unread("without its time") from error
    if moment.tzinfo is None:
        raise Unread("without its time's zone")
    return moment
