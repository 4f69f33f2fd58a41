"""What is forgotten about a person, and what is open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.orders.activities import store as activities_store
from services.orders.approving.store.call_backs import call_back
from services.orders.core.rules.life_cycle import OPEN, Verb
from services.orders.core.store.tables import (
    assignment,
    confirmation,
    decision,
    dispute,
    order_step,
    orders,
    reversal,
    visitor,
)
from services.orders.incidents.store import incident
from services.orders.not_wanted.store import not_wanted
from services.orders.objections.store import objection
from services.orders.rounds import store as rounds_store
from services.orders.service_time.store import certificate, record_proposal
from services.orders.stops.store import volunteer_stop
from services.orders.untaken import store as untaken_store
from services.orders.visits.store import visit


def forget_words_about(connection: Connection, person_id: UUID) -> None:
    """Blank the free words about a person, and from which device and place they served; who did what and when stays.

    About whoever received help: all words of the order. About whoever served in it: what was said of the service, not
    why it was asked for.
    """
    received = sa.select(orders.c.order_id).where(orders.c.recipient_id == person_id)
    served = sa.select(assignment.c.order_id).where(assignment.c.volunteer_id == person_id)
    _forget_words_of_orders(connection, person_id, received, served)
    concerned = sa.union(received, served)
    _change(connection, call_back, call_back.c.order_id.in_(concerned), words="")
    _change(connection, dispute, dispute.c.order_id.in_(concerned), decision_why="")
    _change(connection, decision, decision.c.order_id.in_(concerned), why="", decision_why="")
    _change(connection, objection, objection.c.order_id.in_(concerned), words="", decision_why="")
    _change(connection, reversal, reversal.c.order_id.in_(concerned), why="", decision_why="")
    _change(connection, record_proposal, record_proposal.c.person_id == person_id, scan=None, decision_why="")
    _change(connection, certificate, certificate.c.person_id == person_id, **_blank(certificate), revoked_why="")
    _change(connection, volunteer_stop, volunteer_stop.c.volunteer_id == person_id, why="", lifted_why="")
    _change(connection, visit, visit.c.person_id == person_id, findings=[])
    untaken_store.forget_words(connection, person_id)
    connection.execute(
        sa.delete(visitor).where((visitor.c.person_id == person_id) | (visitor.c.visitor_id == person_id))
    )
    activities_store.forget_person(connection, person_id)
    connection.execute(
        sa.delete(not_wanted).where((not_wanted.c.recipient_id == person_id) | (not_wanted.c.volunteer_id == person_id))
    )
    rounds_store.forget_words(connection, person_id)
    _forget_words_of_incidents(connection, person_id)


def _forget_words_of_orders(
    connection: Connection, person_id: UUID, received: sa.Select[Any], served: sa.Select[Any]
) -> None:
    own = (orders.c.recipient_id == person_id) | (orders.c.acting_for == person_id)
    _change(connection, orders, own, **_blank(orders))
    own_steps = order_step.c.order_id.in_(received) | (order_step.c.acting_for == person_id)
    _change(connection, order_step, own_steps, **_blank(order_step))
    of_service = order_step.c.order_id.in_(served) & (order_step.c.verb != Verb.PLACE.value)
    _change(connection, order_step, of_service, why="")
    own_parts = (assignment.c.volunteer_id == person_id) | assignment.c.order_id.in_(received)
    _change(connection, assignment, own_parts, **_NOWHERE)
    confirmed = confirmation.c.order_id.in_(received) | (confirmation.c.confirmed_by == person_id)
    _change(connection, confirmation, confirmed, confirm_device="")


_NOWHERE = {
    "in_device": "",
    "out_device": "",
    "in_key": None,
    "out_key": None,
    "in_latitude_e6": None,
    "in_longitude_e6": None,
    "out_latitude_e6": None,
    "out_longitude_e6": None,
}


def _forget_words_of_incidents(connection: Connection, person_id: UUID) -> None:
    about = incident.c.person_id == person_id
    said = _blank(incident) | {"words": "", "latitude_e6": None, "longitude_e6": None}
    _change(connection, incident, about | (incident.c.opened_by == person_id), **said)
    _change(connection, incident, about, outcome="")


def _change(connection: Connection, table: sa.Table, concerned: sa.ColumnElement[bool], **values: Any) -> None:
    connection.execute(sa.update(table).where(concerned).values(values))


def _blank(table: sa.Table) -> dict[str, Any]:
    consent = sa.func.jsonb_set(table.c.consent, sa.literal_column("'{words}'"), sa.literal_column("'\"\"'::jsonb"))
    return {"why": "", "consent": consent}


def has_open_orders(connection: Connection, person_id: UUID) -> bool:
    """Tell whether the person receives, pays or serves in an order that is not closed, or is on a round."""
    mine = sa.select(assignment.c.order_id).where(assignment.c.volunteer_id == person_id)
    concerned = (orders.c.recipient_id == person_id) | (orders.c.payer_id == person_id) | orders.c.order_id.in_(mine)
    states = [state.value for state in OPEN]
    is_open = orders.c.state.in_(states)
    if rounds_store.is_open_for(connection, person_id, states):
        return True
    return connection.execute(sa.select(orders.c.order_id).where(concerned, is_open).limit(1)).first() is not None
