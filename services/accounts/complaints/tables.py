"""The tables of complaints as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa

from services.accounts.core.store.tables import metadata, words_column

_Instant = sa.DateTime(timezone=True)


complaint = sa.Table(
    "complaint",
    metadata,
    sa.Column("complaint_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("filed_by", sa.Uuid),
    sa.Column("about", sa.Text),
    words_column("words"),
    sa.Column("filed_at", _Instant),
    sa.Column("state", sa.Text),
    sa.Column("answered_by", sa.Uuid),
    sa.Column("answered_at", _Instant),
    words_column("reason"),
)
