"""What deaths hear of the ledger: estates settled, wallets given back."""

from libs.clock import Clock
from libs.db import Connection
from libs.inbox import EventFunction, IncomingEvent
from services.accounts.core.store.store import StoreOn
from services.accounts.deaths.messages import settled_estate_of, wallets_answer
from services.accounts.deaths.store import DeathStore
from services.accounts.deaths.usecases.correct_death import hear_wallets_answer


def settle_estate(store_on: StoreOn, clock: Clock) -> EventFunction:
    def hear(connection: Connection, event: IncomingEvent) -> None:
        person_id = settled_estate_of(event)
        if person_id is not None:
            DeathStore(store_on(connection).connection).settle_estate(person_id, at=clock.now())

    return hear


def give_back(store_on: StoreOn, clock: Clock) -> EventFunction:
    def hear(connection: Connection, event: IncomingEvent) -> None:
        answer = wallets_answer(event)
        if answer is not None:
            hear_wallets_answer(store_on(connection), mistake_id=answer.cause_id, code=answer.code, now=clock.now())

    return hear
