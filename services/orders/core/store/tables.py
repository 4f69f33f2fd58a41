"""The tables that every feature reads; migrations/ is where they are made."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from libs.programme.directory.tables import relation
from libs.programme.proposals import proposal_columns
from services.orders.core.store.directory import DIRECTORY

__all__ = ["relation"]

metadata = sa.MetaData()
INSTANT = sa.DateTime(timezone=True)
TEXTS = ARRAY(sa.Text)


def table_of(
    name: str,
    key: str,
    /,
    *more: sa.Column[Any],
    **columns: type[sa.types.TypeEngine[Any]] | sa.types.TypeEngine[Any],
) -> sa.Table:
    keys = key.split()
    parts = [sa.Column(column, kind, primary_key=column in keys) for column, kind in columns.items()]
    return sa.Table(name, metadata, *parts, *more)


person = DIRECTORY.person
volunteer_group = table_of(
    "volunteer_group", "group_id", group_id=sa.Uuid, leader_id=sa.Uuid, member_ids=ARRAY(sa.Uuid)
)
catalogue_item = table_of(
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
    funding=TEXTS,
    certificate=sa.Text,
    max_grade=sa.Text,
    checklist=TEXTS,
    certificate_for=sa.Text,
    district_id=sa.Uuid,
    until=sa.Date,
    night_percent=sa.Integer,
    night_from=sa.Integer,
    night_until=sa.Integer,
    season_percent=sa.Integer,
    season_from=sa.Text,
    season_until=sa.Text,
    reserve_yuan_per_hour=sa.Integer,
)
orders = table_of(
    "orders",
    "order_id",
    order_id=sa.Uuid,
    district_id=sa.Uuid,
    unit_id=sa.Uuid,
    recipient_id=sa.Uuid,
    service_code=sa.Text,
    catalogue_version=sa.Integer,
    planned_minutes=sa.Integer,
    start_at=INSTANT,
    end_at=INSTANT,
    funding=sa.Text,
    persons=sa.Integer,
    coefficient_percent=sa.Integer,
    price_minutes=sa.Integer,
    placed_by=sa.Uuid,
    placed_at=INSTANT,
    policy_version=sa.Integer,
    state=sa.Text,
    payer_id=sa.Uuid,
    acting_for=sa.Uuid,
    consent=JSONB(none_as_null=True),
    why=sa.Text,
    declined_code=sa.Text,
    published_at=INSTANT,
    no_taker_at=INSTANT,
    asked_at=INSTANT,
    wait_until=INSTANT,
    offers_to=ARRAY(sa.Uuid),
    offers_lapse_at=ARRAY(INSTANT),
    service_policy_version=sa.Integer,
    flags=TEXTS,
    called_back_by=sa.Uuid,
    called_back_at=INSTANT,
    approvers=ARRAY(sa.Uuid),
    settlement=sa.Integer,
    issued_minutes=sa.Integer,
    fallback=sa.Text,
    decided_minutes=sa.Integer,
    slip_number=sa.Integer,
    corrects=sa.Uuid,
    late_cancelled=sa.Boolean,
    ended_at=INSTANT,
    venue_id=sa.Uuid,
    activity_id=sa.Uuid,
)
assignment = table_of(
    "assignment",
    "order_id volunteer_id",
    order_id=sa.Uuid,
    volunteer_id=sa.Uuid,
    number=sa.Integer,
    volunteer_district_id=sa.Uuid,
    taken_at=INSTANT,
    guardian_id=sa.Uuid,
    group_id=sa.Uuid,
    checked_in_at=INSTANT,
    in_latitude_e6=sa.Integer,
    in_longitude_e6=sa.Integer,
    in_device=sa.Text,
    code_right=sa.Boolean,
    metres_from_home=sa.Integer,
    checked_out_at=INSTANT,
    out_latitude_e6=sa.Integer,
    out_longitude_e6=sa.Integer,
    out_device=sa.Text,
    was_ended=sa.Boolean,
    checked_in_by=sa.Uuid,
    checked_out_by=sa.Uuid,
    in_key=sa.Text,
    out_key=sa.Text,
    ticked=ARRAY(sa.Integer),
)
door = table_of(
    "door",
    "order_id",
    order_id=sa.Uuid,
    door_code_number=sa.Integer,
    wrong_codes=sa.Integer,
    door_code_known_to=ARRAY(sa.Uuid),
)
confirmation = table_of(
    "confirmation",
    "order_id",
    order_id=sa.Uuid,
    confirmed_by=sa.Uuid,
    confirmed_at=INSTANT,
    confirm_device=sa.Text,
    rating=sa.Integer,
)
dispute = table_of(
    "dispute",
    "order_id",
    order_id=sa.Uuid,
    disputed_from=sa.Text,
    says_minutes=sa.Integer,
    decided_by=sa.Uuid,
    decision_why=sa.Text,
)
decision = table_of(
    "decision",
    "decision_id",
    *proposal_columns(),
    decision_id=sa.Uuid,
    order_id=sa.Uuid,
    settlement=sa.Integer,
    minutes=sa.Integer,
    why=sa.Text,
    second_id=sa.Uuid,
)
reversal = table_of(
    "reversal",
    "reversal_id",
    *proposal_columns(),
    reversal_id=sa.Uuid,
    order_id=sa.Uuid,
    settlement=sa.Integer,
    why=sa.Text,
)
sample_call = table_of(
    "sample_call",
    "order_id",
    order_id=sa.Uuid,
    drawn_on=sa.Date,
    call_until=INSTANT,
    tries=sa.Integer,
    outcome=sa.Text,
    said_minutes=sa.Integer,
    called_by=sa.Uuid,
    called_at=INSTANT,
)
order_step = table_of(
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
    at=INSTANT,
)
deadline = table_of("deadline", "subject_id kind", subject_id=sa.Uuid, kind=sa.Text, at=INSTANT)
mark = table_of(
    "mark", "order_id volunteer_id kind at", order_id=sa.Uuid, volunteer_id=sa.Uuid, kind=sa.Text, at=INSTANT
)
visitor = table_of(
    "visitor",
    "person_id",
    person_id=sa.Uuid,
    assignment_id=sa.Uuid,
    visitor_id=sa.Uuid,
    assigned_by=sa.Uuid,
    assigned_at=INSTANT,
)
"""Who visits a person on the list: one at a time."""
