"""What runs in earnest speaks TLS, as a user of its own, by secrets that the operators make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from services.operator.kafka_access import MIGRATE, OPERATOR, accesses, as_strimzi, user_of
from tests.architecture.deployment import OURS, SERVICES
from tests.architecture.manifests import Manifest, pod_of, render
from tests.architecture.tree import ROOT

OPERATORS = ROOT / "k8s" / "operators"
CLUSTER = "kafka"
MANIFESTS = render(ROOT / "k8s" / "overlays" / "prod")
WITHOUT_KAFKA = {"web", "nightly", "backup"}
ADDRESS, PROTOCOL = "kafka-kafka-bootstrap:9092", "SASL_SSL"


def test_the_users_are_those_that_contracts_and_consumers_give() -> None:
    """`make kafka-users` writes them anew."""
    assert (OPERATORS / "kafka-users.yaml").read_text("utf-8") == as_strimzi(accesses(), cluster=CLUSTER)


def test_the_only_way_into_kafka_is_tls_and_scram_and_what_no_rule_allows_is_refused() -> None:
    (kafka,) = (given for given in _documents("kafka.yaml") if given["kind"] == "Kafka")
    (listener,) = kafka["spec"]["kafka"]["listeners"]

    assert kafka["metadata"]["name"] == CLUSTER
    assert (listener["tls"], listener["authentication"]) == (True, {"type": "scram-sha-512"})
    assert f"{CLUSTER}-kafka-bootstrap:{listener['port']}" == ADDRESS
    assert kafka["spec"]["kafka"]["authorization"] == {"type": "simple"}


def test_postgresql_takes_tls_only_and_its_authority_is_mounted_by_its_name() -> None:
    (cluster,) = _documents("postgres.yaml")

    assert cluster["metadata"]["name"] == "postgres"
    assert [line.split()[0] for line in cluster["spec"]["postgresql"]["pg_hba"]] == ["hostssl", "hostnossl"]


@pytest.mark.parametrize(
    "manifest", [given for given in MANIFESTS if pod_of(given)], ids=lambda m: m["metadata"]["name"]
)
def test_every_pod_of_a_service_finds_its_own_password_and_the_authorities(manifest: Manifest) -> None:
    pod, user = pod_of(manifest) or {}, _user(manifest)
    volumes = [volume["projected"] for volume in pod["volumes"] if volume["name"] == "wires"]
    shown = [
        (source["secret"]["name"], source["secret"]["items"]) for volume in volumes for source in volume["sources"]
    ]
    postgres = ("postgres-ca", [{"key": "ca.crt", "path": "postgres.ca.crt"}])
    kafka = [
        (user, [{"key": "password", "path": "kafka.password"}]),
        (f"{CLUSTER}-cluster-ca-cert", [{"key": "ca.crt", "path": "kafka.ca.crt"}]),
    ]

    if manifest["metadata"]["name"] in {"web", "front-door"}:
        assert shown == []
    elif manifest["metadata"]["name"] in {"nightly", "backup"}:
        assert shown == [postgres]
    else:
        assert shown == [*kafka, postgres]
    assert all(volume["defaultMode"] == 0o440 for volume in volumes)


@pytest.mark.parametrize(
    "manifest", [given for given in MANIFESTS if pod_of(given)], ids=lambda m: m["metadata"]["name"]
)
def test_every_process_that_knows_kafka_reaches_it_by_tls_as_its_user(manifest: Manifest) -> None:
    pod = pod_of(manifest) or {}
    (container,) = pod["containers"]
    variables = dict(_variables(container))
    prefixes = {name.removesuffix("_KAFKA") for name in variables if name.endswith("_KAFKA")}

    assert bool(prefixes) == (OURS in container["image"] and manifest["metadata"]["name"] not in WITHOUT_KAFKA)
    for prefix in prefixes:
        assert variables[f"{prefix}_KAFKA"] == ADDRESS
        assert variables[f"{prefix}_KAFKA_PROTOCOL"] == PROTOCOL
        assert variables[f"{prefix}_KAFKA_USER"] == _user(manifest)
        assert variables[f"{prefix}_KAFKA_PASSWORD_FILE"] == "/wires/kafka.password"
        assert variables[f"{prefix}_KAFKA_CA_FILE"] == "/wires/kafka.ca.crt"


def _user(manifest: Manifest) -> str:
    name = manifest["metadata"]["name"]
    if manifest["kind"] == "Job":
        return user_of(MIGRATE)
    return user_of(next((service for service in SERVICES if name.startswith(f"{service}-")), OPERATOR))


def _variables(container: Manifest) -> Iterator[tuple[str, str]]:
    maps = {given["metadata"]["name"]: given["data"] for given in MANIFESTS if given["kind"] == "ConfigMap"}
    for source in container.get("envFrom", []):
        yield from maps[source["configMapRef"]["name"]].items()
    for variable in container.get("env", []):
        yield variable["name"], variable.get("value", "")


def _documents(name: str) -> list[dict[str, Any]]:
    return [given for given in yaml.safe_load_all((OPERATORS / name).read_text("utf-8")) if given]
