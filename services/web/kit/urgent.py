"""Urgent calls as pages show them: what is open at a desk, what one was told of, and who is meant."""

from __future__ import annotations

from typing import Any

from services.web.kit.closed import Closed, or_nothing, part_of_page, rows_of
from services.web.kit.lookups import names
from services.web.kit.viewer import api


def open_at(unit_id: str) -> list[dict[str, Any]] | Closed:
    """Return the urgent calls and welfare checks that are open in a unit, with the names of who is meant."""
    calls = part_of_page(lambda: api().rows("/v1/queues/urgent", unit=unit_id))
    _add_names(rows_of(calls))
    return calls


def told_to_me() -> list[dict[str, Any]] | Closed:
    """Return the urgent calls of which the viewer was told, and which are not over."""
    return part_of_page(lambda: api().rows("/v1/duty-calls"))


def checks_told_to_me() -> list[dict[str, Any]] | Closed:
    """Return the welfare checks of which the viewer was told and which are not over, with the names of who is meant."""
    checks = part_of_page(lambda: api().rows("/v1/welfare-checks"))
    shown = names(check["person_id"] for check in rows_of(checks))
    for check in rows_of(checks):
        check["name"] = shown.get(check["person_id"], "")
    return checks


def open_about(person_id: str, unit_id: str) -> list[dict[str, Any]] | Closed:
    """Return what is open in a unit about one person."""
    calls = part_of_page(lambda: or_nothing(lambda: api().rows("/v1/queues/urgent", unit=unit_id), 403) or [])
    about = [call for call in rows_of(calls) if call.get("person_id") == person_id]
    _add_names(about)
    return calls if isinstance(calls, Closed) else about


def _add_names(calls: list[dict[str, Any]]) -> None:
    ids = {person_id for call in calls for person_id in (call.get("person_id"), _last_told(call))}
    shown = names(ids) if calls else {}
    for call in calls:
        call["name"] = shown.get(call.get("person_id") or "", "")
        call["told_name"] = shown.get(_last_told(call) or "", "")


def _last_told(call: dict[str, Any]) -> str | None:
    """Return who has the call now: who answered it, else who was told last."""
    rings = call.get("rings") or []
    last: str | None = call.get("answered_by") or (rings[-1]["person_id"] if rings else None)
    return last
