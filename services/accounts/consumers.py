"""What accounts hears: answers to erasures and mistaken deaths, and orders that let two people know of each other."""

from collections.abc import Callable
from uuid import UUID

from libs.clock import Clock
from libs.db import Connection
from libs.inbox import Consumers, EventFunction, IncomingEvent
from services.accounts.messages import heard
from services.accounts.store.store import Store
from services.accounts.store.vault import Vault
from services.accounts.usecases.correct_death import hear_wallets_answer
from services.accounts.usecases.disclose import end_disclosure, open_disclosure
from services.accounts.usecases.erase_person import hear_erasure_answer

StoreOn = Callable[[Connection], Store]


def consumers(vault: Callable[[], Vault], *, clock: Clock) -> Consumers:
    """Return one function per event type heard; the vault is opened when it is first needed."""

    def store_on(connection: Connection) -> Store:
        return Store(connection, vault())

    functions: dict[str, EventFunction] = {
        event_type: _answer(store_on, service, clock) for service, event_type in heard.ERASURE_ANSWERS.items()
    }
    functions[heard.TRANSFER_POSTED] = _settle_estate(store_on, clock)
    functions |= dict.fromkeys((heard.WALLETS_UNFROZEN, heard.TRANSFER_REFUSED), _give_back(store_on, clock))
    functions[heard.ORDER_TAKEN] = _open(store_on)
    functions |= dict.fromkeys(heard.ORDER_ENDS, _end(store_on))
    functions |= dict.fromkeys(heard.ACTS_FOR, _keep_act_for(store_on))
    return Consumers(topics=heard.TOPICS, functions=functions)


def _answer(store_on: StoreOn, service: str, clock: Clock) -> EventFunction:
    def hear(connection: Connection, event: IncomingEvent) -> None:
        answer = heard.erasure_answer(event)
        hear_erasure_answer(
            store_on(connection),
            erasure_id=answer.erasure_id,
            service=service,
            code=answer.code,
            last_service_on=answer.last_service_on,
            now=clock.now(),
        )

    return hear


def _settle_estate(store_on: StoreOn, clock: Clock) -> EventFunction:
    def hear(connection: Connection, event: IncomingEvent) -> None:
        person_id = heard.settled_estate_of(event)
        if person_id is not None:
            store_on(connection).deaths.settle_estate(person_id, at=clock.now())

    return hear


def _give_back(store_on: StoreOn, clock: Clock) -> EventFunction:
    def hear(connection: Connection, event: IncomingEvent) -> None:
        answer = heard.wallets_answer(event)
        if answer is not None:
            hear_wallets_answer(store_on(connection), mistake_id=answer.cause_id, code=answer.code, now=clock.now())

    return hear


def _open(store_on: StoreOn) -> EventFunction:
    def hear(connection: Connection, event: IncomingEvent) -> None:
        taken = heard.taken_order(event)
        open_disclosure(
            store_on(connection),
            order_id=taken.order_id,
            recipient_id=taken.recipient_id,
            volunteer_ids=taken.volunteer_ids,
            ends_at=taken.ends_at,
        )

    return hear


def _keep_act_for(store_on: StoreOn) -> EventFunction:
    def hear(connection: Connection, event: IncomingEvent) -> None:
        store_on(connection).records.add_act_for(heard.act_for_of(event))

    return hear


def _end(store_on: StoreOn) -> EventFunction:
    def hear(connection: Connection, event: IncomingEvent) -> None:
        end_disclosure(store_on(connection), order_id=UUID(heard.order_id_of(event)))

    return hear
