"""Draw `.golddigger.yml` as strict models: what they refuse is a mistake, and they give the JSON Schema."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    model_validator,
)

from diffing.globs import MOST_CHARACTERS
from diffing.guard import protected

_MOST_PIXELS = 1 << 24
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?) ?%")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _one_line(name: str) -> str:
    if not name.isprintable() or name != name.strip():
        raise ValueError("must be one line of printable characters")
    return name


def _glob(glob: str) -> str:
    parts = glob.split("/")
    if glob.startswith("/") or ".." in parts:
        raise ValueError("must be relative to the repository's root, without `..`")
    if "\\" in glob and not any(f"\\{char}" in glob for char in "*?[]{}\\,!"):
        raise ValueError("must have `/` between folders, not `\\`")
    steering = next((part for part in parts if not set(part) & set("*?[{") and protected(part)), None)
    if steering is not None:
        raise ValueError(
            f"may only match `{steering}`, which steers git, CI or reviews; the bot never writes there"
        )
    return glob


def _file(path: str) -> str:
    if path.startswith("/") or set(path.split("/")) & {"", ".", ".."} or "\\" in path:
        raise ValueError("must be the path of a file, from the repository's root")
    return path


def _length(value: object) -> int | float:
    """Read a whole number of pixels, or a share: an int or a float."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_PIXELS:
        return value
    if isinstance(value, str) and (share := _SHARE.fullmatch(value)) and float(share[1]) <= 100:
        return float(share[1]) / 100
    raise ValueError("must be a whole number of pixels, or a share like `12.5%`")


def _number(value: object) -> object:
    if isinstance(value, bool):  # to Python, true is 1
        raise ValueError("must be a number")
    return value


def _without_at(name: str) -> str:
    return name.removeprefix("@")


def _as_region(value: object) -> object:
    if not isinstance(value, list):
        return value
    if len(value) != 4:
        raise ValueError("must be four numbers: left, top, width and height")
    return dict(zip(("left", "top", "width", "height"), value, strict=True))


Length = Annotated[int | float, PlainValidator(_length, json_schema_input_type=int | str)]
"""Pixels as an int, a share of the golden's side as a float from 0 to 1."""
Text = Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS)]
Glob = Annotated[Text, AfterValidator(_glob)]
Names = Annotated[list[Text], BeforeValidator(_listed, json_schema_input_type=str | list[str])]
Globs = Annotated[
    list[Glob], Field(min_length=1), BeforeValidator(_listed, json_schema_input_type=str | list[str])
]
Logins = Annotated[
    list[Annotated[Text, AfterValidator(_without_at)]],
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Tolerance(_Strict):
    """How much may differ before a golden counts as changed, where the artifact holds every candidate."""

    threshold: float = Field(0.1, ge=0, le=1, description="Colour distance of one pixel, from 0 to 1.")
    antialiasing: bool = Field(False, description="Count anti-aliased pixels too.")
    exact: bool = Field(False, description="Count every pixel that is not the same to the bit.")
    pixels: int = Field(0, ge=0, description="So many pixels may differ …")
    ratio: float = Field(0.0, ge=0, le=1, description="… or this share of all pixels, whichever allows more.")
    size: int = Field(
        0, ge=0, le=1000, description="So many pixels a side may be longer or shorter; the rest is not compared."
    )


class Region(_Strict):
    """A rectangle from the top left corner, in pixels or in shares of the golden: `[left, top, width, height]`."""

    left: Length
    top: Length
    width: Length
    height: Length

    @model_validator(mode="after")
    def _of_one_kind(self) -> Region:
        sides = (self.left, self.top, self.width, self.height)
        if len({type(side) for side in sides}) > 1:
            raise ValueError("must be all pixels, like `[0, 0, 40, 20]`, or all shares, like `[0%, 0%, 10%, 5%]`")
        if not (self.width and self.height):
            raise ValueError("must have a width and a height")
        return self


Box4 = Annotated[list[int | str], Field(min_length=4, max_length=4)]
Regions = list[Annotated[Region, BeforeValidator(_as_region, json_schema_input_type=Box4 | Region)]]


class Ignore(_Strict):
    """What is not compared: a clock, an advertisement."""

    path: Text = Field(description="A glob of the goldens it is for.")
    regions: Regions = Field(
        default_factory=list, max_length=100, description="Rectangles, in pixels or in shares of the golden."
    )
    mask: Annotated[Text, AfterValidator(_file)] | None = Field(
        None,
        description="A picture in the repository: wherever it is painted (opaque; or light, if it has no "
        "transparency), nothing is compared.",
    )

    @model_validator(mode="after")
    def _something(self) -> Ignore:
        if not self.regions and self.mask is None:
            raise ValueError("must have `regions` or a `mask`")
        return self


class Suite(_Strict):
    """One set of goldens with one set of rules."""

    preset: Literal[
        "flutter",
        "playwright",
        "jest-image-snapshot",
        "storybook",
        "vitest",
        "cypress",
        "reg-cli",
        "lost-pixel",
        "roborazzi",
        "paparazzi",
        "swift-snapshot-testing",
        "pytest-regressions",
        "pytest-image-snapshot",
        "syrupy",
        "insta",
        "verify",
        "cocoon-log",
        "same-path",
        "template",
    ] = Field(
        description="How the goldens and what failed are laid out; `same-path`: candidates lie as goldens do."
    )
    name: Annotated[Text, Field(max_length=100), AfterValidator(_one_line)] | None = Field(
        None,
        description="What people call it, also in `/golddigger approve suite:NAME`. Default: the preset.",
    )
    goldens: Globs | None = Field(
        None,
        description="Where the goldens lie; nothing outside is ever committed. Default: where the preset's lie.",
    )
    candidate: Text | None = Field(
        None,
        description="With `template`: a glob of the candidates' paths, which names parts: `**/out/{name}.png`. "
        "`{name=GLOB}` names what the glob matches.",
    )
    becomes: Glob | None = Field(
        None, description="With `template`: the golden's path, with those names: `test/goldens/{name}.png`."
    )
    artifact: Names | None = Field(
        None, description="Names (globs) of the CI artifacts. Default: golddigger*, goldens*, *golden*."
    )
    mode: Literal["failures", "all"] | None = Field(
        None,
        description="What CI keeps: `failures` only, or `all` candidates, of which the tolerance then decides.",
    )
    tolerance: Tolerance = Field(default_factory=Tolerance)
    ignore: list[Ignore] = Field(default_factory=list, max_length=500)
    obsolete: Literal["report", "ignore"] = Field(
        "report", description="What to do with a golden that has no candidate in an artifact of all."
    )


class Approve(_Strict):
    """Who may approve."""

    permission: Literal["triage", "write", "maintain", "admin"] = Field(
        "write", description="Whoever has this or a higher permission on the repository."
    )
    self_approval: bool = Field(True, alias="self", description="May the change's author approve it?")
    users: Logins = Field(default_factory=list, description="People who may approve whatever their permission.")
    teams: Logins = Field(default_factory=list, description="Teams (`org/team`) whose members may.")


class File(_Strict):
    """Golddigger's configuration in a repository, read from the base branch."""

    version: Annotated[Literal[1], BeforeValidator(_number)] = Field(description="The version of this format.")
    suites: list[Suite] = Field(
        default_factory=list,
        max_length=200,
        description="Sets of goldens. Without any, Golddigger recognises the frameworks it knows.",
    )
    approve: Approve = Field(default_factory=Approve)


def schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of the file, for editors."""
    drawn = File.model_json_schema(by_alias=True, mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:golddigger:config:1",
        **drawn,
        "title": ".golddigger.yml",
    }
