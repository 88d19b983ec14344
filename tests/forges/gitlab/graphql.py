"""Answer GraphQL's `note`, held to what GitLab publishes of its schema.

The types: app/graphql/types/query_type.rb, notes/note_type.rb, notes/base_note_interface.rb, user_interface.rb.
How answers look: doc/api/graphql/_index.md; that a schema lacks a field is told with status 200."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from graphql import GraphQLError, GraphQLSchema, build_schema, graphql_sync

from tests.forges.gitlab import tokens
from tests.forges.gitlab.api import Api
from tests.forges.gitlab.failures import Failed
from tests.forges.gitlab.world import LEVELS, Account, Note, Token, World, stamp
from tests.forges.web import Answer, Asked, Request

Json = Any
PATH = "/api/graphql"
_SCHEMA = """
scalar NoteID
scalar UserID
scalar Time
type Query { note(id: NoteID!): Note }
type Note {
  id: NoteID!
  body: String!
  system: Boolean!
  internal: Boolean
  noteableType: String!
  noteableId: Int
  author: User
  createdAt: Time!
  updatedAt: Time!
  lastEditedAt: Time
  lastEditedBy: User
  url: String
}
type User { id: UserID! username: String! name: String! bot: Boolean! webUrl: String! }
"""
_LATER = re.compile(r"^  lastEdited.*\n", re.MULTILINE)


@cache
def _schema(*, old: bool) -> GraphQLSchema:
    return build_schema(_LATER.sub("", _SCHEMA) if old else _SCHEMA)


def answer(api: Api, request: Request) -> Answer:
    """Answer a query; every one is remembered beside the other API's requests."""
    with api.world.lock:
        told = _answer(api, request)
    api.asked.append(
        Asked("POST", "/graphql", "POST /graphql", told.status, api.world.clock(), request.headers, request.body)
    )
    return told


def _answer(api: Api, request: Request) -> Answer:
    fault = api.limits.fault(request) or api.limits.limited(api.world.now())
    if fault:
        return fault
    try:
        token = tokens.authenticate(api.world, request.headers)
        if token:
            tokens.allow(token, "GET /graphql")  # a query only reads: `read_api` will do
    except tokens.Unknown:
        return Answer(401, {"errors": [{"message": "Invalid token"}]})
    except Failed as failed:
        return failed.answer
    if api.graphql == "closed":
        return Answer(404, {"error": "404 Not Found"})
    body = request.json
    if request.method != "POST" or not isinstance(body, dict) or not isinstance(body.get("query"), str):
        api.violations.append(f"{request.method} {PATH}: wants a query")
        return Answer(422, {"errors": [{"message": "Unexpected end of document"}]})
    return _asked(api, body, token)


def _asked(api: Api, body: Json, token: Token | None) -> Answer:
    result = graphql_sync(
        _schema(old=api.graphql == "old"),
        body["query"],
        root_value={"note": lambda _, id: _note(api.world, id, token, api.url)},  # noqa: A006  GitLab's word
        variable_values=body.get("variables"),
    )
    errors = [_shown(error) for error in result.errors or ()]
    if errors and api.graphql != "old":
        api.violations.append(f"POST {PATH}: {errors}")
    return Answer(json={"data": result.data, **({"errors": errors} if errors else {})})


def _shown(error: GraphQLError) -> Json:
    places = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    return {"message": error.message, "locations": places}


def _note(world: World, id_: str, token: Token | None, url: str) -> Json | None:
    """Show a note to whoever may read it."""
    number = id_.removeprefix("gid://gitlab/Note/")
    if not number.isdecimal():
        raise GraphQLError(f'"{id_}" is not a valid Global ID')
    found = next((note for note in _notes(world) if str(note.id) == number), None)
    repo = found.pull.repo if found else None
    if found is None or repo is None or world.level(token.user if token else None, repo) < LEVELS["reporter"]:
        return None
    return {
        "id": id_,
        "body": found.body,
        "system": found.system,
        "internal": False,
        "noteableType": "MergeRequest",
        "noteableId": found.pull.id,
        "author": _user(found.user, url),
        "createdAt": stamp(found.created_at),
        "updatedAt": stamp(found.updated_at),
        "lastEditedAt": stamp(found.edited_at),
        "lastEditedBy": _user(found.edited_by, url) if found.edited_by else None,
        "url": f"{url}/{repo.path}/-/merge_requests/{found.pull.number}#note_{found.id}",
    }


def _notes(world: World) -> list[Note]:
    return [note for repo in world.repos.values() for pull in repo.pulls.values() for note in pull.notes.values()]


def _user(account: Account, url: str) -> Json:
    return {
        "id": f"gid://gitlab/User/{account.id}",
        "username": account.username,
        "name": account.name,
        "bot": account.bot,
        "webUrl": f"{url}/{account.username}",
    }
