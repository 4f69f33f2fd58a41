"""Open the order of a redemption under the same id."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import Refusal
from libs.events import Cause
from libs.programme.acting import Consent, ConsentHow
from libs.programme.policy import Policy
from libs.programme.words import Funding
from services.orders.core.messages import tell
from services.orders.core.rules.catalogue import Service
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Ending, Order, Placement, Terms
from services.orders.core.rules.people import Person
from services.orders.core.store import catalogue_store, order_store, people_store
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.order_changes import await_funding, deadlines_set, replace_deadlines
from services.orders.placing import messages
from services.orders.placing.usecases.place_order import refuse_if_no_room


@dataclass(frozen=True)
class RequestedRedemption:
    """What redemption said of a request that may be made."""

    redemption_id: UUID
    recipient_id: UUID
    payer_id: UUID | None
    service_code: str
    planned_minutes: int
    start_at: datetime
    price_minutes: int
    coefficient_percent: int
    persons: int
    requested_by: UUID
    acting_for: UUID | None
    consent_how: ConsentHow | None
    consent_given_at: datetime | None
    why: str
    policy_version: int
    declined_code: str
    catalogue_version: int = 0
    """The version of the service that was priced; 0 where an earlier release asked."""

    @property
    def consent(self) -> Consent | None:
        """Return how and when the consent was given; its words stay in redemption."""
        if self.consent_how is None or self.consent_given_at is None:
            return None
        return Consent(self.consent_how, self.consent_given_at)


def open_redemption_order(
    connection: Connection, context: Cause, requested: RequestedRedemption, recipient: Person
) -> Order | None:
    """Open the order and ask for its funding (or let it be reviewed first); declined where a rule of asking bars it.

    None when the id is taken by another order: redemption then hears that it was declined.
    """
    now = context.now
    policy = people_store.policy_on(connection, recipient.district_id, local_date(now))
    order = _draft(connection, requested, recipient, now)
    opened = _opened(connection, order, policy, recipient, requested.declined_code)
    step = Step(Verb.PLACE, now, requested.requested_by, requested.acting_for, requested.consent, requested.why)
    if not order_store.add_order(connection, opened, step):
        _refuse_taken_id(connection, context, order)
        return None
    if opened.state is not State.DECLINED:
        tell(connection, context, messages.order_placed(opened))
        if opened.state is State.AWAITING_FUNDING:
            await_funding(connection, context, order, Verb.PLACE)
        replace_deadlines(connection, opened, deadlines_set(connection, opened, now))
    elif not requested.declined_code:
        tell(connection, context, messages.order_declined(opened))
    return opened


def _draft(connection: Connection, requested: RequestedRedemption, recipient: Person, now: datetime) -> Order:
    service = _priced(connection, requested, recipient, now)
    return Order(
        order_id=requested.redemption_id,
        district_id=recipient.district_id,
        unit_id=recipient.home_unit_id,
        recipient_id=recipient.person_id,
        funding=Funding.CREDIT,
        terms=Terms(
            service_code=service.code,
            catalogue_version=service.version,
            policy_version=requested.policy_version,
            planned_minutes=requested.planned_minutes,
            start_at=requested.start_at,
            persons=requested.persons or service.persons,
            coefficient_percent=requested.coefficient_percent,
            price_minutes=requested.price_minutes,
        ),
        placement=Placement(requested.requested_by, now, requested.acting_for, requested.consent, requested.why),
        payer_id=requested.payer_id or recipient.person_id,
    )


def _priced(connection: Connection, requested: RequestedRedemption, recipient: Person, now: datetime) -> Service:
    """Return the version that redemption priced, whatever came into force on the way."""
    code, version = requested.service_code, requested.catalogue_version
    priced = catalogue_store.find_version(connection, code, version) if version else None
    return priced or catalogue_store.service_on(connection, code, local_date(now), recipient.district_id)


def _opened(connection: Connection, order: Order, policy: Policy, recipient: Person, declined_code: str) -> Order:
    if declined_code:
        return order.declined(Verb.PLACE, declined_code)
    service = catalogue_store.service_version(connection, order.terms.service_code, order.terms.catalogue_version)
    try:
        refuse_if_no_room(connection, order, service, recipient)
    except Refusal as refusal:
        return order.declined(Verb.PLACE, refusal.code)
    review = policy.order.review_required
    return order.moved(Verb.PLACE, State.UNDER_REVIEW if review else State.AWAITING_FUNDING)


def _refuse_taken_id(connection: Connection, context: Cause, order: Order) -> None:
    """Decline, unless it is the same redemption heard once more."""
    existing = order_store.lock_order(connection, order.order_id)
    if existing.funding is Funding.CREDIT and existing.payer_id == order.payer_id and not existing.is_late_entry:
        return
    declined = replace(order, state=State.DECLINED, ending=Ending(declined_code="id_reused"))
    tell(connection, context, messages.order_declined(declined))
