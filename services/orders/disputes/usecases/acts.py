"""What may be done to hours that somebody disagrees with, or that were wrong."""

from __future__ import annotations

from libs.programme.acting_grants import GrantedAct
from services.orders.approving.usecases.approve_hours import refuse_makers
from services.orders.core.rules.life_cycle import Verb
from services.orders.core.rules.order import Order
from services.orders.core.usecases.acts import Act, OrderAct, by_recipient, by_staff, for_recipient
from services.orders.core.usecases.command_context import CommandContext
from services.orders.disputes.usecases.decide_dispute import (
    decision_for,
    refuse_who_is_not_second,
    refuse_who_may_not_decide,
)
from services.orders.disputes.usecases.dispute_order import refuse_after_window
from services.orders.disputes.usecases.reverse_hours import refuse_who_may_not_reverse


def _is_no_maker(context: CommandContext, order: Order) -> None:
    refuse_makers(context, order)


ACTS = (
    OrderAct(Act.DISPUTE, Verb.DISPUTE, by_recipient, for_recipient(GrantedAct.DISPUTE, refuse_after_window)),
    OrderAct(Act.DECIDE, Verb.DECIDE, by_staff("decide_dispute"), refuse_who_may_not_decide, _is_no_maker),
    OrderAct(
        Act.CONFIRM_DECISION, Verb.DECIDE, by_staff("decide_dispute_second"), refuse_who_is_not_second, decision_for
    ),
    OrderAct(Act.PROPOSE_REVERSAL, Verb.PROPOSE_REVERSAL, by_staff("propose_reversal"), refuse_who_may_not_reverse),
)
