"""Every committed event has exactly one effect, in order, whatever is killed, paused or away."""

from __future__ import annotations

import pathlib

import pytest

from tests.faults.chain import chain

SEED = 11


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("nodes", [0, pytest.param(1, marks=pytest.mark.kafka)])
def test_chain_of_events_survives_every_harm(tmp_path: pathlib.Path, nodes: int) -> None:
    with chain(tmp_path, nodes=nodes, seed=SEED) as one:
        met = one.run(rounds=1, events_between=40)
        one.hold_against_commits()

    names = {harm.name for harm in met}
    assert {"kill_relay", "kill_member", "pause_relay", "pause_member", "kill_database"} <= names
    assert {f"kill_node_{node}" for node in range(1, nodes + 1)} <= names
    assert all(harm.waiting > 0 for harm in met)
