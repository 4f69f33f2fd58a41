"""Reads of redemptions: plain SQL, no lock, no rule."""

from services.redemption.core.store.lists import UNITS_BELOW, Listing

REDEMPTIONS = Listing(
    """
    SELECT r.redemption_id, r.state, r.code, r.recipient_id, r.payer_id, r.service_code AS service,
        r.planned_minutes AS minutes, r.start_at AS start, r.price_minutes,
        CASE WHEN r.hold IN ('placed', 'releasing') THEN r.price_minutes ELSE 0 END AS held_minutes,
        (SELECT coalesce(sum(c.paid_minutes), 0) FROM capture c
            WHERE c.redemption_id = r.redemption_id AND NOT c.is_reversed)::int AS paid_minutes,
        r.coefficient_percent, r.persons, r.policy_version, r.district_id, r.unit_id, r.requested_by, r.acting_for,
        r.requested_at, r.decided_at, r.end_why, coalesce(o.under_review, false) AS under_review, o.fallback
    FROM redemption r LEFT JOIN order_placed o ON o.order_id = r.redemption_id""",
    at="r.requested_at",
    key="r.redemption_id",
    narrowed={
        "person": "(r.recipient_id = :person OR r.payer_id = :person)",
        "unit": f"r.unit_id IN ({UNITS_BELOW})",
        "state": "r.state = :state",
        "start_from": "r.start_at >= :start_from",
        "start_before": "r.start_at < :start_before",
    },
)
"""Those of a person, as recipient or payer, or of a unit and all below it."""


DECIDED = """
    SELECT r.redemption_id AS id, r.state FROM redemption r LEFT JOIN order_placed o ON o.order_id = r.redemption_id
    WHERE r.redemption_id = ANY(:ids) AND (r.state <> 'requested' OR o.under_review)"""
"""Which wait for nothing any more; an order under review waits for people, not for us."""
