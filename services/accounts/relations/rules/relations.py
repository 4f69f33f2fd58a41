"""Relations between two persons, seen from either side."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from libs.programme.refusals import AlreadyDecidedError
from libs.programme.two_people import refuse_hand
from libs.programme.words import Kinship
from services.accounts.relations.refusals import RelationToSelfError, TooManyDeclaredError

DECLARED_OPEN_MAX = 12
"""How many relations of a person may be declared and not verified: a family has so many, a saboteur more."""


@dataclass(frozen=True)
class Relation:
    """One relation; `asks_verification` until a second person has confirmed what staff recorded as verified."""

    relation_id: UUID
    person_id: UUID
    relative_id: UUID
    kind: Kinship
    recorded_by: UUID
    asks_verification: bool
    verified: bool = False
    is_active: bool = True
    confirmed_by: UUID | None = None
    turned_down_by: UUID | None = None
    turned_down_why: str = ""
    ending_by: UUID | None = None
    """Who said that it ended, though two have verified it: it ends with a second."""
    version: int = 1

    def decide(self, *, by: UUID, ok: bool, why: str, lent_by: Collection[UUID] = ()) -> "Relation":
        """Return it verified by a second person, or turned down and ended.

        Raises:
            MakerIsCheckerError: who recorded it, or one of the two, decides.
            AlreadyDecidedError: it is verified or ended already.
        """
        refuse_hand((by, *lent_by), (self.recorded_by, self.person_id, self.relative_id))
        if self.verified or not self.is_active:
            raise AlreadyDecidedError
        if ok:
            return replace(self, verified=True, confirmed_by=by, version=self.version + 1)
        return replace(self.end(), turned_down_by=by, turned_down_why=why)

    def said_ended(self, *, by: UUID, lent_by: Collection[UUID] = ()) -> "Relation":
        """Return it ended as one says; one that two have verified keeps its force until a second says so too.

        Raises:
            MakerIsCheckerError: it is their own, or they said so already.
            AlreadyDecidedError: it is ended already.
        """
        refuse_hand((by, *lent_by), (self.person_id, self.relative_id, self.ending_by))
        if self.is_active and self.verified and self.ending_by is None:
            return replace(self, ending_by=by, version=self.version + 1)
        return self.end()

    def end(self) -> "Relation":
        """Return it ended.

        Raises:
            AlreadyDecidedError: it is ended already.
        """
        if not self.is_active:
            raise AlreadyDecidedError
        return replace(self, is_active=False, version=self.version + 1)


def declare_relation(
    *, relation_id: UUID, person_id: UUID, relative_id: UUID, kind: Kinship, recorded_by: UUID, verified: bool
) -> Relation:
    """Return a relation that counts as declared until a second person confirms it.

    Raises:
        RelationToSelfError: both are one person.
    """
    if person_id == relative_id:
        raise RelationToSelfError
    return Relation(
        relation_id=relation_id,
        person_id=person_id,
        relative_id=relative_id,
        kind=kind,
        recorded_by=recorded_by,
        asks_verification=verified,
    )


def refuse_too_many_declared(open_declared: int) -> None:
    """Refuse one more relation that nobody has verified.

    Raises:
        TooManyDeclaredError: so many wait already.
    """
    if open_declared >= DECLARED_OPEN_MAX:
        raise TooManyDeclaredError(max=DECLARED_OPEN_MAX)
