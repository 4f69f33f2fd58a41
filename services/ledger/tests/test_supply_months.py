"""Credit over time: by months of Beijing, the same from what is kept as from the whole journal, open to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from libs.clock import to_microseconds
from libs.ids import new_id
from services.ledger.queries.supply_months import SupplyHistory
from services.ledger.tests.stories import approval, give, hold, served
from services.ledger.tests.support import EAST, Ledger, new
from services.ledger.tests.test_api import DISTRICT, Api
from services.ledger.tests.test_sums import sum_all
from tests.scale.touched import touched_by
from tests.support.postgres import DatabaseFactory
from tests.support.trips import counted_trips

MARCH_31 = datetime(2026, 3, 31, 15, 59, tzinfo=UTC)
"""23:59 in Beijing."""
MAY = datetime(2026, 5, 20, tzinfo=UTC)
WEST = new()


def at(ledger: Ledger, instant: datetime) -> None:
    """Let it be another time."""
    ledger.now_us = to_microseconds(instant)


def serve(ledger: Ledger, minutes: int, payer: bytes, volunteer: bytes) -> None:
    """Let an elder pay a volunteer for a visit."""
    order = new()
    hold(ledger, order, payer, minutes)
    ledger.post(approval(order, served(volunteer, minutes, ledger), planned=minutes))


def rows(history: SupplyHistory, ledger: Ledger, now: datetime) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the rows by district and month."""
    return {(row["district_id"], row["month"]): row for row in history.rows(ledger.database.reading, now)}


def test_each_month_says_what_was_saved_and_spent_and_what_was_left(ledger: Ledger) -> None:
    lan, min_ = new(), new()
    at(ledger, datetime(2026, 2, 10, tzinfo=UTC))
    give(ledger, lan, earned=300)
    at(ledger, MARCH_31)
    serve(ledger, 60, lan, min_)
    at(ledger, MARCH_31.replace(hour=16, minute=1))  # A minute past midnight in Beijing.
    serve(ledger, 90, lan, min_)
    hold(ledger, new(), lan, 45)

    months = rows(SupplyHistory(), ledger, MAY)

    by_month = {month: row for (_, month), row in months.items()}
    assert list(by_month) == ["2026-02", "2026-03", "2026-04", "2026-05"]
    assert [(row["saved_minutes"], row["spent_minutes"]) for row in by_month.values()] == [
        (0, 0),
        (60, 60),
        (90, 90),
        (0, 0),
    ]
    assert [row["outstanding_minutes"] for row in by_month.values()] == [300] * 4
    assert by_month["2026-05"]["pool_minutes"] == 0
    assert {row["lapsed_minutes"] for row in by_month.values()} == {0}


def test_what_is_added_up_changes_no_answer(ledger: Ledger) -> None:
    lan, min_ = new(), new()
    at(ledger, datetime(2026, 2, 10, tzinfo=UTC))
    give(ledger, lan, earned=300)
    serve(ledger, 30, lan, min_)
    first = rows(SupplyHistory(), ledger, MARCH_31)
    at(ledger, MARCH_31)
    serve(ledger, 60, lan, min_)
    give(ledger, lan, WEST, granted=40)
    sum_all(ledger)
    at(ledger, datetime(2026, 4, 3, tzinfo=UTC))
    serve(ledger, 30, lan, min_)
    half = rows(SupplyHistory(), ledger, MAY)

    sum_all(ledger)

    months = rows(SupplyHistory(), ledger, MAY)
    assert months == half
    assert months[str(UUID(bytes=EAST)), "2026-04"]["saved_minutes"] == 30
    assert months[str(UUID(bytes=WEST)), "2026-03"]["outstanding_minutes"] == 40
    assert first[str(UUID(bytes=EAST)), "2026-02"] == months[str(UUID(bytes=EAST)), "2026-02"]


def test_of_what_is_added_up_no_row_is_read_again(ledger: Ledger) -> None:
    at(ledger, datetime(2026, 2, 10, tzinfo=UTC))
    give(ledger, new(), earned=300)
    sum_all(ledger)

    with ledger.database.transaction() as connection:
        touched = touched_by(connection, lambda c: SupplyHistory().rows(lambda: nullcontext(c), MAY))

    assert (touched.rows, touched.scanned.keys() & {"entry"}) == (0, set())


def test_an_answer_is_kept_for_a_while_so_that_many_who_ask_cost_little(ledger: Ledger) -> None:
    kept = SupplyHistory()
    rows(kept, ledger, MAY)

    with counted_trips(ledger.database) as counted:
        rows(kept, ledger, MAY)

    assert counted == []


@pytest.fixture(scope="module")
def api(database_factory: DatabaseFactory) -> Iterator[Api]:
    """A ledger over HTTP."""
    made = Api(database_factory)
    give(made.ledger, new_id().bytes, earned=120)
    yield made
    made.database.dispose()
    made.ledger.database.dispose()
    database_factory.drop(made.name)


def test_the_months_are_open_to_everybody_one_district_at_a_time_if_wanted(api: Api) -> None:
    every = api.client.get("/v1/supply/months").json["items"]
    district = api.client.get(f"/v1/supply/months?district={DISTRICT}&months=1").json["items"]
    none = api.client.get(f"/v1/supply/months?district={new_id()}").json["items"]

    assert [row["outstanding_minutes"] for row in every] == [120]
    assert district == every
    assert none == []


@pytest.mark.parametrize("query", ["months=0", "months=121", "months=x", "district=1", "other=1"])
def test_what_makes_no_sense_is_refused(api: Api, query: str) -> None:
    assert api.client.get(f"/v1/supply/months?{query}").status_code in (400, 422)
