"""Answer orders' question whether help is funded by a hold on credit."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.events import EventContext
from libs.inbox import NotYetKnownError
from libs.programme.policy.store import policy_on
from services.redemption.core.messages import RedemptionAuthorised, RedemptionDeclined, tell
from services.redemption.core.rules.people import Asking
from services.redemption.core.rules.policy import CREDIT, HUNDRED_PERCENT
from services.redemption.core.store import directory
from services.redemption.funding import messages
from services.redemption.requests import store as requests_store
from services.redemption.requests.refusals import WeeklyLimitExceededError
from services.redemption.requests.rules.redemption import Hold, Redemption, Terms

WEEK_IS_FULL = WeeklyLimitExceededError.code


@dataclass(frozen=True)
class FundingRequested:
    """What orders wants to have funded."""

    order_id: UUID
    district_id: UUID
    recipient_id: UUID
    payer_id: UUID | None
    funding: str
    price_minutes: int
    planned_minutes: int
    start_at: datetime
    service_code: str
    policy_version: int
    requested_by: UUID | None
    without_redemption: bool


def ask_for_hold(connection: Connection, context: EventContext, order: FundingRequested) -> None:
    """Ask the ledger to set the price aside; a late entry opens its redemption here."""
    redemption = requests_store.lock_redemption(connection, order.order_id)
    if redemption is None and order.without_redemption:
        redemption = _opened(connection, context, order)
        requests_store.add_redemption(connection, redemption)
    if redemption is None:
        raise NotYetKnownError(subject=str(order.order_id))
    if redemption.is_over:
        return
    if redemption.hold is Hold.PLACED:
        _move(connection, context, order, redemption)
    if redemption.hold is not Hold.NONE:
        return
    asking = redemption.ask_for_hold()
    requests_store.save_redemption(connection, asking)
    tell(connection, context, messages.hold_requested(asking))


def _move(connection: Connection, context: EventContext, order: FundingRequested, redemption: Redemption) -> None:
    """Answer for another time: what is held stays held, unless the limit of its week bars it, which ends the help."""
    if order.start_at == redemption.terms.start_at:
        return
    moved = dataclasses.replace(redemption, terms=dataclasses.replace(redemption.terms, start_at=order.start_at))
    policy = policy_on(connection, order.district_id, local_date(context.now))
    counted_minutes = requests_store.week_minutes_without(connection, moved)
    limit = policy.redeem.max_minutes_per_week
    if limit is not None and counted_minutes + moved.terms.price_minutes > limit:
        tell(connection, context, RedemptionDeclined(order.order_id, order.district_id, CREDIT, WEEK_IS_FULL))
        return
    requests_store.save_start(connection, moved)
    authorised = RedemptionAuthorised(order.order_id, order.district_id, CREDIT, moved.terms.price_minutes)
    tell(connection, context, authorised)


def _opened(connection: Connection, context: EventContext, order: FundingRequested) -> Redemption:
    payer = directory.find_person(connection, order.payer_id or order.recipient_id)
    recipient = directory.find_person(connection, order.recipient_id)
    if payer is None or recipient is None:
        raise NotYetKnownError(subject=str(order.order_id))
    return Redemption(
        redemption_id=order.order_id,
        district_id=order.district_id,
        unit_id=recipient.home_unit_id,
        recipient_id=recipient.person_id,
        payer_id=payer.person_id,
        payer_district_id=payer.district_id,
        policy_version=order.policy_version,
        terms=Terms(
            service_code=order.service_code,
            planned_minutes=order.planned_minutes,
            start_at=order.start_at,
            price_minutes=order.price_minutes,
            coefficient_percent=HUNDRED_PERCENT,
            persons=1,
        ),
        asked=Asking(order.requested_by or order.recipient_id, context.now, why="late_entry"),
    )
