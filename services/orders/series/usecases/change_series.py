"""Change one day of a series, or all from a day on; call it off from a day on. First it is shown what that does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import ForbiddenError
from libs.ids import id_from_cause
from libs.programme.acting_grants import GrantedAct
from libs.programme.policy import Policy
from services.orders.core.store import catalogue_store, order_store, people_store
from services.orders.core.usecases.acting_for import refuse_unless_acting_for, require_acting_for
from services.orders.core.usecases.command_context import CommandContext, refuse_auditor, require_power
from services.orders.placing import rules as placing_rules
from services.orders.placing.usecases.cancel_order import give_up_order
from services.orders.series import rules, store
from services.orders.series.refusals import SeriesDayError, SeriesEndedError, SeriesNotFoundError
from services.orders.series.rules import Change, DayChange, DayState, Effect, EndReason, Series, SeriesDay, Standing
from services.orders.series.usecases.end_series import end_series
from services.orders.series.usecases.make_day import DayCause, make_order, plan_next_day


def preview_change(connection: Connection, context: CommandContext, series_id: UUID, change: Change) -> list[DayChange]:
    """Return what a change would do to each day; nothing is changed.

    Raises:
        Refusal: as `change_series`.
    """
    series = store.find_series(connection, series_id)
    refuse_who_may_not_change(connection, context, series, change)
    return _days_touched(connection, context, series, change, _policy(connection, context, series))


def change_series(connection: Connection, context: CommandContext, series_id: UUID, change: Change) -> Series:
    """Change or call off one day, or all from a day on; what somebody has taken stays as it is when it is changed.

    Raises:
        ForbiddenError: neither the recipient, the payer, who may act for the recipient, nor a coordinator.
        SeriesEndedError: no more days are made.
        SeriesDayError: the day is past, or none of the series.
        MinutesOutOfRangeError: more or fewer than the service allows.
    """
    seen = store.find_series(connection, series_id)
    refuse_who_may_not_change(connection, context, seen, change)
    if context.is_for_another:
        recipient = people_store.load_person(connection, seen.recipient_id)
        require_acting_for(connection, context, recipient, _act_of(change), subject_id=series_id)
    order_store.lock_person(connection, seen.recipient_id)
    series = store.lock_series(connection, series_id)
    policy = _policy(connection, context, series)
    touched = _days_touched(connection, context, series, change, policy)
    after = series if change.is_one_day else rules.changed(series, change)
    store.replace_patterns(connection, series_id, after.patterns)
    store.change_series(connection, series_id, until=after.until)
    for entry in touched:
        _change_day(connection, context, after, entry, change, policy)
    _plan_again(connection, context, after, change, policy)
    return store.find_series(connection, series_id)


def refuse_who_may_not_change(connection: Connection, context: CommandContext, series: Series, change: Change) -> None:
    """Refuse whom a series does not concern, and what has ended.

    Raises:
        Refusal: as `change_series`.
    """
    refuse_auditor(context)
    power = "cancel_order" if change.cancels else "place_order"
    if context.is_for_another:
        recipient = people_store.find_person(connection, series.recipient_id)
        if recipient is None:
            raise SeriesNotFoundError
        refuse_unless_acting_for(connection, context, recipient, _act_of(change))
    elif context.caller_id not in (series.recipient_id, series.payer_id):
        if not context.holds(power):
            raise ForbiddenError
        require_power(connection, context, power, series.unit_id)
    if series.ended_at is not None:
        raise SeriesEndedError
    _refuse_wrong_terms(connection, context, series, change)


def _act_of(change: Change) -> GrantedAct:
    return GrantedAct.CANCEL if change.cancels else GrantedAct.ASK


def _refuse_wrong_terms(connection: Connection, context: CommandContext, series: Series, change: Change) -> None:
    today = local_date(context.now)
    if not today <= change.from_day <= today + timedelta(days=rules.DAYS_MAX):
        raise SeriesDayError
    if change.minutes is not None:
        service = catalogue_store.service_on(connection, series.service_code, today, series.district_id)
        placing_rules.refuse_minutes_out_of_range(service, change.minutes)


def _policy(connection: Connection, context: CommandContext, series: Series) -> Policy:
    return people_store.policy_on(connection, series.district_id, local_date(context.now))


def _days_touched(
    connection: Connection, context: CommandContext, series: Series, change: Change, policy: Policy
) -> list[DayChange]:
    rows = store.days_of(connection, [series.series_id], since=change.from_day)[series.series_id]
    states = store.states_of(connection, rows.values())
    standing = Standing(rows, states, frozenset(policy.series.holidays), context.now)
    last = max([change.from_day, *rows]) + timedelta(days=rules.SHOWN_DAYS)
    return rules.days_touched(series, change, standing, last=last)


def _change_day(
    connection: Connection, context: CommandContext, series: Series, entry: DayChange, change: Change, policy: Policy
) -> None:
    """Do to one day what was shown; a day that is not made yet follows the pattern, or what is said of it alone."""
    if entry.effect not in (Effect.CHANGED, Effect.CANCELLED, Effect.ADDED):
        return
    rows = store.days_of(connection, [series.series_id], since=entry.slot.day)[series.series_id]
    day = rows.get(entry.slot.day)
    if entry.order_id is not None:
        give_up_order(connection, context, order_store.lock_order(connection, entry.order_id))
    if day is None and not change.is_one_day:
        return
    number = day.number + 1 if day is not None else 0
    planned = SeriesDay(entry.slot.day, DayState.PLANNED, number=number)
    if change.is_one_day:
        planned = replace(planned, start_minute=entry.slot.start_minute, minutes=entry.slot.minutes)
    if entry.effect is Effect.CANCELLED:
        planned = replace(planned, state=DayState.CANCELLED)
    elif entry.order_id is not None:
        cause = DayCause(id_from_cause(context.cause, "day", entry.slot.day.isoformat()), context.now)
        planned = make_order(connection, cause, series, entry.slot, planned, policy)
    store.save_day(connection, series.series_id, planned)


def _plan_again(
    connection: Connection, context: CommandContext, series: Series, change: Change, policy: Policy
) -> None:
    today = local_date(context.now)
    rows = store.days_of(connection, [series.series_id], since=today)[series.series_id]
    earliest = _first_to_look_at(series, change, today)
    if change.cancels and rules.next_day(series, rows, earliest=earliest, after=context.now) is None:
        end_series(connection, context, series, EndReason.CANCELLED, by=context.caller_id)
        return
    plan_next_day(connection, context, series, rows, policy, earliest=earliest, after=context.now)


def _first_to_look_at(series: Series, change: Change, today: date) -> date:
    return max(today, min(change.from_day, series.next_day or change.from_day))
