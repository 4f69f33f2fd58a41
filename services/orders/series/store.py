"""Series, their patterns, and the days that stand out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from libs.db import Connection
from libs.db.rows import add_row, change_rows, delete_rows, save_row
from libs.http.lists import Listing, one_of
from libs.programme.acting import consent_from_json
from libs.programme.words import Funding
from services.orders.core.rules.life_cycle import State
from services.orders.core.store.rows import Found
from services.orders.core.store.tables import assignment, orders
from services.orders.series.refusals import SeriesNotFoundError
from services.orders.series.rules import Asking, DayState, Pattern, Series, SeriesDay
from services.orders.series.tables import series, series_day, series_pattern

SERVED_STATES = [
    state.value for state in (State.FINISHED, State.CONFIRMED, State.APPROVED, State.SETTLED, State.DISPUTED)
]

_NAMES = [column.name for column in series.c]
_ASKING = {"by": "placed_by", "at": "placed_at"} | {
    name: name for name in ("acting_for", "consent", "why", "under_grant")
}


def add_series(connection: Connection, new: Series) -> bool:
    """Add a series with its patterns; False when the id is taken."""
    statement = insert(series).values(_columns(new)).on_conflict_do_nothing().returning(series.c.series_id)
    if connection.execute(statement).first() is None:
        return False
    replace_patterns(connection, new.series_id, new.patterns)
    return True


def change_series(connection: Connection, series_id: UUID, **values: object) -> None:
    """Note what became of a series."""
    change_rows(connection, series, values, series_id=series_id)


def replace_patterns(connection: Connection, series_id: UUID, patterns: Iterable[Pattern]) -> None:
    """Keep these patterns of a series, and no others."""
    delete_rows(connection, series_pattern, series_id=series_id)
    for pattern in patterns:
        add_row(connection, series_pattern, {"series_id": series_id, **vars(pattern), "weekdays": [*pattern.weekdays]})


def find_series(connection: Connection, series_id: UUID) -> Series:
    """Return a series.

    Raises:
        SeriesNotFoundError: there is none.
    """
    return _one(connection, sa.select(series).where(series.c.series_id == series_id))


def lock_series(connection: Connection, series_id: UUID) -> Series:
    """Return a series, locked.

    Raises:
        SeriesNotFoundError: there is none.
    """
    return _one(connection, sa.select(series).where(series.c.series_id == series_id).with_for_update())


def lock_series_of(connection: Connection, person_id: UUID) -> list[Series]:
    """Return the series, locked, that a person receives or pays and that have not ended."""
    theirs = (series.c.recipient_id == person_id) | (series.c.payer_id == person_id)
    running = sa.select(series).where(theirs, series.c.ended_at.is_(None)).order_by(series.c.series_id)
    return with_patterns(connection, connection.execute(running.with_for_update()).mappings().all())


def count_running(connection: Connection, recipient_id: UUID) -> int:
    """Return how many series of a recipient have not ended."""
    running = sa.select(sa.func.count()).select_from(series)
    query = running.where(series.c.recipient_id == recipient_id, series.c.ended_at.is_(None))
    return int(connection.execute(query).scalar_one())


def _one(connection: Connection, query: sa.Select[Any]) -> Series:
    rows = with_patterns(connection, connection.execute(query).mappings().all())
    if not rows:
        raise SeriesNotFoundError
    return rows[0]


def with_patterns(connection: Connection, rows: Sequence[Found]) -> list[Series]:
    """Return series with their patterns, read together."""
    patterns: dict[UUID, list[Pattern]] = {}
    query = sa.select(series_pattern).where(series_pattern.c.series_id.in_([row["series_id"] for row in rows]))
    for entry in connection.execute(query.order_by(series_pattern.c.from_day)) if rows else ():
        pattern = Pattern(entry.from_day, tuple(entry.weekdays), entry.start_minute, entry.minutes)
        patterns.setdefault(entry.series_id, []).append(pattern)
    return [_series(row, patterns.get(row["series_id"], [])) for row in rows]


def _series(row: Found, patterns: Iterable[Pattern]) -> Series:
    values = {name: row[name] for name in _NAMES if name not in _ASKING.values()}
    asking = {name: row[column] for name, column in _ASKING.items()}
    asked = Asking(**asking | {"consent": consent_from_json(row["consent"])})
    return Series(**values | {"funding": Funding(row["funding"])}, asked=asked, patterns=tuple(patterns))


def _columns(new: Series) -> dict[str, Any]:
    columns = {name: value for name, value in vars(new).items() if name not in ("patterns", "asked")}
    columns |= {column: getattr(new.asked, name) for name, column in _ASKING.items()}
    consent = new.asked.consent.to_json() if new.asked.consent else None
    return columns | {"consent": consent, "funding": new.funding.value}


def days_of(connection: Connection, series_ids: Collection[UUID], *, since: date) -> dict[UUID, dict[date, SeriesDay]]:
    """Return the days of some series that stand out, from a day on, by series and day."""
    days: dict[UUID, dict[date, SeriesDay]] = {series_id: {} for series_id in series_ids}
    query = sa.select(series_day).where(series_day.c.series_id.in_(list(series_ids)), series_day.c.day >= since)
    for row in connection.execute(query.order_by(series_day.c.day)).mappings():
        values = {name: row[name] for name in ("day", "order_id", "number", "start_minute", "minutes", "code")}
        days[row["series_id"]][row["day"]] = SeriesDay(state=DayState(row["state"]), **values)
    return days


def save_day(connection: Connection, series_id: UUID, day: SeriesDay) -> None:
    """Keep what became of a day."""
    save_row(connection, series_day, {"series_id": series_id, **vars(day), "state": day.state.value})


def day_of_order(connection: Connection, order_id: UUID) -> tuple[UUID, SeriesDay] | None:
    """Return which day of which series an order is, or None."""
    query = sa.select(series_day.c.series_id, series_day.c.day).where(series_day.c.order_id == order_id)
    row = connection.execute(query).first()
    if row is None:
        return None
    return row.series_id, days_of(connection, [row.series_id], since=row.day)[row.series_id][row.day]


def has_trouble_after(connection: Connection, series_id: UUID, day: date) -> bool:
    """Tell whether a later day than this could not be made."""
    later = sa.select(series_day.c.day).where(series_day.c.series_id == series_id, series_day.c.day > day)
    troubled = later.where(series_day.c.state.in_((DayState.REFUSED.value, DayState.MISSED.value)))
    return connection.execute(troubled.limit(1)).first() is not None


def states_of(connection: Connection, days: Iterable[SeriesDay]) -> dict[UUID, State]:
    """Return in which state the orders of some days are."""
    ids = [day.order_id for day in days if day.order_id is not None]
    query = sa.select(orders.c.order_id, orders.c.state).where(orders.c.order_id.in_(ids))
    return {row.order_id: State(row.state) for row in connection.execute(query)} if ids else {}


def approvers_of_series(connection: Connection, order_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return, for those of the orders that a coordinator's approval of a series covers, who approved it."""
    query = (
        sa.select(series_day.c.order_id, series.c.approved_by)
        .join(series, series.c.series_id == series_day.c.series_id)
        .where(series_day.c.order_id.in_(list(order_ids)), series.c.approved_at.is_not(None))
    )
    return {row.order_id: row.approved_by for row in connection.execute(query)}


def who_served_last(connection: Connection, series_id: UUID) -> UUID | None:
    """Return who served on the last day of a series on which somebody did."""
    query = (
        sa.select(assignment.c.volunteer_id)
        .join(orders, orders.c.order_id == assignment.c.order_id)
        .join(series_day, series_day.c.order_id == orders.c.order_id)
        .where(series_day.c.series_id == series_id, orders.c.state.in_(SERVED_STATES))
        .order_by(orders.c.start_at.desc(), assignment.c.number)
        .limit(1)
    )
    return connection.execute(query).scalar()


def _concerns(person_id: UUID) -> sa.ColumnElement[bool]:
    return (series.c.recipient_id == person_id) | (series.c.payer_id == person_id)


SERIES = Listing(
    sa.select(series),
    order=(series.c.placed_at, series.c.series_id),
    narrowed={
        "units": one_of(series.c.unit_id),
        "whose": _concerns,
        "alarm": lambda is_wanted: (series.c.alarm_code != "") if is_wanted else (series.c.alarm_code == ""),
        "running": lambda is_wanted: series.c.ended_at.is_(None) if is_wanted else series.c.ended_at.is_not(None),
    },
    scope=("units", "whose"),
    newest_first=True,
)
"""The series of some units, or that a person receives or pays."""


def forget_words(connection: Connection, person_id: UUID) -> None:
    """Blank the free words about a person; who asked for what and when stays."""
    about = (series.c.recipient_id == person_id) | (series.c.acting_for == person_id)
    consent = sa.func.jsonb_set(series.c.consent, sa.literal_column("'{words}'"), sa.literal_column("'\"\"'::jsonb"))
    connection.execute(sa.update(series).where(about).values(why="", consent=consent))
