"""Reads of redemptions: plain SQL, no lock, no rule."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from libs.db import Connection
from libs.http.language import named
from libs.http.lists import Listing, before, equals, from_on, one_of
from libs.programme.names import with_unit_names
from services.redemption.core.store.directory import names_of_services
from services.redemption.core.store.narrowing import below
from services.redemption.core.store.tables import order_placed
from services.redemption.requests.tables import capture, redemption

Row = dict[str, Any]
_HELD = sa.case((redemption.c.hold.in_(["placed", "releasing"]), redemption.c.price_minutes), else_=0)
_PAID = (
    sa.select(sa.cast(sa.func.coalesce(sa.func.sum(capture.c.paid_minutes), 0), sa.Integer))
    .where(capture.c.redemption_id == redemption.c.redemption_id, sa.not_(capture.c.is_reversed))
    .scalar_subquery()
)
_AS_THEY_ARE = (
    "redemption_id", "state", "code", "recipient_id", "payer_id", "price_minutes", "coefficient_percent", "persons",
    "policy_version", "district_id", "unit_id", "requested_by", "acting_for", "requested_at", "decided_at", "end_why",
)  # fmt: skip
REDEMPTIONS = Listing(
    sa.select(
        *(redemption.c[name] for name in _AS_THEY_ARE),
        redemption.c.service_code.label("service"),
        redemption.c.planned_minutes.label("minutes"),
        redemption.c.start_at.label("start"),
        _HELD.label("held_minutes"),
        _PAID.label("paid_minutes"),
        sa.func.coalesce(order_placed.c.under_review, sa.false()).label("under_review"),
        order_placed.c.fallback,
    ).select_from(redemption.outerjoin(order_placed, order_placed.c.order_id == redemption.c.redemption_id)),
    order=(redemption.c.requested_at, redemption.c.redemption_id),
    narrowed={
        "person": lambda person_id: sa.or_(redemption.c.recipient_id == person_id, redemption.c.payer_id == person_id),
        "unit": one_of(redemption.c.unit_id),
        "state": equals(redemption.c.state),
        "start_from": from_on(redemption.c.start_at),
        "start_before": before(redemption.c.start_at),
    },
    scope=("person", "unit"),
    looked_up={"unit": below},
    newest_first=True,
)
"""Those of a person, as recipient or payer, or of a unit and all below it."""


def find_redemption(connection: Connection, redemption_id: UUID) -> Row | None:
    """Return one of them as it is answered, or None."""
    row = REDEMPTIONS.find(connection, redemption_id)
    return with_names(connection, [row])[0] if row else None


def with_names(connection: Connection, rows: Sequence[Row]) -> list[Row]:
    """Return redemptions with the names of their services and units."""
    services = names_of_services(connection, {row["service"] for row in rows}) if rows else {}
    named_rows = [row | {"service_name": named(*services.get(row["service"], (None, None)))} for row in rows]
    return with_unit_names(connection, named_rows, "unit_id")


DECIDED = """
    SELECT r.redemption_id AS id, r.state FROM redemption r LEFT JOIN order_placed o ON o.order_id = r.redemption_id
    WHERE r.redemption_id = ANY(:ids) AND (r.state <> 'requested' OR o.under_review)"""
"""Which wait for nothing any more; an order under review waits for people, not for us."""
