"""Reads of redemptions: plain SQL, no lock, no rule."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.redemption.core.store.lists import UNITS_BELOW, Row, find_one

_REDEMPTION = """
    SELECT r.redemption_id, r.state, r.code, r.recipient_id, r.payer_id, r.service_code AS service,
        r.planned_minutes AS minutes, r.start_at AS start, r.price_minutes,
        CASE WHEN r.hold IN ('placed', 'releasing') THEN r.price_minutes ELSE 0 END AS held_minutes,
        (SELECT coalesce(sum(c.paid_minutes), 0) FROM capture c
            WHERE c.redemption_id = r.redemption_id AND NOT c.is_reversed)::int AS paid_minutes,
        r.coefficient_percent, r.persons, r.policy_version, r.district_id, r.unit_id, r.requested_by, r.acting_for,
        r.requested_at, r.decided_at, r.end_why, coalesce(o.under_review, false) AS under_review, o.fallback
    FROM redemption r LEFT JOIN order_placed o ON o.order_id = r.redemption_id"""


@dataclass(frozen=True)
class RedemptionFilter:
    """Which redemptions a list shows."""

    person_id: UUID | None = None
    unit_id: UUID | None = None
    state: str | None = None
    start_from: datetime | None = None
    start_before: datetime | None = None


def find_redemption(connection: Connection, redemption_id: UUID) -> Row | None:
    """Return a redemption as callers see it."""
    return find_one(connection, f"{_REDEMPTION} WHERE r.redemption_id = :id", redemption_id)


def list_redemptions(
    connection: Connection, wanted: RedemptionFilter, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """Return redemptions, newest first, of a person (as recipient or payer) or of a unit and all below it."""
    terms: dict[str, Any] = {"limit": limit + 1}
    conditions = []
    if wanted.person_id:
        conditions.append("(r.recipient_id = :person_id OR r.payer_id = :person_id)")
        terms["person_id"] = wanted.person_id
    if wanted.unit_id:
        conditions.append(f"r.unit_id IN ({UNITS_BELOW})")
        terms["unit_id"] = wanted.unit_id
    for name, condition, value in (
        ("state", "r.state = :state", wanted.state),
        ("start_from", "r.start_at >= :start_from", wanted.start_from),
        ("start_before", "r.start_at < :start_before", wanted.start_before),
    ):
        if value is not None:
            conditions.append(condition)
            terms[name] = value
    if before is not None:
        conditions.append("(r.requested_at, r.redemption_id) < (:before_at, :before_id)")
        terms |= {"before_at": before[0], "before_id": before[1]}
    where = " AND ".join(conditions) or "true"
    query = f"{_REDEMPTION} WHERE {where} ORDER BY r.requested_at DESC, r.redemption_id DESC LIMIT :limit"
    return [dict(row) for row in connection.execute(sa.text(query), terms).mappings()]


DECIDED = """
    SELECT r.redemption_id AS id, r.state FROM redemption r LEFT JOIN order_placed o ON o.order_id = r.redemption_id
    WHERE r.redemption_id = ANY(:ids) AND (r.state <> 'requested' OR o.under_review)"""
"""Which wait for nothing any more; an order under review waits for people, not for us."""
