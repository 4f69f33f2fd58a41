"""The policy's sample: which submissions are drawn for a call to the recipient by another office, and what she says."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.clock import local_date
from libs.programme.policy import Policy
from libs.programme.refusals import AlreadyDecidedError, MakerIsCheckerError, MinutesOutOfRangeError
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Order

HUNDRED = 100


class SampleOutcome(StrEnum):
    """What came of a call to the recipient of a drawn order."""

    AGREED = "agreed"
    OTHER_MINUTES = "other_minutes"
    DID_NOT_HAPPEN = "did_not_happen"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True)
class SampleCall:
    """A drawn order: until when its recipient is called, how often nobody answered, and what she said in the end."""

    order_id: UUID
    drawn_on: date
    call_until: datetime
    tries: int = 0
    outcome: SampleOutcome | None = None
    said_minutes: int | None = None
    called_by: UUID | None = None
    called_at: datetime | None = None

    def called(
        self, outcome: SampleOutcome, *, said_minutes: int | None, called_by: UUID, called_at: datetime
    ) -> SampleCall:
        """Return what is known after a call; whom nobody reached is called again.

        Raises:
            AlreadyDecidedError: she was asked before, or it is too late.
        """
        if self.outcome is not None:
            raise AlreadyDecidedError(state=self.outcome.value)
        if outcome is SampleOutcome.NOT_REACHED:
            return replace(self, tries=self.tries + 1, called_by=called_by, called_at=called_at)
        return replace(self, outcome=outcome, said_minutes=said_minutes, called_by=called_by, called_at=called_at)

    def given_up(self) -> SampleCall:
        """Return it closed: nobody reached her in time."""
        return replace(self, outcome=SampleOutcome.NOT_REACHED)


def drawn_on(order: Order) -> date:
    """Return the day whose seed draws: on which the service was ended, or entered from a slip."""
    at = order.placement.at if order.is_late_entry else order.word_awaited_from
    assert at is not None
    return local_date(at)


def draw_of(seed: bytes, order_id: UUID) -> int:
    """Return a number from 0 to 99: nobody foresees it without the day's seed, and with it anybody computes it."""
    return int.from_bytes(hashlib.sha256(seed + order_id.bytes).digest()[:8]) % HUNDRED


def call_until(policy: Policy, order: Order) -> datetime:
    """Return until when the recipient is called: as long as she herself may disagree."""
    at = order.placement.at if order.is_late_entry else order.word_awaited_from
    assert at is not None
    return at + timedelta(days=policy.dispute.window_days)


def refuse_office_of(order: Order, caller_id: UUID, *, signs_here: bool) -> None:
    """Refuse whoever signs hours in this place, or signed these.

    Raises:
        MakerIsCheckerError
    """
    if signs_here or caller_id in order.approval.approvers:
        raise MakerIsCheckerError


def said_of(order: Order, outcome: SampleOutcome, minutes: int | None) -> int | None:
    """Return the minutes that the recipient says it was; None where she agrees or nobody reached her.

    Raises:
        MinutesOutOfRangeError: minutes are told with another outcome, or not fewer than were reported.
    """
    if outcome is not SampleOutcome.OTHER_MINUTES:
        if minutes is not None:
            raise MinutesOutOfRangeError
        return 0 if outcome is SampleOutcome.DID_NOT_HAPPEN else None
    if minutes is None or minutes >= order.reported_minutes:
        raise MinutesOutOfRangeError(reported_minutes=order.reported_minutes)
    return minutes


def after_call(order: Order, said_minutes: int | None) -> Order:
    """Return the order after a call: in dispute where she says that it was less, else as it was.

    Raises:
        WrongOrderStateError: it is over, or the ledger has not answered yet.
    """
    if said_minutes is None:
        return order.moved(Verb.SAMPLE_CALL, order.state)
    if order.state is State.APPROVED:
        order.moved(Verb.DISPUTE)
    dispute = replace(order.dispute, from_state=order.state, says_minutes=said_minutes)
    return replace(order.moved(Verb.SAMPLE_CALL, State.DISPUTED), dispute=dispute)
