"""Sessions: who somebody is, and which runs they may look at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from app.web.seals import Seals
from app.web.sessions import LASTS, Session, Sessions
from bots.forge import User

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MIRA = User("mira", author="Mira <mira@example.org>")
SEALS = Seals(b"k" * 32)
HTTP = Sessions.at("http://127.0.0.1:8000", SEALS)
HTTPS = Sessions.at("https://golddigger.example.org", SEALS)


def carry(sessions: Sessions, session: Session, now: datetime) -> Session:
    """Write a session into an answer and read it from the next request."""
    answer = Response()
    sessions.write(answer, session)
    cookie = answer.headers["set-cookie"].partition(";")[0]
    return sessions.read(Request({"type": "http", "headers": [(b"cookie", cookie.encode())]}), now)


def test_a_session_comes_back_with_the_browser() -> None:
    """Who signed in, and what they opened, is known at the next request."""
    session = Session().opened("run-1", NOW).signed_in("github.com", MIRA, NOW)
    assert carry(HTTPS, session, NOW) == session
    assert carry(HTTPS, session, NOW).admits("run-1")


def test_a_session_is_over_after_twelve_hours() -> None:
    """Then the browser is nobody's again."""
    session = Session().signed_in("github.com", MIRA, NOW)
    assert carry(HTTP, session, NOW + LASTS - timedelta(seconds=1)).people == {"github.com": MIRA}
    assert carry(HTTP, session, NOW + LASTS) == Session()
    assert timedelta(hours=12) == LASTS


def test_signing_in_elsewhere_lengthens_nothing() -> None:
    """Who they are on one host ends when it would have; the same host anew begins anew."""
    eleven = NOW + timedelta(hours=11)
    first = Session().opened("run-1", NOW).signed_in("github.com", MIRA, NOW)
    both = first.signed_in("gitlab.com", MIRA, eleven)
    assert set(carry(HTTPS, both, NOW + LASTS - timedelta(seconds=1)).people) == {"github.com", "gitlab.com"}
    assert carry(HTTPS, both, NOW + LASTS) == Session()
    assert carry(HTTPS, first.signed_in("github.com", MIRA, eleven), NOW + LASTS).people == {"github.com": MIRA}


def test_signing_in_rotates_the_session() -> None:
    """A session planted before signing in is worth nothing after it: it has another id and another word."""
    before = Session().opened("run-1", NOW)
    after = before.signed_in("github.com", MIRA, NOW)
    assert before.id != after.id
    assert not HTTP.is_csrf(after, HTTP.csrf(before))
    assert HTTP.is_csrf(after, HTTP.csrf(after))


def test_nobody_has_no_word_against_forged_posts() -> None:
    """Without a session no post is ours, whatever it carries."""
    assert not HTTP.is_csrf(Session(), HTTP.csrf(Session()))


def test_an_operator_sees_every_run() -> None:
    """Who has the token printed where Golddigger runs may see what it keeps; others only what they were given."""
    assert Session().signed_in("local", MIRA, NOW, operator=True).admits("any")
    assert not Session().signed_in("github.com", MIRA, NOW).admits("any")


def test_a_long_day_of_reviewing_still_fits_a_cookie() -> None:
    """However many links are opened, the newest are remembered, in under 4096 bytes."""
    session = Session()
    for number in range(500):
        session = session.opened(f"run-{number:012}", NOW)
    answer = Response()
    HTTPS.write(answer, session)
    assert len(answer.headers["set-cookie"]) < 4096
    assert session.admits(f"run-{499:012}")
    assert not session.admits(f"run-{0:012}")


def test_the_cookie_is_out_of_reach() -> None:
    """Of scripts, of other sites' posts, and over https of plain http and of sister domains."""
    answer = Response()
    HTTPS.write(answer, Session().opened("run-1", NOW))
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-golddigger=")
    assert all(word in cookie for word in ("httponly", "samesite=lax", "secure", "path=/"))
    assert "domain" not in cookie


def test_two_servers_on_one_machine_keep_apart() -> None:
    """Cookies ignore ports, so their names differ by it."""
    assert HTTP.cookie != Sessions.at("http://127.0.0.1:8001", SEALS).cookie
