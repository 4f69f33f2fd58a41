"""A service's own directory: its table of persons, and the functions that fill all its tables from events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from libs.contracts.events import accounts
from libs.db import Connection
from libs.db.driver import run
from libs.db.grants import Operations, grant
from libs.db.rows import delete_rows, find_row, save_row
from libs.events import EventContext, forgets, hears
from libs.programme import known_grants, standing
from libs.programme.directory import tables as t
from libs.programme.directory.columns import PERSON_COLUMNS, Derived
from libs.programme.directory.states import (
    GrantTold,
    KeysTold,
    PersonTold,
    PolicyTold,
    RelationTold,
    SessionsEndedTold,
    UnitTold,
)
from libs.programme.directory.units import lacks_names
from libs.programme.policy import store as policies

STATES = "timebank.accounts.state.v1"
RIGHTS = "SELECT, INSERT, UPDATE, DELETE"


class Directory:
    """What one service knows of people, units, relations, grants, keys and policies; it keeps the columns it names."""

    def __init__(
        self,
        person: Iterable[str],
        *,
        derived: Mapping[str, Derived] | None = None,
        changed: Callable[[Connection], None] | None = None,
    ) -> None:
        """Keep these columns of a person, and the `derived` ones; `changed` is told of every change."""
        columns = {name: PERSON_COLUMNS[name] for name in PERSON_COLUMNS if name in set(person)}
        assert len(columns) == len(set(person)), f"unknown columns: {sorted(set(person) - set(columns))}"
        self._columns = {**columns, **(derived or {})}
        self._changed = changed or (lambda _connection: None)
        self.person = sa.Table(
            "person",
            sa.MetaData(),
            sa.Column("person_id", sa.Uuid, primary_key=True),
            *(
                sa.Column(name, one.kind, nullable=one.nullable, server_default=one.default)
                for name, one in self._columns.items()
            ),
        )

    @property
    def person_columns(self) -> frozenset[str]:
        """Return what is kept of a person beside the id."""
        return frozenset(self._columns)

    def lacking(self, connection: Connection) -> Mapping[str, str]:
        """Return which states are to be read again: those of units, where an earlier release kept them nameless."""
        return {str(accounts.OrgUnitState.DESCRIPTOR.full_name): STATES} if lacks_names(connection) else {}

    def create(self, op: Operations) -> None:
        """Create the tables; called by the service's first migration."""
        bind = op.get_bind()
        self.person.metadata.create_all(bind)
        t.metadata.create_all(bind)
        policies.metadata.create_all(bind)
        standing.create_standing(op)
        known_grants.create_known_grants(op)
        grant(op, RIGHTS, *(table.name for table in (self.person, *t.metadata.sorted_tables, policies.policy)))

    def find_person(self, connection: Connection, person_id: UUID) -> Any | None:
        """Return a person's row, or None when accounts has not told of them."""
        return find_row(connection, self.person, person_id=person_id)

    def save_person(self, connection: Connection, state: PersonTold) -> None:
        """Keep a person's newest state."""
        row = {name: derived.make(state) for name, derived in self._columns.items()}
        save_row(connection, self.person, {"person_id": state.person_id, **row})

    @hears(accounts.PersonState)
    def hear_person(self, connection: Connection, _context: EventContext, state: PersonTold) -> None:
        """Keep who somebody is, and what they may do."""
        self._changed(connection)
        standing.save_standing(connection, state.person_id, status=state.status, roles=state.roles)
        self.save_person(connection, state)

    @forgets(accounts.PersonState)
    def forget_person(self, connection: Connection, _context: EventContext, subject: str) -> None:
        """Delete a person, their relations and grants; their tokens are refused."""
        self._changed(connection)
        person_id = UUID(subject)
        standing.refuse_erased(connection, person_id)
        delete_rows(connection, self.person, person_id=person_id)
        run(connection, _FORGET_RELATIONS, {"person_id": person_id})
        known_grants.forget_grants_of(connection, person_id)

    @hears(accounts.SessionsEnded)
    def hear_sessions_ended(self, connection: Connection, _context: EventContext, state: SessionsEndedTold) -> None:
        """Refuse the tokens of these sessions."""
        standing.refuse_sessions(connection, state.session_ids, tokens_end_at=state.tokens_end_at)

    @hears(accounts.RelationState)
    def hear_relation(self, connection: Connection, _context: EventContext, state: RelationTold) -> None:
        """Keep a relation until it ends."""
        self._changed(connection)
        if not state.active:
            delete_rows(connection, t.relation, relation_id=state.relation_id)
            return
        names = [column.name for column in t.relation.columns]
        save_row(connection, t.relation, {name: getattr(state, name) for name in names})

    @forgets(accounts.RelationState)
    def forget_relation(self, connection: Connection, _context: EventContext, subject: str) -> None:
        """Nobody is related by it."""
        self._changed(connection)
        delete_rows(connection, t.relation, relation_id=UUID(subject))

    @hears(accounts.ActingGrantState)
    def hear_grant(self, connection: Connection, _context: EventContext, state: GrantTold) -> None:
        """Keep a grant until it ends."""
        self._changed(connection)
        known_grants.save_grant(connection, state)

    @forgets(accounts.ActingGrantState)
    def forget_grant(self, connection: Connection, _context: EventContext, subject: str) -> None:
        """Nobody acts by it."""
        self._changed(connection)
        known_grants.forget_grant(connection, UUID(subject))

    @hears(accounts.OrgUnitState)
    def hear_unit(self, connection: Connection, _context: EventContext, state: UnitTold) -> None:
        """Keep a node of the tree."""
        self._changed(connection)
        names = [column.name for column in t.unit.columns]
        save_row(connection, t.unit, {name: getattr(state, name) for name in names})

    @forgets(accounts.OrgUnitState)
    def forget_unit(self, connection: Connection, _context: EventContext, subject: str) -> None:
        """No role reaches anything through it."""
        self._changed(connection)
        delete_rows(connection, t.unit, unit_id=UUID(subject))

    @hears(accounts.PolicyPublished)
    def hear_policy(self, connection: Connection, _context: EventContext, state: PolicyTold) -> None:
        """Keep a version of a district's rules."""
        self._changed(connection)
        policies.save_policy(
            connection,
            district_id=state.district_id,
            version=state.policy_version,
            effective=state.effective,
            parameters=state.parameters,
        )

    @forgets(accounts.PolicyPublished)
    def forget_policy(self, connection: Connection, _context: EventContext, subject: str) -> None:
        """The version is gone."""
        self._changed(connection)
        policies.forget_policy(connection, *policies.policy_subject(subject))

    @hears(accounts.SigningKeysChanged)
    def hear_keys(self, connection: Connection, _context: EventContext, state: KeysTold) -> None:
        """Keep exactly these keys."""
        self._replace_keys(connection, {key.key_id: key.public_key for key in state.keys})

    @forgets(accounts.SigningKeysChanged)
    def forget_keys(self, connection: Connection, _context: EventContext, _subject: str) -> None:
        """Every token is refused until keys are published again."""
        self._replace_keys(connection, {})

    def _replace_keys(self, connection: Connection, keys: Mapping[str, bytes]) -> None:
        run(connection, "DELETE FROM signing_key")
        for key_id, public_key in keys.items():
            save_row(connection, t.signing_key, {"key_id": key_id, "public_key": public_key})


def signing_keys(connection: Connection) -> dict[str, bytes]:
    """Return the public keys that tokens may be signed with now."""
    return {key_id: bytes(raw) for key_id, raw in run(connection, "SELECT key_id, public_key FROM signing_key")}


_FORGET_RELATIONS = "DELETE FROM relation WHERE person_id = %(person_id)s OR relative_id = %(person_id)s"
