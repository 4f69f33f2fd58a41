"""Load and save relations, who may act for whom, and what was done for somebody."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db.rows import find_row
from libs.programme.acting import Consent, ConsentHow
from libs.programme.acting_grants import GrantedAct
from libs.programme.refusals import RecordNotFoundError
from libs.programme.words import Kinship
from services.accounts.core.store.tables import acted_for
from services.accounts.relations.rules.grants import ActingGrant
from services.accounts.relations.rules.relations import Relation
from services.accounts.relations.tables import acting_grant, relation

_GRANT_PLAIN = (
    "grant_id", "person_id", "relative_id", "minutes_per_month", "until", "recorded_by", "is_active", "version",
)  # fmt: skip


class RelationStore:
    """Relations and grants to act of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_relation(self, new: Relation, *, at: datetime) -> None:
        """Save a new relation."""
        self._connection.execute(relation.insert().values(recorded_at=at, **asdict(new)))

    def save_relation(self, changed: Relation) -> None:
        """Save a confirmed or ended relation."""
        self._connection.execute(
            relation.update()
            .where(relation.c.relation_id == changed.relation_id)
            .values(
                verified=changed.verified,
                is_active=changed.is_active,
                confirmed_by=changed.confirmed_by,
                turned_down_by=changed.turned_down_by,
                turned_down_why=changed.turned_down_why,
                ending_by=changed.ending_by,
                version=changed.version,
            )
        )

    def look(self, relation_id: UUID) -> Relation:
        """Return a relation without a lock, to know whom to lock first.

        Raises:
            RecordNotFoundError: there is none.
        """
        row = find_row(self._connection, relation, relation_id=relation_id)
        if row is None:
            raise RecordNotFoundError(relation_id=relation_id)
        return relation_of(row)

    def lock_relation(self, relation_id: UUID) -> Relation:
        """Return a relation for change.

        Raises:
            RecordNotFoundError: there is none.
        """
        found = self.find_relation(relation_id)
        if found is None:
            raise RecordNotFoundError(relation_id=relation_id)
        return found

    def find_relation(self, relation_id: UUID) -> Relation | None:
        """Return a relation, locked, or None."""
        row = find_row(self._connection, relation, relation_id=relation_id, for_update=True)
        return relation_of(row) if row else None

    def relations_between(self, person_id: UUID, relative_id: UUID) -> list[Relation]:
        """Return the active relations of two persons, recorded from either side; who changes them has locked both."""
        pair = (person_id, relative_id)
        rows = self._connection.execute(
            sa.select(relation)
            .where(relation.c.person_id.in_(pair), relation.c.relative_id.in_(pair), relation.c.is_active)
            .order_by(relation.c.relation_id)
        )
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

    def open_declared(self, person_id: UUID, *, by_staff: bool) -> int:
        """Count a person's unverified relations that they declared, or that staff did; not what the others declared."""
        sides = (relation.c.person_id, relation.c.relative_id)
        by_neither = sa.and_(*(relation.c.recorded_by != side for side in sides))
        query = sa.select(sa.func.count()).where(
            sa.or_(*(side == person_id for side in sides)),
            by_neither if by_staff else relation.c.recorded_by == person_id,
            relation.c.is_active,
            ~relation.c.verified,
        )
        return self._connection.scalar(query) or 0

    def add_acting_grant(self, new: ActingGrant, *, at: datetime) -> None:
        """Save a person's word that a relative may act for them."""
        row = {name: getattr(new, name) for name in _GRANT_PLAIN}
        said = {"how": new.consent.how, "given_at": new.consent.given_at, "words": new.consent.words}
        self._connection.execute(acting_grant.insert().values(recorded_at=at, acts=list(new.acts), **row, **said))

    def save_acting_grant(self, ended: ActingGrant) -> None:
        """Save that a grant ended."""
        self._connection.execute(
            acting_grant.update()
            .where(acting_grant.c.grant_id == ended.grant_id)
            .values(is_active=ended.is_active, version=ended.version)
        )

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
        """Return a grant without a lock, to know whom to lock first.

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


def relation_of(row: sa.Row[Any]) -> Relation:
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


def acts_under_grant(connection: Connection, grant_id: UUID, *, before: int | None, limit: int) -> list[dict[str, Any]]:
    """Return what was done under a grant, newest first."""
    return _acts(connection, acted_for.c.grant_id == grant_id, before=before, limit=limit)


def acts_for(
    connection: Connection, person_id: UUID, *, actor_id: UUID | None, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """Return what was done for a person, by anybody or by one, newest first."""
    wanted = acted_for.c.person_id == person_id
    if actor_id is not None:
        wanted &= acted_for.c.actor_id == actor_id
    return _acts(connection, wanted, before=before, limit=limit)


def _acts(
    connection: Connection, wanted: sa.ColumnElement[bool], *, before: int | None, limit: int
) -> list[dict[str, Any]]:
    query = sa.select(acted_for).where(wanted).order_by(acted_for.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(acted_for.c.number < before)
    return [dict(row._mapping) for row in connection.execute(query)]
