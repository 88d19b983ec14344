"""Register what all tests share."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.forges.fixtures"]

settings.register_profile("quick", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("GOLDDIGGER_HYPOTHESIS", "quick"))


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say once how to install the browser, where it is missing; only the tests that need it are skipped."""
    from tests.browser import browsers  # Playwright is not for those who run one quick test

    return [told for told in [browsers.missing()] if told]
