"""Government-purchased minutes: what is in force, held and used, by calendar month."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.contracts.powers import POWERS
from libs.db import write_at_end
from libs.db.driver import pipelined
from libs.db.rows import add_row, ask_row, change_rows, claim_row, save_row
from services.redemption.core.rules.people import CommandContext
from services.redemption.core.store import words
from services.redemption.core.store.facts import DISTRICT_OF, ask_close, ask_facts, ask_policy, terms_of
from services.redemption.entitlements import tables as t
from services.redemption.entitlements.rules import EntitlingFacts, Month, Proposal

_LOCK_SPACE = 13


@dataclass(frozen=True)
class Use:
    """What an order takes of a month's minutes: held first, then used."""

    order_id: UUID
    person_id: UUID
    month: date
    held_minutes: int
    used_minutes: int


def lock_month(connection: Connection, *, person_id: UUID, month: date) -> Month:
    """Return a person's month; others who want to hold of it wait until this transaction ends."""
    statement = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:key, :space))")
    connection.execute(statement, {"key": str(person_id), "space": _LOCK_SPACE})
    return find_month(connection, person_id=person_id, month=month)


def find_month(connection: Connection, *, person_id: UUID, month: date) -> Month:
    """Return a person's month as it is."""
    row = t.entitlement.c
    minutes = connection.execute(
        sa.select(row.minutes)
        .where(row.person_id == person_id, row.from_month <= month, row.state == "in_force")
        .order_by(row.from_month.desc(), row.decided_at.desc(), row.number.desc())
        .limit(1)
    ).scalar_one_or_none()
    use = t.entitlement_use.c
    sums = sa.select(
        sa.func.coalesce(sa.func.sum(use.held_minutes), 0), sa.func.coalesce(sa.func.sum(use.used_minutes), 0)
    )
    held, used = connection.execute(sums.where(use.person_id == person_id, use.month == month)).one()
    return Month(person_id=person_id, month=month, minutes=minutes, held_minutes=int(held), used_minutes=int(used))


def save_use(connection: Connection, use: Use) -> None:
    """Keep what an order holds or uses."""
    save_row(connection, t.entitlement_use, dataclasses.asdict(use))


def lock_use(connection: Connection, order_id: UUID) -> Use | None:
    """Return what an order holds or uses, for change."""
    query = sa.select(t.entitlement_use).where(t.entitlement_use.c.order_id == order_id).with_for_update()
    row = connection.execute(query).mappings().first()
    return Use(**row) if row else None


def has_held_minutes(connection: Connection, person_id: UUID) -> bool:
    """Tell whether an order still holds minutes of the person."""
    use = t.entitlement_use.c
    query = sa.select(sa.literal(1)).where(use.person_id == person_id, use.held_minutes > 0)
    return connection.execute(query.limit(1)).first() is not None


def load_entitling(
    connection: Connection, context: CommandContext, entitlement_id: UUID, *, person_id: UUID | None = None
) -> EntitlingFacts:
    """Return what a proposal depends on, about a person, or, once it is made, about whom it is.

    Its id is claimed; once it is made it is locked for who may decide such a thing at all.
    """
    terms = terms_of(context, entitlement_id=entitlement_id, person_id=person_id)
    whose = "%(person_id)s::uuid" if person_id else _PERSON_OF
    may = context.caller.has(POWERS["decide_entitlement"])
    with pipelined(connection):
        if person_id:
            kept = claim_row(connection, t.entitlement, entitlement_id=entitlement_id)
        else:
            kept = ask_row(connection, t.entitlement, for_update=may, entitlement_id=entitlement_id)
        person = ask_facts(connection, whose, terms)
        close = ask_close(connection, f"ARRAY[{whose}]", terms)
        policy = ask_policy(connection, DISTRICT_OF.format(whose=whose), terms)
    row = kept.fetchone()
    proposal = Proposal(**_fields(Proposal, row._asdict())) if row else None
    return EntitlingFacts(person(), close(), policy(), proposal)


_PERSON_OF = "(SELECT person_id FROM entitlement WHERE entitlement_id = %(entitlement_id)s)"


def add_proposal(connection: Connection, proposal: Proposal, *, proposed_at: datetime) -> None:
    """Keep a proposal with the last statements of the transaction."""
    row = dataclasses.asdict(proposal) | {"proposed_at": proposed_at}
    write_at_end(connection, lambda: add_row(connection, t.entitlement, row))


def save_decision(
    connection: Connection,
    proposal: Proposal,
    *,
    state: str,
    from_month: date,
    decided_by: UUID,
    decided_at: datetime,
    decision_why: str | None,
) -> None:
    """Put a proposal in force from a month on, or turn it down."""
    values = {
        "state": state,
        "from_month": from_month,
        "decided_by": decided_by,
        "decided_at": decided_at,
        "decision_why": decision_why,
    }
    identity = proposal.entitlement_id
    write_at_end(connection, lambda: change_rows(connection, t.entitlement, values, entitlement_id=identity))


def _fields(kind: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in kind.__dataclass_fields__}


def forget_words(connection: Connection, person_id: UUID) -> None:
    """Delete the words recorded about a person who has gone."""
    words.forget_words(connection, (t.entitlement.c.person_id,), person_id)
