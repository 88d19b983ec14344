"""Addresses that lead nowhere: each is answered in words, with a way home, and never by a failure of ours."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.app.web.stage import Stage

pytestmark = pytest.mark.slow

_DIGEST = "0" * 64
ODD = [
    "/nothing",
    "/favicon.ico",
    "/%00",
    "/..%2f..%2fetc/passwd",
    "/runs",
    "/runs/",
    "/runs/unknown",
    "/runs/unknown/",
    "/runs/unknown/goldens/a.png",
    "/runs/%00",
    "/runs/{run}/goldens/unknown.png",
    "/runs/{run}/%00",
    "/runs/{run}/comparisons/0",
    "/runs/{run}/comparisons/" + "9" * 5000,
    "/runs/{run}/comparisons/9999999999",
    "/runs/{run}/comparisons/x",
    "/runs/{run}/" + "x/" * 3000,
    "/runs/" + "x" * 9000,
    "/goldens",
    "/r",
    "/pictures",
    "/pictures/x?run={run}",
    f"/pictures/{_DIGEST}",
    f"/pictures/{_DIGEST}?run={{run}}",
    f"/pictures/{_DIGEST}?run=%00",
    f"/pictures/{_DIGEST}/drawn?run={{run}}",
    f"/pictures/{_DIGEST}/thumbnail?run={{run}}",
    "/pictures/{run}/1234567/difference",
    "/pictures/{run}/" + "9" * 5000 + "/marks",
    "/static",
    "/static/",
    "/static/nothing.css",
    "/static/%00",
    "/static/..%2fapplication.py",
    "/static/" + "x" * 5000,
    "/signin/nowhere",
    "/signin/nowhere/callback",
    "/setup",
    "/\u202e💥",
]


@pytest.mark.parametrize("address", ODD)
def test_an_unknown_address_says_so_and_leads_home(stage: Stage, address: str) -> None:
    """To whoever may see everything, and to a stranger, who learns no more from it."""
    run = stage.run()
    for browser in (stage.browser(), stage.enter()):
        answer = browser.get(address.replace("{run}", run), headers={"accept": "text/html"})
        assert answer.status_code == 404, address
        _leads_home(answer.text)
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("address", ["/", "/runs/{run}", "/healthz", "/static/golddigger.css"])
def test_another_method_is_refused_in_words(stage: Stage, address: str) -> None:
    """With the way home, as every trouble."""
    run = stage.run()
    answer = stage.enter().request("DELETE", address.replace("{run}", run))
    assert answer.status_code == 405
    _leads_home(answer.text)


def test_a_script_is_answered_in_json(stage: Stage) -> None:
    """What asked for it, and nothing to render."""
    answer = _json(stage.client).get("/nothing")
    assert (answer.status_code, list(answer.json())) == (404, ["why"])


def _leads_home(page: str) -> None:
    assert page.startswith("<!doctype html>")
    assert 'class="button" href="/' in page


def _json(client: TestClient) -> TestClient:
    client.headers["accept"] = "application/json"
    return client
