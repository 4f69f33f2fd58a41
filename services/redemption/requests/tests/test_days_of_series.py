"""The days of series that orders asks credit for: by every rule of asking, each once."""

from __future__ import annotations

from typing import Any

import pytest

from libs.clock import to_microseconds
from libs.contracts.events import orders, redemption
from libs.inbox import NotYetKnownError
from services.redemption.tests.support import Bench, local


def due(bench: Bench, label: str, *, recipient: str = "lan", start: str = "D3 09:00", **others: Any) -> str:
    """Let a day fall due; return the code of the request's refusal, "" where nothing bars it."""
    message = orders.SeriesDayDue(
        order_id=str(bench.id_of(label)),
        series_id=str(bench.id_of("series")),
        district_id=str(bench.id_of("d1")),
        recipient_id=str(bench.id_of(recipient)),
        payer_id=str(bench.id_of(others.pop("payer", recipient))),
        service_code=others.pop("service", "B1"),
        planned_minutes=others.pop("minutes", 60),
        start_at_us=to_microseconds(local(start)),
        requested_by=str(bench.id_of(others.pop("by", "coord"))),
        **others,
    )
    bench.hear(message, subject=message.order_id)
    asked = bench.published(redemption.RedemptionRequested)
    return str(asked[-1].declined_code)


def test_a_day_is_asked_for_once_under_the_id_of_its_order(bench: Bench) -> None:
    bench.world()
    bench.person("lan", "recipient")
    consent: dict[str, Any] = {"acting_for": str(bench.id_of("lan")), "consent_how": "phone", "consent_given_at_us": 1}

    assert due(bench, "o1", by="op", **consent) == ""
    assert due(bench, "o1", by="op", **consent) == ""

    (asked,) = bench.published(redemption.RedemptionRequested)
    assert (asked.redemption_id, asked.requested_by) == (str(bench.id_of("o1")), str(bench.id_of("op")))
    assert (asked.acting_for, asked.consent_how, asked.price_minutes) == (str(bench.id_of("lan")), "phone", 60)
    assert bench.show("o1", by="lan")["state"] == "requested"


def test_what_a_rule_bars_is_declined_and_told(bench: Bench) -> None:
    bench.world(redeem={"max_minutes_per_week": 90})
    bench.person("lan", "recipient")
    bench.person("young", "recipient", age=50)
    bench.person("sus", "recipient", status="suspended")
    bench.person("jun", "volunteer", age=40)

    codes = {
        "the first of the week": due(bench, "o1"),
        "the second": due(bench, "o2", start="D4 09:00"),
        "too young": due(bench, "o3", recipient="young"),
        "suspended": due(bench, "o4", recipient="sus"),
        "nobody's relative": due(bench, "o5", payer="jun"),
        "too long": due(bench, "o6", start="D12 09:00", minutes=1000),
    }

    assert codes == {
        "the first of the week": "",
        "the second": "weekly_limit_exceeded",
        "too young": "recipient_too_young",
        "suspended": "person_suspended",
        "nobody's relative": "relation_not_verified",
        "too long": "minutes_out_of_range",
    }
    assert bench.show("o2", by="lan")["state"] == "declined"


def test_a_day_of_somebody_who_is_not_heard_of_yet_waits(bench: Bench) -> None:
    bench.world()

    with pytest.raises(NotYetKnownError):
        due(bench, "o1", recipient="nobody")
    with pytest.raises(NotYetKnownError):
        bench.person("lan", "recipient")
        due(bench, "o2", service="Z9")
