"""The demo city's first day: units, rules, staff, people, relations, old paper books and the public pools."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any
from uuid import UUID

from libs.clock import local_midnight
from libs.ids import id_from_cause
from services.embedded.city.api_client import ApiClient, CityError
from services.embedded.city.plan import City, Kinship, Resident, Unit
from services.embedded.settings import DEMO_PASSWORD

POOL_MINUTES_BASE = 30_000
POOL_MINUTES_PER_ORDER = 60
BUDGET_MINUTES_BASE = 60_000
BUDGET_MINUTES_PER_ORDER = 60
GIVEN_PASSWORD = "given at the desk, good once"
SET_BEFORE = "sign_in_failed"
"""What is answered when the given password was replaced by an earlier beginning of the same city."""
SCAN = "sha256:" + "0" * 64
INSURED_DAYS = 3 * 365
GRANTED_ACTS = ("see", "ask", "cancel", "confirm", "dispute")
GRANTED_MINUTES = 600
GRANTED_DAYS = 3 * 365
GRANT_WORDS = "My daughter may arrange help for me and look after my orders"
STEPS = ("units", "policies", "staff")


@dataclasses.dataclass(frozen=True)
class Founders:
    """The two built-in members of staff who make the first units, rules and staff, and sign for each other."""

    first: UUID
    second: UUID


class Founding:
    """Makes the city before its first order; each act may be repeated and has no second effect."""

    def __init__(self, city: City, api: ApiClient, founders: Founders, *, orders: int) -> None:
        self._city, self._api, self._founders, self._orders = city, api, founders, orders

    def found(self, step: str) -> None:
        """Make the units, or the rules, or the staff."""
        {"units": self._units, "policies": self._policies, "staff": self._staff}[step]()

    def bring_in(self, some: list[Resident]) -> None:
        """Bring in a part of a district's register: a table of residents, from the district's office."""
        district = some[0].home.above("district")
        admin = self._city.staff_at("district_admin", district)[0]
        rows = [{"person_id": str(resident.person_id)} | self._registration(resident) for resident in some]
        path = f"/v1/imports/{_id(some[0].person_id, 'import')}"
        self._api.put(admin.person_id, path, {"rows": rows})
        report = self._api.get_done(admin.person_id, path)
        if report["refused"] or report["state"] != "done":
            raise CityError(f"residents were not taken: {report['reason']} {report['refused']}")
        for resident in some:
            self._set_own_password(resident)

    def settle_in(self, one: Resident) -> None:
        """Record what a resident needs by the coordinator; the street's checker confirms it."""
        self._confirm_records(self._city.staff_at("coordinator", one.home)[0], one)

    def tie(self, kinship: Kinship) -> None:
        """Record a relation by the coordinator; the checker confirms; the demo daughter may act for her mother."""
        coordinator, checker = self._desk(kinship.person)
        terms = {
            "person_id": str(kinship.person.person_id),
            "relative_id": str(kinship.relative.person_id),
            "kind": kinship.kind,
            "verified": True,
        }
        path = f"/v1/relations/{kinship.relation_id}"
        self._api.put(coordinator.person_id, path, terms)
        self._api.post(checker.person_id, f"{path}/confirmation", {"ok": True})
        if kinship.person.login:
            said_at = local_midnight(self._city.first_day) + timedelta(hours=8)
            grant = {key: terms[key] for key in ("person_id", "relative_id")} | {
                "acts": list(GRANTED_ACTS),
                "minutes_per_month": GRANTED_MINUTES,
                "until": (self._city.first_day + timedelta(days=GRANTED_DAYS)).isoformat(),
                "consent": {"how": "desk", "given_at": said_at.isoformat(), "words": GRANT_WORDS},
            }
            self._api.put(coordinator.person_id, f"/v1/acting-grants/{_id(kinship.relation_id, 'grant')}", grant)

    def fund_pool(self, district: Unit) -> None:
        """Fund a district's pool: proposed in the district, decided in the city."""
        terms = {
            "kind": "pool_funding",
            "district_id": str(district.unit_id),
            "minutes": POOL_MINUTES_BASE + POOL_MINUTES_PER_ORDER * self._orders,
            "why": "opening of the public pool",
        }
        self._adjust(district, _id(district.unit_id, "pool"), terms)

    def bring_in_paper_book(self, one: Resident) -> None:
        """Bring in somebody's old paper book: proposed in the district, decided in the city."""
        terms = {
            "kind": "migration",
            "person_id": str(one.person_id),
            "class": "earned",
            "minutes": one.paper_book_minutes,
            "effective_at": local_midnight(self._city.first_day).isoformat(),
            "scan": SCAN,
            "why": "paper book of the former scheme",
        }
        self._adjust(one.home.above("district"), _id(one.person_id, "book"), terms)

    def _staff(self) -> None:
        for resident in self._city.residents:
            if resident.staff:
                path = f"/v1/persons/{resident.person_id}"
                self._api.put(self._founders.first, path, self._registration(resident))
                self._appoint(resident)
                self._set_own_password(resident)

    def _units(self) -> None:
        for unit in self._city.units:
            assert unit.parent is not None, "only the city has no parent, and it is built in"
            terms = {"level": unit.level, "parent_id": str(unit.parent.unit_id), "name_zh": unit.name_zh}
            if unit.name_en:
                terms["name_en"] = unit.name_en
            self._api.put(self._founders.first, f"/v1/organisation-units/{unit.unit_id}", terms)

    def _policies(self) -> None:
        budget = BUDGET_MINUTES_BASE + BUDGET_MINUTES_PER_ORDER * self._orders
        for district in self._city.districts():
            terms = {
                "unit_id": str(district.unit_id),
                "effective": self._city.first_day.isoformat(),
                "preset": district.preset,
                "set": {"programme": {"monthly_budget_minutes": budget}, "grant": {"key_elder_monthly_minutes": 60}},
            }
            path = f"/v1/policies/{_id(district.unit_id, 'policy')}"
            self._api.put(self._founders.first, path, terms)
            self._api.post(self._founders.second, f"{path}/decision", {"ok": True})

    def _registration(self, one: Resident) -> dict[str, Any]:
        terms: dict[str, Any] = {
            "names": {"zh": one.name},
            "born": one.born.isoformat(),
            "sex": one.sex,
            "home_unit_id": str(one.home.unit_id),
            "home": {"latitude": one.latitude, "longitude": one.longitude},
            "roles": list(one.roles),
            "has_phone": one.has_phone,
        }
        if one.login:
            terms |= {"sign_in_name": one.login, "password": GIVEN_PASSWORD}
        if "volunteer" in one.roles:
            insured_until = self._city.first_day + timedelta(days=INSURED_DAYS)
            terms |= {"training": True, "clean_record": True, "insured_until": insured_until.isoformat()}
            terms["certificates"] = list(one.certificates)
        if one.visit_risk:
            terms["visit_risk"] = one.visit_risk
        return terms

    def _appoint(self, one: Resident) -> None:
        """Let the two who have seen who it is appoint somebody: one proposes, the other decides."""
        founders = (self._founders.first, self._founders.second)
        for founder in founders:
            sighting = _id(one.person_id, "sighting", str(founder))
            path = f"/v1/persons/{one.person_id}/identity-sightings/{sighting}"
            self._api.put(founder, path, {"document": "resident"})
        for role, unit in one.staff:
            path = f"/v1/persons/{one.person_id}/roles/{_id(one.person_id, role)}"
            self._api.put(self._founders.first, path, {"role": role, "unit_id": str(unit.unit_id)})
            self._api.post(self._founders.second, f"{path}/decision", {"ok": True, "why": "known to both"})

    def _set_own_password(self, one: Resident) -> None:
        """Let somebody whom a visitor may sign in as set a password of their own: the one given is good once."""
        if one.login:
            body = {"password": GIVEN_PASSWORD, "new_password": DEMO_PASSWORD}
            status, problem = self._api.send(one.person_id, "POST", "/v1/me/password", body)
            if status >= 400 and problem.get("code") != SET_BEFORE:
                raise CityError(f"{one.login} has no password of their own: {status} {problem}")

    def _confirm_records(self, coordinator: Resident, one: Resident) -> None:
        _, checker = self._desk(one)
        records: list[tuple[str, dict[str, Any]]] = []
        if one.grade != "intact":
            records.append(("assessments", {"grade": one.grade}))
        if one.hardship:
            records.append(("hardships", {"categories": list(one.hardship)}))
        for kind, terms in records:
            record = _id(one.person_id, kind)
            self._api.put(coordinator.person_id, f"/v1/persons/{one.person_id}/{kind}/{record}", terms)
            self._api.post(checker.person_id, f"/v1/{kind}/{record}/confirmation", {"ok": True})

    def _adjust(self, district: Unit, adjustment: UUID, terms: dict[str, Any]) -> None:
        decider = self._city.staff_at("city_admin", self._city.city)[0].person_id
        proposer = self._city.staff_at("district_admin", district)[0].person_id
        self._api.put(proposer, f"/v1/adjustments/{adjustment}", terms)
        self._api.post(decider, f"/v1/adjustments/{adjustment}/decision", {"ok": True})

    def _desk(self, one: Resident) -> tuple[Resident, Resident]:
        """Return the coordinator of somebody's community and the checker of the street."""
        assert one.home.parent is not None, "a community is in a street"
        return self._city.staff_at("coordinator", one.home)[0], self._city.staff_at("checker", one.home.parent)[0]


def _id(cause: UUID, *parts: str) -> UUID:
    return id_from_cause(cause, "city", *parts)
