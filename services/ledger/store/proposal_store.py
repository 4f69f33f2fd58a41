"""Proposals and decisions: both are only ever added."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection


class Proposal(NamedTuple):
    """What one person proposes."""

    proposal_id: UUID
    kind: str
    district_id: UUID
    person_id: UUID | None
    wallet_class: str | None
    minutes: int | None
    reverses: UUID | None
    reason: str
    has_scan: bool
    effective_at: int | None
    proposed_by: UUID
    proposed_at: int
    month: str | None = None


class Decided(NamedTuple):
    """What another person decided."""

    is_approved: bool
    decided_by: UUID
    decided_at: int
    why: str | None = None


ADD = sa.text("""
    INSERT INTO proposal (proposal_id, kind, district_id, person_id, wallet_class, minutes, reverses, reason, has_scan,
        effective_at, proposed_by, proposed_at, month)
    VALUES (:proposal_id, :kind, :district_id, :person_id, :wallet_class, :minutes, :reverses, :reason, :has_scan,
        :effective_at, :proposed_by, :proposed_at, CAST(:month || '-01' AS date))""")
FIND = sa.text("""
    SELECT proposal_id, kind, district_id, person_id, wallet_class, minutes, reverses, reason, has_scan, effective_at,
        proposed_by, proposed_at, to_char(month, 'YYYY-MM') FROM proposal WHERE proposal_id = :proposal_id""")
OPEN = sa.text("""
    SELECT p.proposal_id, p.kind, p.district_id, p.person_id, p.wallet_class, p.minutes, p.reverses, p.reason,
        p.has_scan, p.effective_at, p.proposed_by, p.proposed_at, to_char(p.month, 'YYYY-MM')
    FROM proposal p LEFT JOIN decision d USING (proposal_id)
    WHERE d.proposal_id IS NULL AND p.kind = ANY(:kinds) AND p.proposed_at > :since AND p.proposal_id > :after
        AND p.district_id = ANY(:districts)
    ORDER BY p.proposal_id LIMIT :limit""")
# Rows are never updated, so they cannot be locked as rows are; two deciders of one proposal take turns here.
LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:proposal, 11))")
ADD_DECISION = sa.text("""
    INSERT INTO decision (proposal_id, approved, decided_by, decided_at, why)
    VALUES (:proposal_id, :is_approved, :decided_by, :decided_at, :why)""")
FIND_DECISION = sa.text("""
    SELECT approved, decided_by, decided_at, why FROM decision WHERE proposal_id = :proposal_id""")


def add(connection: Connection, proposal: Proposal) -> None:
    """Record a proposal."""
    connection.execute(ADD, proposal._asdict())


def find(connection: Connection, proposal_id: UUID) -> Proposal | None:
    """A proposal, or None."""
    row = connection.execute(FIND, {"proposal_id": proposal_id}).first()
    return Proposal._make(row) if row else None


def lock(connection: Connection, proposal_id: UUID) -> Proposal | None:
    """A proposal for decision: whoever comes second waits."""
    connection.execute(LOCK, {"proposal": str(proposal_id)})
    return find(connection, proposal_id)


def open_proposals(
    connection: Connection, kinds: list[str], *, districts: list[UUID], since: int, after: UUID, limit: int
) -> list[Proposal]:
    """Proposals in these districts, made since an instant, that nobody has decided."""
    terms = {"kinds": kinds, "districts": districts, "since": since, "after": after, "limit": limit}
    rows = connection.execute(OPEN, terms)
    return [Proposal._make(row) for row in rows]


def add_decision(connection: Connection, proposal_id: UUID, decided: Decided) -> None:
    """Record a decision."""
    connection.execute(ADD_DECISION, {"proposal_id": proposal_id, **decided._asdict()})


def find_decision(connection: Connection, proposal_id: UUID) -> Decided | None:
    """A decision, or None."""
    row = connection.execute(FIND_DECISION, {"proposal_id": proposal_id}).first()
    return Decided._make(row) if row else None
