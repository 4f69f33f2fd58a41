"""Answer accounts whether anything here stands against ending the use of a person's data."""

from dataclasses import dataclass
from uuid import UUID

from libs.db import Connection
from libs.events import EventContext
from libs.programme.refusals import OpenObligationsError
from services.redemption.core.messages import tell
from services.redemption.entitlements import store as entitlements_store
from services.redemption.erasure.messages import ErasureAnswered
from services.redemption.gifts import store as gifts_store
from services.redemption.requests import store as requests_store


@dataclass(frozen=True)
class ErasureRequested:
    """Whose data are to be used no more."""

    erasure_id: UUID
    person_id: UUID
    district_id: UUID


def answer_erasure(connection: Connection, context: EventContext, asked: ErasureRequested) -> None:
    """Refuse while a redemption, a request to the ledger or purchased minutes of the person are open."""
    is_open = (
        requests_store.has_open_redemption(connection, asked.person_id)
        or gifts_store.has_open_request(connection, asked.person_id)
        or entitlements_store.has_held_minutes(connection, asked.person_id)
    )
    answer, code = ("refused", OpenObligationsError.code) if is_open else ("clear", "")
    answered = ErasureAnswered(asked.erasure_id, asked.person_id, answer, code)
    tell(connection, context, answered, district_id=asked.district_id)
