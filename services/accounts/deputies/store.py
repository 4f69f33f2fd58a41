"""Load (with locks) and save who stands in for whom."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db.driver import pipelined
from libs.db.rows import add_row, change_rows, claim_row, find_row
from libs.http.lists import Listing
from libs.programme.proposals import columns_of, proposal_of
from libs.programme.refusals import RecordNotFoundError
from libs.programme.two_people import ProposalState
from libs.programme.words import PersonStatus, Role
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.core.store.narrowing import within
from services.accounts.core.store.person_store import grant_of
from services.accounts.core.store.tables import person, role_grant, unit
from services.accounts.deputies.rules import AbsenceReason, Days, Deputyship
from services.accounts.deputies.tables import deputyship

ACTS_PER_RUN_MAX, CANDIDATES_MAX = 100, 200
_ACCEPTED = (deputyship.c.state == ProposalState.ACCEPTED.value) & deputyship.c.ended_at.is_(None)
_WAITS = (deputyship.c.state == ProposalState.PROPOSED.value) & (deputyship.c.lapses_at > sa.bindparam("now"))


def _about(person_id: UUID) -> sa.ColumnElement[bool]:
    return (deputyship.c.absent_id == person_id) | (deputyship.c.deputy_id == person_id)


DEPUTIES = Listing(
    sa.select(deputyship),
    order=(deputyship.c.begins_on, deputyship.c.deputyship_id),
    narrowed={"unit": within(deputyship.c.unit_id), "person": _about},
    scope=("unit", "person"),
    newest_first=True,
)
"""Who is away at a unit and below, or the absences that a person has or stands in for; the last to begin first."""


def is_taken(connection: Connection, deputyship_id: UUID) -> bool:
    """Tell whether one of this id was proposed, after whoever is proposing one."""
    with pipelined(connection):
        kept = claim_row(connection, deputyship, deputyship_id=deputyship_id)
    return kept.fetchone() is not None


def people_of(connection: Connection, deputyship_id: UUID) -> list[UUID]:
    """Return who is away and who stands in.

    Raises:
        RecordNotFoundError
    """
    row = find_row(connection, deputyship, deputyship_id=deputyship_id)
    if row is None:
        raise RecordNotFoundError
    return [row.absent_id, row.deputy_id]


def lock(connection: Connection, deputyship_id: UUID) -> Deputyship:
    """Return it, locked."""
    row = find_row(connection, deputyship, deputyship_id=deputyship_id, for_update=True)
    assert row is not None, "it was found a moment ago, and none is deleted"
    return deputyship_of(row)


def add(connection: Connection, new: Deputyship) -> None:
    """Save what is proposed."""
    add_row(connection, deputyship, _columns(new))


def save(connection: Connection, changed: Deputyship) -> None:
    """Save what became of it."""
    change_rows(connection, deputyship, _columns(changed), deputyship_id=changed.deputyship_id)


def open_in(connection: Connection, days: Days, *, now: datetime) -> list[Deputyship]:
    """Return what touches these days and is accepted, or waits."""
    touches = (deputyship.c.begins_on <= days.ends_on) & (deputyship.c.ends_on >= days.begins_on)
    rows = connection.execute(sa.select(deputyship).where(touches, _ACCEPTED | _WAITS), {"now": now})
    return [deputyship_of(row) for row in rows]


def find_grant(connection: Connection, grant_id: UUID) -> RoleGrant | None:
    """Return a role that is held now, without a lock; None where nobody holds it."""
    row = find_row(connection, role_grant, grant_id=grant_id)
    return grant_of(row) if row and row.ended_at is None else None


def fit_for(connection: Connection, grant: RoleGrant) -> list[UUID]:
    """Return the active people who hold the same role, as their own, in the same district, up to a bound."""
    fit = (person.c.status == PersonStatus.ACTIVE.value) & (person.c.person_id != grant.person_id)
    query = sa.select(person.c.person_id).where(fit, _basis(person.c.person_id, grant.role.value, grant.unit_id))
    return list(connection.scalars(query.order_by(person.c.person_id).limit(CANDIDATES_MAX)))


def holds_the_same(connection: Connection, person_id: UUID, *, role: Role, unit_id: UUID) -> bool:
    """Tell whether somebody holds a role, as their own, in the district of a unit."""
    return bool(connection.scalar(sa.select(_basis(person_id, role.value, unit_id))))


def deputy_of(connection: Connection, person_id: UUID) -> UUID | None:
    """Return who stands in for somebody now, whatever for; None while nobody does."""
    now = sa.select(deputyship.c.deputy_id).where(_IN_FORCE, deputyship.c.absent_id == person_id)
    deputy_id: UUID | None = connection.scalar(now.order_by(deputyship.c.begins_on).limit(1))
    return deputy_id


def first_due(connection: Connection, now: datetime) -> datetime | None:
    """Return when the next one begins or ends: at once where a role behind it has ended."""
    instant = sa.case((deputyship.c.lent_id.is_(None), deputyship.c.begin_at), else_=deputyship.c.end_at)
    due: datetime | None = connection.scalar(sa.select(sa.func.min(instant)).where(_ACCEPTED))
    is_groundless = connection.scalar(sa.select(sa.exists().where(_ACCEPTED, ~_HAS_GROUND)))
    return now if is_groundless else due


def due_ids(connection: Connection, now: datetime) -> list[UUID]:
    """Return those that begin or end by now, or whose ground is gone, up to a bound."""
    begins = deputyship.c.lent_id.is_(None) & (deputyship.c.begin_at <= now)
    is_due = begins | (deputyship.c.end_at <= now) | ~_HAS_GROUND
    query = sa.select(deputyship.c.deputyship_id).where(_ACCEPTED, is_due)
    return list(connection.scalars(query.order_by(deputyship.c.begin_at).limit(ACTS_PER_RUN_MAX)))


def has_ground(connection: Connection, deputyship_id: UUID) -> bool:
    """Tell whether both still hold the roles that it rests on, and the lent one was not taken away."""
    query = sa.select(sa.exists().where(deputyship.c.deputyship_id == deputyship_id, _HAS_GROUND))
    return bool(connection.scalar(query))


def deputyship_of(row: Any) -> Deputyship:
    """Return it of a row."""
    return Deputyship(
        proposal=proposal_of(row, proposal_id=row.deputyship_id, hands={row.absent_id}),
        grant_id=row.grant_id,
        absent_id=row.absent_id,
        deputy_id=row.deputy_id,
        role=Role(row.role),
        unit_id=row.unit_id,
        days=Days(row.begins_on, row.ends_on),
        reason=AbsenceReason(row.reason),
        lent_id=row.lent_id,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


def _columns(of: Deputyship) -> dict[str, object]:
    return {
        "deputyship_id": of.deputyship_id,
        "grant_id": of.grant_id,
        "absent_id": of.absent_id,
        "deputy_id": of.deputy_id,
        "role": of.role,
        "unit_id": of.unit_id,
        "begins_on": of.days.begins_on,
        "ends_on": of.days.ends_on,
        "begin_at": of.days.begin_at,
        "end_at": of.days.end_at,
        "reason": of.reason,
        "lent_id": of.lent_id,
        "ended_at": of.ended_at,
        "ended_by": of.ended_by,
        **columns_of(of.proposal),
    }


def _basis(person_id: Any, role: Any, unit_id: Any) -> sa.ColumnElement[bool]:
    """Say that somebody holds a role of their own, in the district of a unit."""
    there, of_unit = unit.alias("there"), unit.alias("of_unit")
    grant = role_grant.alias("basis")
    return (
        sa.exists()
        .select_from(
            grant.join(there, there.c.unit_id == grant.c.unit_id).join(
                of_unit, of_unit.c.district_id.is_not_distinct_from(there.c.district_id)
            )
        )
        .where(
            grant.c.ended_at.is_(None),
            grant.c.lent_by_id.is_(None),
            grant.c.person_id == person_id,
            grant.c.role == role,
            of_unit.c.unit_id == unit_id,
        )
    )


def _still_held(grant_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    grant = role_grant.alias("still")
    return sa.exists().select_from(grant).where(grant.c.grant_id == grant_id, grant.c.ended_at.is_(None))


_HAS_GROUND = (
    _still_held(deputyship.c.grant_id)
    & _basis(deputyship.c.deputy_id, deputyship.c.role, deputyship.c.unit_id)
    & (deputyship.c.lent_id.is_(None) | _still_held(deputyship.c.lent_id))
)
_IN_FORCE = _ACCEPTED & deputyship.c.lent_id.is_not(None)
