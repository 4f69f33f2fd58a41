"""What is to be told of urgent calls, and by which ways it was."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from services.accounts.duty.rules import Notice, NoticeKind, Way
from services.accounts.duty.tables import duty_notice

_NAMES = ("notice_id", "incident_id", "person_id", "about_id", "kind", "answer_by", "asked_at")


def add_notice(connection: Connection, notice: Notice) -> None:
    """Ask for somebody to be told, once."""
    row = vars(notice) | {"sent_at": None, "ways": []}
    connection.execute(insert(duty_notice).values(row).on_conflict_do_nothing())


def first_unsent(connection: Connection) -> datetime | None:
    """Return since when somebody waits to be told."""
    waiting = sa.select(sa.func.min(duty_notice.c.asked_at)).where(duty_notice.c.sent_at.is_(None))
    since: datetime | None = connection.scalar(waiting)
    return since


def lock_unsent(connection: Connection, *, limit: int) -> list[Notice]:
    """Return what is to be told, the oldest first, locked."""
    query = sa.select(*(duty_notice.c[name] for name in _NAMES)).where(duty_notice.c.sent_at.is_(None))
    waiting = query.order_by(duty_notice.c.asked_at, duty_notice.c.notice_id).limit(limit).with_for_update()
    rows = connection.execute(waiting).mappings()
    return [Notice(**{**row, "kind": NoticeKind(row["kind"])}) for row in rows]


def note_sent(connection: Connection, notice_id: UUID, *, ways: Collection[Way], at: datetime) -> None:
    """Note by which ways somebody was told; by none where they have none."""
    changed = sa.update(duty_notice).where(duty_notice.c.notice_id == notice_id)
    connection.execute(changed.values(sent_at=at, ways=[way.value for way in ways]))
