"""What scales by itself is there, is never none, is scaled by a figure that is told, and fits the database's server."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from libs.bus.broker import PARTITIONS
from libs.inbox import metrics
from tests.architecture import connections
from tests.architecture.deployment import SERVICES
from tests.architecture.manifests import render
from tests.architecture.tree import ROOT

SCALED: dict[str, Any] = {
    given["metadata"]["name"]: given["spec"]
    for given in yaml.safe_load_all((ROOT / "k8s/scaling/consumers.yaml").read_text("utf-8"))
}


@pytest.mark.parametrize("service", SERVICES)
def test_a_consumer_is_scaled_by_how_far_its_group_is_behind_and_is_never_none(service: str) -> None:
    spec = SCALED[f"{service}-consumer"]
    (trigger,) = spec["triggers"]
    target = spec["scaleTargetRef"]

    assert any(
        (given["kind"], given["metadata"]["name"]) == (target["kind"], target["name"])
        for given in render(ROOT / "k8s/overlays/prod")
    )
    assert 1 <= spec["minReplicaCount"] < spec["maxReplicaCount"] <= PARTITIONS
    assert spec["fallback"]["replicas"] >= 1
    # Each replica tells what the whole group has not applied (libs/inbox/consumer.py): the greatest, not the sum.
    assert trigger["metadata"]["query"] == f'max(consumer_lag_events{{group="{service}"}})'
    assert metrics.LAG.name == "consumer_lag_events"


def test_all_of_them_at_once_fit_the_server_of_prod() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8").replace("\n", " ")
    needed = re.search(r"`prod` as it is needs (\d+)", text)
    assert needed is not None
    pools = {
        given["metadata"]["name"]: int(given["data"][f"{name.upper()}_POOL_MAX"])
        for name in SERVICES
        for given in render(ROOT / "k8s/overlays/prod")
        if (given["kind"], given["metadata"]["name"]) == ("ConfigMap", f"{name}-settings")
    }
    more = sum((SCALED[f"{name}-consumer"]["maxReplicaCount"] - 1) * pools[f"{name}-settings"] for name in SERVICES)

    assert more > 0
    assert connections.of_overlay("k8s/overlays/prod") + more <= int(needed[1]) - connections.SERVER_RESERVES
