"""Write small PDFs by hand (ISO 32000-1 § 7.5), so that a test says what stands in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page: what draws it, and its size in points."""

    draws: str = "1 0 0 rg 10 10 50 30 re f"
    width: float = 144
    height: float = 72
    link: str = ""
    """Where a link over all of it leads."""


def pdf(*pages: Page, info: Mapping[str, str] | None = None, extra: str = "", trailer: str = "") -> bytes:
    """Write a PDF. `extra` stands in its catalogue, `trailer` in its trailer."""
    drawn = pages or (Page(),)
    kids = " ".join(f"{10 + 3 * n} 0 R" for n in range(len(drawn)))
    objects = {
        1: f"<< /Type /Catalog /Pages 2 0 R {extra} >>",
        2: f"<< /Type /Pages /Count {len(drawn)} /Kids [{kids}] >>",
        3: "<< " + " ".join(f"/{key} ({value})" for key, value in (info or {}).items()) + " >>",
        4: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    for n, page in enumerate(drawn):
        objects |= _page(10 + 3 * n, page)
    return _file(objects, trailer)


def _page(number: int, page: Page) -> dict[int, str]:
    box = f"[0 0 {page.width} {page.height}]"
    link = f"<< /Type /Annot /Subtype /Link /Rect {box} /Border [0 0 0] /A << /S /URI /URI ({page.link}) >> >>"
    return {
        number: f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents {number + 1} 0 R"
        f" /Resources << /Font << /F 4 0 R >> >> {f'/Annots [{number + 2} 0 R]' if page.link else ''} >>",
        number + 1: f"<< /Length {len(page.draws)} >>\nstream\n{page.draws}\nendstream",
        number + 2: link,
    }


def _file(objects: Mapping[int, str], trailer: str) -> bytes:
    written, places = b"%PDF-1.4\n", dict[int, int]()
    for number, content in sorted(objects.items()):
        places[number] = len(written)
        written += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    return written + _table(places, len(written), trailer)


def _table(places: Mapping[int, int], at: int, trailer: str) -> bytes:
    most = max(places) + 1
    rows: Sequence[str] = [
        f"{places[n]:010} 00000 n \n" if n in places else "0000000000 65535 f \n" for n in range(most)
    ]
    table = f"xref\n0 {most}\n{''.join(rows)}trailer\n<< /Size {most} /Root 1 0 R /Info 3 0 R {trailer} >>\n"
    return f"{table}startxref\n{at}\n%%EOF\n".encode("latin-1")
