"""Answer orders' question whether help is funded: by a hold on credit, or by purchased minutes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.errors import RuleError
from libs.inbox import NotYetKnownError
from libs.outbox import append
from services.redemption import messages
from services.redemption.domain.calendar import month_of
from services.redemption.domain.policy import HUNDRED_PERCENT
from services.redemption.domain.redemption import Hold, Redemption
from services.redemption.store import entitlement_store, known_store as known, redemption_store as store


@dataclass(frozen=True)
class Funding:
    """What orders wants to have funded."""

    order_id: UUID
    district_id: UUID
    recipient_id: UUID
    payer_id: UUID
    price_minutes: int
    planned_minutes: int
    start_at: datetime
    service_code: str
    policy_version: int
    requested_by: UUID
    without_redemption: bool


def ask_for_hold(connection: Connection, funding: Funding, *, now: datetime) -> None:
    """Ask the ledger to set the price aside; a late entry opens its redemption here."""
    redemption = store.lock_redemption(connection, funding.order_id)
    if redemption is None and funding.without_redemption:
        redemption = _opened(connection, funding, now)
        store.add_redemption(connection, redemption)
    if redemption is None:
        raise NotYetKnownError(subject=str(funding.order_id))
    if redemption.is_over or redemption.hold is not Hold.NONE:
        return
    asking = redemption.ask_for_hold(redemption.payer_id)
    store.save_redemption(connection, asking)
    append(connection, messages.hold_requested(asking, now))


def _opened(connection: Connection, funding: Funding, now: datetime) -> Redemption:
    payer = known.find_person(connection, funding.payer_id)
    recipient = known.find_person(connection, funding.recipient_id)
    if payer is None or recipient is None:
        raise NotYetKnownError(subject=str(funding.order_id))
    return Redemption(
        redemption_id=funding.order_id,
        district_id=funding.district_id,
        unit_id=recipient.home_unit_id,
        recipient_id=funding.recipient_id,
        payer_id=funding.payer_id,
        payer_district_id=payer.district_id,
        service_code=funding.service_code,
        planned_minutes=funding.planned_minutes,
        start_at=funding.start_at,
        price_minutes=funding.price_minutes,
        coefficient_percent=HUNDRED_PERCENT,
        persons=1,
        requested_by=funding.requested_by,
        acting_for=None,
        consent=None,
        why="late_entry",
        policy_version=funding.policy_version,
        requested_at=now,
    )


def hold_purchased_minutes(connection: Connection, funding: Funding, *, now: datetime) -> None:
    """Set the planned minutes aside in the month of the start, or decline with the code."""
    month = month_of(funding.start_at)
    entitled = entitlement_store.lock_month(connection, person_id=funding.recipient_id, month=month)
    terms = {"redemption_id": funding.order_id, "district_id": funding.district_id}
    try:
        entitled.refuse_unless_covers(funding.planned_minutes)
    except RuleError as refusal:
        declined = messages.redemption_declined(**terms, funding=messages.PURCHASED, code=refusal.code, now=now)
        append(connection, declined)
        return
    use = entitlement_store.Use(funding.order_id, funding.recipient_id, month, funding.planned_minutes, 0)
    entitlement_store.save_use(connection, use)
    authorised = messages.redemption_authorised(
        **terms, funding=messages.PURCHASED, held_minutes=funding.planned_minutes, now=now
    )
    append(connection, authorised)
