"""Care visits, and who is on the visit list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from libs.clock import local_date, local_midnight
from libs.db import Connection
from libs.db.prepared import Prepared
from libs.db.rows import change_rows, delete_rows, save_row
from libs.http.lists import Sorted
from libs.http.pages import a_day, an_id
from libs.programme import directory
from libs.programme.words import PersonStatus, Role, VisitRisk
from services.orders.core.store import people_store
from services.orders.core.store.rows import Row
from services.orders.core.store.tables import INSTANT, person, table_of, visitor
from services.orders.visits import rules

UNITS_AT_ONCE = 16
RISKS = tuple(VisitRisk)
DAYS_OF_A_MONTH_MAX = 31

visit = table_of(
    "visit",
    "visit_id",
    visit_id=sa.Uuid,
    person_id=sa.Uuid,
    how=sa.Text,
    outcome=sa.Text,
    visited_at=INSTANT,
    recorded_by=sa.Uuid,
    order_id=sa.Uuid,
    reversed=sa.Boolean,
    findings=sa.ARRAY(sa.Text),
    proof=sa.Text,
    recorded_at=INSTANT,
    reversed_at=INSTANT,
)
listing = table_of(
    "visit_listing",
    "person_id since_at",
    person_id=sa.Uuid,
    since_at=INSTANT,
    until_at=INSTANT,
    unit_id=sa.Uuid,
    district_id=sa.Uuid,
    risk=sa.Text,
)
"""Who was on the list when, where and as what; the row without an end is of today."""
_LISTED = "unit_id = :unit_id AND district_id = :district_id AND risk = :risk"
_END_LISTING = Prepared(
    sa.text(f"""
    UPDATE visit_listing SET until_at = :now
    WHERE person_id = :person_id AND until_at IS NULL AND (:risk = '' OR NOT ({_LISTED}))""")
)
_BEGIN_LISTING = Prepared(
    sa.text("""
    INSERT INTO visit_listing (person_id, since_at, unit_id, district_id, risk)
    SELECT :person_id, :now, :unit_id, :district_id, :risk
    WHERE NOT EXISTS (SELECT 1 FROM visit_listing WHERE person_id = :person_id AND until_at IS NULL)
    ON CONFLICT (person_id, since_at) DO UPDATE SET until_at = NULL, unit_id = excluded.unit_id,
        district_id = excluded.district_id, risk = excluded.risk""")
)


@dataclass(frozen=True)
class Listed:
    """A person on the visit list."""

    person_id: UUID
    district_id: UUID
    risk: str
    listed_on: date
    seen_on: tuple[date, ...]
    """The last day of all, and that of a month."""
    visitor_id: UUID | None = None


def add_visit(connection: Connection, columns: Mapping[str, Any]) -> bool:
    """Add a visit; False when the id is taken."""
    added = insert(visit).values(**columns).on_conflict_do_nothing().returning(visit.c.visit_id)
    return connection.execute(added).first() is not None


def undo_visits_of(connection: Connection, order_id: UUID, *, at: datetime) -> None:
    """Let visits that stand for an order's hours count no more."""
    change_rows(connection, visit, {"reversed": True, "reversed_at": at}, order_id=order_id)


def note_listing(
    connection: Connection,
    person_id: UUID,
    now: datetime,
    *,
    unit_id: UUID | None,
    district_id: UUID | None,
    risk: str,
) -> None:
    """Keep that somebody is on the list from now on as they are, until something of it changes; `risk`: "" when off."""
    terms = {"person_id": person_id, "now": now, "unit_id": unit_id, "district_id": district_id, "risk": risk}
    _END_LISTING.change(connection, terms)
    if risk:
        _BEGIN_LISTING.change(connection, terms)


def forget_risk(connection: Connection, person_id: UUID, now: datetime) -> None:
    """Keep of the risk groups of somebody whose data ended whether they counted in the rate, by the rules of then."""
    query = sa.select(listing).where(listing.c.person_id == person_id, listing.c.risk.in_(RISKS))
    for row in connection.execute(query).all():
        day = local_date(row.until_at or now).replace(day=1) - timedelta(days=1)  # The last month that counts them.
        days = rules.interval_days(people_store.policy_on(connection, row.district_id, day), row.risk)
        key = {"person_id": person_id, "since_at": row.since_at}
        change_rows(connection, listing, {"risk": rules.forgotten(days)}, **key)


def listed_people(
    connection: Connection, unit_ids: Sequence[UUID], now: datetime, *, month: date | None = None
) -> Iterator[Listed]:
    """Give the active people of the units who are on the visit list, some units at a time.

    Of the days on which each was seen it gives the last, and the last in `month`.
    """
    first, end = (local_midnight(month), _end_of(month)) if month else (now, now)
    query = _query_of_list(first, end, now)
    for start in range(0, len(unit_ids), UNITS_AT_ONCE):
        some = person.c.home_unit_id.in_(unit_ids[start : start + UNITS_AT_ONCE])
        yield from _listed(connection, query.where(some))


def _query_of_list(first: datetime, end: datetime, now: datetime) -> sa.Select[Any]:
    columns = [person.c[name] for name in ("person_id", "district_id", "visit_risk", "visit_listed_on")]
    assigned = sa.select(visitor.c.visitor_id).where(visitor.c.person_id == person.c.person_id).scalar_subquery()
    seen_then = (_last_seen(visit.c.visited_at <= now), _last_seen(_between(first, end, now)))
    return sa.select(*columns, assigned, *seen_then).where(
        person.c.visit_listed_on.is_not(None),
        person.c.visit_risk != "",
        person.c.status.in_([PersonStatus.ACTIVE, PersonStatus.SUSPENDED]),
    )


def listed_in(connection: Connection, unit_ids: Sequence[UUID], month: date, now: datetime) -> Iterator[Listed]:
    """Give who of the units was on the visit list when a month was over; of one that is not, who is on it now."""
    end = _end_of(month)
    if end > now:
        yield from listed_people(connection, unit_ids, now, month=month)
        return
    query = _query_of_past(local_midnight(month), end)
    for start in range(0, len(unit_ids), UNITS_AT_ONCE):
        some = listing.c.unit_id.in_(unit_ids[start : start + UNITS_AT_ONCE])
        yield from _listed(connection, query.where(some))


def _query_of_past(first: datetime, end: datetime) -> sa.Select[Any]:
    columns = [listing.c[name] for name in ("person_id", "district_id", "risk")]
    recorded = sa.func.coalesce(visit.c.recorded_at, visit.c.visited_at)
    closes = end + rules.RECORDED_WITHIN
    still = sa.or_(visit.c.reversed.is_(False), visit.c.reversed_at >= closes)
    seen = sa.select(sa.func.max(visit.c.visited_at)).where(
        visit.c.person_id == listing.c.person_id,
        visit.c.outcome == "seen",
        visit.c.visited_at >= first,
        visit.c.visited_at < end,
        recorded < closes,
        still,
    )
    nobody, since = sa.null(), sa.cast(listing.c.since_at, sa.Date)
    return sa.select(*columns, since, nobody, seen.scalar_subquery()).where(
        listing.c.since_at < end, sa.or_(listing.c.until_at.is_(None), listing.c.until_at >= end)
    )


def people_of_visitor(connection: Connection, visitor_id: UUID, now: datetime) -> Iterator[Row]:
    """Give whom somebody visits, at most as many as one may be assigned, without their risk group."""
    still = visitor.c.assigned_at > now - rules.ASSIGNED
    mine = sa.select(visitor.c.person_id).where(visitor.c.visitor_id == visitor_id, still)
    query = _query_of_list(now, now, now).where(person.c.person_id.in_(mine))
    for entry in _listed(connection, query):
        yield {name: value for name, value in _plan(connection, entry, local_date(now)).items() if name != "risk"}


def _listed(connection: Connection, query: sa.Select[Any]) -> Iterator[Listed]:
    for person_id, district_id, risk, listed_on, visitor_id, *seen in connection.execute(query):
        seen_on = tuple(local_date(at) for at in seen if at is not None)
        yield Listed(person_id, district_id, risk, listed_on, seen_on, visitor_id)


def assign_visitor(connection: Connection, row: Mapping[str, Any]) -> None:
    """Let somebody visit a person, in the place of who did."""
    save_row(connection, visitor, row)


def end_visitor(connection: Connection, person_id: UUID) -> None:
    """Let nobody visit a person in particular."""
    delete_rows(connection, visitor, person_id=person_id)


def visitor_of(connection: Connection, person_id: UUID) -> Row | None:
    """Return who visits a person, or None."""
    row = connection.execute(sa.select(visitor).where(visitor.c.person_id == person_id)).mappings().first()
    return dict(row) if row else None


STILL_VISITS = sa.exists().where(
    person.c.person_id == visitor.c.visitor_id,
    person.c.status == PersonStatus.ACTIVE.value,
    person.c.roles.contains([Role.VOLUNTEER.value]),
)
"""Whoever visits somebody is an active volunteer still."""


def assigned_to(visitor_id: UUID, *, since: datetime) -> sa.ColumnElement[bool]:
    """Ask for whom somebody visits, as far as it was said after an instant."""
    return (visitor.c.visitor_id == visitor_id) & (visitor.c.assigned_at > since)


def assigned_in(
    connection: Connection, unit_ids: Sequence[UUID], which: sa.ColumnElement[bool], *, limit: int
) -> list[Any]:
    """Return some of who visits whom at home in some units, in the order of the people visited."""
    visited = person.alias("visited")
    joined = sa.select(visitor, visited.c.home_unit_id).join(visited, visited.c.person_id == visitor.c.person_id)
    here = joined.where(visited.c.home_unit_id.in_(list(unit_ids)), which)
    return list(connection.execute(here.order_by(visitor.c.person_id).limit(limit)))


def risk_of(connection: Connection, person_id: UUID) -> str:
    """Return the risk group of a person on the visit list; nothing of whoever is not on it."""
    query = sa.select(person.c.visit_risk).where(person.c.person_id == person_id, person.c.visit_listed_on.is_not(None))
    return str(connection.execute(query).scalar() or "")


def is_on_list(connection: Connection, person_id: UUID) -> bool:
    """Tell whether a person is to be visited regularly."""
    return risk_of(connection, person_id) != ""


def count_people_of(connection: Connection, visitor_id: UUID) -> int:
    """Return how many people somebody visits."""
    counted = sa.select(sa.func.count()).select_from(visitor).where(visitor.c.visitor_id == visitor_id)
    return int(connection.execute(counted).scalar_one())


def _last_seen(then: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    seen = sa.select(sa.func.max(visit.c.visited_at)).where(visit.c.person_id == person.c.person_id, then)
    return seen.where(visit.c.outcome == "seen", visit.c.reversed.is_(False)).scalar_subquery()


def _between(first: datetime, end: datetime, now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(visit.c.visited_at >= first, visit.c.visited_at < end, visit.c.visited_at <= now)


def _end_of(month: date) -> datetime:
    return local_midnight((month.replace(day=1) + timedelta(days=DAYS_OF_A_MONTH_MAX)).replace(day=1))


def _rate(counts: Mapping[tuple[UUID, str], int], unit_id: UUID) -> Row:
    """Return the monthly rate of a unit."""
    listed, visited = counts[unit_id, "listed"], counts[unit_id, "visited"]
    return {"listed": listed, "visited": visited, "rate_percent": rules.rate_percent(listed=listed, visited=visited)}


def visit_indicator(connection: Connection, unit_id: UUID, *, month: date, now: datetime) -> Row:
    """Return the monthly visit rate of a unit, who is overdue today, and the rate of each district in it."""
    month, today, units = month.replace(day=1), local_date(now), directory.units_below(connection, [unit_id])
    counts: Counter[tuple[UUID, str]] = Counter()
    for entry, seen_on in monthly(connection, units, month, now):
        for place in {unit_id, entry.district_id} - {None}:
            counts[place, "listed"] += 1
            counts[place, "visited"] += seen_on is not None
    overdue: list[UUID] = []
    for entry in listed_people(connection, units, now):
        days = rules.interval_days(people_store.policy_on(connection, entry.district_id, today), entry.risk)
        if rules.is_overdue(listed_on=entry.listed_on, seen_on=entry.seen_on, days=days, today=today):
            overdue.append(entry.person_id)
            counts[entry.district_id, "overdue"] += 1
    shown = {"unit_id": unit_id, "month": f"{month:%Y-%m}", "overdue": sorted(overdue)} | _rate(counts, unit_id)
    of_districts = [
        {"unit_id": district, "overdue_count": counts[district, "overdue"]} | _rate(counts, district)
        for district in sorted({unit_id, *units} & set(directory.districts(connection)))
    ]
    return shown | {"districts": of_districts}


def monthly(
    connection: Connection, unit_ids: Sequence[UUID], month: date, now: datetime
) -> Iterator[tuple[Listed, date | None]]:
    """Give who counts in the rate of a month, each with the last day on which they were seen in it, if they were."""
    day = min(local_date(now), local_date(_end_of(month) - timedelta(days=1)))
    for entry in listed_in(connection, unit_ids, month, now):
        if rules.counts(people_store.policy_on(connection, entry.district_id, day), entry.risk):
            yield entry, max((seen for seen in entry.seen_on if rules.was_seen_in(month, (seen,))), default=None)


def monthly_rows(connection: Connection, unit_id: UUID, month: date, now: datetime, *, seen: str) -> Iterator[Row]:
    """Give the rows of a month's rate: all who count in it, or those only who were seen (`yes`), or were not (`no`)."""
    for entry, seen_on in monthly(connection, directory.units_below(connection, [unit_id]), month, now):
        if seen in ("", "yes" if seen_on else "no"):
            risk = entry.risk if entry.risk in RISKS else None
            yield {"person_id": entry.person_id, "risk": risk, "last_seen_on": seen_on}


MONTHLY_ROWS: Sorted[Row] = Sorted(key=lambda row: (row["person_id"],), parts=(an_id,))


def visit_plans(connection: Connection, unit_id: UUID, now: datetime) -> Iterator[Row]:
    """Give who of a unit is on the visit list, with the last day seen and the last day by which to be seen again."""
    today = local_date(now)
    for entry in listed_people(connection, directory.units_below(connection, [unit_id]), now):
        yield _plan(connection, entry, today)


def _plan(connection: Connection, entry: Listed, today: date) -> Row:
    policy = people_store.policy_on(connection, entry.district_id, today)
    days = rules.interval_days(policy, entry.risk)
    last_on = max(entry.seen_on, default=None)
    due_on = rules.due_on(listed_on=entry.listed_on, seen_on=entry.seen_on, days=days)
    row = {"person_id": entry.person_id, "risk": entry.risk, "interval_days": days, "listed_on": entry.listed_on}
    row |= {"is_call_enough": rules.is_call_enough(entry.risk)}
    seen = {"last_seen_on": last_on, "due_on": due_on, "is_overdue": today > due_on}
    return row | seen | {"visitor_id": entry.visitor_id}


VISIT_PLANS: Sorted[Row] = Sorted(key=lambda row: (row["due_on"], row["person_id"]), parts=(a_day, an_id))
"""Those due first on top."""


def find_visit(connection: Connection, visit_id: UUID) -> Row | None:
    """Return a visit, or None."""
    row = connection.execute(sa.select(visit).where(visit.c.visit_id == visit_id)).mappings().first()
    return dict(row) if row else None
