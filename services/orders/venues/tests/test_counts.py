"""How many came to a place: counted a day at a time, corrected with a reason, and in the figures of its month."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from libs.ids import new_id
from services.orders.tests.harness import OrdersHarness, named, outcome
from services.orders.tests.venues import register

FIRST = {"day": "2026-03-03", "visitors": 120, "meals": 96}


@pytest.fixture
def canteen(world: OrdersHarness) -> OrdersHarness:
    """Return a canteen that holds forty, on the evening of the second day."""
    assert register(world) == ""
    world.set_time("D2 18:00")
    return world


def count(world: OrdersHarness, by: str = "coord", label: str = "", venue: str = "v1", **others: Any) -> str:
    """Enter a day; return "" or the code of the refusal."""
    count_id = named(label) if label else new_id()
    return outcome(world.call("PUT", by, f"/v1/venues/{named(venue)}/counts/{count_id}", FIRST | others))


def correct(world: OrdersHarness, of: str, by: str = "coord", **others: Any) -> Any:
    """Correct a count; return the response."""
    body = {"visitors": 118, "meals": 96, "why": "数错两位"} | others
    count_id = of if "-" in of else str(named(of))
    return world.call("POST", by, f"/v1/venues/{named('v1')}/counts/{count_id}/correction", body)


def listed(world: OrdersHarness, by: str = "coord", unit: str = "k1", **query: str) -> list[dict[str, Any]]:
    """Return the counts that somebody sees."""
    words = "".join(f"&{name}={value}" for name, value in query.items())
    rows: list[dict[str, Any]] = world.call("GET", by, f"/v1/venues/counts?unit={named(unit)}{words}").get_json()[
        "items"
    ]
    return rows


def figure(world: OrdersHarness, name: str, month: str = "2026-03") -> tuple[int | None, int]:
    """Return a figure of the city, and how many rows it opens into."""
    path = f"?unit={named('city')}&month={month}"
    (row,) = world.call("GET", "cadmin", f"/v1/indicators{path}").get_json()["items"]
    (shown,) = [shown for shown in row["figures"] if shown["indicator"] == name]
    return shown["value"], shown["rows"]


def test_a_correction_stands_beside_what_was_wrong_and_the_figures_count_what_is_right(canteen: OrdersHarness) -> None:
    assert figure(canteen, "visitors") == (None, 0)
    assert count(canteen, label="c1") == ""
    assert figure(canteen, "visitors") == (120, 1)

    canteen.set_time("D2 18:05")
    corrected = correct(canteen, "c1").get_json()

    assert (corrected["visitors"], corrected["corrects"], "why" in corrected) == (118, str(named("c1")), False)
    wrong, right = listed(canteen)
    assert (wrong["visitors"], wrong["corrected_by"], wrong["venue_name"]) == (120, corrected["count_id"], "和园食堂")
    assert (right["visitors"], right["why"], right["corrected_by"]) == (118, "数错两位", None)
    assert [row["visitors"] for row in listed(canteen, corrected="no")] == [118]
    assert listed(canteen, until="2026-03-02") == []
    assert figure(canteen, "visitors") == (118, 2)
    assert figure(canteen, "meals_given") == (96, 1)
    path = f"/v1/indicators/rows?unit={named('k1')}&month=2026-03&indicator=visitors"
    rows = canteen.call("GET", "cadmin", path).get_json()["items"]
    assert [(row["number"], row["order_id"]) for row in rows] == [(120, None), (-2, None)]
    assert rows[1]["count_id"] == corrected["count_id"]


def test_what_is_refused_of_a_count(canteen: OrdersHarness) -> None:
    assert count(canteen, label="c1") == ""
    assert count(canteen, label="c1") == ""
    assert count(canteen) == "already_counted"
    assert count(canteen, label="c1", meals=95) == "id_reused"
    assert count(canteen, day="2026-03-04") == "count_day"
    assert count(canteen, day="2026-03-01") == "count_day"
    assert count(canteen, day="2026-03-02", visitors=401) == "count_exceeds_venue"
    assert count(canteen, day="2026-03-02", meals=401) == "count_exceeds_venue"
    assert count(canteen, day="2026-03-02", visitors=-1) == "invalid_fields"
    assert count(canteen, by="min", day="2026-03-02") == "not_authorised"
    assert count(canteen, by="coord_k2", day="2026-03-02") == "out_of_scope"
    assert count(canteen, venue="nowhere") == "venue_not_found"
    assert outcome(correct(canteen, "nowhere")) == "count_not_found"
    assert outcome(correct(canteen, "c1", why=None)) == "invalid_fields"
    assert outcome(correct(canteen, "c1", visitors=401)) == "count_exceeds_venue"
    assert outcome(correct(canteen, "c1", by="coord_k2")) == "out_of_scope"
    assert outcome(correct(canteen, "c1")) == ""
    assert outcome(correct(canteen, "c1")) == "count_corrected"
    assert outcome(canteen.call("GET", "min", f"/v1/venues/counts?unit={named('k1')}")) == "not_authorised"
    assert figure(canteen, "visitors") == (118, 2)


def test_a_closed_place_is_counted_up_to_its_last_day(canteen: OrdersHarness) -> None:
    assert outcome(canteen.call("POST", "coord", f"/v1/venues/{named('v1')}/closing", {})) == ""
    canteen.set_time("D3 09:00")
    assert count(canteen) == ""
    assert count(canteen, day="2026-03-04") == "count_day"


def test_the_list_of_a_month_is_closed_with_its_figures(canteen: OrdersHarness) -> None:
    assert count(canteen, label="c1") == ""
    canteen.set_time("D31 00:01")

    assert count(canteen, day="2026-03-31") == "count_month_over"
    assert outcome(correct(canteen, "c1")) == "count_month_over"
    assert count(canteen, day="2026-04-01") == ""

    assert (figure(canteen, "visitors"), figure(canteen, "visitors", "2026-04")) == ((120, 1), (120, 1))


def test_of_two_who_count_or_correct_the_same_day_at_once_one_does(canteen: OrdersHarness) -> None:
    def at_once(*acts: Any) -> list[str]:
        codes: list[str] = []
        threads = [threading.Thread(target=lambda act=act: codes.append(act())) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(codes)

    counted = [lambda label=label: count(canteen, label=label) for label in ("c1", "c2")]
    assert at_once(*counted) == ["", "already_counted"]
    (first,) = listed(canteen)
    corrected = [lambda by=by: outcome(correct(canteen, first["count_id"], by=by)) for by in ("coord", "coord_b")]
    assert at_once(*corrected) == ["", "count_corrected"]
    assert figure(canteen, "visitors") == (118, 2)
