"""A list is declared: its table, the column of its order and cursor, and what each word of a query asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.http import Cursor
from services.accounts.core.store.tables import person, unit

Filter = Callable[[Any, datetime], sa.ColumnElement[bool]]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The rows of a table by one of its columns, whose last value is the cursor; a word left out asks for nothing."""

    table: sa.Table
    cursor: Cursor
    order: sa.Column[Any]
    narrowed: Mapping[str, Filter]
    newest_first: bool = False

    def rows(self, connection: Connection, query: Mapping[str, Any], *, now: datetime) -> list[Any]:
        """Return a page of rows and one more, if there is one: it tells that there is another page."""
        after = self.cursor.after(query.get("cursor"))
        where = [asks(query[word], now) for word, asks in self.narrowed.items() if query.get(word) is not None]
        if after is not None:
            where.append(self.order < after if self.newest_first else self.order > after)
        order = self.order.desc() if self.newest_first else self.order
        page = sa.select(self.table).where(*where).order_by(order).limit(query["limit"] + 1)
        return list(connection.execute(page))


def equals(column: sa.Column[Any]) -> Filter:
    """Ask for rows whose column has the value."""
    return lambda value, _now: column == value


def at_home_within(person_id: sa.Column[Any]) -> Filter:
    """Ask for rows about people at home in the unit and below."""
    homes = sa.select(person.c.person_id).join(unit, unit.c.unit_id == person.c.home_unit_id)
    return lambda unit_id, _now: person_id.in_(homes.where(_reaches(unit_id)))


def within(unit_id: sa.Column[Any]) -> Filter:
    """Ask for rows of the unit and of those below."""
    return lambda wanted, _now: unit_id.in_(sa.select(unit.c.unit_id).where(_reaches(wanted)))


def _reaches(unit_id: UUID) -> sa.ColumnElement[bool]:
    return sa.literal(unit_id) == sa.any_(unit.c.path)
