"""Ask for help paid by the programme, the pool or purchased hours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import ForbiddenError, IdReusedError
from libs.events import Cause
from libs.programme.acting_grants import GrantedAct
from libs.programme.catalogue import coefficient_at
from libs.programme.policy import Policy
from libs.programme.refusals import FundingNotAllowedError
from libs.programme.words import Funding
from services.orders.core.messages import tell
from services.orders.core.rules.catalogue import Service, price_minutes, refuse_grade_outside_limits
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Order, Placement, Terms
from services.orders.core.rules.people import Person
from services.orders.core.store import catalogue_store, order_store, people_store, unit_store
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.acting_for import require_acting_for
from services.orders.core.usecases.command_context import CommandContext, has_power, load_subject, require_power
from services.orders.core.usecases.order_changes import await_funding, publish_order, save_new
from services.orders.placing import messages, rules, store
from services.orders.placing.store import Asked, Counts


@dataclass(frozen=True)
class HelpAsked:
    """What is asked for."""

    order_id: UUID
    recipient_id: UUID
    service_code: str
    planned_minutes: int
    start_at: datetime
    funding: Funding
    persons: int | None = None
    """How many volunteers; None = as many as the service needs."""

    @property
    def end_at(self) -> datetime:
        """Return the planned end."""
        return self.start_at + timedelta(minutes=self.planned_minutes)


def place_order(connection: Connection, context: CommandContext, asked: HelpAsked) -> Order:
    """Ask for help that uses no credit of the recipient.

    Raises:
        ForbiddenError: who may not ask; programme-funded help is given by staff only.
        RuleError: a rule of asking; its code says which.
        IdReusedError: there is another order with this id.
    """
    today = local_date(context.now)
    counts = _read_facts(connection, context, asked)
    recipient = load_subject(connection, context, asked.recipient_id)
    refuse_who_may_not_ask(connection, context, asked, recipient)
    rules.refuse_inactive_recipient(recipient)
    if asked.funding is Funding.CREDIT:
        raise FundingNotAllowedError(service=asked.service_code, funding=asked.funding.value)
    rules.refuse_past_start(start_at=asked.start_at, now=context.now)
    service = catalogue_store.service_on(connection, asked.service_code, today, recipient.district_id)
    policy = people_store.policy_on(connection, recipient.district_id, today)
    order = draft(asked, service, recipient, policy, placement_of(context))
    facts = rules.AskingFacts(recipient, service, policy, counts.has_other, counts.counted_minutes)
    rules.refuse_unless_helped(facts, order.terms, asked.funding)
    if counts.id_is_taken:
        raise IdReusedError
    return open_order(connection, order, policy, context, context.step(Verb.PLACE))


def _read_facts(connection: Connection, context: CommandContext, asked: HelpAsked) -> Counts:
    """Gather, in one trip and after the locks, all that the rules look at."""
    today = local_date(context.now)
    month = local_date(asked.start_at).replace(day=1) if asked.funding is Funding.PROGRAMME else None
    people = tuple({context.caller_id, asked.recipient_id})
    return store.read_asked(
        connection,
        Asked(
            asked.order_id,
            asked.recipient_id,
            asked.start_at,
            asked.end_at,
            month,
            context.caller_id,
            may_lock=context.may_lock(asked.recipient_id, "place_order"),
        ),
        people_store.ask_people(*people),
        people_store.ask_relations(*people),
        unit_store.ask_paths(*people),
        people_store.ask_policies(*people, day=today),
        catalogue_store.ask_service_on(asked.service_code, today),
    )


def refuse_who_may_not_ask(
    connection: Connection, context: CommandContext, asked: HelpAsked, recipient: Person
) -> None:
    """Refuse whoever may not ask for this person; what is asked for somebody else is told.

    Raises:
        ForbiddenError: neither the person, nor somebody who may act for them, nor a coordinator of their unit.
        Refusal: as `require_acting_for`.
    """
    in_own_right = context.acting_for is None and context.caller_id != recipient.person_id
    if in_own_right:
        require_power(connection, context, "place_order", recipient.home_unit_id)
    else:
        require_acting_for(
            connection,
            context,
            recipient,
            GrantedAct.ASK,
            subject_id=asked.order_id,
            minutes=asked.planned_minutes,
        )
        is_staff = context.acting_for and has_power(connection, context, "place_order_for", recipient.home_unit_id)
        if asked.funding is Funding.PROGRAMME and not is_staff:
            raise ForbiddenError


def placement_of(context: CommandContext) -> Placement:
    """Return who asks, when and for whom."""
    return Placement(context.caller_id, context.now, context.acting_for, context.consent, context.why)


def draft(asked: HelpAsked, service: Service, recipient: Person, policy: Policy, placement: Placement) -> Order:
    """Return the order as it is before anything is decided about it."""
    coefficient_percent = coefficient_at(policy, service, asked.start_at, times=service.tariff)
    persons = service.persons if asked.persons is None else asked.persons
    price = price_minutes(
        planned_minutes=asked.planned_minutes, coefficient_percent=coefficient_percent, persons=persons
    )
    return Order(
        order_id=asked.order_id,
        district_id=recipient.district_id,
        unit_id=recipient.home_unit_id,
        recipient_id=recipient.person_id,
        funding=asked.funding,
        terms=Terms(
            service_code=service.code,
            catalogue_version=service.version,
            policy_version=policy.version,
            planned_minutes=asked.planned_minutes,
            start_at=asked.start_at,
            persons=persons,
            coefficient_percent=coefficient_percent,
            price_minutes=price,
        ),
        placement=placement,
    )


def refuse_if_no_room(connection: Connection, order: Order, service: Service, recipient: Person) -> None:
    """Refuse help that the recipient's grade bars, or that overlaps other help.

    Raises:
        GradeOutsideLimitsError, RecipientOverlapError: as their names say.
    """
    refuse_grade_outside_limits(service, recipient, order.funding)
    order_store.lock_person(connection, recipient.person_id)
    busy = store.recipient_is_busy(connection, recipient.person_id, order.terms)
    rules.refuse_overlap(has_other=busy)


def refuse_over_budget(connection: Connection, order: Order, policy: Policy) -> None:
    """Refuse programme-funded help that the budget of the month of its start does not cover.

    Raises:
        ProgrammeBudgetExhaustedError: not set, or not enough left.
    """
    first = local_date(order.terms.start_at).replace(day=1)
    store.lock_budget(connection, order.district_id, first.isoformat())
    start, end = store.month_of(first)
    counted_minutes = store.budget_counted_minutes(connection, order.district_id, start=start, end=end)
    rules.refuse_over_budget(policy, price_minutes=order.terms.price_minutes, counted_minutes=counted_minutes)


def open_order(connection: Connection, order: Order, policy: Policy, context: Cause, step: Step) -> Order:
    """Add the order, whose id nobody else uses: to review, to its funding, or published at once."""
    if policy.order.review_required:
        opened = order.moved(Verb.PLACE, State.UNDER_REVIEW)
    elif order.funding is Funding.PROGRAMME:
        opened = replace(order, state=State.PUBLISHED)
    else:
        opened = order.moved(Verb.PLACE, State.AWAITING_FUNDING)
    tell(connection, context, messages.order_placed(opened))
    if opened.state is State.PUBLISHED:
        opened = publish_order(connection, context, order, Verb.PLACE)
    elif opened.state is State.AWAITING_FUNDING:
        opened = await_funding(connection, context, order, Verb.PLACE)
    return save_new(connection, opened, step)
