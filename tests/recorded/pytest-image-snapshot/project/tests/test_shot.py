"""Compare pictures with pytest-image-snapshot; LOOK=new draws others."""

import os
from pathlib import Path

from PIL import Image

LOOK = os.environ.get("LOOK", "golden")
HERE = Path(__file__).parent
(HERE / "images").mkdir(exist_ok=True)


def test_colour(image_snapshot):
    image_snapshot(Image.new("RGB", (30, 20), {"golden": "navy", "new": "red"}[LOOK]), HERE / "images/colour.png")


def test_size(image_snapshot):
    image_snapshot(Image.new("RGB", (30, {"golden": 20, "new": 25}[LOOK]), "navy"), HERE / "images/size.v2.png")


def test_same(image_snapshot):
    image_snapshot(Image.new("RGB", (30, 20), "green"), HERE / "images/same.png")


if LOOK == "new":

    def test_added(image_snapshot):
        image_snapshot(Image.new("RGB", (30, 20), "green"), HERE / "images/added.png")
