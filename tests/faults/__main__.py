"""The long version (`make faults`): both brokers, three Kafka nodes, as many rounds and seeds as asked for.

Each seed founds its own town and does its harms in an order of its own. How fast it goes is printed and judged only
where it is asked for: on a busy machine a figure says nothing.
"""

from __future__ import annotations

import argparse
import functools
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable

from tests.faults.chain import chain
from tests.faults.harm import HARMS, KAFKA_HARMS
from tests.faults.run import Plan, run
from tests.support.platform import ROOT

COMMANDS_MIN = 2000
EVENTS_BETWEEN = 500
PAIRS_MAX = 36


def main() -> None:
    """Run all of it; the first broken promise ends it with an error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--seeds", type=int, default=1, help="so many in a row, each one more than the last")
    parser.add_argument("--broker", choices=["postgres", "kafka", "both"], default="both")
    parser.add_argument("--nodes", type=int, default=3, help="Kafka nodes of the chain of events")
    parser.add_argument("--commands", type=int, default=COMMANDS_MIN, help="acknowledged in each run, at least")
    parser.add_argument("--events", type=int, default=EVENTS_BETWEEN, help="of the chain, between two harms")
    parser.add_argument("--per-second", type=int, default=0, help="between the harms, at least: on a quiet machine")
    options = parser.parse_args()
    for seed in range(options.seed, options.seed + options.seeds):
        _one_seed(seed, options)
    _far_behind_and_full()
    print("every promise was kept")


def _one_seed(seed: int, options: argparse.Namespace) -> None:
    brokers = ["postgres", "kafka"] if options.broker == "both" else [options.broker]
    for broker in brokers:
        with_folder(functools.partial(_platform, plan=_plan(broker, seed, options)))
        with_folder(
            functools.partial(_chain, nodes=0 if broker == "postgres" else options.nodes, seed=seed, options=options)
        )
    print(f"seed {seed}: every promise was kept", flush=True)


def _far_behind_and_full() -> None:
    """A consumer 100,000 events behind on both brokers, and brokers whose disk is full."""
    tests = ["tests/events/test_far_behind.py", "tests/events/test_full_disk.py"]
    command = ["env", "LONG_FAULTS=1", sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", *tests]
    subprocess.run(command, cwd=ROOT, check=True)


def with_folder(act: Callable[[pathlib.Path], None]) -> None:
    """Run something in a folder that the database's user can reach, and remove it."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="timebank-faults-"))
    folder.chmod(0o755)
    try:
        act(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _plan(broker: str, seed: int, options: argparse.Namespace) -> Plan:
    """Spread the commands over the harms."""
    harms = len(KAFKA_HARMS if broker == "kafka" else HARMS)
    return Plan(
        broker,
        seed,
        pairs=min(PAIRS_MAX, options.commands // 40),
        days=2,
        threads=12,
        rounds=options.rounds,
        commands_between_harms=options.commands // (options.rounds * harms + 1),
        commands_min=options.commands,
        per_second_min=options.per_second,
    )


def _platform(folder: pathlib.Path, *, plan: Plan) -> None:
    run(folder, plan)


def _chain(folder: pathlib.Path, *, nodes: int, seed: int, options: argparse.Namespace) -> None:
    with chain(folder, nodes=nodes, seed=seed) as one:
        met = one.run(rounds=options.rounds, events_between=options.events)
        one.hold_against_commits()
    print(f"{sum(one.committed.values())} events, each applied once and in order")
    for name, times in sorted(Counter(harm.name for harm in met).items()):
        print(f"  {name:<16} {times} times")
    assert all(harm.waiting > 0 for harm in met), "a harm met no event on its way"


if __name__ == "__main__":
    main()
