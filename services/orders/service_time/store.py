"""The book of service time, older records, certificates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import JSONB, insert

from libs.clock import local_date
from libs.db import Connection
from libs.db.prepared import Prepared
from libs.db.rows import find_row
from libs.http.lists import NOW, Listing, equals, one_of
from libs.programme.proposals import columns_of, proposal_columns
from libs.programme.two_people import Proposal, ProposalState
from services.orders.core.rules.people import Person
from services.orders.core.store import mark_store, memo, people_store
from services.orders.core.store.facts import Ask, Rows, ask
from services.orders.core.store.proposals import lock_row
from services.orders.core.store.rows import Row
from services.orders.core.store.tables import INSTANT, orders, person, table_of
from services.orders.service_time.rules.stars import stars_of

service_record = table_of(
    "service_record",
    "record_id",
    record_id=sa.Uuid,
    person_id=sa.Uuid,
    recipient_id=sa.Uuid,
    order_id=sa.Uuid,
    kind=sa.Text,
    minutes=sa.Integer,
    evidence_class=sa.Text,
    served_on=sa.Date,
    recorded_at=INSTANT,
)
record_proposal = table_of(
    "record_proposal",
    "record_id",
    *proposal_columns(),
    record_id=sa.Uuid,
    person_id=sa.Uuid,
    minutes=sa.Integer,
    served_on=sa.Date,
    scan=sa.Text,
)
certificate = table_of(
    "certificate",
    "certificate_id",
    certificate_id=sa.Uuid,
    person_id=sa.Uuid,
    minutes=sa.BigInteger,
    verified_minutes=sa.BigInteger,
    first_on=sa.Date,
    last_on=sa.Date,
    issued_by=sa.Uuid,
    issued_at=INSTANT,
    number=sa.BigInteger,
    verification_code=sa.Text,
    services=JSONB,
    valid_until=sa.Date,
    credential=sa.Text,
    revoked_at=INSTANT,
    revoked_by=sa.Uuid,
    revoked_why=sa.Text,
    acting_for=sa.Uuid,
    consent=JSONB(none_as_null=True),
    why=sa.Text,
)


_SHOWN = (
    "certificate_id", "person_id", "minutes", "verified_minutes", "first_on", "last_on", "issued_by", "issued_at",
    "number", "verification_code", "services", "valid_until", "credential", "revoked_at", "revoked_by", "revoked_why",
)  # fmt: skip


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


_ADD_RECORD = Prepared(insert(service_record).inline().on_conflict_do_nothing())
_RECORDS_OF = Prepared(sa.select(service_record).where(service_record.c.order_id == sa.bindparam("order_id")))


def add_record(connection: Connection, columns: Mapping[str, Any]) -> None:
    """Write a line of the service-time book; the same line again changes nothing."""
    _ADD_RECORD.change(connection, {column.name: columns.get(column.name) for column in service_record.c})


def ask_records_of(order_id: UUID) -> Ask:
    """Ask for the lines of an order."""

    def remember(connection: Connection, rows: Rows) -> None:
        memo.put(connection, ("records of", order_id), rows)

    return ask(_RECORDS_OF, {"order_id": order_id}, remember)


def records_of(connection: Connection, order_id: UUID) -> list[Row]:
    """Return the lines of an order that are not reversed, as they were asked for."""
    rows = memo.get(connection, ("records of", order_id))
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


def find_proposal(connection: Connection, record_id: UUID) -> Row | None:
    """Return a proposal, or None."""
    row = find_row(connection, record_proposal, record_id=record_id)
    return row._asdict() if row else None


def lock_proposal(connection: Connection, record_id: UUID) -> RowMapping:
    """Return a proposal, locked.

    Raises:
        RecordNotFoundError: there is none.
    """
    return lock_row(connection, record_proposal, record_proposal.c.record_id, record_id)


def save_proposal(connection: Connection, decided: Proposal) -> None:
    """Note how a proposal was decided."""
    changed = sa.update(record_proposal).where(record_proposal.c.record_id == decided.proposal_id)
    connection.execute(changed.values(columns_of(decided)))


def minutes_by_service(connection: Connection, person_id: UUID) -> dict[str, int]:
    """Return how many minutes a person served with each service; under none what an older book had."""
    code = sa.func.coalesce(orders.c.service_code, "")
    joined = service_record.outerjoin(orders, orders.c.order_id == service_record.c.order_id)
    query = sa.select(code, sa.func.sum(service_record.c.minutes)).select_from(joined)
    rows = connection.execute(query.where(service_record.c.person_id == person_id).group_by(code).order_by(code))
    return {row[0]: int(row[1]) for row in rows if row[1]}


def add_certificate(connection: Connection, columns: Mapping[str, Any]) -> int | None:
    """Add a certificate and return its number; None when the id is taken."""
    added = insert(certificate).values(**columns).on_conflict_do_nothing().returning(certificate.c.number)
    return connection.execute(added).scalar()


def sign_certificate(connection: Connection, certificate_id: UUID, *, credential: str, verification_code: str) -> None:
    """Put the credential to a certificate that has its number by now."""
    changed = sa.update(certificate).where(certificate.c.certificate_id == certificate_id)
    connection.execute(changed.values(credential=credential, verification_code=verification_code))


def lock_certificate(connection: Connection, certificate_id: UUID) -> RowMapping:
    """Return a certificate, locked.

    Raises:
        RecordNotFoundError: there is none.
    """
    return lock_row(connection, certificate, certificate.c.certificate_id, certificate_id)


def revoke_certificate(connection: Connection, certificate_id: UUID, **revoked: object) -> None:
    """Note who revoked a certificate, when and why."""
    changed = sa.update(certificate).where(certificate.c.certificate_id == certificate_id)
    connection.execute(changed.values(**revoked))


def revoked_numbers(connection: Connection, first: int, count: int) -> list[int]:
    """Return the numbers of the revoked certificates among so many from the first."""
    number = certificate.c.number
    within = (number >= first) & (number < first + count)
    query = sa.select(number).where(within, certificate.c.revoked_at.is_not(None)).order_by(number)
    return [int(row[0]) for row in connection.execute(query)]


PROPOSALS = Listing(
    sa.select(record_proposal, person.c.home_unit_id)
    .join(person, person.c.person_id == record_proposal.c.person_id)
    .where(record_proposal.c.state == ProposalState.PROPOSED, record_proposal.c.lapses_at > NOW),
    order=(record_proposal.c.lapses_at, record_proposal.c.record_id),
    narrowed={"units": one_of(person.c.home_unit_id)},
    scope=("units",),
)
"""Older records of people at home in some units that wait for a second person, the first to lapse first."""
CERTIFICATES = Listing(
    sa.select(*(certificate.c[name] for name in _SHOWN)),
    order=(certificate.c.issued_at, certificate.c.certificate_id),
    narrowed={"person": equals(certificate.c.person_id)},
    scope=("person",),
    newest_first=True,
)
"""The certificates of a person, without what was said when one was issued for them."""


def find_certificate(connection: Connection, certificate_id: UUID) -> RowMapping | None:
    """Return a certificate, or None."""
    query = sa.select(certificate).where(certificate.c.certificate_id == certificate_id)
    return connection.execute(query).mappings().first()


RECORDS_MAX = 200


def service_time(connection: Connection, person_id: UUID, now: datetime) -> Row:
    """Return a person's service-time book: sums, stars, marks, and the newest lines."""
    time = service_time_of(connection, person_id)
    person = people_store.find_person(connection, person_id)
    lines = sa.select(service_record).where(service_record.c.person_id == person_id)
    newest = lines.order_by(service_record.c.recorded_at.desc(), service_record.c.record_id).limit(RECORDS_MAX)
    return {
        "person_id": person_id,
        "total_minutes": time.total_minutes,
        "verified_minutes": time.verified_minutes,
        "attested_minutes": time.attested_minutes,
        "star": _star(connection, person, time.total_minutes, now),
        "marks": mark_store.marks_of(connection, person_id, now),
        "items": [dict(row) for row in connection.execute(newest).mappings()],
    }


def _star(connection: Connection, known: Person | None, total_minutes: int, now: datetime) -> int:
    if known is None:
        return 0
    policy = people_store.policy_on(connection, known.district_id, local_date(now))
    return stars_of(policy, total_minutes)


def read_certificate(connection: Connection, certificate_id: UUID) -> Row | None:
    """Return a certificate, or None."""
    row = find_certificate(connection, certificate_id)
    return dict(row) if row else None
