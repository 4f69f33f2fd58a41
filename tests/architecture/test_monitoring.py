"""What Prometheus is told to read is what the processes serve, and what the network policies let it reach."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.architecture import compose
from tests.architecture.manifests import KUSTOMIZATIONS, render, template_of
from tests.architecture.tree import ROOT
from tests.distributed.policies import Peer, lets_through, pods

MONITORING, SERVED = Peer(namespace="monitoring"), {"api": 9000, "pages": 9000}
READ = {"api", "pages", "consumer", "relay", "importer", "sealer", "nightly"}
"""The roles that stay; the others end by themselves, or are not ours."""


def monitors() -> list[dict[str, Any]]:
    """Return what the operator of Prometheus is told to read."""
    return [manifest for manifest in render(ROOT / "k8s/monitoring") if manifest["kind"] == "PodMonitor"]


def selects(monitor: dict[str, Any], labels: dict[str, str]) -> bool:
    """Tell whether a monitor is for pods with these labels."""
    expressions = monitor["spec"]["selector"]["matchExpressions"]
    assert all(expression["operator"] == "In" for expression in expressions), "this test knows no other"
    return all(labels.get(expression["key"]) in expression["values"] for expression in expressions)


@pytest.mark.parametrize("overlay", KUSTOMIZATIONS)
def test_every_pod_of_ours_is_read_once_on_a_port_that_it_has_and_that_is_open(overlay: str) -> None:
    manifests = render(ROOT / overlay)
    peers = pods(manifests)
    read = 0
    for manifest in manifests:
        template = template_of(manifest)
        labels = template["metadata"]["labels"] if template else {}
        if not template or labels.get("role") not in READ:
            continue
        [monitor] = [each for each in monitors() if selects(each, labels)]
        [endpoint] = monitor["spec"]["podMetricsEndpoints"]
        ports = {
            port["name"]: port["containerPort"]
            for container in template["spec"]["containers"]
            for port in container["ports"]
        }
        port = ports[endpoint["port"]]
        assert port == SERVED.get(labels["role"], 8000)
        assert lets_through(manifests, MONITORING, peers[manifest["metadata"]["name"]], port)
        assert monitor["metadata"]["namespace"] == manifest["metadata"]["namespace"]
        read += 1
    assert read >= 14


def test_every_process_of_compose_is_read_on_the_port_that_tells_its_metrics() -> None:
    config = yaml.safe_load((ROOT / "docker/prometheus/prometheus.yml").read_text("utf-8"))
    [job] = config["scrape_configs"]
    targets = {target: group["labels"]["role"] for group in job["static_configs"] for target in group["targets"]}

    served = {}
    for name, service in compose.load(ROOT / "docker/compose.yaml")["services"].items():
        role = service.get("command", [""])[-1]
        if service["image"].startswith("timebank:") and role in READ and len(service["command"]) == 2:
            inside = [value for key, value in service["environment"].items() if key.endswith("_INSIDE_PORT")]
            port = inside[0] if role in SERVED else "8000"
            served[f"{name}:{port}"] = role

    assert targets == served
