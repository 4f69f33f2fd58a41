"""What redemption and the ledger answer to orders."""

from __future__ import annotations

from google.protobuf.message import Message

from libs.contracts.events import ledger, orders as wire, redemption

PAID_BY_REDEMPTION = ("credit", "purchased")


def answer_of_funding(asked: wire.FundingRequested, *, refused: str) -> Message:
    """Return whether what the help costs is set aside, or the code of why not."""
    if asked.funding in PAID_BY_REDEMPTION:
        if refused:
            return redemption.RedemptionDeclined(redemption_id=asked.order_id, code=refused)
        return redemption.RedemptionAuthorised(redemption_id=asked.order_id, funding=asked.funding)
    if refused:
        return ledger.HoldRefused(hold_id=asked.order_id, code=refused, funding="pool")
    return ledger.HoldPlaced(hold_id=asked.order_id, funding="pool")


def answer_of_day(due: wire.SeriesDayDue, *, declined_code: str) -> Message:
    """Return redemption's request for a day of a series, by its own rules."""
    return redemption.RedemptionRequested(
        redemption_id=due.order_id,
        district_id=due.district_id,
        recipient_id=due.recipient_id,
        payer_id=due.payer_id,
        service_code=due.service_code,
        planned_minutes=due.planned_minutes,
        start_at_us=due.start_at_us,
        price_minutes=due.planned_minutes,
        coefficient_percent=100,
        persons=1,
        requested_by=due.requested_by,
        acting_for=due.acting_for,
        policy_version=1,
        declined_code=declined_code,
    )
