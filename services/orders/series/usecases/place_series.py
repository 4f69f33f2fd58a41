"""Ask for help that comes again every week."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import ForbiddenError, IdReusedError
from libs.programme.acting_grants import GrantedAct
from libs.programme.directory.relations import related_to
from libs.programme.refusals import RelationNotVerifiedError
from libs.programme.words import Funding
from services.orders.core.rules.catalogue import refuse_grade_outside_limits
from services.orders.core.rules.people import Person
from services.orders.core.store import catalogue_store, order_store, people_store
from services.orders.core.usecases.acting_for import refuse_unless_acting_for
from services.orders.core.usecases.command_context import CommandContext, load_subject, require_power
from services.orders.placing import rules as placing_rules
from services.orders.placing.usecases.place_order import HelpAsked, refuse_who_may_not_ask
from services.orders.series import rules, store
from services.orders.series.refusals import SeriesApprovedError, SeriesEndedError, SeriesExceededError, SeriesOfOwnError
from services.orders.series.rules import Asking, Pattern, Series, Slot
from services.orders.series.usecases.make_day import plan_next_day


@dataclass(frozen=True)
class SeriesAsked:
    """What is asked for."""

    series_id: UUID
    recipient_id: UUID
    payer_id: UUID | None
    service_code: str
    funding: Funding
    pattern: Pattern
    until: date | None


def place_series(connection: Connection, context: CommandContext, asked: SeriesAsked) -> Series:
    """Ask for help on some days of each week, until a day or until cancelled; its first days are made at once.

    Raises:
        ForbiddenError: who may not ask for this person, or at this payer's cost.
        RuleError: a rule of asking, or of series; its code says which.
        IdReusedError: there is another series with this id.
    """
    today = local_date(context.now)
    rules.refuse_days(from_day=asked.pattern.from_day, until=asked.until, today=today)
    recipient = load_subject(connection, context, asked.recipient_id)
    under_grant = _refuse_who_may_not_ask(connection, context, asked, recipient)
    placing_rules.refuse_inactive_recipient(recipient)
    service = catalogue_store.service_on(connection, asked.service_code, today, recipient.district_id)
    policy = people_store.policy_on(connection, recipient.district_id, today)
    placing_rules.refuse_unless_serves(service, recipient, policy, asked.funding, asked.pattern.minutes)
    refuse_grade_outside_limits(service, recipient, asked.funding)
    order_store.lock_person(connection, recipient.person_id)
    if store.count_running(connection, recipient.person_id) >= rules.SERIES_MAX:
        raise SeriesExceededError(most=rules.SERIES_MAX)
    series = _series(context, asked, recipient, under_grant=under_grant)
    first = rules.next_day(series, {}, earliest=asked.pattern.from_day, after=context.now)
    rules.refuse_without_days(first)
    if not store.add_series(connection, replace(series, next_day=first)):
        raise IdReusedError
    plan_next_day(connection, context, series, {}, policy, earliest=asked.pattern.from_day, after=context.now)
    return store.find_series(connection, series.series_id)


def _series(context: CommandContext, asked: SeriesAsked, recipient: Person, *, under_grant: bool) -> Series:
    return Series(
        series_id=asked.series_id,
        district_id=recipient.district_id,
        unit_id=recipient.home_unit_id,
        recipient_id=recipient.person_id,
        payer_id=asked.payer_id,
        service_code=asked.service_code,
        funding=asked.funding,
        asked=Asking(
            context.caller_id,
            context.now,
            context.acting_for,
            context.consent if context.acting_for else None,
            context.why,
            under_grant,
        ),
        until=asked.until,
        next_day=None,
        patterns=(asked.pattern,),
    )


def _refuse_who_may_not_ask(
    connection: Connection, context: CommandContext, asked: SeriesAsked, recipient: Person
) -> bool:
    """Refuse whoever may not ask; tell whether a relative asks under a grant, which is looked at again every day."""
    if asked.payer_id not in (None, recipient.person_id):
        _refuse_other_payer(connection, context, asked, recipient)
        return False
    slot = Slot(asked.pattern.from_day, asked.pattern.start_minute, 0)
    help_asked = HelpAsked(asked.series_id, recipient.person_id, asked.service_code, 0, slot.start_at, asked.funding)
    refuse_who_may_not_ask(connection, context, help_asked, recipient)
    if context.acting_for is None or not context.is_for_another:
        return False
    return refuse_unless_acting_for(connection, context, recipient, GrantedAct.ASK) is not None


def _refuse_other_payer(connection: Connection, context: CommandContext, asked: SeriesAsked, recipient: Person) -> None:
    """Another's credit is spent at that person's own word only, and for somebody who is theirs."""
    is_own = context.acting_for is None and context.caller_id == asked.payer_id
    if not is_own or asked.funding is not Funding.CREDIT:
        raise ForbiddenError
    relations = people_store.relations_of(connection, context.caller_id)
    if not any(relation.verified for relation in relations.between(recipient.person_id, context.caller_id)):
        raise RelationNotVerifiedError


def approve_series(connection: Connection, context: CommandContext, series_id: UUID) -> Series:
    """Say that this pair is to meet so often: its visits raise no flag of a frequent pair.

    Raises:
        ForbiddenError, OutOfScopeError: not a coordinator of the unit.
        SeriesOfOwnError: who asked for it or for whom that was, receives it or pays it, or is of their family.
        SeriesEndedError, SeriesApprovedError: as their names say.
    """
    seen = store.find_series(connection, series_id)
    require_power(connection, context, "approve_series", seen.unit_id)
    asked = (seen.asked.by, seen.asked.acting_for, seen.recipient_id, seen.payer_id)
    concerned = {person_id for person_id in asked if person_id is not None}
    if any(hand in concerned or related_to(connection, hand, sorted(concerned)) for hand in context.hands):
        raise SeriesOfOwnError
    series = store.lock_series(connection, series_id)
    if series.ended_at is not None:
        raise SeriesEndedError
    if series.approved_at is not None:
        raise SeriesApprovedError
    store.change_series(connection, series_id, approved_by=context.caller_id, approved_at=context.now)
    return store.find_series(connection, series_id)
