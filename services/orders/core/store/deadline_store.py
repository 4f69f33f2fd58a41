"""What falls due by itself: rows of (subject, kind, at), any number for one subject, whatever the subject is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from libs.db.driver import run
from libs.db.rows import delete_rows
from libs.ids import id_from_cause
from services.orders.core.store.tables import deadline

_REPLACE = """
WITH wanted AS (
    SELECT *
    FROM unnest(CAST(%(subject_ids)s AS uuid[]), CAST(%(kinds)s AS text[]), CAST(%(instants)s AS timestamptz[]))
        AS w (subject_id, kind, at)
), gone AS (
    DELETE FROM deadline WHERE subject_id = ANY(%(replaced_of)s) AND kind = ANY(%(replaced)s)
        AND (subject_id, kind) NOT IN (SELECT subject_id, kind FROM wanted)
)
INSERT INTO deadline (subject_id, kind, at) SELECT subject_id, kind, at FROM wanted
ON CONFLICT (subject_id, kind) DO UPDATE SET at = excluded.at"""


@dataclass(frozen=True)
class Deadline:
    """One thing that falls due."""

    subject_id: UUID
    kind: str
    at: datetime

    @property
    def cause(self) -> UUID:
        """Return the cause of what follows: the same when it is done again because nothing of it was kept."""
        return id_from_cause(self.subject_id, "due", self.kind, self.at.isoformat())

    def of(self, subject_id: UUID) -> Deadline:
        """Return what falls due of one of several people."""
        return replace(self, subject_id=id_from_cause(self.subject_id, str(subject_id)))

    @property
    def now(self) -> datetime:
        """Return when it happens: at its own instant, however late somebody looks."""
        return self.at


def replace_deadlines(
    connection: Connection, deadlines: Mapping[UUID, Mapping[str, datetime]], *, kinds: Collection[str]
) -> None:
    """Give each of these subjects its deadlines, when by kind, and no others of these kinds."""
    wanted = [(subject_id, kind, at) for subject_id, own in deadlines.items() for kind, at in own.items()]
    terms = {
        "replaced_of": list(deadlines),
        "replaced": list(kinds),
        "subject_ids": [subject_id for subject_id, _, _ in wanted],
        "kinds": [kind for _, kind, _ in wanted],
        "instants": [at for _, _, at in wanted],
    }
    run(connection, _REPLACE, terms)


def add_deadline(connection: Connection, due: Deadline) -> None:
    """Let something fall due, unless something of its kind does for the subject."""
    connection.execute(insert(deadline).values(asdict(due)).on_conflict_do_nothing())


def due_at(connection: Connection, subject_id: UUID, kind: str) -> datetime | None:
    """Return when something falls due for a subject; None where it does not."""
    wanted = sa.select(deadline.c.at).where(deadline.c.subject_id == subject_id, deadline.c.kind == kind)
    return connection.execute(wanted).scalar()


def next_deadline_at(connection: Connection) -> datetime | None:
    """Return the earliest instant at which something falls due."""
    return connection.execute(sa.select(sa.func.min(deadline.c.at))).scalar()


def next_deadline(connection: Connection, now: datetime) -> Deadline | None:
    """Return the earliest deadline at or before `now`."""
    earliest = sa.select(deadline).where(deadline.c.at <= now)
    row = connection.execute(earliest.order_by(deadline.c.at, deadline.c.subject_id, deadline.c.kind).limit(1)).first()
    return None if row is None else Deadline(row.subject_id, row.kind, row.at)


def remove_deadline(connection: Connection, due: Deadline) -> bool:
    """Take a deadline away; False when it is gone or another by now. Called when its subject is locked."""
    return delete_rows(connection, deadline, subject_id=due.subject_id, kind=due.kind, at=due.at) > 0
