"""What the words of lists' queries ask for by the tree of units."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from libs.http.lists import Filter
from libs.programme.directory.tables import unit
from services.redemption.core.store.directory import DIRECTORY


def within(unit_id: sa.ColumnElement[Any]) -> Filter:
    """Ask for rows of the unit and of those below."""
    return lambda wanted: unit_id.in_(_units_below(wanted))


def at_home_within(person_id: sa.ColumnElement[Any]) -> Filter:
    """Ask for rows about people at home in the unit and below."""
    person = DIRECTORY.person
    homes = sa.select(person.c.person_id)
    return lambda wanted: person_id.in_(homes.where(person.c.home_unit_id.in_(_units_below(wanted))))


def _units_below(unit_id: UUID) -> sa.Select[Any]:
    below = sa.select(unit.c.unit_id).where(unit.c.unit_id == unit_id).cte("below", recursive=True)
    tree = below.union(sa.select(unit.c.unit_id).join(below, unit.c.parent_id == below.c.unit_id))
    return sa.select(tree.c.unit_id)
