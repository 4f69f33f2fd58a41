"""The tables of complaints as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.accounts.core.store.tables import metadata

_Instant = sa.DateTime(timezone=True)


_Texts = ARRAY(sa.Text)


complaint = sa.Table(
    "complaint",
    metadata,
    sa.Column("complaint_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("filed_by", sa.Uuid),
    sa.Column("about", sa.Text),
    sa.Column("words", sa.Text),
    sa.Column("filed_at", _Instant),
    sa.Column("state", sa.Text),
    sa.Column("answered_by", sa.Uuid),
    sa.Column("answered_at", _Instant),
    sa.Column("reason", sa.Text),
)
