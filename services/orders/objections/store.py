"""Objections, and the steps of an order that they are to."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from libs.db import Connection
from libs.db.rows import change_rows
from libs.http.lists import Condition, Listing, equals, one_of
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.store.proposals import lock_row
from services.orders.core.store.tables import INSTANT, order_step, table_of
from services.orders.objections.rules import DECISIONS, About, Contested, Objection, ObjectionState

STEPS_MAX = 200
OF_ORDER_MAX = 20

objection = table_of(
    "objection",
    "objection_id",
    objection_id=sa.Uuid,
    order_id=sa.Uuid,
    district_id=sa.Uuid,
    unit_id=sa.Uuid,
    person_id=sa.Uuid,
    filed_by=sa.Uuid,
    filed_at=INSTANT,
    about=sa.Text,
    counted_minutes=sa.Integer,
    says_minutes=sa.Integer,
    words=sa.Text,
    decide_by=INSTANT,
    state=sa.Text,
    decided_minutes=sa.Integer,
    decided_by=sa.Uuid,
    decided_at=INSTANT,
    decision_why=sa.Text,
    entry_id=sa.Uuid,
)
_ANSWER = ("state", "decided_minutes", "decided_by", "decided_at", "decision_why", "entry_id")


def _of_kind(kind: str) -> Condition:
    is_appeal = objection.c.about == About.DECISION.value
    return is_appeal if kind == "appeal" else sa.not_(is_appeal)


OBJECTIONS = Listing(
    sa.select(objection),
    order=(objection.c.decide_by, objection.c.objection_id),
    narrowed={
        "person": equals(objection.c.person_id),
        "units": one_of(objection.c.unit_id),
        "state": equals(objection.c.state),
        "kind": _of_kind,
    },
    scope=("person", "units"),
)
"""Objections of a person, or to the hours of some units, the one to be answered first on top."""


def add_objection(connection: Connection, new: Objection) -> bool:
    """Add an objection; False when the id is taken, or another one to the order is open."""
    added = insert(objection).values(asdict(new)).on_conflict_do_nothing().returning(objection.c.objection_id)
    return connection.execute(added).first() is not None


def find_objection(connection: Connection, objection_id: UUID) -> Objection | None:
    """Return an objection, or None."""
    row = connection.execute(sa.select(objection).where(objection.c.objection_id == objection_id)).mappings().first()
    return _objection_of(row) if row else None


def lock_objection(connection: Connection, objection_id: UUID) -> Objection:
    """Return an objection, locked; its order is locked before.

    Raises:
        RecordNotFoundError: there is none.
    """
    return _objection_of(lock_row(connection, objection, objection.c.objection_id, objection_id))


def save_answer(connection: Connection, answered: Objection) -> None:
    """Save what became of an objection."""
    values = {name: getattr(answered, name) for name in _ANSWER}
    change_rows(connection, objection, values, objection_id=answered.objection_id)


def objections_of(connection: Connection, order_id: UUID) -> list[Objection]:
    """Return the objections to an order, the first on top."""
    query = sa.select(objection).where(objection.c.order_id == order_id).order_by(objection.c.filed_at)
    return [_objection_of(row) for row in connection.execute(query.limit(OF_ORDER_MAX)).mappings()]


def contested_steps(connection: Connection, order_id: UUID) -> list[Contested]:
    """Return the steps of an order that decided about its hours, the first on top."""
    ended = order_step.c.to_state.in_((State.SETTLED.value, State.REJECTED.value))
    is_end = ended & (order_step.c.from_state != order_step.c.to_state)
    is_decision = order_step.c.verb.in_([verb.value for verb in DECISIONS])
    query = sa.select(order_step.c.verb, order_step.c.at).where(order_step.c.order_id == order_id, is_end | is_decision)
    rows = connection.execute(query.order_by(order_step.c.number).limit(STEPS_MAX))
    return [Contested(Verb(row.verb), row.at) for row in rows]


def hands_in_steps(connection: Connection, order_id: UUID) -> list[UUID | None]:
    """Return who did anything to an order."""
    query = sa.select(order_step.c.by).where(order_step.c.order_id == order_id).distinct()
    return [row[0] for row in connection.execute(query.limit(STEPS_MAX))]


def _objection_of(row: Any) -> Objection:
    words = {"about": About(row["about"]), "state": ObjectionState(row["state"])}
    return Objection(**dict(row) | words)
