"""The application as a whole: headers on every answer, words for every mishap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text
from starlette.types import Message

from app.web.headers import HEADERS
from tests.app.web.stage import BASE, Stage

pytestmark = pytest.mark.slow

SAFE = ("content-security-policy", "x-content-type-options", "referrer-policy", "x-frame-options")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/healthz", 200),
        ("GET", "/static/golddigger.css", 200),
        ("GET", "/static/../application.py", 404),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/runs/", 404),
        ("GET", "//evil.example/", 404),
        ("GET", "/pictures/zz", 404),
        ("GET", "/setup", 404),
        ("POST", "/", 405),
        ("POST", "/webhooks/local", 401),
        ("DELETE", "/runs/x/decisions", 405),
    ],
)
def test_every_answer_is_guarded(stage: Stage, method: str, path: str, status: int) -> None:
    """Whatever is asked, the answer carries the security headers, and says no script may run but ours."""
    answer = stage.client.request(method, f"{BASE}{path}")
    assert answer.status_code == status
    assert all(answer.headers[name] == HEADERS[name] for name in SAFE)
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_what_is_refused_for_a_while_is_guarded_too(stage: Stage) -> None:
    """Too many tries, and a redirect to sign in or away from a token."""
    answers = [stage.client.get(f"/?token=guess-{number}") for number in range(12)]
    answers += [stage.client.get(f"/runs/x?key={number}", follow_redirects=False) for number in range(2)]
    assert {answer.status_code for answer in answers} == {403, 404, 429}
    for answer in answers:
        assert all(answer.headers[name] == HEADERS[name] for name in SAFE)


def test_a_stream_of_news_is_guarded(stage: Stage) -> None:
    """Its headers go out first, and the application's are among them."""
    run = stage.run()
    cookie = "; ".join(f"{name}={value}" for name, value in stage.enter().cookies.items())
    sent: list[Message] = []

    async def listen() -> None:
        told = asyncio.Event()

        async def send(message: Message) -> None:
            sent.append(message)
            told.set()

        async def receive() -> Message:
            await told.wait()
            return {"type": "http.disconnect"}

        scope = {
            "type": "http",
            "method": "GET",
            "path": f"/runs/{run}/events",
            "raw_path": f"/runs/{run}/events".encode(),
            "query_string": b"",
            "headers": [(b"cookie", cookie.encode())],
            "client": ("192.0.2.1", 1),
        }
        await asyncio.wait_for(stage.web(scope, receive, send), 10)

    asyncio.run(listen())
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    assert (sent[0]["status"], headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert all(headers[name] == HEADERS[name] for name in SAFE)


def test_what_breaks_shows_words_and_no_trace(stage: Stage) -> None:
    """A 500 is guarded too, and shows nothing of the code or the database."""
    run = stage.run()
    stage.enter()
    with stage.parts.db.begin() as db:
        db.execute(text("ALTER TABLE comparisons RENAME TO gone"))
    answer = stage.client.get(f"/runs/{run}")
    assert answer.status_code == 500
    assert "our mistake" in answer.text
    assert "comparisons" not in answer.text
    assert "Traceback" not in answer.text
    assert all(answer.headers[name] == HEADERS[name] for name in SAFE)


def test_scripts_hear_of_mishaps_in_json(stage: Stage) -> None:
    """Whoever asks for JSON gets the same words as JSON."""
    answer = stage.client.get("/runs/nothing/state", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert "no such page" in answer.json()["why"]


@pytest.mark.parametrize("host", ["[", "a b", "evil.example", "\\", "x" * 5000])
def test_a_hostile_host_breaks_nothing(stage: Stage, host: str) -> None:
    """Pages are made without the Host header; links come from the settings."""
    run = stage.run()
    answer = stage.enter().get(f"/runs/{run}", headers={"host": host})
    assert answer.status_code == 200
    assert "evil.example" not in answer.text


def test_browsers_are_told_to_keep_to_https(make_stage: Callable[..., Stage]) -> None:
    """Where we are reached by https, and only there."""
    stage = make_stage(base="https://golddigger.example.org")
    assert "max-age" in stage.client.get("/").headers["strict-transport-security"]


def test_over_plain_http_nobody_is_told_so(stage: Stage) -> None:
    """A demo on one's own machine must not lock the browser out of it."""
    assert "strict-transport-security" not in stage.client.get("/").headers
