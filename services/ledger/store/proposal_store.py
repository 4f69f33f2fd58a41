"""Proposals and decisions: both are only ever added."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from libs.db import collect
from libs.db.driver import pipelined, run


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


COLUMNS = (
    "p.proposal_id, p.kind, p.district_id, p.person_id, p.wallet_class, p.minutes, p.reverses, p.reason, p.has_scan,"
    " p.effective_at, p.proposed_by, p.proposed_at, to_char(p.month, 'YYYY-MM')"
)
ADD = """
    INSERT INTO proposal (proposal_id, kind, district_id, person_id, wallet_class, minutes, reverses, reason, has_scan,
        effective_at, proposed_by, proposed_at, month)
    VALUES (%(proposal_id)s, %(kind)s, %(district_id)s, %(person_id)s, %(wallet_class)s, %(minutes)s, %(reverses)s,
        %(reason)s, %(has_scan)s, %(effective_at)s, %(proposed_by)s, %(proposed_at)s,
        CAST(CAST(%(month)s AS text) || '-01' AS date))"""
FIND = sa.text(f"SELECT {COLUMNS} FROM proposal p WHERE p.proposal_id = :proposal_id")
OPEN = sa.text(f"""
    SELECT {COLUMNS}
    FROM proposal p LEFT JOIN decision d USING (proposal_id)
    WHERE d.proposal_id IS NULL AND p.kind = ANY(:kinds) AND p.proposed_at > :since AND p.proposal_id > :after
        AND p.district_id = ANY(:districts)
    ORDER BY p.proposal_id LIMIT :limit""")
# Rows are never updated, so they cannot be locked as rows are; two deciders of one proposal take turns here.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%(lock)s, 11))"
TAKEN = "SELECT 1 FROM proposal WHERE proposal_id = %(proposal)s"
ADD_DECISION = """
    INSERT INTO decision (proposal_id, approved, decided_by, decided_at, why)
    VALUES (%(proposal_id)s, %(is_approved)s, %(decided_by)s, %(decided_at)s, %(why)s)"""
FIND_DECISION = sa.text("""
    SELECT approved, decided_by, decided_at, why FROM decision WHERE proposal_id = :proposal_id""")


def claim(connection: Connection, proposal_id: UUID) -> Any:
    """In a pipeline: wait for whoever proposes under this id, and ask for it; a row means that it is taken."""
    run(connection, LOCK, {"lock": str(proposal_id)})
    return run(connection, TAKEN, {"proposal": proposal_id})


def is_taken(connection: Connection, proposal_id: UUID) -> bool:
    """Tell whether something was proposed under this id; of two who would at once, the second waits here."""
    with pipelined(connection):
        taken = claim(connection, proposal_id)
    return taken.fetchone() is not None


def add(connection: Connection, proposal: Proposal) -> None:
    """Record a proposal, with the commit."""
    collect(connection, _write_proposals, proposal)


def find(connection: Connection, proposal_id: UUID) -> Proposal | None:
    """A proposal, or None."""
    row = connection.execute(FIND, {"proposal_id": proposal_id}).first()
    return Proposal._make(row) if row else None


def lock(connection: Connection, proposal_id: UUID) -> Proposal | None:
    """A proposal for decision: whoever comes second waits."""
    run(connection, LOCK, {"lock": str(proposal_id)})
    return find(connection, proposal_id)


def open_proposals(
    connection: Connection, kinds: list[str], *, districts: list[UUID], since: int, after: UUID, limit: int
) -> list[Proposal]:
    """Proposals in these districts, made since an instant, that nobody has decided."""
    terms = {"kinds": kinds, "districts": districts, "since": since, "after": after, "limit": limit}
    rows = connection.execute(OPEN, terms)
    return [Proposal._make(row) for row in rows]


def add_decision(connection: Connection, proposal_id: UUID, decided: Decided) -> None:
    """Record a decision, with the commit."""
    collect(connection, _write_decisions, {"proposal_id": proposal_id, **decided._asdict()})


def find_decision(connection: Connection, proposal_id: UUID) -> Decided | None:
    """A decision, or None."""
    row = connection.execute(FIND_DECISION, {"proposal_id": proposal_id}).first()
    return Decided._make(row) if row else None


def _write_proposals(connection: Connection, proposals: list[Proposal]) -> None:
    for proposal in proposals:
        run(connection, ADD, proposal._asdict())


def _write_decisions(connection: Connection, decisions: list[dict[str, Any]]) -> None:
    for decision in decisions:
        run(connection, ADD_DECISION, decision)
