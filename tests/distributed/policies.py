"""What the network policies of a rendered overlay let through: a connection must be let out and let in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.architecture.manifests import Manifest, template_of

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Peer:
    """One side of a connection: a pod of the platform by its labels, one of another namespace, or somebody outside."""

    labels: tuple[tuple[str, str], ...] = ()
    namespace: str = "timebank"


def pods(manifests: Sequence[Manifest]) -> dict[str, Peer]:
    """Return every pod that an overlay starts, by the name of what starts it."""
    return {
        manifest["metadata"]["name"]: Peer(tuple(sorted(template["metadata"]["labels"].items())))
        for manifest in manifests
        if (template := template_of(manifest))
    }


def lets_through(manifests: Sequence[Manifest], source: Peer, target: Peer, port: int) -> bool:
    """Tell whether a connection over TCP is let out of its source and into its target."""
    policies = [manifest["spec"] for manifest in manifests if manifest["kind"] == "NetworkPolicy"]
    return _lets(policies, "Egress", source, target, port) and _lets(policies, "Ingress", target, source, port)


def _lets(policies: Sequence[Any], direction: str, chosen: Peer, other: Peer, port: int) -> bool:
    if chosen.namespace != "timebank":
        return True  # Others have policies of their own.
    selecting = [
        policy
        for policy in policies
        if direction in policy["policyTypes"] and _selects(policy["podSelector"], dict(chosen.labels))
    ]
    side, peers = ("egress", "to") if direction == "Egress" else ("ingress", "from")
    rules = [rule for policy in selecting for rule in policy.get(side, [])]
    return not selecting or any(_fits(rule, peers, other, port) for rule in rules)


def _fits(rule: Any, peers: str, other: Peer, port: int) -> bool:
    ports = [open_port["port"] for open_port in rule["ports"] if open_port.get("protocol", "TCP") == "TCP"]
    assert all(isinstance(number, int) for number in ports), "a port is written as its number"
    return port in ports and (peers not in rule or any(_is_of(selector, other) for selector in rule[peers]))


def _is_of(selector: Any, other: Peer) -> bool:
    if "namespaceSelector" in selector:
        return bool(selector["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] == other.namespace)
    return other.namespace == "timebank" and _selects(selector["podSelector"], dict(other.labels))


def _selects(selector: Any, labels: Labels) -> bool:
    exact = selector.get("matchLabels", {})
    listed = selector.get("matchExpressions", [])
    assert all(expression["operator"] == "In" for expression in listed), "only In is known here"
    return all(labels.get(key) == value for key, value in exact.items()) and all(
        labels.get(expression["key"]) in expression["values"] for expression in listed
    )
