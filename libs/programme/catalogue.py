"""Which version of a service binds, and what a minute of it costs when it begins: by the rules, by night, by season.

A coefficient touches credit only: minutes served stay what they were. It is fixed when help is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol, TypeVar
from uuid import UUID

from libs.clock import local_date, local_hour
from libs.programme.policy import Policy

PLAIN_PERCENT = 100
"""Of what costs neither more nor less: every coefficient, until two people say otherwise."""


class Versioned(Protocol):
    """What a version of a service says of where and when it is in force."""

    @property
    def code(self) -> str:
        """Return the code of the service."""

    @property
    def district_id(self) -> UUID | None:
        """Return the district whose own it is; None: the city's, for every district that has none in force."""

    @property
    def until(self) -> date | None:
        """Return its last local day, None until another version is in force."""


V = TypeVar("V", bound=Versioned)


def in_force(begun: Iterable[V], *, district_id: UUID | None, day: date) -> list[V]:
    """Return the versions that bind in a district on a day, by code: its own before the city's.

    `begun` are the versions that began last: one of the city and one of each district. One that has ended leaves
    nothing of its own, so a district then has the city's again.
    """
    binding: dict[str, V] = {}
    for service in begun:
        has_ended = service.until is not None and service.until < day
        if has_ended or service.district_id not in (None, district_id):
            continue
        if service.district_id is not None or service.code not in binding:
            binding[service.code] = service
    return sorted(binding.values(), key=lambda service: service.code)


class Priced(Protocol):
    """What a version of a service says of its price."""

    @property
    def code(self) -> str:
        """Return the code of the service."""

    @property
    def coefficient_percent(self) -> int:
        """Return what a minute counts at any time."""


class Times(Protocol):
    """What a version of a service says of when its price is another."""

    @property
    def night_percent(self) -> int:
        """Return what a minute counts beside that, in percent, of help that begins at night."""

    @property
    def night_from(self) -> int:
        """Return the local hour in which the night begins."""

    @property
    def night_until(self) -> int:
        """Return the local hour in which it has ended."""

    @property
    def season_percent(self) -> int:
        """Return what a minute counts beside that, in percent, of help that begins in the season."""

    @property
    def season_from(self) -> str:
        """Return the first local day of the season, MM-DD; empty without one."""

    @property
    def season_until(self) -> str:
        """Return its last local day, MM-DD."""


def coefficient_at(policy: Policy, service: Priced, start_at: datetime, *, times: Times) -> int:
    """Return the coefficient, in percent, of help that begins at an instant, within the bounds of the rules."""
    listed_percent = policy.coefficient_percent(service.code, listed_percent=service.coefficient_percent)
    night_percent = times.night_percent if is_at_night(times, start_at) else PLAIN_PERCENT
    season_percent = times.season_percent if is_in_season(times, start_at) else PLAIN_PERCENT
    percent = listed_percent * night_percent * season_percent // (PLAIN_PERCENT * PLAIN_PERCENT)
    return max(policy.coef.min_percent, min(policy.coef.max_percent, percent))


def is_at_night(times: Times, start_at: datetime) -> bool:
    """Tell whether an instant is in a service's night, which may go past midnight."""
    hour, first, end = local_hour(start_at), times.night_from, times.night_until
    return first <= hour < end if first <= end else hour >= first or hour < end


def is_in_season(times: Times, start_at: datetime) -> bool:
    """Tell whether an instant is in a service's season, which may go past New Year."""
    day, first, last = local_date(start_at).strftime("%m-%d"), times.season_from, times.season_until
    if not first:
        return False
    return first <= day <= last if first <= last else day >= first or day <= last
