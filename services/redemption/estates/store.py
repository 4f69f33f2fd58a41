"""Estates: what was proposed and decided, and the ledger's answers."""

import dataclasses
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.redemption.core.store.lists import silence_verdicts
from services.redemption.estates import tables as t
from services.redemption.estates.rules import Estate


def add_estate(connection: Connection, estate: Estate, *, proposed_at: datetime) -> None:
    """Keep a proposal."""
    connection.execute(t.estate.insert().values(dataclasses.asdict(estate) | {"proposed_at": proposed_at}))


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
    silence_verdicts(connection, t.estate.c.person_id, person_id)


def first_lapse(connection: Connection) -> datetime | None:
    """Return when the next proposal lapses."""
    query = sa.select(sa.func.min(t.estate.c.lapses_at)).where(t.estate.c.state == "proposed")
    found: datetime | None = connection.execute(query).scalar_one()
    return found


def lapse_proposals(connection: Connection, now: datetime) -> None:
    """End the proposals that nobody decided in time."""
    is_late = sa.and_(t.estate.c.state == "proposed", t.estate.c.lapses_at <= now)
    connection.execute(t.estate.update().where(is_late).values(state="lapsed"))
