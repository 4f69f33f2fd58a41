"""Versions of services as tests propose and publish them."""

from __future__ import annotations

from typing import Any

from services.orders.tests.harness import OrdersHarness, named, outcome

COMPANY: dict[str, Any] = {
    "code": "B1",
    "effective": "2026-03-05",
    "name_zh": "陪伴聊天",
    "name_en": "Company",
    "service_class": "B",
    "risk": "L",
    "persons": 1,
    "min_minutes": 30,
    "max_minutes": 240,
    "funding": ["credit", "programme", "pool"],
    "checklist": ["情绪", "睡眠"],
}


def propose(world: OrdersHarness, label: str, *, by: str = "cadmin", unit: str = "city", **change: Any) -> str:
    """Propose a version of company; return "" or the code of the refusal."""
    body = COMPANY | {"unit_id": str(named(unit))} | change
    return outcome(world.call("PUT", by, f"/v1/catalogue-items/proposals/{named(label)}", body))


def decide(world: OrdersHarness, label: str, *, by: str = "cadmin_b", ok: bool = True) -> str:
    """Decide about a proposal; return "" or the code of the refusal."""
    body = {"ok": ok, "why": "as agreed"}
    return outcome(world.call("POST", by, f"/v1/catalogue-items/proposals/{named(label)}/decision", body))


def publish(world: OrdersHarness, label: str, **change: Any) -> None:
    """Propose a version as one city administrator and publish it as another."""
    assert propose(world, label, **change) == ""
    assert decide(world, label) == ""


def items(world: OrdersHarness, **query: str) -> dict[str, dict[str, Any]]:
    """Return the catalogue by code, as a stranger gets it."""
    text = "&".join(f"{name}={value}" for name, value in query.items())
    rows = world.app.test_client().get(f"/v1/catalogue-items?{text}").get_json()["items"]
    return {row["code"]: row for row in rows}
