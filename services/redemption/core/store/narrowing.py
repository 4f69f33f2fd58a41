"""What the words of lists' queries ask for by the tree of units."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.http.lists import Filter
from libs.programme.directory import units_below
from services.redemption.core.store.directory import DIRECTORY


def at_home_within(person_id: sa.ColumnElement[Any]) -> Filter:
    """Ask for rows about people at home in some units."""
    person = DIRECTORY.person
    homes = sa.select(person.c.person_id)
    return lambda units: person_id.in_(homes.where(person.c.home_unit_id.in_(units)))


def below(connection: Connection, unit_id: UUID) -> list[UUID]:
    """Look up the unit and all below it: a planner that knows how many they are takes the right index."""
    return units_below(connection, [unit_id])
