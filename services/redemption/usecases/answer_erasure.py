"""Answer accounts whether anything here stands against ending the use of a person's data."""

from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.outbox import append
from services.redemption import messages
from services.redemption.domain.errors import OpenObligationsError
from services.redemption.store import credit_store, entitlement_store, redemption_store


def answer_erasure(
    connection: Connection, *, erasure_id: UUID, person_id: UUID, district_id: UUID, now: datetime
) -> None:
    """Refuse while a redemption, a request to the ledger or purchased minutes of the person are open."""
    is_open = (
        redemption_store.has_open_redemption(connection, person_id)
        or credit_store.has_open_request(connection, person_id)
        or entitlement_store.has_held_minutes(connection, person_id)
    )
    answered = messages.erasure_answered(
        erasure_id=erasure_id,
        person_id=person_id,
        district_id=district_id,
        code=OpenObligationsError.code if is_open else "",
        now=now,
    )
    append(connection, answered)
