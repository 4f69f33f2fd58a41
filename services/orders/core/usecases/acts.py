"""What a caller may do with an order now, asked of the rules that the commands run.

Each feature names its acts. Of those of the caller's side that the life cycle knows in this state, a list is told what
the order alone says; one order by itself is asked everything that the command would ask of its caller, before it reads
what they say: a code, a reason, minutes. Whose word somebody else brings is taken to agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import PersonSuspendedError, Refusal
from libs.programme.acting import Consent, ConsentHow
from libs.programme.acting_grants import GrantedAct
from libs.programme.words import Role
from services.orders.core.rules.life_cycle import TRANSITIONS, Verb
from services.orders.core.rules.order import Order
from services.orders.core.store import people_store
from services.orders.core.usecases.command_context import CommandContext, has_power
from services.orders.core.usecases.order_facts import refuse_unless_for_recipient

ASKED_FOR = "Their own word is asked for when it is done"


class Act(StrEnum):
    """What somebody may do with an order; each is a command of its own."""

    REVIEW = "review"
    CANCEL = "cancel"
    WAIT = "wait"
    CHANGE_TIME = "change_time"
    BE_REFERRED = "be_referred"
    NAME_PROVIDER = "name_provider"
    RECORD_OUTCOME = "record_outcome"
    OFFER = "offer"
    TAKE = "take"
    ACCEPT = "accept"
    DECLINE_OFFER = "decline_offer"
    WITHDRAW = "withdraw"
    REPORT_NO_SHOW = "report_no_show"
    RENEW_DOOR_CODE = "renew_door_code"
    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"
    CALL_BACK = "call_back"
    CONFIRM = "confirm"
    DISPUTE = "dispute"
    OBJECT = "object"
    DECIDE = "decide"
    CONFIRM_DECISION = "confirm_decision"
    APPROVE = "approve"
    SECOND_CHECK = "second_check"
    REJECT = "reject"
    PROPOSE_REVERSAL = "propose_reversal"


Side = Callable[[Connection, CommandContext, Order], UUID | None]
"""For whom the caller would do it: themselves, or whom they act for; None where it is not theirs to do."""
Rules = Callable[[Connection, CommandContext, Order], object]
"""What refuses the command before it reads what the caller says."""
Glance = Callable[[CommandContext, Order], object]
"""Those of the rules that look at nothing but the order."""


def _nothing(_context: CommandContext, _order: Order) -> None:
    """No rule of this act looks at nothing but the order, beside the life cycle."""


@dataclass(frozen=True)
class OrderAct:
    """An act: whose it is, what it does to an order, and what refuses it."""

    act: Act
    verb: Verb
    side: Side
    rules: Rules
    glance: Glance = _nothing


@dataclass(frozen=True)
class Allowed:
    """An act of the caller's side, and what bars it, if something does."""

    act: Act
    refusal: Refusal | None = None


def acts_of(
    connection: Connection, context: CommandContext, order: Order, acts: Iterable[OrderAct], *, whole: bool
) -> list[Allowed]:
    """Return the acts of the caller's side that the order's state knows; `whole`: by all rules, else by a glance."""
    possible = (act for act in acts if order.state in TRANSITIONS[act.verb])
    sides = ((act, act.side(connection, context, order)) for act in possible)
    return [
        Allowed(act.act, _refusal(connection, _speaking(context, subject_id), order, act, whole=whole))
        for act, subject_id in sides
        if subject_id is not None
    ]


def _refusal(
    connection: Connection, context: CommandContext, order: Order, act: OrderAct, *, whole: bool
) -> Refusal | None:
    try:
        if context.actor.is_suspended:
            raise PersonSuspendedError
        if whole:
            act.rules(connection, context, order)
        else:
            act.glance(context, order)
    except Refusal as refusal:
        return refusal
    return None


def _speaking(context: CommandContext, subject_id: UUID) -> CommandContext:
    if subject_id == context.caller_id:
        return context
    return replace(context, acting_for=subject_id, consent=Consent(ConsentHow.PHONE, context.now, ASKED_FOR))


def by_worker(_connection: Connection, context: CommandContext, order: Order) -> UUID | None:
    """Say that it is for those who give help and do not do so here yet."""
    return context.caller_id if context.is_worker and context.caller_id not in order.volunteer_ids else None


def by_whom_it_is_offered(_connection: Connection, context: CommandContext, order: Order) -> UUID | None:
    """Say that it is for whom the order is offered."""
    return context.caller_id if context.caller_id in order.offers.to else None


def by_volunteer(_connection: Connection, context: CommandContext, order: Order) -> UUID | None:
    """Say that it is for those who took the order."""
    return context.caller_id if context.caller_id in order.volunteer_ids else None


def by_recipient(connection: Connection, context: CommandContext, order: Order) -> UUID | None:
    """Say that it is for the recipient, and for who may act for them; never for who serves."""
    if order.recipient_id is None or context.caller_id in order.volunteer_ids:
        return None
    return _by_person(connection, context, order, order.recipient_id)


def by_payer(connection: Connection, context: CommandContext, order: Order) -> UUID | None:
    """Say that it is for the payer, and for who may act for them."""
    return order.payer_id and _by_person(connection, context, order, order.payer_id)


def by_staff(power: str) -> Side:
    """Say that it is for those who hold a power where the order is; an auditor signs nothing."""

    def holds(connection: Connection, context: CommandContext, order: Order) -> UUID | None:
        is_auditor = any(held.role == Role.CITY_AUDITOR for held in context.actor.roles)
        holds_it = not is_auditor and has_power(connection, context, power, order.unit_id)
        return context.caller_id if holds_it else None

    return holds


def by_any(*sides: Side) -> Side:
    """Say that it is for each of several; the first that the caller is of counts."""

    def first(connection: Connection, context: CommandContext, order: Order) -> UUID | None:
        return next((person_id for side in sides if (person_id := side(connection, context, order)) is not None), None)

    return first


def _by_person(connection: Connection, context: CommandContext, order: Order, person_id: UUID) -> UUID | None:
    if person_id == context.caller_id:
        return person_id
    is_relative = person_id in people_store.seen_by(connection, context.caller_id, local_date(context.now))
    return person_id if is_relative or by_staff("act_for")(connection, context, order) else None


def for_recipient(act: GrantedAct, rules: Rules) -> Rules:
    """Return the rules of an act that is done for the recipient: may the caller speak for them, and then the others."""

    def refuse(connection: Connection, context: CommandContext, order: Order) -> None:
        refuse_unless_for_recipient(connection, context, order, act)
        rules(connection, context, order)

    return refuse
