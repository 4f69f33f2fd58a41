"""Two who ask at the same moment: the second waits for the first, and counts what it took; strangers hold up nobody."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from libs.db import Connection
from libs.events import EventContext
from libs.ids import new_id
from services.redemption.core.rules.people import Acting, CommandContext
from services.redemption.entitlements.usecases.purchased_help import FundingRequested, hold_purchased_minutes
from services.redemption.entitlements.usecases.set_entitlement import propose_entitlement
from services.redemption.estates.usecases import propose_estate
from services.redemption.gifts.rules import CreditKind
from services.redemption.gifts.usecases.request_credit import CreditTerms, request_credit
from services.redemption.grants.usecases import schedule_grants
from services.redemption.requests.usecases import RedemptionTerms, request_redemption
from services.redemption.tests.support import Bench, local, said

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


First = Callable[[Bench, Connection, CommandContext, UUID], Any]


def _ask(bench: Bench, connection: Connection, context: CommandContext, identity: UUID) -> None:
    who = context.caller.person_id
    request_redemption(connection, context, RedemptionTerms(identity, who, who, "B1", 60, local("D2 09:00"), Acting()))


def _donate(_bench: Bench, connection: Connection, context: CommandContext, identity: UUID) -> None:
    request_credit(connection, context, CreditTerms(identity, CreditKind.DONATION, 10, Acting()))


def _grant(bench: Bench, connection: Connection, context: CommandContext, identity: UUID) -> None:
    schedule_grants(connection, context, grant_run_id=identity, unit_id=bench.id_of("d1"))


def _entitle(bench: Bench, connection: Connection, context: CommandContext, identity: UUID) -> None:
    propose_entitlement(
        connection, context, entitlement_id=identity, person_id=bench.id_of("lan"), minutes=1800, why=None
    )


def _leave(bench: Bench, connection: Connection, context: CommandContext, identity: UUID) -> None:
    propose_estate(
        connection, context, estate_id=identity, person_id=bench.id_of("gu"), to_person_id=None, why="he died"
    )


@pytest.fixture
def two_districts(bench: Bench) -> Bench:
    """Somebody of each kind in the first district and in the second."""
    for district in ("d1", "d2"):
        bench.publish_policy(district, 2, bench.clock.now().date(), grant={"key_elder_monthly_minutes": 60})
    for label, unit in (("lan", "k1"), ("mei", "k3")):
        bench.person(label, "recipient", unit=unit)
    for label, unit in (("gu", "k1"), ("wu", "k3")):
        bench.person(label, "volunteer", unit=unit, status="deceased", age=80)
    bench.person("admin", "district_admin@d1", age=42)
    bench.person("admin_b", "district_admin@d2", unit="d2", age=42)
    return bench


@pytest.mark.parametrize(
    ("of", "first_by", "first", "second_by", "body"),
    [
        ("redemptions", "lan", _ask, "mei", {"recipient_id": "mei", "service": "B1", "minutes": 60, "start": "D2"}),
        ("donations", "lan", _donate, "mei", {"minutes": 10}),
        ("grants", "admin", _grant, "admin_b", {"unit_id": "d2"}),
        ("entitlements", "admin", _entitle, "admin_b", {"person_id": "mei", "minutes": 1800}),
        ("estates", "admin", _leave, "admin_b", {"person_id": "wu", "why": "he died"}),
    ],
)
def test_of_two_who_choose_one_id_the_second_is_told_so(
    two_districts: Bench, of: str, first_by: str, first: First, second_by: str, body: dict[str, Any]
) -> None:
    bench, identity = two_districts, two_districts.id_of("same")
    named = {name: str(bench.id_of(value)) if name.endswith("_id") else value for name, value in body.items()}
    named |= {"start": local("D2 09:00").isoformat()} if "start" in body else {}

    answer = one_after_the_other(
        bench,
        lambda connection: first(bench, connection, bench.command(first_by), identity),
        lambda: bench.send("PUT", f"/v1/{of}/{identity}", second_by, named),
    )

    assert (answer.status_code, answer.get_json()["code"]) == (409, "id_reused")


@pytest.fixture
def strangers(two_districts: Bench) -> Bench:
    """Somebody without any right over others, and what waits for a second member of staff."""
    bench = two_districts
    bench.person("min", "volunteer", age=45)
    bench.person("op", "operator@d1", age=40)
    lan, gu = str(bench.id_of("lan")), str(bench.id_of("gu"))
    for_lan = {"minutes": 10, "acting_for": lan, "consent": said()}
    for of, by, body in (
        ("donations", "op", for_lan),
        ("entitlements", "admin", {"person_id": lan, "minutes": 1800}),
        ("estates", "admin", {"person_id": gu, "why": "he died"}),
    ):
        assert bench.send("PUT", f"/v1/{of}/{bench.id_of(of)}", by, body).status_code < 300
    return bench


_HELD = """
    SELECT pg_advisory_xact_lock(hashtextextended(CAST(:lan AS text), space)) FROM generate_series(11, 12) AS space"""
_ROWS = "SELECT 1 FROM credit_request, entitlement, estate FOR UPDATE"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "redemptions/new", {"recipient_id": "lan", "service": "B1", "minutes": 60, "start": "D2"}),
        (
            "PUT",
            "redemptions/new",
            {"recipient_id": "lan", "acting_for": "lan", "service": "B1", "minutes": 60} | {"start": "D2"},
        ),
        ("PUT", "donations/new", {"minutes": 10, "acting_for": "lan"}),
        ("POST", "donations/donations/decision", {"ok": True}),
        ("POST", "entitlements/entitlements/decision", {"ok": True}),
        ("POST", "estates/estates/decision", {"ok": True}),
    ],
)
def test_a_stranger_waits_for_nobody_and_holds_up_nobody(
    strangers: Bench, method: str, path: str, body: dict[str, Any]
) -> None:
    bench, (of, label, *decision) = strangers, path.split("/")
    named = {name: str(bench.id_of(value)) if value == "lan" else value for name, value in body.items()}
    named |= {"start": local("D2 09:00").isoformat()} if "start" in body else {}
    named |= {"consent": said()} if "acting_for" in body else {}
    at = "/".join(["/v1", of, str(bench.id_of(label)), *decision])

    with bench.database.transaction() as connection:
        connection.execute(sa.text(_HELD), {"lan": bench.id_of("lan")})
        connection.execute(sa.text(_ROWS))
        answer = bench.send(method, at, "min", named, Idempotency_Key=str(new_id()))

    assert (answer.status_code, answer.get_json()["code"]) == (403, "not_authorised")
