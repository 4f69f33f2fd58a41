"""What a device signed at the door without a network: what it says, and when it may still be believed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.programme.policy import Policy
from services.orders.core.rules.deadlines import auto_check_out_at
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Assignment, Order
from services.orders.core.rules.people import Place
from services.orders.serving.refusals import (
    ActBeforeDeviceError,
    ActBeforeTakenError,
    ActTooOldError,
    CheckOutBeforeCheckInError,
    DeviceClockAheadError,
    DeviceClockTurnedBackError,
    ServiceEndedByClockError,
)

CLOCK_SKEW_MAX = timedelta(minutes=2)
"""So far may a device's clock be ahead of ours, or step back to be right again."""


class ActState(StrEnum):
    """Where a signed act stands: waiting for the check-in that comes before it, done, or refused for good."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


class Advice(StrEnum):
    """What the volunteer does about it."""

    NOTHING = "nothing"
    SEND_AGAIN = "send_again"
    SEND_CHECK_IN = "send_check_in"
    LATE_ENTRY = "late_entry"


@dataclass(frozen=True)
class DeviceKey:
    """A device of a volunteer's, as accounts told of it."""

    key_id: str
    person_id: UUID
    public_key: bytes
    registered_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class DoorAct:
    """A check-in or check-out as a device signed it: its key, the key's running number, and its own time."""

    key_id: str
    counter: int
    verb: Verb
    order_id: UUID
    at: datetime
    code: str | None = None
    place: Place | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of an act; `code` says why it was refused."""

    state: ActState
    code: str = ""

    @property
    def advice(self) -> Advice:
        """Return what the volunteer does about it."""
        if self.state is ActState.DONE:
            return Advice.NOTHING
        if self.state is ActState.WAITING:
            return Advice.SEND_CHECK_IN
        return _ADVICE.get(self.code, Advice.LATE_ENTRY)


WAITING, DONE = Outcome(ActState.WAITING), Outcome(ActState.DONE)
_ADVICE = {"device_key_unknown": Advice.SEND_AGAIN, "act_number_reused": Advice.NOTHING}


@dataclass(frozen=True)
class TimesAround:
    """The latest time of an act that the key signed before, and the earliest of one it signed after."""

    latest_before: datetime | None = None
    earliest_after: datetime | None = None


def canonical(said: object) -> str:
    """Return the one text that says a JSON value: members in order, nothing between them."""
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def in_judging_order(acts: Iterable[DoorAct]) -> list[DoorAct]:
    """Return acts on one order as they are judged: check-ins first, each by its time, however they arrived."""
    return sorted(acts, key=lambda act: (act.verb is Verb.CHECK_OUT, act.at, act.counter, act.key_id))


def refuse_unbelievable(act: DoorAct, key: DeviceKey, around: TimesAround, *, policy: Policy, now: datetime) -> None:
    """Refuse a time that a device may not claim.

    Raises:
        DeviceClockAheadError, ActTooOldError, ActBeforeDeviceError, DeviceClockTurnedBackError: as their names say.
    """
    if act.at > now + CLOCK_SKEW_MAX:
        raise DeviceClockAheadError
    if act.at < now - timedelta(hours=policy.check_in.offline_hours):
        raise ActTooOldError(hours=policy.check_in.offline_hours)
    if act.at < key.registered_at:
        raise ActBeforeDeviceError
    is_before = around.latest_before is not None and act.at < around.latest_before - CLOCK_SKEW_MAX
    is_after = around.earliest_after is not None and act.at > around.earliest_after + CLOCK_SKEW_MAX
    if is_before or is_after:
        raise DeviceClockTurnedBackError


def refuse_before_taken(act: DoorAct, part: Assignment) -> None:
    """Refuse what was signed before the volunteer took the order.

    Raises:
        ActBeforeTakenError
    """
    if act.at < part.taken_at:
        raise ActBeforeTakenError


def awaits_devices(order: Order) -> bool:
    """Tell whether somebody who did not come yet may have: at a door where another's device had no network."""
    is_offline = any(part.is_offline for part in order.assignments)
    return is_offline and any(part.checked_in_at is None for part in order.assignments)


def awaits_check_in(order: Order, part: Assignment) -> bool:
    """Tell whether a check-out may still be preceded by its check-in."""
    return part.checked_in_at is None and order.state in (State.TAKEN, State.IN_SERVICE)


def refuse_check_out_at(policy: Policy, order: Order, part: Assignment, at: datetime) -> None:
    """Refuse a check-out at which, by the clock, the service was not going on.

    Raises:
        CheckOutBeforeCheckInError, ServiceEndedByClockError: as their names say.
    """
    if part.checked_in_at is not None and at < part.checked_in_at:
        raise CheckOutBeforeCheckInError
    if part.was_ended or at > auto_check_out_at(policy, end_at=order.terms.end_at):
        raise ServiceEndedByClockError
