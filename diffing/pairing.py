"""Lay each candidate beside its golden's place in the tree, and settle what came of comparing them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count

from diffing.differ import within
from diffing.globs import matches_any
from diffing.guard import Ground
from diffing.presets.places import ending
from diffing.words import (
    Difference,
    Found,
    Member,
    Mode,
    Name,
    Obsolete,
    Outcome,
    Pair,
    Piece,
    Suite,
    Tolerance,
    Tree,
)

_MOST_CHARACTERS = 1000
_MOST_TRIES = 20
_PLATFORMS = frozenset({"android", "fuchsia", "ios", "linux", "macos", "windows"})
"""The platforms that Flutter runs its tests on, as alchemist names its folders."""
_SHARD = re.compile(r"(?P<stem>.*?)(?P<part>\d{1,4})(?:[-_ ]?of[-_ ]?|/)(?P<all>\d{1,4})\)?", re.IGNORECASE)


def pair(suites: Sequence[Suite], found: Iterable[Found], tree: Tree, *, complete: bool) -> list[Pair]:
    """Pair candidates with goldens: one pair a golden, and one for each candidate that has no place.

    `complete`: the artifacts hold every candidate there is, so a golden without one is obsolete where its
    suite holds all."""
    by_name = {suite.name: suite for suite in suites}
    ground = Ground(tree)
    merged = _merge(each for each in _one_per_member(found, by_name) if each.suite in by_name)
    pairs = [_pair(each, by_name[each.suite], ground) for each in merged]
    removed = _removed(suites, pairs, ground) if complete else ()
    order = {suite.name: at for at, suite in enumerate(suites)}
    return sorted(_named_apart([*pairs, *removed]), key=lambda each: (order[each.suite], each.name, each.placed))


def settled(mode: Mode, tolerance: Tolerance, difference: Difference) -> Outcome:
    """Say what a difference comes to. What failed in CI is never made the same by a tolerance of ours."""
    if difference.outcome not in {Outcome.SAME, Outcome.CHANGED}:
        return difference.outcome
    same = mode is Mode.ALL and within(difference, tolerance)
    return Outcome.SAME if same else Outcome.CHANGED


def shards_complete(names: Sequence[str], pipeline_failed: bool) -> bool:
    """Are these all the artifacts of goldens that there are?

    Names like `goldens-2-of-4` prove it where all four are there. Without a number one artifact is whole;
    of several, those of a pipeline that failed prove nothing."""
    shards: dict[tuple[str, int], set[int]] = {}
    whole = 0
    for name in names:
        shard = _SHARD.fullmatch(name)
        if shard is None:
            whole += 1
        else:
            shards.setdefault((shard["stem"], int(shard["all"])), set()).add(int(shard["part"]))
    numbered = all(set(range(1, count + 1)) <= there for (_, count), there in shards.items())
    return bool(names) and numbered and (whole + len(shards) <= 1 or not pipeline_failed)


def preferred(options: Sequence[Name]) -> Name | None:
    """Take alchemist's `ci/` golden where the others are the same picture for people's own platforms.

    A folder of another name than a platform's may hold another screen, and then nothing is guessed."""
    split = [name.split("/") for name in options]
    of_ci = [at for at, path in enumerate(split) if path[-2:-1] == ["ci"]]
    others = [path for path in split if path[-2:-1] != ["ci"]]
    alike = len({(*path[:-2], path[-1]) for path in split}) == 1
    known = alike and all("".join(path[-2:-1]).lower() in _PLATFORMS for path in others)
    return options[of_ci[0]] if len(of_ci) == 1 and known else None


def _one_per_member(found: Iterable[Found], suites: Mapping[str, Suite]) -> Iterator[Found]:
    """Where several suites found the same file, or the same piece of one, keep what the one says whose goldens
    it can be."""
    best: dict[tuple[Member, Piece | None], list[Found]] = {}
    for each in map(_preferring, found):
        others = best.setdefault((each.member, each.piece), [])
        if not others or _doubt(each, suites) < _doubt(others[0], suites):
            others[:] = [each]
        elif _is_another(each, others[-1]):
            others.append(each)
    yield from chain.from_iterable(best.values())


def _is_another(found: Found, before: Found) -> bool:
    """Is a file the candidate of one more golden? Pictures that are the same may be kept as one file."""
    return None not in (found.name, before.name) and found.suite == before.suite and found.name != before.name


def _preferring(found: Found) -> Found:
    name = preferred(found.options) if found.name is None else None
    return found if name is None else replace(found, name=name, options=(), why="")


def _doubt(found: Found, suites: Mapping[str, Suite]) -> int:
    globs = suites[found.suite].goldens if found.suite in suites else ()
    if found.name is not None:
        return 0 if matches_any(found.name, globs) else 2
    return 1 if any(matches_any(name, globs) for name in found.options) else 3


def _merge(found: Iterable[Found]) -> Iterator[Found]:
    """Keep one candidate of a golden: the last that was drawn. The others are its earlier tries."""
    by_name: dict[Name, Found] = {}
    for each in found:
        if each.name is None:
            yield each
        elif each.name in by_name:
            before = by_name[each.name]
            tries = (*before.earlier, replace(before, earlier=()), *each.earlier)
            by_name[each.name] = replace(each, earlier=tries[-_MOST_TRIES:])
        else:
            by_name[each.name] = each
    yield from by_name.values()


def _pair(found: Found, suite: Suite, ground: Ground) -> Pair:
    if found.name is None:
        return Pair(suite.name, Name(found.member.path), placed=False, golden=None, found=found, why=found.why)
    why = ground.refusal(found.name, None, suite.goldens)
    if why is None:
        return Pair(suite.name, found.name, placed=True, golden=ground.tree.get(found.name), found=found)
    return _unplaced(suite, found.name, found, why)


def _unplaced(suite: Suite, name: Name, found: Found | None, why: str) -> Pair:
    return Pair(suite.name, name, placed=False, golden=None, found=found, why=f"Not committed: {why}.")


def _removed(suites: Sequence[Suite], pairs: Sequence[Pair], ground: Ground) -> Iterator[Pair]:
    """Give the goldens without a candidate, of suites that hold all and of which something was found at all."""
    taken = {each.name for each in pairs if each.placed}
    for suite in suites:
        drawn = {ending(each.name) for each in pairs if each.suite == suite.name and each.placed}
        if suite.mode is not Mode.ALL or suite.obsolete is not Obsolete.REPORT:
            continue
        for name, entry in ground.tree.items():
            # Globs may take more than goldens, the tests' own code too: only what is of a drawn kind is one.
            is_golden = ending(name) in drawn and entry.mode.startswith("100")
            if is_golden and name not in taken and matches_any(name, suite.goldens):
                taken.add(name)
                why = ground.refusal(name, None, suite.goldens)
                if why is None:
                    yield Pair(suite.name, name, placed=True, golden=entry, found=None)
                else:
                    yield _unplaced(suite, name, None, why)


def _named_apart(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Give pairs without a place names of their own, by which people decide on none but see each."""
    used: set[str] = set()
    for each in pairs:
        if each.placed:
            yield each
            continue
        artifact = each.found.member.artifact if each.found else ""
        more = (f"{each.name} ({number})" for number in count(2))
        name = next(
            name for name in map(_plain, chain([each.name, f"{artifact}/{each.name}"], more)) if name not in used
        )
        used.add(name)
        yield replace(each, name=Name(name))


def _plain(name: str) -> str:
    """Keep the end of a hostile name, and of its characters those that can be stored and shown."""
    return "".join(char if char.isprintable() else "�" for char in name[-_MOST_CHARACTERS:])
