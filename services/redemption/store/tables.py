"""The tables, as the queries and stores name them; the migrations create them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = sa.MetaData()


def _table(name: str, *columns: sa.Column[object]) -> sa.Table:
    return sa.Table(name, metadata, *columns)


def _uuid(name: str, *, key: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid, primary_key=key)


def _text(name: str, *, key: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text, primary_key=key)


def _whole(name: str, *, key: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Integer, primary_key=key)


def _day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date)


def _yes(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Boolean)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True))


def _texts(name: str) -> sa.Column[object]:
    return sa.Column(name, ARRAY(sa.Text))


person = _table(
    "person",
    _uuid("person_id", key=True),
    _text("status"),
    _uuid("home_unit_id"),
    _uuid("district_id"),
    _day("born"),
    _text("grade"),
    _texts("hardship"),
    _yes("is_recipient"),
    _uuid("household_id"),
    _yes("household_verified"),
)
relation = _table(
    "relation",
    _uuid("relation_id", key=True),
    _uuid("person_id"),
    _uuid("relative_id"),
    _text("kind"),
    _yes("verified"),
    _uuid("declared_by"),
)
unit = _table("unit", _uuid("unit_id", key=True), _uuid("parent_id"), _text("level"), _uuid("district_id"))
catalogue_item = _table(
    "catalogue_item",
    _text("code", key=True),
    _whole("version", key=True),
    _day("effective"),
    _whole("persons"),
    _whole("min_minutes"),
    _whole("max_minutes"),
    _whole("coefficient_percent"),
    _texts("funding"),
    _text("max_grade"),
)
signing_key = _table("signing_key", _text("key_id", key=True), sa.Column("public_key", sa.LargeBinary))
order_placed = _table(
    "order_placed",
    _uuid("order_id", key=True),
    _uuid("district_id"),
    _uuid("recipient_id"),
    _text("service_code"),
    _whole("planned_minutes"),
    _text("funding"),
    _yes("under_review"),
    _text("fallback"),
)
service_minutes = _table(
    "service_minutes",
    _uuid("order_id", key=True),
    _whole("settlement", key=True),
    _uuid("person_id", key=True),
    _whole("minutes"),
    _yes("is_reversed"),
)
redemption = _table(
    "redemption",
    _uuid("redemption_id", key=True),
    _uuid("district_id"),
    _uuid("unit_id"),
    _uuid("recipient_id"),
    _uuid("payer_id"),
    _uuid("payer_district_id"),
    _text("service_code"),
    _whole("planned_minutes"),
    _instant("start_at"),
    _day("week"),
    _whole("price_minutes"),
    _whole("coefficient_percent"),
    _whole("persons"),
    _uuid("requested_by"),
    _uuid("acting_for"),
    sa.Column("consent", JSONB(none_as_null=True)),
    _text("why"),
    _whole("policy_version"),
    _instant("requested_at"),
    _text("state"),
    _text("code"),
    _text("hold"),
    _text("end_why"),
    _instant("decided_at"),
)
capture = _table(
    "capture",
    _uuid("redemption_id", key=True),
    _whole("settlement", key=True),
    _whole("paid_minutes"),
    _yes("is_reversed"),
)
credit_request = _table(
    "credit_request",
    _uuid("request_id", key=True),
    _text("kind"),
    _uuid("district_id"),
    _uuid("giver_id"),
    _uuid("giver_district_id"),
    _uuid("receiver_id"),
    _uuid("receiver_district_id"),
    _whole("amount_minutes"),
    _uuid("requested_by"),
    _uuid("acting_for"),
    sa.Column("consent", JSONB(none_as_null=True)),
    _text("why"),
    _whole("policy_version"),
    _instant("requested_at"),
    _day("month"),
    _text("state"),
    _text("code"),
    _instant("lapses_at"),
    _uuid("decided_by"),
    _instant("decided_at"),
    _text("decision_why"),
)
grant_run = _table(
    "grant_run",
    _uuid("grant_run_id", key=True),
    _uuid("district_id"),
    _day("month"),
    _whole("amount_minutes"),
    _uuid("requested_by"),
    _whole("policy_version"),
    _instant("requested_at"),
    _text("state"),
    _text("code"),
)
grant_line = _table(
    "grant_line",
    _uuid("grant_run_id", key=True),
    _uuid("person_id", key=True),
    _day("month"),
    _yes("is_live"),
)
entitlement = _table(
    "entitlement",
    _uuid("entitlement_id", key=True),
    _uuid("person_id"),
    _uuid("district_id"),
    _whole("minutes"),
    _day("from_month"),
    _uuid("proposed_by"),
    _instant("proposed_at"),
    _instant("lapses_at"),
    _text("why"),
    _uuid("decided_by"),
    _instant("decided_at"),
    _text("state"),
    _text("decision_why"),
    sa.Column("number", sa.BigInteger),
)
entitlement_use = _table(
    "entitlement_use",
    _uuid("order_id", key=True),
    _uuid("person_id"),
    _day("month"),
    _whole("held_minutes"),
    _whole("used_minutes"),
)
estate = _table(
    "estate",
    _uuid("estate_id", key=True),
    _uuid("person_id"),
    _uuid("district_id"),
    _uuid("to_person_id"),
    _uuid("to_district_id"),
    _uuid("proposed_by"),
    _instant("proposed_at"),
    _instant("lapses_at"),
    _text("why"),
    _uuid("decided_by"),
    _instant("decided_at"),
    _text("state"),
    _text("code"),
    _text("decision_why"),
)
