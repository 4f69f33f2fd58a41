"""Load and save versions of districts' rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db import write_at_end
from libs.db.driver import pipelined
from libs.db.prepared import Prepared
from libs.db.rows import add_row, change_rows, claim_row
from libs.http.lists import NOW, Listing, equals
from libs.programme.policy import completed
from libs.programme.policy.store import binding_first
from libs.programme.proposals import columns_of, proposal_of
from libs.programme.refusals import RecordNotFoundError
from libs.programme.two_people import ProposalState
from services.accounts.core.store.tables import unit
from services.accounts.policies.rules import OF_PROPOSAL, Policy, PolicyState
from services.accounts.policies.tables import policy

_BINDING = Prepared(binding_first(policy).where(policy.c.state == ProposalState.ACCEPTED.value))
_OF_DISTRICT = sa.func.coalesce(
    sa.cast(sa.bindparam("unit_id"), sa.Uuid),
    sa.select(policy.c.district_id).where(policy.c.policy_id == sa.bindparam("policy_id")).scalar_subquery(),
)
_DISTRICT = Prepared(sa.select(unit).where(unit.c.unit_id == _OF_DISTRICT).with_for_update())
_LATEST = Prepared(
    sa.select(policy)
    .where(policy.c.district_id == _OF_DISTRICT, policy.c.state == ProposalState.ACCEPTED.value)
    .order_by(policy.c.policy_version.desc())
    .limit(1)
)


@dataclass(frozen=True)
class DistrictFacts:
    """What a version of a district's rules depends on: the district, what is kept under its id, the latest version."""

    units: Sequence[Any]
    policy: Policy | None
    latest: Policy | None


class PolicyStore:
    """Policies of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def load(self, policy_id: UUID, *, unit_id: UUID | None = None) -> DistrictFacts:
        """Let one transaction at a time change a district's rules, and return what proposing or deciding depends on.

        The district is that of the version, unless it is named for a new one.
        """
        terms = {"unit_id": unit_id, "policy_id": policy_id}
        with pipelined(self._connection):
            units = _DISTRICT.ask(self._connection, terms)
            kept = claim_row(self._connection, policy, policy_id=policy_id)
            latest = _LATEST.ask(self._connection, terms)
        return DistrictFacts(units.fetchall(), *(_found(cursor.fetchone()) for cursor in (kept, latest)))

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

    def in_force(self, district_id: UUID, on: date) -> Policy | None:
        """Return the version of a district that binds on a local day."""
        row = _BINDING.first(self._connection, {"district_id": district_id, "day": on})
        return policy_of(row) if row else None

    def add(self, new: Policy) -> None:
        """Save a proposal."""
        write_at_end(self._connection, lambda: add_row(self._connection, policy, _columns(new)))

    def save(self, decided: Policy) -> None:
        """Save a decision."""
        values = {"policy_version": decided.policy_version, **columns_of(decided.proposal)}
        key = decided.policy_id
        write_at_end(self._connection, lambda: change_rows(self._connection, policy, values, policy_id=key))


def _found(row: Any) -> Policy | None:
    return policy_of(row) if row else None


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


def _in_state(state: PolicyState) -> sa.ColumnElement[bool]:
    """What waits and what has just lapsed stand alike in the table; the time tells them apart."""
    (kept,) = (proposal_state for proposal_state, shown in OF_PROPOSAL.items() if shown is state)
    waits = policy.c.state == ProposalState.PROPOSED
    if state is PolicyState.PROPOSED:
        return sa.and_(waits, policy.c.lapses_at > NOW)
    late = sa.and_(waits, policy.c.lapses_at <= NOW) if state is PolicyState.LAPSED else sa.false()
    return sa.or_(policy.c.state == kept, late)


def policy_in_force(connection: Connection, *, district_id: UUID, on: date) -> Policy | None:
    """Return the version of a district's rules that is in force on a local day."""
    return PolicyStore(connection).in_force(district_id, on)


POLICIES = Listing(
    sa.select(policy),
    order=(policy.c.policy_id,),
    narrowed={"district": equals(policy.c.district_id), "state": _in_state},
)
"""Versions of districts' rules: proposed, published and turned down."""
