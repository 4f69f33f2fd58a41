"""What may be done to a service that has ended: the recipient's word, and the signatures under the hours."""

from __future__ import annotations

from libs.db import Connection
from libs.programme.acting_grants import GrantedAct
from services.orders.approving.usecases.approve_hours import (
    refuse_makers,
    refuse_unless_signed,
    refuse_unless_unsigned,
    refuse_who_may_not_reject,
    refuse_who_may_not_sign,
)
from services.orders.approving.usecases.confirm_order import refuse_call_back, refuse_who_called_back
from services.orders.core.rules.life_cycle import Verb, refuse_unless_allowed
from services.orders.core.rules.order import Order
from services.orders.core.usecases.acts import Act, OrderAct, by_recipient, by_staff, for_recipient
from services.orders.core.usecases.command_context import CommandContext, require_power


def _may_confirm(_connection: Connection, context: CommandContext, order: Order) -> None:
    refuse_who_called_back(context, order)
    refuse_unless_allowed(Verb.CONFIRM, order.state)


def _may_call_back(connection: Connection, context: CommandContext, order: Order) -> None:
    require_power(connection, context, "call_back", order.unit_id)
    refuse_call_back(context, order)


def _may_approve(connection: Connection, context: CommandContext, order: Order) -> None:
    refuse_who_may_not_sign(connection, context, order, "approve_hours")
    refuse_unless_unsigned(order)


def _may_check(connection: Connection, context: CommandContext, order: Order) -> None:
    refuse_who_may_not_sign(connection, context, order, "second_check")
    refuse_unless_signed(order)


def _may_reject(connection: Connection, context: CommandContext, order: Order) -> None:
    refuse_who_may_not_reject(connection, context, order)
    refuse_unless_allowed(Verb.REJECT, order.state)


def _waits_for_first(context: CommandContext, order: Order) -> None:
    refuse_makers(context, order)
    refuse_unless_unsigned(order)


def _waits_for_second(context: CommandContext, order: Order) -> None:
    refuse_makers(context, order)
    refuse_unless_signed(order)


ACTS = (
    OrderAct(
        Act.CONFIRM,
        Verb.CONFIRM,
        by_recipient,
        for_recipient(GrantedAct.CONFIRM, _may_confirm),
        refuse_who_called_back,
    ),
    OrderAct(Act.CALL_BACK, Verb.CALL_BACK, by_staff("call_back"), _may_call_back, refuse_call_back),
    OrderAct(Act.APPROVE, Verb.APPROVE, by_staff("approve_hours"), _may_approve, _waits_for_first),
    OrderAct(Act.SECOND_CHECK, Verb.SECOND_CHECK, by_staff("second_check"), _may_check, _waits_for_second),
    OrderAct(Act.REJECT, Verb.REJECT, by_staff("reject_hours"), _may_reject),
)
