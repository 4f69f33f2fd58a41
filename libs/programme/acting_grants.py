"""What a relative may do for a person: the grants that staff recorded after hearing the person, and their use.

A grant has a scope: which acts, how many minutes a month, until which day. It counts only between direct relatives
whose relation is verified; kinship alone, or a grant alone, opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from libs.programme.refusals import (
    ConsentMissingError,
    GrantEndedError,
    GrantMinutesExceededError,
    GrantOutOfScopeError,
)


class GrantedAct(StrEnum):
    """What may be done for somebody."""

    SEE = "see"
    """See her orders, wallets, statement and name."""
    ASK = "ask"
    """Ask for help, also at the cost of her credit."""
    DOOR = "door"
    """Learn the door code, and have a new one made."""
    CANCEL = "cancel"
    CONFIRM = "confirm"
    DISPUTE = "dispute"
    REPORT = "report"
    """Report that somebody did not come."""
    GIVE = "give"
    """Give credit to a relative or the pool, or exchange it."""
    SERVE = "serve"
    """For a volunteer: take, give back, check in and out, have a certificate issued."""


EVERY_ACT = frozenset(GrantedAct)


@dataclass(frozen=True)
class GrantedScope:
    """A grant as a service heard it; `until` is its last day."""

    grant_id: UUID
    person_id: UUID
    acts: frozenset[GrantedAct]
    minutes_per_month: int | None = None
    until: date | None = None

    def lasts_on(self, day: date) -> bool:
        """Tell whether it has not ended on a day."""
        return self.until is None or day <= self.until

    def covers(self, act: GrantedAct) -> bool:
        """Tell whether it is about this act."""
        return act in self.acts


def choose_grant(grants: Iterable[GrantedScope], act: GrantedAct, *, day: date) -> GrantedScope:
    """Return the grant that allows an act on a day; of several the one with most minutes.

    Raises:
        ConsentMissingError: there is none.
        GrantEndedError: its last day is over.
        GrantOutOfScopeError: it is about other acts.
    """
    granted_scopes = list(grants)
    if not granted_scopes:
        raise ConsentMissingError(lacks="grant")
    lasting = [grant for grant in granted_scopes if grant.lasts_on(day)]
    if not lasting:
        raise GrantEndedError(until=max(grant.until for grant in granted_scopes if grant.until).isoformat())
    covering = [grant for grant in lasting if grant.covers(act)]
    if not covering:
        raise GrantOutOfScopeError(act=act.value)
    return max(covering, key=lambda grant: (grant.minutes_per_month is None, grant.minutes_per_month or 0))


def refuse_beyond_month(grant: GrantedScope, *, used_minutes: int, minutes: int) -> None:
    """Refuse more minutes than a grant allows in a month.

    Raises:
        GrantMinutesExceededError
    """
    limit = grant.minutes_per_month
    if limit is not None and used_minutes + minutes > limit:
        raise GrantMinutesExceededError(used_minutes=used_minutes, minutes_per_month=limit)
