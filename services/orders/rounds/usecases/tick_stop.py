"""Tick a stop: served, not met, or refused; somebody at high risk who was not met is looked after at once."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.db import Connection
from libs.programme.acting_grants import GrantedAct
from services.orders.core.refusals import NotAssignedError, WrongOrderStateError
from services.orders.core.rules.life_cycle import State
from services.orders.core.store import people_store
from services.orders.core.usecases.acting_for import require_acting_for
from services.orders.core.usecases.command_context import CommandContext, refuse_auditor
from services.orders.core.usecases.order_facts import lock_with_facts
from services.orders.incidents.rules import IncidentKind
from services.orders.incidents.usecases import Emergency, open_incident
from services.orders.rounds import store
from services.orders.rounds.rules import How, Outcome, Stop, opens_check, refuse_served_dead


@dataclass(frozen=True)
class Tick:
    """What came of a stop, how somebody was reached, and what is to be said of it."""

    outcome: Outcome
    how: How
    words: str = ""


def tick_stop(connection: Connection, context: CommandContext, order_id: UUID, stop_id: UUID, tick: Tick) -> Stop:
    """Note what came of a stop, while its volunteer is on the round.

    Raises:
        OrderNotFoundError, StopNotFoundError: as their names say.
        NotAssignedError: not the volunteer of this round.
        WrongOrderStateError: the volunteer is not on the round.
        StopTickedError: it was ticked before.
        WalletFrozenError: served, though they have died.
    """
    order = lock_with_facts(connection, context, order_id)
    refuse_auditor(context)
    if context.subject_id not in order.volunteer_ids:
        raise NotAssignedError
    volunteer = people_store.load_person(connection, context.subject_id)
    require_acting_for(connection, context, volunteer, GrantedAct.SERVE, subject_id=stop_id)
    if order.state is not State.IN_SERVICE:
        raise WrongOrderStateError(state=order.state.value)
    stop = store.lock_stop(connection, order_id, stop_id)
    ticked = stop.ticked(tick.outcome, tick.how, by=context.caller_id, at=context.now, words=tick.words)
    recipient = people_store.find_person(connection, stop.recipient_id)
    if recipient is not None:
        refuse_served_dead(tick.outcome, recipient)
    store.save_ticked(connection, ticked)
    if recipient is not None and opens_check(tick.outcome, recipient):
        emergency = Emergency(kind=IncidentKind.WELFARE_CHECK, person_id=recipient.person_id)
        open_incident(connection, context, stop_id, emergency, recipient, order_id=order_id)
    return ticked
