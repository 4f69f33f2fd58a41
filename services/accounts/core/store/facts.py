"""What nearly every act about a person depends on, in one trip: the people, locked, the roles of all, their units.

Who an act is about is an id, or SQL that finds it where only the act's own record is named. The stores keep what was
read: whoever asks them for it in the same transaction goes to the database no more.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Table

from libs.db.driver import pipelined, run
from libs.db.prepared import Prepared
from libs.db.rows import ask_row, claim_row
from services.accounts.core.store.tables import person, role_grant, unit

Ask = Callable[[Connection], psycopg.Cursor[Any]]
"""A question of a feature that is asked in the same trip, after the locks."""
NOBODY = "SELECT NULL::uuid"
GIVEN = "SELECT unnest(%(about)s::uuid[])"


def _columns(table: Table) -> str:
    return ", ".join(f"{table.name}.{column.name}" for column in table.columns)


_Person = namedtuple("_Person", person.columns.keys())  # type: ignore[misc]  # the names are the table's
_Unit = namedtuple("_Unit", unit.columns.keys())  # type: ignore[misc]
_Held = namedtuple("_Held", [*role_grant.columns.keys(), "path"])  # type: ignore[misc]
_LOCKED = f"SELECT {_columns(person)} FROM person WHERE person_id IN ({{about}}) ORDER BY person_id FOR UPDATE"
_SEEN = f"SELECT {_columns(person)} FROM person WHERE person_id IN ({{also}})"
_HELD = f"""
    SELECT {_columns(role_grant)}, unit.path FROM role_grant JOIN unit USING (unit_id)
    WHERE ended_at IS NULL AND person_id IN ({{about}} UNION ALL {{also}} UNION ALL SELECT %(caller_id)s::uuid)
    ORDER BY granted_at, grant_id"""
_UNITS = f"""
    SELECT {_columns(unit)} FROM unit WHERE unit_id IN (
        SELECT home_unit_id FROM person WHERE person_id IN ({{about}}) UNION ALL {{units}})"""


@dataclass(frozen=True)
class Facts:
    """Rows of people, of the roles that they hold, of units; and of what else was asked, a list for each question."""

    locked: list[Any]
    seen: list[Any]
    held: list[Any]
    units: list[Any]
    asked: list[list[Any]]


def load_facts(
    connection: Connection,
    caller_id: UUID,
    terms: Mapping[str, Any],
    *asks: Ask,
    about: str,
    also: str,
    units: str,
) -> Facts:
    """Lock whom an act is about; read them, `also` others, the roles of all and the caller, their homes and `units`."""
    named = {**terms, "caller_id": caller_id}
    sql = {"about": about, "also": also, "units": units}
    with pipelined(connection):
        locked = run(connection, _LOCKED.format(**sql), named)
        seen = run(connection, _SEEN.format(**sql), named)
        held = run(connection, _HELD.format(**sql), named)
        found = run(connection, _UNITS.format(**sql), named)
        asked = [ask(connection) for ask in asks]
    return Facts(
        _rows(_Person, locked),
        _rows(_Person, seen),
        _rows(_Held, held),
        _rows(_Unit, found),
        [cursor.fetchall() for cursor in asked],
    )


def unless_taken(table: Table, **key: UUID) -> Ask:
    """Ask for the row under an id, after waiting for whoever adds one just now: a row means that it is taken."""
    return lambda connection: claim_row(connection, table, **key)


def locked_row(table: Table, **key: UUID) -> Ask:
    """Ask for the row under an id, locked."""
    return lambda connection: ask_row(connection, table, for_update=True, **key)


def prepared(question: Prepared, **terms: object) -> Ask:
    """Ask a prepared question."""
    return lambda connection: question.ask(connection, terms)


def _rows(kind: Any, cursor: psycopg.Cursor[Any]) -> list[Any]:
    return [kind._make(row) for row in cursor]
