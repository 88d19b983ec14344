"""The same change in several goldens is known as one when a run is compared."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw
from sqlalchemy import select

from storage import comparisons, tables
from tests.stories.bench import Stage
from tests.stories.screens import CART, CONFIG, LOGIN, failures


def badges(*tops: int) -> bytes:
    """Draw a white screen with a badge at each of these heights."""
    image = Image.new("RGB", (120, 120), "white")
    for top in tops:
        ImageDraw.Draw(image).rectangle((20, top, 60, top + 9), fill="darkred")
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def test_badges_farther_apart_are_the_same_change(stage: Stage) -> None:
    """Another form, the same pixels: one group, though each mask alone has a fingerprint of its own."""
    repo = stage.forge.repo("octo/app", files={LOGIN: badges(), CART: badges(), ".golddigger.yml": CONFIG})
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    stage.forge.opened(pull)
    drawn = {"login": (badges(), badges(10, 40)), "cart": (badges(), badges(10, 90))}
    stage.forge.finish_workflow(pull, {"goldens": failures(drawn)})
    stage.shows(pull, "action_required")
    with stage.whole.parts.db.begin() as db:
        run = db.scalars(select(tables.runs.c.id).where(tables.runs.c.state == "concluded")).one()
        found = [each.difference for each in comparisons.of_run(db, run) if each.difference]
    assert len(found) == 2
    assert len({each.fingerprint for each in found}) == 1
    assert found[0].boxes != found[1].boxes
