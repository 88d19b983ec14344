"""JUnit XML that CI takes: the shape of Jenkins' junit-10.xsd, whatever the names."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from app.compare import findings, junit
from diffing.words import Comparison, Difference, Kind, Name, Outcome

# jenkinsci/xunit-plugin, src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
_HOLDS: Mapping[str, set[str]] = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "error"},
    "failure": set(),
    "error": set(),
}
_MUST: Mapping[str, set[str]] = {"testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name"}}
_MAY: Mapping[str, set[str]] = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"skipped", "time", "timestamp", "hostname", "id", "package"},
    "testcase": {"classname", "time", "group"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
}

comparisons = st.builds(
    Comparison,
    id=st.just("1"),
    suite=st.just(""),
    name=st.text(min_size=1, max_size=20).map(Name),
    outcome=st.sampled_from(Outcome),
    difference=st.none()
    | st.builds(
        Difference,
        outcome=st.just(Outcome.CHANGED),
        kind=st.sampled_from(Kind),
        pixels=st.integers(0, 100),
        why=st.text(max_size=10),
    ),
    why=st.text(max_size=20),
)


def holds(element: ET.Element) -> None:
    """Hold an element to the schema."""
    must, may = _MUST.get(element.tag, set()), _MAY[element.tag]
    assert must <= element.attrib.keys() <= must | may
    for child in element:
        assert child.tag in _HOLDS[element.tag]
        holds(child)


@given(st.lists(comparisons, max_size=8))
def test_it_is_what_ci_takes(found: list[Comparison]) -> None:
    """Well formed, of the schema's shape, a case a golden, and the counts are those of its elements."""
    root = ET.fromstring("".join(junit.lines(found)))
    assert root.tag == "testsuites"
    holds(root)
    (suite,) = root
    assert [case.attrib["name"] for case in suite] == [findings.plain(each.name) for each in found]
    elements = Counter(child.tag for case in suite for child in case)
    for place in (root, suite):
        counts = [int(place.attrib[key]) for key in ("tests", "failures", "errors")]
        assert counts == [len(found), elements["failure"], elements["error"]]


@given(st.lists(comparisons, max_size=8))
def test_it_fails_where_the_command_does(found: list[Comparison]) -> None:
    """All is well in CI exactly where the command ends with 0, and there are errors where it ends with 2."""
    root = ET.fromstring("".join(junit.lines(found)))
    told = {child.tag for child in root.iter() if child.tag in ("failure", "error")}
    assert (findings.ending(found) == findings.SAME) == (not told)
    assert (findings.ending(found) == findings.NOT_COMPARED) == ("error" in told)
