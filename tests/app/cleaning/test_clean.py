"""What is over goes, what was decided stays, and a file goes only when nothing needs it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.flow import clean
from app.flow.retention import Retention
from diffing.words import Digest
from storage import approvals, changes, decisions, forgotten, repos, runs, tables, thumbnails
from tests.app.cleaning.yard import DAY, HOUR, Yard
from tests.storage import making

pytestmark = pytest.mark.slow


def test_runs_of_a_closed_change_go_after_thirty_days(yard: Yard) -> None:
    """Not a day before; and the files a day after the rows, for somebody may just have begun to need one."""
    change = yard.change()
    yard.run(change, "home", "menu")
    yard.close(change)
    yard.clean_for(29.5)
    assert (yard.count("runs"), yard.count("comparisons"), yard.has("home")) == (1, 2, True)
    yard.clean_for(1)
    assert (yard.count("runs"), yard.count("comparisons"), yard.count("changes")) == (0, 0, 0)
    assert yard.has("home")
    done = yard.clean_for(1.5)
    assert list(yard.folder.walk()) == []
    assert (done.files, done.bytes) == (6, len("homemenunew homenew menumask homemask menu"))
    assert yard.count("discards") == 0


def test_a_superseded_run_goes_after_three_days(yard: Yard) -> None:
    """What the newest run shows stays, for as long as its change is open."""
    change = yard.change()
    old = yard.run(change, "home:first")
    yard.run(change, "home:second", head=making.OTHER)
    yard.supersede(change)
    yard.clean_for(2.5)
    assert yard.names(old) == ["goldens/home.png"]
    yard.clean_for(120, every=2)
    assert (yard.count("runs"), yard.has("first"), yard.has("second"), yard.has("home")) == (1, False, True, True)
    assert yard.missing() == []


def test_runs_that_end_with_their_change_wait_for_its_time(yard: Yard) -> None:
    """Closing supersedes every run: they are looked at for thirty days still, not for three."""
    change = yard.change()
    run = yard.run(change, "home")
    yard.close(change)
    yard.clean_for(10)
    assert yard.names(run) == ["goldens/home.png"]


def test_what_ended_with_a_change_that_was_opened_again_is_superseded(yard: Yard) -> None:
    """Its run is another from then on; the old one goes three days after."""
    change = yard.change(number="7")
    yard.run(change, "home:first")
    yard.close(change)
    yard.clean_for(2)
    assert yard.change(number="7") == change
    yard.run(change, "home:second")
    yard.supersede(change, keep=making.HEAD)
    yard.clean_for(60, every=2)
    assert (yard.count("runs"), yard.has("first"), yard.has("second")) == (1, False, True)


def test_of_a_superseded_run_what_was_decided_stays_with_its_pictures(yard: Yard) -> None:
    """Its run stays as far as somebody decided; all else goes. When its change is over, the pictures go too."""
    change = yard.change()
    run = yard.run(change, "home", "menu")
    yard.decide(change, run, "home")
    yard.supersede(change)
    yard.clean_for(6)
    assert yard.names(run) == ["goldens/home.png"]
    assert (yard.has("new home"), yard.has("new menu")) == (True, False)
    yard.close(change)
    yard.clean_for(33)
    assert yard.names(run) == ["goldens/home.png"]
    assert list(yard.folder.walk()) == []


def test_the_audit_is_kept_for_ever(yard: Yard) -> None:
    """Who decided what of which candidate, when and by what right; and since when the picture is gone."""
    change = yard.change()
    run = yard.run(change, "home", "menu")
    yard.decide(change, run, "home")
    with yard.parts.db.begin() as db:
        file = approvals.File(
            name=making.comparison("goldens/menu.png").name, candidate=None, golden_blob=None, suite="phone"
        )
        wish = making.approval(db, change, run, files=[file])
        approvals.claim(db, change, batch="b", now=yard.now, until=yard.now + HOUR)
        approvals.commit(db, [wish], commit="c" * 40, url="https://github.com/o/r/commit/c")
    yard.close(change)
    yard.clean_for(400, every=10)
    with yard.parts.db.begin() as db:
        [said] = decisions.audit(db, change)
        [committed] = approvals.of_change(db, change)
        kept = runs.get(db, run)
        gone = forgotten.since(db, said.candidate) if said.candidate else None
        assert changes.get(db, change).open is False
    assert (said.who, said.granted, said.candidate) == ("ann", "ann may write", kept_digest(yard, run))
    assert committed.commit == "c" * 40
    assert kept.trimmed_at is not None
    assert kept.emptied_at is not None
    assert gone is not None
    assert kept.emptied_at < gone
    assert yard.names(run) == ["goldens/home.png"]


def kept_digest(yard: Yard, run: str) -> str:
    """Give the candidate that the audit's row names."""
    c = tables.comparisons.c
    with yard.parts.reading() as db:
        return str(db.execute(select(c.candidate).where(c.run_id == run)).scalar_one())


def test_a_file_that_another_run_shows_stays(yard: Yard) -> None:
    """The approved candidate of one change is the golden of the next, in whatever repository."""
    one, other = yard.change(), yard.change()
    yard.run(one, "home:new")
    yard.run(other, "new:newer")
    yard.close(one)
    yard.clean_for(40)
    assert (yard.has("home"), yard.has("new"), yard.has("newer")) == (False, True, True)
    assert yard.missing() == []
    assert yard.count("discards") == 0


def test_what_waits_to_be_committed_is_not_cleaned(yard: Yard) -> None:
    """A forge that is away for a month takes nothing from anybody."""
    change = yard.change()
    run = yard.run(change, "home")
    with yard.parts.db.begin() as db:
        file = approvals.File(
            name=making.comparison("goldens/home.png").name,
            candidate=Digest(kept_digest(yard, run)),
            golden_blob=None,
            suite="phone",
        )
        making.approval(db, change, run, files=[file])
    yard.close(change)
    yard.clean_for(60, every=5)
    assert yard.names(run) == ["goldens/home.png"]
    assert yard.missing() == []


def test_a_lost_repository_goes_as_a_closed_change(yard: Yard) -> None:
    """Thirty days after access was withdrawn, with what is remembered of its git."""
    change = yard.change()
    yard.run(change, "home")
    with yard.parts.db.begin() as db:
        repos.leave(db, host="github.com", tenant="7", forge_ids=None)
    yard.clean_for(29)
    assert yard.count("runs") == 1
    yard.clean_for(4)
    assert [yard.count(each) for each in ("runs", "changes", "repos", "git_blobs")] == [0, 0, 0, 0]
    assert list(yard.folder.walk()) == []


def test_access_that_is_given_again_in_time_loses_nothing(yard: Yard) -> None:
    """Somebody mended the installation: the clock is put back."""
    change = yard.change()
    yard.run(change, "home")
    with yard.parts.db.begin() as db:
        repos.leave(db, host="github.com", tenant="7", forge_ids=None)
    yard.clean_for(20)
    with yard.parts.db.begin() as db:
        kept = repos.get(db, yard.repo_id)
        repos.upsert(db, host=kept.host, forge_id=kept.forge_id, path=kept.path, tenant="7", private=True)
    yard.clean_for(60, every=5)
    assert yard.count("runs") == 1
    assert yard.missing() == []


def test_for_ever_is_for_ever(yard: Yard) -> None:
    """Who keeps everything keeps everything."""
    change = yard.change()
    yard.run(change, "home:first")
    yard.run(change, "home:second", head=making.OTHER)
    yard.supersede(change)
    yard.close(change)
    yard.now += 4000 * DAY
    yard.clean(closed=None, superseded=None, deliveries=None)
    yard.now += 2 * DAY
    yard.clean(closed=None, superseded=None, deliveries=None)
    assert (yard.count("runs"), yard.count("comparisons")) == (2, 2)
    assert yard.missing() == []


def test_small_pictures_go_after_their_own(yard: Yard) -> None:
    """One that two files share stays while one of them does."""
    one, other = yard.change(), yard.change()
    yard.run(one, "home:first")
    yard.run(other, "menu:second")
    small = yard.put("small")
    with yard.parts.db.begin() as db:
        for each in ("first", "second"):
            thumbnails.keep(db, yard.put(each), small)
    yard.close(one)
    yard.clean_for(40)
    assert (yard.has("first"), yard.has("small"), yard.count("thumbnails")) == (False, True, 1)
    yard.close(other)
    yard.clean_for(40)
    assert list(yard.folder.walk()) == []
    assert yard.count("thumbnails") == 0


def test_unchanged_goldens_need_no_files(yard: Yard) -> None:
    """They were found by their id in git; their rows go, and no file is asked for."""
    change = yard.change()
    with yard.parts.db.begin() as db:
        making.concluded(db, change, yard.same("a.png"), yard.same("b.png"))
    yard.close(change)
    done = yard.clean_for(33)
    assert (done.rows, done.files, yard.count("comparisons"), yard.count("discards")) == (2, 0, 0, 0)


def test_a_large_run_goes_in_pieces(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its size, a transaction deletes no more than its bound; who is stopped goes on the next time."""
    monkeypatch.setattr("app.flow.clean.MOST", 7)
    change = yard.change()
    run = yard.run(change, *(f"g{number:02}" for number in range(30)))
    yard.decide(change, run, "g03")
    yard.close(change)
    yard.clean()
    yard.now += 31 * DAY
    steps = clean.clean(yard.parts, Retention(), lambda: yard.now)
    while yard.count("comparisons") > 20:
        assert next(steps).rows <= 7
    del steps
    left = yard.count("comparisons")
    assert yard.clean_for(2).rows == left - 1
    assert yard.names(run) == ["goldens/g03.png"]
    assert list(yard.folder.walk()) == []


@pytest.mark.parametrize("after", ["runs", "rows"])
def test_a_change_that_was_opened_again_meanwhile_is_left(yard: Yard, after: str) -> None:
    """Many are found at once; each is asked about again before anything of it goes."""
    first, second = yard.change(number="1"), yard.change(number="2")
    yard.run(first, "a")
    yard.run(second, "b:old")
    yard.close(first)
    yard.close(second)
    yard.clean_for(29)
    yard.now += 2 * DAY
    steps = clean.clean(yard.parts, Retention(), lambda: yard.now)
    next(done for done in steps if getattr(done, after))
    yard.change(number="1")
    yard.change(number="2")
    fresh = [yard.run(each, "b:fresh", head=making.OTHER) for each in (first, second)]
    list(steps)
    with yard.parts.reading() as db:
        assert [runs.get(db, each).state for each in fresh] == ["concluded", "concluded"]
    assert [yard.names(each) for each in fresh] == [["goldens/b.png"]] * 2
