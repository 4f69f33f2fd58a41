"""What one person alone may try about an application: to apply, and to be both who admit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Act = tuple[str, str, dict[str, Any] | bytes]


def applications(id_of: Callable[[str], str], unit_id: str, day: str) -> Iterator[Act]:
    """Yield the acts on somebody new, about whom they would be two; no number is proved without its telephone."""
    number, ticket = {"phone_number": f"1{id_of('number')[:4]}"}, {"ticket": id_of("ticket")}
    yield "POST", "/v1/applications/codes", number
    yield "POST", "/v1/applications/tickets", number | {"code": "123456"}
    application, admission = f"/v1/applications/{id_of('application')}", id_of("admission")
    said = {"name": "独", "born": "1980-01-01", "sex": "male", "unit_id": unit_id, "services": ["A7"]}
    yield "PUT", application, ticket | said | {"privacy_version": "1"}
    yield "POST", "/v1/applications/own", ticket
    yield "POST", f"{application}/identity", {"kind": "resident", "number": "110101198001010015"}
    yield "POST", f"{application}/agreement", {"on": day}
    yield "POST", f"{application}/training", {"on": day}
    yield "PUT", f"{application}/admissions/{admission}", {}
    yield "POST", f"{application}/admissions/{admission}/decision", {"ok": True}
    yield "POST", f"{application}/refusal", {"why": "alone"}
    yield "POST", "/v1/applications/withdrawal", ticket
