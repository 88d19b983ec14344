"""The page offers commands to copy. A golden's name is a stranger's: it must not become more of the command."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bots.commands import Approve, Globs, argument, choose, commands
from bots.local.forge import suggestion
from tests.bots.views import compared

OTHERS = ("a", "b", "all", "x/a.png", "lib/login.png", "deadbee")
names = st.text("ab/.-*?[]{}\\\"'` <!:$(é", min_size=1, max_size=12).filter(
    lambda name: name not in OTHERS and all(name.split("/"))
)


@given(names)
@example("a.png **")
@example("""a' ** "`""")
@example("a<!-- b")
@example("ALL")
@example("suite:x")
@example("cafe1234")
def test_a_copied_command_approves_the_golden_it_stands_beside(name: str) -> None:
    """Whatever it is called, and nothing else with it."""
    (order,) = commands(f"/golddigger approve {argument(name)}")
    assert isinstance(order, Approve)
    assert order.sha is None
    assert isinstance(order.selection, Globs)
    offered = [compared(number, each) for number, each in enumerate((name, *OTHERS), start=1)]
    assert [each.name for each in choose(order.selection, offered)] == [name]


def test_usual_names_are_written_as_they_are() -> None:
    """Nobody wants to read quotes around what needs none."""
    assert argument("test/goldens/login_page-1.png") == "test/goldens/login_page-1.png"
    assert argument("test/log in.png") == '"test/log in.png"'


@pytest.mark.parametrize("branch", ["x;rm${IFS}-rf${IFS}~", "$(id)", "it's"])
def test_a_branchs_name_is_quoted_for_the_shell(branch: str) -> None:
    """`git log …` is printed to be copied, and a branch that was fetched from somewhere has any name."""
    assert suggestion(branch).split(" ", 4)[-1].startswith(("'", '"'))
