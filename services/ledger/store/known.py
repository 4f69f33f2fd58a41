"""What the ledger keeps of others: people, relations, units, policies, signing keys, erasures asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from libs.db.prepared import Prepared
from libs.db.rows import delete_rows

metadata = sa.MetaData()
person = sa.Table(
    "person",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("district_id", sa.Uuid),
    sa.Column("home_unit_id", sa.Uuid),
    sa.Column("status", sa.Text),
    sa.Column("household_id", sa.Uuid),
    sa.Column("household_verified", sa.Boolean),
    sa.Column("died_on", sa.Date),
    sa.Column("credit_due_at", sa.BigInteger),
)
relation = sa.Table(
    "relation",
    metadata,
    sa.Column("relation_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("relative_id", sa.Uuid),
    sa.Column("kind", sa.Text),
    sa.Column("verified", sa.Boolean),
    sa.Column("declared_by", sa.Uuid),
    sa.Column("active", sa.Boolean),
)
org_unit = sa.Table(
    "org_unit",
    metadata,
    sa.Column("unit_id", sa.Uuid, primary_key=True),
    sa.Column("parent_id", sa.Uuid),
    sa.Column("district_id", sa.Uuid),
    sa.Column("level", sa.Text),
    sa.Column("name_zh", sa.Text),
    sa.Column("name_en", sa.Text),
)
signing_key = sa.Table(
    "signing_key",
    metadata,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("public_key", sa.LargeBinary),
    sa.Column("retired_at", sa.BigInteger),
)
erasure = sa.Table(
    "erasure",
    metadata,
    sa.Column("erasure_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("credit_to_pool", sa.Boolean),
)


class KnownPerson(NamedTuple):
    """What a rule or a check of scope needs of a person."""

    person_id: UUID
    district_id: UUID
    home_unit_id: UUID
    status: str
    household_id: UUID | None


_PERSON = Prepared(
    sa.select(
        person.c.person_id, person.c.district_id, person.c.home_unit_id, person.c.status, person.c.household_id
    ).where(person.c.person_id == sa.bindparam("person_id"))
)
_ARE_RELATED = Prepared(
    sa.select(1)
    .where(
        sa.or_(
            sa.and_(relation.c.person_id == sa.bindparam("one"), relation.c.relative_id == sa.bindparam("other")),
            sa.and_(relation.c.person_id == sa.bindparam("other"), relation.c.relative_id == sa.bindparam("one")),
        ),
        relation.c.active,
        sa.or_(relation.c.verified, relation.c.declared_by == sa.bindparam("one")),
        relation.c.kind != "friend",
    )
    .limit(1)
)


def delete_row(connection: Connection, table: sa.Table, key: object) -> None:
    """Forget the row under a key."""
    delete_rows(connection, table, **{next(iter(table.primary_key)).name: key})


def forget_person(connection: Connection, person_id: UUID) -> None:
    """Forget a person whose data are erased, and their relations."""
    delete_row(connection, person, person_id)
    concerned = sa.or_(relation.c.person_id == person_id, relation.c.relative_id == person_id)
    connection.execute(relation.delete().where(concerned))


def find_person(connection: Connection, person_id: UUID) -> KnownPerson | None:
    """What is known of a person."""
    row = _PERSON.first(connection, {"person_id": person_id})
    return KnownPerson._make(row) if row else None


def set_credit_due(connection: Connection, person_id: UUID, due_at: int | None) -> None:
    """Set, or end, when a dead person's credit goes to the pool by itself."""
    connection.execute(person.update().where(person.c.person_id == person_id).values(credit_due_at=due_at))


def are_related(connection: Connection, one: UUID, other: UUID) -> bool:
    """Whether `one`, who signs, is a relative or housemate of the other.

    A relation that others only declared, or a household that one said, keeps nobody from signing: whoever
    likes could declare it of all who may sign.
    """
    if _ARE_RELATED.scalar(connection, {"one": one, "other": other}) is not None:
        return True
    households = {
        found.household_id
        for found in (find_person(connection, one), find_person(connection, other))
        if found is not None and found.household_id is not None
    }
    both = sa.select(sa.func.count()).where(
        person.c.person_id.in_([one, other]), person.c.household_id.in_(households), person.c.household_verified
    )
    return one != other and bool(households) and len(households) == 1 and connection.scalar(both) == 2


def replace_signing_keys(connection: Connection, keys: Mapping[str, tuple[bytes, int]]) -> None:
    """Keep exactly these keys."""
    connection.execute(signing_key.delete())
    rows = [{"key_id": k, "public_key": public, "retired_at": retired} for k, (public, retired) in keys.items()]
    if rows:
        connection.execute(signing_key.insert(), rows)


def signing_keys(connection: Connection) -> dict[str, bytes]:
    """The public keys that tokens may be signed with now."""
    rows = connection.execute(sa.select(signing_key.c.key_id, signing_key.c.public_key))
    return {key_id: bytes(public) for key_id, public in rows}
