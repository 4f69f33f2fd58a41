"""What is told of approved and rejected hours."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from google.protobuf.message import Message

from libs.clock import to_microseconds
from libs.contracts.timebank.orders.v1 import events_pb2 as wire
from libs.ids import id_from_cause
from libs.programme.policy import Policy
from services.orders.core.messages import text_of
from services.orders.core.rules.evidence import evidence_class
from services.orders.core.rules.order import Assignment, Order


def hours_approved(order: Order, policy: Policy, at: datetime) -> Message:
    """Say which hours count, for the ledger to settle whole."""
    assert order.began_at is not None
    assert order.submission.policy_version is not None
    return wire.HoursApproved(
        approval_id=str(id_from_cause(order.order_id, "approval", str(order.approval.settlement))),
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        recipient_id=str(order.recipient_id),
        funding=order.funding.value,
        service_code=order.terms.service_code,
        planned_minutes=order.terms.planned_minutes,
        coefficient_percent=order.terms.coefficient_percent,
        persons=order.terms.persons,
        policy_version=order.submission.policy_version,
        hours=[_volunteer_hours(order, policy, part) for part in order.served],
        approver_ids=[str(approver) for approver in order.approval.approvers],
        service_began_at_us=to_microseconds(order.began_at),
        approved_at_us=to_microseconds(at),
        settlement=order.approval.settlement,
        payer_id=text_of(order.payer_id),
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
        group_name=text_of(part.group_id),
        group_id=text_of(part.group_id),
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
