"""On which days help comes again, and what a change does to each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.clock import local_midnight
from libs.ids import id_from_cause
from libs.programme.acting import Consent
from libs.programme.words import Funding
from services.orders.core.rules.life_cycle import State
from services.orders.series.refusals import SeriesDayError

DAYS_MAX = 731
SERIES_MAX = 20
"""Of one recipient, at one time."""
SHOWN_DAYS = 28
"""How far beyond what is made a change is shown."""
WEEK = timedelta(days=7)
OPEN_STATES = frozenset({State.UNDER_REVIEW, State.AWAITING_FUNDING, State.PUBLISHED})
MISSED = "day_missed"


class DayState(StrEnum):
    """What became of one day of a series."""

    PLANNED = "planned"
    MADE = "made"
    HOLIDAY = "holiday"
    MISSED = "missed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Effect(StrEnum):
    """What a change does to one day."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    CANCELLED = "cancelled"
    HOLIDAY = "holiday"
    TAKEN = "taken"
    BEGUN = "begun"


class EndReason(StrEnum):
    """Why a series makes no more days."""

    OVER = "over"
    CANCELLED = "cancelled"
    PERSON_DIED = "person_died"
    PERSON_GONE = "person_gone"


@dataclass(frozen=True)
class Pattern:
    """When help comes, from a day on: on which days of the week (1 = Monday), at which minute of the day, how long."""

    from_day: date
    weekdays: tuple[int, ...]
    start_minute: int
    minutes: int


@dataclass(frozen=True)
class SeriesDay:
    """One day of a series that is not only in its pattern: made, changed or left out; `number` counts its orders."""

    day: date
    state: DayState
    order_id: UUID | None = None
    number: int = 0
    start_minute: int | None = None
    minutes: int | None = None
    code: str = ""


@dataclass(frozen=True)
class Asking:
    """Who asked for a series, when and for whom; `under_grant`: a relative, whose grant is looked at every day."""

    by: UUID
    at: datetime
    acting_for: UUID | None = None
    consent: Consent | None = None
    why: str = ""
    under_grant: bool = False


@dataclass(frozen=True)
class Series:
    """Help on some days of each week, until a day or until cancelled."""

    series_id: UUID
    district_id: UUID
    unit_id: UUID
    recipient_id: UUID
    payer_id: UUID | None
    service_code: str
    funding: Funding
    asked: Asking
    until: date | None
    next_day: date | None
    ended_at: datetime | None = None
    ended_by: UUID | None = None
    end_reason: str = ""
    alarm_code: str = ""
    alarm_since: datetime | None = None
    approved_by: UUID | None = None
    approved_at: datetime | None = None
    patterns: tuple[Pattern, ...] = ()


@dataclass(frozen=True)
class Slot:
    """When help comes on one day."""

    day: date
    start_minute: int
    minutes: int

    @property
    def start_at(self) -> datetime:
        """Return the instant, by local time."""
        return local_midnight(self.day) + timedelta(minutes=self.start_minute)


@dataclass(frozen=True)
class Change:
    """What is to be otherwise, from a day on or on this day only; what is None stays."""

    from_day: date
    is_one_day: bool = False
    weekdays: tuple[int, ...] | None = None
    start_minute: int | None = None
    minutes: int | None = None
    cancels: bool = False


@dataclass(frozen=True)
class DayChange:
    """What a change does to one day; `slot` is when help comes then, or would have come."""

    slot: Slot
    effect: Effect
    order_id: UUID | None = None


def order_id_of(series_id: UUID, day: date, number: int) -> UUID:
    """Return the id of the order of a day: the same however often it is made; `number` counts its changes."""
    return id_from_cause(series_id, "day", day.isoformat(), str(number))


def pattern_on(patterns: Iterable[Pattern], day: date) -> Pattern | None:
    """Return the pattern in force on a day."""
    return max((p for p in patterns if p.from_day <= day), key=lambda p: p.from_day, default=None)


def slot_on(series: Series, day: date, row: SeriesDay | None) -> Slot | None:
    """Return when help comes on a day by the pattern and what was said of this day alone; None when it does not."""
    pattern = pattern_on(series.patterns, day)
    if row is not None and row.state is DayState.CANCELLED:
        return None
    if row is not None and row.start_minute is not None and row.minutes is not None:
        return Slot(day, row.start_minute, row.minutes)
    is_over = series.until is not None and day > series.until
    if pattern is None or is_over or day.isoweekday() not in pattern.weekdays:
        return None
    return Slot(day, pattern.start_minute, pattern.minutes)


def next_day(
    series: Series, rows: Mapping[date, SeriesDay], *, earliest: date, after: datetime | None = None
) -> date | None:
    """Return the next day on or after `earliest` of which nothing has become yet; None when no more come.

    `after`: of those that begin later than this.
    """
    # A pattern repeats by the week; beyond its last change and what stands out, a week without a day has none to come.
    said = [pattern.from_day for pattern in series.patterns] + list(rows)
    last = max([earliest, *said]) + WEEK
    days = ((earliest + timedelta(days=ahead)) for ahead in range((last - earliest).days + 1))
    return next((day for day in days if _is_to_make(series, day, rows.get(day), after)), None)


def _is_to_make(series: Series, day: date, row: SeriesDay | None, after: datetime | None) -> bool:
    slot = slot_on(series, day, row) if row is None or row.state is DayState.PLANNED else None
    return slot is not None and (after is None or slot.start_at > after)


def made_from(slot: Slot, *, days_ahead: int) -> datetime:
    """Return when the order of a day is made."""
    return slot.start_at - timedelta(days=days_ahead)


def changed_pattern(series: Series, change: Change) -> Pattern:
    """Return the pattern from the day of a change on.

    Raises:
        SeriesDayError: the series has not begun by then.
    """
    before = pattern_on(series.patterns, change.from_day)
    if before is None:
        raise SeriesDayError
    return Pattern(
        change.from_day,
        before.weekdays if change.weekdays is None else change.weekdays,
        before.start_minute if change.start_minute is None else change.start_minute,
        before.minutes if change.minutes is None else change.minutes,
    )


def changed(series: Series, change: Change) -> Series:
    """Return a series as a change of all from a day on leaves it.

    Raises:
        SeriesDayError: as `changed_pattern`.
    """
    kept = [pattern for pattern in series.patterns if pattern.from_day < change.from_day]
    if change.cancels:
        until = change.from_day - timedelta(days=1)
        until = until if series.until is None else min(until, series.until)
        return _replaced(series, until=until)
    return _replaced(series, patterns=(*kept, changed_pattern(series, change)))


def _replaced(series: Series, **values: object) -> Series:
    return Series(**{**vars(series), **values})


@dataclass(frozen=True)
class Standing:
    """What is made of a series: its days that stand out, the states of their orders, and the holidays."""

    rows: Mapping[date, SeriesDay]
    states: Mapping[UUID, State]
    holidays: Collection[date]
    now: datetime


def days_touched(series: Series, change: Change, standing: Standing, *, last: date) -> list[DayChange]:
    """Return what a change does to each day of a series up to a last one, of those that are still to come.

    Raises:
        SeriesDayError: one day is to be changed that is none of the series.
    """
    days = 1 if change.is_one_day else (last - change.from_day).days + 1
    changes = [_change_of(series, change, standing, change.from_day + timedelta(days=ahead)) for ahead in range(days)]
    touched = [entry for entry in changes if entry is not None]
    if change.is_one_day and not touched:
        raise SeriesDayError
    return touched


def _change_of(series: Series, change: Change, standing: Standing, day: date) -> DayChange | None:
    row = standing.rows.get(day)
    before = slot_on(series, day, row)
    after = _slot_after(series, change, day, before, row)
    slot = before or after
    if slot is None or slot.start_at <= standing.now:
        return None
    order_id = row.order_id if row is not None and row.state is DayState.MADE else None
    effect = _effect(change, standing, before, after, day, order_id)
    return DayChange(after or slot, effect, order_id)


def _slot_after(series: Series, change: Change, day: date, before: Slot | None, row: SeriesDay | None) -> Slot | None:
    if change.cancels:
        return None
    if not change.is_one_day:
        is_left_out = row is not None and row.state is DayState.CANCELLED
        return None if is_left_out else slot_on(changed(series, change), day, None)
    if before is None:
        return None
    minute = before.start_minute if change.start_minute is None else change.start_minute
    return Slot(day, minute, before.minutes if change.minutes is None else change.minutes)


def _effect(
    change: Change, standing: Standing, before: Slot | None, after: Slot | None, day: date, order_id: UUID | None
) -> Effect:
    state = standing.states.get(order_id) if order_id else None
    if state is State.TAKEN and not change.cancels:
        return Effect.TAKEN
    if state is not None and state not in {State.TAKEN, *OPEN_STATES}:
        return Effect.BEGUN
    if order_id is None and day in standing.holidays:
        return Effect.HOLIDAY
    if after is None:
        return Effect.CANCELLED
    if before is None:
        return Effect.ADDED
    return Effect.UNCHANGED if after == before else Effect.CHANGED


def refuse_days(*, from_day: date, until: date | None, today: date) -> None:
    """Refuse a series that begins in the past, ends before it begins, or lasts too long.

    Raises:
        SeriesDayError: it does.
    """
    last = until or from_day
    if not today <= from_day <= last <= today + timedelta(days=DAYS_MAX):
        raise SeriesDayError


def refuse_without_days(first: date | None) -> None:
    """Refuse a series that has no day at all.

    Raises:
        SeriesDayError: it has none.
    """
    if first is None:
        raise SeriesDayError


def days_to_come(series: Series, rows: Mapping[date, SeriesDay], *, today: date, most: int) -> Sequence[Slot]:
    """Return the next days on which help comes, those that are made and those that will be."""
    slots: list[Slot] = []
    for ahead in range(DAYS_MAX):
        day = today + timedelta(days=ahead)
        row = rows.get(day)
        if row is None and ahead > SHOWN_DAYS + max(0, (max([today, *rows]) - today).days):
            break
        slot = slot_on(series, day, row) if row is not None or series.ended_at is None else None
        if slot is not None:
            slots.append(slot)
        if len(slots) == most:
            break
    return slots
