"""What the words of lists' queries ask for by the tree of units."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY

from libs.http.lists import Filter
from libs.programme.words import PersonStatus
from services.accounts.core.store.tables import person, unit


def at_home_within(person_id: sa.Column[Any]) -> Filter:
    """Ask for rows about people at home in some units."""
    homes = sa.select(person.c.person_id)
    return lambda units: person_id.in_(homes.where(person.c.home_unit_id.in_(units)))


def at_home_within_and_kept(person_id: sa.Column[Any]) -> Filter:
    """Ask for rows about people at home in some units whose data are neither erased nor sealed."""
    kept = sa.select(person.c.person_id).where(person.c.status.not_in((PersonStatus.ERASED, PersonStatus.SEALED)))
    return lambda units: person_id.in_(kept.where(person.c.home_unit_id.in_(units)))


def within(unit_id: sa.ColumnElement[Any]) -> Filter:
    """Ask for rows of the unit and of those below."""
    return lambda wanted: unit_id.in_(sa.select(unit.c.unit_id).where(sa.literal(wanted) == sa.any_(unit.c.path)))


def below(connection: Connection, unit_id: UUID) -> list[UUID]:
    """Look up the unit and all below it: a planner that knows how many they are takes the right index."""
    return below_any(connection, [unit_id])


def below_any(connection: Connection, unit_ids: Collection[UUID]) -> list[UUID]:
    """Look up several units and all below them."""
    reached = unit.c.path.overlap(sa.cast(list(unit_ids), ARRAY(sa.Uuid)))
    return list(connection.scalars(sa.select(unit.c.unit_id).where(reached)))
