"""Ask for help to be paid by credit."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.errors import IdReusedError, Refusal, RuleError
from libs.events import Cause
from libs.inbox import NotYetKnownError
from libs.programme.acting import Consent, ConsentHow
from libs.programme.acting_grants import GrantedAct
from libs.programme.catalogue import coefficient_at
from libs.programme.policy import Policy
from libs.programme.refusals import ServiceNotFoundError
from services.redemption.core.messages import tell
from services.redemption.core.rules.acting import acted_for, refuse_unless_may_ask
from services.redemption.core.rules.calendar import week_of
from services.redemption.core.rules.facts import in_force
from services.redemption.core.rules.people import Acting, Asking, Caller, CommandContext, Person
from services.redemption.core.rules.who_may import refuse_suspended
from services.redemption.core.usecases.authorise import tell_of_act
from services.redemption.requests import messages, store
from services.redemption.requests.rules.eligibility import (
    Asked,
    AskingFacts,
    asked_price,
    refuse_unknown_relation,
    refuse_unless_eligible,
)
from services.redemption.requests.rules.redemption import Redemption, Terms


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
    persons: int | None = None
    """How many volunteers; None = as many as the service needs."""


def request_redemption(connection: Connection, context: CommandContext, terms: RedemptionTerms) -> Redemption:
    """Keep a request by someone who may ask, and tell orders; one that a rule bars is kept as declined.

    Raises:
        ForbiddenError: the caller may not ask, or someone concerned is suspended.
        ServiceNotFoundError: there is no such service.
        IdReusedError: the id belongs to another's request.
    """
    facts = store.load_asking(
        connection,
        context,
        redemption_id=terms.redemption_id,
        recipient_id=terms.recipient_id,
        payer_id=terms.payer_id,
        service_code=terms.service_code,
        week=week_of(terms.start_at),
    )
    recipient, payer = facts.recipient.known(terms.recipient_id), facts.payer.known(terms.payer_id)
    grant = refuse_unless_may_ask(
        context, terms.acting, recipient=facts.recipient, payer=facts.payer, minutes=terms.minutes
    )
    refuse_suspended(recipient, payer)
    if facts.is_kept:
        raise IdReusedError
    asked = _asked(terms, facts, recipient=recipient, payer=payer)
    refuse_unknown_relation(asked)
    policy = in_force(facts.policy, recipient.district_id)
    redemption = _redemption(context, terms, asked, policy)
    try:
        refuse_unless_eligible(asked, policy, now=context.now)
    except RuleError as refusal:
        redemption = redemption.decline(refusal.code, context.now)
    store.ask_for_help(connection, redemption)
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
        district_id=(payer if acted_for(context.caller, terms.acting) == payer.person_id else recipient).district_id,
        minutes=minutes,
    )
    return redemption


@dataclass(frozen=True)
class SeriesDay:
    """A day of a series that credit pays, as orders told it: who may ask was looked at there."""

    order_id: UUID
    recipient_id: UUID
    payer_id: UUID
    service_code: str
    planned_minutes: int
    start_at: datetime
    requested_by: UUID
    acting_for: UUID | None
    consent_how: ConsentHow | None
    consent_given_at: datetime | None

    @property
    def terms(self) -> RedemptionTerms:
        """Return what is asked for; the words of the consent stay in orders."""
        consent = None
        if self.consent_how is not None and self.consent_given_at is not None:
            consent = Consent(self.consent_how, self.consent_given_at)
        return RedemptionTerms(
            redemption_id=self.order_id,
            recipient_id=self.recipient_id,
            payer_id=self.payer_id,
            service_code=self.service_code,
            minutes=self.planned_minutes,
            start_at=self.start_at,
            acting=Acting(self.acting_for, consent),
        )


def request_series_day(connection: Connection, event: Cause, day: SeriesDay) -> None:
    """Keep a request for a day of a series, by every rule of asking; one that a rule bars is kept as declined.

    Raises:
        NotYetKnownError: orders knows people, a service or rules of which nothing was heard here yet.
    """
    context, terms = CommandContext(Caller(day.requested_by, ()), event.now, event.cause), day.terms
    facts = store.load_asking(
        connection,
        context,
        redemption_id=terms.redemption_id,
        recipient_id=terms.recipient_id,
        payer_id=terms.payer_id,
        service_code=terms.service_code,
        week=week_of(terms.start_at),
        may=True,
    )
    if facts.is_kept:
        return
    if None in (facts.recipient.person, facts.payer.person, facts.service, facts.policy):
        raise NotYetKnownError(subject=str(day.order_id))
    recipient, payer = facts.recipient.known(terms.recipient_id), facts.payer.known(terms.payer_id)
    asked = _asked(terms, facts, recipient=recipient, payer=payer)
    policy = in_force(facts.policy, recipient.district_id)
    redemption = _redemption(context, terms, asked, policy)
    try:
        refuse_suspended(recipient, payer)
        refuse_unknown_relation(asked)
        refuse_unless_eligible(asked, policy, now=context.now)
    except Refusal as refusal:
        redemption = redemption.decline(refusal.code, context.now)
    store.add_redemption(connection, redemption)
    tell(connection, context, messages.redemption_requested(redemption))


def _asked(terms: RedemptionTerms, facts: AskingFacts, *, recipient: Person, payer: Person) -> Asked:
    if facts.service is None:
        raise ServiceNotFoundError(service=terms.service_code)
    return Asked(
        recipient=recipient,
        payer=payer,
        relation=facts.relation,
        service=facts.service,
        minutes=terms.minutes,
        start_at=terms.start_at,
        persons=facts.service.persons if terms.persons is None else terms.persons,
        payer_served_minutes=facts.payer_served_minutes,
        week_minutes=facts.week_minutes,
    )


def _redemption(context: CommandContext, terms: RedemptionTerms, asked: Asked, policy: Policy) -> Redemption:
    acting, other = terms.acting, acted_for(context.caller, terms.acting)
    return Redemption(
        redemption_id=terms.redemption_id,
        district_id=asked.recipient.district_id,
        unit_id=asked.recipient.home_unit_id,
        recipient_id=asked.recipient.person_id,
        payer_id=asked.payer.person_id,
        payer_district_id=asked.payer.district_id,
        policy_version=policy.version,
        terms=Terms(
            service_code=asked.service.code,
            planned_minutes=terms.minutes,
            start_at=terms.start_at,
            price_minutes=asked_price(asked, policy),
            coefficient_percent=coefficient_at(policy, asked.service, terms.start_at, times=asked.service),
            persons=asked.persons,
            catalogue_version=asked.service.version,
        ),
        asked=Asking(context.caller.person_id, context.now, other, acting.consent if other else None, acting.why),
    )
