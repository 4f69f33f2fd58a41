"""Lists declared: what a list selects, its order, whose rows are seen, and what each word of a query asks for.

    NOTES = Listing(
        sa.select(note),
        order=(note.c.written_at, note.c.note_id),
        narrowed={"unit": within(note.c.unit_id), "person": equals(note.c.person_id)},
        scope=("unit", "person"),
    )

    page = NOTES.page(connection, query, unit=unit_id)
    return page.answer(note_answer)

The cursor is made of the order: each part is read back by the type of its column. The ledger's lists are not declared
so: they merge two index ranges of the journal by numbers of its own, in statements written for the plan they take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nsmallest
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from libs.db import Connection
from libs.http.pages import Cursor, Part, a_day, a_number, a_text, an_id, an_instant

T = TypeVar("T")
U = TypeVar("U")
Query = Mapping[str, Any]
Answer = dict[str, Any]
Condition = sa.ColumnElement[bool]
Filter = Callable[[Any], Condition]
"""What a word of a query asks for, by its value."""
LookUp = Callable[[Connection, Any], Any]

NOW = sa.bindparam("now", type_=sa.DateTime(timezone=True))
"""The instant at which a list is read, for what the time alone changes."""

_PARTS: Mapping[type[Any], Part] = {
    sa.Uuid: an_id, sa.DateTime: an_instant, sa.Date: a_day, sa.Integer: a_number, sa.Text: a_text
}  # fmt: skip


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a list, and the cursor of the next page, None where there is none."""

    rows: Sequence[T]
    next: str | None

    def map(self, make: Callable[[T], U]) -> Page[U]:
        """Return the page with something made of each row."""
        return Page([make(row) for row in self.rows], self.next)

    def answer(self, tell: Callable[[T], Any] | None = None) -> Answer:
        """Return the page as it is answered, each row as `tell` says it, or with the columns that the list selects."""
        return self.showing((tell or _columns_of)(row) for row in self.rows)

    def showing(self, shown: Iterable[Any]) -> Answer:
        """Return the page as it is answered, with what is shown of its rows, in their order."""
        return {"items": list(shown), "next": self.next}


@dataclass(frozen=True)
class Listing:
    """One list: what it selects, the order of its rows, and which rows each word of a query leaves.

    `order` ends with what no two rows have alike, so that pages neither repeat nor lose a row; `select` has all of it.
    Of the words of `scope` one at least must be given, else the list would show what is everybody's to whoever asks.
    """

    select: sa.Select[Any]
    order: tuple[sa.ColumnElement[Any], ...]
    narrowed: Mapping[str, Filter]
    scope: tuple[str, ...] = ()
    newest_first: bool = False
    looked_up: Mapping[str, LookUp] = field(default_factory=dict)
    """What a word's value is in the database, where the planner should know it: the units below one."""

    def page(self, connection: Connection, query: Query, *, now: datetime | None = None, **known: object) -> Page[Any]:
        """Return a page of what a query asks for; what is `known` stands for a word of it, or is one more.

        Raises:
            CursorInvalidError: not a cursor of this list.
        """
        wanted = {name: known[name] if name in known else query.get(name) for name in self.narrowed}
        asked = self._looked_up(connection, wanted)
        key, limit = self._cursor().read(query["cursor"]), query["limit"]
        rows = connection.execute(self._asked(asked, key).limit(limit + 1), {"now": now}).all()
        return Page(rows[:limit], self._cursor().pack(*self._key(rows[limit - 1])) if len(rows) > limit else None)

    def every(self, connection: Connection, *, at_once: int, **known: object) -> Iterator[Sequence[Any]]:
        """Give all rows of the list, some at a time."""
        asked = self._looked_up(connection, known)
        rows = connection.execute(self._asked(asked, None).limit(at_once)).all()
        while rows:
            yield rows
            rows = connection.execute(self._asked(asked, self._key(rows[-1])).limit(at_once)).all()

    def find(self, connection: Connection, identity: object) -> Answer | None:
        """Return the one row whose last part of the order is this, or None."""
        row = connection.execute(self.select.where(self.order[-1] == identity)).mappings().first()
        return dict(row) if row else None

    def _looked_up(self, connection: Connection, asked: Query) -> Query:
        return {
            name: self.looked_up[name](connection, value) if name in self.looked_up and value is not None else value
            for name, value in asked.items()
        }

    def _asked(self, asked: Query, key: tuple[Any, ...] | None) -> sa.Select[Any]:
        words = {name: value for name, value in asked.items() if value is not None}
        assert not self.scope or any(name in words for name in self.scope), f"one of {self.scope} must be asked for"
        wanted = [self.narrowed[name](value) for name, value in words.items()]
        order = [column.desc() if self.newest_first else column for column in self.order]
        return self.select.where(*wanted, *self._after(key)).order_by(*order)

    def _after(self, key: tuple[Any, ...] | None) -> list[Condition]:
        if key is None:
            return []
        row, last = sa.tuple_(*self.order), sa.tuple_(*key, types=[_bound(column) for column in self.order])
        return [row < last if self.newest_first else row > last]

    def _key(self, row: Any) -> tuple[Any, ...]:
        return tuple(getattr(row, _name(column)) for column in self.order)

    def _cursor(self) -> Cursor:
        return Cursor(**{_name(column): _part(column) for column in self.order})


@dataclass(frozen=True)
class Sorted(Generic[T]):
    """A list whose order only a rule can tell: its rows are made one after the other, and those of the page are kept.

    `key` returns the parts of a row's place, the last of which no two rows have alike; `parts` says how each is read.
    """

    key: Callable[[T], tuple[Any, ...]]
    parts: tuple[Part, ...]

    def page(self, rows: Iterable[T], query: Query) -> Page[T]:
        """Return a page of the rows, those of the least key first.

        Raises:
            CursorInvalidError: not a cursor of this list.
        """
        cursor = self._cursor()
        after, limit = cursor.read(query["cursor"]), query["limit"]
        left = nsmallest(limit + 1, (row for row in rows if after is None or self.key(row) > after), key=self.key)
        return Page(left[:limit], cursor.pack(*self.key(left[limit - 1])) if len(left) > limit else None)

    def after(self, query: Query) -> tuple[Any, ...] | None:
        """Return the place of the last row of the page before; None for the first page.

        Raises:
            CursorInvalidError: not a cursor of this list.
        """
        return self._cursor().read(query["cursor"])

    def _cursor(self) -> Cursor:
        return Cursor(**{f"part_{number}": part for number, part in enumerate(self.parts)})


def equals(column: sa.ColumnElement[Any]) -> Filter:
    """Ask for rows whose column has the value."""
    return lambda value: column == value


def one_of(column: sa.ColumnElement[Any]) -> Filter:
    """Ask for rows whose column has one of the values."""
    return lambda values: column.in_(list(values))


def from_on(column: sa.ColumnElement[Any]) -> Filter:
    """Ask for rows whose column has the value or a later one."""
    return lambda value: column >= value


def before(column: sa.ColumnElement[Any]) -> Filter:
    """Ask for rows whose column has an earlier value."""
    return lambda value: column < value


def _columns_of(row: Any) -> Answer:
    return dict(row._mapping)


def _name(column: sa.ColumnElement[Any]) -> str:
    name: str = column.key or ""
    return name


def _bound(column: sa.ColumnElement[Any]) -> Any:
    """Return as what a cursor's part is sent: a number in one may be larger than its column holds."""
    return sa.BigInteger() if isinstance(column.type, sa.Integer) else column.type


def _part(column: sa.ColumnElement[Any]) -> Part:
    (part,) = (part for kind, part in _PARTS.items() if isinstance(column.type, kind))
    return part
