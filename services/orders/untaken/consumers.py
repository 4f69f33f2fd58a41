"""What is heard of help that nobody took: where it goes, and whose referrals end with them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts, redemption
from libs.db import Connection
from libs.events import EventContext, forgets, hears
from libs.programme.words import Fallback
from services.orders.core.consumers import lock_known_order
from services.orders.untaken.usecases.follow_referral import withdraw_referrals_of
from services.orders.untaken.usecases.refer_order import refer_order


@dataclass(frozen=True)
class FallbackReferred:
    """To which other service an order that nobody took was referred; the id of the order that is bought instead."""

    order_id: UUID
    fallback: Fallback
    purchased_order_id: UUID | None


@dataclass(frozen=True)
class PersonDied:
    """Somebody has died."""

    person_id: UUID


@hears(redemption.FallbackReferred)
def refer(connection: Connection, context: EventContext, referred: FallbackReferred) -> None:
    """Somebody else looks after what nobody took."""
    order = lock_known_order(connection, referred.order_id)
    purchased_order_id = referred.purchased_order_id
    refer_order(connection, context, order, fallback=referred.fallback, purchased_order_id=purchased_order_id)


@hears(accounts.PersonDied)
def withdraw(connection: Connection, context: EventContext, died: PersonDied) -> None:
    """Nobody comes to who has died."""
    withdraw_referrals_of(connection, context, died.person_id)


@forgets(accounts.PersonState)
def withdraw_of_erased(connection: Connection, context: EventContext, subject: str) -> None:
    """Nobody comes to who has gone."""
    withdraw_referrals_of(connection, context, UUID(subject))
