"""What became of funding, and whose orders end with them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts, ledger, redemption
from libs.db import Connection
from libs.events import EventContext, hears
from libs.inbox import NotYetKnownError
from libs.programme.words import Funding
from services.orders.core.consumers import lock_known_order
from services.orders.core.store import people_store
from services.orders.placing.usecases.cancel_order import end_orders_of_dead
from services.orders.placing.usecases.fund_order import decline_order, fund_order
from services.orders.placing.usecases.open_redemption_order import RequestedRedemption, open_redemption_order


@dataclass(frozen=True)
class PersonDied:
    """Somebody has died."""

    person_id: UUID


@dataclass(frozen=True)
class RedemptionAnswered:
    """Redemption's answer about an order's funding; `code` only of a refusal."""

    redemption_id: UUID
    code: str = ""


@dataclass(frozen=True)
class HoldAnswered:
    """The ledger's answer about a hold; `code` only of a refusal."""

    hold_id: UUID
    funding: str
    code: str = ""


@hears(accounts.PersonDied)
def end_orders(connection: Connection, context: EventContext, died: PersonDied) -> None:
    """What somebody who has died receives, pays or has taken ends."""
    end_orders_of_dead(connection, context, died.person_id)


@hears(redemption.RedemptionRequested)
def open_order(connection: Connection, context: EventContext, requested: RequestedRedemption) -> None:
    """Open the order of a redemption."""
    recipient = people_store.find_person(connection, requested.recipient_id)
    if recipient is None:
        raise NotYetKnownError(subject=str(requested.recipient_id))
    open_redemption_order(connection, context, requested, recipient)


@hears(redemption.RedemptionAuthorised)
def fund(connection: Connection, context: EventContext, answer: RedemptionAnswered) -> None:
    """What the order costs is set aside."""
    fund_order(connection, context, lock_known_order(connection, answer.redemption_id))


@hears(redemption.RedemptionDeclined)
def decline(connection: Connection, context: EventContext, answer: RedemptionAnswered) -> None:
    """What the order costs is not to be had."""
    order = lock_known_order(connection, answer.redemption_id)
    decline_order(connection, context, order, code=answer.code)


@hears(ledger.HoldPlaced)
def fund_from_pool(connection: Connection, context: EventContext, answer: HoldAnswered) -> None:
    """The pool pays."""
    if answer.funding == Funding.POOL:
        fund_order(connection, context, lock_known_order(connection, answer.hold_id))


@hears(ledger.HoldRefused)
def refuse_from_pool(connection: Connection, context: EventContext, answer: HoldAnswered) -> None:
    """The pool cannot pay."""
    if answer.funding == Funding.POOL:
        order = lock_known_order(connection, answer.hold_id)
        decline_order(connection, context, order, code=answer.code)
