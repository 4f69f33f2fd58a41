"""People, their relations, grants and groups, and the rules of their districts, as events of accounts told them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY

from libs.db.prepared import Prepared
from libs.db.rows import find_row
from libs.programme import known_grants
from libs.programme.policy import Policy, store as policies
from libs.programme.refusals import RecordNotFoundError
from services.orders.core.rules.areas import Around, shrinking
from services.orders.core.rules.people import Group, Person, Qualifications, Relation, Relations
from services.orders.core.store import memo
from services.orders.core.store.facts import Ask, Rows, ask
from services.orders.core.store.memo import once
from services.orders.core.store.rows import Found, place_of
from services.orders.core.store.tables import (
    orders,
    person,
    relation,
    volunteer_group,
)

_PERSON_IDS = sa.any_(sa.bindparam("person_ids", type_=ARRAY(sa.Uuid)))
_ORDER_IDS = sa.any_(sa.bindparam("order_ids", type_=ARRAY(sa.Uuid)))


_PEOPLE = Prepared(sa.select(person).where(person.c.person_id == _PERSON_IDS))


_RELATIONS = Prepared(
    sa.select(relation).where((relation.c.person_id == _PERSON_IDS) | (relation.c.relative_id == _PERSON_IDS))
)


_PEOPLE_OF = Prepared(
    sa.text("""
    SELECT * FROM person WHERE person_id IN (
        SELECT unnest(CAST(:person_ids AS uuid[]))
        UNION SELECT recipient_id FROM orders WHERE order_id = ANY(CAST(:order_ids AS uuid[]))
        UNION SELECT volunteer_id FROM assignment WHERE order_id = ANY(CAST(:order_ids AS uuid[]))
    )
""")
)


_DISTRICTS = sa.union(
    sa.select(person.c.district_id).where(person.c.person_id == _PERSON_IDS),
    sa.select(orders.c.district_id).where(orders.c.order_id == _ORDER_IDS),
).subquery()


_VERSION = policies.binding_first(policies.policy, _DISTRICTS.c.district_id)


_BINDING = Prepared(
    sa.select(
        _DISTRICTS.c.district_id,
        _VERSION.with_only_columns(policies.policy.c.policy_version)
        .correlate(_DISTRICTS)
        .scalar_subquery()
        .label("policy_version"),
    )
)


def find_person(connection: Connection, person_id: UUID) -> Person | None:
    """Return what is known of a person, or None."""
    return next(iter(find_people(connection, [person_id])), None)


def load_person(connection: Connection, person_id: UUID) -> Person:
    """Return what is known of a person.

    Raises:
        RecordNotFoundError: nothing is.
    """
    somebody = find_person(connection, person_id)
    if somebody is None:
        raise RecordNotFoundError(person_id=person_id)
    return somebody


def find_people(connection: Connection, person_ids: Iterable[UUID]) -> list[Person]:
    """Return those of the people of whom something is known."""
    wanted = list(dict.fromkeys(person_ids))
    if all(memo.has(connection, ("person", person_id)) for person_id in wanted):
        gathered: list[Person | None] = [memo.get(connection, ("person", person_id)) for person_id in wanted]
        return [somebody for somebody in gathered if somebody is not None]
    return [_person(row) for row in _PEOPLE.mappings(connection, {"person_ids": wanted})]


def ask_people(*person_ids: UUID, of_orders: Sequence[UUID] = ()) -> Ask:
    """Ask for people, and for the recipients and the volunteers of orders."""

    def remember(connection: Connection, rows: Rows) -> None:
        people: dict[UUID, Person | None] = dict.fromkeys(person_ids)
        people |= {row["person_id"]: _person(row) for row in rows}
        for person_id, known in people.items():
            memo.put(connection, ("person", person_id), known)

    return ask(_PEOPLE_OF, {"person_ids": list(person_ids), "order_ids": list(of_orders)}, remember)


def _person(row: Mapping[str, Any]) -> Person:
    return Person(
        person_id=row["person_id"],
        status=row["status"],
        home_unit_id=row["home_unit_id"],
        district_id=row["district_id"],
        born=row["born"],
        sex=row["sex"],
        grade=row["grade"],
        hardship=frozenset(row["hardship"]),
        household_id=row["household_id"],
        household_verified=row["household_verified"],
        home=place_of(row["latitude_e6"], row["longitude_e6"]),
        roles=frozenset(row["roles"]),
        qualifications=Qualifications(
            row["training"], row["clean_record"], row["insured_until"], frozenset(row["certificates"])
        ),
        visit_risk=row["visit_risk"],
        visit_listed_on=row["visit_listed_on"],
        known_to=frozenset(row["known_to"]),
        speaks=frozenset(row["speaks"]),
    )


def lives_around(squares: Around) -> list[sa.ColumnElement[bool]]:
    """Ask for who lives in these squares: row by row of the index, then by the distance itself."""
    latitude, longitude = person.c.area_latitude_e6, person.c.area_longitude_e6
    return [
        latitude == sa.any_(sa.literal(squares.rows_e6, ARRAY(sa.Integer))),
        longitude.between(*squares.across_e6),
        distance_squared(squares) <= squares.span_e6 * squares.span_e6,
    ]


def distance_squared(squares: Around) -> sa.ColumnElement[float]:
    """Return the square of how far someone's square lies from the middle one, in millionths of a degree."""
    up = sa.cast(person.c.area_latitude_e6 - squares.middle.latitude_e6, sa.Float)
    across = sa.cast(person.c.area_longitude_e6 - squares.middle.longitude_e6, sa.Float)
    shrunk = across * shrinking(squares.middle.latitude_e6)
    return up * up + shrunk * shrunk


def relations_of(connection: Connection, person_id: UUID) -> Relations:
    """Return the relations in which a person stands."""

    def read() -> Relations:
        return _relations(_RELATIONS.mappings(connection, {"person_ids": [person_id]}))

    return memo.get_or(connection, ("relations", person_id), read)


def ask_relations(*person_ids: UUID) -> Ask:
    """Ask for the relations in which each of some people stands."""

    def remember(connection: Connection, rows: Rows) -> None:
        for person_id in person_ids:
            of_them = [row for row in rows if person_id in (row["person_id"], row["relative_id"])]
            memo.put(connection, ("relations", person_id), _relations(of_them))

    return ask(_RELATIONS, {"person_ids": list(person_ids)}, remember)


def _relations(rows: Iterable[Found]) -> Relations:
    names = ("person_id", "relative_id", "kind", "verified", "declared_by")
    return Relations(tuple(Relation(*(row[name] for name in names)) for row in rows))


def find_group(connection: Connection, group_id: UUID) -> Group | None:
    """Return a registered group, or None."""
    row = find_row(connection, volunteer_group, group_id=group_id)
    return Group(row.group_id, find_person(connection, row.leader_id), frozenset(row.member_ids)) if row else None


def seen_by(connection: Connection, relative_id: UUID, day: date) -> frozenset[UUID]:
    """Return the people about whom somebody may see what a grant is about, as their relative."""
    return once(connection, ("seen", relative_id, day), lambda: known_grants.seen_by(connection, relative_id, day=day))


def ask_policies(*person_ids: UUID, day: date, of_orders: Sequence[UUID] = ()) -> Ask:
    """Ask which versions of the rules bind on a day in the districts of people and of orders."""

    def remember(connection: Connection, rows: Rows) -> None:
        for district_id, version in ((row["district_id"], row["policy_version"]) for row in rows):
            if version is not None:
                policy = policies.policy_of_version(connection, district_id, version)
                memo.put(connection, ("policy", district_id, day), policy)

    return ask(_BINDING, {"person_ids": list(person_ids), "order_ids": list(of_orders), "day": day}, remember)


def policy_on(connection: Connection, district_id: UUID, day: date) -> Policy:
    """Return the version of a district's rules that binds on a local day, asked once in a transaction.

    Raises:
        PolicyMissingError: none is known yet.
    """
    return once(connection, ("policy", district_id, day), lambda: policies.policy_on(connection, district_id, day))
