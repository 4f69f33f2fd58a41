"""Ask for help to be paid by credit."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import IdReusedError, RuleError
from libs.programme.acting_grants import GrantedAct
from libs.programme.policy import Policy
from libs.programme.policy.store import policy_on
from libs.programme.refusals import ServiceNotFoundError
from services.redemption.core.messages import tell
from services.redemption.core.rules.calendar import week_of
from services.redemption.core.rules.people import Acting, CommandContext, Person
from services.redemption.core.rules.policy import coefficient_percent
from services.redemption.core.rules.who_may import refuse_suspended
from services.redemption.core.store import directory, service_minutes
from services.redemption.core.usecases.authorise import acted_for, refuse_unless_may_ask, tell_of_act
from services.redemption.requests import messages, store
from services.redemption.requests.rules.eligibility import (
    Asked,
    asked_price,
    refuse_unknown_relation,
    refuse_unless_eligible,
)
from services.redemption.requests.rules.redemption import Redemption


@dataclass(frozen=True)
class RedemptionTerms:
    """What is asked for."""

    redemption_id: UUID
    recipient_id: UUID
    payer_id: UUID
    service_code: str
    minutes: int
    start_at: datetime
    acting: Acting


def request_redemption(connection: Connection, context: CommandContext, terms: RedemptionTerms) -> Redemption:
    """Keep a request by someone who may ask, and tell orders; one that a rule bars is kept as declined.

    Raises:
        ForbiddenError: the caller may not ask, or someone concerned is suspended.
        ServiceNotFoundError: there is no such service.
        IdReusedError: the id belongs to another's request.
    """
    recipient = directory.person_of(connection, terms.recipient_id)
    payer = directory.person_of(connection, terms.payer_id)
    grant = refuse_unless_may_ask(
        connection, context, terms.acting, recipient=recipient, payer=payer, minutes=terms.minutes
    )
    refuse_suspended(recipient, payer)
    store.lock_recipient(connection, recipient.person_id)
    if store.find_redemption(connection, terms.redemption_id) is not None:
        raise IdReusedError
    asked = _asked(connection, terms, recipient=recipient, payer=payer, now=context.now)
    refuse_unknown_relation(asked)
    policy = policy_on(connection, recipient.district_id, local_date(context.now))
    redemption = _redemption(context, terms, asked, policy)
    try:
        refuse_unless_eligible(asked, policy, now=context.now)
    except RuleError as refusal:
        redemption = redemption.decline(refusal.code, context.now)
    store.add_redemption(connection, redemption)
    tell(connection, context, messages.redemption_requested(redemption))
    # What a rule bars at once is told, and counts no minutes.
    minutes = terms.minutes if redemption.code is None else 0
    tell_of_act(
        connection,
        context,
        terms.acting,
        grant,
        GrantedAct.ASK,
        subject_id=redemption.redemption_id,
        minutes=minutes,
    )
    return redemption


def _asked(connection: Connection, terms: RedemptionTerms, *, recipient: Person, payer: Person, now: datetime) -> Asked:
    service = directory.find_service(connection, terms.service_code, local_date(now))
    if service is None:
        raise ServiceNotFoundError(service=terms.service_code)
    week = week_of(terms.start_at)
    return Asked(
        recipient=recipient,
        payer=payer,
        relation=directory.relation_between(connection, person_id=payer.person_id, relative_id=recipient.person_id),
        service=service,
        minutes=terms.minutes,
        start_at=terms.start_at,
        payer_served_minutes=service_minutes.served_minutes(connection, payer.person_id),
        week_minutes=store.week_minutes(connection, recipient_id=recipient.person_id, week=week),
    )


def _redemption(context: CommandContext, terms: RedemptionTerms, asked: Asked, policy: Policy) -> Redemption:
    other = acted_for(context.caller, terms.acting)
    words = terms.acting if other else dataclasses.replace(terms.acting, consent=None)
    return Redemption(
        redemption_id=terms.redemption_id,
        district_id=asked.recipient.district_id,
        unit_id=asked.recipient.home_unit_id,
        recipient_id=asked.recipient.person_id,
        payer_id=asked.payer.person_id,
        payer_district_id=asked.payer.district_id,
        service_code=asked.service.code,
        planned_minutes=terms.minutes,
        start_at=terms.start_at,
        price_minutes=asked_price(asked, policy),
        coefficient_percent=coefficient_percent(policy, asked.service),
        persons=asked.service.persons,
        requested_by=context.caller.person_id,
        acting_for=other,
        consent=words.consent,
        why=words.why,
        policy_version=policy.version,
        requested_at=context.now,
    )
