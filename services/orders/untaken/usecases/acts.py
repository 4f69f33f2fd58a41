"""What may be done about help that nobody has taken."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from libs.db import Connection
from libs.programme.words import Fallback
from services.orders.core.rules.life_cycle import Verb
from services.orders.core.rules.order import Order
from services.orders.core.usecases.acts import Act, OrderAct, Side, by_any, by_recipient, by_staff
from services.orders.core.usecases.command_context import CommandContext
from services.orders.untaken.usecases import follow_referral
from services.orders.untaken.usecases.answer_question import POWER, refuse_who_may_not_answer
from services.orders.untaken.usecases.follow_referral import refuse_who_may_not_name, refuse_who_may_not_say


def _once(is_so: Callable[[Order], bool], side: Side) -> Side:
    """Say that it is for nobody before it is so: a recipient was asked what now, or is referred to the market."""

    def of_help(connection: Connection, context: CommandContext, order: Order) -> UUID | None:
        is_help = order.recipient_id is not None and is_so(order)
        return side(connection, context, order) if is_help else None

    return of_help


def _is_asked(order: Order) -> bool:
    return order.publication.asked_at is not None


def _is_on_the_market(order: Order) -> bool:
    return order.ending.fallback == Fallback.MARKET


_SIDE = _once(_is_asked, by_any(by_recipient, by_staff(POWER)))
_STAFF = _once(_is_on_the_market, by_staff(follow_referral.POWER))
_EITHER = _once(_is_on_the_market, by_any(by_recipient, by_staff(follow_referral.POWER)))
ACTS = (
    OrderAct(Act.WAIT, Verb.WAIT, _SIDE, refuse_who_may_not_answer),
    OrderAct(Act.CHANGE_TIME, Verb.CHANGE_TIME, _SIDE, refuse_who_may_not_answer),
    OrderAct(Act.BE_REFERRED, Verb.BE_REFERRED, _SIDE, refuse_who_may_not_answer),
    OrderAct(Act.NAME_PROVIDER, Verb.NAME_PROVIDER, _STAFF, refuse_who_may_not_name),
    OrderAct(Act.RECORD_OUTCOME, Verb.RECORD_OUTCOME, _EITHER, refuse_who_may_not_say),
)
