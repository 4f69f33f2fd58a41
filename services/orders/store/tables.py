"""The tables as the store writes them; migrations/ is where they are made."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = sa.MetaData()
_INSTANT = sa.DateTime(timezone=True)
_TEXTS = ARRAY(sa.Text)


def _table(name: str, key: str, /, **columns: type[sa.types.TypeEngine[Any]] | sa.types.TypeEngine[Any]) -> sa.Table:
    keys = key.split()
    parts = [sa.Column(column, kind, primary_key=column in keys) for column, kind in columns.items()]
    return sa.Table(name, metadata, *parts)


org_unit = _table("org_unit", "unit_id", unit_id=sa.Uuid, parent_id=sa.Uuid, level=sa.Text, district_id=sa.Uuid)
person = _table(
    "person",
    "person_id",
    person_id=sa.Uuid,
    status=sa.Text,
    home_unit_id=sa.Uuid,
    district_id=sa.Uuid,
    born=sa.Date,
    sex=sa.Text,
    grade=sa.Text,
    hardship=_TEXTS,
    household_id=sa.Text,
    latitude_e6=sa.Integer,
    longitude_e6=sa.Integer,
    roles=_TEXTS,
    training=sa.Boolean,
    clean_record=sa.Boolean,
    insured_until=sa.Date,
    certificates=_TEXTS,
    visit_risk=sa.Text,
    visit_listed_on=sa.Date,
    known_to=ARRAY(sa.Uuid),
)
relation = _table(
    "relation",
    "relation_id",
    relation_id=sa.Uuid,
    person_id=sa.Uuid,
    relative_id=sa.Uuid,
    kind=sa.Text,
    verified=sa.Boolean,
    declared_by=sa.Uuid,
)
volunteer_group = _table("volunteer_group", "group_id", group_id=sa.Uuid, leader_id=sa.Uuid, member_ids=ARRAY(sa.Uuid))
policy = _table(
    "policy",
    "district_id policy_version",
    district_id=sa.Uuid,
    policy_version=sa.Integer,
    effective=sa.Date,
    parameters=JSONB,
)
signing_key = _table("signing_key", "key_id", key_id=sa.Text, public_key=sa.LargeBinary)
catalogue_item = _table(
    "catalogue_item",
    "code version",
    code=sa.Text,
    version=sa.Integer,
    effective=sa.Date,
    name_zh=sa.Text,
    name_en=sa.Text,
    service_class=sa.Text,
    risk=sa.Text,
    persons=sa.Integer,
    min_minutes=sa.Integer,
    max_minutes=sa.Integer,
    coefficient_percent=sa.Integer,
    funding=_TEXTS,
    certificate=sa.Text,
    max_grade=sa.Text,
    checklist=_TEXTS,
    certificate_for=sa.Text,
)
orders = _table(
    "orders",
    "order_id",
    order_id=sa.Uuid,
    district_id=sa.Uuid,
    unit_id=sa.Uuid,
    recipient_id=sa.Uuid,
    service_code=sa.Text,
    catalogue_version=sa.Integer,
    planned_minutes=sa.Integer,
    start_at=_INSTANT,
    end_at=_INSTANT,
    funding=sa.Text,
    persons=sa.Integer,
    coefficient_percent=sa.Integer,
    price_minutes=sa.Integer,
    placed_by=sa.Uuid,
    placed_at=_INSTANT,
    policy_version=sa.Integer,
    door_code=sa.Text,
    state=sa.Text,
    payer_id=sa.Uuid,
    acting_for=sa.Uuid,
    consent=JSONB(none_as_null=True),
    why=sa.Text,
    declined_code=sa.Text,
    published_at=_INSTANT,
    no_taker_at=_INSTANT,
    offered_to=sa.Uuid,
    offer_lapses_at=_INSTANT,
    service_policy_version=sa.Integer,
    flags=_TEXTS,
    called_back_by=sa.Uuid,
    called_back_at=_INSTANT,
    confirmed_by=sa.Uuid,
    confirmed_at=_INSTANT,
    confirm_device=sa.Text,
    rating=sa.Integer,
    approvers=ARRAY(sa.Uuid),
    settlement=sa.Integer,
    issued_minutes=sa.Integer,
    fallback=sa.Text,
    disputed_from=sa.Text,
    says_minutes=sa.Integer,
    pending_minutes=sa.Integer,
    decided_minutes=sa.Integer,
    decided_by=sa.Uuid,
    decision_why=sa.Text,
    slip_number=sa.Integer,
    late_cancelled=sa.Boolean,
)
assignment = _table(
    "assignment",
    "order_id volunteer_id",
    order_id=sa.Uuid,
    volunteer_id=sa.Uuid,
    number=sa.Integer,
    volunteer_district_id=sa.Uuid,
    taken_at=_INSTANT,
    guardian_id=sa.Uuid,
    group_id=sa.Uuid,
    checked_in_at=_INSTANT,
    in_latitude_e6=sa.Integer,
    in_longitude_e6=sa.Integer,
    in_device=sa.Text,
    code_right=sa.Boolean,
    metres_from_home=sa.Integer,
    checked_out_at=_INSTANT,
    out_latitude_e6=sa.Integer,
    out_longitude_e6=sa.Integer,
    was_ended=sa.Boolean,
)
order_step = _table(
    "order_step",
    "order_id number",
    order_id=sa.Uuid,
    number=sa.Integer,
    verb=sa.Text,
    from_state=sa.Text,
    to_state=sa.Text,
    by=sa.Uuid,
    acting_for=sa.Uuid,
    consent=JSONB(none_as_null=True),
    why=sa.Text,
    at=_INSTANT,
)
due = _table("due", "order_id kind", order_id=sa.Uuid, kind=sa.Text, due_at=_INSTANT)
mark = _table(
    "mark", "order_id volunteer_id kind at", order_id=sa.Uuid, volunteer_id=sa.Uuid, kind=sa.Text, at=_INSTANT
)
service_record = _table(
    "service_record",
    "record_id",
    record_id=sa.Uuid,
    person_id=sa.Uuid,
    recipient_id=sa.Uuid,
    order_id=sa.Uuid,
    kind=sa.Text,
    minutes=sa.Integer,
    evidence_class=sa.Text,
    served_on=sa.Date,
    recorded_at=_INSTANT,
)
record_proposal = _table(
    "record_proposal",
    "record_id",
    record_id=sa.Uuid,
    person_id=sa.Uuid,
    minutes=sa.Integer,
    served_on=sa.Date,
    proposed_by=sa.Uuid,
    proposed_at=_INSTANT,
    decided_by=sa.Uuid,
    decided_at=_INSTANT,
)
reversal = _table(
    "reversal",
    "reversal_id",
    reversal_id=sa.Uuid,
    order_id=sa.Uuid,
    settlement=sa.Integer,
    why=sa.Text,
    proposed_by=sa.Uuid,
    proposed_at=_INSTANT,
    decided_by=sa.Uuid,
    decided_at=_INSTANT,
)
slip_range = _table(
    "slip_range",
    "range_id",
    range_id=sa.Uuid,
    unit_id=sa.Uuid,
    first_number=sa.Integer,
    last_number=sa.Integer,
    issued_by=sa.Uuid,
    issued_at=_INSTANT,
)
slip_used = _table("slip_used", "unit_id number", unit_id=sa.Uuid, number=sa.Integer, order_id=sa.Uuid)
incident = _table(
    "incident",
    "incident_id",
    incident_id=sa.Uuid,
    kind=sa.Text,
    state=sa.Text,
    person_id=sa.Uuid,
    order_id=sa.Uuid,
    unit_id=sa.Uuid,
    district_id=sa.Uuid,
    opened_by=sa.Uuid,
    opened_at=_INSTANT,
    outcome=sa.Text,
    closed_by=sa.Uuid,
    closed_at=_INSTANT,
)
visit = _table(
    "visit",
    "visit_id",
    visit_id=sa.Uuid,
    person_id=sa.Uuid,
    how=sa.Text,
    outcome=sa.Text,
    visited_at=_INSTANT,
    recorded_by=sa.Uuid,
    order_id=sa.Uuid,
    reversed=sa.Boolean,
)
certificate = _table(
    "certificate",
    "certificate_id",
    certificate_id=sa.Uuid,
    person_id=sa.Uuid,
    minutes=sa.Integer,
    verified_minutes=sa.Integer,
    first_on=sa.Date,
    last_on=sa.Date,
    issued_by=sa.Uuid,
    issued_at=_INSTANT,
    number=sa.BigInteger,
    verification_code=sa.Text,
)
