"""Have a test of the same name as another module has: only the golden's content tells them apart."""

import os

LOOK = os.environ.get("LOOK", "golden")


def test_data(data_regression):
    data_regression.check({"other": LOOK})
