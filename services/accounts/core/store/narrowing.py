"""What the words of lists' queries ask for by the tree of units."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from libs.http.lists import Filter
from services.accounts.core.store.tables import person, unit


def at_home_within(person_id: sa.Column[Any]) -> Filter:
    """Ask for rows about people at home in the unit and below."""
    homes = sa.select(person.c.person_id).join(unit, unit.c.unit_id == person.c.home_unit_id)
    return lambda unit_id: person_id.in_(homes.where(_reaches(unit_id)))


def within(unit_id: sa.ColumnElement[Any]) -> Filter:
    """Ask for rows of the unit and of those below."""
    return lambda wanted: unit_id.in_(sa.select(unit.c.unit_id).where(_reaches(wanted)))


def _reaches(unit_id: UUID) -> sa.ColumnElement[bool]:
    return sa.literal(unit_id) == sa.any_(unit.c.path)
