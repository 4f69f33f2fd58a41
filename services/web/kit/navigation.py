"""Where each role begins, and what else it finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from libs.contracts.powers import POWERS
from libs.programme.words import Role
from libs.translation import message


@dataclass(frozen=True)
class Way:
    """One entry of the navigation."""

    path: str
    english: str
    icon: str
    roles: frozenset[str]


STAFF = POWERS["view_person"]
DECIDING = STAFF - {Role.OPERATOR, Role.CITY_AUDITOR}
WAYS = (
    Way("/desk", message("What waits"), "tray", frozenset({Role.COORDINATOR})),
    Way("/applicants", message("Applications"), "people", frozenset({Role.COORDINATOR, Role.CHECKER})),
    Way("/register", message("Register an elder"), "heart", frozenset({Role.OPERATOR, Role.COORDINATOR})),
    Way("/street", message("Second checks"), "scales", frozenset({Role.CHECKER})),
    Way("/objections", message("Objections"), "scales", frozenset({Role.CHECKER, Role.DISTRICT_ADMIN})),
    Way("/calls", message("Calls"), "phone", frozenset({Role.OPERATOR, Role.COORDINATOR})),
    Way("/district", message("District"), "map", frozenset({Role.DISTRICT_ADMIN, Role.CITY_ADMIN, Role.CITY_AUDITOR})),
    Way("/figures", message("Figures"), "calendar", POWERS["view_orders"]),
    Way("/decisions", message("Decisions"), "scales", DECIDING),
    Way("/people", message("People"), "people", STAFF),
    Way("/elder", message("My help"), "home", frozenset({Role.RECIPIENT})),
    Way("/elder/time", message("My time"), "clock", frozenset({Role.RECIPIENT})),
    Way("/volunteer", message("Near me"), "near", frozenset({Role.VOLUNTEER})),
    Way("/volunteer/time", message("Hours and credit"), "clock", frozenset({Role.VOLUNTEER})),
    Way("/duty", message("On duty"), "phone", frozenset({Role.VOLUNTEER, Role.COORDINATOR})),
    Way("/away", message("On leave"), "calendar", frozenset({Role.COORDINATOR, Role.CHECKER, Role.DISTRICT_ADMIN})),
    Way("/handover", message("Handover"), "people", POWERS["hand_over"]),
    Way("/family", message("My family"), "heart", frozenset({Role.VOLUNTEER, Role.RECIPIENT})),
)


def navigation(roles: Iterable[str]) -> list[Way]:
    """Return what somebody with these roles finds, the most used first."""
    held = frozenset(roles)
    return [way for way in WAYS if way.roles & held]


def start_of(roles: Iterable[str]) -> str:
    """Return the first page of somebody with these roles."""
    ways = navigation(roles)
    return ways[0].path if ways else "/me"
