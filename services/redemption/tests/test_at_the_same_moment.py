"""Two who ask at the same moment: the second waits for the first, and then counts what it took."""

import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from libs.db import Connection
from libs.events import EventContext
from libs.ids import new_id
from services.redemption.core.rules.people import Acting
from services.redemption.entitlements.usecases.purchased_help import FundingRequested, hold_purchased_minutes
from services.redemption.gifts.rules import CreditKind
from services.redemption.gifts.usecases.request_credit import CreditTerms, request_credit
from services.redemption.requests.usecases import RedemptionTerms, request_redemption
from services.redemption.tests.support import Bench, local

WAIT_SECONDS_MAX = 4
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"


def one_after_the_other(bench: Bench, first: Callable[[Connection], Any], second: Callable[[], Any]) -> Any:
    """Start `second` while `first` is open; commit `first` only once `second` waits for its lock; return its answer."""
    answers: list[Any] = []
    with bench.database.transaction() as connection:
        first(connection)
        thread = threading.Thread(target=lambda: answers.append(second()))
        thread.start()
        pause = threading.Event()
        with bench.database.reading() as looking:
            for _ in range(WAIT_SECONDS_MAX * 100):
                if looking.scalar(sa.text(WAITING)):
                    break
                pause.wait(0.01)
            else:
                raise AssertionError("the second did not wait for the first")
    thread.join()
    return answers[0]


def test_the_weekly_limit_holds(bench: Bench) -> None:
    bench.person("lan", "recipient")
    lan = bench.id_of("lan")
    terms = RedemptionTerms(bench.id_of("r1"), lan, lan, "B1", 180, local("D2 09:00"), Acting())

    answer = one_after_the_other(
        bench,
        lambda connection: request_redemption(connection, bench.command("lan"), terms),
        lambda: bench.ask("r2", "lan", minutes=180, start="D3 09:00"),
    )

    assert answer.get_json()["code"] == "weekly_limit_exceeded"


def test_the_gift_cap_holds(bench: Bench) -> None:
    bench.person("min", "volunteer", age=45)
    mum = bench.person("mum", "recipient")
    bench.relate("min", "parent", "mum")
    terms = CreditTerms(bench.id_of("g1"), CreditKind.GIFT, 400, Acting(), receiver_id=mum)

    answer = one_after_the_other(
        bench,
        lambda connection: request_credit(connection, bench.command("min"), terms),
        lambda: bench.send("PUT", f"/v1/gifts/{bench.id_of('g2')}", "min", {"to": str(mum), "minutes": 400}),
    )

    assert answer.get_json()["code"] == "gift_cap_exceeded"


def test_a_months_minutes_are_held_once(bench: Bench) -> None:
    lan = bench.person("lan", "recipient")
    bench.entitle("lan", 1800)
    funding = FundingRequested(
        order_id=bench.id_of("o1"),
        district_id=bench.id_of("d1"),
        recipient_id=lan,
        funding="purchased",
        planned_minutes=1000,
        start_at=local("D2 09:00"),
    )
    heard = EventContext(new_id(), str(bench.id_of("o1")), bench.clock.now())

    one_after_the_other(
        bench,
        lambda connection: hold_purchased_minutes(connection, heard, funding),
        lambda: bench.fund("o2", "lan", funding="purchased", minutes=1000),
    )

    assert bench.counts() == {"RedemptionAuthorised": 1, "RedemptionDeclined": 1}
