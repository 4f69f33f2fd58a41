"""Load and save second factors, recovery codes, what was done with them, and their resets."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from libs.db.rows import add_rows
from libs.http.lists import Listing, equals
from libs.programme.proposals import columns_of, proposal_of
from libs.programme.two_people import Proposal, ProposalState
from services.accounts.core.store.store import SealedStore
from services.accounts.sign_in.rules import FactorAct, SecondFactor
from services.accounts.sign_in.tables import recovery_code, second_factor, second_factor_act, second_factor_reset

ACTS_SHOWN_MAX = 20


@dataclass(frozen=True)
class Reset:
    """The end of a member of staff's second factor, once a second person says yes."""

    proposal: Proposal
    person_id: UUID


@dataclass(frozen=True)
class Done:
    """What was done with a second factor, by whom, when."""

    act: FactorAct
    done_by: UUID
    done_at: datetime


class FactorStore:
    """Second factors of one transaction; whoever changes one has locked its person."""

    def __init__(self, store: SealedStore) -> None:
        self._connection = store.connection
        self._identities = store.identities

    def find(self, person_id: UUID) -> SecondFactor:
        """Return a person's second factor; one without any secret where there is none."""
        query = sa.select(second_factor).where(second_factor.c.person_id == person_id)
        row = self._connection.execute(query).first()
        if row is None:
            return SecondFactor(person_id)
        sealed = self._identities.unseal(person_id, bytes(row.sealed))
        secrets = {name: str(sealed[name]) if sealed.get(name) else None for name in ("secret", "pending")}
        return SecondFactor(
            person_id,
            last_step=row.last_step,
            confirmed_at=row.confirmed_at,
            pending_until=row.pending_until,
            **secrets,
        )

    def save(self, changed: SecondFactor) -> None:
        """Save a second factor, its secrets sealed with the person's own key."""
        secrets: dict[str, object] = {"secret": changed.secret, "pending": changed.pending}
        row = {
            "person_id": changed.person_id,
            "sealed": self._identities.seal(changed.person_id, secrets),
            "last_step": changed.last_step,
            "confirmed_at": changed.confirmed_at,
            "pending_until": changed.pending_until,
        }
        kept = insert(second_factor).values(row)
        self._connection.execute(kept.on_conflict_do_update(index_elements=["person_id"], set_=row))

    # Recovery codes.

    def set_recovery_codes(self, person_id: UUID, digests: Iterable[bytes]) -> None:
        """Keep what these recovery codes are checked by, and no others'."""
        self._connection.execute(recovery_code.delete().where(recovery_code.c.person_id == person_id))
        add_rows(self._connection, recovery_code, [{"person_id": person_id, "digest": digest} for digest in digests])

    def use_recovery_code(self, person_id: UUID, digest: bytes) -> bool:
        """Use a recovery code up; False when it is none, or was used before."""
        mine = (recovery_code.c.person_id == person_id, recovery_code.c.digest == digest)
        return self._connection.execute(recovery_code.delete().where(*mine)).rowcount == 1

    def recovery_codes_left(self, person_id: UUID) -> int:
        """Count a person's recovery codes that were not used."""
        query = sa.select(sa.func.count()).where(recovery_code.c.person_id == person_id)
        return self._connection.scalar(query) or 0

    # What was done.

    def add_act(self, person_id: UUID, act: FactorAct, *, by: UUID, at: datetime) -> None:
        """Keep what was done with a person's second factor."""
        self._connection.execute(
            second_factor_act.insert().values(person_id=person_id, act=act, done_by=by, done_at=at)
        )

    def acts(self, person_id: UUID) -> list[Done]:
        """Return what was done with a person's second factor, the newest first, up to a bound."""
        query = sa.select(second_factor_act).where(second_factor_act.c.person_id == person_id)
        rows = self._connection.execute(query.order_by(second_factor_act.c.number.desc()).limit(ACTS_SHOWN_MAX))
        return [Done(FactorAct(row.act), row.done_by, row.done_at) for row in rows]

    # Resets.

    def add_reset(self, new: Reset) -> None:
        """Save a proposal."""
        values = {"reset_id": new.proposal.proposal_id, "person_id": new.person_id, **columns_of(new.proposal)}
        self._connection.execute(second_factor_reset.insert().values(values))

    def save_reset(self, changed: Reset) -> None:
        """Save a decision."""
        mine = second_factor_reset.c.reset_id == changed.proposal.proposal_id
        self._connection.execute(second_factor_reset.update().where(mine).values(**columns_of(changed.proposal)))

    def lock_reset(self, reset_id: UUID) -> Reset | None:
        """Return a proposal for change, or None."""
        query = sa.select(second_factor_reset).where(second_factor_reset.c.reset_id == reset_id)
        row = self._connection.execute(query.with_for_update()).first()
        return reset_of(row) if row else None

    def waiting_resets(self, person_id: UUID) -> list[Reset]:
        """Return the proposals about a person that nobody has decided, for change."""
        mine = second_factor_reset.c.person_id == person_id
        query = sa.select(second_factor_reset).where(mine, second_factor_reset.c.state == ProposalState.PROPOSED)
        return [reset_of(row) for row in self._connection.execute(query.with_for_update())]


def forget_factor(connection: Connection, person_id: UUID) -> None:
    """Delete a person's second factor and its recovery codes."""
    for table in (second_factor, recovery_code):
        connection.execute(table.delete().where(table.c.person_id == person_id))


def confirmed_at(connection: Connection, person_id: UUID) -> datetime | None:
    """Return since when a person has a second factor; None when they have none."""
    query = sa.select(second_factor.c.confirmed_at).where(second_factor.c.person_id == person_id)
    since: datetime | None = connection.scalar(query)
    return since


def has_factor(connection: Connection, person_id: UUID) -> bool:
    """Tell whether a person has a second factor that was confirmed."""
    return confirmed_at(connection, person_id) is not None


def reset_of(row: Any) -> Reset:
    """Return the proposal of a row."""
    return Reset(proposal_of(row, proposal_id=row.reset_id, hands={row.person_id}), row.person_id)


RESETS = Listing(
    sa.select(second_factor_reset),
    order=(second_factor_reset.c.reset_id,),
    narrowed={"person": equals(second_factor_reset.c.person_id), "by": equals(second_factor_reset.c.proposed_by)},
    scope=("person",),
)
"""The resets that were proposed for a person: by everybody, or by one."""
