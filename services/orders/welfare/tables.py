"""The tables of welfare checks and of their steps."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.orders.core.store.tables import INSTANT, table_of

welfare_check = table_of(
    "welfare_check",
    "incident_id",
    incident_id=sa.Uuid,
    unit_id=sa.Uuid,
    district_id=sa.Uuid,
    person_id=sa.Uuid,
    state=sa.Text,
    rung=sa.Text,
    number=sa.Integer,
    above=sa.Integer,
    opened_at=INSTANT,
    ended_at=INSTANT,
)
welfare_step = table_of(
    "welfare_step",
    "incident_id number",
    incident_id=sa.Uuid,
    number=sa.Integer,
    rung=sa.Text,
    began_at=INSTANT,
    answer_by=INSTANT,
    taken_by=sa.Uuid,
    taken_at=INSTANT,
    outcome=sa.Text,
    reported_by=sa.Uuid,
    reported_at=INSTANT,
    told_ids=ARRAY(sa.Uuid),
    above_ids=ARRAY(sa.Uuid),
)
