"""Asks for the facts of a decision: what is asked for inside `pipelined` is there when that is left.

`whose` and the like are SQL for an id: a parameter, or the question where it is to be found.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from libs.clock import local_date
from libs.db.driver import run
from libs.programme.acting_grants import GrantedAct, GrantedScope
from libs.programme.directory.relations import BETWEEN, RELATED
from libs.programme.policy import Policy
from libs.programme.policy.store import BINDING_SQL, find_policy
from services.redemption.core.rules.facts import PersonFacts
from services.redemption.core.rules.people import CommandContext, Person, Relation

T = TypeVar("T")
Answer = Callable[[], T]
Terms = Mapping[str, Any]

TREE_DEPTH_MAX = 10
_PERSON = f"SELECT {', '.join(field.name for field in fields(Person))} FROM person WHERE person_id = "
_PATH = f"""
    WITH RECURSIVE up AS (
        SELECT unit_id, parent_id, 1 AS depth FROM unit
        WHERE unit_id = (SELECT home_unit_id FROM person WHERE person_id = {{whose}})
        UNION ALL
        SELECT unit.unit_id, unit.parent_id, up.depth + 1 FROM unit JOIN up ON unit.unit_id = up.parent_id
        WHERE up.depth < {TREE_DEPTH_MAX}
    ) SELECT unit_id FROM up UNION SELECT home_unit_id FROM person WHERE person_id = {{whose}}"""
_LOCK_GRANTS = """
    SELECT pg_advisory_xact_lock(hashtextextended(grant_id::text, 13)) FROM (
        SELECT grant_id FROM acting_grant WHERE person_id = {whose} AND relative_id = %(caller_id)s
        AND minutes_per_month IS NOT NULL ORDER BY grant_id) AS locked"""
_GRANTS = """
    SELECT grant_id, person_id, acts, minutes_per_month, until, (
        SELECT coalesce(sum(u.minutes), 0) FROM grant_use u WHERE u.grant_id = g.grant_id AND u.month = %(month)s)
    FROM acting_grant g WHERE person_id = {whose} AND relative_id = %(caller_id)s"""
DISTRICT_OF = "(SELECT district_id FROM person WHERE person_id = {whose})"


def terms_of(context: CommandContext, **more: Any) -> dict[str, Any]:
    """Return what every question needs: who asks, and on which day."""
    day = local_date(context.now)
    return {"caller_id": context.caller.person_id, "day": day, "month": day.replace(day=1), **more}


def ask_person(connection: Connection, whose: str, terms: Terms) -> Answer[Person | None]:
    """Ask who somebody is."""
    cursor = run(connection, _PERSON + whose, terms)

    def read() -> Person | None:
        row = cursor.fetchone()
        if row is None:
            return None
        person = Person(*row)
        return Person(**{**vars(person), "hardship": tuple(person.hardship)})

    return read


def ask_facts(connection: Connection, whose: str, terms: Terms, *, acting: bool = False) -> Answer[PersonFacts]:
    """Ask who somebody is and what is above them; `acting`: also under which grants the caller may act for them."""
    if acting:
        run(connection, _LOCK_GRANTS.format(whose=whose), terms)
    person = ask_person(connection, whose, terms)
    path = run(connection, _PATH.format(whose=whose), terms)
    relation = ask_relation(connection, whose, "%(caller_id)s", terms) if acting else None
    grants = run(connection, _GRANTS.format(whose=whose), terms) if acting else None

    def read() -> PersonFacts:
        rows = grants.fetchall() if grants else []
        return PersonFacts(
            person(),
            frozenset(unit_id for (unit_id,) in path),
            relation() if relation else None,
            tuple(_scope(row) for row in rows),
            {row[0]: int(row[5]) for row in rows},
        )

    return read


def _scope(row: tuple[Any, ...]) -> GrantedScope:
    grant_id, person_id, acts, minutes_per_month, until, _used = row
    granted_acts = frozenset(act for act in GrantedAct if act in acts)
    return GrantedScope(grant_id, person_id, granted_acts, minutes_per_month, until)


def ask_relation(connection: Connection, whose: str, relative: str, terms: Terms) -> Answer[Relation | None]:
    """Ask what the relative is to the person; of several relations, a verified one first."""
    statement = BETWEEN.replace("%(person_id)s", whose).replace("%(relative_id)s", relative)
    cursor = run(connection, statement, terms)

    def read() -> Relation | None:
        row = cursor.fetchone()
        return Relation(*row) if row else None

    return read


def ask_close(connection: Connection, others: str, terms: Terms) -> Answer[frozenset[UUID]]:
    """Ask which of the others (SQL for an array of ids) are relatives or housemates of the caller."""
    statement = RELATED.replace("%(person_id)s", "%(caller_id)s").replace("%(others)s", others)
    cursor = run(connection, statement, terms)
    return lambda: frozenset(other for (other,) in cursor)


def ask_policy(connection: Connection, district: str, terms: Terms) -> Answer[Policy | None]:
    """Ask for the rules that bind in a district; what they say is read once by each process."""
    cursor = run(connection, BINDING_SQL.replace("%(district_id)s", district), terms)

    def read() -> Policy | None:
        row = cursor.fetchone()
        return find_policy(connection, *row) if row else None

    return read


def ask_number(connection: Connection, statement: str, terms: Terms) -> Answer[int]:
    """Ask for a sum."""
    cursor = run(connection, statement, terms)

    def read() -> int:
        row = cursor.fetchone()
        assert row is not None, "a sum has one row"
        return int(row[0])

    return read
