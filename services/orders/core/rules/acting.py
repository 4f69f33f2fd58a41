"""Who may act for whom: staff in scope, or a verified direct relative under a grant."""

from __future__ import annotations

from dataclasses import dataclass

from libs.errors import ForbiddenError, OutOfScopeError
from libs.programme.refusals import RelationNotVerifiedError


@dataclass(frozen=True)
class Standing:
    """How somebody stands to the person they act for."""

    is_staff: bool
    reaches: bool
    is_relative: bool
    is_declared: bool


def acts_as_staff(standing: Standing) -> bool:
    """Tell whether somebody acts as staff, else as a relative, who needs a grant; refuse whoever is neither.

    Raises:
        OutOfScopeError: staff whose role does not reach the person's unit.
        RelationNotVerifiedError: a direct relative, but only declared.
        ForbiddenError: neither staff nor a relative.
    """
    as_staff = standing.is_staff and standing.reaches
    if not as_staff and not standing.is_relative:
        if standing.is_staff:
            raise OutOfScopeError
        raise RelationNotVerifiedError if standing.is_declared else ForbiddenError
    return as_staff
