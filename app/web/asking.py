"""Ask forges who may see what: several at once, for a bounded time, remembered for a minute. Fails closed."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from bots.forge import Forge, Repo, User
from diffing.words import Refused, Unavailable

FRESH = 60.0
"""Seconds that an answer counts."""
GRACE = 15 * 60.0
"""Seconds that a yes counts while the forge does not answer: who was let in looks on, and nobody new comes in."""
AWAY = 15.0
"""Seconds that a forge which did not answer is not asked again."""
_PATIENCE = 4.0
_AT_ONCE = 16
_MOST_KEPT = 20_000

_Key = tuple[str, str, str]
"""Host, the forge's id of a repository, and whose right to see it."""


@dataclass(frozen=True, slots=True)
class _Answer:
    granted: bool
    at: float


class Asking:
    """What forges said of who may see what, and which of them do not answer. Safe to use from several threads."""

    def __init__(
        self,
        forges: Mapping[str, Forge],
        *,
        clock: Callable[[], float],
        patience: float = _PATIENCE,
        most: int = _MOST_KEPT,
    ) -> None:
        self._forges, self._clock, self._patience, self._most = forges, clock, patience, most
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        self._answers: OrderedDict[_Key, _Answer] = OrderedDict()
        self._under_way: dict[_Key, threading.Event] = {}
        self._away: dict[str, tuple[float, str]] = {}
        self._answered: dict[str, int] = {}

    def granted(self, host: str, who: User, repos: Collection[Repo]) -> set[str]:
        """Give which of a host's repositories somebody may see now, by the forge's ids."""
        if host not in self._forges:
            return set()
        self._learn(host, who, [repo for repo in repos if not self._is_fresh(_key(repo, who))])
        counts = GRACE if self.away(host) else FRESH
        return {repo.id for repo in repos if self._holds(_key(repo, who), counts)}

    def away(self, host: str) -> str:
        """Say that a forge does not answer; empty where it does, as far as is known."""
        with self._lock:
            until, why = self._away.get(host, (0.0, ""))
        return why if self._clock() < until else ""

    @contextmanager
    def heard(self, host: str) -> Iterator[None]:
        """Learn from what is asked inside whether a forge answers; Unavailable at once where it just did not."""
        if why := self.away(host):
            raise Unavailable(why, AWAY)
        try:
            yield
        except Unavailable as unavailable:
            self._fell(host, str(unavailable))
            raise
        self._rose(host)

    # ------------------------------------------------------------------------------------- answers

    def _is_fresh(self, key: _Key) -> bool:
        with self._lock:
            kept = self._answers.get(key)
        return kept is not None and self._clock() - kept.at < FRESH

    def _holds(self, key: _Key, seconds: float) -> bool:
        with self._lock:
            kept = self._answers.get(key)
        return kept is not None and kept.granted and self._clock() - kept.at < seconds

    def _keep(self, key: _Key, granted: bool) -> None:
        with self._lock:
            self._answers.pop(key, None)
            self._answers[key] = _Answer(granted, self._clock())
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)

    # -------------------------------------------------------------------------------------- asking

    def _learn(self, host: str, who: User, repos: Iterable[Repo]) -> None:
        """Ask for each, and wait as long as patience lasts. What comes later is kept for the next who asks."""
        before = self._answered.get(host, 0)
        until = time.monotonic() + self._patience
        asked = [self._begin(who, repo, until) for repo in repos]
        late = [each for each in asked if each is None or not each.wait(_left(until))]
        if late and self._answered.get(host, 0) == before:
            self._fell(host, f"{host} does not answer at the moment.")

    def _begin(self, who: User, repo: Repo, until: float) -> threading.Event | None:
        """Ask in a thread; the same question is under way once. None where there is no room, or no use."""
        if self.away(repo.host) or not self._slots.acquire(timeout=_left(until)):
            return None
        key = _key(repo, who)
        with self._lock:
            under_way = self._under_way.get(key)
            ended = self._under_way.setdefault(key, threading.Event())
        if under_way:
            self._slots.release()
            return under_way
        # A daemon: a forge that hangs does not keep the process from ending.
        threading.Thread(target=self._ask, args=(who, repo, ended), name="asking", daemon=True).start()
        return ended

    def _ask(self, who: User, repo: Repo, ended: threading.Event) -> None:
        key = _key(repo, who)
        try:
            self._keep(key, self._says_yes(who, repo))
            self._rose(repo.host)
        except Unavailable as unavailable:
            self._fell(repo.host, str(unavailable))
        finally:
            with self._lock:
                self._under_way.pop(key, None)
            self._slots.release()
            ended.set()

    def _says_yes(self, who: User, repo: Repo) -> bool:
        try:
            return self._forges[repo.host].may_see(repo, who).granted
        except Refused:  # the bot lost the repository, or may not ask there: that is no yes
            return False

    def _fell(self, host: str, why: str) -> None:
        if not self.away(host):
            with self._lock:
                self._away[host] = (self._clock() + AWAY, why)

    def _rose(self, host: str) -> None:
        with self._lock:
            self._away.pop(host, None)
            self._answered[host] = self._answered.get(host, 0) + 1


def _key(repo: Repo, who: User) -> _Key:
    return repo.host, repo.id, who.name


def _left(until: float) -> float:
    return max(0.0, until - time.monotonic())
