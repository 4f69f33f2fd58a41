"""A list that is declared: pages neither lose nor repeat a row, and a list of nobody's rows is never everybody's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from libs.db import Connection, Database
from libs.http.lists import NOW, Listing, Page, Sorted, before, equals, from_on, one_of
from libs.http.pages import CursorInvalidError, a_day, a_number
from tests.support.postgres import FreshDatabase

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOURS = (0, 1, 1, 1, 2, 3, 4)
VISIT = sa.Table(
    "visit",
    sa.MetaData(),
    sa.Column("visited_at", sa.DateTime(timezone=True)),
    sa.Column("number", sa.Integer),
    sa.Column("unit", sa.Text),
    prefixes=["TEMPORARY"],
)
VISITS = Listing(
    sa.select(VISIT),
    order=(VISIT.c.visited_at, VISIT.c.number),
    narrowed={
        "unit": equals(VISIT.c.unit),
        "units": one_of(VISIT.c.unit),
        "since": from_on(VISIT.c.visited_at),
        "until": before(VISIT.c.visited_at),
        "is_over": lambda is_over: (VISIT.c.visited_at < NOW) == is_over,
    },
    scope=("unit", "units"),
)
FIRST: dict[str, Any] = {"cursor": None, "limit": 2}


@pytest.fixture
def connection(fresh_database: FreshDatabase) -> Iterator[Connection]:
    """Seven visits, of which three began at the same instant."""
    database = Database(fresh_database("sample").owner)
    rows = [{"visited_at": START + timedelta(hours=h), "number": n, "unit": "ab"[n % 2]} for n, h in enumerate(HOURS)]
    with database.transaction() as connection:
        VISIT.create(connection)
        connection.execute(VISIT.insert(), rows)
        yield connection
    database.dispose()


def walked(read: Callable[[dict[str, Any]], Page[Any]]) -> list[list[Any]]:
    """Return all pages of two rows, from the first to the last."""
    pages, cursor, last = [], None, False
    while not last:
        page = read({"cursor": cursor, "limit": 2})
        pages.append(list(page.rows))
        cursor, last = page.next, page.next is None
    return pages


@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_follow_each_other_over_rows_of_one_instant(connection: Connection, newest_first: bool) -> None:
    listing = replace(VISITS, newest_first=newest_first)

    pages = walked(lambda query: listing.page(connection, query, units=["a", "b"]))

    numbers = [row.number for page in pages for row in page]
    assert numbers == sorted(range(7), reverse=newest_first)
    assert [len(page) for page in pages] == [2, 2, 2, 1]


def test_all_rows_are_given_some_at_a_time(connection: Connection) -> None:
    some = [[row.number for row in rows] for rows in VISITS.every(connection, at_once=2, unit="a")]

    assert some == [[0, 2], [4, 6]]


def test_each_word_that_is_given_narrows_the_list_and_one_left_out_does_not(connection: Connection) -> None:
    def numbers(now: datetime = START, **words: Any) -> list[int]:
        page = VISITS.page(connection, {"unit": None, "limit": 50, "cursor": None}, now=now, **words)
        return [row.number for row in page.rows]

    assert numbers(unit="a") == [0, 2, 4, 6]
    assert numbers(units=["a", "b"], since=START + timedelta(hours=2)) == [4, 5, 6]
    assert numbers(units=["a", "b"], until=START + timedelta(hours=1), since=None) == [0]
    assert numbers(units=["a", "b"], is_over=True, now=START + timedelta(minutes=1)) == [0]


def test_a_list_for_which_nobody_said_whose_rows_are_meant_shows_none(connection: Connection) -> None:
    with pytest.raises(AssertionError, match="must be asked for"):
        VISITS.page(connection, FIRST | {"unit": None})


def test_the_cursor_of_another_list_is_refused(connection: Connection) -> None:
    other = replace(VISITS, order=(VISIT.c.number,))
    cursor = other.page(connection, FIRST, unit="a").next

    with pytest.raises(CursorInvalidError):
        VISITS.page(connection, {"cursor": cursor, "limit": 2}, unit="a")


def test_one_row_is_found_by_what_no_two_have_alike(connection: Connection) -> None:
    found = VISITS.find(connection, 3)

    assert found == {"visited_at": START + timedelta(hours=1), "number": 3, "unit": "b"}
    assert VISITS.find(connection, 9) is None


def test_a_page_is_answered_with_the_columns_that_the_list_selects_or_as_it_is_told(connection: Connection) -> None:
    page = replace(VISITS, select=sa.select(VISIT.c.visited_at, VISIT.c.number)).page(connection, FIRST, unit="a")

    assert page.answer()["items"][0] == {"visited_at": START, "number": 0}
    assert page.answer(lambda row: row.number) == {"items": [0, 2], "next": page.next}
    assert page.map(lambda row: -row.number).rows == [0, -2]


def test_a_list_that_only_a_rule_can_order_is_paged_alike() -> None:
    due: Sorted[tuple[date, UUID]] = Sorted(key=lambda row: row, parts=(a_day, lambda sent: UUID(str(sent))))
    rows = [(date(2026, 3, day), UUID(int=n)) for n, day in enumerate((5, 4, 4, 4, 3))]

    pages = walked(lambda query: due.page(rows, query))

    assert [row for page in pages for row in page] == sorted(rows)
    with pytest.raises(CursorInvalidError):
        Sorted(key=lambda row: row, parts=(a_number,)).page([(1,)], {"cursor": "WyJhIl0", "limit": 2})
