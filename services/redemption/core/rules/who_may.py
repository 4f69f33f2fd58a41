"""Who may do what for whom: in their own right, as staff in scope with consent, as a relative under a grant."""

from uuid import UUID

from libs.errors import ForbiddenError, OutOfScopeError, PersonSuspendedError
from libs.programme.refusals import ApproverRelatedError, RelationNotVerifiedError, SelfApprovalError, WalletFrozenError
from libs.programme.words import DIRECT_KINSHIP, PersonStatus, Role
from services.redemption.core.rules.people import Caller, Person, Relation

AUDITOR = frozenset({Role.CITY_AUDITOR})
_SHUT = frozenset({PersonStatus.SUSPENDED, PersonStatus.SEALED, PersonStatus.ERASED})


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


def acts_as_staff(caller: Caller, *, roles: frozenset[str], path: frozenset[UUID], relation: Relation | None) -> bool:
    """Tell whether the caller acts for a person as staff, else as a relative, who needs a grant; refuse others.

    `path` is that of the person's unit, `relation` what the caller is to them.

    Raises:
        ForbiddenError: neither staff nor a direct relative.
        OutOfScopeError: staff whose role does not reach the person.
        RelationNotVerifiedError: the relation is only declared.
    """
    refuse_auditor(caller)
    if caller.reaches(roles, path):
        return True
    if relation is None or relation.kind not in DIRECT_KINSHIP:
        raise OutOfScopeError if caller.has(roles) else ForbiddenError
    if not relation.verified:
        raise RelationNotVerifiedError
    return False


def refuse_suspended(*people: Person) -> None:
    """For a suspended person, or one whose data are sealed, nothing new is done; a caller is refused at the edge."""
    for person in people:
        if person.status in _SHUT:
            raise PersonSuspendedError(person_id=person.person_id)


def refuse_deceased(*people: Person) -> None:
    """Nothing new is spent by or for a person who has died."""
    for person in people:
        if person.status == PersonStatus.DECEASED:
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
