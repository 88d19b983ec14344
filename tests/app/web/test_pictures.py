"""Pictures: the right type, never anything that runs, only to those who may see them."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from diffing.digests import digest
from diffing.words import Digest, Name
from storage import forgotten
from tests.app.web.stage import SHOP, Stage, picture
from tests.app.web.test_runs import link

pytestmark = pytest.mark.slow


def encoded(form: str) -> bytes:
    """Draw a dot in a format."""
    out = BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, form)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "media", "inline"),
    [
        (encoded("PNG"), "image/png", True),
        (encoded("JPEG"), "image/jpeg", True),
        (encoded("WEBP"), "image/webp", True),
        (encoded("GIF"), "image/gif", True),
        (encoded("BMP"), "application/octet-stream", False),
        (b'{"a": 1}', "text/plain; charset=utf-8", True),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            "text/plain; charset=utf-8",
            True,
        ),
        (b"<!doctype html><script>alert(1)</script>", "text/plain; charset=utf-8", True),
        (b"%PDF-1.7\n\xff\x00", "application/octet-stream", False),
        (b"", "text/plain; charset=utf-8", True),
    ],
)
def test_a_file_is_given_as_what_it_is(stage: Stage, content: bytes, media: str, inline: bool) -> None:
    """Its first bytes decide, not its name; what could run is text or a download, in a sandbox, never sniffed."""
    run = stage.run({"goldens/a.png": (picture("a"), content)})
    answer = stage.enter().get(f"/pictures/{digest(content)}?run={run}")
    assert answer.status_code == 200
    assert answer.content == content
    assert answer.headers["content-type"] == media
    assert ("content-disposition" not in answer.headers) is inline
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "immutable" in answer.headers["cache-control"]


def test_a_picture_belongs_to_a_run(stage: Stage) -> None:
    """The link to a run shows its pictures, and no other file that is kept."""
    run = stage.run()
    stage.client.get(link(stage, run))
    card = stage.found(run)["goldens/cart.png"]
    elsewhere = stage.parts.blobs.put(b"a secret of another repository")
    assert stage.client.get(f"/pictures/{card.golden}?run={run}").status_code == 200
    assert stage.client.get(f"/pictures/{elsewhere}?run={run}").status_code == 404
    assert stage.browser().get(f"/pictures/{card.golden}?run={run}").status_code == 404
    assert stage.client.get("/pictures/..%2f..%2fgolddigger.db?run=" + run).status_code == 404


def test_a_signed_link_opens_one_picture_for_a_while(stage: Stage) -> None:
    """It needs no session; it ends, and opens nothing else."""
    run = stage.run()
    card = stage.found(run)["goldens/cart.png"]
    assert card.golden is not None
    assert card.candidate is not None
    signed = stage.parts.links.picture(card.golden, until=stage.clock() + timedelta(hours=1))
    anybody = stage.browser()
    answer = anybody.get(signed)
    assert answer.status_code == 200
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age=3600," in answer.headers["cache-control"]
    assert anybody.get(signed.replace(card.golden, card.candidate)).status_code == 404
    longer = signed.replace("until=", "until=9")
    assert anybody.get(longer).status_code == 404
    assert anybody.get(signed.replace(f"/{card.golden}", f"/{card.golden}/drawn")).status_code == 404
    assert anybody.get(signed.replace(f"/{card.golden}", f"/{card.golden}/thumbnail")).status_code == 404
    assert anybody.get(f"/runs/{run}?{signed.partition('?')[2]}").status_code == 404
    stage.clock.now += timedelta(hours=2)
    assert anybody.get(signed).status_code == 404


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7\n\xff\x00",
        b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>",
        b"GIF89a/*<svg onload=alert(1)>*/=1;alert(1)",
    ],
)
def test_no_link_makes_a_file_run(stage: Stage, content: bytes) -> None:
    """Opened by itself, by whoever has it, a hostile file is text, a picture or a download in a sandbox."""
    run = stage.run({"goldens/a.png": (picture("a"), content)})
    signed = stage.parts.links.picture(digest(content), until=stage.clock() + timedelta(hours=1))
    for answer in (stage.browser().get(signed), stage.enter().get(f"/pictures/{digest(content)}?run={run}")):
        assert answer.status_code == 200
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind in ("text/plain", "image/png", "image/gif") or "content-disposition" in answer.headers
        assert kind not in ("image/svg+xml", "text/html", "application/pdf")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_the_difference_is_drawn_when_somebody_looks(stage: Stage) -> None:
    """A PNG of the candidate's size, which a browser asks for only once."""
    run = stage.run()
    card = stage.found(run)["goldens/menu.png"]
    path = f"/pictures/{run}/{card.id}/difference"
    answer = stage.enter().get(path)
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(BytesIO(answer.content)).size == (120, 80)
    assert stage.client.get(path, headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_what_is_marked_is_a_picture_of_its_own(stage: Stage) -> None:
    """The mask lies over the candidate: colours where it differs, nothing elsewhere; asked for only once."""
    run = stage.run()
    card = stage.found(run)["goldens/menu.png"]
    path = f"/pictures/{run}/{card.id}/marks"
    answer = stage.enter().get(path)
    assert answer.headers["content-type"] == "image/png"
    with Image.open(BytesIO(answer.content)) as image:
        colours = {colour for _, colour in image.convert("RGBA").getcolors() or ()}
        assert image.size == (120, 80)
    assert (0, 0, 0, 0) in colours
    assert (255, 0, 0, 255) in colours
    assert stage.client.get(path, headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_marks_belong_to_their_run(stage: Stage) -> None:
    """Whoever may not see the run finds no marks, nor are there any of an added golden."""
    run = stage.run()
    found = stage.found(run)
    assert stage.browser().get(f"/pictures/{run}/{found['goldens/menu.png'].id}/marks").status_code == 404
    assert stage.enter().get(f"/pictures/{run}/{found['goldens/new.png'].id}/marks").status_code == 404


def test_where_nothing_can_be_beside_there_is_no_difference(stage: Stage) -> None:
    """An added golden has no difference to draw."""
    run = stage.run()
    card = stage.found(run)["goldens/new.png"]
    assert stage.enter().get(f"/pictures/{run}/{card.id}/difference").status_code == 404


def test_a_lost_picture_says_so(stage: Stage) -> None:
    """410 with the words of the storage, not a broken page."""
    run = stage.run({Name("goldens/a.png"): SHOP["goldens/cart.png"]})
    gone = stage.found(run)["goldens/a.png"].candidate
    assert gone is not None
    _remove(stage, gone)
    answer = stage.enter().get(f"/pictures/{gone}?run={run}")
    assert answer.status_code == 410
    assert "no longer in the storage" in answer.text
    assert stage.client.get(f"/runs/{run}").status_code == 200


@pytest.mark.parametrize("address", ["/pictures/{gone}?run={run}", "/pictures/{run}/{id}/{what}"])
@pytest.mark.parametrize("what", ["difference", "marks"])
def test_a_deleted_picture_says_since_when(stage: Stage, address: str, what: str) -> None:
    """Whoever opens it finds a page with the day and a way home; where a page shows it, it is a line of text."""
    run = stage.run()
    card = stage.found(run)["goldens/menu.png"]
    assert card.candidate is not None
    assert card.mask is not None
    forgotten.forget(stage.parts.db, stage.parts.blobs, [card.candidate, card.mask], now=stage.clock())
    place = address.format(gone=card.candidate, run=run, id=card.id, what=what)
    opened = stage.enter().get(place, headers={"accept": "text/html"})
    shown = stage.client.get(place, headers={"accept": "image/*"})
    assert (opened.status_code, shown.status_code) == (410, 410)
    assert "deleted on 21 November 2026" in opened.text
    assert f'href="/runs/{run}"' in opened.text
    assert shown.headers["content-type"].startswith("text/plain")
    assert "immutable" not in shown.headers["cache-control"]
    assert shown.text == "This picture was deleted on 21 November 2026. Pictures are kept for a while only."


def test_that_a_picture_was_deleted_is_told_to_nobody_else(stage: Stage) -> None:
    """To a stranger it was never there."""
    run = stage.run()
    gone = stage.found(run)["goldens/menu.png"].candidate
    assert gone is not None
    forgotten.forget(stage.parts.db, stage.parts.blobs, [gone], now=stage.clock())
    assert stage.browser().get(f"/pictures/{gone}?run={run}").status_code == 404


def _remove(stage: Stage, gone: Digest) -> None:
    [path] = (stage.git.path.parent / "blobs").rglob(gone)
    path.unlink()
