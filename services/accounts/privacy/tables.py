"""The tables of privacy as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa

from services.accounts.core.store.tables import metadata

_Instant = sa.DateTime(timezone=True)


disclosure = sa.Table(
    "disclosure",
    metadata,
    sa.Column("order_id", sa.Uuid, primary_key=True),
    sa.Column("volunteer_id", sa.Uuid, primary_key=True),
    sa.Column("recipient_id", sa.Uuid, primary_key=True),
    sa.Column("until", _Instant),
)
