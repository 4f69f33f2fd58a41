"""Load and save deaths and their corrections."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db import write_at_end
from libs.db.prepared import Prepared
from libs.db.rows import add_row, change_rows, find_row
from libs.http.lists import NOW, Listing, equals
from libs.programme.proposals import columns_of, proposal_of
from libs.programme.refusals import RecordNotFoundError
from libs.programme.two_people import ProposalState
from libs.programme.words import PersonStatus
from services.accounts.core.store.facts import Ask, locked_row, prepared, unless_taken
from services.accounts.core.store.narrowing import at_home_within, below
from services.accounts.deaths.rules import Death, DeathMistake, DeathState
from services.accounts.deaths.tables import death, death_mistake

ABOUT = "SELECT person_id FROM death WHERE death_id = %(death_id)s"
"""Whom a death is about."""
_OF_PERSON = Prepared(
    sa.select(death)
    .where(death.c.person_id == sa.bindparam("person_id"))
    .order_by(death.c.proposed_at, death.c.death_id)
)


class DeathStore:
    """Deaths of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Death) -> None:
        """Save a death that waits to be confirmed."""
        write_at_end(self._connection, lambda: add_row(self._connection, death, _columns(new)))

    def save(self, changed: Death) -> None:
        """Save what became of a death."""
        values = _columns(changed)
        write_at_end(self._connection, lambda: change_rows(self._connection, death, values, death_id=changed.death_id))

    def find(self, death_id: UUID) -> Death | None:
        """Return a death, locked, or None."""
        row = find_row(self._connection, death, death_id=death_id, for_update=True)
        return death_of(row) if row else None

    def look(self, death_id: UUID) -> Death:
        """Return a death without a lock.

        Raises:
            RecordNotFoundError: there is none.
        """
        row = self._connection.execute(sa.select(death).where(death.c.death_id == death_id)).first()
        if row is None:
            raise RecordNotFoundError(death_id=death_id)
        return death_of(row)

    def death(self, death_id: UUID) -> Death:
        """Return a death, locked.

        Raises:
            RecordNotFoundError: there is none.
        """
        found = self.find(death_id)
        if found is None:
            raise RecordNotFoundError(death_id=death_id)
        return found

    def of_person(self, person_id: UUID) -> list[Death]:
        """Return the deaths recorded of a person, oldest first; their lock is the person's."""
        return [death_of(row) for row in _OF_PERSON.rows(self._connection, {"person_id": person_id})]

    def settle_estate(self, person_id: UUID, *, at: datetime) -> None:
        """Remember that what a dead person left has gone to the heirs or the pool."""
        self._connection.execute(
            death.update()
            .where(
                death.c.person_id == person_id,
                death.c.state == ProposalState.ACCEPTED,
                ~death.c.is_mistaken,
                death.c.estate_settled_at.is_(None),
            )
            .values(estate_settled_at=at)
        )

    def add_mistake(self, new: DeathMistake) -> None:
        """Save a proposal."""
        write_at_end(self._connection, lambda: add_row(self._connection, death_mistake, _mistake_columns(new)))

    def save_mistake(self, changed: DeathMistake) -> None:
        """Save what became of a proposal."""
        values, key = _mistake_columns(changed), changed.mistake_id
        write_at_end(self._connection, lambda: change_rows(self._connection, death_mistake, values, mistake_id=key))

    def find_mistake(self, mistake_id: UUID) -> DeathMistake | None:
        """Return a proposal, locked, or None."""
        row = find_row(self._connection, death_mistake, mistake_id=mistake_id, for_update=True)
        return mistake_of(row) if row else None

    def person_of_mistake(self, mistake_id: UUID) -> UUID | None:
        """Return whom a proposal is about, without a lock, to know whom to lock first; None when there is none."""
        row = find_row(self._connection, death_mistake, mistake_id=mistake_id)
        return row.person_id if row else None

    def waits_for_wallets(self, person_id: UUID) -> bool:
        """Tell whether the ledger was asked to give back a person's wallets and has not answered."""
        asked = sa.and_(death_mistake.c.state == ProposalState.ACCEPTED, ~death_mistake.c.is_answered)
        query = sa.select(sa.exists().where(death_mistake.c.person_id == person_id, asked))
        return bool(self._connection.scalar(query))

    def mistakes_of(self, death_id: UUID) -> list[DeathMistake]:
        """Return all proposals about a death, oldest first."""
        query = sa.select(death_mistake).where(death_mistake.c.death_id == death_id)
        rows = self._connection.execute(query.order_by(death_mistake.c.proposed_at, death_mistake.c.mistake_id))
        return [mistake_of(row) for row in rows]


def new_death(death_id: UUID) -> Ask:
    """Ask whether there is a death with this id; nobody else records one under it now."""
    return unless_taken(death, death_id=death_id)


def kept_death(death_id: UUID) -> Ask:
    """Ask for a death, locked."""
    return locked_row(death, death_id=death_id)


def deaths_of(person_id: UUID) -> Ask:
    """Ask for the deaths recorded of a person, oldest first."""
    return prepared(_OF_PERSON, person_id=person_id)


def new_mistake(mistake_id: UUID) -> Ask:
    """Ask whether there is a proposal with this id; nobody else makes one under it now."""
    return unless_taken(death_mistake, mistake_id=mistake_id)


def kept_mistake(mistake_id: UUID) -> Ask:
    """Ask for a proposal, locked."""
    return locked_row(death_mistake, mistake_id=mistake_id)


def death_of(row: Any) -> Death:
    """Return the death of a row."""
    return Death(
        proposal=proposal_of(row, proposal_id=row.death_id, hands={row.person_id}),
        person_id=row.person_id,
        died_on=row.died_on,
        is_mistaken=row.is_mistaken,
        status_before=PersonStatus(row.status_before) if row.status_before else None,
        ended_grants=tuple(row.ended_grants),
        estate_settled_at=row.estate_settled_at,
    )


def mistake_of(row: Any) -> DeathMistake:
    """Return the proposal of a row."""
    return DeathMistake(
        proposal=proposal_of(row, proposal_id=row.mistake_id, hands={row.person_id}),
        death_id=row.death_id,
        person_id=row.person_id,
        why=row.why,
        is_answered=row.is_answered,
        code=row.code,
    )


def _columns(of: Death) -> dict[str, object]:
    return {
        "death_id": of.death_id,
        "person_id": of.person_id,
        "died_on": of.died_on,
        "is_mistaken": of.is_mistaken,
        "status_before": of.status_before,
        "ended_grants": list(of.ended_grants),
        "estate_settled_at": of.estate_settled_at,
    } | columns_of(of.proposal)


def _mistake_columns(of: DeathMistake) -> dict[str, object]:
    return {
        "mistake_id": of.mistake_id,
        "death_id": of.death_id,
        "person_id": of.person_id,
        "why": of.why,
        "is_answered": of.is_answered,
        "code": of.code,
    } | columns_of(of.proposal)


def _in_state(state: DeathState) -> sa.ColumnElement[bool]:
    """What waits and what has just lapsed stand alike in the table; the time tells them apart."""
    if state is DeathState.MISTAKEN:
        return death.c.is_mistaken
    waits = death.c.state == ProposalState.PROPOSED
    if state is DeathState.WAITING:
        return sa.and_(waits, death.c.lapses_at > NOW)
    if state is DeathState.LAPSED:
        return sa.or_(death.c.state == ProposalState.LAPSED, sa.and_(waits, death.c.lapses_at <= NOW))
    is_yes = state is DeathState.CONFIRMED
    decided = death.c.state == (ProposalState.ACCEPTED if is_yes else ProposalState.DECLINED)
    return sa.and_(decided, ~death.c.is_mistaken)


DEATHS = Listing(
    sa.select(death),
    order=(death.c.death_id,),
    narrowed={"unit": at_home_within(death.c.person_id), "person": equals(death.c.person_id), "state": _in_state},
    scope=("unit", "person"),
    looked_up={"unit": below},
)
"""Recorded deaths: of people at home in a unit and below, or of one person."""
