"""Load and save changes of the numbers that open accounts, and the proposals of those of staff."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from libs.db.rows import add_rows
from libs.http.lists import NOW, Listing, equals
from libs.programme.proposals import columns_of, proposal_of
from libs.programme.two_people import Proposal, ProposalState
from services.accounts.core.rules.identity import LookUp
from services.accounts.core.store.narrowing import at_home_within_and_kept, below
from services.accounts.core.store.store import SealedStore
from services.accounts.core.store.tables import person_index
from services.accounts.numbers.rules import NumberChange, Opening
from services.accounts.numbers.tables import number_change, number_proposal


@dataclass(frozen=True)
class NumberProposal:
    """The number that a member of staff is to have, once a second person says yes."""

    proposal: Proposal
    person_id: UUID
    phone_number: str


class NumberStore:
    """Numbers of one transaction."""

    def __init__(self, store: SealedStore) -> None:
        self._connection = store.connection
        self._vault = store.vault
        self._identities = store.identities

    def set_openings(self, person_id: UUID, openings: Iterable[Opening]) -> None:
        """Let these numbers, and no others, open a person's account."""
        kind = LookUp.PHONE_OPENS
        self._connection.execute(
            person_index.delete().where(person_index.c.person_id == person_id, person_index.c.kind == kind)
        )
        rows = [
            {
                "kind": str(kind),
                "digest": digest,
                "person_id": person_id,
                "key_id": key_id,
                "opens_from": opening.opens_from,
                "opens_until": opening.opens_until,
            }
            for opening in openings
            for key_id, digest in self._vault.index.of_text(kind, opening.number).items()
        ]
        add_rows(self._connection, person_index, rows)

    def opened_by(self, number: str, *, at: datetime) -> list[UUID]:
        """Return whose account a number opens at an instant."""
        since = sa.or_(person_index.c.opens_from.is_(None), person_index.c.opens_from <= at)
        return self._found(number, since, at)

    def held_by(self, number: str, *, at: datetime) -> list[UUID]:
        """Return whose account a number opens, or is about to."""
        return self._found(number, sa.true(), at)

    def _found(self, number: str, since: sa.ColumnElement[bool], at: datetime) -> list[UUID]:
        kind = LookUp.PHONE_OPENS
        until = sa.or_(person_index.c.opens_until.is_(None), person_index.c.opens_until > at)
        digests = list(self._vault.index.of_text(kind, number).values())
        query = sa.select(person_index.c.person_id).distinct()
        query = query.where(person_index.c.kind == kind, person_index.c.digest.in_(digests), since, until)
        return list(self._connection.scalars(query))

    def add_change(self, new: NumberChange) -> None:
        """Save a change, in place of one that still waited."""
        self.end_change(new.person_id, at=new.changed_at)
        self._connection.execute(number_change.insert().values(tries=0, **asdict(new)))

    def changes_since(self, person_id: UUID, since: datetime) -> int:
        """Count a person's changes since an instant."""
        query = sa.select(sa.func.count()).where(
            number_change.c.person_id == person_id, number_change.c.changed_at > since
        )
        return self._connection.scalar(query) or 0

    def opens_at(self, person_id: UUID, *, at: datetime) -> datetime | None:
        """Return when the present number begins to open the account; None when it does already."""
        query = sa.select(sa.func.max(number_change.c.opens_at)).where(*_waiting(person_id, at))
        found: datetime | None = self._connection.scalar(query)
        return found

    def try_code(self, person_id: UUID, *, at: datetime, tries_max: int) -> bytes | None:
        """Count a try and return what the code of the waiting change is checked by; None when no try is left."""
        tried = (
            number_change.update()
            .where(*_waiting(person_id, at), number_change.c.tries < tries_max)
            .values(tries=number_change.c.tries + 1)
            .returning(number_change.c.digest)
        )
        found: bytes | None = self._connection.scalar(tried)
        return bytes(found) if found is not None else None

    def end_change(self, person_id: UUID, *, at: datetime) -> None:
        """Let a waiting change wait no more: it was confirmed, or another came."""
        self._connection.execute(number_change.update().where(*_waiting(person_id, at)).values(ended_at=at))

    # Proposals.

    def add_proposal(self, new: NumberProposal) -> None:
        """Save a proposal; the number is sealed with the person's own key."""
        of = new.proposal
        sealed = self._identities.seal(new.person_id, {"phone_number": new.phone_number})
        self._connection.execute(
            number_proposal.insert().values(
                proposal_id=of.proposal_id,
                person_id=new.person_id,
                sealed=sealed,
                **columns_of(of),
            )
        )

    def save_proposal(self, changed: NumberProposal) -> None:
        """Save a decision."""
        of = changed.proposal
        self._connection.execute(
            number_proposal.update().where(number_proposal.c.proposal_id == of.proposal_id).values(**columns_of(of))
        )

    def find_proposal(self, proposal_id: UUID) -> NumberProposal | None:
        """Return a proposal, locked, or None."""
        row = self._connection.execute(
            sa.select(number_proposal).where(number_proposal.c.proposal_id == proposal_id).with_for_update()
        ).first()
        return self.proposal_of(row) if row else None

    def proposal_of(self, row: Any) -> NumberProposal:
        """Return the proposal of a row."""
        fields = self._identities.unseal(row.person_id, bytes(row.sealed))
        proposal = proposal_of(row, proposal_id=row.proposal_id, hands={row.person_id})
        return NumberProposal(proposal, row.person_id, str(fields["phone_number"]))


def _waiting(person_id: UUID, at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        number_change.c.person_id == person_id,
        number_change.c.ended_at.is_(None),
        number_change.c.opens_at > at,
    )


WAITING = Listing(
    sa.select(number_proposal).where(
        number_proposal.c.state == ProposalState.PROPOSED, number_proposal.c.lapses_at > NOW
    ),
    order=(number_proposal.c.lapses_at, number_proposal.c.proposal_id),
    narrowed={"unit": at_home_within_and_kept(number_proposal.c.person_id)},
    scope=("unit",),
    looked_up={"unit": below},
)
"""The numbers that wait for a second person's word, of staff at home in a unit and below; the first to lapse first."""
PROPOSALS = Listing(
    sa.select(number_proposal),
    order=(number_proposal.c.proposal_id,),
    narrowed={"person": equals(number_proposal.c.person_id), "by": equals(number_proposal.c.proposed_by)},
    scope=("person",),
)
"""The numbers that were proposed for a person: by everybody, or by one."""
