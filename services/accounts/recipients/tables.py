"""The tables of recipients as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.accounts.core.store.tables import metadata

_Instant = sa.DateTime(timezone=True)


_Texts = ARRAY(sa.Text)


finding = sa.Table(
    "finding",
    metadata,
    sa.Column("finding_id", sa.Uuid, primary_key=True),
    sa.Column("kind", sa.Text),
    sa.Column("person_id", sa.Uuid),
    sa.Column("grade", sa.Text),
    sa.Column("categories", _Texts),
    sa.Column("recorded_by", sa.Uuid),
    sa.Column("recorded_at", _Instant),
    sa.Column("confirmed_by", sa.Uuid),
    sa.Column("confirmed_at", _Instant),
    sa.Column("turned_down_by", sa.Uuid),
    sa.Column("turned_down_why", sa.Text),
)
