"""Runs of grants, and who is in them."""

from services.redemption.core.store.columns import day, instant, table, text, uuid, whole, yes

grant_run = table(
    "grant_run",
    uuid("grant_run_id", key=True),
    uuid("district_id"),
    day("month"),
    whole("amount_minutes"),
    uuid("requested_by"),
    whole("policy_version"),
    instant("requested_at"),
    text("state"),
    text("code"),
)


grant_line = table(
    "grant_line",
    uuid("grant_run_id", key=True),
    uuid("person_id", key=True),
    day("month"),
    yes("is_live"),
)
