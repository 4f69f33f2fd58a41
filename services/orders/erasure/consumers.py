"""Accounts' question before an erasure, and the tombstone after it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts
from libs.db import Connection
from libs.events import EventContext, forgets, hears
from services.orders.core.messages import tell
from services.orders.erasure import store
from services.orders.erasure.messages import ErasureAnswered
from services.orders.erasure.usecases import erasure_code
from services.orders.scans.usecases import delete_pictures_of
from services.orders.service_time import store as service_time_store


@dataclass(frozen=True)
class ErasureRequested:
    """Somebody's data are to be used no more."""

    erasure_id: str
    person_id: UUID
    district_id: UUID


@forgets(accounts.PersonState)
def forget_words(connection: Connection, context: EventContext, subject: str) -> None:
    """Blank the free words about somebody whose data are erased, and delete pictures; who did what and when stays."""
    store.forget_words_about(connection, UUID(subject))
    delete_pictures_of(connection, UUID(subject), context.now)


@hears(accounts.ErasureRequested)
def answer(connection: Connection, context: EventContext, asked: ErasureRequested) -> None:
    """Answer whether something is open."""
    code = erasure_code(connection, asked.person_id)
    last_service_on = service_time_store.last_service_on(connection, asked.person_id)
    verdict = "refused" if code else "clear"
    answered = ErasureAnswered(asked.erasure_id, asked.person_id, verdict, code, last_service_on)
    tell(connection, context, answered, district_id=asked.district_id)
