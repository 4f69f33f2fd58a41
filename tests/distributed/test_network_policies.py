"""Who may talk to whom, as a table; that the running roles need just this is shown by `test_manifests_run`."""

from __future__ import annotations

import pytest

from tests.architecture.deployment import SERVICES
from tests.architecture.manifests import KUSTOMIZATIONS, render
from tests.architecture.tree import ROOT
from tests.distributed.policies import Peer, lets_through, pods

DATABASE, BROKER, HTTP, INSIDE, DOOR, HTTPS = 5432, 9092, 8000, 9000, 8080, 443
OUTSIDE, MONITORING = Peer(namespace=""), Peer(namespace="monitoring")
ROLES_WITH_DATABASE = ("api", "consumer", "relay", "migrate")
ROLES_WITH_BROKER = ("consumer", "relay", "migrate")

NEEDED: set[tuple[str, str, int]] = {
    ("outside", "front-door", DOOR),
    ("web", "front-door", DOOR),
    ("front-door", "web", HTTP),
    ("monitoring", "web", INSIDE),
    ("nightly", "postgres", DATABASE),
    ("monitoring", "nightly", HTTP),
    ("databases", "postgres", DATABASE),
    ("kafka", "kafka", BROKER),
    ("verify", "postgres", DATABASE),
    ("verify", "kafka", BROKER),
    ("backup", "postgres", DATABASE),
    ("restore", "postgres", DATABASE),
    ("restore", "kafka", BROKER),
    ("accounts-importer", "postgres", DATABASE),
    ("monitoring", "accounts-importer", HTTP),
    ("ledger-sealer", "postgres", DATABASE),
    ("ledger-sealer", "outside", HTTPS),
    ("accounts-api", "outside", HTTPS),
    ("accounts-consumer", "outside", HTTPS),
    ("monitoring", "ledger-sealer", HTTP),
    *((f"{name}-{role}", "postgres", DATABASE) for name in SERVICES for role in ROLES_WITH_DATABASE),
    *((f"{name}-{role}", "kafka", BROKER) for name in SERVICES for role in ROLES_WITH_BROKER),
    *(("front-door", f"{name}-api", HTTP) for name in SERVICES),
    *(("monitoring", f"{name}-api", INSIDE) for name in SERVICES),
    *(("monitoring", f"{name}-{role}", HTTP) for name in SERVICES for role in ("consumer", "relay")),
}
PORTS = (DATABASE, BROKER, HTTP, INSIDE, DOOR, HTTPS)


def test_what_is_needed_is_let_through_and_nothing_else_within_the_platform() -> None:
    manifests = render(ROOT / "k8s/overlays/dev")
    peers = pods(manifests) | {"outside": OUTSIDE, "monitoring": MONITORING}
    from_anywhere = {("monitoring", "front-door", DOOR)} | {
        (source, "monitoring", HTTPS) for source, target, port in NEEDED if (target, port) == ("outside", HTTPS)
    }

    let = {
        (source, target, port)
        for source in peers
        for target in peers
        for port in PORTS
        if {source, target} - {"outside", "monitoring"}
        and lets_through(manifests, peers[source], peers[target], port)
        and not (target in ("outside", "monitoring") and port in (DATABASE, BROKER))
    }

    assert NEEDED - let == set()
    assert let - NEEDED - from_anywhere == set()


@pytest.mark.parametrize("overlay", KUSTOMIZATIONS)
def test_nobody_is_let_in_or_out_by_default(overlay: str) -> None:
    stranger = Peer((("app", "stranger"),))
    manifests = render(ROOT / overlay)
    peers = [*pods(manifests).values(), OUTSIDE]

    assert [peer for peer in peers for port in PORTS if lets_through(manifests, stranger, peer, port)] == []
    reached = {peer for peer in peers for port in PORTS if lets_through(manifests, peer, stranger, port)}
    assert reached == set()
