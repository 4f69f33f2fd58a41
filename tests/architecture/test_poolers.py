"""The pool before the server: of transactions, with its operator's fields, for roles that keep nothing in a session."""

from __future__ import annotations

import yaml

from tests.architecture.deployment import SERVICES, program_of
from tests.architecture.manifests import pod_of, render
from tests.architecture.tree import ROOT

OPERATORS = ROOT / "k8s" / "operators"
POOLER = {"cluster", "type", "instances", "pgbouncer", "template"}
PGBOUNCER = {"poolMode", "parameters"}
PARAMETERS = {"max_client_conn", "default_pool_size", "query_wait_timeout"}


def test_the_pooler_is_of_transactions_and_has_only_fields_that_its_operator_knows() -> None:
    (pooler,) = yaml.safe_load_all((OPERATORS / "poolers" / "poolers.yaml").read_text("utf-8"))
    (cluster,) = yaml.safe_load_all((OPERATORS / "postgres.yaml").read_text("utf-8"))
    spec = pooler["spec"]

    assert (pooler["apiVersion"], pooler["kind"]) == ("postgresql.cnpg.io/v1", "Pooler")
    assert (set(spec), set(spec["pgbouncer"])) == (POOLER, PGBOUNCER)
    assert set(spec["pgbouncer"]["parameters"]) == PARAMETERS
    assert all(isinstance(value, str) for value in spec["pgbouncer"]["parameters"].values())
    assert (spec["type"], spec["pgbouncer"]["poolMode"]) == ("rw", "transaction")
    assert spec["cluster"]["name"] == cluster["metadata"]["name"]
    assert pooler["metadata"]["name"] in cluster["spec"]["certificates"]["serverAltDNSNames"]


def test_only_roles_without_a_lock_in_their_session_go_through_the_pool() -> None:
    pooled = set()
    for manifest in render(ROOT / "k8s/overlays/pooled"):
        for container in (pod_of(manifest) or {"containers": []})["containers"]:
            keys = {given.get("valueFrom", {}).get("secretKeyRef", {}).get("key") for given in container.get("env", [])}
            says = any(given["name"].endswith("_POOLED") for given in container.get("env", []))
            assert says == ("pooled-url" in keys), manifest["metadata"]["name"]
            if says:
                service, role = container["args"][0].removeprefix("services."), container["args"][1]
                assert role not in program_of(service).in_sessions
                pooled.add(manifest["metadata"]["name"])

    assert pooled == {f"{service}-api" for service in SERVICES}
