"""What docs/forges.md says of how a result is shown is what the stories look for."""

from __future__ import annotations

from bots.gitlab.permissions import LEVELS, role
from tests.documents import ROOT, Document
from tests.stories.hosts import HOSTS

PAGE = Document(ROOT / "docs/forges.md")


def test_results_are_shown_as_the_page_says() -> None:
    """In each forge's own word."""
    rows = [[cell.strip("`") for cell in cells[:3]] for cells in PAGE.table("Golddigger says")]
    for at, host in enumerate(("github", "gitlab"), 1):
        assert {cells[0]: cells[at] for cells in rows} == HOSTS[host].states


def test_roles_are_those_of_gitlab() -> None:
    """Each permission of a rule is the role that the page names."""
    rows = {cells[0].strip("`"): cells[2] for cells in PAGE.table("`permission`")}
    assert rows == {permission: role(level) for permission, level in LEVELS.items()}
