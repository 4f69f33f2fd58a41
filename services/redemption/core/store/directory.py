"""What redemption knows of people, units, rules and services from events: found when a rule asks."""

import dataclasses
from collections.abc import Callable, Collection
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from libs.db.prepared import Prepared
from libs.db.rows import delete_rows
from libs.programme import directory as shared
from libs.programme.catalogue import in_force
from libs.programme.directory import Directory
from libs.programme.refusals import PersonNotFoundError, UnitNotFoundError
from services.redemption.core.rules.people import Person
from services.redemption.core.rules.policy import Service
from services.redemption.core.store import tables as t

DIRECTORY = Directory(
    person={
        "status",
        "home_unit_id",
        "district_id",
        "born",
        "grade",
        "hardship",
        "is_recipient",
        "household_id",
        "household_verified",
    }
)
signing_keys = shared.signing_keys
city_units = shared.city_units


def forget_service(connection: Connection, code: str, version: int) -> None:
    """Delete a version of a service that has gone."""
    delete_rows(connection, t.catalogue_item, code=code, version=version)


def find_person(connection: Connection, person_id: UUID) -> Person | None:
    """Return a person, or None when accounts has not told of them."""
    row = DIRECTORY.find_person(connection, person_id)
    return Person(**row._asdict() | {"hardship": tuple(row.hardship)}) if row else None


def person_of(connection: Connection, person_id: UUID) -> Person:
    """Return a person who must be known.

    Raises:
        PersonNotFoundError: accounts has not told of them.
    """
    person = find_person(connection, person_id)
    if person is None:
        raise PersonNotFoundError(person_id=person_id)
    return person


_RECIPIENTS = Prepared(
    sa.select(DIRECTORY.person)
    .where(
        DIRECTORY.person.c.district_id == sa.bindparam("district_id"),
        DIRECTORY.person.c.is_recipient,
        DIRECTORY.person.c.status == "active",
    )
    .order_by(DIRECTORY.person.c.person_id)
)


def recipients_of(connection: Connection, district_id: UUID) -> list[Person]:
    """Return the active recipients of a district, in the order of their ids."""
    rows = _RECIPIENTS.mappings(connection, {"district_id": district_id})
    return [Person(**row | {"hardship": tuple(row["hardship"])}) for row in rows]


def path_of(connection: Connection, unit_id: UUID) -> frozenset[UUID]:
    """Return the ids of a unit and of all above it; only the unit itself when it is unknown."""
    return frozenset(shared.path_of(connection, unit_id))


def district_of(connection: Connection, unit_id: UUID) -> UUID:
    """Return the district that a unit belongs to, or is.

    Raises:
        UnitNotFoundError: unknown, or the city itself.
    """
    district_id = shared.district_of(connection, unit_id)
    if district_id is None:
        raise UnitNotFoundError(unit_id=unit_id)
    return district_id


_SERVICE_ON = Prepared(
    sa.select(*(t.catalogue_item.c[field.name] for field in dataclasses.fields(Service)))
    .ext(distinct_on(t.catalogue_item.c.district_id))
    .where(t.catalogue_item.c.code == sa.bindparam("code"), t.catalogue_item.c.effective <= sa.bindparam("day"))
    .order_by(t.catalogue_item.c.district_id, t.catalogue_item.c.effective.desc(), t.catalogue_item.c.version.desc())
)


_NAMES = Prepared(
    sa.select(t.catalogue_item.c.code, t.catalogue_item.c.name_zh, t.catalogue_item.c.name_en)
    .where(t.catalogue_item.c.code == sa.any_(sa.bindparam("codes", type_=ARRAY(sa.Text))))
    .order_by(t.catalogue_item.c.district_id.is_(None), t.catalogue_item.c.version)
)
_NAMELESS = Prepared(sa.select(sa.literal(1)).where(t.catalogue_item.c.name_zh.is_(None)).limit(1))


def names_of_services(connection: Connection, codes: Collection[str]) -> dict[str, tuple[str | None, str | None]]:
    """Return what services are called in Chinese and English by their newest version, the city's where it has one."""
    return {row.code: (row.name_zh, row.name_en) for row in _NAMES.rows(connection, {"codes": sorted(codes)})}


def lacks_names_of_services(connection: Connection) -> bool:
    """Tell whether an earlier release kept services without their names."""
    return _NAMELESS.scalar(connection) is not None


def ask_service(connection: Connection, code: str, day: date) -> Callable[[UUID | None], Service | None]:
    """Ask for the catalogue's item in effect on a local day; what is returned says which one binds in a district."""
    cursor = _SERVICE_ON.ask(connection, {"code": code, "day": day})

    def read(district_id: UUID | None) -> Service | None:
        begun = [Service(**row._asdict() | {"funding": tuple(row.funding)}) for row in cursor.fetchall()]
        return next(iter(in_force(begun, district_id=district_id, day=day)), None)

    return read
