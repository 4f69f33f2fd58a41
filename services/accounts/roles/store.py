"""Load (with locks) and save who saw whose identity, and what is proposed about staff roles."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.programme.proposals import columns_of, proposal_of
from libs.programme.two_people import ProposalState
from libs.programme.words import Role
from services.accounts.core.rules.identity import IdKind
from services.accounts.core.store.tables import unit
from services.accounts.roles.rules import Appointment, AppointmentAct, Sighting
from services.accounts.roles.tables import identity_sighting, role_proposal

LISTED_MAX = 200


class AppointmentStore:
    """Sightings and proposals of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_sighting(self, new: Sighting) -> None:
        """Save that somebody saw a person's document."""
        self._connection.execute(identity_sighting.insert().values(**asdict(new)))

    def sightings(self, person_id: UUID) -> list[Sighting]:
        """Return who saw a person's document, first to last."""
        rows = self._connection.execute(
            sa.select(identity_sighting)
            .where(identity_sighting.c.person_id == person_id)
            .order_by(identity_sighting.c.seen_at, identity_sighting.c.sighting_id)
        )
        return [Sighting(r.sighting_id, r.person_id, IdKind(r.document), r.seen_by, r.seen_at) for r in rows]

    def is_sighting(self, sighting_id: UUID) -> bool:
        """Tell whether this id is a sighting."""
        return bool(
            self._connection.scalar(sa.select(sa.exists().where(identity_sighting.c.sighting_id == sighting_id)))
        )

    def add(self, new: Appointment) -> None:
        """Save a new proposal."""
        self._connection.execute(
            role_proposal.insert().values(
                proposal_id=new.proposal.proposal_id,
                grant_id=new.grant_id,
                act=new.act,
                person_id=new.person_id,
                role=new.role,
                unit_id=new.unit_id,
                proposer_rank=new.proposer_rank,
                **columns_of(new.proposal),
            )
        )

    def save(self, changed: Appointment) -> None:
        """Save a decision."""
        of = changed.proposal
        self._connection.execute(
            role_proposal.update().where(role_proposal.c.proposal_id == of.proposal_id).values(**columns_of(of))
        )

    def latest(self, grant_id: UUID) -> Appointment | None:
        """Return what was proposed last about a grant, locked, or None."""
        row = self._connection.execute(
            sa.select(role_proposal)
            .where(role_proposal.c.grant_id == grant_id)
            .order_by(role_proposal.c.proposed_at.desc(), role_proposal.c.proposal_id.desc())
            .limit(1)
            .with_for_update()
        ).first()
        return _appointment_of(row) if row else None

    def of_person(self, person_id: UUID) -> list[Appointment]:
        """Return what was proposed about a person's roles, first to last."""
        rows = self._connection.execute(
            sa.select(role_proposal)
            .where(role_proposal.c.person_id == person_id)
            .order_by(role_proposal.c.proposed_at, role_proposal.c.proposal_id)
        )
        return [_appointment_of(row) for row in rows]

    def open_within(self, unit_ids: Iterable[UUID], *, now: datetime) -> list[Appointment]:
        """Return what waits for a second person at some units and below, oldest first, up to a bound."""
        rows = self._connection.execute(
            sa.select(role_proposal)
            .join(unit, unit.c.unit_id == role_proposal.c.unit_id)
            .where(role_proposal.c.state == ProposalState.PROPOSED, role_proposal.c.lapses_at > now)
            .where(unit.c.path.overlap(list(unit_ids)))
            .order_by(role_proposal.c.proposed_at, role_proposal.c.proposal_id)
            .limit(LISTED_MAX)
        )
        return [_appointment_of(row) for row in rows]


def _appointment_of(row: Any) -> Appointment:
    return Appointment(
        proposal=proposal_of(row, proposal_id=row.proposal_id, hands={row.person_id}),
        grant_id=row.grant_id,
        act=AppointmentAct(row.act),
        person_id=row.person_id,
        role=Role(row.role),
        unit_id=row.unit_id,
        proposer_rank=row.proposer_rank,
    )
