"""Who is called when help is urgent: nearest unit first, in the order of call, round by round."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.translation import message
from services.orders.duty.refusals import DutyOutOfRangeError

DAYS_MAX = 31
RANK_MAX = 99
EMERGENCY_NUMBER = "120"


class CallState(StrEnum):
    """Whether somebody has answered an urgent call."""

    CALLING = "calling"
    ACKNOWLEDGED = "acknowledged"
    NOBODY_ON_DUTY = "nobody_on_duty"
    UNANSWERED = "unanswered"


class RingAnswer(StrEnum):
    """What became of telling one person on duty."""

    WAITING = "waiting"
    ACKNOWLEDGED = "acknowledged"
    SILENT = "silent"
    UNREACHED = "unreached"


WORDS = {
    CallState.CALLING: message("Somebody on duty is being called. If a life is in danger, dial 120 now; do not wait."),
    CallState.ACKNOWLEDGED: message("Somebody on duty has answered and is looking after it."),
    CallState.NOBODY_ON_DUTY: message("Nobody is on duty now. Dial 120 at once. The desk is told too."),
    CallState.UNANSWERED: message("Nobody on duty has answered. Dial 120 at once. The desk is told too."),
}
"""What a caller is told."""
ALONE = frozenset({CallState.NOBODY_ON_DUTY, CallState.UNANSWERED})
"""States in which the caller is to dial 120."""


@dataclass(frozen=True)
class OnDuty:
    """A time on duty that runs now; `rank` 1 is called first."""

    entry_id: UUID
    person_id: UUID
    unit_id: UUID
    rank: int
    starts_at: datetime


@dataclass(frozen=True)
class Ring:
    """One person who was told of a call, in one round."""

    number: int
    person_id: UUID
    round: int
    rung_at: datetime
    answer_by: datetime
    answer: RingAnswer


@dataclass(frozen=True)
class Span:
    """From an instant up to another."""

    start_at: datetime
    end_at: datetime


def refuse_out_of_range(span: Span, *, now: datetime) -> None:
    """Refuse a time on duty that is over, ends before it begins, or is too long.

    Raises:
        DutyOutOfRangeError: it is.
    """
    is_whole = span.start_at < span.end_at <= span.start_at + timedelta(days=DAYS_MAX)
    if not is_whole or span.end_at <= now:
        raise DutyOutOfRangeError(days_max=DAYS_MAX)


def order_of_call(on_duty: Iterable[OnDuty], path: Sequence[UUID]) -> list[UUID]:
    """Return whom to call one after the other, each once: those of the nearest unit first, then by rank."""
    nearest = {unit_id: steps for steps, unit_id in enumerate(path)}
    in_order = sorted(on_duty, key=lambda duty: (nearest[duty.unit_id], duty.rank, duty.starts_at, duty.entry_id))
    return list(dict.fromkeys(duty.person_id for duty in in_order))


def next_to_call(order: Sequence[UUID], rings: Sequence[Ring], *, rounds: int) -> tuple[UUID, int] | None:
    """Return who is called next and in which round; None when the rounds are over, or nobody can be told.

    Whoever could not be told at all is not called again.
    """
    unreached = {ring.person_id for ring in rings if ring.answer is RingAnswer.UNREACHED}
    present = max((ring.round for ring in rings), default=1)
    for number in range(present, min(present + 1, rounds) + 1):
        called = {ring.person_id for ring in rings if ring.round == number}
        for person_id in order:
            if person_id not in called | unreached:
                return person_id, number
    return None


def gaps_of(whole: Span, spans: Iterable[Span]) -> list[Span]:
    """Return the parts of a time in which none of the spans lies."""
    gaps, reached = [], whole.start_at
    for span in sorted(spans, key=lambda span: span.start_at):
        if span.start_at > reached:
            gaps.append(Span(reached, min(span.start_at, whole.end_at)))
        reached = max(reached, span.end_at)
        if reached >= whole.end_at:
            return gaps
    return [*gaps, Span(reached, whole.end_at)]
