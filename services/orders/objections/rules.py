"""Who may object to what, until when, who answers, and what an answer may say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.programme.policy import Policy
from libs.programme.refusals import AlreadyDecidedError, MinutesOutOfRangeError
from libs.programme.two_people import refuse_hand
from libs.programme.words import Funding
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Order
from services.orders.objections.refusals import (
    NothingToObjectToError,
    ObjectedBeforeError,
    ObjectionOpenError,
    ObjectionWindowClosedError,
)

DECISIONS = (Verb.DECIDE, Verb.LEAVE_UNDECIDED)
ENDED = (State.SETTLED, State.REJECTED, State.REVERSED)
"""Where an order stands to whose hours one may object."""


class About(StrEnum):
    """What is objected to; to a decision one appeals, and the district answers."""

    DECISION = "decision"
    REJECTION = "rejection"
    AUTO_CHECK_OUT = "auto_check_out"
    MISSING_MINUTES = "missing_minutes"


class ObjectionState(StrEnum):
    """Where it stands."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class Contested:
    """What was done to the hours last: by which step, and when."""

    verb: Verb
    at: datetime


@dataclass(frozen=True)
class Objection:
    """What one side says of hours, and what became of it; `entry_id` is the order that records what was missing."""

    objection_id: UUID
    order_id: UUID
    district_id: UUID
    unit_id: UUID
    person_id: UUID
    filed_by: UUID
    filed_at: datetime
    about: About
    counted_minutes: int
    says_minutes: int
    words: str
    decide_by: datetime
    state: ObjectionState = ObjectionState.OPEN
    decided_minutes: int | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    decision_why: str = ""
    entry_id: UUID | None = None

    @property
    def is_appeal(self) -> bool:
        """Tell whether the district answers it."""
        return self.about is About.DECISION

    def answered(
        self,
        *,
        by: UUID,
        at: datetime,
        minutes: int | None,
        why: str,
        hands: Iterable[UUID | None],
        lent_by: Collection[UUID] = (),
    ) -> Objection:
        """Return it answered: with the minutes that count, or dismissed where there are none.

        `lent_by`: those who lend the answering one their roles.

        Raises:
            MakerIsCheckerError: who answers had a hand in the hours or in the objection.
            AlreadyDecidedError: it is over.
            MinutesOutOfRangeError: not between what counted and what is claimed.
        """
        refuse_hand({by, *lent_by}, {self.person_id, self.filed_by, *hands})
        if self.state is not ObjectionState.OPEN:
            raise AlreadyDecidedError(state=self.state)
        if minutes is not None and not self._grants(minutes):
            raise MinutesOutOfRangeError(counted_minutes=self.counted_minutes)
        state = ObjectionState.DISMISSED if minutes is None else ObjectionState.UPHELD
        return replace(self, state=state, decided_minutes=minutes, decided_by=by, decided_at=at, decision_why=why)

    def lapsed(self, at: datetime) -> Objection:
        """Return it over because nobody answered: nothing changes."""
        return replace(self, state=ObjectionState.LAPSED, decided_at=at)

    def _grants(self, minutes: int) -> bool:
        if self.says_minutes < self.counted_minutes:
            return self.says_minutes <= minutes < self.counted_minutes
        return self.counted_minutes < minutes <= self.says_minutes


def contested_of(order: Order, steps: Sequence[Contested]) -> Contested:
    """Return what of an order's steps may be objected to: the decision of a dispute, else how its hours ended.

    Raises:
        NothingToObjectToError: its hours have not ended, or were taken back by two people.
    """
    decisions = [step for step in steps if step.verb in DECISIONS]
    if order.funding is Funding.PURCHASED or order.state not in ENDED:
        raise NothingToObjectToError
    if decisions:
        return decisions[-1]
    if order.state is State.REVERSED or not steps:
        raise NothingToObjectToError
    return steps[-1]


def about_of(order: Order, contested: Contested, person_id: UUID) -> About:
    """Return what a side objects to; the recipient, who may dispute, only to a decision.

    Which minutes an upheld objection entered was answered, for good.

    Raises:
        NothingToObjectToError
    """
    if contested.verb in DECISIONS:
        return About.DECISION
    if person_id not in order.volunteer_ids:
        raise NothingToObjectToError
    if order.state is State.REJECTED:
        return About.REJECTION
    if order.placement.corrects is not None:
        raise NothingToObjectToError
    return About.AUTO_CHECK_OUT if order.assignment_of(person_id).was_ended else About.MISSING_MINUTES


def counted_for(order: Order, person_id: UUID) -> int:
    """Return the minutes that count now: of a volunteer's part, or for the recipient the most of any."""
    if order.state is not State.SETTLED:
        return 0
    parts = [part for part in order.served if person_id in (part.volunteer_id, order.recipient_id)]
    return max((order.counted_minutes(part) for part in parts), default=0)


def refuse_claim(order: Order, about: About, person_id: UUID, says_minutes: int) -> None:
    """Refuse what claims no more than counts already, or of a decision more than was reported; or, of hers, no less.

    Raises:
        MinutesOutOfRangeError
    """
    counted_minutes = counted_for(order, person_id)
    if person_id in order.volunteer_ids:
        is_claim = says_minutes > counted_minutes
        most = order.assignment_of(person_id).actual_minutes if about is About.DECISION else says_minutes
        if not is_claim or says_minutes > most:
            raise MinutesOutOfRangeError(counted_minutes=counted_minutes)
    elif says_minutes >= counted_minutes:
        raise MinutesOutOfRangeError(counted_minutes=counted_minutes)


def refuse_what_changed(order: Order, objection: Objection) -> None:
    """Refuse to uphold an objection to hours that count otherwise by now: decided anew, or taken back.

    Raises:
        NothingToObjectToError
    """
    if counted_for(order, objection.person_id) != objection.counted_minutes:
        raise NothingToObjectToError


def refuse_after_window(policy: Policy, about: About, contested: Contested, now: datetime) -> None:
    """Refuse an objection later than the policy allows.

    Raises:
        ObjectionWindowClosedError
    """
    days = policy.dispute.appeal_days if about is About.DECISION else policy.objection.window_days
    closes_at = contested.at + timedelta(days=days)
    if now > closes_at:
        raise ObjectionWindowClosedError(closed_at=closes_at.isoformat())


def decide_by(policy: Policy, about: About, now: datetime) -> datetime:
    """Return until when it is to be answered."""
    days = policy.dispute.appeal_decide_days if about is About.DECISION else policy.objection.decide_days
    return now + timedelta(days=days)


def refuse_second_objection(earlier: Iterable[Objection], about: About, person_id: UUID) -> None:
    """Refuse a second open objection to an order, and to the same hours once one was answered.

    Raises:
        ObjectionOpenError, ObjectedBeforeError
    """
    for objection in earlier:
        if objection.state is ObjectionState.OPEN:
            raise ObjectionOpenError
        if objection.person_id == person_id and objection.is_appeal == (about is About.DECISION):
            raise ObjectedBeforeError


def entry_of(order: Order, answered: Objection, entry_id: UUID, *, by: UUID, by_programme: bool) -> Order:
    """Return the hours that an upheld objection enters: what was missing, after what counted; whole where none did.

    Who upheld it has signed them; somebody else of the street checks them.
    """
    assert answered.decided_minutes is not None
    assert answered.decided_at is not None
    part = order.assignment_of(answered.person_id)
    assert part.checked_in_at is not None
    minutes = answered.decided_minutes - answered.counted_minutes
    start_at = part.checked_in_at + timedelta(minutes=answered.counted_minutes)
    served = replace(part, checked_in_at=start_at, checked_out_at=start_at + timedelta(minutes=minutes))
    if answered.counted_minutes:
        # What proved that she came proves nothing of how long she stayed.
        served = replace(served, code_right=False, metres_from_home=None, in_place=None, out_place=None)
    price_minutes = minutes * order.terms.coefficient_percent // 100
    return Order(
        order_id=entry_id,
        district_id=order.district_id,
        unit_id=order.unit_id,
        recipient_id=order.recipient_id,
        funding=Funding.PROGRAMME if by_programme else order.funding,
        terms=replace(
            order.terms, planned_minutes=minutes, start_at=start_at, persons=1, price_minutes=price_minutes
        ),
        placement=replace(
            order.placement, by=by, at=answered.decided_at, acting_for=None, consent=None, why="",
            slip_number=None, corrects=order.order_id,
        ),
        payer_id=None if by_programme else order.payer_id,
        assignments=(served,),
        occasion=order.occasion,
        submission=replace(order.submission, policy_version=order.bound_by, ended_at=None, flags=frozenset()),
        confirmation=replace(order.confirmation, by=None, at=answered.decided_at, device="", rating=None),
        approval=replace(order.approval, approvers=(by,), settlement=0, issued_minutes=0, decided_minutes=None),
    )  # fmt: skip


def hands_of(order: Order, steps_by: Iterable[UUID | None]) -> frozenset[UUID | None]:
    """Return whoever had a hand in the hours of an order: every step of it, every signature, every check-in and out."""
    parts = [person_id for part in order.assignments for person_id in (part.checked_in_by, part.checked_out_by)]
    return frozenset((
        order.placement.by, order.confirmation.by, order.dispute.decided_by, *order.approval.approvers, *parts,
        *steps_by,
    ))  # fmt: skip
