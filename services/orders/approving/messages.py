"""What is told of approved and rejected hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.events import orders
from libs.events import tells
from libs.ids import id_from_cause
from libs.programme.policy import Policy
from libs.programme.words import EvidenceClass, Funding
from services.orders.core.rules.evidence import evidence_class
from services.orders.core.rules.order import Assignment, Order


@dataclass(frozen=True, kw_only=True)
class VolunteerHours:
    """One volunteer's part of an approval."""

    volunteer_id: UUID
    volunteer_district_id: UUID
    actual_minutes: int
    evidence_class: EvidenceClass
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    group_name: UUID | None
    group_id: UUID | None


@tells(orders.HoursApproved, subject="order_id")
@dataclass(frozen=True, kw_only=True)
class HoursApproved:
    """Which hours count, for the ledger to settle whole."""

    approval_id: UUID
    order_id: UUID
    district_id: UUID
    recipient_id: UUID | None
    funding: Funding
    service_code: str
    planned_minutes: int
    coefficient_percent: int
    persons: int
    policy_version: int | None
    hours: tuple[VolunteerHours, ...]
    approver_ids: tuple[UUID, ...]
    service_began_at: datetime | None
    approved_at: datetime
    settlement: int
    payer_id: UUID | None


@tells(orders.HoursRejected, subject="order_id")
@dataclass(frozen=True)
class HoursRejected:
    """The hours do not count; why stands in orders, in the words of who said so; nobody did where time ran out."""

    order_id: UUID
    district_id: UUID
    by: UUID | None
    funding: Funding


def hours_approved(order: Order, policy: Policy, at: datetime) -> HoursApproved:
    """Return what the ledger is told of hours approved for good."""
    assert order.began_at is not None
    assert order.submission.policy_version is not None
    return HoursApproved(
        approval_id=id_from_cause(order.order_id, "approval", str(order.approval.settlement)),
        order_id=order.order_id,
        district_id=order.district_id,
        recipient_id=order.recipient_id,
        funding=order.funding,
        service_code=order.terms.service_code,
        planned_minutes=order.terms.planned_minutes,
        coefficient_percent=order.terms.coefficient_percent,
        persons=order.terms.persons,
        policy_version=order.submission.policy_version,
        hours=tuple(_volunteer_hours(order, policy, part) for part in order.served),
        approver_ids=order.approval.approvers,
        service_began_at=order.began_at,
        approved_at=at,
        settlement=order.approval.settlement,
        payer_id=order.payer_id,
    )


def _volunteer_hours(order: Order, policy: Policy, part: Assignment) -> VolunteerHours:
    return VolunteerHours(
        volunteer_id=part.volunteer_id,
        volunteer_district_id=part.volunteer_district_id,
        actual_minutes=order.counted_minutes(part),
        evidence_class=evidence_class(policy, order, part),
        checked_in_at=part.checked_in_at,
        checked_out_at=part.checked_out_at,
        group_name=part.group_id,
        group_id=part.group_id,
    )


def hours_rejected(order: Order, *, by: UUID | None) -> HoursRejected:
    """Return what is told of hours that do not count."""
    return HoursRejected(order.order_id, order.district_id, by, order.funding)
