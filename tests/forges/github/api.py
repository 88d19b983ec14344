"""Answer API requests: held to the contract both ways, authenticated, limited, and then served by a route."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.contract import contract
from tests.contract.contract import ContractBroken, Match
from tests.forges.github import tokens
from tests.forges.github.failures import Failed, failure, forbidden, not_found
from tests.forges.github.limits import Limits
from tests.forges.github.shapes import Shapes
from tests.forges.github.tokens import Actor
from tests.forges.github.world import Pull, Repo, Token, World
from tests.forges.web import Answer, Asked, Request

Json = Any
RAW = "application/vnd.github.raw"


@dataclass(frozen=True, slots=True)
class Call:
    """A request on its way to a route."""

    api: Api
    request: Request
    params: Mapping[str, str]
    actor: Actor

    @property
    def world(self) -> World:
        """What exists."""
        return self.api.world

    @property
    def shapes(self) -> Shapes:
        """How it is shown."""
        return self.api.shapes

    @property
    def body(self) -> Json:
        """The request's JSON."""
        return self.request.json or {}

    @property
    def raw(self) -> bool:
        """Are the bytes themselves asked for, not JSON?"""
        return self.request.headers.get("accept", "").startswith(RAW)

    @property
    def token(self) -> Token:
        """The installation's token."""
        assert isinstance(self.actor, Token)
        return self.actor

    @property
    def repo(self) -> Repo:
        """The repository in the path."""
        found = self.world.repos.get(f"{self.params['owner']}/{self.params['repo']}".lower())
        if not found:
            raise not_found()
        return found

    def pull(self, number: str) -> Pull:
        """Give a pull request of the repository."""
        found = self.repo.pulls.get(int(number))
        if not found:
            raise not_found()
        return found

    def page(self, items: list[Json]) -> tuple[list[Json], dict[str, str]]:
        """Give one page of a list, and the Link header that leads to the others."""
        size = min(int(self.request.query.get("per_page", 30)), 100)
        at = int(self.request.query.get("page", 1))
        links = []
        if at * size < len(items):
            links = [("next", at + 1), ("last", -(-len(items) // size))]
        if at > 1:
            links += [("prev", at - 1), ("first", 1)]
        header = ", ".join(f'<{self._page_url(number)}>; rel="{name}"' for name, number in links)
        return items[(at - 1) * size : at * size], {"Link": header} if header else {}

    def _page_url(self, number: int) -> str:
        query = {**self.request.query, "page": str(number)}
        return f"{self.api.url}{self.request.path}?{urlencode(query)}"


Serve = Callable[[Call], Answer]
Needs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Route:
    """What serves an operation, and the permissions of which one is needed; empty: the app's own key."""

    serve: Serve
    needs: Needs
    creates: bool


@dataclass
class Routes:
    """The operations that are served."""

    known: dict[str, Route] = field(default_factory=dict)

    def on(self, operation: str, *needs: str, creates: bool = False) -> Callable[[Serve], Serve]:
        """Let a function serve an operation; `needs` like ``contents:write``, one of which is enough."""

        def keep(serve: Serve) -> Serve:
            wanted = tuple((permission, level) for permission, level in (need.split(":") for need in needs))
            self.known[operation] = Route(serve, wanted, creates)
            return serve

        return keep


LEVELS = ("", "read", "write", "admin")


class Api:
    """The API of one double."""

    def __init__(self, world: World, shapes: Shapes, limits: Limits, routes: Routes, graphql: Serve) -> None:
        self.world = world
        self.shapes = shapes
        self.limits = limits
        self.routes = routes
        self.graphql = graphql
        self.url = shapes.api
        self.violations: list[str] = []
        self.asked: list[Asked] = []

    def answer(self, request: Request) -> Answer:
        """Answer a request; what breaks the contract gets a 500 with the words, and is a violation."""
        operation = ""
        try:
            with self.world.lock:
                found = self._match(request)
                operation = found.operation
                answer = self._answer(request, found)
        except ContractBroken as broken:
            self.violations.append(str(broken))
            answer = Answer(500, failure(f"CONTRACT BROKEN: {broken}"))
        except Exception:  # noqa: BLE001 (the server's outermost edge: the test must hear of it)
            self.violations.append(f"the double broke:\n{traceback.format_exc()}")
            answer = Answer(500, failure(f"THE DOUBLE BROKE: {traceback.format_exc()}"))
        self.asked.append(
            Asked(
                request.method,
                request.path,
                operation,
                answer.status,
                self.world.clock(),
                request.headers,
                request.body,
            )
        )
        return answer

    def _match(self, request: Request) -> Match:
        if (request.method, request.path) == ("POST", "/graphql"):
            return Match("POST /graphql", {})
        return contract.match(request.method, request.path)

    def _answer(self, request: Request, found: Match) -> Answer:
        fault = self.limits.fault(request)
        if fault:
            return fault
        if "user-agent" not in request.headers:
            return Answer(403, failure("Request forbidden by administrative rules."))
        try:
            actor = tokens.authenticate(self.world, request.headers.get("authorization", ""))
        except tokens.Unknown as unknown:
            return Answer(401, failure(str(unknown)))
        limited = self.limits.limited(self.world.now())
        if limited:
            return limited
        answer = self._served(request, found, actor)
        return self.limits.headed(answer, self.world.now())

    def _served(self, request: Request, found: Match, actor: Actor) -> Answer:
        call = Call(self, request, found.path, actor)
        if found.operation == "POST /graphql":
            return self.graphql(call)
        contract.check_request(found, request.query, request.json)
        route = self.routes.known.get(found.operation)
        if route is None:
            raise ContractBroken(f"{found.operation} is not served by the double")
        try:
            allow(call, route.needs)
            answer = route.serve(call)
        except Failed as failed:
            answer = failed.answer
        self.limits.count(found.operation, created=route.creates and answer.status < 300, now=self.world.clock())
        answer = _conditional(request, answer)
        contract.check_answer(found, answer.status, answer.json, raw=answer.raw is not None)
        return answer


def allow(call: Call, needs: Needs) -> None:
    """Raise Failed unless the caller may do what a route does."""
    if not needs:
        if not isinstance(call.actor, tokens.AppItself):
            raise Failed(401, "A JSON web token could not be decoded")
    elif needs[0][0] == "user":
        if not isinstance(call.actor, Token) or call.actor.user is None:
            raise forbidden()
    elif needs[0][0] != "nobody":
        _allow_installation(call, needs)


def _allow_installation(call: Call, needs: Needs) -> None:
    token = call.actor
    if not isinstance(token, Token) or token.installation is None:
        raise forbidden()
    reading = all(level == "read" for _, level in needs)
    if "repo" in call.params and not token.covers(call.repo):
        if call.repo.private:
            raise not_found()
        if not reading:
            raise forbidden()
        return
    if not any(has(token, permission, level) for permission, level in needs):
        raise forbidden()


def has(token: Token, permission: str, level: str) -> bool:
    """Does a token hold a permission at this level or a higher one?"""
    return LEVELS.index(token.permissions.get(permission, "")) >= LEVELS.index(level)


def _conditional(request: Request, answer: Answer) -> Answer:
    """Give an ETag with what was read, and 304 to whoever has it."""
    if request.method != "GET" or answer.status != 200:
        return answer
    tag = f'W/"{hashlib.sha256(answer.body).hexdigest()}"'
    if request.headers.get("if-none-match") == tag:
        return Answer(304, headers={"ETag": tag})
    return Answer(200, answer.json, answer.raw, {**answer.headers, "ETag": tag})
