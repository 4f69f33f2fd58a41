"""Estates: what was proposed and decided, and the ledger's answers."""

import dataclasses
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.contracts.powers import POWERS
from libs.db import write_at_end
from libs.db.driver import pipelined
from libs.db.rows import add_row, ask_row, change_rows, claim_row
from services.redemption.core.rules.people import CommandContext
from services.redemption.core.store import words
from services.redemption.core.store.facts import (
    DISTRICT_OF,
    ask_close,
    ask_facts,
    ask_person,
    ask_policy,
    ask_relation,
    terms_of,
)
from services.redemption.estates import tables as t
from services.redemption.estates.rules import Estate, EstateFacts

_OF_ESTATE = "(SELECT {name} FROM estate WHERE estate_id = %(estate_id)s)"


def load_estate(
    connection: Connection,
    context: CommandContext,
    estate_id: UUID,
    *,
    person_id: UUID | None = None,
    heir_id: UUID | None = None,
) -> EstateFacts:
    """Return what a proposal depends on, about a person, or, once it is made, about whom it is.

    Its id is claimed; once it is made it is locked for who may decide such a thing at all.
    """
    terms = terms_of(context, estate_id=estate_id, person_id=person_id, heir_id=heir_id)
    dead_id, to_id = "%(person_id)s::uuid", "%(heir_id)s::uuid"
    if person_id is None:
        dead_id, to_id = _OF_ESTATE.format(name="person_id"), _OF_ESTATE.format(name="to_person_id")
    may = context.caller.has(POWERS["decide_estate"])
    with pipelined(connection):
        if person_id:
            kept = claim_row(connection, t.estate, estate_id=estate_id)
        else:
            kept = ask_row(connection, t.estate, for_update=may, estate_id=estate_id)
        dead = ask_facts(connection, dead_id, terms)
        heir = ask_person(connection, to_id, terms)
        close = ask_close(connection, f"ARRAY[{dead_id}, {to_id}]", terms)
        relation = ask_relation(connection, dead_id, to_id, terms)
        policy = ask_policy(connection, DISTRICT_OF.format(whose=dead_id), terms)
    row = kept.fetchone()
    estate = Estate(**{name: getattr(row, name) for name in Estate.__dataclass_fields__}) if row else None
    return EstateFacts(dead(), heir(), close(), relation(), policy(), estate)


def add_estate(connection: Connection, estate: Estate, *, proposed_at: datetime) -> None:
    """Keep a proposal with the last statements of the transaction."""
    row = dataclasses.asdict(estate) | {"proposed_at": proposed_at}
    write_at_end(connection, lambda: add_row(connection, t.estate, row))


def save_verdict(connection: Connection, estate_id: UUID, **changed: object) -> None:
    """Keep the second person's word with the last statements of the transaction."""
    write_at_end(connection, lambda: change_rows(connection, t.estate, changed, estate_id=estate_id))


def lock_estate(connection: Connection, estate_id: UUID) -> Estate | None:
    """Return an estate for change, or None."""
    query = sa.select(t.estate).where(t.estate.c.estate_id == estate_id).with_for_update()
    row = connection.execute(query).mappings().first()
    return Estate(**{name: row[name] for name in Estate.__dataclass_fields__}) if row else None


def save_estate(connection: Connection, estate_id: UUID, **changed: object) -> None:
    """Keep a decision, or the ledger's answer."""
    connection.execute(t.estate.update().where(t.estate.c.estate_id == estate_id).values(**changed))


def decline_estates(connection: Connection, person_id: UUID, *, code: str, at: datetime) -> None:
    """End the proposals about somebody who lives: nobody may decide them when that person has died indeed."""
    waiting = sa.and_(t.estate.c.person_id == person_id, t.estate.c.state == "proposed")
    connection.execute(t.estate.update().where(waiting).values(state="declined", code=code, decided_at=at))


def forget_words(connection: Connection, person_id: UUID) -> None:
    """Delete the words recorded about a person who has gone."""
    words.forget_words(connection, (t.estate.c.person_id, t.estate.c.to_person_id), person_id)
