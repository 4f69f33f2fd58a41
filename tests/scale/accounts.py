"""Fill the database of accounts: the tree, people and their roles, complaints and deaths that wait; no sealed names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg

from tests.scale.city import NOW, City, uid, uid_at
from tests.scale.copying import Row, copy
from tests.scale.orders import BORN, INSURED_UNTIL

UNIT = "unit_id, parent_id, level, path, district_id, name_zh, version"
PERSON = (
    "person_id, status, home_unit_id, district_id, born, sex, grade, hardship, home_latitude_millideg,"
    " home_longitude_millideg, has_phone, training, clean_record, insured_until, certificates, was_volunteer,"
    " registered_at, version"
)
COMPLAINT = "complaint_id, person_id, filed_by, about, words, filed_at, state, answered_by, answered_at, reason"
COMPLAINT_EVERY = 2
OPEN = ("open", None, None, None)


def fill(connection: psycopg.Connection[Any], city: City) -> dict[str, int]:
    """Write a city; return how many rows each table has."""
    return {
        "unit": copy(connection, "unit", UNIT, _units(city)),
        "person": copy(connection, "person", PERSON, (_person(city, n) for n in range(city.persons))),
        "role_grant": copy(
            connection, "role_grant", "grant_id, person_id, role, unit_id, granted_by, granted_at", _roles(city)
        ),
        "complaint": copy(connection, "complaint", COMPLAINT, _complaints(city)),
        "access_log": copy(connection, "access_log", "viewed_at, viewer_id, person_id, what, why", _views(city)),
    }


def _units(city: City) -> Iterator[Row]:
    paths: dict[UUID | None, list[UUID]] = {None: []}
    for unit, parent, level, district in city.units():
        paths[unit] = [*paths[parent], unit]
        yield unit, parent, level, paths[unit], district, level, 1


def _person(city: City, n: int) -> Row:
    community, is_volunteer = city.community_of(n), city.is_volunteer(n)
    where = uid("community", community), city.district_id(community)
    skills: Row = (is_volunteer, is_volunteer, INSURED_UNTIL if is_volunteer else None, [], is_volunteer)
    sex = "female" if n % 2 else "male"
    return (
        city.person_ids[n], "active", *where, BORN, sex, "intact", [], *city.home_millideg(n), True, *skills,
        NOW - timedelta(days=700), 1,
    )  # fmt: skip


def _roles(city: City) -> Iterator[Row]:
    by = uid("registrar")
    for n in range(city.persons):
        role = "volunteer" if city.is_volunteer(n) else "recipient"
        unit = uid("community", city.community_of(n))
        yield uid_at(NOW, "role", n), city.person_ids[n], role, unit, by, NOW - timedelta(days=700)


def _complaints(city: City) -> Iterator[Row]:
    for n in range(0, city.persons, COMPLAINT_EVERY):
        at, who = NOW - timedelta(hours=n % 1_000), city.person_ids[n]
        yield (
            uid_at(at, "complaint", n),
            who,
            who,
            "treatment",
            "",
            at,
            *(("upheld", uid("answerer"), at, "") if n % 50 else OPEN),
        )


def _views(city: City) -> Iterator[Row]:
    viewer = uid("viewer")
    for n in range(city.orders):
        yield min(city.start_of(n), NOW), viewer, city.person_ids[city.pair(n)[0]], "order", ""
