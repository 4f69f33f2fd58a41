"""Load (with locks) and save who saw whose identity, and what is proposed about staff roles."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db import write_at_end
from libs.db.prepared import Prepared
from libs.db.rows import add_row, change_rows
from libs.programme.proposals import columns_of, proposal_of
from libs.programme.two_people import ProposalState
from libs.programme.words import Role
from services.accounts.core.rules.identity import IdKind
from services.accounts.core.store.facts import Ask, prepared, unless_taken
from services.accounts.core.store.tables import role_grant, unit
from services.accounts.roles.rules import Appointment, AppointmentAct, Sighting
from services.accounts.roles.tables import identity_sighting, role_proposal

LISTED_MAX = 200
_OWN = ("grant_id", "act", "person_id", "role", "unit_id", "proposer_rank", "kept_by")
_LATEST = """
    SELECT {column} FROM role_proposal WHERE grant_id = %(grant_id)s
    ORDER BY proposed_at DESC, proposal_id DESC LIMIT 1"""
AT_UNIT = "SELECT %(unit_id)s::uuid"
FIRST_OF = f"SELECT * FROM ({_LATEST.format(column='coalesce(kept_by, proposed_by)')}) AS first_of"
UNIT_OF = f"""
    SELECT unit_id FROM role_grant WHERE grant_id = %(grant_id)s
    UNION ALL SELECT * FROM ({_LATEST.format(column="unit_id")}) AS unit_of"""
"""Where a role is given; who proposed last what waits about a grant, and where that is held, or would be."""
_LAST = Prepared(
    sa.select(role_proposal)
    .where(role_proposal.c.grant_id == sa.bindparam("grant_id"))
    .order_by(role_proposal.c.proposed_at.desc(), role_proposal.c.proposal_id.desc())
    .limit(1)
    .with_for_update()
)
_SIGHTINGS = Prepared(
    sa.select(identity_sighting)
    .where(identity_sighting.c.person_id == sa.bindparam("person_id"))
    .order_by(identity_sighting.c.seen_at, identity_sighting.c.sighting_id)
)


class AppointmentStore:
    """Sightings and proposals of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_sighting(self, new: Sighting) -> None:
        """Save that somebody saw a person's document."""
        self._connection.execute(identity_sighting.insert().values(**asdict(new)))

    def sightings(self, person_id: UUID) -> list[Sighting]:
        """Return who saw a person's document, first to last."""
        rows = _SIGHTINGS.rows(self._connection, {"person_id": person_id})
        return [Sighting(r.sighting_id, r.person_id, IdKind(r.document), r.seen_by, r.seen_at) for r in rows]

    def is_sighting(self, sighting_id: UUID) -> bool:
        """Tell whether this id is a sighting."""
        return bool(
            self._connection.scalar(sa.select(sa.exists().where(identity_sighting.c.sighting_id == sighting_id)))
        )

    def add(self, new: Appointment) -> None:
        """Save a new proposal."""
        own = {name: getattr(new, name) for name in _OWN}
        row = {"proposal_id": new.proposal.proposal_id, **own, **columns_of(new.proposal)}
        write_at_end(self._connection, lambda: add_row(self._connection, role_proposal, row))

    def save(self, changed: Appointment) -> None:
        """Save a decision."""
        values, key = columns_of(changed.proposal), changed.proposal.proposal_id
        write_at_end(self._connection, lambda: change_rows(self._connection, role_proposal, values, proposal_id=key))

    def latest(self, grant_id: UUID) -> Appointment | None:
        """Return what was proposed last about a grant, locked, or None."""
        row = _LAST.first(self._connection, {"grant_id": grant_id})
        return appointment_of(row) if row else None

    def of_person(self, person_id: UUID) -> list[Appointment]:
        """Return what was proposed about a person's roles, first to last."""
        rows = self._connection.execute(
            sa.select(role_proposal)
            .where(role_proposal.c.person_id == person_id)
            .order_by(role_proposal.c.proposed_at, role_proposal.c.proposal_id)
        )
        return [appointment_of(row) for row in rows]

    def count_kept_by(self, person_id: UUID, *, now: datetime) -> int:
        """Count what waits for a second person and is looked after by somebody: only they may take it back."""
        keeper = sa.func.coalesce(role_proposal.c.kept_by, role_proposal.c.proposed_by)
        waits = (role_proposal.c.state == ProposalState.PROPOSED) & (role_proposal.c.lapses_at > now)
        counted = sa.select(sa.func.count()).select_from(role_proposal).where(waits, keeper == person_id)
        return int(self._connection.execute(counted).scalar_one())

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
        return [appointment_of(row) for row in rows]


def new_role(grant_id: UUID) -> tuple[Ask, Ask]:
    """Ask whether a role was ever given, or proposed, under this id; nobody else does so now."""
    return unless_taken(role_grant, grant_id=grant_id), prepared(_LAST, grant_id=grant_id)


def latest_about(grant_id: UUID) -> Ask:
    """Ask for what was proposed last about a grant, locked."""
    return prepared(_LAST, grant_id=grant_id)


def sightings_of(person_id: UUID) -> Ask:
    """Ask who saw a person's document, first to last."""
    return prepared(_SIGHTINGS, person_id=person_id)


def appointment_of(row: Any) -> Appointment:
    """Return the proposal of a row."""
    return Appointment(
        proposal=proposal_of(row, proposal_id=row.proposal_id, hands={row.person_id, row.kept_by or row.proposed_by}),
        grant_id=row.grant_id,
        act=AppointmentAct(row.act),
        person_id=row.person_id,
        role=Role(row.role),
        unit_id=row.unit_id,
        proposer_rank=row.proposer_rank,
        kept_by=row.kept_by,
    )
