"""Play the demo's person: approve one golden by command and one on the page, and look at what git then holds."""

from __future__ import annotations

import re
import time
from collections import Counter

import requests

from app.demo import pictures
from app.demo.sample import Sample
from app.review import Review, Say
from diffing.words import Comparison, Outcome, Refused, Sha
from storage import comparisons
from storage.runs import StoredRun

_SECONDS = 60
_BY_COMMAND = f"{pictures.SHOP}/cart_page.png"
_ON_THE_PAGE = f"{pictures.WEB}/home.spec.ts-snapshots/landing-chromium-linux.png"
_CSRF = re.compile(r'data-csrf="([^"]+)"')


def rehearse(at: Review, sample: Sample, say: Say) -> None:
    """Do what a reviewer would, and raise Refused with the reason where anything is not as it should be."""
    run = at.ended(seconds=_SECONDS)
    found = _compared(at, run)
    say(f"Compared {len(found)} goldens: {_counted(found)}.")
    _by_command(at, run, say)
    _on_the_page(at, at.ended(seconds=_SECONDS), say)
    _expect(sample.git.line("status", "--porcelain") == "", "The sample's working tree was touched.")
    say("The working tree was not touched. Everything is as it should be.")


def _compared(at: Review, run: StoredRun) -> dict[str, Comparison]:
    _expect(run.state == "concluded", f"The run {run.state}: {run.why}")
    with at.whole.parts.db.begin() as db:
        found = {str(each.name): each for each in comparisons.of_run(db, run.id)}
    lacking = sorted(outcome for outcome in Outcome if outcome not in {each.outcome for each in found.values()})
    _expect(not lacking, f"The run shows nothing {', '.join(lacking)}, but the sample has it.")
    return found


def _by_command(at: Review, run: StoredRun, say: Say) -> None:
    before = at.change.head
    say(f"Saying: /golddigger approve {_BY_COMMAND}")
    at.command(f"/golddigger approve {_BY_COMMAND}")
    _look(at, before, run, _BY_COMMAND, say)


def _on_the_page(at: Review, run: StoredRun, say: Say) -> None:
    before = at.change.head
    golden = _compared(at, run)[_ON_THE_PAGE]
    say(f"Approving on the page: {_ON_THE_PAGE}")
    with requests.Session() as browser:
        browser.trust_env = False
        page = browser.get(at.invitation(run), timeout=_SECONDS)
        csrf = _CSRF.search(page.text)
        if page.status_code != 200 or csrf is None:
            raise Refused(f"The run's page answered {page.status_code} and shows nothing to approve.")
        address = f"{at.whole.settings.public_url}/runs/{run.id}"
        opinion = {"comparison": golden.id, "candidate": golden.candidate, "opinion": "approved"}
        for act, fields in (("decisions", opinion), ("commit", {})):
            answer = browser.post(f"{address}/{act}", data={"csrf": csrf[1], **fields}, timeout=_SECONDS)
            _expect(answer.ok, f"The page's {act} answered {answer.status_code}.")
    _look(at, before, run, _ON_THE_PAGE, say)


def _look(at: Review, before: Sha, run: StoredRun, name: str, say: Say) -> None:
    """Wait for the commit, and see that it holds the candidate's bytes, nothing else, and who approved."""
    made = _committed(at, before)
    changed = at.git.line("diff-tree", "--name-only", "-r", "--no-commit-id", made)
    _expect(changed == name, f"The commit {made[:10]} changed {changed}, not {name} alone.")
    candidate = _candidate(name)
    _expect(at.git.file_at(made, name) == candidate, f"{name} does not hold the bytes that were approved.")
    message = at.git.line("log", "-1", "--format=%B", made).splitlines()
    for trailer in (f"Golddigger-Run: {run.id}", "Golddigger-Approval: ", f"Approved-by: {at.person}"):
        _expect(any(line.startswith(trailer) for line in message), f"The commit lacks the trailer {trailer!r}.")
    trailers = [line for line in message if line.startswith(("Golddigger-", "Approved-by"))]
    say(f"{made[:10]} holds the {len(candidate):,} bytes that were approved; {'; '.join(trailers)}")


def _committed(at: Review, before: Sha) -> Sha:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        head = at.change.head
        if head != before:
            _expect(at.git.line("rev-parse", f"{head}^") == before, "The branch moved by more than one commit.")
            return head
        time.sleep(0.1)
    raise Refused(f"Nothing was committed within {_SECONDS} seconds.")


def _candidate(name: str) -> bytes:
    drawn = {**pictures.shop(), **pictures.website()}[name].candidate
    if drawn is None:
        raise Refused(f"The sample has no candidate for {name}.")
    return drawn


def _counted(found: dict[str, Comparison]) -> str:
    tally = Counter(each.outcome for each in found.values())
    return ", ".join(f"{tally[outcome]} {outcome}" for outcome in Outcome)


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Refused(otherwise)
