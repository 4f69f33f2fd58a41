"""Who may act for whom: staff in scope or a verified direct relative, never without consent."""

from __future__ import annotations

from dataclasses import dataclass

from services.orders.domain.errors import (
    ConsentMissingError,
    ForbiddenError,
    OutOfScopeError,
    RelationNotVerifiedError,
)


@dataclass(frozen=True)
class Standing:
    """How somebody stands to the person they act for."""

    is_staff: bool
    reaches: bool
    is_relative: bool
    is_declared: bool
    has_grant: bool


def refuse_unless_may_act(standing: Standing, *, consent: str) -> None:
    """Refuse whoever may not act for the person.

    Raises:
        OutOfScopeError: staff whose role does not reach the person's unit.
        RelationNotVerifiedError: a direct relative, but only declared.
        ForbiddenError: neither staff nor a relative.
        ConsentMissingError: no consent in the request, or for a relative no grant that staff recorded.
    """
    as_staff = standing.is_staff and standing.reaches
    if not as_staff and not standing.is_relative:
        if standing.is_staff:
            raise OutOfScopeError
        raise RelationNotVerifiedError if standing.is_declared else ForbiddenError
    if not consent or not (as_staff or standing.has_grant):
        raise ConsentMissingError
