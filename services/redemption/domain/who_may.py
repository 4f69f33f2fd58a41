"""Who may do what for whom: in their own right, as staff in scope with consent, as a relative under a grant."""

from datetime import datetime
from uuid import UUID

from libs.errors import ForbiddenError, OutOfScopeError, PersonSuspendedError
from libs.programme.acting import refuse_unless_consented
from services.redemption.domain.errors import (
    ApproverRelatedError,
    ConsentMissingError,
    RelationNotVerifiedError,
    SelfApprovalError,
    WalletFrozenError,
)
from services.redemption.domain.people import Acting, Caller, Person, Relation
from services.redemption.domain.policy import DIRECT_RELATIVES

AUDITOR = frozenset({"city_auditor"})


def refuse_auditor(caller: Caller) -> None:
    """The auditor reads everything and is refused every command."""
    if caller.has(AUDITOR):
        raise ForbiddenError


def refuse_unless_power(caller: Caller, roles: frozenset[str], path: frozenset[UUID]) -> None:
    """Refuse unless one of the caller's roles is among `roles` and reaches the unit of the path.

    Raises:
        ForbiddenError: none of the roles, or an auditor.
        OutOfScopeError: the role does not reach this unit.
    """
    refuse_auditor(caller)
    if not caller.has(roles):
        raise ForbiddenError
    if not caller.reaches(roles, path):
        raise OutOfScopeError


def refuse_unless_acts_for(
    caller: Caller,
    acting: Acting,
    *,
    roles: frozenset[str],
    path: frozenset[UUID],
    relation: Relation | None,
    has_grant: bool,
    can_consent: bool,
    now: datetime,
) -> None:
    """Refuse unless the caller may act for a person: `path` is the person's, `relation` the caller's to them.

    `can_consent` is false for the dead.

    Raises:
        ForbiddenError: neither staff nor a direct relative.
        OutOfScopeError: staff whose role does not reach the person.
        RelationNotVerifiedError: the relation is only declared.
        ConsentMissingError: no consent recorded for this act that counts, or no grant for a relative.
    """
    refuse_auditor(caller)
    if caller.reaches(roles, path):
        refuse_unless_consented(acting.consent, now=now, can_consent=can_consent)
        return
    if relation is None or relation.kind not in DIRECT_RELATIVES:
        raise OutOfScopeError if caller.has(roles) else ForbiddenError
    if not relation.verified:
        raise RelationNotVerifiedError
    if not has_grant:
        raise ConsentMissingError(lacks="grant")
    refuse_unless_consented(acting.consent, now=now, under_grant=True, can_consent=can_consent)


def refuse_suspended(*people: Person | None) -> None:
    """A suspended person, or one whose data are sealed, does nothing new."""
    for person in people:
        if person is not None and person.status in ("suspended", "sealed", "erased"):
            raise PersonSuspendedError(person_id=person.person_id)


def refuse_deceased(*people: Person) -> None:
    """Nothing new is spent by or for a person who has died."""
    for person in people:
        if person.status == "deceased":
            raise WalletFrozenError(person_id=person.person_id)


def refuse_close(actor_id: UUID, *people: Person | None, related: frozenset[UUID]) -> None:
    """Refuse staff who would move credit of, or to, themselves or somebody close; `related` are theirs among them.

    Raises:
        SelfApprovalError: it is their own.
        ApproverRelatedError: it is a relative's or housemate's.
    """
    ids = {person.person_id for person in people if person is not None}
    if actor_id in ids:
        raise SelfApprovalError
    if ids & related:
        raise ApproverRelatedError
