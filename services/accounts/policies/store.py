"""Load and save versions of districts' rules."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db.prepared import Prepared
from libs.programme.policy import completed
from libs.programme.policy.store import binding_first
from libs.programme.proposals import columns_of, proposal_of
from libs.programme.refusals import RecordNotFoundError
from libs.programme.two_people import ProposalState
from services.accounts.core.store.tables import unit
from services.accounts.policies.rules import OF_PROPOSAL, Policy, PolicyState
from services.accounts.policies.tables import policy

_BINDING = Prepared(binding_first(policy).where(policy.c.state == ProposalState.ACCEPTED.value))


class PolicyStore:
    """Policies of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock_district(self, district_id: UUID) -> None:
        """Let one transaction at a time change a district's rules."""
        self._connection.execute(sa.select(unit.c.unit_id).where(unit.c.unit_id == district_id).with_for_update())

    def find(self, policy_id: UUID) -> Policy | None:
        """Return a version, proposed or decided, or None."""
        row = self._connection.execute(sa.select(policy).where(policy.c.policy_id == policy_id)).first()
        return policy_of(row) if row else None

    def policy(self, policy_id: UUID) -> Policy:
        """Return a version.

        Raises:
            RecordNotFoundError: there is none.
        """
        found = self.find(policy_id)
        if found is None:
            raise RecordNotFoundError(policy_id=policy_id)
        return found

    def latest(self, district_id: UUID) -> Policy | None:
        """Return the version of a district that was published last."""
        row = self._connection.execute(
            sa.select(policy)
            .where(policy.c.district_id == district_id, policy.c.state == ProposalState.ACCEPTED)
            .order_by(policy.c.policy_version.desc())
            .limit(1)
        ).first()
        return policy_of(row) if row else None

    def in_force(self, district_id: UUID, on: date) -> Policy | None:
        """Return the version of a district that binds on a local day."""
        row = _BINDING.first(self._connection, {"district_id": district_id, "day": on})
        return policy_of(row) if row else None

    def add(self, new: Policy) -> None:
        """Save a proposal."""
        self._connection.execute(policy.insert().values(**_columns(new)))

    def save(self, decided: Policy) -> None:
        """Save a decision."""
        self._connection.execute(
            policy.update()
            .where(policy.c.policy_id == decided.policy_id)
            .values(
                policy_version=decided.policy_version,
                **columns_of(decided.proposal),
            )
        )


def policy_of(row: Any) -> Policy:
    """Return the version of a row, with today's defaults for what an older release did not know."""
    return Policy(
        proposal=proposal_of(row, proposal_id=row.policy_id),
        district_id=row.district_id,
        effective=row.effective,
        preset=row.preset,
        changes=row.changes,
        parameters=completed(row.parameters),
        base_version=row.base_version,
        policy_version=row.policy_version,
    )


def _columns(of: Policy) -> dict[str, object]:
    return {
        "policy_id": of.policy_id,
        "district_id": of.district_id,
        "effective": of.effective,
        "preset": of.preset,
        "changes": of.changes,
        "parameters": of.parameters,
        "base_version": of.base_version,
        "policy_version": of.policy_version,
    } | columns_of(of.proposal)


def policies(
    connection: Connection,
    *,
    district_id: UUID | None,
    state: PolicyState | None,
    now: datetime,
    after: UUID | None,
    limit: int,
) -> list[Policy]:
    """Return versions of districts' rules, proposed, published and turned down, by id."""
    query = sa.select(policy).order_by(policy.c.policy_id).limit(limit)
    if district_id:
        query = query.where(policy.c.district_id == district_id)
    if state:
        query = query.where(_in_state(state, now))
    if after:
        query = query.where(policy.c.policy_id > after)
    return [policy_of(row) for row in connection.execute(query)]


def _in_state(state: PolicyState, now: datetime) -> sa.ColumnElement[bool]:
    """What waits and what has just lapsed stand alike in the table; the time tells them apart."""
    (kept,) = (proposal_state for proposal_state, shown in OF_PROPOSAL.items() if shown is state)
    waits = policy.c.state == ProposalState.PROPOSED
    if state is PolicyState.PROPOSED:
        return sa.and_(waits, policy.c.lapses_at > now)
    late = sa.and_(waits, policy.c.lapses_at <= now) if state is PolicyState.LAPSED else sa.false()
    return sa.or_(policy.c.state == kept, late)


def policy_in_force(connection: Connection, *, district_id: UUID, on: date) -> Policy | None:
    """Return the version of a district's rules that is in force on a local day."""
    return PolicyStore(connection).in_force(district_id, on)
