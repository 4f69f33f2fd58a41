"""Incidents, and who may have a reason to open one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import JSONB, insert

from libs.db import Connection
from libs.db.rows import change_rows
from libs.http.lists import Listing, one_of
from services.orders.core.rules.life_cycle import State
from services.orders.core.store.proposals import lock_row
from services.orders.core.store.rows import Row
from services.orders.core.store.tables import INSTANT, assignment, orders, table_of
from services.orders.incidents.rules import How, IncidentState

incident = table_of(
    "incident",
    "incident_id",
    incident_id=sa.Uuid,
    kind=sa.Text,
    state=sa.Text,
    person_id=sa.Uuid,
    order_id=sa.Uuid,
    unit_id=sa.Uuid,
    district_id=sa.Uuid,
    latitude_e6=sa.Integer,
    longitude_e6=sa.Integer,
    words=sa.Text,
    opened_by=sa.Uuid,
    opened_at=INSTANT,
    acting_for=sa.Uuid,
    consent=JSONB(none_as_null=True),
    why=sa.Text,
    outcome=sa.Text,
    ending=sa.Text,
    closed_by=sa.Uuid,
    closed_at=INSTANT,
)


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
    return lock_row(connection, incident, incident.c.incident_id, incident_id)


def close_incident(connection: Connection, incident_id: UUID, how: How, *, by: UUID, at: datetime) -> None:
    """Note how an incident ended."""
    changed = sa.update(incident).where(incident.c.incident_id == incident_id)
    ended = {"outcome": how.outcome, "ending": how.ending}
    connection.execute(changed.values(state=IncidentState.CLOSED, closed_by=by, closed_at=at, **ended))


_SERVING = [state.value for state in (State.TAKEN, State.IN_SERVICE, State.FINISHED, State.NO_SHOW)]


def serves_between(
    connection: Connection, volunteer_id: UUID, recipient_id: UUID, *, start: datetime, end: datetime
) -> bool:
    """Tell whether the volunteer has an order of the recipient whose planned time touches a period."""
    held = (
        sa.select(orders.c.order_id)
        .join(assignment, assignment.c.order_id == orders.c.order_id)
        .where(
            assignment.c.volunteer_id == volunteer_id,
            orders.c.recipient_id == recipient_id,
            orders.c.state.in_(_SERVING),
            orders.c.start_at < end,
            orders.c.end_at > start,
        )
    )
    return connection.execute(held.limit(1)).first() is not None


def read_incident(connection: Connection, incident_id: UUID) -> Row | None:
    """Return an incident, or None."""
    row = find_incident(connection, incident_id)
    return dict(row) if row else None


OPEN_INCIDENTS = Listing(
    sa.select(incident).where(incident.c.state == IncidentState.ESCALATED),
    order=(incident.c.opened_at, incident.c.incident_id),
    narrowed={"units": one_of(incident.c.unit_id)},
    scope=("units",),
)
"""The incidents of some units that people must look at, oldest first."""


def forget_place(connection: Connection, incident_id: UUID) -> None:
    """Blank where somebody was."""
    change_rows(connection, incident, {"latitude_e6": None, "longitude_e6": None}, incident_id=incident_id)
