"""What two people decide: how each kind is listed, what a line says of it, and where the second word is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from libs.contracts.powers import POWERS
from services.web.kit.closed import CLOSED, or_nothing, part_of_page, rows_of
from services.web.kit.units import districts_of
from services.web.kit.viewer import api, viewer

Row = dict[str, Any]
WAITING = ("proposed", "waiting")


@dataclass(frozen=True)
class Matter:
    """One kind: `decision` is where the second word goes, `needs` the powers of whoever gives it."""

    kind: str
    needs: tuple[str, ...]
    key: str
    decision: str
    of_unit: Callable[[str], list[Row]] | None = None
    of_person: Callable[[str], list[Row]] | None = None
    first: Callable[[Row], str] = lambda row: row.get("proposed_by") or row.get("recorded_by") or row["requested_by"]
    """Who said the first word."""

    def waits(self, row: Row) -> bool:
        """Tell whether nobody has said the second word."""
        return row.get("state", WAITING[0]) in WAITING

    def shown(self, row: Row) -> Row:
        """Return what a line says, by the same names for every kind."""
        return {
            **row,
            "matter": self.kind,
            "id": row[self.key],
            "person_id": row.get("person_id") or row.get("giver_id"),
            "proposed_by": self.first(row),
            "proposed_at": row.get("proposed_at") or row.get("recorded_at") or row.get("requested_at"),
            "lapses_at": row.get("lapses_at"),
            "may_decide": self._may_decide(row),
        }

    def _may_decide(self, row: Row) -> bool:
        """Tell whether the viewer's role is one of those that decide; whether this one may, the API says."""
        roles = row.get("roles_to_decide")
        powers = frozenset().union(*(POWERS[power] for power in self.needs))
        return bool(viewer().roles & (frozenset(roles) if roles is not None else powers))


@dataclass(frozen=True)
class Matters:
    """The lines that wait; `is_whole` is false where a service did not answer."""

    rows: list[Row]
    is_whole: bool


def _rows(path: str, **query: object) -> list[Row]:
    """Return all that is listed; nothing where the viewer may not see it."""
    return or_nothing(lambda: list(api().all_rows(path, limit=None, **query)), 403, 404) or []


def _mistakes(death_id: str) -> list[Row]:
    death: Row = or_nothing(lambda: api().get(f"/v1/deaths/{death_id}")) or {}
    return list(death.get("mistakes", []))


def _credit(kind: str) -> Matter:
    path = f"/v1/{kind}s"
    return Matter(
        kind,
        ("decide_credit_for",),
        f"{kind}_id",
        f"/v1/{kind}s/{{id}}/decision",
        lambda unit: _rows(path, unit=unit, state="proposed"),
        lambda person: _rows(path, person=person, state="proposed"),
    )


MATTERS = (
    Matter(
        "role",
        ("grant_role",),
        "grant_id",
        "/v1/persons/{person}/roles/{id}/decision",
        lambda _unit: _rows("/v1/roles/proposals"),
        lambda person: _rows(f"/v1/persons/{person}/roles"),
    ),
    Matter(
        "assessment",
        ("confirm_record",),
        "finding_id",
        "/v1/assessments/{id}/confirmation",
        lambda unit: _rows("/v1/findings", unit=unit, kind="assessment"),
        lambda person: [row for row in _rows(f"/v1/persons/{person}/findings") if row["kind"] == "assessment"],
    ),
    Matter(
        "hardship",
        ("confirm_record",),
        "finding_id",
        "/v1/hardships/{id}/confirmation",
        lambda unit: _rows("/v1/findings", unit=unit, kind="hardship"),
        lambda person: [row for row in _rows(f"/v1/persons/{person}/findings") if row["kind"] == "hardship"],
    ),
    Matter(
        "relation",
        ("confirm_record",),
        "relation_id",
        "/v1/relations/{id}/confirmation",
        lambda unit: [row for row in _rows("/v1/relations/waiting", unit=unit) if row["waits_for_confirmation"]],
        lambda person: [row for row in _rows("/v1/relations", person=person) if row["waits_for_confirmation"]],
        lambda row: row["recorded_by"],
    ),
    Matter(
        "relation-end",
        ("confirm_record",),
        "relation_id",
        "/v1/relations/{id}",
        lambda unit: [row for row in _rows("/v1/relations/waiting", unit=unit) if row["ending_by"]],
        lambda person: [row for row in _rows("/v1/relations", person=person) if row["ending_by"]],
        lambda row: row["ending_by"],
    ),
    Matter(
        "number",
        ("register_person",),
        "change_id",
        "/v1/persons/{person}/phone-changes/{id}/decision",
        lambda unit: _rows("/v1/phone-changes", unit=unit),
        lambda person: _rows(f"/v1/persons/{person}/phone-changes"),
    ),
    Matter(
        "death",
        ("confirm_death",),
        "death_id",
        "/v1/deaths/{id}/confirmation",
        lambda unit: _rows("/v1/deaths", unit=unit, state="waiting"),
        lambda person: _rows("/v1/deaths", person=person),
    ),
    Matter(
        "mistake",
        ("decide_death_mistake",),
        "mistake_id",
        "/v1/deaths/{death}/mistakes/{id}/decision",
        of_person=lambda person: [
            mistake for death in _rows("/v1/deaths", person=person) for mistake in _mistakes(death["death_id"])
        ],
    ),
    _credit("gift"),
    _credit("donation"),
    _credit("exchange"),
    Matter(
        "entitlement",
        ("decide_entitlement",),
        "entitlement_id",
        "/v1/entitlements/{id}/decision",
        lambda unit: _rows("/v1/entitlements", unit=unit, state="proposed"),
        lambda person: _rows("/v1/entitlements", person=person, state="proposed"),
    ),
    Matter(
        "estate",
        ("decide_estate",),
        "estate_id",
        "/v1/estates/{id}/decision",
        lambda unit: _rows("/v1/estates", unit=unit, state="proposed"),
        lambda person: _rows("/v1/estates", person=person, state="proposed"),
    ),
    Matter(
        "older-record",
        ("import_service_record_decide",),
        "record_id",
        "/v1/service-records/{id}/decision",
        lambda unit: _rows("/v1/service-records/proposals", unit=unit),
    ),
    Matter(
        "adjustment",
        ("decide_pool_funding", "decide_migration"),
        "proposal_id",
        "/v1/adjustments/{id}/decision",
        lambda _unit: _rows("/v1/adjustments"),
    ),
    Matter(
        "reversal",
        ("decide_reversal",),
        "proposal_id",
        "/v1/reversals/{id}/decision",
        lambda _unit: _rows("/v1/reversals"),
    ),
    Matter(
        "period-close",
        ("decide_period_close",),
        "close_id",
        "/v1/period-closes/{id}/decision",
        lambda unit: [
            row
            for district in districts_of(unit)
            for row in _rows("/v1/period-closes", district=district["unit_id"], state="proposed")
        ],
    ),
    Matter(
        "catalogue",
        ("decide_catalogue",),
        "proposal_id",
        "/v1/catalogue-items/proposals/{id}/decision",
        lambda _unit: _rows("/v1/catalogue-items/proposals", state="proposed"),
    ),
)
BY_KIND = {matter.kind: matter for matter in MATTERS}
DECIDERS = tuple(sorted({power for matter in MATTERS for power in matter.needs}))


HOURS = ("reversal", "decision")
"""The queues of orders whose settled hours wait for a second word; it is said on the order's page."""


def hours_of(unit_id: str) -> list[Row]:
    """Return the orders whose settled hours two people decide about."""
    return [row | {"matter": name} for name in HOURS for row in _rows(f"/v1/queues/{name}", unit=unit_id)]


def of_unit(unit_id: str) -> Matters:
    """Return what waits in a unit and below, the first to lapse first."""
    return _gathered([(matter, matter.of_unit, unit_id) for matter in MATTERS])


def of_person(person_id: str) -> Matters:
    """Return what waits about somebody."""
    return _gathered([(matter, matter.of_person, person_id) for matter in MATTERS])


def _gathered(asked: list[tuple[Matter, Callable[[str], list[Row]] | None, str]]) -> Matters:
    gathered: list[Row] = []
    is_whole = True
    for matter, read, of in asked:
        part = part_of_page(lambda read=read, of=of: read(of)) if read else []  # type: ignore[misc]  # bound now
        is_whole = is_whole and part is not CLOSED
        gathered += [matter.shown(row) for row in rows_of(part) if matter.waits(row)]
    return Matters(sorted(gathered, key=lambda row: str(row["lapses_at"] or row["proposed_at"])), is_whole)
