"""Stop a volunteer for a day, and lift it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from libs.db import Connection
from libs.errors import ForbiddenError, IdReusedError
from libs.programme.words import WORKER_ROLES
from services.orders.core.store import order_store
from services.orders.core.usecases.command_context import (
    CommandContext,
    load_subject,
    require_power,
    require_power_somewhere,
)
from services.orders.core.usecases.gates_again import look_at_gates_again
from services.orders.stops import store
from services.orders.stops.refusals import NoVolunteerError
from services.orders.stops.rules import STOP_LASTS, Stop, refuse_again

POWER = "stop_volunteer"


def stop_volunteer(connection: Connection, context: CommandContext, stop_id: UUID, *, volunteer_id: UUID) -> Stop:
    """Bar a volunteer from taking orders and from opening doors for a day; what they have taken until then opens again.

    Raises:
        ForbiddenError, OutOfScopeError: not who may stop volunteers of this unit, or themselves.
        RecordNotFoundError: nothing is known of the volunteer.
        NoVolunteerError: the person gives no help.
        StoppedLatelyError: the caller stopped them less than a week ago.
        IdReusedError: the id is taken.
    """
    require_power_somewhere(context, POWER)
    if volunteer_id == context.caller_id:
        raise ForbiddenError
    volunteer = load_subject(connection, context, volunteer_id)
    require_power(connection, context, POWER, volunteer.home_unit_id)
    if not volunteer.roles & WORKER_ROLES:
        raise NoVolunteerError
    order_store.lock_person(connection, volunteer_id)
    refuse_again(store.last_stop_by(connection, volunteer_id=volunteer_id, by=context.caller_id), context.now)
    stop = Stop(
        stop_id,
        volunteer_id,
        volunteer.home_unit_id,
        context.caller_id,
        context.now,
        context.now + STOP_LASTS,
        context.why,
    )
    if not store.add_stop(connection, stop):
        raise IdReusedError
    look_at_gates_again(connection, volunteer_id, context.now)
    return stop


def lift_stop(connection: Connection, context: CommandContext, stop_id: UUID) -> Stop:
    """Let a volunteer serve again; what was opened to others stays open to be taken.

    Raises:
        ForbiddenError, OutOfScopeError: not who may stop volunteers of this unit.
        RecordNotFoundError: there is none.
        StopEndedError: it is over.
    """
    require_power_somewhere(context, POWER)
    stop = store.lock_stop(connection, stop_id)
    require_power(connection, context, POWER, stop.unit_id)
    stop.refuse_unless_holds(context.now)
    lifted = replace(stop, lifted_by=context.caller_id, lifted_at=context.now, lifted_why=context.why)
    store.save_lifted(connection, lifted)
    return lifted
