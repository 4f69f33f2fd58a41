"""Save handovers and what came of them; find what waits for one person, and who may take it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from libs.db.driver import pipelined
from libs.db.rows import add_row, claim_row
from libs.http.lists import Listing
from libs.programme.two_people import ProposalState
from libs.programme.words import PersonStatus, Role, WorkKind
from services.accounts.core.store.narrowing import below, within
from services.accounts.core.store.tables import person, role_grant, unit
from services.accounts.handovers.rules import AT_ONCE_MAX, Handover, Moved
from services.accounts.handovers.tables import handover, handover_result
from services.accounts.roles.rules import Appointment
from services.accounts.roles.store import appointment_of
from services.accounts.roles.tables import role_proposal

CANDIDATES_MAX = 200
_keeper_id: sa.ColumnElement[Any] = sa.func.coalesce(role_proposal.c.kept_by, role_proposal.c.proposed_by)
"""Who looks after a proposal: who made it, until it is handed over."""

HANDOVERS = Listing(
    sa.select(handover),
    order=(handover.c.asked_at, handover.c.handover_id),
    narrowed={
        "unit": within(handover.c.unit_id),
        "person": lambda person_id: (handover.c.from_id == person_id) | (handover.c.to_id == person_id),
    },
    scope=("unit", "person"),
    newest_first=True,
)
"""Handovers at a unit and below, or those from and to a person; the last first."""


def is_taken(connection: Connection, handover_id: UUID) -> bool:
    """Tell whether one of this id was asked for, after whoever is asking for one."""
    with pipelined(connection):
        kept = claim_row(connection, handover, handover_id=handover_id)
    return kept.fetchone() is not None


def add(connection: Connection, new: Handover) -> None:
    """Save a handover, and what is done of it."""
    names = ("handover_id", "from_id", "to_id", "unit_id", "asked_by", "asked_at")
    add_row(connection, handover, {name: getattr(new, name) for name in names} | {"kinds": list(new.kinds)})
    add_results(connection, new.handover_id, new.results)


def add_results(connection: Connection, handover_id: UUID, results: Iterable[Moved]) -> None:
    """Save what came of some kinds, once."""
    rows = [
        {"handover_id": handover_id, "kind": of.kind, "moved_count": of.moved, "left_count": of.left} for of in results
    ]
    if rows:
        connection.execute(insert(handover_result).values(rows).on_conflict_do_nothing())


def with_results(connection: Connection, rows: Collection[Any]) -> list[Handover]:
    """Return the handovers of rows with what came of each."""
    ids = [row.handover_id for row in rows]
    done: dict[UUID, list[Moved]] = {}
    kept = sa.select(handover_result).where(handover_result.c.handover_id.in_(ids)).order_by(handover_result.c.kind)
    for row in connection.execute(kept):
        done.setdefault(row.handover_id, []).append(Moved(WorkKind(row.kind), row.moved_count, row.left_count))
    return [
        Handover(
            handover_id=row.handover_id,
            from_id=row.from_id,
            to_id=row.to_id,
            unit_id=row.unit_id,
            kinds=tuple(WorkKind(kind) for kind in row.kinds),
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            results=tuple(done.get(row.handover_id, ())),
        )
        for row in rows
    ]


def works_there(connection: Connection, person_id: UUID, unit_id: UUID) -> bool:
    """Tell whether somebody holds an office, or helps, in the district of a unit."""
    return bool(connection.scalar(sa.select(_works(person_id, unit_id, _WORKING))))


def candidates(connection: Connection, from_id: UUID, unit_id: UUID) -> list[UUID]:
    """Return the active people who hold an office in the district of a unit, up to a bound."""
    fit = (person.c.status == PersonStatus.ACTIVE.value) & (person.c.person_id != from_id)
    query = sa.select(person.c.person_id).where(fit, _works(person.c.person_id, unit_id, _OFFICES))
    return list(connection.scalars(query.order_by(person.c.person_id).limit(CANDIDATES_MAX)))


def proposals_of(connection: Connection, keeper_id: UUID, unit_id: UUID, *, now: datetime) -> list[Appointment]:
    """Return what somebody proposed, or took over, about roles at a unit and below, and what waits still."""
    theirs = _open(unit_id, now, connection).where(_keeper_id == keeper_id)
    return [appointment_of(row) for row in connection.execute(theirs)]


def proposals_at(connection: Connection, unit_id: UUID, *, now: datetime) -> list[Appointment]:
    """Return what waits about roles at a unit and below, whoever proposed it."""
    return [appointment_of(row) for row in connection.execute(_open(unit_id, now, connection))]


def give_proposal(connection: Connection, given: Appointment, to_id: UUID) -> bool:
    """Let somebody look after a proposal from now on; False when it is decided, or somebody decides it now."""
    still = sa.select(role_proposal.c.proposal_id).where(
        role_proposal.c.proposal_id == given.proposal.proposal_id,
        role_proposal.c.state == ProposalState.PROPOSED.value,
    )
    locked = connection.execute(still.with_for_update(skip_locked=True)).first()
    if locked is not None:
        changed = sa.update(role_proposal).where(role_proposal.c.proposal_id == locked.proposal_id)
        connection.execute(changed.values(kept_by=to_id))
    return locked is not None


def _open(unit_id: UUID, now: datetime, connection: Connection) -> sa.Select[Any]:
    waits = (role_proposal.c.state == ProposalState.PROPOSED.value) & (role_proposal.c.lapses_at > now)
    here = role_proposal.c.unit_id.in_(below(connection, unit_id))
    ordered = sa.select(role_proposal).where(waits, here).order_by(role_proposal.c.proposed_at)
    return ordered.order_by(role_proposal.c.proposal_id).limit(AT_ONCE_MAX)


_OFFICES = [
    role.value for role in (Role.OPERATOR, Role.COORDINATOR, Role.CHECKER, Role.DISTRICT_ADMIN, Role.CITY_ADMIN)
]
_WORKING = [*_OFFICES, Role.VOLUNTEER.value, Role.PROVIDER_WORKER.value]


def _works(person_id: Any, unit_id: UUID, roles: list[str]) -> sa.ColumnElement[bool]:
    """Say that somebody holds one of some roles in the district of a unit, or above it."""
    there, of_unit = unit.alias("there"), unit.alias("of_unit")
    grant = role_grant.alias("works")
    beside = of_unit.c.district_id.is_not_distinct_from(there.c.district_id)
    reaches = there.c.unit_id == sa.any_(of_unit.c.path)
    joined = grant.join(there, there.c.unit_id == grant.c.unit_id).join(of_unit, beside | reaches)
    return (
        sa.exists()
        .select_from(joined)
        .where(
            grant.c.ended_at.is_(None),
            grant.c.person_id == person_id,
            grant.c.role.in_(roles),
            of_unit.c.unit_id == unit_id,
        )
    )
