"""Proposing and deciding load, decide and save: four round trips to the database, the commit included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from libs.ids import new_id
from services.ledger.tests.stories import give
from services.ledger.tests.support import new
from services.ledger.tests.test_api import CITY, COMMUNITY, DISTRICT, STREET, Api, migration
from services.ledger.tests.test_transfers import donate
from tests.support.postgres import DatabaseFactory
from tests.support.trips import counted_trips

TRIPS_MAX = 4
FUNDING = {"kind": "pool_funding", "district_id": str(DISTRICT), "minutes": 600, "why": "the year's budget"}


@pytest.fixture(scope="module")
def api(database_factory: DatabaseFactory) -> Iterator[Api]:
    """A ledger over HTTP."""
    made = Api(database_factory)
    yield made
    made.database.dispose()
    database_factory.drop(made.name)


def trips(api: Api, by: str, method: str, path: str, body: dict[str, Any]) -> int:
    """Do something; return the round trips of its transaction. Who calls was looked up before, in one of its own."""
    with counted_trips(api.database) as counted:
        answer = api.send(by, method, path, body)
    assert answer.status_code < 300, answer.get_json()
    *lookups, command = counted
    assert set(lookups) <= {1}
    return command


def test_proposing_and_deciding_an_adjustment_go_to_the_database_four_times(api: Api) -> None:
    lan, admin, city = api.person(), new_id(), new_id()
    proposer, decider = api.token(admin, "district_admin"), api.token(city, "city_admin", unit=CITY)
    balance, funding, other = (f"/v1/adjustments/{new_id()}" for _ in range(3))

    counted = {
        "propose an old balance": trips(api, proposer, "PUT", balance, migration(lan)),
        "decide an old balance": trips(api, decider, "POST", f"{balance}/decision", {"ok": True}),
        "propose a funding": trips(api, proposer, "PUT", funding, FUNDING),
        "decide a funding": trips(api, decider, "POST", f"{funding}/decision", {"ok": True}),
        "propose another": trips(api, proposer, "PUT", other, migration(lan)),
        "decide with no": trips(api, decider, "POST", f"{other}/decision", {"ok": False, "why": "no such book"}),
    }

    assert {name: count for name, count in counted.items() if count > TRIPS_MAX} == {}


def test_a_reversal_goes_once_more_for_the_rows_of_the_act(api: Api) -> None:
    mei, given = api.person(), new()
    give(api.ledger, mei.bytes, earned=60)
    donate(api.ledger, mei.bytes, 20, given)
    reversal = f"/v1/reversals/{new_id()}"
    coordinator = api.token(new_id(), "coordinator", unit=COMMUNITY)
    checker = api.token(new_id(), "checker", unit=STREET)
    because = {"cause_id": str(UUID(bytes=given)), "why": "by mistake"}

    proposing = trips(api, coordinator, "PUT", reversal, because)
    deciding = trips(api, checker, "POST", f"{reversal}/decision", {"ok": True})

    assert max(proposing, deciding) <= TRIPS_MAX + 1
