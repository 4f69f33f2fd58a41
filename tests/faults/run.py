"""One run: found a town, load it, do harm after harm, let it settle, and hold every number against the notes."""

from __future__ import annotations

import dataclasses
import pathlib
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping

from libs.clock import monotonic
from tests.faults.bad_events import give_up_poison
from tests.faults.harm import HARMS, KAFKA_HARMS, Harm
from tests.faults.load import Load, Notes
from tests.faults.patience import settle
from tests.faults.town import MINUTES, SAVED_MINUTES, Town, found_town
from tests.scenarios.client import Client
from tests.scenarios.world import A
from tests.support.platform import ROOT, Platform

RECOVERY_SECONDS_MAX = 300.0
OPERATOR_SECONDS_MAX = 600.0
GONE = ("cancelled", "declined")


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much of everything."""

    broker: str
    seed: int
    pairs: int = 6
    days: int = 1
    threads: int = 6
    rounds: int = 1
    commands_between_harms: int = 15
    commands_min: int = 0
    per_second_min: int = 0


@dataclasses.dataclass
class Harmed:
    """One harm, and the work it met."""

    name: str
    in_flight: int
    acknowledged_before: int
    back_after_seconds: float


@dataclasses.dataclass
class Pace:
    """How many commands were acknowledged while nothing was being harmed, and in what time."""

    acknowledged: int = 0
    seconds: float = 0.0

    def per_second(self) -> float:
        """Return the rate."""
        return self.acknowledged / self.seconds if self.seconds else 0.0


def run(folder: pathlib.Path, plan: Plan) -> list[Harmed]:
    """Run the plan; every assertion at its end is about the whole of it."""
    print(f"broker {plan.broker}, seed {plan.seed}")
    with Platform(folder, broker=plan.broker) as platform:
        client = Client(platform.url)
        town = found_town(client, pairs=plan.pairs, days=plan.days)
        load = Load(town, platform.url, threads=plan.threads, seed=plan.seed)
        began, pace = monotonic(), Pace()
        load.start()
        try:
            harmed = _harm_all(platform.folder, load, plan, pace)
        finally:
            load.stop()
        seconds = monotonic() - began
        settle(client)
        give_up_poison(platform.folder, times=[harm.name for harm in harmed].count("poison_every_kind"))
        _report(load.notes, harmed, seconds, pace)
        assert load.broken == [], load.broken[:5]
        assert load.acknowledged >= plan.commands_min
        if plan.per_second_min:
            assert pace.per_second() >= plan.per_second_min, f"only {pace.per_second():.1f} commands a second"
        _hold_against_notes(client, town, load.notes)
        assert _operator(platform.folder, "reconcile") == ["the services agree"]
        assert _operator(platform.folder, "verify")[-1] == "the ledger is whole"
    return harmed


def _harm_all(folder: pathlib.Path, load: Load, plan: Plan, pace: Pace) -> list[Harmed]:
    harms = KAFKA_HARMS if plan.broker == "kafka" else HARMS
    rng, harmed = random.Random(plan.seed), []
    for _ in range(plan.rounds):
        names = sorted(harms)
        rng.shuffle(names)
        for name in names:
            _work_on(load, load.acknowledged + plan.commands_between_harms, pace)
            harmed.append(_harm(folder, load, name, harms))
    _work_on(load, max(plan.commands_min, load.acknowledged + plan.commands_between_harms), pace)
    return harmed


def _work_on(load: Load, acknowledged: int, pace: Pace) -> None:
    """Let the load work unharmed until so many commands are acknowledged."""
    before, began = load.acknowledged, monotonic()
    _await(load, acknowledged)
    pace.acknowledged += load.acknowledged - before
    pace.seconds += monotonic() - began


def _harm(folder: pathlib.Path, load: Load, name: str, harms: Mapping[str, Harm]) -> Harmed:
    """Do one harm while commands are under way."""
    end = monotonic() + RECOVERY_SECONDS_MAX
    while load.in_flight == 0 and monotonic() < end:
        time.sleep(0.001)
    in_flight, before, at = load.in_flight, load.acknowledged, monotonic()
    print(f"  {name}", flush=True)
    harms[name](folder)
    _await(load, before + 5)
    return Harmed(name, in_flight, before, monotonic() - at)


def _await(load: Load, acknowledged: int) -> None:
    end = monotonic() + RECOVERY_SECONDS_MAX
    while load.acknowledged < acknowledged:
        assert monotonic() < end, f"nothing was acknowledged any more after {load.acknowledged}: {load.broken[-3:]}"
        time.sleep(0.05)


def _hold_against_notes(client: Client, town: Town, notes: Notes) -> None:
    """Every acknowledged command has exactly its effects, to the minute, on both sides."""
    open_orders = _check_requests(client, notes)
    for order in notes.approved:
        assert client.get(A, f"/v1/orders/{order}")["state"] == "settled", order
    doubtful = {order for order in town.served if order in notes.in_doubt}
    settled = Counter(pair for order, pair in notes.approved.items() if order not in doubtful)
    # What was served and not approved still holds its minutes.
    open_orders.update(pair for order, pair in town.served.items() if order not in notes.approved)
    if notes.in_doubt:
        print(f"{len(notes.in_doubt)} commands never got an answer; their pairs are compared by the operator only")
        return
    for pair in town.pairs:
        elder, volunteer = _earned(client, town, pair.elder), _earned(client, town, pair.volunteer)
        assert elder == (SAVED_MINUTES - MINUTES * settled[pair], MINUTES * open_orders[pair]), pair
        assert volunteer == (MINUTES * settled[pair], 0), pair


def _check_requests(client: Client, notes: Notes) -> Counter[object]:
    """Every request that was answered is there; every cancelled one holds nothing. Return who still holds how much."""
    still_open: Counter[object] = Counter()
    for order, pair in notes.requested.items():
        state = client.get(A, f"/v1/redemptions/{order}")["state"]
        if order in notes.cancelled:
            assert state == "cancelled", (order, state)
        elif state not in GONE:
            assert state == "held", (order, state)
            still_open[pair] += 1
    return still_open


def _earned(client: Client, town: Town, label: str) -> tuple[int, int]:
    """Return balance and held minutes of a person's earned wallet."""
    wallets = client.items(A, "/v1/wallets", person=town.world.id_of(label))
    mine = [wallet for wallet in wallets if wallet["class"] == "earned"]
    return sum(wallet["balance_minutes"] for wallet in mine), sum(wallet["held_minutes"] for wallet in mine)


def _operator(folder: pathlib.Path, act: str) -> list[str]:
    """Return what the operator's command says; its last line is the sum of it."""
    command = [sys.executable, "-m", "services.operator", "--data", str(folder), act]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=OPERATOR_SECONDS_MAX, check=False)
    lines = done.stdout.strip().splitlines()
    assert lines, done.stderr[-2000:]
    print(f"{act}: {lines[-1]}")
    return lines


def _report(notes: Notes, harmed: list[Harmed], seconds: float, pace: Pace) -> None:
    print(f"{notes.acknowledged} commands acknowledged in {seconds:.0f} s, outages and all")
    print(f"  {pace.per_second():.1f} a second between the harms")
    print(f"  {notes.repeated} asked again, {len(notes.in_doubt)} never answered")
    print(f"  {len(notes.requested)} requested, {len(notes.cancelled)} cancelled, {len(notes.approved)} approved")
    for name, times in sorted(Counter(harm.name for harm in harmed).items()):
        print(f"  {name:<20} {times} times")
    for harm in harmed:
        print(
            f"  {harm.name:<20} {harm.in_flight:>3} in flight, acknowledged again after {harm.back_after_seconds:.1f} s"
        )
    assert all(harm.in_flight > 0 for harm in harmed), "a harm met no work in flight"
