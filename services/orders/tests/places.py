"""The units, the staff and the rules that every story among the neighbours starts from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TREE = {"city": "", "d1": "city", "d2": "city", "s1": "d1", "s2": "d2", "k1": "s1", "k2": "s1", "k3": "s2"}
DISTRICT_OF = {"city": "", "d1": "d1", "d2": "d2", "s1": "d1", "s2": "d2", "k1": "d1", "k2": "d1", "k3": "d2"}
LEVELS = {"c": "city", "d": "district", "s": "street", "k": "community"}
WORLD: Mapping[str, Mapping[str, Any]] = {
    "review": {"sample_rate_percent": 0},
    "earn": {"daily_cap_minutes": 120, "per_order_cap_minutes": 120, "over_daily_cap_action": "none"},
    "programme": {"monthly_budget_minutes": 60000},
}
STAFF = {
    "coord": ["coordinator@k1"],
    "coord_b": ["coordinator@k1"],
    "coord_k2": ["coordinator@k2"],
    "check": ["checker@s1"],
    "check_b": ["checker@s1"],
    "op": ["operator@d1"],
    "op_b": ["operator@d1"],
    "op_d2": ["operator@d2"],
    "admin": ["district_admin@d1"],
    "cadmin": ["city_admin@city"],
    "audit": ["city_auditor@city"],
}
