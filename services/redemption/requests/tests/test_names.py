"""A redemption says what its service and its unit are called; a list asks for all names at once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from services.redemption.core import consumers
from services.redemption.tests.support import Bench
from tests.support.trips import counted_trips

PREPARED_AFTER = 8
"""By then the driver has prepared each statement, which is a trip of its own."""


@pytest.fixture
def asked(bench: Bench) -> Bench:
    bench.person("lan", "recipient")
    for day in range(2, 6):
        assert bench.ask(f"r{day}", "lan", start=f"D{day} 09:00").status_code == 202
    return bench


def test_names_are_in_the_callers_language_or_the_one_there_is(asked: Bench) -> None:
    path = f"/v1/redemptions/{asked.id_of('r2')}"
    english = asked.send("GET", path, "lan", Accept_Language="en").get_json()
    chinese = asked.send("GET", path, "lan", Accept_Language="zh-CN").get_json()

    assert (english["service_name"], english["unit_name"]) == ("Service B1", "k1 社区")
    assert (chinese["service_name"], chinese["unit_name"]) == ("服务 B1", "k1 社区")


def test_a_list_of_four_costs_what_a_list_of_one_does(asked: Bench) -> None:
    def cost(limit: int) -> tuple[int, int]:
        for _ in range(PREPARED_AFTER):
            asked.send("GET", f"/v1/redemptions?limit={limit}", "lan")
        with counted_trips(asked.database) as counted:
            rows = asked.send("GET", f"/v1/redemptions?limit={limit}", "lan").get_json()["items"]
        assert all(row["service_name"] and row["unit_name"] for row in rows)
        return len(rows), sum(counted)

    (one, one_cost), (many, many_cost) = cost(1), cost(100)

    assert (one, many) == (1, 4)
    assert many_cost == one_cost


def test_services_without_a_name_are_read_again(bench: Bench) -> None:
    with bench.database.transaction() as connection:
        before = consumers.lacking(connection)
        connection.execute(sa.text("UPDATE catalogue_item SET name_zh = NULL WHERE code = 'B1'"))
        after = consumers.lacking(connection)

    assert (before, after) == ({}, {"timebank.orders.v1.CatalogueItemPublished": "timebank.orders.state.v1"})
