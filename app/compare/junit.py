"""Write what came of comparing as JUnit XML, a test case a golden, so that CI shows it among its tests.

Its shape is what Jenkins takes (xunit-plugin, junit-10.xsd), which GitLab and others read too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from app.compare.findings import plain, reason
from bots import sentences
from diffing.words import Comparison, Outcome


def lines(found: Sequence[Comparison]) -> Iterator[str]:
    """Give the file line by line. Whatever makes the command end with 1 is a failure, or with 2 an error."""
    errors = sum(each.outcome is Outcome.UNREADABLE for each in found)
    failures = sum(each.open for each in found) - errors
    counted = f'tests="{len(found)}" failures="{failures}" errors="{errors}"'
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="golddigger" {counted}>\n'
    yield f'<testsuite name="golddigger compare" {counted} skipped="0">\n'
    for each in found:
        yield _case(each)
    yield "</testsuite>\n</testsuites>\n"


def _case(each: Comparison) -> str:
    folder = each.name.rpartition("/")[0]
    named = f"name={_attribute(each.name)} classname={_attribute(folder or 'goldens')}"
    if not each.open:
        return f"<testcase {named}/>\n"
    tag = "error" if each.outcome is Outcome.UNREADABLE else "failure"
    told = ", ".join(part for part in (sentences.what(each), sentences.numbers(each)) if part)
    head = f"{tag} type={_attribute(each.outcome)} message={_attribute(told)}"
    return f"<testcase {named}><{head}>{escape(plain(reason(each) or told))}</{tag}></testcase>\n"


def _attribute(text: str) -> str:
    return quoteattr(plain(text))
