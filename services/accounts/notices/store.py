"""Load and save notices."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from libs.db.rows import change_rows, find_row
from libs.http.forgetting import FORGOTTEN_AT_ONCE_MAX
from libs.http.lists import Listing, equals
from services.accounts.core.store.narrowing import at_home_within, below
from services.accounts.notices.rules import Notice, NoticeState, Purpose
from services.accounts.notices.tables import notice

KEPT_DAYS = 400
"""As long as the broker keeps the events that ask for them."""
_HELPS = sa.or_(notice.c.useless_after.is_(None), notice.c.useless_after > sa.bindparam("now"))
CALL_LIST = Listing(
    sa.select(notice).where(notice.c.state == NoticeState.TO_CALL.value, _HELPS),
    order=(notice.c.start_at, notice.c.notice_id),
    narrowed={"unit": at_home_within(notice.c.person_id)},
    scope=("unit",),
    looked_up={"unit": below},
)
TOLD = Listing(
    sa.select(notice).where(notice.c.state != NoticeState.WAITING.value),
    order=(notice.c.due_at, notice.c.notice_id),
    narrowed={"person": equals(notice.c.person_id)},
    scope=("person",),
    newest_first=True,
)


def notice_of(row: Any) -> Notice:
    """Return the notice of a row."""
    columns = row._asdict() if hasattr(row, "_asdict") else dict(row)
    return Notice(**{**columns, "purpose": Purpose(columns["purpose"]), "state": NoticeState(columns["state"])})


def drop_untold(connection: Connection, person_id: UUID, order_id: UUID) -> bool:
    """Tell somebody nothing of an order that they were not told yet; return whether there was anything."""
    older = (notice.c.person_id == person_id, notice.c.order_id == order_id)
    waiting = sa.update(notice).where(*older, notice.c.state == NoticeState.WAITING.value)
    return connection.execute(waiting.values(state=NoticeState.DROPPED.value)).rowcount > 0


def add_notice(connection: Connection, new: Notice) -> None:
    """Ask for somebody to be told, once; it takes the place of what they were not told yet of the same order."""
    older = (notice.c.person_id == new.person_id, notice.c.order_id == new.order_id)
    waits = notice.c.state == NoticeState.WAITING.value
    replaced = sa.update(notice).where(*older, waits, notice.c.notice_id != new.notice_id)
    connection.execute(replaced.values(state=NoticeState.DROPPED.value))
    connection.execute(insert(notice).values(asdict(new)).on_conflict_do_nothing())


def first_due(connection: Connection) -> datetime | None:
    """Return when the next notice is to be told."""
    waiting = sa.select(sa.func.min(notice.c.due_at)).where(notice.c.state == NoticeState.WAITING.value)
    due: datetime | None = connection.scalar(waiting)
    return due


def lock_due(connection: Connection, now: datetime, *, people_max: int) -> list[Notice]:
    """Return all that some people are to be told by now, locked, one person after the other."""
    due = (notice.c.state == NoticeState.WAITING.value, notice.c.due_at <= now)
    people = sa.select(notice.c.person_id).where(*due).distinct().order_by(notice.c.person_id).limit(people_max)
    wanted = sa.select(notice).where(*due, notice.c.person_id.in_(people))
    ordered = wanted.order_by(notice.c.person_id, notice.c.start_at, notice.c.notice_id).with_for_update()
    return [notice_of(row) for row in connection.execute(ordered)]


def save_told(
    connection: Connection,
    notice_ids: Iterable[UUID],
    state: NoticeState,
    at: datetime,
    *,
    message_id: UUID | None = None,
) -> None:
    """Save what became of notices, and by which message they were told."""
    changed = sa.update(notice).where(notice.c.notice_id.in_(list(notice_ids)))
    connection.execute(changed.values(state=state.value, told_at=at, message_id=message_id))


def lock_told_by(connection: Connection, message_id: UUID) -> list[Notice]:
    """Return what a message told, locked."""
    wanted = sa.select(notice).where(notice.c.message_id == message_id).order_by(notice.c.notice_id).with_for_update()
    return [notice_of(row) for row in connection.execute(wanted)]


def save_state(connection: Connection, changed: Notice) -> None:
    """Save where a notice stands."""
    change_rows(connection, notice, {"state": changed.state.value}, notice_id=changed.notice_id)


def lock_notice(connection: Connection, notice_id: UUID) -> Notice | None:
    """Return a notice, locked; None where there is none."""
    row = connection.execute(sa.select(notice).where(notice.c.notice_id == notice_id).with_for_update()).first()
    return notice_of(row) if row else None


def save_call(connection: Connection, called: Notice) -> None:
    """Save what came of a call."""
    values = {"state": called.state.value, "told_at": called.told_at, "tries": called.tries}
    change_rows(connection, notice, values, notice_id=called.notice_id)


def find_notice(connection: Connection, notice_id: UUID) -> Notice | None:
    """Return a notice, or None."""
    row = find_row(connection, notice, notice_id=notice_id)
    return notice_of(row) if row else None


def forget_old_notices(connection: Connection) -> int:
    """Delete some notices of so long ago that no event that asks for them can come again; return how many."""
    old = notice.c.due_at < sa.func.now() - sa.text(f"interval '{KEPT_DAYS} days'")
    some = sa.select(notice.c.notice_id).where(old).limit(FORGOTTEN_AT_ONCE_MAX).with_for_update(skip_locked=True)
    return connection.execute(sa.delete(notice).where(notice.c.notice_id.in_(some))).rowcount


def forget_notices_of(connection: Connection, person_id: UUID) -> None:
    """Delete what somebody was told, and their name's place in what others were."""
    connection.execute(sa.delete(notice).where(notice.c.person_id == person_id))
    change_rows(connection, notice, {"other_id": None}, other_id=person_id)
