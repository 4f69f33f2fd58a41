"""What every feature tells alike, and how: events leave in the transaction of the change."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from libs.contracts.events import redemption
from libs.db import Connection
from libs.events import Cause, publish, tells
from libs.programme.known_grants import ActFor

TOPIC = "timebank.redemption.v1"
TOPICS_HEARD = (
    "timebank.accounts.state.v1",
    "timebank.accounts.v1",
    "timebank.orders.state.v1",
    "timebank.orders.v1",
    "timebank.ledger.v1",
)


def tell(connection: Connection, context: Cause, event: Any, *, district_id: UUID | None = None) -> None:
    """Publish an event in the order of its district, which is its own unless another is named."""
    stream = str(district_id or event.district_id)
    publish(connection, event, topic=TOPIC, stream=stream, cause=context.cause, at=context.now)


@tells(redemption.RedemptionAuthorised, subject="redemption_id")
@dataclass(frozen=True)
class RedemptionAuthorised:
    """Credit or purchased minutes are set aside: the order may be published."""

    redemption_id: UUID
    district_id: UUID
    funding: str
    held_minutes: int


@tells(redemption.RedemptionDeclined, subject="redemption_id")
@dataclass(frozen=True)
class RedemptionDeclined:
    """The hold was refused."""

    redemption_id: UUID
    district_id: UUID
    funding: str
    code: str


@tells(redemption.ActedFor, subject="use_id")
class ActedFor(ActFor):
    """What was done for somebody; the words of their consent stay here."""
