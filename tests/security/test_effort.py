"""What a stranger's artifact and tree may cost: bounded memory and time, and a sentence where that is passed."""

from __future__ import annotations

import json
import time
import tracemalloc
from itertools import product
from string import ascii_lowercase

import pytest

from diffing.presets import registry
from diffing.words import Member, Refused
from tests.diffing.artifacts import find, members, reading, suite, tree

pytestmark = pytest.mark.slow

FOLDERS = ["".join(pair) for pair in product(ascii_lowercase, repeat=2)]
A_GIGABYTE = 1 << 30


def test_deep_folders_are_refused_before_they_fill_the_memory() -> None:
    """One golden 600 folders down took hundreds of megabytes to look up, and a few of them all there is."""
    deep = "/".join(FOLDERS[:600])
    tracemalloc.start()
    try:
        with pytest.raises(Refused, match="folders"):
            find(suite("flutter"), members("failures/x_testImage.png"), tree(f"{deep}/x.png"))
        assert tracemalloc.get_traced_memory()[1] < A_GIGABYTE // 4
    finally:
        tracemalloc.stop()


def test_goldens_of_many_words_are_indexed_only_where_they_were_drawn() -> None:
    """A golden's name of a hundred words in a hundred folders has ten thousand beginnings; few are asked for."""
    folder, words = "/".join(FOLDERS[:100]), "-".join("a" * 100)
    there = tree(*(f"{folder}/t{number}-snapshots/{words}{number}.png" for number in range(200)))
    begun = time.perf_counter()
    find(suite("playwright"), members("t/b-actual.png"), there)
    assert time.perf_counter() - begun < 1


def test_shortened_names_are_not_all_held_against_each_golden() -> None:
    """Thousands of names that differ in their hash alone, beside goldens that each may be meant."""
    start, end = "a-" * 14, "-b" * 13
    kept = members(*(f"t/{start}x-{at:05x}-y{end}-actual.png" for at in range(6000)))
    there = tree(*(f"e/t{at}.spec.ts-snapshots/{start}x-more-y{end}-{'c-' * 60}linux.png" for at in range(2000)))
    begun = time.perf_counter()
    found = find(suite("playwright"), kept, there)
    assert time.perf_counter() - begun < 5
    assert not any(each.name for each in found)


def test_a_report_of_too_many_pictures_is_not_believed() -> None:
    """Each picture costs little to name in a report, and a lot to look for."""
    names = ",".join(f'{{"name":"{number}-actual.","path":"/w/d/n.png"}}' for number in range(60_000))
    tests = f'[{{"status":"unexpected","results":[{{"attachments":[{names}]}}]}}]'
    content = (
        f'{{"config":{{"rootDir":"/w"}},"suites":[{{"specs":[{{"file":"a.ts","tests":{tests}}}]}}]}}'.encode()
    )
    kept = members("report.json", "t/home-actual.png")
    found = find(suite("playwright"), kept, tree("a.ts"), reading({kept[0]: content}))
    assert [each.member.path for each in found] == ["t/home-actual.png"]
    assert "more than" in found[0].why


def test_many_pictures_of_one_name_are_not_all_held_against_each_other() -> None:
    """Thousands of files `d/n-actual.png`, each named in a report, are matched in seconds."""
    shots = [{"name": f"{at}-actual.", "path": f"/w/{at}/d/n-actual.png"} for at in range(3000)]
    tests = [{"status": "unexpected", "results": [{"attachments": shots}]}]
    report = {"config": {"rootDir": "/w"}, "suites": [{"specs": [{"file": "a.ts", "tests": tests}]}]}
    kept = members("report.json", *(f"x{at}/d/n-actual.png" for at in range(3000)))
    begun = time.perf_counter()
    find(suite("playwright"), kept, tree("a.ts"), reading({kept[0]: json.dumps(report).encode()}))
    assert time.perf_counter() - begun < 3


def test_more_packages_than_anybody_has_are_not_guessed() -> None:
    """Without a configuration each package is a suite; a thousand of them have to be written down."""
    there = tree(*(f"p{at}/{file}" for at in range(300) for file in ("pubspec.yaml", f"test/g{at}.png")))
    kept = [Member("goldens", f"p{at}/test/failures/g{at}_testImage.png") for at in range(300)]
    with pytest.raises(Refused, match="List your suites"):
        registry.infer(kept, reading({}), there)


@pytest.mark.parametrize(
    ("preset", "drawn", "golden"),
    [
        ("jest-image-snapshot", "d{}/__received_output__/x-received.png", "e{}/__image_snapshots__/x.png"),
        ("jest-image-snapshot", "d{}/__diff_output__/x-diff.png", "e{}/__image_snapshots__/x.png"),
        (
            "vitest",
            "d{}/a.test.ts/x-actual-chromium-linux.png",
            "e{}/__screenshots__/a.test.ts/x-chromium-linux.png",
        ),
        ("vitest", "d{}/a.test.ts/x-reference-chromium-linux.png", "e{}/a.test.ts"),
        ("cypress", "d{}/__diff_output__/x.diff.png", "e{}/x.snap.png"),
        ("reg-cli", "d{}/actual/x.png", "e{}/expected/x.png"),
        ("lost-pixel", "d{}/.lostpixel/current/x.png", "e{}/.lostpixel/baseline/x.png"),
        ("paparazzi", "d{}/build/paparazzi/failures/x.png", "e{}/src/test/snapshots/images/x.png"),
        ("roborazzi", "d{}/x_actual.png", "src/e{}/x.png"),
        ("swift-snapshot-testing", "d{}/F/x.1.png", "e{}/__Snapshots__/F/x.1.png"),
        ("pytest-image-snapshot", "d{}/x.new.png", "tests/e{}/x.png"),
        ("syrupy", "d{}/__snapshots__/x.ambr", "e{}/__snapshots__/x.ambr"),
        ("insta", "d{}/x.snap.new", "e{}/x.snap"),
        ("verify", "d{}/x.received.png", "e{}/x.verified.png"),
    ],
)
def test_many_goldens_that_lie_alike_are_not_all_held_against_each_picture(
    preset: str, drawn: str, golden: str
) -> None:
    """Of thousands of goldens of one name, which is meant nobody can say; and nobody tries for long."""
    kept = members(*(drawn.format(at) for at in range(6000)))
    there = tree(*(golden.format(at) for at in range(6000)))
    begun = time.perf_counter()
    found = find(suite(preset), kept, there)
    assert time.perf_counter() - begun < 5
    assert len(found) == 6000
    assert not any(each.name for each in found)


@pytest.mark.parametrize("name", [name for name in registry.PRESETS if name != "template"])
@pytest.mark.parametrize(
    ("above", "stem"),
    [("/".join(FOLDERS[:300]), "x"), ("d", "n" * 1000)],
    ids=["deep folders", "long names"],
)
def test_strangers_paths_cost_no_more_than_they_are_long(name: str, above: str, stem: str) -> None:
    """Three thousand pictures in three hundred folders each, or with names of a thousand characters."""
    words = (
        "_testImage.png",
        "-actual.png",
        ".snap.new",
        ".received.png",
        ".obtained.yml",
        "_actual.png",
        ".new.png",
    )
    folders = (
        "failures",
        "build/paparazzi/failures",
        "__snapshots__",
        "__received_output__",
        ".lostpixel/current",
    )
    kept = members(*(f"{above}/{at}/{folders[at % 5]}/{stem}{words[at % 7]}" for at in range(3000)))
    there = tree(*(f"tests/e{at}/{stem}.png" for at in range(3000)), *(f"tests/e{at}.py" for at in range(3000)))
    begun = time.perf_counter()
    find(suite(name, "**/*.{png,snap,yml}"), kept, there)
    assert time.perf_counter() - begun < 5
