"""Draw the tables. Progress, findings and opinions are three tables; a verdict is none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TextClause,
    TypeDecorator,
    UniqueConstraint,
    and_,
    text,
)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC; a naive datetime is refused, because nobody knows when it was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        moment: datetime | None = value
        return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _long(once: int) -> String:
    """Give the type of a word that strangers choose, of any length. `once`: the length that SQLite was told."""
    return String(once).with_variant(Text(), "postgresql")


deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("host", String(255), nullable=False),
    Column("delivery_id", String(255), nullable=False),
    Column("event", String(255), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),  # received, running, done, failed
    Column("why", Text, nullable=False, default=""),
    Column("tries", Integer, nullable=False, default=0),
    Column("lease_until", Instant),
    Column("received_at", Instant, nullable=False),
    Column("emptied", Boolean, nullable=False, default=False),  # its body is no longer kept
    Column("lapses", Integer, nullable=False, default=0),  # so often its reader ended without a word
    UniqueConstraint("host", "delivery_id"),
    Index(None, "state", "lease_until"),
    Index(None, "emptied", "received_at"),
)

repos = Table(
    "repos",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("host", String(255), nullable=False),
    Column("forge_id", String(255), nullable=False),
    Column("path", _long(512), nullable=False),
    Column("tenant", String(255), nullable=False),
    Column("private", Boolean, nullable=False),
    Column("gone", Boolean, nullable=False, default=False),
    Column("gone_since", Instant),  # noted by the cleaner; NULL while the bot has it
    UniqueConstraint("host", "forge_id"),
)

changes = Table(
    "changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("repo_id", ForeignKey("repos.id"), nullable=False),
    Column("number", String(255), nullable=False),
    Column("title", Text, nullable=False),
    Column("author", _long(255), nullable=False),
    Column("url", Text, nullable=False),
    Column("branch", _long(512), nullable=False),
    Column("head", String(64), nullable=False),
    Column("head_repo", String(255), nullable=False),
    Column("head_path", _long(512), nullable=False),
    Column("base_branch", _long(512), nullable=False),
    Column("base", String(64), nullable=False),
    Column("open", Boolean, nullable=False),
    Column("comment_id", String(255)),
    # A report is owed where said < wanted. `notice` is a sentence the next report carries: a stale approval.
    Column("wanted", Integer, nullable=False, default=0),
    Column("said", Integer, nullable=False, default=0),
    Column("notice", Text, nullable=False, default=""),
    # The last report was not final: CI was still running then. The sweep asks again, should no delivery come.
    Column("pending", Boolean, nullable=False, default=False),
    Column("lease_until", Instant),
    # The cleaner's: since when it is closed, or its repository lost; since when its runs are cleaned; when the
    # forge is to be asked whether it is there still, and how often in a row the forge refused to tell.
    Column("over_since", Instant),
    Column("cleaned_at", Instant),
    Column("ask_at", Instant),
    Column("refusals", Integer, nullable=False, default=0),
    # Of a report that could not be said: how often it was tried, since when, when it is due again, and why. It was
    # given up where `why` stands and nothing is owed.
    Column("tries", Integer, nullable=False, default=0),
    Column("late_since", Instant),
    Column("due_at", Instant),
    Column("why", Text, nullable=False, default=""),
    UniqueConstraint("repo_id", "number"),
    Index(None, "repo_id", "head"),
)

# The sweep asks for these every minute, and they are few among many.
for _name, _few in {"owed": changes.c.said < changes.c.wanted, "pending": changes.c.pending.is_(True)}.items():
    Index(f"ix_changes_{_name}", changes.c.id, sqlite_where=_few, postgresql_where=_few)

publications = Table(
    "publications",
    metadata,
    Column("change_id", ForeignKey("changes.id"), primary_key=True),
    Column("head", String(64), primary_key=True),
    Column("check_id", String(255)),
    Column("annotated", String(64), nullable=False, default=""),
    Column("said_at", Instant),
)

watches = Table(
    "watches",  # heads that are looked at by the clock: no forge tells when CI ends on them
    metadata,
    Column("change_id", ForeignKey("changes.id"), primary_key=True),
    Column("head", String(64), nullable=False),
    Column("since", Instant, nullable=False),
    Column("next_at", Instant, nullable=False, index=True),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("change_id", ForeignKey("changes.id"), nullable=False),
    Column("head", String(64), nullable=False),
    Column("base", String(64), nullable=False),
    Column("pipeline_id", String(255), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("round", Integer, nullable=False),  # 1, or more where somebody asked to compare again
    Column("source", _long(512), nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("why", Text, nullable=False, default=""),  # why it failed
    Column("notes", JSON, nullable=False, default=list),  # sentences: what was looked for, found, left out
    # The suites that were compared, each with the globs that bound what may be committed: {name: [glob]}.
    Column("globs", JSON, nullable=False, default=dict),
    Column("kept", Boolean),  # did the pipeline keep goldens at all? NULL: not yet known
    Column("done", Integer, nullable=False, default=0),
    Column("total", Integer, nullable=False, default=0),
    Column("tries", Integer, nullable=False, default=0),
    Column("lease_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("concluded_at", Instant),
    Column("shown_at", Instant),  # by the forge's clock: when people could first see it
    Column("replaced_at", Instant),  # since when a newer head, attempt or round stands in its place
    Column("trimmed_at", Instant),  # since when only that is kept of it which somebody decided on
    Column("emptied_at", Instant),  # since when its files need not be kept
    Column("lane", String(600), nullable=False, default=""),  # whose turn it is to have it compared
    Column("broke", Integer, nullable=False, default=0),  # so often it broke whoever compared it
    Column("keepers", Integer),  # of how many jobs it was to look at what they kept; NULL where that is not told
    Column("lapses", Integer, nullable=False, default=0),  # so often whoever compared it ended without a word
    UniqueConstraint("change_id", "head", "pipeline_id", "attempt", "round"),
    Index(None, "state", "lease_until"),
    Index(None, "state", "lane", "created_at", "lease_until"),  # whose turn it is
    Index(None, "created_at"),
)

batches = Table(
    "batches",  # of a large run, while it is compared: any worker measures one
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("number", Integer, nullable=False),  # in the order of the run's comparisons
    Column("lane", String(600), nullable=False),
    Column("state", String(16), nullable=False),  # queued, running, done
    Column("size", Integer, nullable=False),  # how many of its pairs wait to be measured
    Column("tries", Integer, nullable=False, default=0),  # whoever claims it last holds it
    Column("broke", Integer, nullable=False, default=0),  # so often it broke whoever measured it
    Column("lapses", Integer, nullable=False, default=0),  # so often whoever measured it ended without a word
    Column("lease_until", Instant),
    Column("pairs", JSON, nullable=False),
    Column("found", JSON),  # its comparisons; NULL until it is done
    UniqueConstraint("run_id", "number"),
    Index(None, "run_id", "state"),
    Index(None, "state", "lane", "id", "lease_until"),  # whose turn it is
)

turns = Table(
    "turns",  # whose piece of work was taken when, so that nobody waits for more than one turn of each other
    metadata,
    Column("lane", String(600), primary_key=True),
    Column("last", Integer, nullable=False),  # a number that grows with every turn of anybody
    Column("taken", Integer, nullable=False),  # how many turns it has had
    Index(None, "last"),
)

comparisons = Table(
    "comparisons",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("suite", String(255), nullable=False),
    Column("name", String(1024), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("placed", Boolean, nullable=False),
    Column("golden", String(64)),
    Column("golden_blob", String(64)),
    Column("candidate", String(64)),
    Column("mask", String(64)),
    Column("kind", String(32)),
    Column("fingerprint", String(64), nullable=False, default=""),
    Column("pixels", Integer, nullable=False, default=0),
    Column("ratio", Float, nullable=False, default=0.0),
    Column("difference", JSON),  # the rest of diffing.words.Difference, without the mask's bytes
    Column("flaky", Boolean, nullable=False, default=False),
    Column("why", Text, nullable=False, default=""),
    UniqueConstraint("run_id", "name", "placed", "suite"),
    Index(None, "name"),  # a golden's history
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("change_id", ForeignKey("changes.id"), nullable=False),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("head", String(64), nullable=False),
    Column("name", String(1024), nullable=False),
    Column("candidate", String(64)),
    Column("opinion", String(16), nullable=False),
    Column("who", String(255), nullable=False),
    Column("via", String(32), nullable=False),  # command, tick, button, page
    Column("granted", Text, nullable=False),  # the forge's answer: why they may
    Column("act", String(24), nullable=False),  # decisions made in one go: what `undo` takes back
    Column("at", Instant, nullable=False),
    Index(None, "change_id", "name"),
    Index(None, "run_id"),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("change_id", ForeignKey("changes.id"), nullable=False),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("head", String(64), nullable=False),
    Column("base", String(64), nullable=False),
    Column("files", JSON, nullable=False),  # [[name, candidate digest or null, golden blob or null, suite]]
    Column("who", String(255), nullable=False),
    Column("author", _long(512), nullable=False, default=""),  # "Name <address>", for Co-authored-by
    Column("comment_id", String(255)),  # the command's comment, to show 🚀 under
    Column("state", String(16), nullable=False),
    Column("why", Text, nullable=False, default=""),
    Column("commit", String(64)),
    Column("commit_url", Text, nullable=False, default=""),
    Column("beside", _long(512), nullable=False, default=""),  # another branch that took the commit
    Column("batch", String(24)),  # approvals that one commit carries out
    Column("tries", Integer, nullable=False, default=0),
    Column("lease_until", Instant),
    Column("requested_at", Instant, nullable=False),
    Index(None, "change_id", "state"),
    Index(None, "state", "lease_until"),
    Index(None, "commit"),
    Index(None, "run_id"),
)

git_blobs = Table(
    "git_blobs",
    metadata,
    Column("repo_id", ForeignKey("repos.id"), primary_key=True),
    Column("blob_id", String(64), primary_key=True),
    Column("digest", String(64), nullable=False, index=True),
)

visits = Table(
    "visits",  # single-use words: sign-in tokens and the states of the setup and sign-in dances
    metadata,
    Column("word", String(64), primary_key=True),
    Column("purpose", String(32), nullable=False),
    Column("until", Instant, nullable=False, index=True),
)

signins = Table(
    "signins",  # who came in, by which door: append-only, for the audit
    metadata,
    Column("id", Integer, primary_key=True),
    Column("host", String(255), nullable=False),
    Column("who", String(255), nullable=False),
    Column("via", String(32), nullable=False),  # the door's name in the address, or `token`
    Column("at", Instant, nullable=False),
)

thumbnails = Table(
    "thumbnails",
    metadata,
    Column("digest", String(64), primary_key=True),  # of a golden's or a candidate's file
    Column("small", String(64), nullable=False, index=True),  # the digest of its small picture, a blob too
)

forgotten = Table(
    "forgotten",  # files that are no longer kept, and since when
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
)

discards = Table(
    "discards",  # files to which nothing may refer any more: they wait for a day, are looked at again, and go
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("lease_until", Instant),  # until then somebody deletes it at this very moment
    Index(None, "since"),
)

duties = Table(
    "duties",  # work that one process does for all, now and then
    metadata,
    Column("name", String(32), primary_key=True),
    Column("next_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("mark", String(64), nullable=False, default=""),  # how far it came: there it goes on the next time
)

# What was given up, for whoever looks at the jobs.
_GIVEN_UP: dict[str, tuple[Column[Any], TextClause]] = {
    "ix_deliveries_failed": (deliveries.c.received_at, text("state = 'failed'")),
    "ix_runs_failed": (runs.c.created_at, text("state = 'failed'")),
    "ix_approvals_failed": (approvals.c.requested_at, text("state = 'failed'")),
    "ix_changes_unsaid": (changes.c.late_since, text("why <> ''")),
}
for _name, (_column, _where) in _GIVEN_UP.items():
    Index(_name, _column, sqlite_where=_where, postgresql_where=_where)

# The cleaner asks for these every hour: rows that are few among many.
_FEW: dict[str, tuple[Column[Any], ColumnElement[bool]]] = {
    "ix_repos_gone": (repos.c.id, repos.c.gone.is_(True)),
    "ix_changes_current": (changes.c.repo_id, changes.c.over_since.is_(None)),
    "ix_changes_closing": (changes.c.id, and_(changes.c.open.is_(False), changes.c.over_since.is_(None))),
    "ix_changes_back": (changes.c.id, and_(changes.c.open.is_(True), changes.c.over_since.is_not(None))),
    "ix_changes_over_since": (changes.c.over_since, changes.c.cleaned_at.is_(None)),
    "ix_changes_ask_at": (changes.c.ask_at, changes.c.open.is_(True)),
    "ix_runs_replaced_at": (runs.c.replaced_at, runs.c.trimmed_at.is_(None)),
}
for _name, (_column, _few) in _FEW.items():
    Index(_name, _column, sqlite_where=_few, postgresql_where=_few)

# Rows that refer to files: an unchanged golden's need not have been fetched.
_DIFFERENT = text("outcome <> 'same'")
for _name in ("golden", "candidate", "mask"):
    Index(f"ix_comparisons_{_name}", comparisons.c[_name], sqlite_where=_DIFFERENT, postgresql_where=_DIFFERENT)
