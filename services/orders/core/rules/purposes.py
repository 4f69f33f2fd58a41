"""What people are told of an order."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """What somebody is told."""

    OFFERED = "offered"
    OFFER_LAPSED = "offer_lapsed"
    VISIT_TAKEN = "visit_taken"
    VISIT_LOST = "visit_lost"
    WHAT_NOW = "what_now"
    PROVIDER_NAMED = "provider_named"
    VISIT_UNTAKEN = "visit_untaken"
    VISIT_CANCELLED = "visit_cancelled"
    VISIT_RELEASED = "visit_released"
    VISIT_NOT_MADE = "visit_not_made"
    VISIT_NOT_BEGUN = "visit_not_begun"
    REQUEST_CLOSED = "request_closed"
    WORD_WANTED = "word_wanted"
    SEAT_GIVEN = "seat_given"
    ACTIVITY_CANCELLED = "activity_cancelled"
    HOURS_REFUSED = "hours_refused"
    OBJECTION_MADE = "objection_made"
    OBJECTION_ANSWERED = "objection_answered"
