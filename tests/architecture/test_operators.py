"""What the operators of Kafka, PostgreSQL, KEDA and Prometheus are given has only fields that they know."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
import yaml

from tests.architecture.tree import ROOT

SCHEMA = jsonschema.Draft202012Validator(
    yaml.safe_load((ROOT / "tests" / "architecture" / "operators.schema.yaml").read_text("utf-8"))
)
FILES = (
    "operators/kafka.yaml",
    "operators/kafka-users.yaml",
    "operators/postgres.yaml",
    "operators/poolers/poolers.yaml",
)
MORE = ("scaling/consumers.yaml", "monitoring/pod-monitors.yaml")
GIVEN: dict[str, dict[str, Any]] = {
    f"{given['kind']} {given['metadata']['name']}": given
    for name in (*FILES, *MORE)
    for given in yaml.safe_load_all((ROOT / "k8s" / name).read_text("utf-8"))
}


@pytest.mark.parametrize("name", GIVEN)
def test_it_has_only_fields_that_its_operator_knows(name: str) -> None:
    assert [error.message for error in SCHEMA.iter_errors(GIVEN[name])] == []


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("Kafka kafka", lambda spec: spec["kafka"]["listeners"][0].update(authorisation={"type": "tls"})),
        ("KafkaNodePool nodes", lambda spec: spec.update(replicas="3")),
        ("KafkaUser timebank-orders", lambda spec: spec["authorization"]["acls"][0].update(operation="Read")),
        ("Cluster postgres", lambda spec: spec["postgresql"]["parameters"].update(max_connections=400)),
        ("Pooler postgres-pool", lambda spec: spec["pgbouncer"].update(poolMode="statement")),
        ("ScaledObject orders-consumer", lambda spec: spec["triggers"][0]["metadata"].update(threshold=1000)),
        ("PodMonitor others", lambda spec: spec.update(selector={"matchLabel": {"role": "consumer"}})),
    ],
    ids=lambda value: value.split()[0] if isinstance(value, str) else "",
)
def test_a_field_that_is_misspelt_or_of_another_type_is_found(name: str, spoil: Callable[[Any], object]) -> None:
    spoilt = copy.deepcopy(GIVEN[name])
    spoil(spoilt["spec"])

    assert list(SCHEMA.iter_errors(spoilt)) != []
