"""The tables of serving as the code sees them; migrations/ is where they are made."""

from __future__ import annotations

import sqlalchemy as sa

from services.orders.core.store.tables import INSTANT, table_of

device_key = table_of(
    "device_key",
    "key_id",
    key_id=sa.Text,
    person_id=sa.Uuid,
    public_key=sa.LargeBinary,
    registered_at=INSTANT,
    revoked_at=INSTANT,
)
door_act = table_of(
    "door_act",
    "key_id counter",
    key_id=sa.Text,
    counter=sa.BigInteger,
    person_id=sa.Uuid,
    order_id=sa.Uuid,
    verb=sa.Text,
    at=INSTANT,
    received_at=INSTANT,
    digest=sa.Text,
    latitude_e6=sa.Integer,
    longitude_e6=sa.Integer,
    state=sa.Text,
    code=sa.Text,
)
