"""Domain ↔ protobuf: the only module of redemption that knows the wire, and the generated table of powers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from google.protobuf.message import Message

from libs.clock import to_microseconds
from libs.contracts.powers import POWERS
from libs.contracts.timebank.accounts.v1 import events_pb2 as accounts
from libs.contracts.timebank.ledger.v1 import events_pb2 as ledger
from libs.contracts.timebank.orders.v1 import events_pb2 as orders
from libs.contracts.timebank.redemption.v1 import events_pb2 as own
from libs.ids import id_from_cause
from libs.outbox import OutgoingEvent
from libs.programme.known_grants import ActFor
from libs.programme.words import Grade, Role
from services.redemption.domain.credit_request import CreditKind, CreditRequest
from services.redemption.domain.estate import Estate
from services.redemption.domain.grants import GrantRun
from services.redemption.domain.people import Person
from services.redemption.domain.redemption import Redemption

TOPIC = "timebank.redemption.v1"
TOPICS_HEARD = (
    "timebank.accounts.state.v1",
    "timebank.accounts.v1",
    "timebank.orders.state.v1",
    "timebank.orders.v1",
    "timebank.ledger.v1",
)
CREDIT, PURCHASED = "credit", "purchased"

__all__ = ["POWERS", "accounts", "ledger", "orders", "own"]


def type_of(kind: type[Message]) -> str:
    """Return the event type of a generated message class."""
    return str(kind.DESCRIPTOR.full_name)


def optional_id(text: str) -> UUID | None:
    """Return an id that may be left out on the wire."""
    return UUID(text) if text else None


def optional_day(text: str) -> date | None:
    """Return a day that may be left out on the wire."""
    return date.fromisoformat(text) if text else None


def person_of(state: Any) -> Person:
    """Return what redemption keeps of a PersonState."""
    return Person(
        person_id=UUID(state.person_id),
        status=state.status,
        home_unit_id=UUID(state.home_unit_id),
        district_id=UUID(state.district_id),
        born=optional_day(state.born),
        grade=state.grade or Grade.INTACT,
        hardship=tuple(state.hardship),
        is_recipient=any(role.role == Role.RECIPIENT for role in state.roles),
        household_id=optional_id(state.household_id),
        household_verified=state.household_verified,
    )


def catalogue_row(state: Any) -> dict[str, Any]:
    """Return what redemption keeps of a CatalogueItemPublished."""
    names = ("code", "version", "persons", "min_minutes", "max_minutes", "coefficient_percent", "max_grade")
    row = {name: getattr(state, name) for name in names}
    return row | {"effective": date.fromisoformat(state.effective), "funding": list(state.funding)}


@dataclass(frozen=True)
class _Stamp:
    """Under which id, key and time a fact is published."""

    subject: UUID
    district_id: UUID
    now: datetime


def _fact(message: Message, stamp: _Stamp) -> OutgoingEvent:
    """Wrap a message; each kind is published once per subject, so its id follows from both."""
    name = type_of(type(message))
    return OutgoingEvent(
        event_id=id_from_cause(stamp.subject, name),
        event_type=name,
        topic=TOPIC,
        stream=str(stamp.district_id),
        key=str(stamp.district_id),
        subject=str(stamp.subject),
        payload=message.SerializeToString(deterministic=True),
        occurred_at=stamp.now,
    )


def _stamp(redemption: Redemption, now: datetime) -> _Stamp:
    return _Stamp(redemption.redemption_id, redemption.district_id, now)


def redemption_requested(redemption: Redemption, now: datetime) -> OutgoingEvent:
    """Say that somebody who may asked for a service that exists."""
    message = own.RedemptionRequested(
        redemption_id=str(redemption.redemption_id),
        district_id=str(redemption.district_id),
        recipient_id=str(redemption.recipient_id),
        payer_id=str(redemption.payer_id),
        service_code=redemption.service_code,
        planned_minutes=redemption.planned_minutes,
        start_at_us=to_microseconds(redemption.start_at),
        price_minutes=redemption.price_minutes,
        coefficient_percent=redemption.coefficient_percent,
        persons=redemption.persons,
        requested_by=str(redemption.requested_by),
        acting_for=str(redemption.acting_for or ""),
        # The words of the consent and why are the recorder's own: they stay here.
        consent="recorded" if redemption.consent else "",
        consent_how=redemption.consent.how.value if redemption.consent else "",
        consent_given_at_us=to_microseconds(redemption.consent.given_at) if redemption.consent else 0,
        policy_version=redemption.policy_version,
        declined_code=redemption.code or "",
    )
    return _fact(message, _stamp(redemption, now))


def acted_for(done: ActFor, *, district_id: UUID) -> OutgoingEvent:
    """Say what was done for somebody; the words of their consent stay here."""
    message = own.ActedFor(
        use_id=str(done.use_id),
        district_id=str(district_id),
        person_id=str(done.person_id),
        actor_id=str(done.actor_id),
        grant_id=str(done.grant_id or ""),
        act=done.act.value,
        subject_id=str(done.subject_id),
        minutes=done.minutes,
        consent_how=done.consent.how.value,
        consent_given_at_us=to_microseconds(done.consent.given_at),
        at_us=to_microseconds(done.at),
    )
    return _fact(message, _Stamp(done.use_id, district_id, done.at))


def hold_requested(redemption: Redemption, now: datetime) -> OutgoingEvent:
    """Ask the ledger to set the price aside on the payer's wallets."""
    message = own.HoldRequested(
        hold_id=str(redemption.redemption_id),
        district_id=str(redemption.district_id),
        payer_id=str(redemption.payer_id),
        payer_district_id=str(redemption.payer_district_id),
        amount_minutes=redemption.price_minutes,
        requested_by=str(redemption.requested_by),
        policy_version=redemption.policy_version,
    )
    return _fact(message, _stamp(redemption, now))


def release_requested(redemption: Redemption, now: datetime) -> OutgoingEvent:
    """Ask the ledger to give the hold back."""
    message = own.ReleaseRequested(
        hold_id=str(redemption.redemption_id),
        district_id=str(redemption.district_id),
        payer_id=str(redemption.payer_id),
        payer_district_id=str(redemption.payer_district_id),
        why=redemption.end_why or "",
    )
    return _fact(message, _stamp(redemption, now))


def redemption_authorised(
    *, redemption_id: UUID, district_id: UUID, funding: str, held_minutes: int, now: datetime
) -> OutgoingEvent:
    """Say that credit or purchased minutes are set aside: the order may be published."""
    message = own.RedemptionAuthorised(
        redemption_id=str(redemption_id), district_id=str(district_id), funding=funding, held_minutes=held_minutes
    )
    return _fact(message, _Stamp(redemption_id, district_id, now))


def redemption_declined(
    *, redemption_id: UUID, district_id: UUID, funding: str, code: str, now: datetime
) -> OutgoingEvent:
    """Say that the hold was refused."""
    message = own.RedemptionDeclined(
        redemption_id=str(redemption_id), district_id=str(district_id), code=code, funding=funding
    )
    return _fact(message, _Stamp(redemption_id, district_id, now))


def redemption_fulfilled(redemption: Redemption, *, paid_minutes: int, now: datetime) -> OutgoingEvent:
    """Say that help was given and paid."""
    message = own.RedemptionFulfilled(
        redemption_id=str(redemption.redemption_id),
        district_id=str(redemption.district_id),
        paid_minutes=paid_minutes,
        funding=CREDIT,
    )
    return _fact(message, _stamp(redemption, now))


def redemption_cancelled(redemption: Redemption, now: datetime) -> OutgoingEvent:
    """Say that all credit is free again."""
    message = own.RedemptionCancelled(
        redemption_id=str(redemption.redemption_id),
        district_id=str(redemption.district_id),
        why=redemption.end_why or "",
    )
    return _fact(message, _stamp(redemption, now))


def credit_requested(request: CreditRequest, now: datetime) -> OutgoingEvent:
    """Ask the ledger to post a gift, a donation or an exchange."""
    terms: dict[str, Any] = {
        "district_id": str(request.district_id),
        "amount_minutes": request.amount_minutes,
        "requested_by": str(request.requested_by),
        "policy_version": request.policy_version,
        "decided_by": str(request.decided_by or ""),
    }
    identity, giver = str(request.request_id), str(request.giver_id)
    message: Message
    if request.kind is CreditKind.GIFT:
        message = own.GiftRequested(
            gift_id=identity,
            giver_id=giver,
            giver_district_id=str(request.giver_district_id),
            receiver_id=str(request.receiver_id),
            receiver_district_id=str(request.receiver_district_id),
            **terms,
        )
    elif request.kind is CreditKind.DONATION:
        message = own.DonationRequested(donation_id=identity, giver_id=giver, **terms)
    else:
        message = own.GoodsRequested(exchange_id=identity, payer_id=giver, **terms)
    return _fact(message, _Stamp(request.request_id, request.district_id, now))


def grant_scheduled(run: GrantRun, now: datetime) -> OutgoingEvent:
    """Ask the ledger to post this month's grants, all or none."""
    message = own.GrantScheduled(
        grant_run_id=str(run.grant_run_id),
        district_id=str(run.district_id),
        month=run.month.isoformat()[:7],
        lines=_grant_lines(run.person_ids, run.amount_minutes),
        requested_by=str(run.requested_by),
        policy_version=run.policy_version,
    )
    return _fact(message, _Stamp(run.grant_run_id, run.district_id, now))


def _grant_lines(person_ids: Sequence[UUID], amount_minutes: int) -> list[own.GrantLine]:
    return [own.GrantLine(person_id=str(person_id), amount_minutes=amount_minutes) for person_id in person_ids]


def estate_settlement_requested(estate: Estate, *, decided_by: UUID, now: datetime) -> OutgoingEvent:
    """Ask the ledger to pay a dead person's credit to a relative or to the pool."""
    message = own.EstateSettlementRequested(
        estate_id=str(estate.estate_id),
        district_id=str(estate.district_id),
        person_id=str(estate.person_id),
        to_person_id=str(estate.to_person_id or ""),
        to_district_id=str(estate.to_district_id or ""),
        proposed_by=str(estate.proposed_by),
        decided_by=str(decided_by),
    )
    return _fact(message, _Stamp(estate.estate_id, estate.district_id, now))


def erasure_answered(
    *, erasure_id: UUID, person_id: UUID, district_id: UUID, code: str, now: datetime
) -> OutgoingEvent:
    """Say whether anything here stands against ending the use of a person's data; no code = nothing does."""
    message = own.ErasureAnswered(
        erasure_id=str(erasure_id), person_id=str(person_id), answer="refused" if code else "clear", code=code
    )
    return _fact(message, _Stamp(erasure_id, district_id, now))


def fallback_referred(
    *, order_id: UUID, district_id: UUID, recipient_id: UUID, fallback: str, now: datetime
) -> OutgoingEvent:
    """Say where the recipient of an order that nobody took is referred to."""
    message = own.FallbackReferred(
        order_id=str(order_id), district_id=str(district_id), recipient_id=str(recipient_id), fallback=fallback
    )
    return _fact(message, _Stamp(order_id, district_id, now))
