"""Reads of purchased minutes: plain SQL, no lock, no rule."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.http.lists import Answer, Listing, equals
from services.redemption.core.store.narrowing import at_home_within, below
from services.redemption.entitlements import store
from services.redemption.entitlements.tables import entitlement

ENTITLEMENTS = Listing(
    sa.select(
        entitlement.c.entitlement_id,
        entitlement.c.person_id,
        entitlement.c.district_id,
        entitlement.c.minutes,
        sa.func.to_char(entitlement.c.from_month, "YYYY-MM").label("from_month"),
        entitlement.c.state,
        entitlement.c.proposed_by,
        entitlement.c.proposed_at,
        entitlement.c.lapses_at,
        entitlement.c.why,
        entitlement.c.decided_by,
        entitlement.c.decided_at,
        entitlement.c.decision_why,
    ),
    order=(entitlement.c.proposed_at, entitlement.c.entitlement_id),
    narrowed={
        "person": equals(entitlement.c.person_id),
        "unit": at_home_within(entitlement.c.person_id),
        "state": equals(entitlement.c.state),
    },
    scope=("person", "unit"),
    looked_up={"unit": below},
    newest_first=True,
)
"""What is proposed and decided."""


def find_month(connection: Connection, *, person_id: UUID, month: date) -> Answer:
    """Return a person's purchased minutes of a month."""
    entitled = store.find_month(connection, person_id=person_id, month=month)
    return {
        "person_id": person_id,
        "month": month.isoformat()[:7],
        "minutes": entitled.minutes,
        "available_minutes": entitled.available_minutes,
        "held_minutes": entitled.held_minutes,
        "used_minutes": entitled.used_minutes,
    }
