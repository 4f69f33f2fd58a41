"""Redemptions and what was captured of them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from services.redemption.core.store.columns import day, instant, table, text, uuid, whole, yes

redemption = table(
    "redemption",
    uuid("redemption_id", key=True),
    uuid("district_id"),
    uuid("unit_id"),
    uuid("recipient_id"),
    uuid("payer_id"),
    uuid("payer_district_id"),
    text("service_code"),
    whole("planned_minutes"),
    instant("start_at"),
    day("week"),
    whole("price_minutes"),
    whole("coefficient_percent"),
    whole("persons"),
    whole("catalogue_version"),
    uuid("requested_by"),
    uuid("acting_for"),
    sa.Column("consent", JSONB(none_as_null=True)),
    text("why"),
    whole("policy_version"),
    instant("requested_at"),
    text("state"),
    text("code"),
    text("hold"),
    text("end_why"),
    instant("decided_at"),
)


capture = table(
    "capture",
    uuid("redemption_id", key=True),
    whole("settlement", key=True),
    whole("paid_minutes"),
    yes("is_reversed"),
)
