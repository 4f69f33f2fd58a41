"""The figures of a month's credit: each opens into rows that are as many and weigh as much; how old what is left is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from libs.clock import to_microseconds
from libs.ids import new_id
from services.ledger.domain.flows import AGES_YEARS, CREDIT_FIGURES
from services.ledger.domain.reasons import Reason
from services.ledger.queries import ages
from services.ledger.tests.stories import approval, give, hold, reverse, served
from services.ledger.tests.support import earned, issue, new
from services.ledger.tests.test_api import CITY, COMMUNITY, DISTRICT, OTHER, Api
from services.ledger.tests.test_transfers import donate, gift
from tests.support.postgres import DatabaseFactory

MARCH, APRIL = "2026-03", "2026-04"
LAN, MIN = UUID(int=7), UUID(int=9)


def at(api: Api, year: int, month: int) -> None:
    """Let it be the tenth of a month."""
    api.ledger.now_us = to_microseconds(datetime(year, month, 10, 4, tzinfo=UTC))


@pytest.fixture(scope="module")
def api(database_factory: DatabaseFactory) -> Iterator[Api]:
    """One ledger for the module, in which ten years went by until April."""
    api = Api(database_factory)
    lan, volunteer, son = LAN.bytes, MIN.bytes, new()
    for year, month, minutes in ((2019, 5, 300), (2023, 5, 200), (2024, 9, 100)):
        at(api, year, month)
        api.ledger.post(issue(earned(lan), minutes, Reason.HOURS_APPROVED))
    at(api, 2026, 3)
    order, wrong = new(), new()
    for visit, minutes in ((order, 60), (wrong, 30)):
        hold(api.ledger, visit, lan, minutes)
        api.ledger.post(approval(visit, served(volunteer, minutes, api.ledger), planned=minutes))
    reverse(api.ledger, wrong)
    give(api.ledger, son, earned=400)
    donate(api.ledger, lan, 250)
    gift(api.ledger, son, lan, 45)
    at(api, 2026, 4)
    hold(api.ledger, new(), lan, 40)
    yield api
    api.database.dispose()
    api.ledger.database.dispose()
    database_factory.drop(api.name)


def figures(api: Api, unit: UUID = DISTRICT, month: str = MARCH) -> dict[str, dict[str, Any]]:
    """Return the figures by name."""
    answer = api.send(staff(api), "GET", f"/v1/supply/figures?unit={unit}&month={month}")
    return {figure["figure"]: figure for figure in answer.json["figures"]}


def rows(api: Api, figure: str, unit: UUID = DISTRICT, month: str = MARCH) -> list[dict[str, Any]]:
    """Return all rows of a figure, a page of one row after the other."""
    path = f"/v1/supply/figures/rows?unit={unit}&month={month}&figure={figure}&limit=1"
    listed: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.send(staff(api), "GET", path + (f"&cursor={cursor}" if cursor else "")).json
        listed, cursor = listed + page["items"], page["next"]
    return listed


def staff(api: Api) -> str:
    """Return the token of whoever sees the city."""
    return api.token(new_id(), "city_admin", unit=CITY)


@pytest.mark.parametrize("month", [MARCH, APRIL, "2019-05"])
def test_every_number_opens_into_rows_that_are_as_many_and_weigh_as_much(
    api: Api, month: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ages, "OWNERS_AT_ONCE", 1)

    for unit in (DISTRICT, CITY):
        shown = figures(api, unit, month)
        assert tuple(shown) == CREDIT_FIGURES
        for name, figure in shown.items():
            listed = rows(api, name, unit, month)
            assert (len(listed), sum(row["minutes"] for row in listed)) == (figure["rows"], figure["minutes"]), name
            assert all(row["at"] is None or datetime.fromisoformat(row["at"]).tzinfo for row in listed), name


def test_what_was_saved_used_given_and_taken_back_in_a_month(api: Api) -> None:
    minutes = {name: figure["minutes"] for name, figure in figures(api).items()}

    moved = {name: minutes[name] for name in ("saved", "spent", "donated", "gifts", "taken_back")}
    assert moved == {"saved": 90, "spent": 90, "donated": 250, "gifts": 45, "taken_back": 30}
    (donation,) = rows(api, "donated")
    assert (donation["reason"], donation["person_id"], donation["minutes"]) == ("donation", str(LAN), 250)
    assert datetime.fromisoformat(donation["at"]).strftime("%Y-%m") == MARCH
    assert figures(api, month=APRIL)["saved"] == {"figure": "saved", "minutes": 0, "rows": 0}


def test_the_oldest_minutes_are_used_first_and_those_set_aside_are_still_there(api: Api) -> None:
    """She saved 300, 200 and 100 and used 60 and gave away 250; 30 came back. Of the first, nothing is left."""
    of_lan = {name: [row for row in rows(api, name) if row["person_id"] == str(LAN)] for name in AGES_YEARS}

    assert {name: [row["minutes"] for row in left] for name, left in of_lan.items()} == {
        "age_under_1": [30],
        "age_1_to_2": [100],
        "age_2_to_5": [160],
        "age_over_5": [],
    }
    held = [row["minutes"] for row in rows(api, "age_2_to_5", month=APRIL) if row["person_id"] == str(LAN)]
    assert held == [160]


def test_figures_are_for_staff_of_the_unit_and_a_community_has_no_book(api: Api) -> None:
    coordinator = api.token(new_id(), "coordinator", unit=COMMUNITY)
    path, more = "/v1/supply/figures", "/rows?figure=saved&"

    assert api.send(coordinator, "GET", f"{path}?unit={COMMUNITY}").json["figures"] == []
    for unit in (DISTRICT, OTHER):
        refused = [api.send(coordinator, "GET", f"{path}{asked}unit={unit}").status_code for asked in ("?", more)]
        assert refused == [403, 403]
    for wrong in ("figure=saved&month=2026-13", "figure=nonsense"):
        assert api.send(staff(api), "GET", f"{path}/rows?unit={DISTRICT}&{wrong}").status_code == 422
