"""The free certificate of a volunteer's service."""

from __future__ import annotations

import hashlib
from uuid import UUID

from libs.db import Connection
from libs.errors import IdReusedError
from libs.ids import new_id
from libs.programme.acting_grants import GrantedAct
from services.orders.core.store.rows import Fields
from services.orders.core.usecases.acting_for import require_acting_for
from services.orders.core.usecases.command_context import CommandContext, load_subject, require_power
from services.orders.service_time import store


def issue_certificate(
    connection: Connection, context: CommandContext, certificate_id: UUID, *, person_id: UUID
) -> Fields:
    """Issue the free certificate of a volunteer's service, with a code that anyone can check.

    Raises:
        ForbiddenError: neither the volunteer, someone acting for them, nor a coordinator of their unit.
    """
    person = load_subject(connection, context, person_id)
    if context.acting_for is None and context.caller_id != person_id:
        require_power(connection, context, "issue_certificate", person.home_unit_id)
    else:
        require_acting_for(connection, context, person, GrantedAct.SERVE, subject_id=certificate_id)
    time = store.service_time_of(connection, person_id)
    columns: Fields = {
        "certificate_id": certificate_id,
        "person_id": person_id,
        "minutes": time.total_minutes,
        "verified_minutes": time.verified_minutes,
        "first_on": time.first_on,
        "last_on": time.last_on,
        "issued_by": context.caller_id,
        "issued_at": context.now,
        "acting_for": context.acting_for,
        "consent": context.consent.to_json() if context.consent else None,
        "why": context.why,
    }
    salt = new_id().hex
    columns["verification_code"] = f"{salt}-{certificate_digest(columns, salt)}"
    if not store.add_certificate(connection, columns):
        raise IdReusedError
    row = store.find_certificate(connection, certificate_id)
    assert row is not None
    return dict(row)


def certificate_digest(columns: Fields, salt: str) -> str:
    """Return the digest that a certificate's code carries: of what it says, and a salt."""
    said = [str(columns[name]) for name in ("certificate_id", "person_id", "minutes", "verified_minutes")]
    return hashlib.sha256("/".join([*said, salt]).encode()).hexdigest()[:32]
