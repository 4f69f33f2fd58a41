"""One side objects to hours, or appeals against the decision of a dispute."""

from __future__ import annotations

from uuid import UUID

from libs.db import Connection
from libs.errors import ForbiddenError, IdReusedError
from libs.programme.acting_grants import GrantedAct
from services.orders.core.rules.life_cycle import Verb, refuse_unless_allowed
from services.orders.core.rules.order import Order
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store import deadline_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.usecases.acting_for import refuse_unless_acting_for_one_of, require_acting_for_one_of
from services.orders.core.usecases.command_context import CommandContext
from services.orders.core.usecases.notices import want_notice
from services.orders.core.usecases.order_changes import policy_of_order, save_change
from services.orders.core.usecases.order_facts import lock_with_facts
from services.orders.objections import rules, store
from services.orders.objections.rules import About, Objection

OBJECTION = "objection"
"""Of an objection: nobody answered it in time."""


def make_objection(
    connection: Connection,
    context: CommandContext,
    order_id: UUID,
    *,
    objection_id: UUID,
    says_minutes: int,
    words: str,
) -> Objection:
    """Say which minutes should count, and why; a decision is appealed against, anything else goes to the street.

    Raises:
        ForbiddenError: neither side, nor somebody who may act for it; or who serves, for whom they serve.
        NothingToObjectToError, ObjectionWindowClosedError, MinutesOutOfRangeError: as their names say.
        ObjectionOpenError, ObjectedBeforeError: there is one, or was.
        IdReusedError: the id is taken.
    """
    order = lock_with_facts(connection, context, order_id)
    _refuse_server_for_recipient(context, order)
    require_acting_for_one_of(connection, context, _concerned(order), GrantedAct.DISPUTE, subject_id=order_id)
    about = _about(connection, context, order)
    rules.refuse_claim(order, about, context.subject_id, says_minutes)
    objection = Objection(
        objection_id=objection_id,
        order_id=order_id,
        district_id=order.district_id,
        unit_id=order.unit_id,
        person_id=context.subject_id,
        filed_by=context.caller_id,
        filed_at=context.now,
        about=about,
        counted_minutes=rules.counted_for(order, context.subject_id),
        says_minutes=says_minutes,
        words=words,
        decide_by=rules.decide_by(policy_of_order(connection, order, context.now), about, context.now),
    )
    if not store.add_objection(connection, objection):
        raise IdReusedError
    deadline_store.add_deadline(connection, Deadline(objection_id, OBJECTION, objection.decide_by))
    for person_id in {order.recipient_id, *order.volunteer_ids} - {context.subject_id}:
        want_notice(connection, context, order, person_id, Purpose.OBJECTION_MADE)
    save_change(connection, order, order.moved(Verb.OBJECT, order.state), context.step(Verb.OBJECT))
    return objection


def refuse_who_may_not_object(connection: Connection, context: CommandContext, order: Order) -> None:
    """Refuse whom `make_objection` would refuse before it reads what they say; nothing is told.

    Raises:
        Refusal: as `make_objection`.
    """
    _refuse_server_for_recipient(context, order)
    refuse_unless_acting_for_one_of(connection, context, _concerned(order), GrantedAct.DISPUTE)
    _about(connection, context, order)


def _about(connection: Connection, context: CommandContext, order: Order) -> About:
    refuse_unless_allowed(Verb.OBJECT, order.state)
    contested = rules.contested_of(order, store.contested_steps(connection, order.order_id))
    about = rules.about_of(order, contested, context.subject_id)
    rules.refuse_after_window(policy_of_order(connection, order, context.now), about, contested, context.now)
    rules.refuse_second_objection(store.objections_of(connection, order.order_id), about, context.subject_id)
    return about


def _concerned(order: Order) -> tuple[UUID | None, ...]:
    return (order.recipient_id, *order.volunteer_ids)


def _refuse_server_for_recipient(context: CommandContext, order: Order) -> None:
    if context.acting_for == order.recipient_id and context.caller_id in order.volunteer_ids:
        raise ForbiddenError
