"""The tables of what is known from events."""

from services.redemption.core.store.columns import day, table, text, texts, uuid, whole, yes

catalogue_item = table(
    "catalogue_item",
    text("code", key=True),
    whole("version", key=True),
    day("effective"),
    whole("persons"),
    whole("min_minutes"),
    whole("max_minutes"),
    whole("coefficient_percent"),
    texts("funding"),
    text("max_grade"),
    text("name_zh"),
    text("name_en"),
    uuid("district_id"),
    day("until"),
    whole("night_percent"),
    whole("night_from"),
    whole("night_until"),
    whole("season_percent"),
    text("season_from"),
    text("season_until"),
)


order_placed = table(
    "order_placed",
    uuid("order_id", key=True),
    uuid("district_id"),
    uuid("recipient_id"),
    text("service_code"),
    whole("planned_minutes"),
    text("funding"),
    yes("under_review"),
    text("fallback"),
)


service_minutes = table(
    "service_minutes",
    uuid("order_id", key=True),
    whole("settlement", key=True),
    uuid("person_id", key=True),
    whole("minutes"),
    yes("is_reversed"),
)
