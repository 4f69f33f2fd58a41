"""Paper slips: issued by number in advance, entered later by a coordinator, settled by a checker."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme.policy import Policy
from libs.programme.refusals import FundingNotAllowedError
from libs.programme.words import Funding
from services.orders.approving.usecases.approve_hours import refuse_concerned
from services.orders.approving.usecases.flags import with_flags
from services.orders.core.messages import tell
from services.orders.core.rules.catalogue import Service
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Approval, Assignment, Confirmation, Order, Submission
from services.orders.core.rules.people import Person
from services.orders.core.store import catalogue_store, people_store, unit_store
from services.orders.core.usecases.command_context import CommandContext, require_power
from services.orders.core.usecases.order_changes import add_entered, await_funding
from services.orders.placing.messages import order_placed
from services.orders.placing.rules import refuse_minutes_out_of_range, refuse_unless_payable, refuse_unless_pool_serves
from services.orders.placing.usecases.place_order import HelpAsked, draft, placement_of, refuse_over_budget
from services.orders.scans.usecases import attach_slip
from services.orders.serving.refusals import RelatedPartyError
from services.orders.serving.rules.taking import refuse_who_may_not_serve
from services.orders.slips import store
from services.orders.slips.refusals import (
    LateEntryTooOldError,
    ServedInFutureError,
    SlipAlreadyUsedError,
    SlipMissingError,
    SlipNotIssuedError,
)

LATE_FUNDING = frozenset({Funding.PROGRAMME, Funding.CREDIT, Funding.POOL})


@dataclass(frozen=True)
class Slip:
    """What stands on a paper slip, beside the help that was asked for."""

    volunteer_id: UUID
    number: int
    scan_id: UUID | None


def issue_slips(
    connection: Connection,
    context: CommandContext,
    range_id: UUID,
    *,
    unit_id: UUID,
    first_number: int,
    last_number: int,
) -> dict[str, object]:
    """Issue numbered slips to a unit in advance.

    Raises:
        ForbiddenError: not a coordinator who reaches the unit.
        SlipAlreadyIssuedError: some of the numbers were issued before.
    """
    require_power(connection, context, "issue_slips", unit_id)
    columns: dict[str, object] = {
        "range_id": range_id,
        "unit_id": unit_id,
        "first_number": first_number,
        "last_number": last_number,
        "issued_by": context.caller_id,
        "issued_at": context.now,
    }
    if not store.add_slips(connection, columns):
        raise IdReusedError
    return columns


def enter_late(connection: Connection, context: CommandContext, asked: HelpAsked, slip: Slip) -> Order:
    """Enter service from a paper slip: the first signature; a second check by a checker settles it.

    Raises:
        ForbiddenError: not a coordinator here, or one's own or a relative's hours.
        RuleError: too old, no scan or another's, a slip never issued or used before, no budget; its code says which.
    """
    recipient = people_store.load_person(connection, asked.recipient_id)
    require_power(connection, context, "late_entry", recipient.home_unit_id)
    volunteer = people_store.load_person(connection, slip.volunteer_id)
    refuse_who_may_not_serve(volunteer)
    policy = people_store.policy_on(connection, recipient.district_id, local_date(context.now))
    served_policy = people_store.policy_on(connection, recipient.district_id, local_date(asked.start_at))
    served_on = local_date(asked.start_at)
    service = catalogue_store.service_on(connection, asked.service_code, served_on, recipient.district_id)
    order = draft(asked, service, recipient, policy, placement_of(context))
    order = replace(order, placement=replace(order.placement, slip_number=slip.number))
    order = _with_service(order, volunteer, context, served_policy.version)
    refuse_concerned(connection, context, order)
    _refuse_by_rules(context, asked, service, policy, recipient)
    _refuse_related(connection, policy, volunteer, recipient)
    unit_id = _slip_unit(connection, policy, recipient, slip)
    if asked.funding is Funding.PROGRAMME:
        refuse_over_budget(connection, order, policy)
    entered = _entered(connection, order, context)
    if not add_entered(connection, entered, context.step(Verb.ENTER_LATE)):
        raise IdReusedError
    if not store.use_slip(connection, unit_id, slip.number, order.order_id, scan=str(slip.scan_id)):
        raise SlipAlreadyUsedError(slip_number=slip.number)
    assert slip.scan_id is not None, "a slip without a scan was refused"
    attach_slip(connection, context, slip.scan_id, order.order_id)
    return entered


def _with_service(order: Order, volunteer: Person, context: CommandContext, policy_version: int) -> Order:
    part = Assignment(
        volunteer.person_id,
        volunteer.district_id,
        taken_at=order.terms.start_at,
        checked_in_at=order.terms.start_at,
        checked_out_at=order.terms.end_at,
    )
    payer_id = order.recipient_id if order.funding is Funding.CREDIT else None
    served = replace(order, assignments=(part,), payer_id=payer_id, submission=Submission(policy_version))
    return replace(served, approval=Approval((context.caller_id,)), confirmation=Confirmation(at=context.now))


def _refuse_by_rules(
    context: CommandContext, asked: HelpAsked, service: Service, policy: Policy, recipient: Person
) -> None:
    if asked.funding not in LATE_FUNDING:
        raise FundingNotAllowedError(service=service.code, funding=asked.funding.value)
    refuse_unless_payable(service, asked.funding, policy)
    refuse_minutes_out_of_range(service, asked.planned_minutes)
    if asked.funding is Funding.POOL:
        refuse_unless_pool_serves(recipient, policy)
    if asked.end_at > context.now:
        raise ServedInFutureError
    age = local_date(context.now) - local_date(asked.start_at)
    if age > timedelta(days=policy.late_entry.max_age_days):
        raise LateEntryTooOldError(max_age_days=policy.late_entry.max_age_days)


def _refuse_related(connection: Connection, policy: Policy, volunteer: Person, recipient: Person) -> None:
    same = volunteer.person_id == recipient.person_id
    relations = people_store.relations_of(connection, volunteer.person_id)
    if policy.earn.related_party_block and (same or relations.are_kin(volunteer, recipient)):
        raise RelatedPartyError


def _slip_unit(connection: Connection, policy: Policy, recipient: Person, slip: Slip) -> UUID:
    """Return the unit the slip was issued to: the recipient's, or one above it; their own where none are issued."""
    if slip.scan_id is None:
        raise SlipMissingError
    path = unit_store.path_of(connection, recipient.home_unit_id)
    unit_id = store.unit_of_slip(connection, path, slip.number)
    if unit_id is None and policy.late_entry.slips_issued_first:
        raise SlipNotIssuedError(slip_number=slip.number)
    unit_id = unit_id or recipient.home_unit_id
    if store.slip_is_used(connection, unit_id, slip.number):
        raise SlipAlreadyUsedError(slip_number=slip.number)
    return unit_id


def _entered(connection: Connection, order: Order, context: CommandContext) -> Order:
    flagged = with_flags(connection, order)
    state = State.CONFIRMED if order.funding is Funding.PROGRAMME else State.AWAITING_FUNDING
    tell(connection, context, order_placed(replace(flagged, state=state)))
    if state is State.CONFIRMED:
        return flagged.moved(Verb.ENTER_LATE, State.CONFIRMED)
    return await_funding(connection, context, flagged, Verb.ENTER_LATE)
