"""Draw goldens of every kind that pytest-regressions keeps; LOOK=new draws others."""

import io
import os

import numpy as np
import pandas as pd
import pytest
from PIL import Image

LOOK = os.environ.get("LOOK", "golden")
LAST = {"golden": 2.0, "new": 3.0}[LOOK]


def test_data(data_regression):
    data_regression.check({"look": LOOK, "rows": [1, 2]})


def test_text(file_regression):
    file_regression.check(f"look {LOOK}\n", extension=".txt")


def test_numbers(num_regression):
    num_regression.check({"x": np.array([1.0, LAST])})


def test_frame(dataframe_regression):
    dataframe_regression.check(pd.DataFrame({"x": [1.0, LAST]}))


def test_picture(image_regression):
    image_regression.check(picture())


@pytest.mark.parametrize("size", ["small", "large"])
def test_each(data_regression, size):
    data_regression.check({"look": LOOK, "size": size})


def test_elsewhere(data_regression):
    data_regression.check({"look": LOOK}, basename="deep/other")


def test_same(data_regression):
    data_regression.check({"look": "same"})


def picture():
    kept = io.BytesIO()
    Image.new("RGB", (30, 20), {"golden": "navy", "new": "red"}[LOOK]).save(kept, "PNG")
    return kept.getvalue()


if LOOK == "new":

    def test_added(data_regression):
        data_regression.check({"new": 1})
