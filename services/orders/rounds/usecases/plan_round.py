"""Plan a round: an order that nobody receives alone, with a stop at each of several people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import IdReusedError
from libs.ids import id_from_cause
from libs.programme import directory
from libs.programme.catalogue import coefficient_at
from libs.programme.policy import Policy
from libs.programme.refusals import FundingNotAllowedError, RecordNotFoundError
from libs.programme.words import Funding
from services.orders.core.rules.catalogue import Service, refuse_grade_outside_limits
from services.orders.core.rules.life_cycle import Verb
from services.orders.core.rules.occasion import Occasion
from services.orders.core.rules.order import Order, Terms
from services.orders.core.store import catalogue_store, order_store, people_store
from services.orders.core.usecases.command_context import CommandContext, require_power, require_power_somewhere
from services.orders.placing import rules as placing_rules
from services.orders.placing.usecases.place_order import open_order, placement_of, refuse_over_budget
from services.orders.rounds import store
from services.orders.rounds.rules import Stop
from services.orders.venues.usecases import POWER, venue_to_run

PAYERS = (Funding.PROGRAMME, Funding.POOL)


@dataclass(frozen=True)
class RoundPlanned:
    """What is planned: where it begins, if at a venue, and to whom it goes, in this order."""

    unit_id: UUID
    venue_id: UUID | None
    service_code: str
    start_at: datetime
    minutes: int
    funding: Funding
    recipient_ids: tuple[UUID, ...]


def plan_round(connection: Connection, context: CommandContext, order_id: UUID, plan: RoundPlanned) -> Order:
    """Open a round for one volunteer to take; nobody of its stops pays.

    Raises:
        ForbiddenError, OutOfScopeError: not who runs rounds of this unit, or somebody on it is not in their care.
        RuleError: a rule of asking, for one of them; its code says which.
        IdReusedError: the id is taken.
    """
    require_power_somewhere(context, POWER)
    require_power(connection, context, POWER, plan.unit_id)
    if plan.venue_id is not None:
        venue_to_run(connection, context, plan.venue_id).refuse_closed()
    placing_rules.refuse_past_start(start_at=plan.start_at, now=context.now)
    if plan.funding not in PAYERS:
        raise FundingNotAllowedError(service=plan.service_code, funding=plan.funding.value)
    district_id = directory.district_of(connection, plan.unit_id)
    if district_id is None:
        raise RecordNotFoundError
    today = local_date(context.now)
    service = catalogue_store.service_on(connection, plan.service_code, today, district_id)
    policy = people_store.policy_on(connection, district_id, today)
    _refuse_unless_served(connection, context, plan, service, policy)
    order = _draft(plan, order_id, district_id, service, policy, context)
    order_store.lock_id(connection, order_id)
    if order_store.find_order(connection, order_id) is not None:
        raise IdReusedError
    if plan.funding is Funding.PROGRAMME:
        refuse_over_budget(connection, order, policy)
    store.add_stops(connection, _stops(order_id, plan.recipient_ids))
    return open_order(connection, order, policy, context, context.step(Verb.PLACE))


def _refuse_unless_served(
    connection: Connection, context: CommandContext, plan: RoundPlanned, service: Service, policy: Policy
) -> None:
    placing_rules.refuse_unless_payable(service, plan.funding, policy)
    placing_rules.refuse_minutes_out_of_range(service, plan.minutes)
    people = {person.person_id: person for person in people_store.find_people(connection, plan.recipient_ids)}
    for recipient_id in plan.recipient_ids:
        recipient = people.get(recipient_id)
        if recipient is None:
            raise RecordNotFoundError
        require_power(connection, context, "place_order", recipient.home_unit_id)
        placing_rules.refuse_inactive_recipient(recipient)
        refuse_grade_outside_limits(service, recipient, plan.funding)
        if plan.funding is Funding.POOL:
            placing_rules.refuse_unless_pool_serves(recipient, policy)


def _draft(
    plan: RoundPlanned, order_id: UUID, district_id: UUID, service: Service, policy: Policy, context: CommandContext
) -> Order:
    coefficient_percent = coefficient_at(policy, service, plan.start_at, times=service.tariff)
    return Order(
        order_id=order_id,
        district_id=district_id,
        unit_id=plan.unit_id,
        recipient_id=None,
        funding=plan.funding,
        terms=Terms(
            service_code=service.code,
            catalogue_version=service.version,
            policy_version=policy.version,
            planned_minutes=plan.minutes,
            start_at=plan.start_at,
            persons=1,
            coefficient_percent=coefficient_percent,
            price_minutes=plan.minutes * coefficient_percent // 100,
        ),
        placement=placement_of(context),
        occasion=Occasion(plan.venue_id),
    )


def _stops(order_id: UUID, recipient_ids: tuple[UUID, ...]) -> list[Stop]:
    return [
        Stop(id_from_cause(order_id, "stop", str(recipient_id)), order_id, number, recipient_id)
        for number, recipient_id in enumerate(recipient_ids, 1)
    ]
