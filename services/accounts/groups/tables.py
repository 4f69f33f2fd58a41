"""The tables of groups as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.accounts.core.store.tables import metadata

_Instant = sa.DateTime(timezone=True)


volunteer_group = sa.Table(
    "volunteer_group",
    metadata,
    sa.Column("group_id", sa.Uuid, primary_key=True),
    sa.Column("unit_id", sa.Uuid),
    sa.Column("district_id", sa.Uuid),
    sa.Column("name_zh", sa.Text),
    sa.Column("name_en", sa.Text),
    sa.Column("leader_id", sa.Uuid),
    sa.Column("member_ids", ARRAY(sa.Uuid)),
    sa.Column("registered_by", sa.Uuid),
    sa.Column("registered_at", _Instant),
    sa.Column("is_active", sa.Boolean),
    sa.Column("version", sa.BigInteger),
)
