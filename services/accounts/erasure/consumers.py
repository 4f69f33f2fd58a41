"""What the end of the use of somebody's data hears: the others' answers."""

from libs.clock import Clock
from libs.db import Connection
from libs.inbox import EventFunction, IncomingEvent
from services.accounts.core.store.store import StoreOn
from services.accounts.erasure.messages import erasure_answer
from services.accounts.erasure.usecases import hear_erasure_answer


def hear_answer(store_on: StoreOn, service: str, clock: Clock) -> EventFunction:
    def hear(connection: Connection, event: IncomingEvent) -> None:
        answer = erasure_answer(event)
        hear_erasure_answer(
            store_on(connection),
            erasure_id=answer.erasure_id,
            service=service,
            code=answer.code,
            last_service_on=answer.last_service_on,
            now=clock.now(),
        )

    return hear
