"""The tables of series."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.orders.core.store.tables import INSTANT, table_of

series = table_of(
    "series",
    "series_id",
    series_id=sa.Uuid,
    district_id=sa.Uuid,
    unit_id=sa.Uuid,
    recipient_id=sa.Uuid,
    payer_id=sa.Uuid,
    service_code=sa.Text,
    funding=sa.Text,
    placed_by=sa.Uuid,
    placed_at=INSTANT,
    acting_for=sa.Uuid,
    consent=JSONB(none_as_null=True),
    why=sa.Text,
    under_grant=sa.Boolean,
    until=sa.Date,
    next_day=sa.Date,
    ended_at=INSTANT,
    ended_by=sa.Uuid,
    end_reason=sa.Text,
    alarm_code=sa.Text,
    alarm_since=INSTANT,
    approved_by=sa.Uuid,
    approved_at=INSTANT,
)
series_pattern = table_of(
    "series_pattern",
    "series_id from_day",
    series_id=sa.Uuid,
    from_day=sa.Date,
    weekdays=ARRAY(sa.Integer),
    start_minute=sa.Integer,
    minutes=sa.Integer,
)
series_day = table_of(
    "series_day",
    "series_id day",
    series_id=sa.Uuid,
    day=sa.Date,
    state=sa.Text,
    order_id=sa.Uuid,
    number=sa.Integer,
    start_minute=sa.Integer,
    minutes=sa.Integer,
    code=sa.Text,
)
