"""The contract is GitHub's own, and refuses what it does not name."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.contract import contract
from tests.contract.contract import ContractBroken, Match
from tests.contract.operations import HOOKS, OPERATIONS
from tests.forges.github.double import routes

CHECKS = contract.match("POST", "/repos/octo/app/check-runs")
SHA = "ce587453ced02b1526dfb4cb910479d431683101"
OLD_EXAMPLES = {
    "GET /installation/repositories",
    "GET /repos/{owner}/{repo}",
    "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
    "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
    "GET /repos/{owner}/{repo}/pulls",
    "GET /repos/{owner}/{repo}/pulls/{pull_number}",
    "POST /app/installations/{installation_id}/access_tokens",
}
"""Operations whose published example does not keep their published schema."""


def check(**changes: Any) -> dict[str, Any]:
    """Give the body of a request to make a check."""
    return {"name": "golddigger", "head_sha": SHA, **changes}


def annotation(line: int = 1) -> dict[str, Any]:
    """Give an annotation."""
    return {"path": "a", "start_line": line, "end_line": line, "annotation_level": "notice", "message": "m"}


@pytest.mark.parametrize(
    ("path", "operation", "values"),
    [
        ("/repos/o/r/contents/a/b c/d.png", "/repos/{owner}/{repo}/contents/{path}", {"path": "a/b c/d.png"}),
        ("/repos/o/r/git/ref/heads/a/b", "/repos/{owner}/{repo}/git/ref/{ref}", {"ref": "heads/a/b"}),
        ("/repos/o/r/commits/x/pulls", "/repos/{owner}/{repo}/commits/{commit_sha}/pulls", {"commit_sha": "x"}),
        ("/repos/o/r/commits/a/b/check-runs", "/repos/{owner}/{repo}/commits/{ref}/check-runs", {"ref": "a/b"}),
        ("/repos/o/r/actions/artifacts/7", "/repos/{owner}/{repo}/actions/artifacts/{artifact_id}", {}),
    ],
)
def test_paths_with_slashes_find_their_operation(path: str, operation: str, values: dict[str, str]) -> None:
    """A file's path and a branch's name may hold slashes, and longer operations are not swallowed by them."""
    found = contract.match("GET", path)
    assert found.operation == f"GET {operation}"
    assert values.items() <= found.path.items()


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/repos/o/r/secrets"), ("PUT", "/repos/o/r/pulls/1"), ("GET", "")]
)
def test_an_operation_outside_the_contract_is_refused(method: str, path: str) -> None:
    """A path that nobody published is named in the refusal."""
    with pytest.raises(ContractBroken, match="is no operation"):
        contract.match(method, path)


def test_the_double_serves_the_contract_and_nothing_else() -> None:
    """What is listed is served, what is served is listed, and all of it is in the file that make.py wrote."""
    assert set(routes().known) == set(OPERATIONS) == set(contract.whole()["operations"])
    assert set(contract.whole()["hooks"]) == set(HOOKS)


@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) - OLD_EXAMPLES))
def test_github_s_own_examples_keep_the_contract(operation: str) -> None:
    """Being stricter than the publication does not refuse what GitHub shows of itself."""
    method_path = Match(operation, {})
    for status, answer in contract.whole()["operations"][operation]["answers"].items():
        if answer.get("example") is not None:
            contract.check_answer(method_path, int(status), answer["example"])


def test_real_payloads_keep_the_contract_of_webhooks() -> None:
    """For each webhook that the double makes, there is a real payload to make it from."""
    real = {f"{event}-{payload.get('action')}".replace("_", "-") for event, payload in contract.payloads()}
    assert set(HOOKS) <= real
    assert len(contract.payloads()) == 329


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (check(output={"title": "t", "summary": "s" * 65_536}), "output/summary"),
        (check(output={"title": "t", "summary": "s", "annotations": [annotation()] * 51}), "output/annotations"),
        (check(output={"title": "t"}), "summary"),
        (check(actions=[{"label": "l", "description": "d", "identifier": "i"}] * 4), "actions"),
        (check(actions=[{"label": "l" * 21, "description": "d", "identifier": "i"}]), "actions/0/label"),
        (check(conclusion="fine"), "conclusion"),
        (check(annotation=[]), "annotation"),
        ({"name": "golddigger"}, "head_sha"),
        (None, "the body is missing"),
    ],
)
def test_a_body_that_breaks_the_contract_is_refused(body: Any, words: str) -> None:
    """Limits, enums, what is required and what is unknown are held, and the refusal names the place."""
    with pytest.raises(ContractBroken, match=words):
        contract.check_request(CHECKS, {}, body)


def test_a_body_at_the_limits_is_taken() -> None:
    """Fifty annotations, three buttons and 65,535 characters are what GitHub allows."""
    annotations = [annotation(line) for line in range(1, 51)]
    buttons = [{"label": "l" * 20, "description": "d" * 40, "identifier": "i" * 20}] * 3
    output = {"title": "t", "summary": "s" * 65_535, "annotations": annotations}
    contract.check_request(CHECKS, {}, check(output=output, actions=buttons, conclusion="neutral"))


@pytest.mark.parametrize(
    ("query", "words"),
    [({"per_page": "many"}, "per_page"), ({"state": "odd"}, "state"), ({"heads": "a"}, "unknown query parameter")],
)
def test_a_query_that_breaks_the_contract_is_refused(query: dict[str, str], words: str) -> None:
    """Parameters are typed, and unknown ones are refused rather than ignored."""
    with pytest.raises(ContractBroken, match=words):
        contract.check_request(contract.match("GET", "/repos/o/r/pulls"), query, None)


def test_an_answer_that_breaks_the_contract_is_refused() -> None:
    """A field that GitHub does not have, a missing one, and a status that it does not give."""
    found = contract.match("GET", "/repos/o/r/git/ref/heads/main")
    good = contract.example(found.operation)
    contract.check_answer(found, 200, good)
    with pytest.raises(ContractBroken, match="invented"):
        contract.check_answer(found, 200, {**good, "invented": 1})
    with pytest.raises(ContractBroken, match="object"):
        contract.check_answer(found, 200, {key: value for key, value in good.items() if key != "object"})
    with pytest.raises(ContractBroken, match="status is not published"):
        contract.check_answer(found, 202, good)


def test_a_check_takes_a_millisecond_at_most() -> None:
    """Holding every request to the contract must not slow the tests down."""
    body = check(output={"title": "t", "summary": "s", "annotations": [annotation()] * 50})
    contract.check_request(CHECKS, {}, body)
    start = time.perf_counter()
    for _ in range(20):
        contract.check_request(CHECKS, {}, body)
    assert (time.perf_counter() - start) / 20 < 0.01
