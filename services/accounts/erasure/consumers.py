"""What the end of the use of somebody's data hears: the others' answers."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.contracts.events import ledger, orders, redemption
from libs.db import Connection
from libs.events import EventContext, hears
from services.accounts.core.store.store import Store
from services.accounts.erasure.usecases import hear_erasure_answer

CLEAR = "clear"


@dataclass(frozen=True)
class ErasureAnswered:
    """A service's answer: nothing stands against it, or what does; orders say when somebody last served."""

    erasure_id: UUID
    answer: str
    code: str
    last_service_on: date | None = None


@hears(orders.ErasureAnswered)
def hear_orders(connection: Connection, context: EventContext, answer: ErasureAnswered) -> None:
    """Take the answer of orders."""
    _take(connection, context, "orders", answer)


@hears(ledger.ErasureAnswered)
def hear_ledger(connection: Connection, context: EventContext, answer: ErasureAnswered) -> None:
    """Take the answer of the ledger."""
    _take(connection, context, "ledger", answer)


@hears(redemption.ErasureAnswered)
def hear_redemption(connection: Connection, context: EventContext, answer: ErasureAnswered) -> None:
    """Take the answer of redemption."""
    _take(connection, context, "redemption", answer)


def _take(connection: Connection, context: EventContext, service: str, answer: ErasureAnswered) -> None:
    hear_erasure_answer(
        Store(connection),
        context,
        erasure_id=answer.erasure_id,
        service=service,
        code="" if answer.answer == CLEAR else answer.code,
        last_service_on=answer.last_service_on,
    )
