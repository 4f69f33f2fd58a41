"""Who people are, until they are forgotten."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.inbox import IncomingEvent
from libs.programme import standing
from services.orders.core.consumers import parsed
from services.orders.core.messages import accounts, heard, publish
from services.orders.core.store import people_store, tables
from services.orders.erasure import messages, store
from services.orders.erasure.usecases import erasure_code
from services.orders.service_time import store as service_time_store


def save_person(connection: Connection, event: IncomingEvent) -> None:
    if event.payload is None:
        standing.hear_person(connection, UUID(event.subject), None)
        people_store.forget(connection, tables.person, person_id=UUID(event.subject))
        people_store.forget_relations(connection, UUID(event.subject))
        store.forget_words_about(connection, UUID(event.subject))
        return
    state = parsed(accounts.PersonState, event)
    standing.hear_person(connection, UUID(state.person_id), state)
    people_store.save_person(connection, heard.person_of(state))


def hear_erasure_requested(connection: Connection, message: accounts.ErasureRequested, now: datetime) -> None:
    person_id = UUID(message.person_id)
    answer = messages.erasure_answered(
        erasure_id=message.erasure_id,
        person_id=message.person_id,
        code=erasure_code(connection, person_id),
        last_service_on=service_time_store.last_service_on(connection, person_id),
    )
    publish(connection, answer, district_id=UUID(message.district_id), subject=person_id, at=now)
