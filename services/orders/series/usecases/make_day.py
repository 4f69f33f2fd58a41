"""A day of a series becomes an order, some days ahead; where it cannot, the series says why, and the desk is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import Refusal
from libs.events import Cause
from libs.ids import id_from_cause
from libs.programme.acting_grants import GrantedAct
from libs.programme.known_grants import count_use, use_grant
from libs.programme.policy import Policy
from libs.programme.words import Funding, PersonStatus
from services.orders.core.messages import ActedFor, NoticeWanted, tell
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.offers import Offer
from services.orders.core.rules.order import Order, Placement
from services.orders.core.rules.people import Person
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store import catalogue_store, deadline_store, order_store, people_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.order_changes import save_change
from services.orders.not_wanted import store as not_wanted_store
from services.orders.placing import rules as placing_rules
from services.orders.placing.usecases.place_order import (
    HelpAsked,
    draft,
    open_order,
    refuse_if_no_room,
    refuse_over_budget,
)
from services.orders.series import rules, store
from services.orders.series.messages import day_due
from services.orders.series.rules import DayState, EndReason, Series, SeriesDay, Slot
from services.orders.series.usecases.end_series import SERIES_DAY, end_series, raise_alarm


@dataclass(frozen=True)
class DayCause:
    """What makes a day of a series: the same cause however often it is made; it happens when it is looked at."""

    cause: UUID
    now: datetime


def make_next_day(connection: Connection, due: Deadline, now: datetime) -> None:
    """Make what is due of a series, one day; after downtime what is past is told as missed."""
    series = store.lock_series(connection, due.subject_id)
    if not deadline_store.remove_deadline(connection, due) or series.next_day is None:
        return
    day = series.next_day
    policy = people_store.policy_on(connection, series.district_id, local_date(now))
    rows = store.days_of(connection, [series.series_id], since=day)[series.series_id]
    slot = rules.slot_on(series, day, rows.get(day))
    if slot is not None:
        cause = DayCause(id_from_cause(series.series_id, "day", day.isoformat()), now)
        became = _made(connection, cause, series, slot, rows.get(day), policy)
        made = replace(became, start_minute=slot.start_minute, minutes=slot.minutes)
        store.save_day(connection, series.series_id, made)
        rows[day] = made
    if store.find_series(connection, series.series_id).ended_at is None:
        plan_next_day(connection, DayCause(due.cause, now), series, rows, policy, earliest=day + timedelta(days=1))


def plan_next_day(
    connection: Connection,
    cause: Cause,
    series: Series,
    rows: dict[date, SeriesDay],
    policy: Policy,
    *,
    earliest: date,
    after: datetime | None = None,
) -> None:
    """Let the next day fall due, of those that begin `after` an instant; a series without one is over."""
    day = rules.next_day(series, rows, earliest=earliest, after=after)
    slot = rules.slot_on(series, day, rows.get(day)) if day is not None else None
    if day is None or slot is None:
        end_series(connection, cause, series, EndReason.OVER)
        return
    at = rules.made_from(slot, days_ahead=policy.series.days_ahead)
    store.change_series(connection, series.series_id, next_day=day)
    deadline_store.replace_deadlines(connection, {series.series_id: {SERIES_DAY: at}}, kinds=(SERIES_DAY,))


def _made(
    connection: Connection, cause: Cause, series: Series, slot: Slot, row: SeriesDay | None, policy: Policy
) -> SeriesDay:
    day = row or SeriesDay(slot.day, DayState.PLANNED)
    if slot.day in policy.series.holidays:
        return replace(day, state=DayState.HOLIDAY)
    if slot.start_at <= cause.now:
        raise_alarm(connection, cause, series, rules.MISSED)
        _say_not_made(connection, cause, series, slot, day.number)
        return replace(day, state=DayState.MISSED, code=rules.MISSED)
    return make_order(connection, cause, series, slot, day, policy)


def make_order(
    connection: Connection, cause: Cause, series: Series, slot: Slot, day: SeriesDay, policy: Policy
) -> SeriesDay:
    """Ask for the help of one day as a single order is asked for; return what became of it."""
    order_id = rules.order_id_of(series.series_id, slot.day, day.number)
    day = replace(day, start_minute=slot.start_minute, minutes=slot.minutes)
    try:
        recipient = _recipient(connection, series)
        order = _order_of(connection, cause, series, recipient, slot, order_id, policy)
        # What is told of a day, and counts in a grant's month, is told last: a day that a rule bars leaves no trace.
        _use_grant(connection, cause, series, recipient, slot, order_id)
    except Refusal as refusal:
        raise_alarm(connection, cause, series, refusal.code)
        _say_not_made(connection, cause, series, slot, day.number)
        return replace(day, state=DayState.REFUSED, code=refusal.code)
    if order is None:
        tell(connection, cause, day_due(series, slot, order_id))
    else:
        _open_order(connection, cause, series, order, policy)
    return replace(day, state=DayState.MADE, order_id=order_id, code="")


def _recipient(connection: Connection, series: Series) -> Person:
    recipient = people_store.load_person(connection, series.recipient_id)
    placing_rules.refuse_inactive_recipient(recipient)
    return recipient


def _use_grant(
    connection: Connection, cause: Cause, series: Series, recipient: Person, slot: Slot, order_id: UUID
) -> None:
    """Refuse a day that a relative asks for without a grant by now; its minutes count towards the grant's month."""
    if not series.asked.under_grant or series.asked.consent is None:
        return
    grant = use_grant(
        connection,
        person_id=recipient.person_id,
        relative_id=series.asked.by,
        act=GrantedAct.ASK,
        minutes=slot.minutes,
        day=local_date(cause.now),
    )
    done = ActedFor(
        use_id=id_from_cause(order_id, GrantedAct.ASK.value),
        district_id=recipient.district_id,
        person_id=recipient.person_id,
        actor_id=series.asked.by,
        grant_id=grant.grant_id,
        act=GrantedAct.ASK,
        subject_id=order_id,
        minutes=slot.minutes,
        consent_how=series.asked.consent.how,
        consent_given_at=series.asked.consent.given_at,
        at=cause.now,
    )
    count_use(connection, done)
    tell(connection, cause, done)


def _order_of(
    connection: Connection,
    cause: Cause,
    series: Series,
    recipient: Person,
    slot: Slot,
    order_id: UUID,
    policy: Policy,
) -> Order | None:
    """Return the order of a day, by every rule of asking; None for what credit pays: redemption looks at those."""
    service = catalogue_store.service_on(connection, series.service_code, local_date(cause.now), recipient.district_id)
    if series.funding is Funding.CREDIT:
        return None
    asked = HelpAsked(order_id, recipient.person_id, service.code, slot.minutes, slot.start_at, series.funding)
    placement = Placement(series.asked.by, cause.now, series.asked.acting_for, series.asked.consent, series.asked.why)
    order = draft(asked, service, recipient, policy, placement)
    placing_rules.refuse_unless_serves(service, recipient, policy, series.funding, slot.minutes)
    refuse_if_no_room(connection, order, service, recipient)
    if series.funding is Funding.PROGRAMME:
        refuse_over_budget(connection, order, policy)
    return order


def _open_order(connection: Connection, cause: Cause, series: Series, order: Order, policy: Policy) -> None:
    step = Step(Verb.PLACE, cause.now, series.asked.by, series.asked.acting_for, series.asked.consent, series.asked.why)
    opened = open_order(connection, order, policy, cause, step)
    _offer_to_last(connection, cause, series.series_id, opened, policy)


def note_outcome(connection: Connection, context: Cause, order_id: UUID) -> None:
    """Note what became of a day's order when its funding was answered; other orders are none of a series."""
    entry = store.day_of_order(connection, order_id)
    if entry is None:
        return
    order = order_store.lock_order(connection, order_id)
    series, day = store.lock_series(connection, entry[0]), entry[1]
    if order.state is State.DECLINED and day.state is DayState.MADE:
        code = order.ending.declined_code
        store.save_day(connection, series.series_id, replace(day, state=DayState.REFUSED, code=code))
        if series.ended_at is None:
            raise_alarm(connection, context, series, code)
        if _may_be_told(connection, series):
            _say_not_made(connection, context, series, _slot_of(order), day.number)
    elif order.state is State.PUBLISHED:
        if series.ended_at is None and not store.has_trouble_after(connection, series.series_id, day.day):
            store.change_series(connection, series.series_id, alarm_code="", alarm_since=None)
        policy = people_store.policy_on(connection, series.district_id, local_date(context.now))
        _offer_to_last(connection, context, series.series_id, order, policy)


def _slot_of(order: Order) -> Slot:
    day = local_date(order.terms.start_at)
    start_minute = int((order.terms.start_at - Slot(day, 0, 0).start_at).total_seconds()) // 60
    return Slot(day, start_minute, order.terms.planned_minutes)


def _may_be_told(connection: Connection, series: Series) -> bool:
    recipient = people_store.find_person(connection, series.recipient_id)
    return recipient is not None and recipient.status != PersonStatus.DECEASED


def _offer_to_last(connection: Connection, cause: Cause, series_id: UUID, order: Order, policy: Policy) -> Order:
    """Offer a day first to who served on the last one; whoever else is near may still take it."""
    last_id = store.who_served_last(connection, series_id) if order.state is State.PUBLISHED else None
    last = people_store.find_person(connection, last_id) if last_id is not None else None
    if last is None or not last.is_active or order.offers.open_at(cause.now):
        return order
    if order.recipient_id in not_wanted_store.who_do_not_want(connection, last.person_id):
        return order
    lapses_at = cause.now + timedelta(minutes=policy.offer.accept_within_minutes)
    offers = order.offers.with_offer(Offer(last.person_id, lapses_at), now=cause.now)
    offered = replace(order.moved(Verb.OFFER), offers=offers)
    return save_change(connection, order, offered, Step(Verb.OFFER, cause.now))


def _say_not_made(connection: Connection, cause: Cause, series: Series, slot: Slot, number: int) -> None:
    order_id = rules.order_id_of(series.series_id, slot.day, number)
    notice_id = id_from_cause(cause.cause, "notice", str(order_id), Purpose.VISIT_NOT_MADE)
    wanted = NoticeWanted(
        notice_id,
        series.district_id,
        series.recipient_id,
        Purpose.VISIT_NOT_MADE,
        order_id,
        slot.start_at,
        None,
        None,
    )
    tell(connection, cause, wanted)
