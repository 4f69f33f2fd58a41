"""Who is what now: a person's status and roles and the sessions that have ended, as a service heard them from accounts.

A token says who calls. Whether they are active, and which roles they hold, is answered here at the moment of the act,
for commands and for reads alike, by one function (`StandingDirectory`) and one statement, in every service. accounts
itself asks its own tables by a statement of the same form.

| who calls | is |
|---|---|
| active | themselves, with the roles they hold |
| suspended | themselves without any role: they read what is their own, and change nothing (libs/http/auth.py) |
| staff, in a session that lacks the second factor asked of them | themselves without any role: they enrol one |
| deceased, sealed, erased; or the session has ended | not signed in (401) |
| not heard of yet: accounts signed a token, its event is on the way | asked to try again in a moment (503) |

An erased person's number keeps the word `erased` and nothing else, so that their token is refused and not put off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY
from werkzeug.exceptions import Unauthorized

from libs.clock import machine_now
from libs.db.driver import run
from libs.db.grants import Operations, grant
from libs.db.rows import save_row
from libs.http.actor import Actor, Bearer, CallerNotYetKnownError, RoleAt
from libs.programme.words import STAFF_ROLES, PersonStatus

metadata = sa.MetaData()
standing = sa.Table(
    "standing",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("status", sa.Text, nullable=False),
    # The role and the unit at the same place of both lists belong together.
    sa.Column("roles", ARRAY(sa.Text), nullable=False),
    sa.Column("unit_ids", ARRAY(sa.Uuid), nullable=False),
    # Whose role it is, where it is lent; shorter where a release before this one wrote the row.
    sa.Column("lent_by_ids", ARRAY(sa.Uuid), nullable=False, server_default="{}"),
)
ended_session = sa.Table(
    "ended_session",
    metadata,
    sa.Column("session_id", sa.Uuid, primary_key=True),
    sa.Column("tokens_end_at", sa.DateTime(timezone=True), nullable=False, index=True),
)


class Held(Protocol):
    """A role at a node of the tree."""

    @property
    def role(self) -> str: ...

    @property
    def unit_id(self) -> UUID: ...

    @property
    def lent_by_id(self) -> UUID | None: ...


HEARD = """
SELECT status, roles, unit_ids, lent_by_ids, EXISTS (SELECT 1 FROM ended_session WHERE session_id = %(session_id)s)
FROM standing WHERE person_id = %(person_id)s"""
"""What a service asks that knows people by events: one row by its key, none for somebody not heard of."""

_FORGET = "DELETE FROM ended_session WHERE tokens_end_at < %(now)s"


class StandingDirectory:
    """Answers who somebody is now, by one statement that gives (status, roles, units, lenders, has it ended)."""

    def __init__(self, statement: str = HEARD) -> None:
        """`statement` takes `person_id` and `session_id`; accounts has its own."""
        self._statement = statement

    def __call__(self, connection: Connection, bearer: Bearer) -> Callable[[], Actor]:
        """Ask, and return what reads the answer (see libs.http.actor.Directory)."""
        terms = {"person_id": bearer.person_id, "session_id": bearer.session_id}
        cursor = run(connection, self._statement, terms)

        def read() -> Actor:
            row = cursor.fetchone()
            if row is None:
                raise CallerNotYetKnownError
            status, roles, unit_ids, lenders, has_ended = row
            if has_ended or status not in (PersonStatus.ACTIVE, PersonStatus.SUSPENDED):
                raise Unauthorized
            is_suspended = status == PersonStatus.SUSPENDED
            lacks = bearer.one_factor and not is_suspended and not STAFF_ROLES.isdisjoint(roles)
            held = (
                () if is_suspended or lacks else tuple(map(RoleAt, roles, unit_ids, [*lenders, *[None] * len(roles)]))
            )
            return Actor(bearer.person_id, held, bearer.session_id, is_suspended, lacks)

        return read


def create_standing(op: Operations) -> None:
    """Create the tables; called by the first migration of a service that hears of people by events."""
    metadata.create_all(op.get_bind())
    grant(op, "SELECT, INSERT, UPDATE, DELETE", standing.name, ended_session.name)


def refuse_erased(connection: Connection, person_id: UUID) -> None:
    """Keep the word `erased` of a person and nothing else."""
    save_standing(connection, person_id, status=PersonStatus.ERASED, roles=())


def refuse_sessions(connection: Connection, session_ids: Iterable[UUID], *, tokens_end_at: datetime) -> None:
    """Refuse the tokens of these sessions until none can be valid any more; forget those of which none is."""
    for session_id in session_ids:
        save_row(connection, ended_session, {"session_id": session_id, "tokens_end_at": tokens_end_at})
    run(connection, _FORGET, {"now": machine_now()})


def save_standing(connection: Connection, person_id: UUID, *, status: str, roles: Iterable[Held]) -> None:
    """Keep what a person is now."""
    held = sorted({(role.role, role.unit_id, role.lent_by_id) for role in roles}, key=str)
    row = {
        "person_id": person_id,
        "status": status,
        "roles": [role for role, _, _ in held],
        "unit_ids": [unit_id for _, unit_id, _ in held],
        "lent_by_ids": [lender_id for _, _, lender_id in held],
    }
    save_row(connection, standing, row)
