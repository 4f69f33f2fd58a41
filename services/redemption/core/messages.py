"""What every feature tells alike, and how: events leave in the transaction of the change."""

from dataclasses import dataclass
from datetime import datetime
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
@dataclass(frozen=True)
class ActedFor:
    """What was done for somebody; the words of their consent stay here."""

    use_id: UUID
    district_id: UUID
    person_id: UUID
    actor_id: UUID
    grant_id: UUID | None
    act: str
    subject_id: UUID
    minutes: int
    consent_how: str
    consent_given_at: datetime
    at: datetime


def acted_for(done: ActFor, *, district_id: UUID) -> ActedFor:
    """Return what is told of an act."""
    return ActedFor(
        use_id=done.use_id,
        district_id=district_id,
        person_id=done.person_id,
        actor_id=done.actor_id,
        grant_id=done.grant_id,
        act=done.act.value,
        subject_id=done.subject_id,
        minutes=done.minutes,
        consent_how=done.consent.how.value,
        consent_given_at=done.consent.given_at,
        at=done.at,
    )
