"""What each event asks of the journal: the commands it stands for."""

from __future__ import annotations

from uuid import UUID

from libs.clock import from_microseconds, local_date
from libs.db import Connection
from libs.inbox import IncomingEvent, NotYetKnownError
from libs.programme.policy import Policy
from libs.programme.policy.store import find_policy, find_policy_on
from libs.programme.words import EvidenceClass, Funding
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
from services.ledger.domain.wallets import Id, WalletClass, person_wallet
from services.ledger.messages import accounts, orders, raw, redemption
from services.ledger.store import known

EVIDENCE: dict[str, Evidence] = {EvidenceClass.VERIFIED: Evidence.VERIFIED, EvidenceClass.ATTESTED: Evidence.ATTESTED}


def policy_now(connection: Connection, district_id: str, now_us: int) -> Policy:
    """The policy in force in a district today.

    Raises:
        NotYetKnownError: none has been heard of.
    """
    policy = find_policy_on(connection, UUID(district_id), local_date(from_microseconds(now_us)))
    if policy is None:
        raise NotYetKnownError(subject=district_id)
    return policy


def policy_of(connection: Connection, district_id: str, version: int) -> Policy:
    """A version of a district's policy.

    Raises:
        NotYetKnownError: it has not been heard of.
    """
    policy = find_policy(connection, UUID(district_id), version)
    if policy is None:
        raise NotYetKnownError(subject=district_id)
    return policy


def _request(event: IncomingEvent, leg: str) -> Id:
    return request_id_after(event.event_id.bytes, leg)


def _terms(event: IncomingEvent, act: str, *, actor: str = "", checker: str = "", policy_version: int = 0) -> Terms:
    return Terms(
        cause=event.event_id.bytes,
        act_id=raw(act),
        actor=raw(actor),
        checker=raw(checker),
        policy_version=policy_version,
    )


def place_hold(event: IncomingEvent, message: redemption.HoldRequested) -> PlaceHold:
    """A redemption's hold."""
    return PlaceHold(
        request_id=_request(event, "hold"),
        district_id=raw(message.payer_district_id or message.district_id),
        terms=_terms(event, message.hold_id, actor=message.requested_by, policy_version=message.policy_version),
        minutes=message.amount_minutes,
        payer_id=raw(message.payer_id),
        order_district_id=raw(message.district_id),
    )


def place_pool_hold(event: IncomingEvent, message: orders.FundingRequested) -> PlaceHold | None:
    """A hold on the pool; credit and entitlement are redemption's to ask for."""
    if message.funding != Funding.POOL:
        return None
    district_id = raw(message.district_id)
    return PlaceHold(
        request_id=_request(event, "hold"),
        district_id=district_id,
        terms=_terms(event, message.order_id, actor=message.requested_by, policy_version=message.policy_version),
        minutes=message.price_minutes,
        payer_id=None,
        order_district_id=district_id,
    )


def release_hold(
    connection: Connection, event: IncomingEvent, message: redemption.ReleaseRequested, now_us: int
) -> ReleaseHold:
    """What a redemption asks to give back."""
    payer_district = message.payer_district_id or message.district_id
    return ReleaseHold(
        request_id=_request(event, "release"),
        district_id=raw(payer_district),
        terms=_terms(event, message.hold_id),
        order_district_id=raw(message.district_id),
        grants_expire=policy_now(connection, payer_district, now_us).grant.expires_month_end,
    )


def release_pool_hold(
    event: IncomingEvent, message: orders.OrderCancelled | orders.OrderExpired | orders.HoursRejected
) -> ReleaseHold | None:
    """An order that ended without service gives back what the pool held for it."""
    if message.funding != Funding.POOL:
        return None
    district_id = raw(message.district_id)
    return ReleaseHold(
        request_id=_request(event, "release"),
        district_id=district_id,
        terms=_terms(event, message.order_id),
        order_district_id=district_id,
    )


def settle_hours(connection: Connection, event: IncomingEvent, message: orders.HoursApproved) -> SettleHours:
    """Approved hours, to be settled whole."""
    approvers = [*message.approver_ids, "", ""]
    return SettleHours(
        request_id=_request(event, "settle"),
        district_id=raw(message.district_id),
        terms=_terms(
            event,
            message.order_id,
            actor=approvers[0],
            checker=approvers[1],
            policy_version=message.policy_version,
        )._replace(effective_at=message.service_began_at_us or None),
        approval_id=raw(message.approval_id),
        settlement=max(1, message.settlement),
        funding=message.funding,
        planned_minutes=message.planned_minutes,
        coefficient_percent=message.coefficient_percent,
        hours=tuple(_served(hours, message) for hours in message.hours),
        policy=policy_of(connection, message.district_id, message.policy_version),
        payer=_payer(connection, message),
    )


def _served(hours: orders.VolunteerHours, message: orders.HoursApproved) -> ServedHours:
    # An event cannot be answered with a refusal: it waits for a person, under this name.
    refuse_bad_date(message.service_began_at_us or None)
    refuse_bad_date(hours.checked_in_at_us or None)
    return ServedHours(
        volunteer_id=raw(hours.volunteer_id),
        volunteer_district_id=raw(hours.volunteer_district_id or message.district_id),
        actual_minutes=hours.actual_minutes,
        evidence=EVIDENCE.get(hours.evidence_class, Evidence.ATTESTED),
        checked_in_at=hours.checked_in_at_us,
        is_group=bool(hours.group_name or hours.group_id),
    )


def _payer(connection: Connection, message: orders.HoursApproved) -> tuple[Id, Id] | None:
    """Whose wallets pay without a hold; only hours that are settled anew need it."""
    if message.funding != Funding.CREDIT or message.settlement < 2:
        return None
    payer_id = UUID(message.payer_id or message.recipient_id)
    person = known.find_person(connection, payer_id)
    district_id = person.district_id.bytes if person else raw(message.district_id)
    return district_id, payer_id.bytes


def reverse_hours(
    connection: Connection, event: IncomingEvent, message: orders.HoursReversed, now_us: int
) -> ReverseHours:
    """A settlement that two people decided to reverse."""
    return ReverseHours(
        request_id=_request(event, "reverse"),
        district_id=raw(message.district_id),
        terms=_terms(event, message.order_id, actor=message.proposed_by, checker=message.decided_by),
        settlement=message.settlement,
        funding=message.funding,
        recover=message.recover,
        reversal_id=raw(message.reversal_id),
        grants_expire=policy_now(connection, message.district_id, now_us).grant.expires_month_end,
    )


def _given(
    event: IncomingEvent,
    act: str,
    message: redemption.GiftRequested | redemption.DonationRequested | redemption.GoodsRequested,
) -> Terms:
    """Who asked, and the second member of staff where one of them asked for somebody."""
    return _terms(
        event, act, actor=message.requested_by, checker=message.decided_by, policy_version=message.policy_version
    )


def gift(connection: Connection, event: IncomingEvent, message: redemption.GiftRequested, now_us: int) -> Gift:
    """Earned credit for a relative."""
    giver_district = message.giver_district_id or message.district_id
    return Gift(
        request_id=_request(event, "gift"),
        district_id=raw(giver_district),
        terms=_given(event, message.gift_id, message),
        giver_id=raw(message.giver_id),
        receiver=person_wallet(
            raw(message.receiver_district_id or giver_district), raw(message.receiver_id), WalletClass.RECEIVED
        ),
        minutes=message.amount_minutes,
        policy=policy_now(connection, giver_district, now_us),
    )


def donation(event: IncomingEvent, message: redemption.DonationRequested) -> Donation:
    """Earned credit for the pool."""
    return Donation(
        request_id=_request(event, "donation"),
        district_id=raw(message.district_id),
        terms=_given(event, message.donation_id, message),
        giver_id=raw(message.giver_id),
        minutes=message.amount_minutes,
    )


def goods(connection: Connection, event: IncomingEvent, message: redemption.GoodsRequested, now_us: int) -> Goods:
    """Credit for goods or benefits."""
    return Goods(
        request_id=_request(event, "goods"),
        district_id=raw(message.district_id),
        terms=_given(event, message.exchange_id, message),
        payer_id=raw(message.payer_id),
        minutes=message.amount_minutes,
        policy=policy_now(connection, message.district_id, now_us),
    )


def grant_month(event: IncomingEvent, message: redemption.GrantScheduled) -> GrantMonth:
    """A run of monthly grants."""
    terms = _terms(event, message.grant_run_id, actor=message.requested_by, policy_version=message.policy_version)
    return GrantMonth(
        request_id=_request(event, "grant"),
        district_id=raw(message.district_id),
        terms=terms,
        lines=tuple((raw(line.person_id), line.amount_minutes) for line in message.lines),
    )


def settle_estate(event: IncomingEvent, message: redemption.EstateSettlementRequested) -> EmptyWallets:
    """A dead person's credit, to an heir or to the pool."""
    district_id = raw(message.district_id)
    to = pool(district_id)
    if message.to_person_id:
        heir_district = raw(message.to_district_id) if message.to_district_id else district_id
        to = person_wallet(heir_district, raw(message.to_person_id), WalletClass.RECEIVED)
    return EmptyWallets(
        request_id=_request(event, "estate"),
        district_id=district_id,
        terms=_terms(event, message.estate_id, actor=message.proposed_by, checker=message.decided_by),
        person_id=raw(message.person_id),
        to=to,
        reason=Reason.ESTATE_SETTLED,
    )


def freeze_wallets(event: IncomingEvent, message: accounts.PersonDied) -> FreezeWallets:
    """The wallets of somebody who died; who is found alive may die once more, so each death freezes by itself."""
    return FreezeWallets(
        request_id=request_id_after(raw(message.death_id or message.person_id), "frozen"),
        district_id=raw(message.district_id),
        terms=_terms(event, message.person_id, actor=message.recorded_by, checker=message.confirmed_by),
        person_id=raw(message.person_id),
    )


def unfreeze_wallets(
    connection: Connection, event: IncomingEvent, message: accounts.DeathMistakeFound, now_us: int
) -> UnfreezeWallets:
    """The wallets of somebody who was held for dead."""
    return UnfreezeWallets(
        request_id=_request(event, "unfrozen"),
        district_id=raw(message.district_id),
        terms=_terms(event, message.mistake_id, actor=message.proposed_by, checker=message.decided_by),
        person_id=raw(message.person_id),
        grants_expire=policy_now(connection, message.district_id, now_us).grant.expires_month_end,
    )


def starting_credit(
    connection: Connection, event: IncomingEvent, message: accounts.PersonRegistered, now_us: int
) -> Transfer | None:
    """What a policy gives a new volunteer."""
    if not message.volunteer:
        return None
    policy = policy_now(connection, message.district_id, now_us)
    if policy.grant.starting_credit_minutes == 0:
        return None
    district_id, person_id = raw(message.district_id), raw(message.person_id)
    return Transfer(
        request_id=request_id_after(person_id, "starting_credit"),
        terms=_terms(event, message.person_id, actor=message.registered_by, policy_version=policy.version),
        debit=issuance(district_id),
        credit=person_wallet(district_id, person_id, WalletClass.EARNED),
        minutes=policy.grant.starting_credit_minutes,
        reason=Reason.STARTING_CREDIT,
    )
