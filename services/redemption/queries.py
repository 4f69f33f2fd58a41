"""Reads: plain SQL, no lock, no rule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.redemption.store import entitlement_store

Row = dict[str, Any]
TOLD_STATES = ("requested", "done", "reversed")
"""In which a gift is shown to its receiver."""
GRANTED_PEOPLE_MAX = 10_000

_REDEMPTION = """
    SELECT r.redemption_id, r.state, r.code, r.recipient_id, r.payer_id, r.service_code AS service,
        r.planned_minutes AS minutes, r.start_at AS start, r.price_minutes,
        CASE WHEN r.hold IN ('placed', 'releasing') THEN r.price_minutes ELSE 0 END AS held_minutes,
        (SELECT coalesce(sum(c.paid_minutes), 0) FROM capture c
            WHERE c.redemption_id = r.redemption_id AND NOT c.is_reversed)::int AS paid_minutes,
        r.coefficient_percent, r.persons, r.policy_version, r.district_id, r.unit_id, r.requested_by, r.acting_for,
        r.requested_at, r.decided_at, r.end_why, coalesce(o.under_review, false) AS under_review, o.fallback
    FROM redemption r LEFT JOIN order_placed o ON o.order_id = r.redemption_id"""
_CREDIT_REQUEST = """
    SELECT request_id, kind, state, code, giver_id, receiver_id, amount_minutes AS minutes, district_id, requested_by,
        acting_for, policy_version, requested_at, lapses_at, decided_by, decided_at, decision_why
    FROM credit_request"""
_GRANT_RUN = """
    SELECT g.grant_run_id, g.district_id, to_char(g.month, 'YYYY-MM') AS month, g.amount_minutes, g.state, g.code,
        g.requested_by, g.policy_version, g.requested_at,
        (SELECT count(*) FROM grant_line l WHERE l.grant_run_id = g.grant_run_id)::int AS people
    FROM grant_run g"""
_ENTITLEMENT = """
    SELECT entitlement_id, person_id, district_id, minutes, to_char(from_month, 'YYYY-MM') AS from_month, state,
        proposed_by, proposed_at, lapses_at, why, decided_by, decided_at, decision_why
    FROM entitlement"""
_ESTATE = """
    SELECT estate_id, person_id, district_id, to_person_id, state, code, proposed_by, proposed_at, lapses_at, why,
        decided_by, decided_at, decision_why
    FROM estate"""


@dataclass(frozen=True)
class RedemptionFilter:
    """Which redemptions a list shows; within `districts` unless all may be seen."""

    person_id: UUID | None = None
    unit_id: UUID | None = None
    state: str | None = None
    start_from: datetime | None = None
    start_before: datetime | None = None


@dataclass(frozen=True)
class ProposalFilter:
    """Which entitlements, estates or credit requests a list shows."""

    person_id: UUID | None = None
    unit_id: UUID | None = None
    state: str | None = None


def find_redemption(connection: Connection, redemption_id: UUID) -> Row | None:
    """Return a redemption as callers see it."""
    return _one(connection, f"{_REDEMPTION} WHERE r.redemption_id = :id", redemption_id)


def find_credit_request(connection: Connection, request_id: UUID, kind: str) -> Row | None:
    """Return a gift, donation or exchange as callers see it, under its own name of id."""
    row = _one(connection, f"{_CREDIT_REQUEST} WHERE request_id = :id AND kind = '{kind}'", request_id)
    return named_request(row) if row else None


def named_request(row: Row) -> Row:
    """Return the row with its id under the kind's own name."""
    return {f"{row['kind']}_id": row["request_id"]} | {name: row[name] for name in row if name != "request_id"}


def find_grant_run(connection: Connection, grant_run_id: UUID) -> Row | None:
    """Return a grant run as callers see it."""
    return _one(connection, f"{_GRANT_RUN} WHERE g.grant_run_id = :id", grant_run_id)


def find_entitlement(connection: Connection, entitlement_id: UUID) -> Row | None:
    """Return a proposal or decision."""
    return _one(connection, f"{_ENTITLEMENT} WHERE entitlement_id = :id", entitlement_id)


def find_estate(connection: Connection, estate_id: UUID) -> Row | None:
    """Return an estate's settlement."""
    return _one(connection, f"{_ESTATE} WHERE estate_id = :id", estate_id)


def find_month(connection: Connection, *, person_id: UUID, month: date) -> Row:
    """Return a person's purchased minutes of a month."""
    found = entitlement_store.find_month(connection, person_id=person_id, month=month)
    return {
        "person_id": person_id,
        "month": month.isoformat()[:7],
        "minutes": found.minutes,
        "available_minutes": found.available_minutes,
        "held_minutes": found.held_minutes,
        "used_minutes": found.used_minutes,
    }


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
        conditions.append(f"r.unit_id IN ({_BELOW})")
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


_BELOW = """
    WITH RECURSIVE below AS (
        SELECT unit_id FROM unit WHERE unit_id = :unit_id
        UNION ALL SELECT unit.unit_id FROM unit JOIN below ON unit.parent_id = below.unit_id
    ) SELECT unit_id FROM below"""


def list_credit_requests(
    connection: Connection,
    wanted: ProposalFilter,
    kind: str,
    *,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    """Return gifts (given or received), donations or exchanges of a person or of a unit's people, newest first."""
    terms: dict[str, Any] = {"limit": limit + 1, "kind": kind}
    conditions = ["kind = :kind"]
    if wanted.person_id:
        conditions.append("(giver_id = :person_id OR (receiver_id = :person_id AND state = ANY(:told_states)))")
        terms["told_states"] = list(TOLD_STATES)
        terms["person_id"] = wanted.person_id
    if wanted.unit_id:
        conditions.append(f"giver_id IN (SELECT person_id FROM person WHERE home_unit_id IN ({_BELOW}))")
        terms["unit_id"] = wanted.unit_id
    if wanted.state:
        conditions.append("state = :state")
        terms["state"] = wanted.state
    if before is not None:
        conditions.append("(requested_at, request_id) < (:before_at, :before_id)")
        terms |= {"before_at": before[0], "before_id": before[1]}
    query = f"""{_CREDIT_REQUEST} WHERE {" AND ".join(conditions)}
        ORDER BY requested_at DESC, request_id DESC LIMIT :limit"""
    return [dict(row) for row in connection.execute(sa.text(query), terms).mappings()]


def list_entitlements(
    connection: Connection, wanted: ProposalFilter, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """Return entitlements proposed and decided, newest first."""
    return _proposals(connection, _ENTITLEMENT, "entitlement_id", wanted, before=before, limit=limit)


def list_estates(
    connection: Connection, wanted: ProposalFilter, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """Return estates proposed and decided, newest first."""
    return _proposals(connection, _ESTATE, "estate_id", wanted, before=before, limit=limit)


def _proposals(
    connection: Connection,
    query: str,
    key: str,
    wanted: ProposalFilter,
    *,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    terms: dict[str, Any] = {"limit": limit + 1}
    conditions = []
    if wanted.person_id:
        conditions.append("person_id = :person_id")
        terms["person_id"] = wanted.person_id
    if wanted.unit_id:
        conditions.append(f"person_id IN (SELECT person_id FROM person WHERE home_unit_id IN ({_BELOW}))")
        terms["unit_id"] = wanted.unit_id
    if wanted.state:
        conditions.append("state = :state")
        terms["state"] = wanted.state
    if before is not None:
        conditions.append(f"(proposed_at, {key}) < (:before_at, :before_id)")
        terms |= {"before_at": before[0], "before_id": before[1]}
    where = " AND ".join(conditions) or "true"
    text = f"{query} WHERE {where} ORDER BY proposed_at DESC, {key} DESC LIMIT :limit"
    return [dict(row) for row in connection.execute(sa.text(text), terms).mappings()]


def list_grant_runs(
    connection: Connection, *, district_id: UUID, before: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """Return a district's grant runs, newest first."""
    terms: dict[str, Any] = {"limit": limit + 1, "district_id": district_id}
    older = ""
    if before is not None:
        older = "AND (g.requested_at, g.grant_run_id) < (:before_at, :before_id)"
        terms |= {"before_at": before[0], "before_id": before[1]}
    query = f"""{_GRANT_RUN} WHERE g.district_id = :district_id {older}
        ORDER BY g.requested_at DESC, g.grant_run_id DESC LIMIT :limit"""
    return [dict(row) for row in connection.execute(sa.text(query), terms).mappings()]


def decided(connection: Connection, ids: Iterable[UUID]) -> Mapping[UUID, dict[str, object]]:
    """Return those of the ids that wait for nothing any more; an order under review waits for people, not for us."""
    rows = connection.execute(_DECIDED, {"ids": list(ids)})
    return {row.id: {"state": row.state} for row in rows}


_DECIDED = sa.text("""
    SELECT r.redemption_id AS id, r.state FROM redemption r LEFT JOIN order_placed o ON o.order_id = r.redemption_id
    WHERE r.redemption_id = ANY(:ids) AND (r.state <> 'requested' OR o.under_review)
    UNION ALL SELECT request_id, state FROM credit_request WHERE request_id = ANY(:ids) AND state <> 'requested'
    UNION ALL SELECT grant_run_id, state FROM grant_run WHERE grant_run_id = ANY(:ids) AND state <> 'requested'
    UNION ALL SELECT estate_id, state FROM estate WHERE estate_id = ANY(:ids) AND state <> 'requested'""")


def signing_keys(connection: Connection) -> dict[str, bytes]:
    """Return the public keys that tokens may be signed with now."""
    rows = connection.execute(sa.text("SELECT key_id, public_key FROM signing_key"))
    return {row.key_id: bytes(row.public_key) for row in rows}


def _one(connection: Connection, query: str, identity: UUID) -> Row | None:
    row = connection.execute(sa.text(query), {"id": identity}).mappings().first()
    return dict(row) if row else None
