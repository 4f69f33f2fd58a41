"""What an act of two people depends on, asked for in one trip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from libs.db.driver import driver_connection, pipelined, run
from libs.programme.directory.relations import RELATED
from services.ledger.domain.entries import Entry
from services.ledger.domain.wallets import Id
from services.ledger.store import proposal_store
from services.ledger.store.loading import ALL_BOOKS
from services.ledger.store.proposal_store import COLUMNS, LOCK, Decided, Proposal
from services.ledger.store.raw import id_array, raw_cursor
from services.ledger.store.rows import ENTRY_WITH_OWNERS, entry_from

ROWS_MAX = 1000


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
    """A proposal, locked; what was decided about it and posted for it; where it belongs; the rows that it reverses."""

    proposal: Proposal | None
    decided: Decided | None
    place: Place
    rows: list[Entry]
    posted: Entry | None
    """The first row that moved credit for this proposal."""


def place_to_propose(
    connection: Connection, actor_id: UUID, proposal_id: UUID, *, person_id: UUID | None, district_id: UUID | None
) -> tuple[Place, bool]:
    """Look where a proposal about a person, or about a district, would belong, and whether its id is taken."""
    terms = _terms(actor_id, person_id, district_id)
    with pipelined(connection):
        taken = proposal_store.claim(connection, proposal_id)
        cursors = [run(connection, statement, terms) for statement in (_HOME, _PATH, RELATED)]
    return _place(*cursors), taken.fetchone() is not None


@dataclass(frozen=True)
class ActFacts:
    """Where the first of an act's people are at home; its district; who of all its people are near; is the id taken."""

    homes: list[Place]
    district: Place
    related: frozenset[UUID]
    is_taken: bool


def facts_of_act(
    connection: Connection, actor_id: UUID, proposal_id: UUID, *, first: list[UUID], people: list[UUID], district: UUID
) -> ActFacts:
    """Look at an act that is to be reversed."""
    about = [*(_terms(actor_id, person_id, None) for person_id in first), _terms(actor_id, None, district)]
    with pipelined(connection):
        taken = proposal_store.claim(connection, proposal_id)
        cursors = [[run(connection, one, terms) for one in (_HOME, _PATH, RELATED)] for terms in about]
        near = run(connection, RELATED, {"person_id": actor_id, "others": people})
    *homes, of_district = (_place(*three) for three in cursors)
    related = frozenset(person_id for (person_id,) in near)
    return ActFacts(homes, of_district, related, taken.fetchone() is not None)


def facts_to_decide(connection: Connection, actor_id: UUID, proposal_id: UUID, *, posted_as: Id) -> DecidingFacts:
    """Lock a proposal, so that whoever comes second waits, and look at it and at what was posted for it."""
    terms = {"person_id": actor_id, "proposal": proposal_id, "lock": str(proposal_id)}
    about = {"%(person)s": _PERSON, "%(district)s": _DISTRICT, "%(others)s": f"ARRAY{_PERSON}"}
    with pipelined(connection):
        run(connection, LOCK, terms)
        proposal, decided = (run(connection, statement, terms) for statement in (_PROPOSAL, _DECISION))
        cursors = [run(connection, _about(statement, about), terms) for statement in (_HOME, _PATH, RELATED)]
        books = raw_cursor(driver_connection(connection)).execute(ALL_BOOKS)
        rows = raw_cursor(driver_connection(connection)).execute(_ROWS, terms)
        posted = raw_cursor(driver_connection(connection)).execute(_POSTED, {"request": id_array([posted_as])})
    districts = dict(books.fetchall())
    row, decision = proposal.fetchone(), decided.fetchone()
    return DecidingFacts(
        Proposal._make(row) if row else None,
        Decided._make(decision) if decision else None,
        _place(*cursors),
        [entry_from(one, districts) for one in rows],
        next((entry for entry in (entry_from(one, districts) for one in posted) if entry.is_applied()), None),
    )


def _terms(actor_id: UUID, person_id: UUID | None, district_id: UUID | None) -> dict[str, Any]:
    others = [person_id] if person_id else []
    return {"person_id": actor_id, "person": person_id, "others": others, "district": district_id}


def _place(home: Any, path: Any, related: Any) -> Place:
    row = home.fetchone()
    return Place(row[0] if row else None, [unit_id for (unit_id,) in path], related.fetchone() is not None)


def _about(statement: str, about: dict[str, str]) -> str:
    for name, query in about.items():
        statement = statement.replace(name, query)
    return statement


_PROPOSAL = f"SELECT {COLUMNS} FROM proposal p WHERE p.proposal_id = %(proposal)s"
_DECISION = "SELECT approved, decided_by, decided_at, why FROM decision WHERE proposal_id = %(proposal)s"
_PERSON = "(SELECT person_id FROM proposal WHERE proposal_id = %(proposal)s)"
_DISTRICT = "(SELECT district_id FROM proposal WHERE proposal_id = %(proposal)s AND person_id IS NULL)"
_ROWS = f"""
    {ENTRY_WITH_OWNERS} WHERE e.act_id = (SELECT reverses FROM proposal WHERE proposal_id = %(proposal)s)
    AND e.act_id <> '00000000-0000-0000-0000-000000000000' ORDER BY e.recorded_at, e.book, e.pos LIMIT {ROWS_MAX}"""
_POSTED = f"{ENTRY_WITH_OWNERS} WHERE e.request_id = ANY(%(request)s::uuid[]) ORDER BY e.leg, e.book, e.pos"
_HOME = "SELECT district_id FROM person WHERE person_id = CAST(%(person)s AS uuid)"
_PATH = """
    WITH RECURSIVE path AS (
        SELECT unit_id, parent_id, 1 AS height FROM unit WHERE unit_id = coalesce(
            CAST(%(district)s AS uuid), (SELECT home_unit_id FROM person WHERE person_id = CAST(%(person)s AS uuid)))
        UNION ALL
        SELECT u.unit_id, u.parent_id, path.height + 1 FROM unit u JOIN path ON u.unit_id = path.parent_id
        WHERE path.height < 10
    ) SELECT unit_id FROM path ORDER BY height"""
