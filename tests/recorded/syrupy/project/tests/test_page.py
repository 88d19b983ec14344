"""Keep goldens of several kinds with syrupy; LOOK=new draws others."""

import io
import os

import pytest
from PIL import Image
from syrupy.extensions.image import PNGImageSnapshotExtension
from syrupy.extensions.json import JSONSnapshotExtension

LOOK = os.environ.get("LOOK", "golden")


def picture():
    kept = io.BytesIO()
    Image.new("RGB", (30, 20), {"golden": "navy", "new": "red"}[LOOK]).save(kept, "PNG")
    return kept.getvalue()


def test_amber(snapshot):
    assert snapshot == {"look": LOOK}


def test_same(snapshot):
    assert snapshot == {"look": "same"}


def test_picture(snapshot):
    assert picture() == snapshot(extension_class=PNGImageSnapshotExtension)


def test_json(snapshot):
    assert snapshot(extension_class=JSONSnapshotExtension, name="named one") == {"look": LOOK}


class TestGroup:
    @pytest.mark.parametrize("x", ["a/b", "c d"])
    def test_each(self, snapshot, x):
        assert picture() == snapshot(extension_class=PNGImageSnapshotExtension)


if LOOK == "new":

    def test_added(snapshot):
        assert picture() == snapshot(extension_class=PNGImageSnapshotExtension)
