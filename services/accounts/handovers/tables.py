"""The tables of handovers as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.accounts.core.store.tables import metadata

handover = sa.Table(
    "handover",
    metadata,
    sa.Column("handover_id", sa.Uuid, primary_key=True),
    sa.Column("from_id", sa.Uuid),
    sa.Column("to_id", sa.Uuid),
    sa.Column("unit_id", sa.Uuid),
    sa.Column("kinds", ARRAY(sa.Text)),
    sa.Column("asked_by", sa.Uuid),
    sa.Column("asked_at", sa.DateTime(timezone=True)),
)
handover_result = sa.Table(
    "handover_result",
    metadata,
    sa.Column("handover_id", sa.Uuid, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("moved_count", sa.Integer),
    sa.Column("left_count", sa.Integer),
)
