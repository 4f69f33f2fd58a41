"""The recipient disagrees with the minutes."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from libs.db import Connection
from libs.programme.acting_grants import GrantedAct
from libs.programme.refusals import MinutesOutOfRangeError
from services.orders.core.rules.life_cycle import Verb, refuse_unless_allowed
from services.orders.core.rules.order import Order
from services.orders.core.usecases.command_context import CommandContext
from services.orders.core.usecases.order_changes import policy_of_order, save_change
from services.orders.core.usecases.order_facts import lock_for_recipient
from services.orders.disputes.refusals import DisputeWindowClosedError
from services.orders.disputes.rules import dispute_closes_at


def dispute_order(connection: Connection, context: CommandContext, order_id: UUID, *, says_minutes: int) -> Order:
    """Disagree with the minutes; this freezes the submission until it is decided.

    Raises:
        ForbiddenError: not the recipient, nor somebody who may act for them.
        WrongOrderStateError: there is nothing to disagree with.
        DisputeWindowClosedError: later than the policy allows.
    """
    order = lock_for_recipient(connection, context, order_id, GrantedAct.DISPUTE)
    refuse_after_window(connection, context, order)
    if says_minutes < 0:
        raise MinutesOutOfRangeError
    dispute = replace(order.dispute, from_state=order.state, says_minutes=says_minutes)
    disputed = replace(order.moved(Verb.DISPUTE), dispute=dispute)
    return save_change(connection, order, disputed, context.step(Verb.DISPUTE))


def refuse_after_window(connection: Connection, context: CommandContext, order: Order) -> None:
    """Refuse to disagree where there is nothing to disagree with, or too late.

    Raises:
        WrongOrderStateError, DisputeWindowClosedError
    """
    refuse_unless_allowed(Verb.DISPUTE, order.state)
    assert order.word_awaited_from is not None
    policy = policy_of_order(connection, order, context.now)
    closes_at = dispute_closes_at(policy, awaited_from=order.word_awaited_from)
    if context.now > closes_at:
        raise DisputeWindowClosedError(closed_at=closes_at.isoformat())
