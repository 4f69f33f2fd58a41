"""Two who ask at the same moment: the second waits for the first; whoever has no right waits for nobody."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from libs.db import Connection, Database
from services.orders.tests.harness import THERE, OrdersHarness, at, named, said
from services.orders.tests.uploads import scan

WAIT_SECONDS_MAX = 4
_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
_HOLD_ORDERS = "SELECT 1 FROM orders FOR UPDATE"
_HOLD_PEOPLE = """
    SELECT pg_advisory_xact_lock(hashtextextended(CAST(person_id AS text), 11)),
        pg_advisory_xact_lock(hashtextextended(district_id || '/2026-03-01', 12))
    FROM person WHERE person_id <> :gu"""

ASK = {"service": "B1", "minutes": 60, "funding": "programme"}
ACTS: dict[str, dict[str, Any]] = {
    "cancellation": {},
    "review": {"ok": True},
    "offers": {"to": str(named("hua"))},
    "offers/acceptance": {},
    "offers/refusal": {},
    "assignment": {},
    "withdrawal": {},
    "door-code": {},
    "check-in": {},
    "check-out": {},
    "no-show": {"absent": "volunteer"},
    "confirmation": {},
    "call-back": THERE,
    "approval": {},
    "second-check": {"ok": True},
    "rejection": {"why": "never seen there"},
    "dispute": {"says_minutes": 10},
    "decision": {"minutes": 10, "why": "as she says"},
    "decision/confirmation": {"ok": True},
    f"reversal/{named('v1')}/decision": {"ok": True},
}


@pytest.fixture
def quiet(world: OrdersHarness) -> OrdersHarness:
    """An order that is taken, and Gu, who has nothing to do with it and holds no role but that of a recipient."""
    world.person("gu", roles=["recipient"])
    world.place("coord", "o1", recipient="lan", start="D2 09:00")
    world.act("min", "o1", "assignment")
    world.call("PUT", "admin", f"/v1/service-records/{named('s1')}", record("lan"))
    world.call("PUT", "lan", f"/v1/incidents/{named('i1')}", {"person_id": str(named("lan"))})
    return world


def record(person: str) -> dict[str, Any]:
    return {"person_id": str(named(person)), "minutes": 60, "served_on": "2026-02-01", "scan": "book 7"}


def asked_while_held(world: OrdersHarness, method: str, path: str, body: dict[str, Any]) -> Any:
    """Ask as Gu while somebody else has all orders, all other people and all that waits in hand."""
    with world.database.transaction() as connection:
        for held in (_HOLD_ORDERS, _HOLD_PEOPLE, "SELECT 1 FROM record_proposal, incident FOR UPDATE"):
            connection.execute(sa.text(held), {"gu": named("gu")} if ":gu" in held else {})
        return world.call(method, "gu", path, body).get_json()


def test_whoever_has_no_right_to_an_order_waits_for_nobody(quiet: OrdersHarness) -> None:
    order = f"/v1/orders/{named('o1')}"

    codes = {act: asked_while_held(quiet, "POST", f"{order}/{act}", body)["code"] for act, body in ACTS.items()}

    expected = dict.fromkeys(ACTS, "not_authorised")
    expected |= dict.fromkeys(("offers/acceptance", "offers/refusal"), "not_offered_to_you")
    assert codes == expected | dict.fromkeys(("withdrawal", "check-in", "check-out"), "not_assigned")


FOR_ANOTHER = {
    **dict.fromkeys(("confirmation", "cancellation", "no-show", "dispute", "door-code"), "lan"),
    **dict.fromkeys(("assignment", "withdrawal", "check-in", "check-out"), "min"),
}


def test_whoever_acts_for_somebody_without_the_right_waits_for_nobody(quiet: OrdersHarness) -> None:
    codes = {}
    for act, person in FOR_ANOTHER.items():
        body = ACTS[act] | {"acting_for": str(named(person)), "consent": said()}
        codes[act] = asked_while_held(quiet, "POST", f"/v1/orders/{named('o1')}/{act}", body)["code"]

    assert codes == dict.fromkeys(FOR_ANOTHER, "not_authorised")


def test_whoever_may_not_ask_or_decide_waits_for_nobody(quiet: OrdersHarness) -> None:
    ask = ASK | {"recipient_id": str(named("lan")), "start": at("D2 14:00").isoformat()}
    for_her = {"acting_for": str(named("lan")), "consent": said()}
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("PUT", f"/v1/orders/{named('o2')}", ask),
        ("PUT", f"/v1/orders/{named('o3')}", ask | for_her),
        ("POST", f"/v1/service-records/{named('s1')}/decision", {"ok": True}),
        ("POST", f"/v1/incidents/{named('i1')}/closing", {"outcome": "she is well"}),
    ]

    assert {asked_while_held(quiet, *one)["code"] for one in asked} == {"not_authorised"}


class PausingDatabase:
    """A database whose first transaction of several ends only when another waits for it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_first = threading.Lock()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a transaction."""
        with self._database.transaction() as connection:
            yield connection
            if self._is_first.acquire(blocking=False):
                self._await_another()

    def _await_another(self) -> None:
        pause = threading.Event()
        with self._database.reading() as looking:
            for _ in range(WAIT_SECONDS_MAX * 100):
                if looking.scalar(sa.text(_WAITING)):
                    return
                pause.wait(0.01)
        raise AssertionError("the second did not wait for the first")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


def together(world: OrdersHarness, asked: Sequence[tuple[str, str, dict[str, Any]]]) -> list[tuple[int, str | None]]:
    """Send requests at the same moment; return what they were answered."""
    answers: list[Any] = []

    def send(by: str, path: str, body: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {world.token(by)}"}
        answers.append(world.app.test_client().open(path, method="PUT", headers=headers, json=body))

    service = world.app.extensions["service"]
    world.app.extensions["service"] = dataclasses.replace(service, database=PausingDatabase(world.database))
    threads = [threading.Thread(target=send, args=one) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.app.extensions["service"] = service
    return sorted((answer.status_code, answer.get_json().get("code")) for answer in answers)


def serve_two(world: OrdersHarness) -> None:
    """Have the hours of two orders settled, which nobody has in common but the coordinators."""
    pairs = (("r1", "lan", "min"), ("r2", "mei", "hua"))
    for label, recipient, volunteer in pairs:
        world.redeem(label, recipient=recipient, start="D2 09:00")
        world.act(volunteer, label, "assignment")
    world.set_time("D2 09:00")
    for label, _, volunteer in pairs:
        assert world.act(volunteer, label, "check-in", {"code": world.code(label)}) == ""
    world.set_time("D2 10:01")
    for label, recipient, volunteer in pairs:
        assert world.act(volunteer, label, "check-out") == ""
        assert world.act(recipient, label, "confirmation") == ""
        assert world.act("coord", label, "approval") == ""


def of_each_kind() -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Return what two people ask of each kind, about different people where the kind is about people."""
    about = {"coord": "lan", "coord_b": "mei"}
    ask = ASK | {"start": at("D3 09:00").isoformat()}
    served = {"service": "B1", "minutes": 60, "served": at("D1 06:00").isoformat(), "volunteer_id": str(named("min"))}
    slip = {by: {"slip": number, "scan": str(named(f"scan/{by}/0"))} for number, by in enumerate(about, start=1)}
    slips = {"unit_id": str(named("k1"))}
    who = {by: {"recipient_id": str(named(of))} for by, of in about.items()}
    visited = {"how": "door", "outcome": "seen"}
    return {
        "orders": [(by, ask | who[by]) for by in about],
        "late-entries": [(by, served | who[by] | slip[by]) for by in about],
        "visits": [(by, visited | {"person_id": str(named(of))}) for by, of in about.items()],
        "slips": [("coord", slips | {"from": 11, "to": 20}), ("coord_b", slips | {"from": 21, "to": 30})],
        "service-records": [("admin", record("lan")), ("admin_b", record("mei"))],
        "certificates": [(by, {"person_id": str(named(by))}) for by in ("min", "hua")],
        "incidents": [(by, {"person_id": str(named(by))}) for by in ("lan", "mei")],
    }


def test_of_two_who_choose_one_id_the_second_is_told_so(world: OrdersHarness) -> None:
    world.person("admin_b", roles=["district_admin@d1"])
    world.call("PUT", "coord", f"/v1/slips/{named('range')}", {"unit_id": str(named("k1")), "from": 1, "to": 10})
    serve_two(world)
    scans = [scan(world, by) for by in ("coord", "coord_b")]
    assert len(scans) == 2

    kinds = of_each_kind()
    answers = {
        kind: together(world, [(by, f"/v1/{kind}/{named(f'same/{kind}')}", body) for by, body in asked])
        for kind, asked in kinds.items()
    }
    why = {"why": "duplicate"}
    answers["reversals"] = together(
        world,
        [(by, f"/v1/orders/{named(of)}/reversal/{named('v')}", why) for by, of in (("coord", "r1"), ("coord_b", "r2"))],
    )

    assert answers == {kind: [(201, None), (409, "id_reused")] for kind in (*kinds, "reversals")}
