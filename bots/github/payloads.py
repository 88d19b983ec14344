"""Take the pieces that events are made of out of GitHub's payloads. Pure; what is missing is Unread."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bots.forge import Repo, User
from diffing.words import Sha

Json = Any
Payload = Mapping[str, Json]

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Unread(Exception):
    """A payload lacks what its event always has."""


def repo(payload: Payload, host: str) -> Repo:
    """Name the repository that a payload is about."""
    return described(payload.get("repository"), host, tenant(payload) if "installation" in payload else "")


def described(told: Json, host: str, installation: str) -> Repo:
    """Name a repository."""
    match told:
        case {"id": int(number), "full_name": str(path), "private": bool(private)}:
            return Repo(host=host, id=str(number), path=path, tenant=installation, private=private)
    raise Unread("without its repository")


def tenant(payload: Payload) -> str:
    """Give the installation through which we hear this."""
    match payload.get("installation"):
        case {"id": int(number)}:
            return str(number)
    raise Unread("without its installation")


def user(told: Json, host: str) -> User:
    """Name somebody."""
    match told:
        case {"login": str(login), "id": int(number), "type": str(kind)}:
            return User(login, bot=kind != "User", author=noreply(login, number, host))
    raise Unread("without somebody who did it")


def noreply(login: str, number: int, host: str) -> str:
    """Name somebody as git does, by the address that GitHub keeps for everybody and counts as theirs."""
    return f"{login} <{number}+{login}@users.noreply.{host}>"


def sha(text: str) -> Sha:
    """Hold a head to the form of a commit's id."""
    if not _SHA.fullmatch(text):
        raise Unread("with a head that is no commit's id")
    return Sha(text)


def text(told: Json) -> str | None:
    """Give a text; None where there is none."""
    return told if isinstance(told, str) and told else None


def path_of(repository: Json) -> str | None:
    """Give a repository's path; None where it is left out."""
    return text(repository.get("full_name")) if isinstance(repository, dict) else None


def comment_id(comment: Payload) -> str:
    """Give a comment's id."""
    match comment.get("id"):
        case int(number):
            return str(number)
    raise Unread("without the comment's id")


def body(comment: Payload) -> str:
    """Give a comment's text."""
    match comment.get("body"):
        case str(body):
            return body
        case None:
            return ""  # GitHub's word for a comment that somebody blanked
    raise Unread("without the comment's text")


def before(payload: Payload) -> str:
    """Give the text before an edit."""
    match payload.get("changes"):
        case {"body": {"from": str(before)}}:
            return before
    raise Unread("that did not change its text")


def moment(told: Json) -> datetime:
    """Read a time."""
    try:
        moment = datetime.fromisoformat(told)
    except (TypeError, ValueError) as error:
        raise Unread("without its time") from error
    if moment.tzinfo is None:
        raise Unread("without its time's zone")
    return moment
