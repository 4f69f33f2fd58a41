"""What an act of two people depends on, asked for in one trip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from libs.db.driver import pipelined, run
from services.ledger.store.proposal_store import COLUMNS, LOCK, Decided, Proposal


@dataclass(frozen=True)
class Place:
    """Where something belongs: a person's home or a district, and all units above it; empty where it is not known."""

    home_district_id: UUID | None
    """The district of the person whose credit it is; None where it is nobody's, or theirs who is not known."""
    path: list[UUID]
    is_related: bool
    """Whether who asks is a relative or housemate of that person."""


@dataclass(frozen=True)
class DecidingFacts:
    """A proposal, locked; what was decided about it; and where it belongs."""

    proposal: Proposal | None
    decided: Decided | None
    place: Place


def place_to_propose(
    connection: Connection, actor_id: UUID, *, person_id: UUID | None, district_id: UUID | None
) -> Place:
    """Look where a proposal about a person, or about a district, would belong."""
    terms = {"actor": actor_id, "person": person_id, "district": district_id}
    with pipelined(connection):
        cursors = [run(connection, statement, terms) for statement in (_HOME, _PATH, _RELATED)]
    return _place(*cursors)


def facts_to_decide(connection: Connection, actor_id: UUID, proposal_id: UUID) -> DecidingFacts:
    """Lock a proposal, so that whoever comes second waits, and look at it."""
    terms = {"actor": actor_id, "proposal": proposal_id, "lock": str(proposal_id)}
    about = {"%(person)s": _PERSON, "%(district)s": _DISTRICT}
    with pipelined(connection):
        run(connection, LOCK, terms)
        proposal, decided = (run(connection, statement, terms) for statement in (_PROPOSAL, _DECISION))
        cursors = [run(connection, _about(statement, about), terms) for statement in (_HOME, _PATH, _RELATED)]
    row, decision = proposal.fetchone(), decided.fetchone()
    return DecidingFacts(
        Proposal._make(row) if row else None, Decided._make(decision) if decision else None, _place(*cursors)
    )


def _place(home: Any, path: Any, related: Any) -> Place:
    row = home.fetchone()
    return Place(row[0] if row else None, [unit_id for (unit_id,) in path], related.fetchone()[0])


def _about(statement: str, about: dict[str, str]) -> str:
    for name, query in about.items():
        statement = statement.replace(name, query)
    return statement


_PROPOSAL = f"SELECT {COLUMNS} FROM proposal p WHERE p.proposal_id = %(proposal)s"
_DECISION = "SELECT approved, decided_by, decided_at, why FROM decision WHERE proposal_id = %(proposal)s"
_PERSON = "(SELECT person_id FROM proposal WHERE proposal_id = %(proposal)s)"
_DISTRICT = "(SELECT district_id FROM proposal WHERE proposal_id = %(proposal)s AND person_id IS NULL)"
_HOME = "SELECT district_id FROM person WHERE person_id = CAST(%(person)s AS uuid)"
_PATH = """
    WITH RECURSIVE path AS (
        SELECT unit_id, parent_id, 1 AS height FROM org_unit WHERE unit_id = coalesce(
            CAST(%(district)s AS uuid), (SELECT home_unit_id FROM person WHERE person_id = CAST(%(person)s AS uuid)))
        UNION ALL
        SELECT u.unit_id, u.parent_id, path.height + 1 FROM org_unit u JOIN path ON u.unit_id = path.parent_id
        WHERE path.height < 10
    ) SELECT unit_id FROM path ORDER BY height"""
# What others only declared, or a household that one alone said, keeps nobody from signing (known.are_related).
_RELATED = """
    SELECT EXISTS (
        SELECT FROM relation r WHERE r.active AND r.kind <> 'friend' AND (r.verified OR r.declared_by = %(actor)s)
        AND (r.person_id, r.relative_id) IN (
            (%(actor)s, CAST(%(person)s AS uuid)), (CAST(%(person)s AS uuid), %(actor)s))
    ) OR EXISTS (
        SELECT FROM person a JOIN person b ON b.household_id = a.household_id AND b.person_id <> a.person_id
        WHERE a.person_id = %(actor)s AND b.person_id = CAST(%(person)s AS uuid)
        AND a.household_verified AND b.household_verified
    )"""
