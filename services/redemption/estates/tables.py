"""Estates."""

from services.redemption.core.store.columns import instant, table, text, uuid

estate = table(
    "estate",
    uuid("estate_id", key=True),
    uuid("person_id"),
    uuid("district_id"),
    uuid("to_person_id"),
    uuid("to_district_id"),
    uuid("proposed_by"),
    instant("proposed_at"),
    instant("lapses_at"),
    text("why"),
    uuid("decided_by"),
    instant("decided_at"),
    text("state"),
    text("code"),
    text("decision_why"),
)
