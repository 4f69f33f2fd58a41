"""Load and save relations, who may act for whom, and what was done for somebody."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY

from libs.db import write_at_end
from libs.db.prepared import Prepared
from libs.db.rows import add_row, change_rows, find_row
from libs.http.lists import Listing, equals
from libs.programme.acting import Consent, ConsentHow
from libs.programme.acting_grants import GrantedAct
from libs.programme.refusals import RecordNotFoundError
from libs.programme.words import Kinship
from services.accounts.core.store.facts import Ask, locked_row, prepared, unless_taken
from services.accounts.core.store.narrowing import at_home_within_and_kept, below
from services.accounts.core.store.tables import acted_for
from services.accounts.relations.rules.grants import ActingGrant
from services.accounts.relations.rules.relations import Relation
from services.accounts.relations.tables import acting_grant, relation

_GRANT_PLAIN = (
    "grant_id", "person_id", "relative_id", "minutes_per_month", "until", "recorded_by", "is_active", "version",
)  # fmt: skip
_CHANGING = (
    "verified", "is_active", "confirmed_by", "turned_down_by", "turned_down_why", "ending_by", "version",
)  # fmt: skip
OF_RELATION = """
    SELECT unnest(ARRAY[person_id, relative_id]) FROM relation WHERE relation_id = %(relation_id)s"""
OF_GRANT = "SELECT unnest(ARRAY[person_id, relative_id]) FROM acting_grant WHERE grant_id = %(grant_id)s"
"""Whom a relation, or a grant, is about."""
_SIDES = (relation.c.person_id, relation.c.relative_id)
_PAIR = sa.bindparam("pair", type_=ARRAY(sa.Uuid))
_BETWEEN = Prepared(
    sa.select(relation)
    .where(relation.c.is_active, *(side == sa.any_(_PAIR) for side in _SIDES))
    .order_by(relation.c.relation_id)
)
_THIS = relation.alias("this")
_BESIDE = Prepared(
    sa.select(relation)
    .join(_THIS, sa.and_(*(side.in_([_THIS.c.person_id, _THIS.c.relative_id]) for side in _SIDES)))
    .where(_THIS.c.relation_id == sa.bindparam("relation_id"), relation.c.is_active)
    .order_by(relation.c.relation_id)
)
_OF_PERSON = sa.or_(*(side == sa.bindparam("person_id") for side in _SIDES))
_DECLARED = sa.select(sa.func.count().label("count")).where(_OF_PERSON, relation.c.is_active, ~relation.c.verified)
_DECLARED_BY_STAFF = Prepared(_DECLARED.where(*(relation.c.recorded_by != side for side in _SIDES)))
_DECLARED_BY_ONESELF = Prepared(_DECLARED.where(relation.c.recorded_by == sa.bindparam("person_id")))


class RelationStore:
    """Relations and grants to act of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_relation(self, new: Relation, *, at: datetime) -> None:
        """Save a new relation."""
        row = {"recorded_at": at, **asdict(new)}
        write_at_end(self._connection, lambda: add_row(self._connection, relation, row))

    def save_relation(self, changed: Relation) -> None:
        """Save a confirmed or ended relation."""
        values, key = {name: getattr(changed, name) for name in _CHANGING}, changed.relation_id
        write_at_end(self._connection, lambda: change_rows(self._connection, relation, values, relation_id=key))

    def relations_between(self, person_id: UUID, relative_id: UUID) -> list[Relation]:
        """Return the active relations of two persons, recorded from either side; who changes them has locked both."""
        rows = _BETWEEN.rows(self._connection, {"pair": [person_id, relative_id]})
        return [relation_of(row) for row in rows]

    def relations_of(self, person_id: UUID) -> list[Relation]:
        """Return the active relations of a person, recorded from either side, locked."""
        rows = self._connection.execute(
            sa.select(relation)
            .where(sa.or_(relation.c.person_id == person_id, relation.c.relative_id == person_id), relation.c.is_active)
            .order_by(relation.c.relation_id)
            .with_for_update()
        )
        return [relation_of(row) for row in rows]

    def add_acting_grant(self, new: ActingGrant, *, at: datetime) -> None:
        """Save a person's word that a relative may act for them."""
        row = {name: getattr(new, name) for name in _GRANT_PLAIN}
        said = {"how": new.consent.how, "given_at": new.consent.given_at, "words": new.consent.words}
        kept = {"recorded_at": at, "acts": list(new.acts), **row, **said}
        write_at_end(self._connection, lambda: add_row(self._connection, acting_grant, kept))

    def save_acting_grant(self, ended: ActingGrant) -> None:
        """Save that a grant ended."""
        values, key = {"is_active": ended.is_active, "version": ended.version}, ended.grant_id
        write_at_end(self._connection, lambda: change_rows(self._connection, acting_grant, values, grant_id=key))

    def find_acting_grant(self, grant_id: UUID) -> ActingGrant | None:
        """Return a grant, locked, or None."""
        row = find_row(self._connection, acting_grant, grant_id=grant_id, for_update=True)
        return acting_grant_of(row) if row else None

    def acting_grant(self, grant_id: UUID) -> ActingGrant:
        """Return a grant, locked.

        Raises:
            RecordNotFoundError: there is none.
        """
        grant = self.find_acting_grant(grant_id)
        if grant is None:
            raise RecordNotFoundError(grant_id=grant_id)
        return grant

    def look_at_grant(self, grant_id: UUID) -> ActingGrant:
        """Return a grant without a lock.

        Raises:
            RecordNotFoundError: there is none.
        """
        row = find_row(self._connection, acting_grant, grant_id=grant_id)
        if row is None:
            raise RecordNotFoundError(grant_id=grant_id)
        return acting_grant_of(row)

    def active_acting_grants(self, person_id: UUID) -> list[ActingGrant]:
        """Return the grants in force that a person gave or holds, locked."""
        rows = self._connection.execute(_grants_in_force(person_id).with_for_update())
        return [acting_grant_of(row) for row in rows]

    def sides_of_grants(self, person_id: UUID) -> set[UUID]:
        """Return a person, and everybody with whom they ever had a grant."""
        sides = (acting_grant.c.person_id, acting_grant.c.relative_id)
        rows = self._connection.execute(sa.select(*sides).where(sa.or_(*(side == person_id for side in sides))))
        return {person_id}.union(*rows)


def new_relation(relation_id: UUID) -> Ask:
    """Ask whether there is a relation with this id; nobody else records one under it now."""
    return unless_taken(relation, relation_id=relation_id)


def kept_relation(relation_id: UUID) -> Ask:
    """Ask for a relation, locked."""
    return locked_row(relation, relation_id=relation_id)


def new_grant(grant_id: UUID) -> Ask:
    """Ask whether there is a grant with this id; nobody else records one under it now."""
    return unless_taken(acting_grant, grant_id=grant_id)


def between(person_id: UUID, relative_id: UUID) -> Ask:
    """Ask for the active relations of two persons."""
    return prepared(_BETWEEN, pair=[person_id, relative_id])


def beside_relation(relation_id: UUID) -> Ask:
    """Ask for the active relations of the two whom a relation is about."""
    return prepared(_BESIDE, relation_id=relation_id)


def open_declared(person_id: UUID, *, by_staff: bool) -> Ask:
    """Count a person's unverified relations that they declared, or that staff did; not what the others declared."""
    return prepared(_DECLARED_BY_STAFF if by_staff else _DECLARED_BY_ONESELF, person_id=person_id)


def relation_of(row: Any) -> Relation:
    """Return the relation of a row."""
    return Relation(
        relation_id=row.relation_id,
        person_id=row.person_id,
        relative_id=row.relative_id,
        kind=Kinship(row.kind),
        recorded_by=row.recorded_by,
        asks_verification=row.asks_verification,
        verified=row.verified,
        is_active=row.is_active,
        confirmed_by=row.confirmed_by,
        turned_down_by=row.turned_down_by,
        turned_down_why=row.turned_down_why,
        ending_by=row.ending_by,
        version=row.version,
    )


def acting_grant_of(row: sa.Row[Any]) -> ActingGrant:
    """Return the grant of a row."""
    return ActingGrant(
        grant_id=row.grant_id,
        person_id=row.person_id,
        relative_id=row.relative_id,
        acts=tuple(map(GrantedAct, row.acts)),
        minutes_per_month=row.minutes_per_month,
        until=row.until,
        consent=Consent(ConsentHow(row.how), row.given_at, row.words),
        recorded_by=row.recorded_by,
        is_active=row.is_active,
        version=row.version,
    )


def relations_of(connection: Connection, person_id: UUID) -> list[Relation]:
    """Return the active relations of a person, recorded from either side."""
    either = sa.or_(relation.c.person_id == person_id, relation.c.relative_id == person_id)
    query = sa.select(relation).where(either, relation.c.is_active).order_by(relation.c.relation_id)
    return [relation_of(row) for row in connection.execute(query)]


def acting_grants_of(connection: Connection, person_id: UUID) -> list[ActingGrant]:
    """Return the grants in force that a person gave or holds."""
    return [acting_grant_of(row) for row in connection.execute(_grants_in_force(person_id))]


def _grants_in_force(person_id: UUID) -> sa.Select[Any]:
    either = sa.or_(acting_grant.c.person_id == person_id, acting_grant.c.relative_id == person_id)
    return sa.select(acting_grant).where(either, acting_grant.c.is_active).order_by(acting_grant.c.grant_id)


WAITING = Listing(
    sa.select(relation).where(
        relation.c.is_active,
        sa.or_(relation.c.asks_verification & ~relation.c.verified, relation.c.ending_by.is_not(None)),
    ),
    order=(relation.c.relation_id,),
    narrowed={"unit": at_home_within_and_kept(relation.c.person_id)},
    scope=("unit",),
    looked_up={"unit": below},
)
"""Relations that wait for a second person's word, on their beginning or their end."""
ACTS_FOR = Listing(
    sa.select(acted_for),
    order=(acted_for.c.number,),
    narrowed={
        "grant": equals(acted_for.c.grant_id),
        "person": equals(acted_for.c.person_id),
        "actor": equals(acted_for.c.actor_id),
    },
    scope=("grant", "person"),
    newest_first=True,
)
"""What was done for a person, by anybody or by one; or under a grant."""
