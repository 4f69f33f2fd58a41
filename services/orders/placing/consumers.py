"""What became of funding, and whose orders end with them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.inbox import NotYetKnownError
from libs.programme.words import Funding
from services.orders.core.consumers import lock_known_order
from services.orders.core.messages import accounts, heard, ledger, redemption
from services.orders.core.store import people_store
from services.orders.placing.usecases.cancel_order import end_orders_of_dead
from services.orders.placing.usecases.fund_order import decline_order, fund_order, refer_order
from services.orders.placing.usecases.open_redemption_order import RequestedRedemption, open_redemption_order


def hear_person_died(connection: Connection, message: accounts.PersonDied, now: datetime) -> None:
    end_orders_of_dead(connection, UUID(message.person_id), now)


def hear_redemption_requested(connection: Connection, message: redemption.RedemptionRequested, now: datetime) -> None:
    recipient = people_store.find_person(connection, UUID(message.recipient_id))
    if recipient is None:
        raise NotYetKnownError(subject=message.recipient_id)
    requested = RequestedRedemption(
        redemption_id=UUID(message.redemption_id),
        recipient_id=recipient.person_id,
        payer_id=UUID(message.payer_id or message.recipient_id),
        service_code=message.service_code,
        planned_minutes=message.planned_minutes,
        start_at=heard.instant(message.start_at_us),
        price_minutes=message.price_minutes,
        coefficient_percent=message.coefficient_percent,
        persons=message.persons,
        requested_by=UUID(message.requested_by),
        acting_for=heard.uuid_or_none(message.acting_for),
        consent=heard.consent_of(message),
        why=message.why,
        policy_version=message.policy_version,
        declined_code=message.declined_code,
    )
    open_redemption_order(connection, requested, recipient, now)


def hear_redemption_authorised(connection: Connection, message: redemption.RedemptionAuthorised, now: datetime) -> None:
    fund_order(connection, lock_known_order(connection, message.redemption_id), now)


def hear_redemption_declined(connection: Connection, message: redemption.RedemptionDeclined, now: datetime) -> None:
    decline_order(connection, lock_known_order(connection, message.redemption_id), code=message.code, now=now)


def hear_fallback_referred(connection: Connection, message: redemption.FallbackReferred, now: datetime) -> None:
    refer_order(connection, lock_known_order(connection, message.order_id), fallback=message.fallback, now=now)


def hear_hold_placed(connection: Connection, message: ledger.HoldPlaced, now: datetime) -> None:
    if message.funding == Funding.POOL.value:
        fund_order(connection, lock_known_order(connection, message.hold_id), now)


def hear_hold_refused(connection: Connection, message: ledger.HoldRefused, now: datetime) -> None:
    if message.funding == Funding.POOL.value:
        decline_order(connection, lock_known_order(connection, message.hold_id), code=message.code, now=now)
