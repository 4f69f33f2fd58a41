"""The short version: every harm once, on both brokers. `make faults` is the long one."""

from __future__ import annotations

import pathlib

import pytest

from tests.faults.harm import HARMS, KAFKA_HARMS
from tests.faults.run import Plan, run

SEED = 5


@pytest.mark.timeout(1800)
def test_embedded_platform_keeps_every_promise_through_every_harm(tmp_path: pathlib.Path) -> None:
    harmed = run(tmp_path, Plan(broker="postgres", seed=SEED))

    assert {harm.name for harm in harmed} == set(HARMS)


@pytest.mark.kafka
@pytest.mark.timeout(1800)
def test_platform_on_kafka_keeps_every_promise_through_every_harm(tmp_path: pathlib.Path) -> None:
    harmed = run(tmp_path, Plan(broker="kafka", seed=SEED))

    assert {harm.name for harm in harmed} == set(KAFKA_HARMS)
