"""Purchased minutes, and what orders hold and use of them."""

import sqlalchemy as sa

from services.redemption.core.store.columns import day, instant, table, text, uuid, whole

entitlement = table(
    "entitlement",
    uuid("entitlement_id", key=True),
    uuid("person_id"),
    uuid("district_id"),
    whole("minutes"),
    day("from_month"),
    uuid("proposed_by"),
    instant("proposed_at"),
    instant("lapses_at"),
    text("why"),
    uuid("decided_by"),
    instant("decided_at"),
    text("state"),
    text("decision_why"),
    sa.Column("number", sa.BigInteger),
)


entitlement_use = table(
    "entitlement_use",
    uuid("order_id", key=True),
    uuid("person_id"),
    day("month"),
    whole("held_minutes"),
    whole("used_minutes"),
)
