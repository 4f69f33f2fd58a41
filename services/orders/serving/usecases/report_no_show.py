"""One side did not appear."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from libs.db import Connection
from libs.errors import ForbiddenError
from libs.programme.acting_grants import GrantedAct
from libs.programme.policy import Policy
from services.orders.core.messages import tell
from services.orders.core.refusals import NobodyReceivesError
from services.orders.core.rules.life_cycle import Verb, refuse_unless_allowed
from services.orders.core.rules.order import Order
from services.orders.core.store import mark_store, people_store
from services.orders.core.usecases.acting_for import require_acting_for
from services.orders.core.usecases.command_context import CommandContext, has_power, refuse_auditor, require_power
from services.orders.core.usecases.gates_again import look_at_gates_again
from services.orders.core.usecases.order_changes import policy_of_order, save_change
from services.orders.core.usecases.order_facts import lock_with_facts
from services.orders.incidents.rules import IncidentKind
from services.orders.incidents.usecases import Emergency, open_incident
from services.orders.serving.messages import NoShowRecorded
from services.orders.serving.refusals import NoShowTooEarlyError

VOLUNTEER, RECIPIENT = "volunteer", "recipient"


def report_no_show(connection: Connection, context: CommandContext, order_id: UUID, *, absent: str) -> Order:
    """Close an order to which one side did not come; an absent recipient opens a welfare check, and is never marked.

    Raises:
        ForbiddenError: neither staff here nor the other side.
        NobodyReceivesError: the recipient of an order that has none.
        WrongOrderStateError: it is not taken, or service has begun.
        NoShowTooEarlyError: the waiting time is not over.
    """
    order = lock_with_facts(connection, context, order_id, power="report_no_show")
    _refuse_who_may_not_report(connection, context, order, absent)
    refuse_before_waiting(connection, context, order)
    missed = order.moved(Verb.NO_SHOW)
    if absent == VOLUNTEER:
        for volunteer_id in order.volunteer_ids:
            mark_store.add_mark(connection, order_id, volunteer_id, "no_show", context.now)
            look_at_gates_again(connection, volunteer_id, context.now)  # It may pause them.
    recorded = NoShowRecorded(
        order_id, order.district_id, absent, order.volunteer_ids[0], context.caller_id, order.funding
    )
    tell(connection, context, recorded)
    kept = save_change(connection, order, missed, context.step(Verb.NO_SHOW, why=f"{absent} absent"))
    if absent == RECIPIENT and order.recipient_id is not None:
        recipient = people_store.load_person(connection, order.recipient_id)
        emergency = Emergency(kind=IncidentKind.WELFARE_CHECK, person_id=recipient.person_id)
        open_incident(connection, context, order_id, emergency, recipient, order_id=order_id)
    return kept


def refuse_before_waiting(connection: Connection, context: CommandContext, order: Order) -> None:
    """Refuse to say that one side did not come before the other has waited.

    Raises:
        WrongOrderStateError: it is not taken, or service has begun.
        NoShowTooEarlyError: the waiting time is not over.
    """
    refuse_unless_allowed(Verb.NO_SHOW, order.state)
    policy = policy_of_order(connection, order, context.now)
    refuse_too_early(policy, start_at=order.terms.start_at, now=context.now)


def refuse_too_early(policy: Policy, *, start_at: datetime, now: datetime) -> None:
    """Refuse to say that somebody did not come before they were waited for.

    Raises:
        NoShowTooEarlyError: the waiting time is not over.
    """
    from_then = start_at + timedelta(minutes=policy.noshow.report_after_minutes)
    if now < from_then:
        raise NoShowTooEarlyError(reportable_at=from_then.isoformat())


def _refuse_who_may_not_report(connection: Connection, context: CommandContext, order: Order, absent: str) -> None:
    refuse_auditor(context)
    if absent == RECIPIENT and order.recipient_id is None:
        raise NobodyReceivesError
    in_own_right = context.acting_for is None
    if in_own_right and has_power(connection, context, "report_no_show", order.unit_id):
        return
    other_side = order.volunteer_ids if absent == RECIPIENT else (order.recipient_id,)
    if context.subject_id in other_side:
        reporter = people_store.load_person(connection, context.subject_id)
        require_acting_for(connection, context, reporter, GrantedAct.REPORT, subject_id=order.order_id)
    elif in_own_right:
        require_power(connection, context, "report_no_show", order.unit_id)
    else:
        raise ForbiddenError
