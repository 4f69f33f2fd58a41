"""Figures read from the sums of months that are over, and from the rows of those that are not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array

from libs.clock import PROGRAMME_ZONE, local_date
from libs.db import Connection
from libs.db.prepared import Prepared
from libs.db.rows import change_rows
from libs.http.lists import NOW, Listing, one_of
from libs.programme import directory
from libs.programme.directory.tables import unit
from libs.programme.directory.units import TREE_DEPTH_MAX
from services.orders.core.rules.counting import Kind, Mark
from services.orders.core.store.counted_store import CLOSING_LOCK, counted
from services.orders.core.store.tables import INSTANT, TEXTS, person, table_of
from services.orders.indicators.rules import INDICATORS, RULES_VERSION, Rows, Sum, end_of

counting = table_of("counting", "one", one=sa.Boolean, upto=INSTANT, closing=sa.Date, after_unit=sa.Uuid)
UNITS_AT_ONCE = 100
NO_UNIT = UUID(int=0)
_BUCKET = """CASE
        WHEN kind = 'rated' THEN number
        WHEN kind <> 'taken' THEN 0
        WHEN number < 60 THEN number
        WHEN number < 1440 THEN (number + 9) / 10 * 10
        ELSE (number + 59) / 60 * 60 END"""
"""A time is told to the minute within an hour, within a day to ten minutes, else to the hour, rounded up."""
_SUMS = f"""kind, service_code, marks, {_BUCKET} AS bucket, count(*) AS rows,
    sum(number) AS number, sum(credit_minutes) AS credit_minutes"""
_DAY = f"CAST(CAST(:now AS timestamptz) AT TIME ZONE '{PROGRAMME_ZONE}' AS date)"
_IS_VOLUNTEER = "'volunteer' = ANY(roles) AND status IN ('active', 'suspended')"
_QUALIFIED = f"""array_remove(ARRAY[
        CASE WHEN insured_until >= {_DAY} THEN 'insured' END, CASE WHEN training THEN 'trained' END], NULL)"""
"""What a volunteer who is registered has, on a day, in the order of the alphabet."""
_KEPT = Prepared(
    sa.text("""
    SELECT unit_id AS top, month, kind, service_code, marks, bucket, rows, number, credit_minutes
    FROM counted_sum WHERE unit_id = ANY(:tops) AND month = ANY(:months)""")
)
_COUNTED = Prepared(
    sa.text(f"""
    WITH RECURSIVE below AS (
        SELECT unit_id AS top, unit_id, 1 AS depth FROM unit WHERE unit_id = ANY(:tops)
        UNION
        SELECT b.top, u.unit_id, b.depth + 1 FROM unit u JOIN below b ON u.parent_id = b.unit_id
        WHERE b.depth < :depth_max
    )
    SELECT b.top, c.month, {_SUMS}
    FROM (SELECT DISTINCT top, unit_id FROM below) b JOIN counted c ON c.unit_id = b.unit_id
    WHERE c.month = ANY(:months) AND c.kind <> 'registered' GROUP BY 1, 2, 3, 4, 5, 6""")
)
_REGISTERED_NOW = Prepared(
    sa.text(f"""
    WITH RECURSIVE below AS (
        SELECT unit_id AS top, unit_id, 1 AS depth FROM unit WHERE unit_id = ANY(:tops)
        UNION
        SELECT b.top, u.unit_id, b.depth + 1 FROM unit u JOIN below b ON u.parent_id = b.unit_id
        WHERE b.depth < :depth_max
    )
    SELECT b.top, {_QUALIFIED} AS marks, count(*) AS rows
    FROM (SELECT DISTINCT top, unit_id FROM below) b JOIN person p ON p.home_unit_id = b.unit_id
    WHERE {_IS_VOLUNTEER} GROUP BY 1, 2""")
)
_REGISTER = Prepared(
    sa.text(f"""
    INSERT INTO counted (month, kind, at, subject_id, unit_id, number, credit_minutes, service_code, marks)
    SELECT :month, 'registered', :now, person_id, home_unit_id, 0, 0, '', {_QUALIFIED}
    FROM person WHERE home_unit_id = ANY(:units) AND {_IS_VOLUNTEER} ON CONFLICT DO NOTHING""")
)
_UNITS = Prepared(
    sa.text("""
    SELECT unit_id FROM (
        SELECT DISTINCT unit_id FROM counted WHERE month = :month AND unit_id > :after
        UNION SELECT unit_id FROM unit WHERE unit_id > :after
    ) AS units ORDER BY unit_id LIMIT :limit""")
)
_ADD_UP = Prepared(
    sa.text(f"""
    WITH RECURSIVE up AS (
        SELECT unit_id AS below, unit_id, 1 AS depth FROM unnest(CAST(:units AS uuid[])) AS of_units (unit_id)
        UNION
        SELECT p.below, u.parent_id, p.depth + 1 FROM unit u JOIN up p ON u.unit_id = p.unit_id
        WHERE u.parent_id IS NOT NULL AND p.depth < :depth_max
    )
    INSERT INTO counted_sum (unit_id, month, kind, service_code, marks, bucket, rules_version, rows, number,
        credit_minutes)
    SELECT p.unit_id, :month, kind, service_code, marks, bucket, :rules_version, sum(rows), sum(number),
        sum(credit_minutes)
    FROM (
        SELECT unit_id, {_SUMS} FROM counted WHERE month = :month AND unit_id = ANY(:units) GROUP BY 1, 2, 3, 4, 5
    ) AS of_unit JOIN (SELECT DISTINCT below, unit_id FROM up) p ON p.below = of_unit.unit_id
    GROUP BY 1, 3, 4, 5, 6
    ON CONFLICT (unit_id, month, kind, service_code, marks, bucket) DO UPDATE SET
        rows = counted_sum.rows + excluded.rows, number = counted_sum.number + excluded.number,
        credit_minutes = counted_sum.credit_minutes + excluded.credit_minutes""")
)
_FIRST = Prepared(sa.text("SELECT month FROM counted WHERE month >= :month ORDER BY month LIMIT 1"))
_ALONE = Prepared(sa.text(f"SELECT pg_advisory_xact_lock({CLOSING_LOCK}, 0)"))
_STATE = sa.select(counting.c.upto, counting.c.closing, counting.c.after_unit)


@dataclass(frozen=True)
class Counting:
    """Up to when what happened was counted for good, and which month is being added up, up to which unit."""

    upto: datetime
    closing: date | None
    after_unit: UUID | None

    def is_added_up(self, month: date) -> bool:
        """Tell whether a month's sums are complete."""
        return end_of(month) <= self.upto and month != self.closing

    def is_of_today(self, month: date, now: datetime) -> bool:
        """Tell whether who is registered now stands for a month: the one that runs, or is being added up."""
        return month in (local_date(now).replace(day=1), self.closing)


def counting_of(connection: Connection, *, for_update: bool = False) -> Counting:
    """Return how far it is added up."""
    row = connection.execute(_STATE.with_for_update() if for_update else _STATE).one()
    return Counting(row.upto, row.closing, row.after_unit)


def first_month_from(connection: Connection, month: date) -> date | None:
    """Return the first month, this or a later one, in which something was counted."""
    first: date | None = _FIRST.scalar(connection, {"month": month})
    return first


def end_month(connection: Connection, month: date) -> None:
    """Let nothing more be counted in a month, when whoever counts has done so, and begin to add it up."""
    _ALONE.send(connection)
    change_rows(connection, counting, {"upto": end_of(month), "closing": month, "after_unit": NO_UNIT}, one=True)


def add_up_some(connection: Connection, month: date, after: UUID) -> None:
    """Add some more units of a month to the sums of all that stand above them; the month is done with the last."""
    terms = {"month": month, "after": after, "limit": UNITS_AT_ONCE}
    units = _UNITS.scalars(connection, terms)
    if units:
        last = end_of(month) - timedelta(microseconds=1)
        _REGISTER.change(connection, {"month": month, "now": last, "units": units})
        version = {"rules_version": RULES_VERSION, "depth_max": TREE_DEPTH_MAX}
        _ADD_UP.change(connection, {"month": month, "units": units, **version})
    done = len(units) < UNITS_AT_ONCE
    change_rows(
        connection,
        counting,
        {"closing": None if done else month, "after_unit": None if done else units[-1]},
        one=True,
    )


def sums_of(
    connection: Connection, units: Sequence[UUID], months: Sequence[date], now: datetime
) -> Mapping[tuple[UUID, date], list[Sum]]:
    """Return what was counted of some units, each with all below it, by unit and month.

    Volunteers are registered, in a month that is not added up, who are so now.
    """
    state = counting_of(connection)
    is_kept = {month: state.is_added_up(month) for month in months}
    sums: dict[tuple[UUID, date], list[Sum]] = defaultdict(list)
    for statement, kept in ((_KEPT, True), (_COUNTED, False)):
        wanted = [month for month in months if is_kept[month] is kept]
        terms = {"tops": list(units), "months": wanted} | ({} if kept else {"depth_max": TREE_DEPTH_MAX})
        for row in statement.rows(connection, terms) if wanted else ():
            of = (row.kind, row.service_code, tuple(row.marks), row.bucket)
            sums[row.top, row.month].append(Sum(*of, int(row.rows), int(row.number), int(row.credit_minutes)))
    for month in [month for month in months if state.is_of_today(month, now)]:
        terms = {"tops": list(units), "now": now, "depth_max": TREE_DEPTH_MAX}
        for row in _REGISTERED_NOW.rows(connection, terms):
            sums[row.top, month].append(Sum(Kind.REGISTERED, "", tuple(row.marks), 0, int(row.rows), 0, 0))
    return sums


def units_under(connection: Connection, unit_id: UUID) -> list[UUID]:
    """Return a unit and those right below it."""
    below = sa.select(unit.c.unit_id).where(unit.c.parent_id == unit_id).order_by(unit.c.unit_id)
    return [unit_id, *connection.execute(below).scalars()]


def is_registered(indicator: str) -> bool:
    """Tell whether a figure is of who is registered."""
    return INDICATORS[indicator].rows.kind is Kind.REGISTERED


def _rows_of(indicator: str) -> sa.ColumnElement[bool]:
    rows: Rows = INDICATORS[indicator].rows
    wanted = [counted.c.kind == rows.kind.value]
    if rows.mark is not None:
        wanted.append(counted.c.marks.contains([rows.mark.value]))
    if rows.service_code:
        wanted.append(counted.c.service_code == rows.service_code)
    return sa.and_(*wanted)


COUNTED = Listing(
    sa.select(counted),
    order=(counted.c.at, counted.c.subject_id),
    narrowed={
        "unit": one_of(counted.c.unit_id),
        "month": lambda month: counted.c.month == month,
        "indicator": _rows_of,
    },
    scope=("unit",),
    looked_up={"unit": lambda connection, unit_id: directory.units_below(connection, [unit_id])},
)
"""The rows that a figure of a unit's month opens into, in the order in which they happened."""


def _registered_with(indicator: str) -> sa.ColumnElement[bool]:
    mark = INDICATORS[indicator].rows.mark
    return sa.true() if mark is None else _MARKS_NOW.contains([mark.value])


_TODAY = sa.cast(sa.func.timezone(PROGRAMME_ZONE, NOW), sa.Date)
_INSURED = sa.case((person.c.insured_until >= _TODAY, Mark.INSURED.value))
_TRAINED = sa.case((person.c.training, Mark.TRAINED.value))
_MARKS_NOW = sa.func.array_remove(sa.cast(array([_INSURED, _TRAINED]), TEXTS), sa.null(), type_=TEXTS)
REGISTERED_NOW = Listing(
    sa.select(
        sa.literal(Kind.REGISTERED.value).label("kind"),
        NOW.label("at"),
        person.c.person_id,
        person.c.person_id.label("subject_id"),
        person.c.home_unit_id.label("unit_id"),
        sa.literal(0).label("number"),
        sa.literal(0).label("credit_minutes"),
        sa.literal("").label("service_code"),
        _MARKS_NOW.label("marks"),
    ).where(sa.text(_IS_VOLUNTEER)),
    order=(person.c.person_id,),
    narrowed={"unit": one_of(person.c.home_unit_id), "indicator": _registered_with},
    scope=("unit",),
    looked_up={"unit": lambda connection, unit_id: directory.units_below(connection, [unit_id])},
)
"""Who is registered as a volunteer now: what the figures of the month that runs open into."""
