"""Measure orders (`make bench-orders`): 200,000, of them 20,000 open, 10,000 volunteers; beside a nearly empty city.

Both are filled by COPY on one server that writes nothing durably; every request is answered by the service's own
application with its token, its rules and its schema. Each ratio is of medians taken in turn. Nothing fails because a
bound is missed. How soon the credit of a list is there, with all services, `tests.load.credit_visible` measures.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import json
import logging
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID

import structlog

from libs.contracts.events import accounts
from libs.db import Database
from libs.db.embedded import EmbeddedPostgres, free_port
from libs.ids import new_id
from services.orders.serving.usecases import serve_order
from services.orders.tests.harness import OrdersHarness, named
from tests.planning.instances import make_day
from tests.planning.measure import compare
from tests.scale import orders as filler
from tests.scale.bench import SETTINGS
from tests.scale.city import DAYS_BEFORE, HOURS, NOW, City, hour_of, uid
from tests.scale.copying import filling
from tests.scale.rules import fill_rules
from tests.support.postgres import FAST_SETTINGS, DatabaseFactory

TIMES, MANY = 15, 200
ROUNDS, SUBMISSIONS = 5, 60
BOSS = named("boss")


@dataclass(frozen=True)
class BenchCity(City):
    """A city whose last orders are open and begin in the next days; those before them wait for a signature."""

    open_orders: int = 0
    pending: int = 0

    @cached_property
    def _done(self) -> int:
        return self.orders - self.open_orders

    def start_of(self, order: int) -> datetime:
        """Return when an order begins: two years evenly, then the open ones over the next five days."""
        if order < self._done:
            return hour_of(order * HOURS * DAYS_BEFORE // self._done)
        return hour_of(HOURS * (DAYS_BEFORE + 1) + (order - self._done) * HOURS * 5 // self.open_orders)

    def state_of(self, order: int) -> str:
        """Return how far an order has come."""
        if order >= self._done:
            return "published"
        return "confirmed" if order >= self._done - self.pending else "settled"

    def of_state(self, state: str) -> list[int]:
        """Return the numbers of the orders of a state."""
        return [number for number in range(self.orders) if self.state_of(number) == state]


LARGE = BenchCity(30_000, 200_000, open_orders=20_000, pending=2_000)
SMALL = BenchCity(300, 300, open_orders=100, pending=100)


class Measured:
    """One filled city behind the service's application, and a coordinator of all of it."""

    def __init__(self, factory: DatabaseFactory, city: BenchCity) -> None:
        began = time.perf_counter()
        self.city = city
        name, urls = factory.create("orders")
        with filling(factory.server.superuser_url(name)) as connection:
            filler.fill(connection, city)
            fill_rules(connection, city)
            connection.execute(
                "UPDATE orders SET service_policy_version = 1, ended_at = end_at WHERE state = 'confirmed'"
            )
        self.database = Database(urls.app)
        self.world = OrdersHarness(self.database)
        self.world.clock.instant = NOW
        self.hold(BOSS, "coordinator", uid("city"))
        self.client = self.world.app.test_client()
        print(f"{city.orders:,} orders, {city.persons:,} persons in {time.perf_counter() - began:.0f} s", flush=True)

    def hold(self, person_id: UUID, role: str, unit: UUID) -> None:
        """Let somebody hold a role at a unit."""
        state = accounts.PersonState(
            person_id=str(person_id),
            version=1,
            status="active",
            home_unit_id=str(unit),
            district_id=str(uid("district", 0)),
            born="1985-01-01",
            grade="intact",
            roles=[accounts.RoleAt(role=role, unit_id=str(unit))],
            qualifications=accounts.Qualifications(training=True, clean_record=True, insured_until="2030-01-01"),
        )
        self.world.hear(state, subject=state.person_id)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, *, by: UUID = BOSS) -> Any:
        """Ask as the coordinator, or as somebody else; return the answer."""
        headers = {"Authorization": f"Bearer {self.world.token_of(by)}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(new_id())
        answer = self.client.open(path, method=method, headers=headers, json=body)
        assert answer.status_code < 300, answer.get_json()
        return answer.get_json()


def in_turn(*asks: Callable[[], object]) -> list[float]:
    """Return the median milliseconds of each, asked in turn."""
    times: list[list[float]] = [[] for _ in asks]
    for turn in range(TIMES + 1):
        for number, ask in enumerate(asks):
            began = time.perf_counter()
            ask()
            if turn:  # The first of each fills caches.
                times[number].append((time.perf_counter() - began) * 1000)
    return [statistics.median(taken) for taken in times]


@dataclass(frozen=True)
class Line:
    """One measure: its bound, what was measured, and whether that is within."""

    what: str
    bound: str
    measured: str
    held: bool


def reads(large: Measured, small: Measured) -> list[Line]:
    """Measure what people look at, beside a read by id."""
    city = large.city
    number = city.of_state("published")[city.open_orders // 2]
    latitude, longitude = city.home_millideg(city.pair(number)[0])
    near = f"/v1/orders?state=published&near={latitude / 1000},{longitude / 1000}&within_m=2000"
    by_id = f"/v1/orders/{city.order_ids[number]}"
    matches = f"/v1/matches?order={city.order_ids[number]}"
    queue = f"/v1/queues/approval?unit={uid('city')}"
    volunteer = f"/v1/matches/orders?volunteer={city.person_id(city.pair(number)[1])}&within_m=2000"
    by_id_ms, near_me, fitting, matched, queued, queued_small = in_turn(
        lambda: large.ask("GET", by_id),
        lambda: large.ask("GET", near),
        lambda: large.ask("GET", volunteer),
        lambda: large.ask("GET", matches),
        lambda: large.ask("GET", queue),
        lambda: small.ask("GET", queue),
    )
    return [
        _ratio("near me beside a read by id", 3, near_me, by_id_ms),
        _ratio("orders for a volunteer, gated and ranked, beside a read by id", 3, fitting, by_id_ms),
        _ratio("matching one order beside a read by id", 10, matched, by_id_ms),
        _ratio("the queue's first page, 2,000 pending beside 100", 2, queued, queued_small),
    ]


def _ratio(what: str, bound: float, took: float, beside: float) -> Line:
    ratio = took / beside
    return Line(what, f"≤ {bound:g} ×", f"{ratio:.1f} × ({took:.1f} ms / {beside:.1f} ms)", ratio <= bound)


def approving(large: Measured) -> Line:
    """Approve 200 one by one and 200 in one call, in turn."""
    pending = iter([large.city.order_ids[number] for number in large.city.of_state("confirmed")])
    rounds = [_singly_and_at_once(large, pending) for _ in range(ROUNDS)]
    ratio = statistics.median(singly / at_once for singly, at_once in rounds)
    singly, at_once = (statistics.median(times) for times in zip(*rounds, strict=True))
    measured = f"{ratio:.1f} × ({singly:.1f} s / {at_once:.2f} s)"
    return Line("approving 200 in one call beside 200 calls", "≥ 5 ×", measured, ratio >= 5)


def _singly_and_at_once(large: Measured, pending: Iterator[str]) -> tuple[float, float]:
    """Return the seconds of 200 calls, and of one call for 200."""
    began = time.perf_counter()
    for order_id in itertools.islice(pending, MANY):
        large.ask("POST", f"/v1/orders/{order_id}/approval", {})
    between = time.perf_counter()
    results = large.ask("POST", "/v1/approvals", {"orders": list(itertools.islice(pending, MANY))})["items"]
    end = time.perf_counter()
    assert [row["result"] for row in results] == ["approved"] * MANY
    return between - began, end - between


def flags(large: Measured) -> Line:
    """Measure how much longer a check-out takes that looks for its flags, by volunteers with two years behind them."""
    numbers = iter(large.city.of_state("published")[: 2 * (SUBMISSIONS + 1)])
    with_them, without = in_turn_after(
        lambda: _at_work(large, next(numbers)), lambda path, by: large.ask("POST", f"{path}/check-out", {}, by=by)
    )
    share = 100 * (with_them - without) / with_them
    return Line(
        "flags, of a submission", "≤ 30 %", f"{share:.0f} % ({with_them:.1f} ms / {without:.1f} ms)", share <= 30
    )


def _at_work(large: Measured, number: int) -> tuple[str, UUID]:
    """Let a volunteer of the city take an order and check in; return the order's path and who it is."""
    _, volunteer = large.city.pair(number)
    path, by = f"/v1/orders/{large.city.order_ids[number]}", large.city.person_id(volunteer)
    start = large.city.start_of(number)
    large.world.clock.instant = NOW
    large.hold(by, "volunteer", uid("community", large.city.community_of(volunteer)))
    large.ask("POST", f"{path}/assignment", {}, by=by)
    large.world.clock.instant = start
    large.ask("POST", f"{path}/check-in", {}, by=by)
    large.world.clock.instant = start + timedelta(minutes=61)
    return path, by


def in_turn_after(prepare: Callable[[], tuple[str, UUID]], act: Callable[[str, UUID], object]) -> tuple[float, float]:
    """Return the median milliseconds of an act with flags, and with nothing asked or decided of them, in turn.

    Now the one comes first and now the other, and nothing is collected meanwhile.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(SUBMISSIONS + 1):
        for is_bare in (False, True) if turn % 2 else (True, False):
            path, by = prepare()
            gc.collect()
            with _no_flags() if is_bare else contextlib.nullcontext():
                began = time.perf_counter()
                act(path, by)
            if turn:
                times[is_bare].append((time.perf_counter() - began) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


@contextlib.contextmanager
def _no_flags() -> Iterator[None]:
    asks_nothing = mock.patch.object(serve_order, "ask_history", return_value=lambda _connection: lambda: None)
    with asks_nothing, mock.patch.object(serve_order, "with_flags", lambda _connection, order, **_: order):
        yield


def planning(large: Measured) -> list[Line]:
    """Plan 300 visits by 200 volunteers beside the greedy plan, and a community's day over HTTP."""
    best, greedy = compare(make_day(1, visits=300, volunteers=200))
    is_better = (best.people, best.points) > (greedy.people, greedy.points)
    community = uid("community", large.city.communities // 2)
    began = time.perf_counter()
    day = (NOW + timedelta(days=2)).date().isoformat()
    plan = large.ask("POST", "/v1/matches/plan", {"unit": str(community), "day": day})
    took = time.perf_counter() - began
    margin = f"{best.people} / {greedy.people} people, {best.points} / {greedy.points} points"
    return [
        Line("the plan for 300 × 200", "< 30 s", f"{best.seconds:.1f} s", best.seconds < 30),
        Line("the plan beside the greedy one", "better", margin, is_better),
        Line(
            f"a community's day over HTTP, {plan['visits']} orders",
            "< 30 s",
            f"{took:.1f} s, {plan['filled']} filled",
            took < 30,
        ),
    ]


def main() -> None:
    """Fill, measure, print a table and write build/bench/orders.json."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    folder = Path(tempfile.mkdtemp(prefix="timebank-orders-"))
    os.chmod(folder, 0o755)
    server = EmbeddedPostgres(folder, free_port(), settings=FAST_SETTINGS | SETTINGS)
    try:
        server.initialise()
        server.start()
        factory = DatabaseFactory(server)
        small, large = Measured(factory, SMALL), Measured(factory, LARGE)
        lines = [*reads(large, small), approving(large), flags(large), *planning(large)]
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print("\n| measure | bound | measured | |\n|---|---|---|---|")
    for line in lines:
        print(f"| {line.what} | {line.bound} | {line.measured} | {'held' if line.held else 'MISSED'} |")
    target = Path("build/bench")
    target.mkdir(parents=True, exist_ok=True)
    (target / "orders.json").write_text(json.dumps([vars(line) for line in lines], indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
