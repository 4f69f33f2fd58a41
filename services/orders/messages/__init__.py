"""Domain to protobuf and back: the only module of this service that knows the wire."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from google.protobuf.message import Message

from libs.clock import to_microseconds
from libs.contracts.powers import POWERS
from libs.contracts.timebank.accounts.v1 import events_pb2 as accounts
from libs.contracts.timebank.ledger.v1 import events_pb2 as ledger
from libs.contracts.timebank.orders.v1 import events_pb2 as wire
from libs.contracts.timebank.redemption.v1 import events_pb2 as redemption
from libs.db import Connection
from libs.ids import id_from_cause, new_id
from libs.outbox import OutgoingEvent, append
from libs.programme.known_grants import ActFor
from services.orders.domain.catalogue import Service
from services.orders.domain.evidence import evidence_class
from services.orders.domain.order import Assignment, Order
from services.orders.domain.policy import Policy

FACTS = "timebank.orders.v1"
STATE = "timebank.orders.state.v1"
CATALOGUE_CAUSE = UUID("6f2b0f3e-7a54-5d4e-9a0c-0c5b7d1f8e11")

TOPICS_HEARD = (
    "timebank.accounts.state.v1",
    "timebank.accounts.v1",
    "timebank.redemption.v1",
    "timebank.ledger.v1",
)

__all__ = ["POWERS", "Message", "accounts", "ledger", "redemption", "wire"]


def publish(connection: Connection, message: Message, *, district_id: UUID, subject: UUID, at: datetime) -> None:
    """Append a fact; its stream and key are the recipient's district."""
    event = OutgoingEvent(
        event_id=new_id(),
        event_type=message.DESCRIPTOR.full_name,
        topic=FACTS,
        stream=str(district_id),
        key=str(district_id),
        subject=str(subject),
        payload=message.SerializeToString(),
        occurred_at=at,
    )
    append(connection, event)


def acted_for(done: ActFor, *, district_id: UUID) -> Message:
    """Return what was done for somebody; the words of their consent stay here."""
    return wire.ActedFor(
        use_id=str(done.use_id),
        district_id=str(district_id),
        person_id=str(done.person_id),
        actor_id=str(done.actor_id),
        grant_id=_text(done.grant_id),
        act=done.act.value,
        subject_id=str(done.subject_id),
        minutes=done.minutes,
        consent_how=done.consent.how.value,
        consent_given_at_us=to_microseconds(done.consent.given_at),
        at_us=to_microseconds(done.at),
    )


def publish_for(connection: Connection, order: Order, message: Message, at: datetime) -> None:
    """Append a fact about an order."""
    publish(connection, message, district_id=order.district_id, subject=order.order_id, at=at)


def catalogue_event(service: Service, at: datetime) -> OutgoingEvent:
    """Return the state event of one catalogue entry."""
    subject = f"{service.code}/{service.version}"
    message = wire.CatalogueItemPublished(
        code=service.code,
        version=service.version,
        effective=service.effective.isoformat(),
        name_zh=service.name_zh,
        name_en=service.name_en,
        service_class=service.service_class,
        risk=service.risk,
        persons=service.persons,
        min_minutes=service.min_minutes,
        max_minutes=service.max_minutes,
        coefficient_percent=service.coefficient_percent,
        funding=sorted(service.funding),
        certificate=service.certificate,
        max_grade=service.max_grade,
    )
    return OutgoingEvent(
        event_id=id_from_cause(CATALOGUE_CAUSE, subject),
        event_type=message.DESCRIPTOR.full_name,
        topic=STATE,
        stream="catalogue",
        key=subject,
        subject=subject,
        payload=message.SerializeToString(),
        occurred_at=at,
        version=service.version,
    )


def order_placed(order: Order) -> Message:
    """Say that help was asked for."""
    return wire.OrderPlaced(
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        unit_id=str(order.unit_id),
        recipient_id=str(order.recipient_id),
        service_code=order.service_code,
        planned_minutes=order.planned_minutes,
        start_at_us=to_microseconds(order.start_at),
        funding=order.funding.value,
        persons=order.persons,
        coefficient_percent=order.coefficient_percent,
        price_minutes=order.price_minutes,
        placed_by=str(order.placed_by),
        acting_for=_text(order.acting_for),
        policy_version=order.policy_version,
        state=order.state.value,
    )


def funding_requested(order: Order) -> Message:
    """Ask for what the help costs to be set aside."""
    return wire.FundingRequested(
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        recipient_id=str(order.recipient_id),
        funding=order.funding.value,
        price_minutes=order.price_minutes,
        planned_minutes=order.planned_minutes,
        start_at_us=to_microseconds(order.start_at),
        service_code=order.service_code,
        policy_version=order.policy_version,
        requested_by=str(order.placed_by),
        payer_id=_text(order.payer_id),
        without_redemption=order.is_late_entry,
    )


def order_published(order: Order) -> Message:
    """Say that the order may be taken."""
    start = to_microseconds(order.start_at)
    return wire.OrderPublished(order_id=str(order.order_id), district_id=str(order.district_id), start_at_us=start)


def order_declined(order: Order) -> Message:
    """Say that the order was refused before it was published."""
    return wire.OrderDeclined(
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        code=order.declined_code,
        funding=order.funding.value,
        recipient_id=str(order.recipient_id),
    )


def order_taken(order: Order) -> Message:
    """Say who will come."""
    return wire.OrderTaken(
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        recipient_id=str(order.recipient_id),
        volunteer_ids=[str(volunteer_id) for volunteer_id in order.volunteer_ids],
        start_at_us=to_microseconds(order.start_at),
        planned_minutes=order.planned_minutes,
    )


def service_started(order: Order, part: Assignment) -> Message:
    """Say that a volunteer is at work."""
    assert part.checked_in_at is not None
    return wire.ServiceStarted(
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        volunteer_id=str(part.volunteer_id),
        checked_in_at_us=to_microseconds(part.checked_in_at),
    )


def service_finished(order: Order, part: Assignment) -> Message:
    """Say how long a volunteer served."""
    assert part.checked_out_at is not None
    return wire.ServiceFinished(
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        volunteer_id=str(part.volunteer_id),
        checked_out_at_us=to_microseconds(part.checked_out_at),
        actual_minutes=part.actual_minutes,
    )


def hours_approved(order: Order, policy: Policy, at: datetime) -> Message:
    """Say which hours count, for the ledger to settle whole."""
    assert order.began_at is not None
    assert order.service_policy_version is not None
    return wire.HoursApproved(
        approval_id=str(id_from_cause(order.order_id, "approval", str(order.settlement))),
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        recipient_id=str(order.recipient_id),
        funding=order.funding.value,
        service_code=order.service_code,
        planned_minutes=order.planned_minutes,
        coefficient_percent=order.coefficient_percent,
        persons=order.persons,
        policy_version=order.service_policy_version,
        hours=[_volunteer_hours(order, policy, part) for part in order.served],
        approver_ids=[str(approver) for approver in order.approvers],
        service_began_at_us=to_microseconds(order.began_at),
        approved_at_us=to_microseconds(at),
        settlement=order.settlement,
        payer_id=_text(order.payer_id),
    )


def _volunteer_hours(order: Order, policy: Policy, part: Assignment) -> wire.VolunteerHours:
    assert part.checked_in_at is not None
    assert part.checked_out_at is not None
    return wire.VolunteerHours(
        volunteer_id=str(part.volunteer_id),
        volunteer_district_id=str(part.volunteer_district_id),
        actual_minutes=order.counted_minutes(part),
        evidence_class=evidence_class(policy, order, part),
        checked_in_at_us=to_microseconds(part.checked_in_at),
        checked_out_at_us=to_microseconds(part.checked_out_at),
        group_name=_text(part.group_id),
        group_id=_text(part.group_id),
    )


def hours_rejected(order: Order, *, by: UUID, why: str) -> Message:
    """Say that the hours do not count."""
    return wire.HoursRejected(
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        by=str(by),
        why=why,
        funding=order.funding.value,
    )


def order_cancelled(order: Order, *, by: str, why: str) -> Message:
    """Say that the order was given up by decision."""
    return wire.OrderCancelled(
        order_id=str(order.order_id), district_id=str(order.district_id), by=by, why=why, funding=order.funding.value
    )


def order_expired(order: Order) -> Message:
    """Say that nobody took the order in time."""
    return wire.OrderExpired(
        order_id=str(order.order_id), district_id=str(order.district_id), funding=order.funding.value
    )


def no_show_recorded(order: Order, *, absent: str, volunteer_id: UUID, by: UUID) -> Message:
    """Say that one side did not appear."""
    return wire.NoShowRecorded(
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        absent=absent,
        volunteer_id=str(volunteer_id),
        by=str(by),
        funding=order.funding.value,
    )


def hours_reversed(
    order: Order, *, reversal_id: UUID, proposed_by: UUID, decided_by: UUID, why: str, recover: bool
) -> Message:
    """Say that a settlement is to be reversed whole."""
    return wire.HoursReversed(
        reversal_id=str(reversal_id),
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        funding=order.funding.value,
        settlement=order.settlement,
        proposed_by=str(proposed_by),
        decided_by=str(decided_by),
        why=why,
        recover=recover,
        volunteer_ids=[str(volunteer_id) for volunteer_id in order.volunteer_ids],
        start_at_us=to_microseconds(order.start_at),
    )


def visit_recorded(*, visit_id: UUID, district_id: UUID, person_id: UUID, how: str, outcome: str, by: UUID) -> Message:
    """Say that somebody looked after a person on the visit list."""
    return wire.VisitRecorded(
        visit_id=str(visit_id),
        district_id=str(district_id),
        person_id=str(person_id),
        how=how,
        outcome=outcome,
        by=str(by),
    )


def incident_opened(
    *, incident_id: UUID, district_id: UUID, kind: str, person_id: UUID | None, order_id: UUID | None
) -> Message:
    """Say that people must look at once."""
    return wire.IncidentOpened(
        incident_id=str(incident_id),
        district_id=str(district_id),
        kind=kind,
        person_id=_text(person_id),
        order_id=_text(order_id),
    )


def incident_closed(*, incident_id: UUID, district_id: UUID, outcome: str, by: UUID) -> Message:
    """Say how an incident ended."""
    return wire.IncidentClosed(incident_id=str(incident_id), district_id=str(district_id), outcome=outcome, by=str(by))


def service_time_recorded(
    *,
    record_id: UUID,
    district_id: UUID,
    person_id: UUID,
    minutes: int,
    served_on: date,
    proposed_by: UUID,
    decided_by: UUID,
) -> Message:
    """Say that an older record of service was taken over by two people."""
    return wire.ServiceTimeRecorded(
        record_id=str(record_id),
        district_id=str(district_id),
        person_id=str(person_id),
        minutes=minutes,
        served_on=served_on.isoformat(),
        proposed_by=str(proposed_by),
        decided_by=str(decided_by),
    )


def erasure_answered(*, erasure_id: str, person_id: str, code: str, last_service_on: date | None) -> Message:
    """Answer whether anything stands against ending the use of a person's data."""
    return wire.ErasureAnswered(
        erasure_id=erasure_id,
        person_id=person_id,
        answer="refused" if code else "clear",
        code=code,
        last_service_on=last_service_on.isoformat() if last_service_on else "",
    )


def _text(identity: UUID | None) -> str:
    return str(identity) if identity else ""
