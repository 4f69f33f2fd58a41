"""What redemption knows of people, units and rules from events: saved as they come, found when a rule asks."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from libs.db.prepared import Prepared
from libs.db.rows import delete_rows, find_row, save_row
from libs.programme.known_grants import forget_grants_of
from libs.programme.words import PersonStatus, UnitLevel
from services.redemption.domain.errors import PersonNotFoundError, UnitNotFoundError
from services.redemption.domain.people import Person, Relation
from services.redemption.domain.policy import Service
from services.redemption.store import tables as t

TREE_DEPTH_MAX = 10


def delete_row(connection: Connection, table: sa.Table, key: UUID) -> None:
    """Delete what is known of a subject that has gone."""
    (column,) = table.primary_key
    delete_rows(connection, table, **{column.name: key})


def forget_service(connection: Connection, code: str, version: int) -> None:
    """Delete a version of a service that has gone."""
    delete_rows(connection, t.catalogue_item, code=code, version=version)


def save_person(connection: Connection, person: Person) -> None:
    """Keep a person's newest state."""
    row = {name: getattr(person, name) for name in Person.__dataclass_fields__}
    save_row(connection, t.person, row | {"hardship": list(person.hardship)})


def forget_person(connection: Connection, person_id: UUID) -> None:
    """Delete what is known of a person, and the words recorded when someone acted for them."""
    delete_row(connection, t.person, person_id)
    forget_grants_of(connection, person_id)
    concerned = (t.relation.c.person_id == person_id) | (t.relation.c.relative_id == person_id)
    connection.execute(t.relation.delete().where(concerned))
    for table in (t.redemption, t.credit_request):
        silent = sa.func.jsonb_set(table.c.consent, sa.literal_column("'{words}'"), sa.literal_column("'\"\"'::jsonb"))
        connection.execute(table.update().where(table.c.acting_for == person_id).values(consent=silent, why=None))
    for whose in (t.credit_request.c.giver_id, t.entitlement.c.person_id, t.estate.c.person_id):
        words = whose.table.c.decision_why
        silenced = {"why": None, "decision_why": sa.case((words.is_not(None), ""))}
        connection.execute(sa.update(whose.table).where(whose == person_id).values(silenced))


def replace_signing_keys(connection: Connection, keys: Mapping[str, bytes]) -> None:
    """Keep exactly these keys."""
    connection.execute(t.signing_key.delete())
    if keys:
        connection.execute(t.signing_key.insert(), [{"key_id": name, "public_key": raw} for name, raw in keys.items()])


def find_person(connection: Connection, person_id: UUID) -> Person | None:
    """Return a person, or None when accounts has not told of them."""
    row = find_row(connection, t.person, person_id=person_id)
    return _person(row._asdict()) if row else None


def person_of(connection: Connection, person_id: UUID) -> Person:
    """Return a person who must be known.

    Raises:
        PersonNotFoundError: accounts has not told of them.
    """
    person = find_person(connection, person_id)
    if person is None:
        raise PersonNotFoundError(person_id=person_id)
    return person


def recipients_of(connection: Connection, district_id: UUID) -> list[Person]:
    """Return the active recipients of a district, in the order of their ids."""
    query = sa.select(t.person).where(
        t.person.c.district_id == district_id, t.person.c.is_recipient, t.person.c.status == PersonStatus.ACTIVE
    )
    return [_person(row) for row in connection.execute(query.order_by(t.person.c.person_id)).mappings()]


def _person(row: RowMapping | Mapping[str, Any]) -> Person:
    return Person(**{**row, "hardship": tuple(row["hardship"])})


def relation_between(connection: Connection, *, person_id: UUID, relative_id: UUID) -> Relation | None:
    """Return what the relative is to the person; of several, a verified one first."""
    query = (
        sa.select(t.relation.c.kind, t.relation.c.verified)
        .where(t.relation.c.person_id == person_id, t.relation.c.relative_id == relative_id)
        .order_by(t.relation.c.verified.desc(), sa.case((t.relation.c.kind == "friend", 1), else_=0), t.relation.c.kind)
    )
    row = connection.execute(query).first()
    return Relation(kind=row.kind, verified=row.verified) if row else None


def related_to(connection: Connection, person_id: UUID, *others: UUID) -> frozenset[UUID]:
    """Return those of the others who are sure relatives (verified, or the person said so) or sure housemates."""
    relation, own, other = t.relation.c, t.person.alias("own"), t.person.alias("other")
    is_sure = sa.or_(relation.verified, relation.declared_by == person_id)
    is_kin = sa.and_(is_sure, relation.kind != "friend")
    queries = (
        sa.select(relation.relative_id).where(
            relation.person_id == person_id, relation.relative_id.in_(others), is_kin
        ),
        sa.select(relation.person_id).where(relation.relative_id == person_id, relation.person_id.in_(others), is_kin),
        sa.select(other.c.person_id)
        .join(own, own.c.household_id == other.c.household_id)
        .where(own.c.household_verified, other.c.household_verified)
        .where(own.c.person_id == person_id, other.c.person_id != person_id, other.c.person_id.in_(others)),
    )
    return frozenset(connection.execute(sa.union(*queries)).scalars())


def path_of(connection: Connection, unit_id: UUID) -> frozenset[UUID]:
    """Return the ids of a unit and of all above it; only the unit itself when it is unknown."""
    rows = _PATH.scalars(connection, {"unit_id": unit_id, "depth_max": TREE_DEPTH_MAX})
    return frozenset({unit_id, *rows})


_PATH = Prepared(
    sa.text("""
    WITH RECURSIVE up AS (
        SELECT unit_id, parent_id, 1 AS depth FROM unit WHERE unit_id = :unit_id
        UNION ALL
        SELECT unit.unit_id, unit.parent_id, up.depth + 1 FROM unit JOIN up ON unit.unit_id = up.parent_id
        WHERE up.depth < :depth_max
    ) SELECT unit_id FROM up""")
)


def city_units(connection: Connection) -> list[UUID]:
    """Return the root of the tree."""
    return list(connection.execute(sa.select(t.unit.c.unit_id).where(t.unit.c.parent_id.is_(None))).scalars())


def district_of(connection: Connection, unit_id: UUID) -> UUID:
    """Return the district that a unit belongs to, or is.

    Raises:
        UnitNotFoundError: unknown, or the city itself.
    """
    row = find_row(connection, t.unit, unit_id=unit_id)
    if row is None or (row.level != UnitLevel.DISTRICT and row.district_id is None):
        raise UnitNotFoundError(unit_id=unit_id)
    return UUID(str(row.unit_id if row.level == UnitLevel.DISTRICT else row.district_id))


def find_service(connection: Connection, code: str, day: date) -> Service | None:
    """Return the catalogue's item in effect on a local day, the newest version of those."""
    query = (
        sa.select(t.catalogue_item)
        .where(t.catalogue_item.c.code == code, t.catalogue_item.c.effective <= day)
        .order_by(t.catalogue_item.c.effective.desc(), t.catalogue_item.c.version.desc())
    )
    row = connection.execute(query).mappings().first()
    return Service(**{**row, "funding": tuple(row["funding"])}) if row else None


def served_minutes(connection: Connection, person_id: UUID) -> int:
    """Return the minutes a person has served, as approved or imported, less what was reversed."""
    minutes = t.service_minutes.c
    query = sa.select(sa.func.coalesce(sa.func.sum(minutes.minutes), 0)).where(
        minutes.person_id == person_id, ~minutes.is_reversed
    )
    return int(connection.execute(query).scalar_one())


def save_service(connection: Connection, *, order_id: UUID, settlement: int, hours: Sequence[tuple[UUID, int]]) -> None:
    """Count minutes served, once per order, settlement and person."""
    for person_id, minutes in hours:
        row = {"order_id": order_id, "settlement": settlement, "person_id": person_id, "minutes": minutes}
        save_row(connection, t.service_minutes, row)


def reverse_service(connection: Connection, *, order_id: UUID, settlement: int) -> None:
    """Count the minutes of a settlement no more."""
    minutes = t.service_minutes
    connection.execute(
        minutes.update()
        .where(minutes.c.order_id == order_id, minutes.c.settlement == settlement)
        .values(is_reversed=True)
    )
