"""Ask forges who may see what: several at once, for a bounded time, remembered for a minute. Fails closed."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bots.forge import Forge, Repo, User
from diffing.words import Refused, Unavailable

FRESH = 60.0
"""Seconds that an answer counts."""
GRACE = 15 * 60.0
"""Seconds that a yes counts while the forge does not answer: who was let in looks on, and nobody new comes in."""
AWAY = 15.0
"""Seconds that a forge which did not answer is not asked again: for that tenant, whose limits are its own."""
_PATIENCE = 4.0
_AT_ONCE = 16
_MOST_KEPT = 20_000

_Key = tuple[str, str, str | None]
"""Host, the forge's id of a repository, and whose right to see it; None: anybody's."""
_Place = tuple[str, str]
"""Host and tenant: who used up what a forge bears, or has what it chokes on, keeps no other from an answer."""


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
        self._slots: dict[_Place, threading.BoundedSemaphore] = {}
        self._answers: OrderedDict[_Key, _Answer] = OrderedDict()
        self._under_way: dict[_Key, threading.Event] = {}
        self._away: dict[_Place, tuple[float, str]] = {}
        self._heard: dict[_Place, int] = {}

    def granted(self, who: User | None, repos: Collection[Repo]) -> set[Repo]:
        """Give which of these repositories somebody may see now; None: which anybody may."""
        asked = [repo for repo in repos if repo.host in self._forges]
        self._learn(who, [repo for repo in asked if not self._holds(_key(repo, who), FRESH)])
        return {repo for repo in asked if self._grants(repo, who)}

    def away(self, repo: Repo) -> str:
        """Say that the forge does not answer for a repository; empty where it does, as far as is known."""
        with self._lock:
            until, why = self._away.get(_place(repo), (0.0, ""))
        return why if self._clock() < until else ""

    def silent(self, host: str) -> str:
        """Say that a host does not answer for some repositories; empty where it does, as far as is known."""
        with self._lock:
            away = [each for (of, _), each in self._away.items() if of == host]
        return next((why for until, why in away if self._clock() < until), "")

    @contextmanager
    def heard(self, repo: Repo) -> Iterator[None]:
        """Learn from what is asked inside whether the forge answers; Unavailable at once where it just did not."""
        if why := self.away(repo):
            raise Unavailable(f"{why} Deciding must wait until it does.", AWAY)
        try:
            yield
        except Unavailable as unavailable:
            self._fell(repo, str(unavailable))
            raise
        self._rose(repo)

    # ------------------------------------------------------------------------------------- answers

    def _holds(self, key: _Key, seconds: float) -> _Answer | None:
        with self._lock:
            kept = self._answers.get(key)
        return kept if kept is not None and self._clock() - kept.at < seconds else None

    def _grants(self, repo: Repo, who: User | None) -> bool:
        kept = self._holds(_key(repo, who), GRACE if self.away(repo) else FRESH)
        return kept is not None and kept.granted

    def _keep(self, key: _Key, granted: bool) -> None:
        with self._lock:
            self._answers.pop(key, None)
            self._answers[key] = _Answer(granted, self._clock())
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)

    # -------------------------------------------------------------------------------------- asking

    def _learn(self, who: User | None, repos: Sequence[Repo]) -> None:
        """Ask for each, and wait as long as patience lasts. What comes later is kept for the next who asks."""
        before = dict(self._heard)
        until = time.monotonic() + self._patience
        asked = [(repo, self._begin(who, repo, until)) for repo in repos]
        for repo, ended in asked:
            # A question that never began blames nobody: others of its own place hold all the room there is.
            late = ended is not None and not ended.wait(_left(until))
            if late and self._heard.get(_place(repo)) == before.get(_place(repo)):
                self._fell(repo, f"{repo.host} does not answer at the moment.")

    def _begin(self, who: User | None, repo: Repo, until: float) -> threading.Event | None:
        """Ask in a thread; the same question is under way once. None where there is no room, or no use."""
        slots = self._room(repo)
        if self.away(repo) or not slots.acquire(timeout=_left(until)):
            return None
        key = _key(repo, who)
        with self._lock:
            under_way = self._under_way.get(key)
            ended = self._under_way.setdefault(key, threading.Event())
        if under_way:
            slots.release()
            return under_way
        # A daemon: a forge that hangs does not keep the process from ending.
        threading.Thread(target=self._ask, args=(who, repo, ended), name="asking", daemon=True).start()
        return ended

    def _ask(self, who: User | None, repo: Repo, ended: threading.Event) -> None:
        key = _key(repo, who)
        try:
            self._keep(key, self._says_yes(who, repo))
            self._rose(repo)
        except Unavailable as unavailable:
            self._fell(repo, str(unavailable))
        finally:
            with self._lock:
                self._under_way.pop(key, None)
            self._room(repo).release()
            ended.set()

    def _room(self, repo: Repo) -> threading.BoundedSemaphore:
        """Give what bounds the questions of one place: a tenant whose forge hangs takes no other's room."""
        with self._lock:
            return self._slots.setdefault(_place(repo), threading.BoundedSemaphore(_AT_ONCE))

    def _says_yes(self, who: User | None, repo: Repo) -> bool:
        try:
            return self._forges[repo.host].may_see(repo, who).granted
        except Refused:  # the bot lost the repository, or may not ask there: that is no yes
            return False

    def _fell(self, repo: Repo, why: str) -> None:
        if not self.away(repo):
            with self._lock:
                self._away[_place(repo)] = (self._clock() + AWAY, why)

    def _rose(self, repo: Repo) -> None:
        with self._lock:
            self._away.pop(_place(repo), None)
            self._heard[_place(repo)] = self._heard.get(_place(repo), 0) + 1


def _place(repo: Repo) -> _Place:
    return repo.host, repo.tenant


def _key(repo: Repo, who: User | None) -> _Key:
    return repo.host, repo.id, who.name if who else None


def _left(until: float) -> float:
    return max(0.0, until - time.monotonic())
