"""Answer API requests: held to the contract both ways, authenticated, limited, and then served by a route."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.forges.gitlab import contract, tokens
from tests.forges.gitlab.contract import ContractBroken, Match
from tests.forges.gitlab.failures import Failed, forbidden, not_found, unauthorized
from tests.forges.gitlab.limits import Limits
from tests.forges.gitlab.shapes import Shapes
from tests.forges.gitlab.world import LEVELS, Account, Group, Hook, Note, Pipeline, Pull, Repo, Token, World
from tests.forges.web import Answer, Asked, Request

Json = Any
ROOT = "/api/v4"
READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Call:
    """A request on its way to a route."""

    api: Api
    request: Request
    found: Match
    token: Token | None

    @property
    def world(self) -> World:
        """What exists."""
        return self.api.world

    @property
    def shapes(self) -> Shapes:
        """How it is shown."""
        return self.api.shapes

    @property
    def params(self) -> Mapping[str, str]:
        """What stands in the path."""
        return self.found.path

    @property
    def body(self) -> Json:
        """The request's JSON."""
        return self.request.json or {}

    @cached_property
    def query(self) -> dict[str, Json]:
        """The query, by its documented types."""
        return contract.typed(self.found.operation, self.request.query)

    def many(self, name: str) -> list[str]:
        """Give what the query says of a name, which may stand there many times, with brackets or without."""
        told = parse_qs(urlsplit(self.request.target).query)
        return [*told.get(name, []), *told.get(f"{name}[]", [])]

    @property
    def user(self) -> Account:
        """Who asks."""
        if self.token is None:
            raise unauthorized()
        return self.token.user

    @property
    def level(self) -> int:
        """The access level in the project of the path, of whoever asks."""
        return self.world.level(self.token.user if self.token else None, self.repo)

    @cached_property
    def repo(self) -> Repo:
        """The project in the path, where the caller may see it."""
        found = self.world.repo_of(self.params["id"])
        if not found or not self.world.sees(self.token.user if self.token else None, found):
            raise not_found("Project")
        return found

    @cached_property
    def group(self) -> Group:
        """The group in the path, where the caller may see it."""
        found = self.world.group_of(self.params["group"])
        if not found or not self.world.sees_group(self.token.user if self.token else None, found):
            raise not_found("Group")
        return found

    @property
    def pull(self) -> Pull:
        """The merge request in the path."""
        found = self.repo.pulls.get(_number(self.params["iid"]))
        if not found:
            raise not_found()
        return found

    @property
    def note(self) -> Note:
        """The note in the path."""
        found = self.pull.notes.get(_number(self.params["note"]))
        if not found:
            raise not_found("Note")
        return found

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline in the path."""
        found = self.repo.pipelines.get(_number(self.params["pipeline"]))
        if not found:
            raise not_found("Pipeline")
        return found

    def needs(self, role: str) -> None:
        """Raise Failed unless whoever asks has this role in the project, or a higher one."""
        if self.token is None:
            raise unauthorized()
        if self.level < LEVELS[role]:
            raise forbidden()

    def page(self, items: list[Json]) -> Answer:
        """Answer with one page of a list, and the headers that lead to the others (doc/api/rest/_index.md)."""
        size = max(1, min(int(self.request.query.get("per_page", 20)), 100))
        at = max(1, int(self.request.query.get("page", 1)))
        last = max(1, -(-len(items) // size))
        links = [("prev", at - 1)] * (at > 1) + [("next", at + 1)] * (at < last) + [("first", 1), ("last", last)]
        headers = {
            "Link": ", ".join(f'<{self.url(page=str(number))}>; rel="{name}"' for name, number in links),
            "X-Page": str(at),
            "X-Per-Page": str(size),
            "X-Prev-Page": str(at - 1) if at > 1 else "",
            "X-Next-Page": str(at + 1) if at < last else "",
            "X-Total": str(len(items)),
            "X-Total-Pages": str(last),
        }
        return Answer(json=items[(at - 1) * size : at * size], headers=headers)

    def url(self, **changed: str) -> str:
        """Give the address of this request with another query."""
        path = urlsplit(self.request.target).path
        return f"{self.api.url}{path}?{urlencode({**self.request.query, **changed})}"


Serve = Callable[[Call], Answer]


@dataclass
class Routes:
    """The operations that are served. `needs`: a role in the project, for what is more than reading."""

    known: dict[str, tuple[Serve, str]] = field(default_factory=dict)

    def on(self, *operations: str, needs: str = "") -> Callable[[Serve], Serve]:
        """Let a function serve operations."""

        def keep(serve: Serve) -> Serve:
            self.known.update(dict.fromkeys(operations, (serve, needs)))
            return serve

        return keep


class Acts(Protocol):
    """What the API asks to be done beside answering."""

    def echo_push(self, repo: Repo, branch: str, before: str | None, who: Account) -> None:
        """Tell of a push that was made through the API."""
        ...

    def try_hook(self, hook: Hook, trigger: str, repo: Repo, who: Account) -> int:
        """Send a hook to try it, and give the status."""
        ...


class Api:
    """The API of one double. `violations`: what broke the contract; `asked`: every request."""

    def __init__(self, world: World, shapes: Shapes, limits: Limits, routes: Routes, url: str, acts: Acts) -> None:
        self.world = world
        self.shapes = shapes
        self.limits = limits
        self.routes = routes
        self.url = url
        self.acts = acts
        self.violations: list[str] = []
        self.asked: list[Asked] = []
        self.redirects = True
        """Lead to the artifacts on another host, as GitLab does that keeps them in object storage."""
        self.graphql = "new"
        """`old`: GraphQL does not tell who edited a note. `closed`: it answers nobody."""
        self._busy: set[str] = set()
        self._gate = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """Answer a request; what breaks the contract gets a 500 with the words, and is a violation."""
        found = None
        try:
            found = contract.match(request.method, urlsplit(request.target).path.removeprefix(ROOT))
            answer = self._alone(request, found)
        except ContractBroken as broken:
            self.violations.append(str(broken))
            answer = Answer(500, {"message": f"CONTRACT BROKEN: {broken}"})
        except Exception:  # noqa: BLE001 (the server's outermost edge: the test must hear of it)
            self.violations.append(f"the double broke:\n{traceback.format_exc()}")
            answer = Answer(500, {"message": f"THE DOUBLE BROKE: {traceback.format_exc()}"})
        operation = found.operation if found else ""
        self.asked.append(
            Asked(
                request.method,
                request.path.removeprefix(ROOT),
                operation,
                answer.status,
                self.world.clock(),
                request.headers,
                request.body,
            )
        )
        return answer

    def _alone(self, request: Request, found: Match) -> Answer:
        """Serve one thing at a time; of two statuses that are posted at once for a commit, one is refused."""
        guarded = request.path if request.method == "POST" and "/statuses/" in request.path else ""
        with self._gate:
            if guarded and guarded in self._busy:
                return Answer(409, {"message": "409 Conflict"})
            self._busy.add(guarded)
        try:
            with self.world.lock:
                return self._answer(request, found)
        finally:
            self._busy.discard(guarded)

    def _answer(self, request: Request, found: Match) -> Answer:
        fault = self.limits.fault(request)
        if fault:
            return fault
        try:
            token = tokens.authenticate(self.world, request.headers)
        except tokens.Unknown as unknown:
            return unknown.answer
        limited = self.limits.limited(self.world.now())
        if limited:
            return limited
        return self.limits.headed(self._served(request, found, token), self.world.now())

    def _served(self, request: Request, found: Match, token: Token | None) -> Answer:
        contract.check_request(found, request.query, request.json)
        route = self.routes.known.get(found.operation)
        if route is None:
            raise ContractBroken(f"{found.operation} is not served by the double")
        serve, needs = route
        call = Call(self, request, found, token)
        try:
            _allow(call, needs)
            answer = serve(call)
        except Failed as failed:
            answer = failed.answer
        contract.check_answer(found, answer.status, answer.json)
        return answer


def _allow(call: Call, needs: str) -> None:
    """Raise Failed unless the token's scopes and its user's role allow what is asked."""
    if call.token:
        tokens.allow(call.token, call.found.operation)
    if call.request.method not in READS:
        call.user  # noqa: B018 (nobody writes without a name)
    if "id" in call.params:
        if call.request.method not in READS and call.repo.archived:
            raise forbidden()
        if needs == "code":
            _allow_code(call)
        elif needs:
            call.needs(needs)


def _allow_code(call: Call) -> None:
    """Raise Failed unless the caller may read the code: guests of a private project may not."""
    if call.repo.private and call.level < LEVELS["reporter"]:
        raise forbidden()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else -1
