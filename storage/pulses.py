"""Say in a word how a run stands, so that whoever watches it notices when something changed. Asked often."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import Connection, select

from storage.listings import newest
from storage.tables import approvals, changes, runs


def of_run(db: Connection, run_id: str) -> str | None:
    """Give a word that is another one after anything changed that a run's page shows; None: there is no such run.

    Four small reads by indexes, whatever the run's size: its own row, its change's, the other runs and the
    approvals of that change; and the change's decisions are counted."""
    r, a = runs.c, approvals.c
    run = db.execute(select(r.change_id, r.state, r.done, r.total, r.why).where(r.id == run_id)).one_or_none()
    if run is None:
        return None
    of = run.change_id
    c = changes.c
    change = db.execute(select(c.head, c.open, c.title, c.branch).where(c.id == of)).one_or_none()
    others = db.execute(select(r.id, r.state).where(r.change_id == of).order_by(r.id)).all()
    asked = db.execute(select(a.id, a.state, a.commit).where(a.change_id == of).order_by(a.id)).all()
    said = newest(db, of)
    return sha256(repr((tuple(run), change, others, asked, said)).encode()).hexdigest()[:24]
