"""What is counted of an order for the monthly figures: once, when it happens, and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.clock import PROGRAMME_ZONE
from libs.programme.words import Funding
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Order

NIGHT_BEGINS, NIGHT_ENDS = time(20), time(6)


class Kind(StrEnum):
    """What happened."""

    TAKEN = "taken"
    UNTAKEN = "untaken"
    REFERRED = "referred"
    REFERRAL_ENDED = "referral_ended"
    SERVED = "served"
    RATED = "rated"
    FLAGGED = "flagged"
    DISPUTED = "disputed"
    REVERSED = "reversed"
    ELDER = "elder"
    VOLUNTEER = "volunteer"
    REGISTERED = "registered"
    VISITORS = "visitors"
    MEALS_GIVEN = "meals_given"


OF_PEOPLE = frozenset({Kind.ELDER, Kind.VOLUNTEER, Kind.REGISTERED})
"""What is counted once a month of a person: helped for the first time in it, or helping, or registered at its end."""
OF_VENUES = frozenset({Kind.VISITORS, Kind.MEALS_GIVEN})
"""What a venue counts of a day; a correction counts the difference, which may be less than none."""


class Mark(StrEnum):
    """What is said of a service beside its minutes, or of a volunteer who is registered."""

    NIGHT = "night"
    OFFLINE = "offline"
    PURCHASED = "purchased"
    TRAINED = "trained"
    INSURED = "insured"
    MARKET = "market"
    OUTCOME_SERVED = "served"
    OUTCOME_NOT_SERVED = "not_served"
    OUTCOME_WITHDRAWN = "withdrawn"
    OUTCOME_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Entry:
    """One thing that happened: to an order, at a venue, or to a person, who counts where they live.

    `number`: minutes from publishing to taking or expiring, minutes served of all volunteers, the stars of a rating,
    or how many more came to a venue, or meals were given there, than was counted before.
    """

    kind: Kind
    at: datetime
    subject_id: UUID
    unit_id: UUID
    number: int = 0
    credit_minutes: int = 0
    service_code: str = ""
    marks: tuple[str, ...] = ()


def entries_of(before: Order, after: Order, verb: Verb, at: datetime) -> list[Entry]:
    """Return what a change of an order counts for."""
    kinds = [kind for kind, is_so in _happened(before, after, verb).items() if is_so]
    entries = [_entry(kind, after, at) for kind in kinds]
    return entries + (_people(after, at) if Kind.SERVED in kinds else [])


def _happened(before: Order, after: Order, verb: Verb) -> dict[Kind, bool]:
    moved = before.state is not after.state
    is_again = verb is Verb.SETTLE and after.approval.settlement > 1
    is_decided = before.state in (State.CONFIRMED, State.DISPUTED) and after.state in (State.APPROVED, State.REJECTED)
    return {
        Kind.TAKEN: moved and after.state is State.TAKEN,
        Kind.UNTAKEN: moved and after.state is State.EXPIRED,
        Kind.SERVED: verb is Verb.SETTLE and not is_again,
        Kind.RATED: after.confirmation.rating is not None and before.confirmation.rating is None,
        Kind.FLAGGED: is_decided and bool(after.submission.flags) and before.approval.settlement == 0,
        Kind.DISPUTED: moved and after.state is State.DISPUTED,
        Kind.REVERSED: (moved and after.state is State.REVERSED) or is_again,
    }


def _entry(kind: Kind, order: Order, at: datetime) -> Entry:
    number, credit, marks = 0, 0, tuple[str, ...]()
    if kind in (Kind.TAKEN, Kind.UNTAKEN):
        number = _minutes_open(order, at)
    elif kind is Kind.SERVED:
        number, credit, marks = _minutes_served(order), order.approval.issued_minutes, _marks(order)
    elif kind is Kind.RATED:
        number = order.confirmation.rating or 0
    elif kind is Kind.FLAGGED:
        marks = tuple(sorted(order.submission.flags))
    return Entry(kind, at, order.order_id, order.unit_id, number, credit, order.terms.service_code, marks)


def _people(order: Order, at: datetime) -> list[Entry]:
    helped = [] if order.recipient_id is None else [Entry(Kind.ELDER, at, order.recipient_id, order.unit_id)]
    volunteers = {part.volunteer_id for part in order.served} if order.funding is not Funding.PURCHASED else set()
    return [*helped, *(Entry(Kind.VOLUNTEER, at, person_id, order.unit_id) for person_id in sorted(volunteers))]


def _minutes_open(order: Order, at: datetime) -> int:
    since = order.publication.published_at or at
    return max(0, int((at - since).total_seconds()) // 60)


def _minutes_served(order: Order) -> int:
    return sum(order.counted_minutes(part) for part in order.served)


def _marks(order: Order) -> tuple[str, ...]:
    began = (order.began_at or order.terms.start_at).astimezone(ZoneInfo(PROGRAMME_ZONE)).time()
    marks = {
        Mark.NIGHT: began >= NIGHT_BEGINS or began < NIGHT_ENDS,
        Mark.OFFLINE: order.is_late_entry or any(part.is_offline for part in order.served),
        Mark.PURCHASED: order.funding is Funding.PURCHASED,
    }
    return tuple(sorted(mark for mark, is_so in marks.items() if is_so))
