"""From the request to the hold, the help, and the end, as the other services' events come in."""

from typing import Any

import pytest

from libs.contracts.events import ledger, orders, redemption as own
from libs.inbox import NotYetKnownError
from services.redemption.tests.support import Bench


@pytest.fixture
def asked(bench: Bench) -> Bench:
    """Lan has asked for an hour."""
    bench.person("lan", "recipient")
    assert bench.ask("r1", "lan").status_code == 202
    return bench


def order_event(bench: Bench, kind: type, label: str = "r1", **fields: Any) -> Any:
    return kind(order_id=str(bench.id_of(label)), district_id=str(bench.id_of("d1")), funding="credit", **fields)


def settled(bench: Bench, *, paid: int, settlement: int = 1) -> ledger.HoursSettled:
    return ledger.HoursSettled(
        order_id=str(bench.id_of("r1")), funding="credit", paid_minutes=paid, settlement=settlement
    )


def test_a_request_is_kept_and_told_with_its_price(asked: Bench) -> None:
    (event,) = asked.published(own.RedemptionRequested)

    assert (event.price_minutes, event.planned_minutes, event.declined_code) == (60, 60, "")
    assert event.district_id == str(asked.id_of("d1"))
    assert asked.show("r1", "lan")["state"] == "requested"


def test_the_order_is_authorised_only_once_the_hold_is_placed(asked: Bench) -> None:
    asked.fund("r1", "lan")
    assert asked.counts()["RedemptionAuthorised"] == 0
    (hold,) = asked.published(own.HoldRequested)

    asked.hear(ledger.HoldPlaced(hold_id=hold.hold_id, amount_minutes=60, funding="credit"))

    assert hold.amount_minutes == 60
    assert asked.counts()["RedemptionAuthorised"] == 1
    shown = asked.show("r1", "lan")
    assert (shown["state"], shown["held_minutes"]) == ("held", 60)


def test_a_refused_hold_declines_for_good_with_the_ledgers_code(asked: Bench) -> None:
    asked.fund("r1", "lan")

    asked.hear(ledger.HoldRefused(hold_id=str(asked.id_of("r1")), code="insufficient_credits", funding="credit"))

    assert [event.code for event in asked.published(own.RedemptionDeclined)] == ["insufficient_credits"]
    again = asked.ask("r1", "lan")
    assert (again.status_code, again.get_json()["code"]) == (422, "insufficient_credits")
    assert asked.counts()["RedemptionRequested"] == 1


@pytest.mark.parametrize("minutes", [0, -1, 1441, 1_000_000, 2**31, 60.5, "60", None])
def test_minutes_that_no_help_has_are_refused_at_the_edge_and_published_nowhere(asked: Bench, minutes: Any) -> None:
    before = asked.counts()

    answer = asked.ask("r2", "lan", minutes=minutes, start="D4 09:00")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_fields")
    assert asked.counts() == before


def test_settled_hours_fulfil_it_and_count_what_was_paid(asked: Bench) -> None:
    asked.hold("r1", "lan")

    asked.hear(settled(asked, paid=30))

    shown = asked.show("r1", "lan")
    assert (shown["state"], shown["paid_minutes"], shown["held_minutes"]) == ("fulfilled", 30, 0)
    assert [event.paid_minutes for event in asked.published(own.RedemptionFulfilled)] == [30]


@pytest.mark.parametrize("first", ["reversed", "settled"])
def test_settled_anew_counts_once_whichever_is_heard_first(asked: Bench, first: str) -> None:
    asked.hold("r1", "lan")
    asked.hear(settled(asked, paid=60))
    reversal, anew = order_event(asked, orders.HoursReversed, settlement=1), settled(asked, paid=30, settlement=2)

    asked.hear(*((reversal, anew) if first == "reversed" else (anew, reversal)))

    assert asked.show("r1", "lan")["paid_minutes"] == 30
    assert asked.counts()["RedemptionFulfilled"] == 1


@pytest.mark.parametrize(
    "kind", [orders.OrderCancelled, orders.OrderExpired, orders.HoursRejected, orders.NoShowRecorded]
)
def test_every_end_of_the_order_asks_for_the_release_and_then_cancels(asked: Bench, kind: type) -> None:
    asked.hear(placed(asked))
    asked.hold("r1", "lan")

    asked.hear(order_event(asked, kind))
    assert asked.show("r1", "lan")["state"] == "held"
    asked.hear(ledger.HoldReleased(hold_id=str(asked.id_of("r1")), amount_minutes=60))

    assert asked.counts()["ReleaseRequested"] == 1
    assert asked.counts()["RedemptionCancelled"] == 1
    assert asked.show("r1", "lan")["state"] == "cancelled"


def placed(bench: Bench, **fields: Any) -> orders.OrderPlaced:
    terms: dict[str, Any] = {
        "service_code": "B1",
        "planned_minutes": 60,
        "funding": "credit",
        "state": "awaiting_funding",
    } | fields
    return orders.OrderPlaced(
        order_id=str(bench.id_of("r1")),
        district_id=str(bench.id_of("d1")),
        recipient_id=str(bench.id_of("lan")),
        **terms,
    )


def test_an_order_cancelled_before_the_ledger_answers_is_released_as_soon_as_it_does(asked: Bench) -> None:
    asked.fund("r1", "lan")
    asked.hear(order_event(asked, orders.OrderCancelled))
    assert asked.counts()["ReleaseRequested"] == 0

    asked.hear(ledger.HoldPlaced(hold_id=str(asked.id_of("r1")), amount_minutes=60, funding="credit"))

    assert asked.counts()["ReleaseRequested"] == 1
    assert asked.counts()["RedemptionAuthorised"] == 0


def test_an_order_declined_before_it_was_funded_declines_the_redemption_without_an_event(asked: Bench) -> None:
    asked.hear(order_event(asked, orders.OrderDeclined, code="recipient_overlap"))

    again = asked.ask("r1", "lan")
    assert (again.status_code, again.get_json()["code"]) == (422, "recipient_overlap")
    assert asked.counts()["RedemptionDeclined"] == 0


def test_an_order_cancelled_while_under_review_cancels_at_once(asked: Bench) -> None:
    asked.hear(placed(asked, state="under_review"))
    assert asked.show("r1", "lan")["under_review"] is True

    asked.hear(order_event(asked, orders.OrderCancelled))

    assert asked.show("r1", "lan")["state"] == "cancelled"
    assert asked.counts()["ReleaseRequested"] == 0


def test_what_a_capture_leaves_over_does_not_cancel(asked: Bench) -> None:
    asked.hold("r1", "lan")

    asked.hear(ledger.HoldReleased(hold_id=str(asked.id_of("r1")), amount_minutes=30))

    assert asked.show("r1", "lan")["state"] == "held"


def test_an_answer_about_something_not_yet_heard_of_waits(asked: Bench) -> None:
    with pytest.raises(NotYetKnownError):
        asked.hear(ledger.HoldPlaced(hold_id=str(asked.id_of("other")), funding="credit"))
    with pytest.raises(NotYetKnownError):
        asked.fund("other", "lan")


def test_a_pool_hold_is_none_of_ours(asked: Bench) -> None:
    asked.hear(ledger.HoldPlaced(hold_id=str(asked.id_of("other")), funding="pool"))
    asked.fund("other", "lan", funding="pool")

    assert asked.counts() == {"RedemptionRequested": 1}


def test_a_late_entry_paid_by_credit_is_held_without_a_request(asked: Bench) -> None:
    asked.fund("late", "lan", minutes=75, without_redemption=True, payer_id=str(asked.id_of("lan")))

    (hold,) = asked.published(own.HoldRequested)
    assert (hold.hold_id, hold.amount_minutes) == (str(asked.id_of("late")), 75)
    assert asked.counts()["RedemptionRequested"] == 1


def test_the_same_request_again_has_one_effect_and_other_content_is_refused(asked: Bench) -> None:
    assert asked.ask("r1", "lan").status_code == 202
    other = asked.ask("r1", "lan", minutes=90)

    assert (other.status_code, other.get_json()["code"]) == (409, "id_reused")
    assert asked.counts()["RedemptionRequested"] == 1


def test_an_id_of_another_persons_request_is_refused(asked: Bench) -> None:
    asked.person("ju", "recipient")

    answer = asked.ask("r1", "ju")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "id_reused")


def test_waiting_returns_as_soon_as_it_is_decided(asked: Bench) -> None:
    asked.hold("r1", "lan")

    answer = asked.send("PUT", f"/v1/redemptions/{asked.id_of('r1')}", "lan", _terms(asked), Prefer="wait=5")

    assert (answer.status_code, answer.get_json()["state"]) == (200, "held")


def _terms(bench: Bench) -> dict[str, object]:
    start = bench.show("r1", "lan")["start"]
    return {"recipient_id": str(bench.id_of("lan")), "service": "B1", "minutes": 60, "start": start}


def test_another_time_keeps_what_is_held_and_counts_in_its_week(asked: Bench) -> None:
    asked.hold("r1", "lan")
    asked.fund("r1", "lan", start="D10 09:00")

    assert (asked.counts()["HoldRequested"], asked.counts()["ReleaseRequested"]) == (1, 0)
    assert asked.counts()["RedemptionAuthorised"] == 2
    shown = asked.show("r1", "lan")
    assert (shown["state"], shown["held_minutes"], shown["start"][:10]) == ("held", 60, "2026-03-11")


def test_a_week_that_is_full_declines_another_time_and_all_is_released(asked: Bench) -> None:
    asked.publish_policy("d1", 2, asked.clock.now().date(), redeem={"max_minutes_per_week": 60})
    asked.hold("r1", "lan")
    asked.ask("r2", "lan", start="D10 15:00")

    asked.fund("r1", "lan", start="D10 09:00")
    asked.hear(order_event(asked, orders.OrderDeclined, code="weekly_limit_exceeded"))

    (declined,) = asked.published(own.RedemptionDeclined)
    assert (declined.code, asked.counts()["ReleaseRequested"]) == ("weekly_limit_exceeded", 1)
