"""The service-time book, marks, slips, reversals, records taken over, certificates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.orders.domain.errors import RecordNotFoundError
from services.orders.domain.life_cycle import State
from services.orders.domain.slip_errors import SlipAlreadyIssuedError
from services.orders.store.tables import (
    certificate,
    incident,
    mark,
    orders,
    record_proposal,
    reversal,
    service_record,
    slip_range,
    slip_used,
)

MARK_DAYS = 90
NO_SHOWS_MAX = 1000


@dataclass(frozen=True)
class ServiceTime:
    """The sum of a person's service-time book."""

    verified_minutes: int
    attested_minutes: int
    first_on: date | None = None
    last_on: date | None = None

    @property
    def total_minutes(self) -> int:
        """Return all minutes served."""
        return self.verified_minutes + self.attested_minutes


def add_mark(connection: Connection, order_id: UUID, volunteer_id: UUID, kind: str, at: datetime) -> None:
    """Mark a volunteer."""
    connection.execute(sa.insert(mark).values(order_id=order_id, volunteer_id=volunteer_id, kind=kind, at=at))


def no_shows_of(connection: Connection, volunteer_id: UUID) -> list[datetime]:
    """Return when the volunteer did not appear."""
    query = sa.select(mark.c.at).where(mark.c.volunteer_id == volunteer_id, mark.c.kind == "no_show")
    return list(connection.execute(query.order_by(mark.c.at.desc()).limit(NO_SHOWS_MAX)).scalars())


def marks_of(connection: Connection, volunteer_id: UUID, now: datetime) -> dict[str, int]:
    """Return the marks of the last 90 days by kind."""
    since = now - timedelta(days=MARK_DAYS)
    query = sa.select(mark.c.kind, sa.func.count()).where(mark.c.volunteer_id == volunteer_id, mark.c.at > since)
    found: dict[str, int] = {row[0]: row[1] for row in connection.execute(query.group_by(mark.c.kind))}
    return {"no_shows": found.get("no_show", 0), "late_cancellations": found.get("late_cancellation", 0)}


def add_record(connection: Connection, columns: Mapping[str, Any]) -> None:
    """Write a line of the service-time book; the same line again changes nothing."""
    connection.execute(insert(service_record).values(**columns).on_conflict_do_nothing())


def records_of_order(connection: Connection, order_id: UUID) -> list[RowMapping]:
    """Return the lines of an order that are not reversed."""
    rows = connection.execute(sa.select(service_record).where(service_record.c.order_id == order_id)).mappings().all()
    reversed_count = sum(1 for row in rows if row["kind"] == "reversed")
    served = sorted((row for row in rows if row["kind"] == "served"), key=lambda row: row["recorded_at"])
    return list(served[reversed_count:])


def service_time_of(connection: Connection, person_id: UUID) -> ServiceTime:
    """Return the sum of a person's service-time book."""
    of_class = {
        name: sa.func.coalesce(sa.func.sum(service_record.c.minutes).filter(service_record.c.evidence_class == name), 0)
        for name in ("verified", "attested")
    }
    served_on = service_record.c.served_on
    query = sa.select(of_class["verified"], of_class["attested"], sa.func.min(served_on), sa.func.max(served_on))
    row = connection.execute(query.where(service_record.c.person_id == person_id)).one()
    return ServiceTime(int(row[0]), int(row[1]), row[2], row[3])


def last_service_on(connection: Connection, person_id: UUID) -> date | None:
    """Return the last local day on which the person gave or received service that was settled, also if reversed."""
    concerned = (service_record.c.person_id == person_id) | (service_record.c.recipient_id == person_id)
    return connection.execute(sa.select(sa.func.max(service_record.c.served_on)).where(concerned)).scalar()


def add_proposal(connection: Connection, columns: Mapping[str, Any]) -> bool:
    """Add a proposal to take over a record; False when the id is taken."""
    added = insert(record_proposal).values(**columns).on_conflict_do_nothing().returning(record_proposal.c.record_id)
    return connection.execute(added).first() is not None


def lock_proposal(connection: Connection, record_id: UUID) -> RowMapping:
    """Return a proposal, locked.

    Raises:
        RecordNotFoundError: there is none.
    """
    return _locked(connection, record_proposal, record_proposal.c.record_id, record_id)


@dataclass(frozen=True)
class Verdict:
    """Yes or no to a proposal, by whom, when and why."""

    accepted: bool
    by: UUID
    at: datetime
    why: str = ""

    @property
    def columns(self) -> dict[str, Any]:
        """Return the verdict as a proposal keeps it."""
        return {"accepted": self.accepted, "decided_by": self.by, "decided_at": self.at, "decision_why": self.why}


def decide_proposal(connection: Connection, record_id: UUID, verdict: Verdict) -> None:
    """Note how a proposal was decided."""
    changed = sa.update(record_proposal).where(record_proposal.c.record_id == record_id)
    connection.execute(changed.values(verdict.columns))


def add_reversal(connection: Connection, columns: Mapping[str, Any]) -> bool:
    """Add a proposal to reverse a settlement; False when the id is taken."""
    added = insert(reversal).values(**columns).on_conflict_do_nothing().returning(reversal.c.reversal_id)
    return connection.execute(added).first() is not None


def lock_reversal(connection: Connection, reversal_id: UUID) -> RowMapping:
    """Return a proposed reversal, locked.

    Raises:
        RecordNotFoundError: there is none.
    """
    return _locked(connection, reversal, reversal.c.reversal_id, reversal_id)


def decide_reversal(connection: Connection, reversal_id: UUID, verdict: Verdict) -> None:
    """Note how a reversal was decided."""
    changed = sa.update(reversal).where(reversal.c.reversal_id == reversal_id)
    connection.execute(changed.values(verdict.columns))


def _locked(connection: Connection, table: sa.Table, column: sa.Column[Any], identity: UUID) -> RowMapping:
    row = connection.execute(sa.select(table).where(column == identity).with_for_update()).mappings().first()
    if row is None:
        raise RecordNotFoundError
    return row


def add_slips(connection: Connection, columns: Mapping[str, Any]) -> bool:
    """Add a range of slips; False when the id is taken.

    Raises:
        SlipAlreadyIssuedError: some of the numbers were issued to this unit before.
    """
    lock = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:unit, 13))")
    connection.execute(lock, {"unit": str(columns["unit_id"])})
    overlapping = sa.select(slip_range.c.range_id).where(
        slip_range.c.unit_id == columns["unit_id"],
        slip_range.c.first_number <= columns["last_number"],
        slip_range.c.last_number >= columns["first_number"],
    )
    if connection.execute(overlapping.limit(1)).first() is not None:
        raise SlipAlreadyIssuedError
    added = insert(slip_range).values(**columns).on_conflict_do_nothing().returning(slip_range.c.range_id)
    return connection.execute(added).first() is not None


def unit_of_slip(connection: Connection, unit_ids: Iterable[UUID], number: int) -> UUID | None:
    """Return the unit among these to which the number was issued, or None."""
    query = sa.select(slip_range.c.unit_id).where(
        slip_range.c.unit_id.in_(list(unit_ids)),
        slip_range.c.first_number <= number,
        slip_range.c.last_number >= number,
    )
    return connection.execute(query.limit(1)).scalar()


def slip_is_used(connection: Connection, unit_id: UUID, number: int) -> bool:
    """Tell whether a slip was entered before, by an entry that was not declined."""
    joined = sa.join(slip_used, orders, slip_used.c.order_id == orders.c.order_id)
    used = sa.select(slip_used.c.number).select_from(joined).where(slip_used.c.unit_id == unit_id)
    query = used.where(slip_used.c.number == number, orders.c.state != State.DECLINED.value)
    return connection.execute(query).first() is not None


def use_slip(connection: Connection, unit_id: UUID, number: int, order_id: UUID, *, scan: str) -> bool:
    """Note that a slip was entered, with its scan; False when it was before, by an entry that was not declined."""
    declined = sa.select(orders.c.order_id).where(orders.c.state == State.DECLINED.value)
    added = insert(slip_used).values(unit_id=unit_id, number=number, order_id=order_id, scan=scan)
    again = added.on_conflict_do_update(
        index_elements=["unit_id", "number"],
        set_={"order_id": order_id, "scan": scan},
        where=slip_used.c.order_id.in_(declined),
    )
    return connection.execute(again.returning(slip_used.c.number)).first() is not None


def add_incident(connection: Connection, columns: Mapping[str, Any]) -> bool:
    """Add an incident; False when the id is taken."""
    added = insert(incident).values(**columns).on_conflict_do_nothing().returning(incident.c.incident_id)
    return connection.execute(added).first() is not None


def incidents_opened_by(connection: Connection, caller_id: UUID, *, since: datetime) -> int:
    """Return how many incidents somebody opened since an instant."""
    counted = sa.select(sa.func.count()).where(incident.c.opened_by == caller_id, incident.c.opened_at > since)
    return connection.execute(counted).scalar_one()


def find_incident(connection: Connection, incident_id: UUID) -> RowMapping | None:
    """Return an incident, or None."""
    return connection.execute(sa.select(incident).where(incident.c.incident_id == incident_id)).mappings().first()


def lock_incident(connection: Connection, incident_id: UUID) -> RowMapping:
    """Return an incident, locked.

    Raises:
        RecordNotFoundError: there is none.
    """
    return _locked(connection, incident, incident.c.incident_id, incident_id)


def close_incident(connection: Connection, incident_id: UUID, *, outcome: str, by: UUID, at: datetime) -> None:
    """Note how an incident ended."""
    changed = sa.update(incident).where(incident.c.incident_id == incident_id)
    connection.execute(changed.values(state="closed", outcome=outcome, closed_by=by, closed_at=at))


def add_certificate(connection: Connection, columns: Mapping[str, Any]) -> bool:
    """Add a certificate; False when the id is taken."""
    added = insert(certificate).values(**columns).on_conflict_do_nothing().returning(certificate.c.certificate_id)
    return connection.execute(added).first() is not None


def find_certificate(connection: Connection, certificate_id: UUID) -> RowMapping | None:
    """Return a certificate, or None."""
    query = sa.select(certificate).where(certificate.c.certificate_id == certificate_id)
    return connection.execute(query).mappings().first()
