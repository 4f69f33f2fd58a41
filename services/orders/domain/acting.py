"""Who may act for whom: staff in scope or a verified direct relative, never without consent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from libs.programme.acting import Consent, refuse_unless_consented
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
    can_consent: bool = True
    """False in an emergency, and for the dead."""


def refuse_unless_may_act(standing: Standing, *, consent: Consent | None, now: datetime) -> None:
    """Refuse whoever may not act for the person.

    Raises:
        OutOfScopeError: staff whose role does not reach the person's unit.
        RelationNotVerifiedError: a direct relative, but only declared.
        ForbiddenError: neither staff nor a relative.
        ConsentMissingError: no consent in the request that counts, or for a relative no grant that staff recorded.
    """
    as_staff = standing.is_staff and standing.reaches
    if not as_staff and not standing.is_relative:
        if standing.is_staff:
            raise OutOfScopeError
        raise RelationNotVerifiedError if standing.is_declared else ForbiddenError
    if not (as_staff or standing.has_grant):
        raise ConsentMissingError(lacks="grant")
    refuse_unless_consented(consent, now=now, under_grant=not as_staff, can_consent=standing.can_consent)
