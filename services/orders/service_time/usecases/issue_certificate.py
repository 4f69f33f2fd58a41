"""The free certificate of a volunteer's service: issued, signed, and revoked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme.acting_grants import GrantedAct
from services.orders.core.store.rows import Fields
from services.orders.core.usecases.acting_for import require_acting_for
from services.orders.core.usecases.command_context import (
    CommandContext,
    load_subject,
    require_power,
    require_power_somewhere,
)
from services.orders.service_time import store
from services.orders.service_time.refusals import AlreadyRevokedError, ValidUntilPastError
from services.orders.service_time.rules.credentials import CertificateKeys, Certified, certificate_claims

POWER = "issue_certificate"
CODE_CHARACTERS = 32


def issue_certificate(
    connection: Connection,
    context: CommandContext,
    certificate_id: UUID,
    keys: CertificateKeys,
    *,
    person_id: UUID,
    valid_until: date | None,
) -> Fields:
    """Issue the free certificate of a volunteer's service, as a credential that anyone can check.

    Raises:
        ForbiddenError: neither the volunteer, someone acting for them, nor a coordinator of their unit.
        ValidUntilPastError: it would be valid for no day.
        IdReusedError: the id is taken.
    """
    person = load_subject(connection, context, person_id)
    if context.acting_for is None and context.caller_id != person_id:
        require_power(connection, context, POWER, person.home_unit_id)
    else:
        require_acting_for(connection, context, person, GrantedAct.SERVE, subject_id=certificate_id)
    if valid_until is not None and valid_until <= local_date(context.now):
        raise ValidUntilPastError
    time = store.service_time_of(connection, person_id)
    columns: Fields = {
        "certificate_id": certificate_id,
        "person_id": person_id,
        "minutes": time.total_minutes,
        "verified_minutes": time.verified_minutes,
        "first_on": time.first_on,
        "last_on": time.last_on,
        "services": store.minutes_by_service(connection, person_id),
        "issued_by": context.caller_id,
        "issued_at": context.now,
        "valid_until": valid_until,
        "verification_code": "",
        "acting_for": context.acting_for,
        "consent": context.consent.to_json() if context.consent else None,
        "why": context.why,
    }
    number = store.add_certificate(connection, columns)
    if number is None:
        raise IdReusedError
    numbered = columns | {"number": number}
    credential = keys.sign(certificate_claims(keys, certified_by(numbered)))
    signed = {"credential": credential, "verification_code": code_of(credential)}
    store.sign_certificate(connection, certificate_id, **signed)
    return numbered | signed


def revoke_certificate(connection: Connection, context: CommandContext, certificate_id: UUID) -> Fields:
    """Revoke a certificate, with a reason: who checks it with a network learns so.

    Raises:
        ForbiddenError, OutOfScopeError: no coordinator of the volunteer's unit; nobody revokes their own.
        RecordNotFoundError: there is none.
        AlreadyRevokedError: it was revoked before.
    """
    require_power_somewhere(context, POWER)
    certificate = store.lock_certificate(connection, certificate_id)
    person = load_subject(connection, context, certificate["person_id"])
    require_power(connection, context, POWER, person.home_unit_id)
    if certificate["revoked_at"] is not None:
        raise AlreadyRevokedError(revoked_at=certificate["revoked_at"].isoformat())
    revoked = {"revoked_at": context.now, "revoked_by": context.caller_id, "revoked_why": context.why}
    store.revoke_certificate(connection, certificate_id, **revoked)
    return dict(certificate) | revoked


def certified_by(columns: Mapping[str, Any]) -> Certified:
    """Return what the row of a certificate says."""
    return Certified(**{name: columns[name] for name in Certified.__dataclass_fields__})


def code_of(credential: str) -> str:
    """Return the code that is typed where no camera reads the credential: the beginning of its SHA-256."""
    return hashlib.sha256(credential.encode()).hexdigest()[:CODE_CHARACTERS]
