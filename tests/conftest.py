"""Register what all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.forges.fixtures", "tests.parts.fixtures", "tests.leaks"]

settings.register_profile("quick", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("GOLDDIGGER_HYPOTHESIS", "quick"))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave faults to those who ask for them: `make test-faults`."""
    asked = config.getoption("lf") or any("faults" in argument for argument in config.args)
    return True if collection_path.name == "faults" and not asked else None
