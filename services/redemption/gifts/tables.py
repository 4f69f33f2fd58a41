"""Gifts, donations and exchanges."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from services.redemption.core.store.columns import day, instant, table, text, uuid, whole

credit_request = table(
    "credit_request",
    uuid("request_id", key=True),
    text("kind"),
    uuid("district_id"),
    uuid("giver_id"),
    uuid("giver_district_id"),
    uuid("receiver_id"),
    uuid("receiver_district_id"),
    whole("amount_minutes"),
    uuid("requested_by"),
    uuid("acting_for"),
    sa.Column("consent", JSONB(none_as_null=True)),
    text("why"),
    whole("policy_version"),
    instant("requested_at"),
    day("month"),
    text("state"),
    text("code"),
    instant("lapses_at"),
    uuid("decided_by"),
    instant("decided_at"),
    text("decision_why"),
)
