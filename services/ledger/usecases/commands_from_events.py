"""What each event asks of the journal: the commands it stands for."""

from __future__ import annotations

from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.events import EventContext
from libs.inbox import NotYetKnownError
from libs.programme.policy import Policy
from libs.programme.policy.store import find_policy, find_policy_on
from libs.programme.words import EvidenceClass, Funding
from services.ledger.domain import heard as events
from services.ledger.domain.days import refuse_bad_date
from services.ledger.domain.grants import GrantMonth
from services.ledger.domain.holds import PlaceHold, ReleaseHold
from services.ledger.domain.persons import EmptyWallets, FreezeWallets, UnfreezeWallets
from services.ledger.domain.postings import Terms, issuance, pool
from services.ledger.domain.reasons import Evidence, Reason
from services.ledger.domain.request_ids import request_id_after
from services.ledger.domain.reverse import ReverseHours
from services.ledger.domain.settle import ServedHours, SettleHours
from services.ledger.domain.transfers import Donation, Gift, Goods, Transfer
from services.ledger.domain.wallets import NO_ID, Id, WalletClass, person_wallet
from services.ledger.store import known

EVIDENCE: dict[str, Evidence] = {EvidenceClass.VERIFIED: Evidence.VERIFIED, EvidenceClass.ATTESTED: Evidence.ATTESTED}


def policy_now(connection: Connection, district_id: Id, context: EventContext) -> Policy:
    """The policy in force in a district today.

    Raises:
        NotYetKnownError: none has been heard of.
    """
    policy = find_policy_on(connection, UUID(bytes=district_id), local_date(context.now))
    if policy is None:
        raise NotYetKnownError(subject=str(UUID(bytes=district_id)))
    return policy


def policy_of(connection: Connection, district_id: Id, version: int) -> Policy:
    """A version of a district's policy.

    Raises:
        NotYetKnownError: it has not been heard of.
    """
    policy = find_policy(connection, UUID(bytes=district_id), version)
    if policy is None:
        raise NotYetKnownError(subject=str(UUID(bytes=district_id)))
    return policy


def _request(context: EventContext, leg: str) -> Id:
    return request_id_after(context.event_id.bytes, leg)


def _terms(context: EventContext, act: Id, *, actor: Id = NO_ID, checker: Id = NO_ID, policy_version: int = 0) -> Terms:
    return Terms(
        cause=context.event_id.bytes,
        act_id=act,
        actor=actor,
        checker=checker,
        policy_version=policy_version,
    )


def place_hold(_connection: Connection, context: EventContext, message: events.HoldRequested) -> PlaceHold:
    """A redemption's hold."""
    return PlaceHold(
        request_id=_request(context, "hold"),
        district_id=message.payer_district_id or message.district_id,
        terms=_terms(context, message.hold_id, actor=message.requested_by, policy_version=message.policy_version),
        minutes=message.amount_minutes,
        payer_id=message.payer_id,
        order_district_id=message.district_id,
    )


def place_pool_hold(
    _connection: Connection, context: EventContext, message: events.FundingRequested
) -> PlaceHold | None:
    """A hold on the pool; credit and entitlement are redemption's to ask for."""
    if message.funding != Funding.POOL:
        return None
    district_id = message.district_id
    return PlaceHold(
        request_id=_request(context, "hold"),
        district_id=district_id,
        terms=_terms(context, message.order_id, actor=message.requested_by, policy_version=message.policy_version),
        minutes=message.price_minutes,
        payer_id=None,
        order_district_id=district_id,
    )


def release_hold(connection: Connection, context: EventContext, message: events.ReleaseRequested) -> ReleaseHold:
    """What a redemption asks to give back."""
    payer_district = message.payer_district_id or message.district_id
    return ReleaseHold(
        request_id=_request(context, "release"),
        district_id=payer_district,
        terms=_terms(context, message.hold_id),
        order_district_id=message.district_id,
        grants_expire=policy_now(connection, payer_district, context).grant.expires_month_end,
    )


def release_pool_hold(
    _connection: Connection,
    context: EventContext,
    message: events.OrderEnded,
) -> ReleaseHold | None:
    """An order that ended without service gives back what the pool held for it."""
    if message.funding != Funding.POOL:
        return None
    district_id = message.district_id
    return ReleaseHold(
        request_id=_request(context, "release"),
        district_id=district_id,
        terms=_terms(context, message.order_id),
        order_district_id=district_id,
    )


def settle_hours(connection: Connection, context: EventContext, message: events.HoursApproved) -> SettleHours:
    """Approved hours, to be settled whole."""
    approvers = [*message.approver_ids, NO_ID, NO_ID]
    return SettleHours(
        request_id=_request(context, "settle"),
        district_id=message.district_id,
        terms=_terms(
            context,
            message.order_id,
            actor=approvers[0],
            checker=approvers[1],
            policy_version=message.policy_version,
        )._replace(effective_at=message.service_began_at_us or None),
        approval_id=message.approval_id,
        settlement=max(1, message.settlement),
        funding=message.funding,
        planned_minutes=message.planned_minutes,
        coefficient_percent=message.coefficient_percent,
        hours=tuple(_served(hours, message) for hours in message.hours),
        policy=policy_of(connection, message.district_id, message.policy_version),
        payer=_payer(connection, message),
    )


def _served(hours: events.VolunteerHours, message: events.HoursApproved) -> ServedHours:
    # An event cannot be answered with a refusal: it waits for a person, under this name.
    refuse_bad_date(message.service_began_at_us or None)
    refuse_bad_date(hours.checked_in_at_us or None)
    return ServedHours(
        volunteer_id=hours.volunteer_id,
        volunteer_district_id=hours.volunteer_district_id or message.district_id,
        actual_minutes=hours.actual_minutes,
        evidence=EVIDENCE.get(hours.evidence_class, Evidence.ATTESTED),
        checked_in_at=hours.checked_in_at_us,
        is_group=bool(hours.group_name or hours.group_id),
    )


def _payer(connection: Connection, message: events.HoursApproved) -> tuple[Id, Id] | None:
    """Whose wallets pay without a hold; only hours that are settled anew need it."""
    if message.funding != Funding.CREDIT or message.settlement < 2:
        return None
    payer_id = message.payer_id or message.recipient_id
    assert payer_id is not None, "what a person's credit pays has a recipient"
    person = known.find_person(connection, UUID(bytes=payer_id))
    district_id = person.district_id.bytes if person else message.district_id
    return district_id, payer_id


def reverse_hours(connection: Connection, context: EventContext, message: events.HoursReversed) -> ReverseHours:
    """A settlement that two people decided to reverse."""
    return ReverseHours(
        request_id=_request(context, "reverse"),
        district_id=message.district_id,
        terms=_terms(context, message.order_id, actor=message.proposed_by, checker=message.decided_by),
        settlement=message.settlement,
        funding=message.funding,
        recover=message.recover,
        reversal_id=message.reversal_id,
        grants_expire=policy_now(connection, message.district_id, context).grant.expires_month_end,
    )


def _given(
    context: EventContext,
    act: Id,
    message: events.GiftRequested | events.DonationRequested | events.GoodsRequested,
) -> Terms:
    """Who asked, and the second member of staff where one of them asked for somebody."""
    return _terms(
        context, act, actor=message.requested_by, checker=message.decided_by, policy_version=message.policy_version
    )


def gift(connection: Connection, context: EventContext, message: events.GiftRequested) -> Gift:
    """Earned credit for a relative."""
    giver_district = message.giver_district_id or message.district_id
    return Gift(
        request_id=_request(context, "gift"),
        district_id=giver_district,
        terms=_given(context, message.gift_id, message),
        giver_id=message.giver_id,
        receiver=person_wallet(
            message.receiver_district_id or giver_district, message.receiver_id, WalletClass.RECEIVED
        ),
        minutes=message.amount_minutes,
        policy=policy_now(connection, giver_district, context),
    )


def donation(_connection: Connection, context: EventContext, message: events.DonationRequested) -> Donation:
    """Earned credit for the pool."""
    return Donation(
        request_id=_request(context, "donation"),
        district_id=message.district_id,
        terms=_given(context, message.donation_id, message),
        giver_id=message.giver_id,
        minutes=message.amount_minutes,
    )


def goods(connection: Connection, context: EventContext, message: events.GoodsRequested) -> Goods:
    """Credit for goods or benefits."""
    return Goods(
        request_id=_request(context, "goods"),
        district_id=message.district_id,
        terms=_given(context, message.exchange_id, message),
        payer_id=message.payer_id,
        minutes=message.amount_minutes,
        policy=policy_now(connection, message.district_id, context),
    )


def grant_month(_connection: Connection, context: EventContext, message: events.GrantScheduled) -> GrantMonth:
    """A run of monthly grants."""
    terms = _terms(context, message.grant_run_id, actor=message.requested_by, policy_version=message.policy_version)
    return GrantMonth(
        request_id=_request(context, "grant"),
        district_id=message.district_id,
        terms=terms,
        lines=tuple((line.person_id, line.amount_minutes) for line in message.lines),
    )


def settle_estate(
    _connection: Connection, context: EventContext, message: events.EstateSettlementRequested
) -> EmptyWallets:
    """A dead person's credit, to an heir or to the pool."""
    district_id = message.district_id
    to = pool(district_id)
    if message.to_person_id:
        heir_district = message.to_district_id or district_id
        to = person_wallet(heir_district, message.to_person_id, WalletClass.RECEIVED)
    return EmptyWallets(
        request_id=_request(context, "estate"),
        district_id=district_id,
        terms=_terms(context, message.estate_id, actor=message.proposed_by, checker=message.decided_by),
        person_id=message.person_id,
        to=to,
        reason=Reason.ESTATE_SETTLED,
    )


def freeze_wallets(_connection: Connection, context: EventContext, message: events.PersonDied) -> FreezeWallets:
    """The wallets of somebody who died; who is found alive may die once more, so each death freezes by itself."""
    return FreezeWallets(
        request_id=request_id_after(message.death_id or message.person_id, "frozen"),
        district_id=message.district_id,
        terms=_terms(context, message.person_id, actor=message.recorded_by, checker=message.confirmed_by),
        person_id=message.person_id,
    )


def unfreeze_wallets(
    connection: Connection, context: EventContext, message: events.DeathMistakeFound
) -> UnfreezeWallets:
    """The wallets of somebody who was held for dead."""
    return UnfreezeWallets(
        request_id=_request(context, "unfrozen"),
        district_id=message.district_id,
        terms=_terms(context, message.mistake_id, actor=message.proposed_by, checker=message.decided_by),
        person_id=message.person_id,
        grants_expire=policy_now(connection, message.district_id, context).grant.expires_month_end,
    )


def starting_credit(connection: Connection, context: EventContext, message: events.PersonRegistered) -> Transfer | None:
    """What a policy gives a new volunteer."""
    if not message.volunteer:
        return None
    policy = policy_now(connection, message.district_id, context)
    if policy.grant.starting_credit_minutes == 0:
        return None
    district_id, person_id = message.district_id, message.person_id
    return Transfer(
        request_id=request_id_after(person_id, "starting_credit"),
        terms=_terms(context, message.person_id, actor=message.registered_by, policy_version=policy.version),
        debit=issuance(district_id),
        credit=person_wallet(district_id, person_id, WalletClass.EARNED),
        minutes=policy.grant.starting_credit_minutes,
        reason=Reason.STARTING_CREDIT,
    )
