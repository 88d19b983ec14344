"""Draw the JSON report as strict models, which give its JSON Schema. The report itself is written without them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.compare.report_json import VERSION
from diffing.words import Kind, Outcome

Count = Annotated[int, Field(ge=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Summary(_Strict):
    """How many comparisons have each outcome."""

    same: Count
    changed: Count
    added: Count
    removed: Count
    unreadable: Count


class Side(_Strict):
    """One file of a pair."""

    width: Count | None = Field(description="In pixels; null where it is no image, or was not decoded.")
    height: Count | None
    digest: str = Field(pattern="^[0-9a-f]{64}$", description="The SHA-256 of the file.")


class Comparison(_Strict):
    """A golden beside its candidate."""

    name: str = Field(description="The path in EXPECTED or ACTUAL, with `/` between folders.")
    outcome: Outcome
    class_: Kind | None = Field(
        alias="class",
        description="Of what kind the change is; null where the bytes are equal, or one side is missing.",
    )
    pixels: Count = Field(
        description="Pixels that differ beyond the threshold; of texts that are not drawn, lines."
    )
    antialiased: Count = Field(description="Pixels that differ and are anti-aliased; not counted in `pixels`.")
    ratio: float = Field(ge=0, description="`pixels` as a share of the larger side's.")
    boxes: list[Annotated[list[Count], Field(min_length=4, max_length=4)]] = Field(
        max_length=100, description="Where it differs: [left, top, right, bottom], the last two exclusive."
    )
    fingerprint: str = Field(description="Equal where the same change was found; empty where there is none.")
    golden: Side | None = Field(description="null where there is no golden, or it cannot be read.")
    candidate: Side | None = Field(description="null where there is no candidate, or it cannot be read.")
    reason: str = Field(description="A sentence for people; may be empty.")


class Report(_Strict):
    """What `golddigger compare --json` writes."""

    version: Literal[1] = Field(description="Goes up when a field changes its meaning or is left out.")
    summary: Summary
    comparisons: list[Comparison] = Field(description="In the order of their names.")


def schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of the report."""
    drawn = Report.model_json_schema(by_alias=True, mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:golddigger:compare:{VERSION}",
        **drawn,
        "title": "golddigger compare --json",
    }
