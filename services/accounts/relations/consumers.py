"""What relations hear of the others: what was done for somebody."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.events import orders, redemption
from libs.db import Connection
from libs.events import EventContext, hears
from services.accounts.core.store.record_store import RecordStore


@dataclass(frozen=True)
class ActedFor:
    """Something done for somebody: by whom, under which grant (None = staff), how the consent was given."""

    use_id: UUID
    person_id: UUID
    actor_id: UUID
    grant_id: UUID | None
    act: str
    subject_id: UUID
    minutes: int
    consent_how: str
    consent_given_at: datetime
    at: datetime


@hears(orders.ActedFor)
def keep_what_orders_did(connection: Connection, _context: EventContext, done: ActedFor) -> None:
    """Show it to both."""
    _keep(connection, "orders", done)


@hears(redemption.ActedFor)
def keep_what_redemption_did(connection: Connection, _context: EventContext, done: ActedFor) -> None:
    """Show it to both."""
    _keep(connection, "redemption", done)


def _keep(connection: Connection, service: str, done: ActedFor) -> None:
    RecordStore(connection).add_act_for(
        {
            "use_id": done.use_id,
            "service": service,
            "person_id": done.person_id,
            "actor_id": done.actor_id,
            "grant_id": done.grant_id,
            "act": done.act,
            "subject_id": done.subject_id,
            "minutes": done.minutes,
            "how": done.consent_how,
            "given_at": done.consent_given_at,
            "at": done.at,
        }
    )
